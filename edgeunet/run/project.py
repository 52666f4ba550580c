"""A firmware project: the template filled in for one model. ``bench`` builds one, ``firmware new`` hands one over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.emit.source import Compiled
from edgeunet.errors import RunError
from edgeunet.files import read_json, write_json, write_text
from edgeunet.run.machines.boards import Board, load_boards, template_directory
from edgeunet.run.recording import Recording
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.firmware/1"
MARK = "edgeunet.json"
_FILLED = ".in"
_SELFTEST = "_selftest"
_MAINS = {
    ("window", False): "main.c.in",
    ("stream", False): "main_stream.c.in",
    ("window", True): "main_pipeline_window.c.in",
    ("stream", True): "main_pipeline_stream.c.in",
}


@dataclass(frozen=True)
class Project:
    """A firmware project on disk.

    Attributes
    ----------
    model : name of the model, the prefix of the generated C.
    board : name of the board it was made for; others can be built too.
    recording : what its program sends through the whole pipeline; ``None`` where it runs just the network.
    aligned : whether it runs where the core traps words at odd addresses.
    """

    directory: Path
    model: str
    board: str
    recording: Mapping[str, Any] | None = None
    aligned: bool = False

    __repr__ = short_repr

    @property
    def has_pipeline(self) -> bool:
        return self.recording is not None

    def model_sources(self) -> tuple[Path, ...]:
        """Return the generated C (and assembly) to compile, self-test excluded, in a fixed order."""
        tree = self.directory / "model"
        found = [path for pattern in ("*.c", "*.S") for path in tree.rglob(pattern)]
        return tuple(sorted(path for path in found if not path.stem.endswith(_SELFTEST)))

    def selftest_sources(self) -> tuple[Path, ...]:
        """Return the generated self-tests; the linker keeps the one that is called."""
        return tuple(sorted((self.directory / "model").rglob(f"*{_SELFTEST}.c")))

    @property
    def firmware_id(self) -> str:
        """Digits by which a running firmware says which model sources it was built from."""
        hasher = hashlib.sha256()
        tree = self.directory / "model"
        for path in sorted(p for p in tree.rglob("*") if p.is_file()):
            hasher.update(path.relative_to(tree).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return hasher.hexdigest()[:12]


def write_project(
    compiled: Compiled, board: Board | None, directory: Path, recording: Recording | None = None
) -> Project:
    """Write the template and ``compiled`` to ``directory``.

    Parameters
    ----------
    recording : what the program sends through the pipeline of ``compiled``; without it the program runs the network.

    Raises
    ------
    RunError
        When ``directory`` already holds something else than a project.
    """
    if directory.is_dir() and any(directory.iterdir()) and not (directory / MARK).exists():
        raise RunError(f"'{directory}' is not empty and no firmware project; choose another directory")
    board_name = board.name if board else "host"
    traps = compiled.aligned and board is not None and board.core.architecture == "cortex_m"
    template = template_directory()
    for path in sorted(p for p in template.rglob("*") if p.is_file()):
        target = directory / path.relative_to(template)
        if path.name in _MAINS.values():
            if path.name != _MAINS[compiled.mode, recording is not None]:
                continue
            target = target.with_name("main.c.in")
        text = path.read_text(encoding="utf-8")
        if path.suffix == _FILLED:
            target = target.with_suffix("")
            text = fill(text, compiled.name, board_name, "-O2 -mno-unaligned-access" if traps else "-O2")
        write_text(target, text)
    compiled.sources.write(directory / "model")
    mark: dict[str, Any] = {"schema": SCHEMA, "model": compiled.name, "board": board_name}
    if traps:
        mark["aligned"] = True
    if recording is not None:
        write_text(directory / "src" / "recording.h", recording.header())
        mark["recording"] = recording.document()
    write_json(directory / MARK, mark)
    return Project(directory, compiled.name, board_name, mark.get("recording"), traps)


def fill(text: str, model: str, board: str, flags: str) -> str:
    """Return ``text`` with ``@name@``, ``@NAME@``, ``@board@`` and ``@flags@`` replaced."""
    text = text.replace("@flags@", flags)
    return text.replace("@name@", model).replace("@NAME@", model.upper()).replace("@board@", board)


def open_project(directory: Path) -> Project:
    """Return the project in ``directory``.

    Raises
    ------
    RunError
        When there is none, or its ``edgeunet.json`` is not what edgeunet wrote.
    """
    mark = directory / MARK
    if not mark.is_file():
        raise RunError(
            f"'{directory}' is no firmware project; make one with: edgeunet firmware new --model m.tflite -o app/"
        )
    document = read_json(mark, RunError)
    if document.get("schema") != SCHEMA or not all(isinstance(document.get(key), str) for key in ("model", "board")):
        raise RunError(f"'{mark}' is not what edgeunet wrote ({json.dumps(document)[:80]}); make the project again")
    return Project(
        directory, document["model"], document["board"], document.get("recording"), document.get("aligned") is True
    )


def project_board(project: Project, name: str | None) -> Board:
    """Return the board called ``name`` (by default the project's own) from the project's table."""
    return load_boards(project.directory).board(name or project.board)
