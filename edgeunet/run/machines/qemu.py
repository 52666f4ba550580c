"""QEMU as the machine: one instruction per nanosecond of virtual time, so the board's counter counts instructions."""

from __future__ import annotations

import atexit
import re
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from edgeunet.errors import ToolError
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.process import listen_to_process
from edgeunet.run.machines.protocol import Listener
from edgeunet.run.machines.toolchains import first_line
from edgeunet.run.machines.tracing import Tracer, compile_library, scratch_directory

_PLUGIN = Path(__file__).with_name("trace_qemu.c")


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


def run_in_qemu(board: Board, image: Path, listener: Listener, timeout_s: float, tracer: Tracer | None = None) -> None:
    """Run ``image`` until it has finished.

    Raises
    ------
    ToolError
        When QEMU is missing.
    RunError
        When the program hangs or QEMU gives up.
    """
    version = qemu_version(board)
    if version is None:
        raise missing(board)
    command = qemu_command(board, image)
    plugin = _plugin(version) if tracer is not None else None
    if tracer is None or plugin is None:
        listen_to_process(command, listener, timeout_s, ends_itself=False)
        return
    with scratch_directory() as directory:
        records = Path(directory) / "trace"
        arguments = _plugin_arguments(tracer, board, image, records)
        listen_to_process([*command, "-plugin", f"{plugin},{arguments}"], listener, timeout_s, ends_itself=False)
        tracer.take(np.fromfile(records, np.uint64))


def _plugin_arguments(tracer: Tracer, board: Board, image: Path, records: Path) -> str:
    shape = tracer.shape(board.flash)
    fields = [f"out={records}", f"base={board.flash.origin}", f"size={board.flash.size_bytes}"]
    fields.append(f"thumb={int(board.core.architecture == 'cortex_m')}")
    fields.append(f"mark={tracer.mark(ElfImage.read(image))}")
    if shape is not None:
        fields.append(f"memory={':'.join(map(str, shape))}")
    return ",".join(fields)


def _plugin(version: str) -> Path | None:
    """Return the plugin for the QEMU that calls itself ``version``; ``None`` when nothing here can compile it."""
    made = _compiled_plugin(version)
    if made is not None and not made.exists():  # the temporary files of the command that made it are gone
        _compiled_plugin.cache_clear()
        made = _compiled_plugin(version)
    return made


@cache
def _compiled_plugin(version: str) -> Path | None:
    directory = scratch_directory()
    atexit.register(directory.cleanup)
    numbers = re.search(r"(\d+)\.(\d+)", version)
    major, minor = (int(n) for n in numbers.groups()) if numbers else (7, 2)
    interface = 1 if major < 9 else 2 if (major, minor) == (9, 0) else 3
    try:
        return compile_library(_PLUGIN, Path(directory.name), f"-DPLUGIN_VERSION={interface}")
    except ToolError:
        return None
