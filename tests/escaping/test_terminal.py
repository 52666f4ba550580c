"""Text for the terminal, and that nothing goes there another way."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import edgeunet
from edgeunet.escaping.picture import picture_text
from edgeunet.escaping.shell import shell_line
from edgeunet.escaping.terminal import LONGEST, TerminalText, cell, json_text, redraw, say, terminal_text
from edgeunet.escaping.written import HIDDEN
from edgeunet.train.progress import EpochBar
from tests.rigs.hostile import TEXTS

PACKAGE = Path(edgeunet.__file__).parent
ELSEWHERE = {
    "escaping/terminal.py": {"secho", "write"},  # the way there
    "worker.py": {"print"},  # a pipe to the process that asked
}
"""What may print, or write to a stream, and why."""


@given(st.text(max_size=40))
@example("\x1b]0;a\x07\x9b31m\u202e\r\n\x00\x7f\ud800")
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    made = terminal_text(text).text
    assert not HIDDEN.search(made)
    assert HIDDEN.search(text) or made == text


def test_what_cannot_be_seen_is_shown() -> None:
    assert terminal_text("a\x1b[31m\n\u202e\U000e0041b").text == "a\\x1b[31m\\n\\u202e\\U000e0041b"


def test_of_a_long_line_the_middle_is_left_out_and_counted() -> None:
    made = terminal_text("a" * 100_000 + "; the cure").text
    assert len(made) < LONGEST + 50
    assert "(98,010 characters left out)" in made
    assert made.endswith("; the cure")
    assert len(cell("x" * 100_000)) < 200


def test_a_raw_control_is_no_text_for_a_terminal() -> None:
    with pytest.raises(ValueError, match="no line"):
        TerminalText("a\x1b")


def test_say_escapes_and_keeps_lines_apart(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\nb\x1b", "c")
    say("warning \x07", err=True)
    say(shell_line(["cmake", "x" * 5000]))
    out, err = capsys.readouterr()
    assert out == "a\\nb\\x1b\nc\n" + "cmake " + "x" * 5000 + "\n"
    assert err == "warning \\x07\n"


@given(st.recursive(st.text(max_size=8), lambda inner: st.dictionaries(st.text(max_size=4), inner, max_size=3)))
def test_json_is_whole_and_harmless(document: object) -> None:
    made = json_text(document).text
    assert json.loads(made) == document
    assert made.isascii()
    assert not HIDDEN.search(made)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_progress_bar_shows_the_names_of_classes(text: str) -> None:
    stream = io.StringIO()
    EpochBar(stream, 1, ("background", text)).note(text)
    redraw(stream, text)
    assert not HIDDEN.search(stream.getvalue().replace("\n", "").removesuffix("\x1b[K").replace("\r", ""))


def test_a_label_of_a_picture_is_no_formula() -> None:
    pytest.importorskip("matplotlib")
    assert picture_text("$\\frac{") == "\\$\\frac{"
    assert picture_text("a\x1b\u4e2d") == "a\\x1b\\u4e2d"
    assert len(picture_text("a" * 100_000)) < 130


WAYS = {"echo", "secho", "style", "echo_via_pager", "progressbar", "confirm", "prompt"}
STREAMS = ("stdout", "stderr", "stream")


def printing(path: Path) -> Iterator[str]:
    """What a module prints or writes to a stream with."""
    text = path.read_text(encoding="utf-8")
    if not any(way in text for way in ("print(", "click", ".write")):
        return
    for call in (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        if isinstance(call, ast.Name) and call.id in ("print", *WAYS):
            yield call.id
        elif isinstance(call, ast.Attribute):
            to_stream = ast.unparse(call.value).endswith(STREAMS)
            if call.attr in WAYS or (to_stream and call.attr in ("write", "writelines")):
                yield call.attr


def test_no_module_prints_past_the_one_way() -> None:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        past = set(printing(path)) - ELSEWHERE.get(name, set())
        found |= {name: past} if past else {}
    assert not found


def test_what_prints_past_it_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "careless.py"
    path.write_text("print(1)\nclick.echo(2)\nsys.stderr.write('x')\nself.stream.write('y')\nfile.write('z')\n")
    assert sorted(printing(path)) == ["echo", "print", "write", "write"]
