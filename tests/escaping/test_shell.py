"""Words for a shell, judged by bash."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from edgeunet.escaping.shell import ShellWord, shell_line, shell_path, shell_word, tcl_word
from edgeunet.escaping.written import HIDDEN
from tests.rigs.hostile import TEXTS

SAYABLE = [text.replace("\0", "")[:1000].encode("utf-8", "replace").decode() for text in TEXTS]
"""Texts as arguments can have them."""


def test_bash_reads_every_word_as_what_it_was(tmp_path: Path) -> None:
    words = [*SAYABLE, "", "a b", "it's", os.fsdecode(b"\xff\xfe")]
    line = shell_line(words).text
    assert not HIDDEN.search(line)
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, cwd=tmp_path, check=True)
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(word) for word in words]
    assert not list(tmp_path.iterdir())


def test_no_path_is_taken_for_an_option() -> None:
    assert shell_path(Path("-o")).text == "./-o"
    assert shell_path(Path("-o x")).text == "'./-o x'"
    assert shell_path(Path("a/-o")).text == "a/-o"
    assert shell_path(Path("/a/b")).text == "/a/b"


@pytest.mark.parametrize("text", ["a b", "$(x)", "a;b", "a'b", "`x`", "a\nb", "", "$'a'b'"])
def test_what_is_not_quoted_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no word for a shell"):
        ShellWord(text)


def test_what_is_harmless_stays_as_it_is() -> None:
    assert shell_word("--hop=64").text == "--hop=64"
    assert shell_line(["cmake", "-S", "app", "-DZIG=a;b"]).text == "cmake -S app '-DZIG=a;b'"


def test_openocd_reads_a_path_as_one_word() -> None:
    tkinter = pytest.importorskip("tkinter")
    for text in ["a b", "[exec touch x]", "$x{", "a\nb;c", 'a"b', "é"]:
        assert tkinter.Tcl().eval(f"lindex [list {tcl_word(text).text}] 0") == text


def test_a_path_for_openocd_has_nothing_that_tcl_obeys() -> None:
    assert tcl_word("out/a.elf").text == "out/a.elf"
    assert tcl_word("a [b]").text == "a\\ \\[b\\]"
    assert tcl_word("a\n").text == "a\\u000a"
