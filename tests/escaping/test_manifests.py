"""Any text in JSON, YAML, TOML, XML, properties, Rust and an argument of CMake: read back, it is itself or has question
marks for what cannot be seen."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from edgeunet.escaping.c import CMakeString, CString, cmake_string
from edgeunet.escaping.manifests import (
    JsonString,
    PropertyText,
    RustName,
    RustString,
    TomlString,
    XmlText,
    YamlString,
    json_string,
    property_text,
    rust_string,
    toml_string,
    xml_text,
    yaml_string,
)
from edgeunet.escaping.written import HIDDEN
from tests.rigs.hostile import MARK, TEXTS
from tests.rigs.tools import need

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ANY = st.text(max_size=30) | st.text(alphabet="\"'\\\n\0\u202e#${}<>&;:-]é😀\ufffe", max_size=12)


def whole(text: str) -> str:
    """``text`` with a question mark for each half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode()


def seen(text: str) -> str:
    return HIDDEN.sub("?", text)


def rust_value(literal: str) -> str:
    """What rustc makes of a literal with these escapes."""
    inner = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', literal)
    assert inner, literal
    escape = re.compile(r'\\(?:u\{([0-9a-f]+)\}|(["\\]))')
    return escape.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], inner[1])


def property_value(line: str) -> str:
    (read,) = f"key={line}\n".splitlines()
    return read.split("=", 1)[1].strip()


def xml_value(text: str) -> str:
    root = ElementTree.fromstring(f'<a b="{text}">{text}</a>')
    assert root.attrib["b"] == (root.text or "")
    return root.text or ""


READ_BACK: list[tuple[Callable[[str], object], Callable[[str], str], Callable[[str], str]]] = [
    (json_string, json.loads, whole),
    (rust_string, rust_value, whole),
    (yaml_string, lambda text: yaml.safe_load(f"a: {text}\nb: c\n")["a"], seen),
    (toml_string, lambda text: tomllib.loads(f"a = {text}\nb = 1\n")["a"], seen),
    (property_text, property_value, lambda text: seen(text).strip()),
    (xml_text, xml_value, lambda text: re.sub("[\ufffe\uffff]", "?", seen(text))),
]


@pytest.mark.parametrize(("made", "read", "meant"), READ_BACK, ids=lambda way: getattr(way, "__name__", ""))
@given(text=ANY)
@example(text="".join(TEXTS[:-1]))
def test_a_text_reads_back(
    made: Callable[[str], object], read: Callable[[str], str], meant: Callable[[str], str], text: str
) -> None:
    assert read(str(made(text))) == meant(text)


@given(text=ANY)
def test_what_is_made_is_one_line_of_its_place(text: str) -> None:
    for made, _, _ in READ_BACK:
        assert len(f"x{made(text)}x".splitlines()) == 1
    for quoted in (json_string, rust_string, yaml_string, toml_string):
        assert str(quoted(text)).isascii()


def test_cmake_reads_every_text_as_one_argument(tmp_path: Path) -> None:
    need("cmake")
    expected = [seen(text).replace(";", ",").replace("@", "?") for text in TEXTS[:-1]]
    lines = [f'file(APPEND out.txt {cmake_string(text)} "\\n")' for text in TEXTS[:-1]]
    (tmp_path / "try.cmake").write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(["cmake", "-P", "try.cmake"], cwd=tmp_path, check=True)
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").split("\n")[:-1] == expected
    assert {path.name for path in tmp_path.iterdir()} == {"try.cmake", "out.txt"}
    assert len(str(cmake_string(TEXTS[-1]))) < 600
    assert MARK in str(cmake_string(TEXTS[0]))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (JsonString, "a"), (JsonString, '"a'), (JsonString, "1"), (JsonString, '"é"'),
        (YamlString, "a"), (YamlString, '"a"b"'), (YamlString, '"\\q"'), (YamlString, '"é"'),
        (TomlString, '"a\n"'), (TomlString, '"\\q"'), (TomlString, "'a'"),
        (RustString, '"a"; fn x() {} "'), (RustString, '"\\n"'), (RustName, "a b"), (RustName, "1a"), (RustName, ""),
        (PropertyText, "a\nb"), (PropertyText, " a"),
        (XmlText, "<b>"), (XmlText, "a & b"), (XmlText, 'a"'), (XmlText, "\0"),
        (CMakeString, "a"), (CMakeString, '"${A}"'), (CMakeString, '"a"b"'), (CMakeString, '"a;b"'),
    ],
)  # fmt: skip
def test_a_type_refuses_what_its_place_cannot_hold(kind: type[CString], text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|does not"):
        kind(text)
