"""The table of cores and boards: ``firmware_templates/bare-metal/boards.json``, read by CMake and by Python alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.errors import RunError, did_you_mean
from edgeunet.files import read_json
from edgeunet.run.machines.memory_system import MemorySystem, read_memory_system
from edgeunet.short_repr import short_repr

HOST = "host"
ARCHITECTURES = ("cortex_m", "riscv")


@dataclass(frozen=True)
class Core:
    """One processor core: how compilers and emulators name it.

    Attributes
    ----------
    architecture : ``cortex_m`` or ``riscv``: which start-up code, compiler and emulator.
    board : the emulated board that stands for the core in ``bench --target <core>``.
    kernels : kernel flavours that run on it, fastest first.
    unicorn_model : Unicorn's name of the CPU model, ``None`` where Unicorn does not know the core.
    """

    name: str
    architecture: str
    board: str
    kernels: tuple[str, ...]
    gcc_flags: tuple[str, ...]
    zig_flags: tuple[str, ...]
    unicorn_model: str | None

    __repr__ = short_repr


@dataclass(frozen=True)
class Region:
    """A span of memory."""

    origin: int
    size_bytes: int

    @property
    def end(self) -> int:
        return self.origin + self.size_bytes


@dataclass(frozen=True)
class Board:
    """One row of the table; ``docs/BOARDS.md`` explains every field.

    Attributes
    ----------
    timing : clock and memory that time and energy are estimated for; ``None`` where the row names none.
    no_firmware : why the template cannot be built for the board, ``None`` where it can; such a row holds facts for
        estimates only, and its fields about linker script, drivers and flasher are empty.
    """

    name: str
    title: str
    core: Core
    flash: Region
    ram: Region
    linker_script: str
    uart: str
    counter: str
    defines: Mapping[str, str]
    setup: tuple[tuple[str, str, str], ...]
    flasher: Mapping[str, str]
    timing: MemorySystem | None = None
    no_firmware: str | None = None

    __repr__ = short_repr

    @property
    def is_emulated(self) -> bool:
        return self.flasher["tool"] == "qemu"

    def require_firmware(self) -> Board:
        """Return the board if the template can be built for it.

        Raises
        ------
        RunError
            Saying why it cannot, and what the row is for.
        """
        if self.no_firmware is not None:
            raise RunError(
                f"there is no firmware for {self.name}: {self.no_firmware}; its row is for estimates only. "
                f"Build for {self.core.name}, or add the generated C (edgeunet export-c) to the vendor's project"
            )
        return self

    def row_header(self) -> str:
        """Return ``board_row.h``, the row as the C drivers see it (CMake, which sorts keys, writes the same text)."""
        lines = [f'#define BOARD_NAME "{self.name}"']
        lines += [f"#define BOARD_{key} {value}" for key, value in sorted(self.defines.items())]
        writes = " ".join(f"{{{address}, {clear}, {put}}}," for address, clear, put in self.setup)
        return "\n".join([*lines, f"#define BOARD_SETUP {writes}".rstrip()]) + "\n"


@dataclass(frozen=True)
class BoardTable:
    """All cores and boards, in the order of the file."""

    path: Path
    cores: Mapping[str, Core]
    boards: Mapping[str, Board]

    __repr__ = short_repr

    def board(self, name: str) -> Board:
        """Return the board called ``name``, or the emulated board of the core called ``name``."""
        if name in self.cores:
            name = self.cores[name].board
        if name not in self.boards:
            known = [*self.cores, *self.boards]
            cure = did_you_mean(name, known) or f"choose one of: {', '.join(known)}"
            raise RunError(f"there is no board or core '{name}' in '{self.path}'; {cure}")
        return self.boards[name]


def template_directory() -> Path:
    """Return ``firmware_templates/bare-metal``: inside the installed package, or at the top of a source checkout."""
    package = Path(__file__).resolve().parents[2]
    for parent in (package, package.parent):
        candidate = parent / "firmware_templates" / "bare-metal"
        if (candidate / "boards.json").is_file():
            return candidate
    raise RunError(f"the firmware templates are missing beside '{package}'; install edgeunet again")


def load_boards(directory: Path | None = None) -> BoardTable:
    """Read the table of ``directory`` (a firmware project; by default the templates).

    Raises
    ------
    RunError
        When the file is missing, is not JSON, or a row lacks a field.
    """
    path = (directory or template_directory()) / "boards.json"
    document = read_json(path, RunError)
    where = "cores"
    try:
        cores = {}
        for name, row in document["cores"].items():
            where = f"core '{name}'"
            cores[name] = _core(name, row)
        boards = {}
        for name, row in document["boards"].items():
            where = f"board '{name}'"
            boards[name] = _board(name, row, cores)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            f"{where} in '{path}' has a missing or malformed field ({error}); docs/BOARDS.md lists them"
        ) from error
    return BoardTable(path, cores, boards)


def _core(name: str, row: Mapping[str, Any]) -> Core:
    return Core(
        name=name,
        architecture=_architecture(row["architecture"]),
        board=row["board"],
        kernels=tuple(row["kernels"]),
        gcc_flags=tuple(row["gcc_flags"]),
        zig_flags=tuple(row["zig_flags"]),
        unicorn_model=row["unicorn_model"],
    )


def _architecture(name: str) -> str:
    if name not in ARCHITECTURES:
        raise ValueError(f"architecture {name!r} is none of {', '.join(ARCHITECTURES)}")
    return name


def _board(name: str, row: Mapping[str, Any], cores: Mapping[str, Core]) -> Board:
    timing = read_memory_system(row["timing"]) if "timing" in row else None
    if "no_firmware" in row:
        return _estimated_board(name, row, cores, timing)
    return Board(
        name=name,
        title=row["title"],
        core=cores[row["core"]],
        flash=_region(row["memory"]["flash"]),
        ram=_region(row["memory"]["ram"]),
        linker_script=row["linker_script"],
        uart=row["uart"],
        counter=row["counter"],
        defines=dict(row["defines"]),
        setup=tuple((str(a), str(c), str(s)) for a, c, s in row["setup"]),
        flasher={"tool": row["flash"]["tool"], **row["flash"]},
        timing=timing,
    )


def _estimated_board(
    name: str, row: Mapping[str, Any], cores: Mapping[str, Core], timing: MemorySystem | None
) -> Board:
    """Return the board of a row without firmware: memory and timing, nothing to build with."""
    if timing is None:
        raise KeyError("timing")
    return Board(
        name=name,
        title=row["title"],
        core=cores[row["core"]],
        flash=_region(row["memory"]["flash"]),
        ram=_region(row["memory"]["ram"]),
        linker_script="",
        uart="",
        counter="",
        defines={},
        setup=(),
        flasher={"tool": "none"},
        timing=timing,
        no_firmware=str(row["no_firmware"]),
    )


def _region(pair: list[str]) -> Region:
    origin, size = pair
    unit = {"K": 1024, "M": 1024 * 1024}.get(size[-1])
    return Region(int(origin, 16), int(size[:-1]) * unit if unit else int(size, 0))
