"""Every way there is to build and run, for tests that go through all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.emit.source import Compiled
from edgeunet.run.boards import load_boards
from edgeunet.run.golden import make_golden
from edgeunet.run.image import Build, Image, build_image
from edgeunet.run.machines import Machine, find_machine
from edgeunet.run.measure import measure
from edgeunet.run.measurement import Measurement
from edgeunet.run.project import write_project
from edgeunet.run.toolchains import find_toolchain
from tests.run.small_network import evaluate
from tests.tools import need

COMPILER = {"gcc": "arm-none-eabi-gcc", "zig": "zig"}
EMULATOR = {"qemu": "qemu-system-arm", "unicorn": "unicorn"}
WAYS = [
    pytest.param(core, toolchain, emulator, id=f"{core}-{toolchain}-{emulator}")
    for core in ("cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")
    for toolchain in COMPILER
    for emulator in EMULATOR
    if (core, emulator) != ("cortex-m55", "unicorn")
]


def image_for(compiled: Compiled, core: str, toolchain: str, directory: Path, **options: object) -> Image:
    """Build ``compiled`` for the emulated board of ``core``."""
    need(COMPILER[toolchain])
    board = load_boards().board(core)
    build = Build(board, find_toolchain(board.core, toolchain), **options)  # type: ignore[arg-type]
    return build_image(build, write_project(compiled, board, directory))


def machine_for(core: str, emulator: str) -> Machine:
    """The emulated board of ``core``."""
    need(EMULATOR[emulator])
    return find_machine(load_boards().board(core), emulator)


def measured(compiled: Compiled, core: str, toolchain: str, emulator: str, runs: int = 1) -> Measurement:
    """Measure ``compiled``, a variant of the small network."""
    need(COMPILER[toolchain], EMULATOR[emulator])
    board = load_boards().board(core)
    golden = make_golden(compiled, evaluate, runs)
    return measure(
        compiled, Build(board, find_toolchain(board.core, toolchain)), machine_for(core, emulator), golden, target=core
    )
