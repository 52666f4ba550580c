"""A process of our own imports what this one does, and nothing from where it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import edgeunet
from edgeunet.child import run_module, run_program

TRAPS = ("keras", "numpy", "tensorflow", "json", "ziglang", "edgeunet", "runpy")


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with modules that leave a trace where they are imported."""
    for name in TRAPS:
        (tmp_path / f"{name}.py").write_text(f"open('trace', 'w').write({name!r})\nraise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_traps_hold_a_plain_python(trapped: Path) -> None:
    assert subprocess.run([sys.executable, "-c", "import numpy"]).returncode == 3
    assert (trapped / "trace").exists()


@pytest.mark.parametrize("entry", ["", ".", None])
def test_nothing_is_imported_from_the_working_directory(
    trapped: Path, monkeypatch: pytest.MonkeyPatch, entry: str | None
) -> None:
    monkeypatch.syspath_prepend(str(trapped) if entry is None else entry)
    program = "import edgeunet, json, numpy\nprint(edgeunet.__file__, *sys.argv[1:], flush=True)"
    done = subprocess.run(run_program(program, "a b", "-c"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [edgeunet.__file__, "a", "b", "-c"]
    done = subprocess.run(run_module("edgeunet", "--version"), capture_output=True, text=True)
    assert done.stdout == f"edgeunet, version {edgeunet.__version__}\n", done.stderr
    assert not (trapped / "trace").exists()


def test_compilers_are_found_without_the_working_directory(trapped: Path) -> None:
    program = "from edgeunet.run.machines.toolchains import TABLE, probe\n[probe(row) for row in TABLE]"
    done = subprocess.run(run_program(program), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (trapped / "trace").exists()
