"""QEMU as the machine: one instruction per nanosecond of virtual time, so the board's counter counts instructions."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from edgeunet.errors import ToolError
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.process import listen_to_process
from edgeunet.run.machines.protocol import Listener
from edgeunet.run.machines.toolchains import first_line


@dataclass(frozen=True)
class System:
    """QEMU for the cores of one architecture.

    Attributes
    ----------
    arguments : what its machines need besides the image.
    """

    program: str
    install: str
    arguments: tuple[str, ...] = ()


SYSTEMS = {
    "cortex_m": System("qemu-system-arm", "apt-get install qemu-system-arm"),
    "riscv": System("qemu-system-riscv32", "apt-get install qemu-system-misc", ("-bios", "none")),
}


def system_for(board: Board) -> System:
    """Return the QEMU that emulates ``board``."""
    return SYSTEMS[board.core.architecture]


def qemu_version(board: Board) -> str | None:
    """Return what the QEMU for ``board`` says it is, ``None`` when it is not there."""
    return program_version(system_for(board).program)


@cache
def program_version(program: str) -> str | None:
    """Return what ``program`` says it is, ``None`` when it is not there."""
    return first_line((program, "--version")) if shutil.which(program) else None


def qemu_command(board: Board, image: Path) -> list[str]:
    """Return the command that runs ``image`` with its UART on standard output."""
    system = system_for(board)
    return [
        system.program,
        *("-M", board.flasher["machine"], *system.arguments),
        *(("-cpu", board.flasher["cpu"]) if "cpu" in board.flasher else ()),
        *("-display", "none", "-monitor", "none", "-serial", "stdio"),
        *("-icount", "shift=0,align=off,sleep=off"),
        *("-kernel", str(image)),
    ]


def missing(board: Board) -> ToolError:
    """Return the error that says how to get the QEMU for ``board``, or do without."""
    system = system_for(board)
    other = "" if board.core.unicorn_model is None else ", or use --emulator unicorn"
    return ToolError(f"'{system.program}' is not installed; {system.install}{other}")


def run_in_qemu(board: Board, image: Path, listener: Listener, timeout_s: float) -> None:
    """Run ``image`` until it has finished.

    Raises
    ------
    ToolError
        When QEMU is missing.
    RunError
        When the program hangs or QEMU gives up.
    """
    if qemu_version(board) is None:
        raise missing(board)
    listen_to_process(qemu_command(board, image), listener, timeout_s, ends_itself=False)
