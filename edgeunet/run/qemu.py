"""QEMU as the machine: one instruction per nanosecond of virtual time, so the board's counter counts instructions."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from edgeunet.errors import ToolError
from edgeunet.run.boards import Board
from edgeunet.run.process import listen_to_process
from edgeunet.run.protocol import Listener
from edgeunet.run.toolchains import first_line

PROGRAM = "qemu-system-arm"
INSTALL = "apt-get install qemu-system-arm"


@cache
def qemu_version() -> str | None:
    """Return what QEMU says it is, ``None`` when it is not there."""
    return first_line((PROGRAM, "--version")) if shutil.which(PROGRAM) else None


def qemu_command(board: Board, image: Path) -> list[str]:
    """Return the command that runs ``image`` with its UART on standard output."""
    return [
        PROGRAM,
        *("-M", board.flasher["machine"]),
        *("-display", "none", "-monitor", "none", "-serial", "stdio"),
        *("-icount", "shift=0,align=off,sleep=off"),
        *("-kernel", str(image)),
    ]


def run_in_qemu(board: Board, image: Path, listener: Listener, timeout_s: float) -> None:
    """Run ``image`` until it has finished.

    Raises
    ------
    ToolError
        When QEMU is missing.
    RunError
        When the program hangs or QEMU gives up.
    """
    if qemu_version() is None:
        raise ToolError(f"'{PROGRAM}' is not installed; {INSTALL}, or use --emulator unicorn")
    listen_to_process(qemu_command(board, image), listener, timeout_s, ends_itself=False)
