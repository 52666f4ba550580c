"""No title and no class of a model becomes anything but text in a package: manifests, build files, C, Rust."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from edgeunet.emit.template import CPage, JsonPage, Page, RustPage, TomlPage, XmlPage, YamlPage, render
from edgeunet.escaping.c import c_comment
from edgeunet.escaping.manifests import json_string, rust_string, toml_string, xml_text, yaml_string
from edgeunet.packages.ecosystems.platformio import LibraryPage
from edgeunet.packages.table import ECOSYSTEMS
from edgeunet.packages.writing import write_package
from tests.rigs.hostile import MARK, TEXTS, c_identifiers
from tests.rigs.packages import Kind, compiled, library
from tests.rigs.pipeline_stages import card
from tests.rigs.tools import need

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RUST_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*')


def check_file(path: str, text: str) -> None:
    """Raise where the mark stands anywhere but in a text of the file's language."""
    if path.endswith((".c", ".h", ".ino")):
        assert MARK not in c_identifiers(text), path
    elif path.endswith(".rs"):
        assert MARK not in RUST_TEXT.sub('""', text), path
    elif path.endswith("library.json"):
        assert set(json.loads(text)) >= {"name", "version"}
        assert MARK not in re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    elif path.endswith((".yml", ".yaml")):
        assert MARK not in re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
        yaml.safe_load(text)
    elif path.endswith(".toml"):
        assert set(tomllib.loads(text)) == {"package", "lib", "build-dependencies"}
    elif path.endswith(".pdsc"):
        names = {element.tag for element in ElementTree.fromstring(text).iter()}
        assert MARK not in names
        assert "script" not in names
    elif path.endswith(".properties"):
        assert len(text.splitlines()) == text.count("\n") == 11
    elif path.endswith("CMakeLists.txt"):
        assert MARK not in re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    else:
        assert path.endswith((".md", "LICENSE", ".txt", ".ini", ".conf", ".in", "Kconfig")), path
        assert not text.startswith(MARK)
        assert f"\n{MARK}" not in text


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_title_stays_text_in_every_package(number: int) -> None:
    for files_of in ECOSYSTEMS.values():
        kind = Kind(("stream", "window")[number % 2], bool(number % 3))
        hostile = replace(library(kind), title=TEXTS[number][:80], classes=tuple(t[:200] for t in TEXTS))
        for path, text in files_of(hostile).items():
            if path.split("/")[-1] not in hostile.compiled.sources.files:
                check_file(path, text)


def test_a_project_of_a_hostile_title_configures(tmp_path: Path) -> None:
    need("cmake", "gcc")
    _, made, stages = compiled(Kind())
    title = "".join(TEXTS)[:70] + f'"){MARK}() $ENV{{HOME}} ;'
    write_package(made, "cmake", tmp_path / "lib", replace(card(), name=title), stages)
    command = ("cmake", "-S", tmp_path / "lib", "-B", tmp_path / "build", "-Wdev", "-Werror=dev")
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    described = re.search("CMAKE_PROJECT_DESCRIPTION:STATIC=(.*)", (tmp_path / "build" / "CMakeCache.txt").read_text())
    assert described
    assert MARK in described[1]


def test_a_page_takes_no_text_of_another_place() -> None:
    """A raw ``str`` is an error, and so is what was made for another kind of file."""
    texts = [json_string("a"), yaml_string("a"), toml_string("a"), rust_string("a"), xml_text("a"), c_comment("a")]
    fields: list[object] = [json_string("a")] * 4
    good = LibraryPage(*fields[:4], (), json_string("a"), ())  # type: ignore[arg-type]
    assert '"name": "a"' in render(good)
    for text in (*texts[1:], "a"):
        with pytest.raises(TypeError, match="cannot go into a template"):
            render(replace(good, library=text))  # type: ignore[arg-type]
    accepted = {kind.accepts for kind in (JsonPage, YamlPage, TomlPage, RustPage, XmlPage, CPage, Page)}
    assert len(accepted) == 6
