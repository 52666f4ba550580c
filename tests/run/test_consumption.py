"""Energy of a run: its cycles, its board's figures and its signal's rate put together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeunet.cli.words.energy import energy_lines
from edgeunet.errors import RunError
from edgeunet.power.estimate import Supply
from edgeunet.power.modes import find_mode
from edgeunet.run.consumption import EnergyRequest, consumption
from edgeunet.run.golden import make_golden
from edgeunet.run.image import Build
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.machines.machine import find_machine
from edgeunet.run.machines.toolchains import find_toolchain
from edgeunet.run.measure import measure
from edgeunet.run.measurement import Measurement
from tests.rigs.tools import need
from tests.run.small_network import evaluate, small_network

MODE = find_mode("nucleo-u575zi-q")


@pytest.fixture(scope="module")
def counted() -> Measurement:
    """The small network on RISC-V with a counter of cycles, which QEMU's is; 64 samples a call at 100 Hz."""
    need("riscv64-unknown-elf-gcc", "qemu-system-riscv32")
    board = replace(load_boards().board("rv32imc"), counter="mcycle")
    build = Build(board, find_toolchain(board.core, "gcc"))
    golden = make_golden(small_network(), evaluate, 1)
    machine = find_machine(board, "qemu")
    return measure(small_network(), build, machine, golden, target="rv32imc", sample_rate_hz=100.0)


def test_energy_follows_from_the_cycles_of_a_call_and_the_rate_of_the_signal(counted: Measurement) -> None:
    energy = consumption(counted.time, "small", MODE, Supply(capacity_mah=225.0))
    assert energy.microjoules == pytest.approx(counted.count * MODE.pj_per_cycle / 1e6)
    assert energy.duty == pytest.approx(counted.count * (100 / 64) / MODE.clock_hz)
    assert energy.battery_days is not None
    assert energy.battery_days > 365
    lines = energy_lines(energy, "window")
    assert lines[1].startswith("energy    ")
    assert "µJ per window, estimated, ±4 % on published models" in lines[1]
    unknown = consumption(counted.time, "small", find_mode("nrf52840dk"), Supply())
    assert ", of unknown error beside what the cycles are off by" in energy_lines(unknown, "window")[1]
    assert any(line.startswith("battery   ") and line.endswith(" days") for line in lines)


def test_without_cycles_there_is_no_energy(counted: Measurement) -> None:
    with pytest.raises(RunError, match=r"cycles of small on rv32imc are not known \(no table\)"):
        consumption(replace(counted, cycles="no table").time, "small on rv32imc", MODE, Supply())


def test_the_host_has_no_energy_per_cycle() -> None:
    with pytest.raises(RunError, match="no energy per cycle is known for 'host'; name one of these boards"):
        EnergyRequest().mode_of(None)


def test_a_board_has_the_mode_that_was_asked_for() -> None:
    board = load_boards().board("nucleo-l4r5zi")
    assert EnergyRequest("ldo").mode_of(board).supply_v == 1.8
