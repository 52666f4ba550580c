"""A firmware project: the template filled in for one model. ``bench`` builds one, ``firmware new`` hands one over."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.emit.source import Compiled, Interface
from edgeunet.errors import RunError
from edgeunet.escaping.c import CIdentifier, CText, Source
from edgeunet.escaping.written import written
from edgeunet.files import PREFIX, FileSet, changed_files, outdated_files, read_json, settle, text_digests
from edgeunet.pipeline.selftest import call_width
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


class BoardName(Source):
    """The name of a board or core.

    Raises
    ------
    ValueError
        When it is of more than lower-case letters, digits and hyphens.
    """

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", self.text):
            raise ValueError(f"{self.text!r} is no name of a board")


@dataclass(frozen=True)
class Project:
    """A firmware project on disk.

    Attributes
    ----------
    model : name of the model, the prefix of the generated C.
    board : name of the board it was made for; others can be built too.
    recording : what its program sends through the whole pipeline; ``None`` where it runs just the network.
    aligned : whether it runs where the core traps words at odd addresses.
    weights : where weights and tables lie when they are used, ``flash`` or ``ram``.
    kept, replaced : files that the user had changed, and that were left alone or written anew.
    """

    directory: Path
    model: str
    board: str
    recording: Mapping[str, Any] | None = None
    aligned: bool = False
    kept: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    weights: str = "flash"

    __repr__ = short_repr

    def require_unchanged(self) -> Project:
        """Return the project unless it holds files of the user's in place of what was to be written.

        Raises
        ------
        RunError
            Naming them.
        """
        if self.kept:
            raise RunError(
                f"'{self.directory}' holds files that were changed ({', '.join(self.kept)}), which would be measured "
                "instead of what was generated; choose another directory"
            )
        return self

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
    compiled: Compiled,
    board: Board | None,
    directory: Path,
    recording: Recording | None = None,
    *,
    force: bool = False,
    weights: str = "flash",
) -> Project:
    """Write the template and ``compiled`` to ``directory``.

    Every file's digest goes into the project's ``edgeunet.json``. A file that no longer has its digest was changed by
    the user: it stays as it is and is named in `Project.kept`. Files of an earlier model are removed.

    Parameters
    ----------
    recording : what the program sends through the pipeline of ``compiled``; without it the program runs the network.
    force : replace changed files too, and name them in `Project.replaced`.
    weights : where weights and tables shall lie when they are used, ``flash`` or ``ram``.

    Raises
    ------
    RunError
        When ``directory`` already holds something else than a project.
    """
    if directory.is_dir():
        settle(directory)
        others = any(not place.name.startswith(PREFIX) for place in directory.iterdir())
        if others and not (directory / MARK).exists():
            raise RunError(f"'{directory}' is not empty and no firmware project; choose another directory")
    board_name = board.name if board else "host"
    traps = compiled.aligned and board is not None and board.core.architecture == "cortex_m"
    flags = "-O2 -mno-unaligned-access" if traps else "-O2"
    width = call_width(recording.pipeline) if recording is not None else CText("")
    types = {"input_t": c_type(compiled.inputs), "output_t": c_type(compiled.outputs)}
    filled = {"flags": CText(flags), "weights": CText(weights), "width": width, **types}
    files = _template_files(compiled, board_name, filled, with_recording=recording is not None)
    files |= {f"model/{path}": text for path, text in compiled.sources.files.items()}
    mark: dict[str, Any] = {"schema": SCHEMA, "model": compiled.name, "board": board_name}
    if traps:
        mark["aligned"] = True
    if weights != "flash":
        mark["weights"] = weights
    if recording is not None:
        files["src/recording.h"] = recording.header()
        mark["recording"] = recording.document()
    mark["files"] = text_digests(files)
    with FileSet(directory, lambda: outdated_files(directory, MARK)) as written:
        changed = changed_files(directory, MARK, mark["files"])
        for path, text in files.items():
            if force or path not in changed:
                written.write_text(directory / path, text)
        written.write_json(directory / MARK, mark)
    names = tuple(sorted(changed))
    kept, replaced = ((), names) if force else (names, ())
    return Project(directory, compiled.name, board_name, mark.get("recording"), traps, kept, replaced, weights)


def c_type(side: Sequence[Interface]) -> CText:
    """Return the C type of the values of the network's input or output, all of which have the same."""
    return CText(f"{side[0].dtype}_t")


def _template_files(
    compiled: Compiled, board: str, filled: Mapping[str, CText], *, with_recording: bool
) -> dict[str, str]:
    """Return the text of each file of the template by its path in the project."""
    template, files = template_directory(), {}
    for path in sorted(p for p in template.rglob("*") if p.is_file()):
        target = path.relative_to(template)
        if path.name in _MAINS.values():
            if path.name != _MAINS[compiled.mode, with_recording]:
                continue
            target = target.with_name("main.c.in")
        text = path.read_text(encoding="utf-8")
        if path.suffix == _FILLED:
            target = target.with_suffix("")
            text = fill(text, CIdentifier(compiled.name), BoardName(board), filled)
        files[target.as_posix()] = text
    return files


def fill(text: str, model: CIdentifier, board: BoardName, filled: Mapping[str, CText]) -> str:
    """Return ``text`` with ``@name@``, ``@NAME@``, ``@board@`` and each ``@key@`` of ``filled`` replaced.

    These stand in C, CMake and Markdown, so they are made of nothing that means anything there.
    """
    words = {"name": model, "NAME": model.upper, "board": board, **filled}
    return re.sub(f"@({'|'.join(words)})@", lambda found: written(words[found[1]], Source), text)


def open_project(directory: Path) -> Project:
    """Return the project in ``directory``.

    Raises
    ------
    RunError
        When there is none, or its ``edgeunet.json`` is not what edgeunet wrote.
    """
    settle(directory)
    mark = directory / MARK
    if not mark.is_file():
        raise RunError(
            f"'{directory}' is no firmware project; make one with: edgeunet firmware new --model m.tflite -o app/"
        )
    document = read_json(mark, RunError)
    if document.get("schema") != SCHEMA or not all(isinstance(document.get(key), str) for key in ("model", "board")):
        raise RunError(f"'{mark}' is not what edgeunet wrote ({json.dumps(document)[:80]}); make the project again")
    return Project(
        directory,
        document["model"],
        document["board"],
        document.get("recording"),
        document.get("aligned") is True,
        weights="ram" if document.get("weights") == "ram" else "flash",
    )


def project_board(project: Project, name: str | None) -> Board:
    """Return the board called ``name`` (by default the project's own) from the project's table."""
    return load_boards(project.directory).board(name or project.board)
