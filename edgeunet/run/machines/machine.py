"""Where an image can run: the host itself, an emulator, or a board on a serial port. One interface for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edgeunet.errors import RunError, ToolError
from edgeunet.run.machines import qemu, unicorn_machine
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.faults import describe_fault
from edgeunet.run.machines.process import listen_to_process
from edgeunet.run.machines.protocol import Line, Listener
from edgeunet.run.machines.tracing import Tracer


@dataclass(frozen=True)
class Machine:
    """Something that runs a program.

    Attributes
    ----------
    start : takes its path, who listens, for how many seconds at most, and on an emulator also who traces.
    """

    name: str
    version: str
    start: Callable[..., None]
    emulator: str | None = None


def find_machine(board: Board | None, emulator: str | None = None) -> Machine:
    """Return the machine for ``board`` (``None``: the host); of two emulators QEMU is preferred.

    Raises
    ------
    ToolError
        When the emulator asked for, or any at all, is missing, with how to install it.
    RunError
        When ``board`` is a real one and so cannot be emulated.
    """
    if board is None:
        return Machine("host", "", _run_on_host)
    if not board.is_emulated:
        raise RunError(f"{board.name} is a real board; name its serial port with --port, or choose an emulated board")
    version, install = qemu.qemu_version(board), qemu.system_for(board).install
    if emulator == "qemu" or (emulator is None and version):
        if version is None:
            raise qemu.missing(board)
        return Machine(board.name, version, partial(qemu.run_in_qemu, board), "qemu")
    if board.core.unicorn_model is None:
        raise ToolError(f"{board.core.name} can be emulated by QEMU only; {install}")
    if unicorn_machine.unicorn_version() is None:
        raise ToolError(f"no emulator for {board.core.name} is installed; {unicorn_machine.INSTALL}, or {install}")
    version = unicorn_machine.unicorn_version() or ""
    return Machine(board.name, version, partial(unicorn_machine.run_in_unicorn, board), "unicorn")


def hear(
    machine: Machine,
    image: Path,
    timeout_s: float,
    on_text: Callable[[str], None] | None = None,
    tracer: Tracer | None = None,
) -> tuple[Line, ...]:
    """Run ``image`` and return everything it reported; ``tracer`` takes what an emulator saw it execute.

    Raises
    ------
    RunError
        When it faulted (with registers and cause), hung, or lines were lost.
    """
    listener = Listener(on_text)
    if tracer is None or machine.emulator is None:
        machine.start(image, listener, timeout_s)
    else:
        machine.start(image, listener, timeout_s, tracer)
    lines = listener.transcript()
    for line in lines:
        if line.kind == "fault":
            raise RunError(describe_fault(line, ElfImage.read(image).function_at))
    return lines


def _run_on_host(image: Path, listener: Listener, timeout_s: float) -> None:
    listen_to_process([str(image)], listener, timeout_s, ends_itself=True)
