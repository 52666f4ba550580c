"""The quick way and the slow way of running a mutant say the same of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="cosmic-ray is not installed")

MODULE = """
from dataclasses import dataclass
from functools import lru_cache, wraps


def checked(function):
    @wraps(function)
    def run(*values):
        if min(values) < 0:
            raise ValueError("a side below zero")
        return function(*values)

    return run


def scaled(factor):
    return lambda value: factor * value


double = scaled(2)
LIMITS = {name: len(name) for name in ("one", "three")}


@dataclass(frozen=True)
class Box:
    width: int
    height: int = 1

    @property
    def edge(self):
        return 2 * (self.width + self.height)


@checked
@lru_cache
def area(width, height):
    return sum(width for row in range(height))


def steps(size):
    while size > 0:
        size -= 1
    return size


def unused(size):
    return size + 1


def boxes(sizes):
    def fits(size):
        return size not in gone

    gone = [0]
    return [Box(size) for size in sizes if fits(size) or size == 7]
"""

TESTS = """
import pytest

from edgeunet.program.boxes import LIMITS, Box, area, boxes, double, steps


def test_area():
    open("written", "w").close()
    assert area(3, 2) == 6
    with pytest.raises(ValueError):
        area(-1, 2)


def test_edge():
    assert Box(3).edge == 8


def test_steps():
    assert steps(2) == 0


def test_others():
    assert LIMITS["one"] == 3 and double(4) == 8
    assert boxes([0, 2]) == [Box(2)]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module of the package 'program' and the tools that make its mutants."""
    for path, text in (("edgeunet/program/boxes.py", MODULE), ("tests/program/test_boxes.py", TESTS)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    for folder in ("edgeunet", "edgeunet/program", "tests", "tests/program"):
        (tmp_path / folder / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    tools = tmp_path / "tests" / "mutants"
    tools.mkdir()
    for file in Path(__file__).parent.glob("*.py"):
        if not file.name.startswith("test_"):
            shutil.copy(file, tools)
    return tmp_path


def results(project: Path, *options: str) -> dict[str, tuple[str, str]]:
    """Outcome and test that failed first, per mutant."""
    (project / ".mutants" / "results-program.jsonl").unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.mutants", "program", "--jobs", "1", *options]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert "mutants killed" in done.stdout or "--only" in options, done.stdout + done.stderr
    lines = (project / ".mutants" / "results-program.jsonl").read_text().splitlines()
    return {line["key"]: (line["outcome"], line["test"]) for line in map(json.loads, lines) if "key" in line}


def agree(project: Path, *options: str) -> dict[str, tuple[str, str]]:
    quick, slow = results(project, *options), results(project, "--fresh", *options)
    assert quick == slow
    assert {path.name for path in project.iterdir()} == {".mutants", "edgeunet", "pyproject.toml", "tests"}
    return quick


@pytest.mark.nightly
def test_both_ways_agree_on_a_few(project: Path) -> None:
    """A closure made at import and a property."""
    found = {test.split("::")[1] for outcome, test in agree(project, "--only", "* ").values() if outcome == "killed"}
    assert found == {"test_edge", "test_others"}


@pytest.mark.nightly
def test_both_ways_agree(project: Path) -> None:
    """A method, something computed at import, a cached function, one that nobody calls, and loops without an end."""
    found = agree(project)
    assert set(Counter(outcome for outcome, _ in found.values())) == {"killed", "survived", "endless"}
