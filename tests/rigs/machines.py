"""Every way there is to build and run, for tests that go through all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.emit.source import Compiled
from edgeunet.run.golden import make_golden
from edgeunet.run.image import Build, Image, build_image
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.machine import Machine, find_machine
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import measure
from edgeunet.run.measurement import Measurement
from edgeunet.run.project import write_project
from tests.rigs.tools import need
from tests.run.small_network import evaluate

RISCV = "rv32imc"
COMPILER = {"gcc": "arm-none-eabi-gcc", "zig": "zig"}
EMULATOR = {"qemu": "qemu-system-arm", "unicorn": "unicorn"}
_ON_RISCV = {"gcc": "riscv64-unknown-elf-gcc", "qemu": "qemu-system-riscv32"}
WAYS = [
    pytest.param(core, toolchain, emulator, id=f"{core}-{toolchain}-{emulator}")
    for core in ("cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", RISCV)
    for toolchain in COMPILER
    for emulator in EMULATOR
    if emulator != "unicorn" or core not in ("cortex-m55", RISCV)
]


def tools(core: str, *names: str) -> tuple[str, ...]:
    """The programs behind the toolchains and emulators called ``names``, for ``core``."""
    every = {**COMPILER, **EMULATOR, **(_ON_RISCV if core == RISCV else {})}
    return tuple(every[name] for name in names)


def image_for(compiled: Compiled, core: str, toolchain: str, directory: Path, **options: object) -> Image:
    """Build ``compiled`` for the emulated board of ``core``."""
    need(*tools(core, toolchain))
    board = load_boards().board(core)
    build = Build(board, find_toolchain(board.core, toolchain), **options)  # type: ignore[arg-type]
    return build_image(build, write_project(compiled, board, directory))


def machine_for(core: str, emulator: str) -> Machine:
    """The emulated board of ``core``."""
    need(*tools(core, emulator))
    return find_machine(load_boards().board(core), emulator)


def measured(compiled: Compiled, core: str, toolchain: str, emulator: str, runs: int = 1) -> Measurement:
    """Measure ``compiled``, a variant of the small network."""
    need(*tools(core, toolchain, emulator))
    board = load_boards().board(core)
    golden = make_golden(compiled, evaluate, runs)
    return measure(
        compiled, Build(board, find_toolchain(board.core, toolchain)), machine_for(core, emulator), golden, target=core
    )
