"""The counted unit is one instruction: exact, the same on both emulators, the same from run to run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeunet.errors import ToolError
from edgeunet.run.image import Build, build_image
from edgeunet.run.machines import block_counter
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.machine import find_machine, hear
from edgeunet.run.machines.protocol import Listener
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.machines.unicorn_machine import UnicornMachine
from edgeunet.run.project import write_project
from tests.rigs.machines import COMPILER, RISCV, image_for, machine_for, tools
from tests.rigs.tools import need
from tests.run.small_network import small_network


@pytest.mark.parametrize(("core", "emulator"), [("cortex-m4", "qemu"), ("cortex-m4", "unicorn"), (RISCV, "qemu")])
def test_loops_of_known_length_are_counted_exactly(core: str, emulator: str, tmp_path: Path) -> None:
    """Every measurement checks this again; here the figures stand for the reader."""
    lines = hear(machine_for(core, emulator), image_for(small_network(), core, "gcc", tmp_path).path, 60.0)
    loops = [(line.number("expected"), line.number("count")) for line in lines if line.kind == "calibration"]
    assert loops == [(2001, 2001), (60001, 60001)]


@pytest.mark.parametrize(
    ("core", "toolchain"),
    [("cortex-m0plus", "gcc"), ("cortex-m3", "gcc"), ("cortex-m4", "zig"), ("cortex-m7", "gcc"), ("cortex-m33", "zig")],
)
def test_qemu_and_unicorn_report_the_same_from_one_image(core: str, toolchain: str, tmp_path: Path) -> None:
    image = image_for(small_network(), core, toolchain, tmp_path, traced=True, runs=3)
    heard = [hear(machine_for(core, emulator), image.path, 60.0) for emulator in ("qemu", "unicorn", "qemu")]
    assert heard[0] == heard[1] == heard[2]
    assert sum(line.kind == "layer" for line in heard[0]) == 6


def _machine(image_path: Path, core: str = "cortex-m4") -> tuple[UnicornMachine, Listener]:
    listener = Listener()
    return UnicornMachine(load_boards().board(core), image_path, listener), listener


@pytest.mark.parametrize("toolchain", COMPILER)
def test_counting_blocks_equals_counting_every_instruction(toolchain: str, tmp_path: Path) -> None:
    need("unicorn")
    import unicorn

    image = image_for(small_network(), "cortex-m4", toolchain, tmp_path)
    machine, listener = _machine(image.path)
    executed = [0]
    in_block: set[int] = set()

    def on_instruction(engine: Any, address: int, size: int, _: Any) -> None:
        """Unicorn calls this only for those instructions of an IT block that take effect; QEMU's icount counts all."""
        if address in in_block:
            in_block.discard(address)
            return
        in_block.clear()
        executed[0] += 1
        top, low = engine.mem_read(address + 1, 1)[0], engine.mem_read(address, 1)[0]
        if size == 2 and top == 0xBF and low & 0xF:
            count = 4 - ((low & -low).bit_length() - 1)
            executed[0] += count
            at = address + 2
            for _ in range(count):
                in_block.add(at)
                at += 4 if engine.mem_read(at + 1, 1)[0] >> 3 >= 0x1D else 2

    machine.engine.hook_add(unicorn.UC_HOOK_CODE, on_instruction)
    machine.run(60.0)
    # The last block is left in its middle, at the store that sends the final line end.
    assert listener.finished
    assert 0 <= machine.counter.instructions - executed[0] < 20
    single, _ = _machine(image.path)
    single.run(60.0)
    assert single.counter.instructions == machine.counter.instructions


def test_the_counter_without_a_host_compiler_counts_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("unicorn")
    image = image_for(small_network(), "cortex-m4", "gcc", tmp_path)
    native, _ = _machine(image.path)
    native.run(60.0)

    def no_compiler() -> None:
        raise ToolError("none")

    monkeypatch.setattr(block_counter, "_native_library", no_compiler)
    plain, listener = _machine(image.path)
    plain.run(60.0)
    assert listener.finished
    assert plain.counter.instructions == native.counter.instructions


@pytest.mark.parametrize("core", ["cortex-m4", RISCV])
def test_trace_overhead_is_taken_out(core: str, tmp_path: Path) -> None:
    """The layers' sum stays close to the untraced total although each trace call costs many instructions."""
    machine = machine_for(core, "qemu")
    plain = hear(machine, image_for(small_network(), core, "gcc", tmp_path).path, 60.0)
    traced = hear(machine, image_for(small_network(), core, "gcc", tmp_path, traced=True).path, 60.0)
    total = next(line.number("count") for line in plain if line.kind == "run")
    layers = sum(line.number("count") for line in traced if line.kind == "layer")
    assert abs(total - layers) < 30


def test_the_cycle_counter_of_risc_v_counts(tmp_path: Path) -> None:
    """Under QEMU, one instruction per tick, ``mcycle`` shows the loops of known length as long as they are."""
    need(*tools(RISCV, "gcc", "qemu"))
    board = replace(load_boards().board(RISCV), counter="mcycle")
    build = Build(board, find_toolchain(board.core, "gcc"))
    image = build_image(build, write_project(small_network(), board, tmp_path))
    lines = hear(find_machine(board, "qemu"), image.path, 60.0)
    loops = [line for line in lines if line.kind == "calibration"]
    assert lines[0].text("unit") == "cycles"
    assert [line.number("count") for line in loops] == [line.number("expected") for line in loops]
