"""The pages about ecosystems: each command does what the page says, or names what the command before it has written."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeunet.cli.options.package import PACKAGES
from edgeunet.modelcard import card_path
from tests.rigs.command import edgeunet
from tests.rigs.packages import package_tool
from tests.rigs.pipeline_stages import small_network
from tests.rigs.tools import need

ROOT = Path(__file__).parents[2]
PAGES = {name: ROOT / "docs" / "packages" / f"{name.upper().replace('-', '_')}.md" for name in PACKAGES}
DAILY = {"cmake", "build/ecg/edgeunet_ecg_example"}
"""What is run here, besides ``edgeunet``."""
WITH_VENDORS_TREE = {"west", "idf.py", "arduino-cli", "pio", "cpackget", "cbuild"}
"""What needs more than a package: the folders that its lines name have to be there."""


def lines(name: str) -> Iterator[list[str]]:
    """The words of each command of a page."""
    for block in re.findall(r"^```sh\n(.*?)^```", PAGES[name].read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            yield shlex.split(line, comments=True)


def folders(words: list[str]) -> list[str]:
    """The words that are paths of the package."""
    return [word for word in words[1:] if re.match(r"(lib|libraries|modules|components|packs|crates)/", word)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the model that the pages speak of."""
    model = tmp_path / "m.int8.tflite"
    model.write_bytes(small_network())
    document = {"schema": "edgeunet.modelcard/1", "name": "net", "classes": ["background", "P", "QRS", "T"]}
    card_path(model).write_text(json.dumps({**document, "sample_rate_hz": 250.0, "normalization": "causal"}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page_work(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = lines(name)
    assert first[:2] == ["edgeunet", "export-c"]
    assert first[first.index("--package") + 1] == name
    assert edgeunet(*first[1:]).returncode == 0
    for words in rest:
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] in DAILY:
            need("cmake", "gcc")
            done = subprocess.run(words, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert words[0] == "cmake" or "samples" in done.stdout
        else:
            assert words[0] in {*WITH_VENDORS_TREE, "cargo"}, words
            assert not [path for path in folders(words) if not Path(path).exists()], words
    assert any(words[0] in DAILY | WITH_VENDORS_TREE | {"cargo"} for words in rest)


@pytest.mark.nightly
def test_the_command_of_the_page_about_rust_runs_the_example(place: Path, cargo_home: Path) -> None:
    first, words = lines("rust")
    assert edgeunet(*first[1:]).returncode == 0
    command = [package_tool("cargo"), *words[1:], "--offline"]
    environment = {**os.environ, "CARGO_HOME": str(cargo_home)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "ecg 1.0.0\n" in done.stdout


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_names_is_in_the_package(name: str, place: Path) -> None:
    """Options of CMake and Kconfig, headers, and names of the library."""
    first = next(lines(name))
    assert edgeunet(*first[1:]).returncode == 0
    written = Path(first[first.index("-o") + 1])
    everything = "\n".join(path.read_text() for path in written.rglob("*") if path.is_file())
    page = PAGES[name].read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:CONFIG_|-D)?(EDGEUNET_\w+)|\b(edgeunet(?:_|::)ecg\b)|\b(ecg_\w+\.h)\b", page))
    words = {word for each in named for word in each if word}
    assert words
    assert not {word for word in words if word not in everything and word.replace("::", "_") not in everything}


def test_the_tables_have_a_row_for_each() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "PACKAGES.md"):
        text = page.read_text(encoding="utf-8")
        for name, path in PAGES.items():
            assert f"packages/{path.name})" in text, f"{page.name} has no row for {name}"
