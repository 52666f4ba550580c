"""Names from anywhere: for each place, a function makes one fit, and a type refuses what does not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edgeunet.emit import compile_model
from edgeunet.escaping.c import (
    CComment,
    CIdentifier,
    CMakeComment,
    CString,
    CText,
    c_ascii_comment,
    c_ascii_string,
    c_comment,
    c_string,
    cmake_comment,
    comma_list,
)
from edgeunet.escaping.written import HIDDEN
from edgeunet.graph import read_tflite
from edgeunet.modelcard import ModelCard
from edgeunet.pipeline.program import add_pipeline
from edgeunet.pipeline.settings import PipelineRequest
from tests.rigs.pipeline_stages import card, small_network

HOSTILE = 'a*/b/*c"d\\e??/f\n#error g\r\x85\u2028%s\\'
ANY = st.text(max_size=30) | st.text(alphabet='*/"\\?\n0aé', max_size=12)
BREAKS = {"Cc", "Zl", "Zp", "Cs"}
"""Unicode categories of what ends a line, controls a terminal or cannot be written."""

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")


def bytes_of(literal: str) -> bytes:
    """What a C compiler makes of a string literal with octal escapes and escaped quotes."""
    assert "??" not in literal, "a trigraph, maybe"
    assert literal[0] == literal[-1] == '"'

    def unescaped(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1].isdigit() else found[1]

    return re.sub(rb'\\([0-7]{3}|["\\])', unescaped, literal[1:-1].encode())


@pytest.mark.parametrize("made", [c_string, c_ascii_string])
@given(text=st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30) | ANY)
@example(text=HOSTILE)
@example(text="?????\x001")
def test_a_string_literal_is_the_utf8_of_its_text(made: Callable[[str], CString], text: str) -> None:
    literal = made(text).text
    assert bytes_of(literal) == text.encode()
    assert {category(c) for c in literal}.isdisjoint(BREAKS)
    if made is c_ascii_string:
        assert literal.isascii()


@pytest.mark.parametrize("made", [c_comment, c_ascii_comment])
@given(text=ANY)
@example(text=HOSTILE)
@example(text="/*/")
@example(text="**//**//")
def test_a_comment_stays_one_comment_on_one_line(made: Callable[[str], CComment], text: str) -> None:
    comment = made(text).text
    assert "*/" not in comment
    assert "/*" not in comment
    assert len(f"x{comment}x".splitlines()) == 1
    fits = [c for c in text if c != " "]
    for position, c in enumerate(fits):
        if HIDDEN.fullmatch(c) or (made is c_ascii_comment and not c.isascii()):
            fits[position] = "?"
    assert comment.replace(" ", "") == "".join(fits)


def test_what_is_harmless_stays_as_it_is() -> None:
    plain = "conv 1/2 * 3: a-b (µV) -> é"
    assert c_comment(plain).text == cmake_comment(plain).text == plain
    assert c_string(plain).text == f'"{plain}"'
    assert c_ascii_comment("é").text == "?"
    assert c_ascii_string("é").text == '"\\303\\251"'


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CIdentifier, ""),
        (CIdentifier, "1a"),
        (CIdentifier, "a b"),
        (CIdentifier, "é"),
        (CIdentifier, "a\n"),
        (CComment, "a */ b"),
        (CComment, "/*"),
        (CComment, "a\nb"),
        (CString, "a"),
        (CString, '"a"b"'),
        (CString, '"a\\"'),
        (CString, '"a\n"'),
        (CMakeComment, "a\nb"),
    ],
)
def test_a_type_refuses_what_its_place_cannot_hold(kind: type, text: str) -> None:
    with pytest.raises(ValueError, match="C"):
        kind(text)


def test_a_list_takes_no_raw_text() -> None:
    assert comma_list([1, CText("a + 1"), -2]).text == "1, a + 1, -2"
    with pytest.raises(TypeError, match="'b'"):
        comma_list([CText("a"), "b"])  # type: ignore[list-item]


@pytest.mark.parametrize("mode", ["window", "stream"])
def test_hostile_names_compile_without_a_warning(tmp_path: Path, mode: str) -> None:
    """Names of model, layers and classes, the command line: everything that comes from outside."""
    graph = replace(read_tflite(small_network()), name=HOSTILE)
    graph = replace(graph, ops=tuple(replace(op, name=HOSTILE) for op in graph.ops))
    named: ModelCard = replace(card(), name=HOSTILE, classes=("background", HOSTILE, HOSTILE + "2", '"'))
    compiled = compile_model(graph, "net", mode=mode, card=named, command=HOSTILE)
    full, _ = add_pipeline(compiled, graph, named, PipelineRequest())
    full.sources.write(tmp_path)
    sources = [path for path in full.sources.files if path.endswith(".c")]
    assert any("a* /b/ *c" in full.sources.files[path] for path in sources)
    done = subprocess.run(["cc", *STRICT, "-c", *sources], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(
        line.startswith(("#", "add_", "set_", "target_")) for line in (tmp_path / "net.cmake").read_text().splitlines()
    )
