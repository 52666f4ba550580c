"""Cycles beside instructions: one model of time over what Unicorn and QEMU executed."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import edgeunet.run
from edgeunet.cli.words.measurement import summarize
from edgeunet.power.estimate import Supply
from edgeunet.power.modes import find_mode
from edgeunet.run.bench import Request, Result, bench
from edgeunet.run.consumption import consumption
from edgeunet.run.measurement import Measurement
from edgeunet.timing.cycles import Cycles
from tests.rigs.json_schema import violations
from tests.rigs.tools import need

SCHEMA = Path(edgeunet.run.__file__).with_name("bench.schema.json")


@cache
def measured(shared: Path, target: str, emulator: str) -> Measurement:
    need("arm-none-eabi-gcc", "qemu-system-arm", "unicorn", "capstone", "gcc")
    model = shared / "models" / "small-unet-256.int8.tflite"
    return bench(Request(model, target, toolchain="gcc", emulator=emulator)).measurement


def test_a_board_without_a_port_is_estimated_with_its_clock_and_memory(shared: Path) -> None:
    m = measured(shared, "nucleo-l4r5zi", "unicorn")
    cycles = m.known_cycles
    assert cycles is not None, m.cycles
    assert (m.board, m.emulator, cycles.estimated) == ("nucleo-l4r5zi", "unicorn", True)
    assert cycles.zero_wait_count is not None
    assert m.count < cycles.zero_wait_count < cycles.count < 3 * m.count
    assert m.time.milliseconds == pytest.approx(cycles.count / 120_000)


def test_layers_add_up_to_the_call(shared: Path) -> None:
    m = measured(shared, "nucleo-l4r5zi", "unicorn")
    cycles = m.known_cycles
    assert cycles is not None
    assert all(spent > layer.count / 2 for spent, layer in zip(cycles.layers, m.layers, strict=True))
    # where a loop and what it calls are more than the flash cache holds, a layer alone waits for other lines
    assert sum(cycles.layers) == pytest.approx(cycles.count, rel=0.05)


def test_the_document_keeps_its_schema(shared: Path) -> None:
    m = measured(shared, "nucleo-l4r5zi", "unicorn")
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    mode = find_mode("nucleo-l4r5zi")
    with_energy = Result(m, energy=consumption(m.time, "it", mode, Supply(225.0, 3.0))).document()
    assert list(violations(json.loads(json.dumps(with_energy)), schema)) == []
    with_rate = replace(m, sample_rate_hz=250.0)
    without = replace(m, cycles="no tool", board_clock_hz=None)
    for one in (m, with_rate, without):
        assert list(violations(json.loads(json.dumps(one.document())), schema)) == []
    wrong = {**m.document(), "cycles": 3}
    assert list(violations(wrong, schema)) != []
    assert list(violations({**m.document(), "energy": {}}, schema)) != []


def test_the_summary_says_how_far_to_trust_an_estimate(shared: Path) -> None:
    m = replace(measured(shared, "nucleo-l4r5zi", "unicorn"), sample_rate_hz=250.0)
    text = "\n".join(summarize(m))
    assert "estimated, ±9 % on published boards" in text
    assert " ms at 120 MHz, " in text
    assert "% of real time" in text
    assert isinstance(m.cycles, Cycles)
    assert "no board validates this core" in "\n".join(
        summarize(replace(m, cycles=replace(m.cycles, error_band_percent=None)))
    )
    assert "not estimated: no tool" in "\n".join(summarize(replace(m, cycles="no tool")))


@pytest.mark.nightly
@pytest.mark.parametrize("target", ["cortex-m4", "nucleo-u575zi-q"])
def test_qemu_and_unicorn_give_the_same_cycles(target: str, shared: Path) -> None:
    """But for a thousandth: the two end blocks at different places, and what an instruction takes after another is
    counted within a block."""
    one, other = (measured(shared, target, emulator).known_cycles for emulator in ("qemu", "unicorn"))
    assert one is not None
    assert other is not None
    assert one.count == pytest.approx(other.count, rel=1e-3)
    assert one.zero_wait_count == pytest.approx(other.zero_wait_count, rel=1e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m3", "cortex-m7", "cortex-m55", "cortex-m85", "rv32imc"])
def test_every_core_has_an_estimate(target: str, shared: Path) -> None:
    need("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "qemu-system-arm", "qemu-system-riscv32", "capstone", "gcc")
    model = shared / "models" / "small-unet-256.int8.tflite"
    m = bench(Request(model, target, toolchain="gcc", emulator="qemu")).measurement
    cycles = m.known_cycles
    assert cycles is not None, m.cycles
    assert m.count / 2 < cycles.count < 4 * m.count
    assert m.time.milliseconds is None


@pytest.mark.nightly
@pytest.mark.parametrize("mode", ["window", "stream"])
@pytest.mark.parametrize(
    "target", ["host", "cortex-m4", "cortex-m55", "rv32imc", "nucleo-l4r5zi", "nucleo-g0b1re", "corstone-300"]
)
def test_every_kind_of_target_keeps_the_schema_of_the_document(target: str, mode: str, shared: Path) -> None:
    need("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "qemu-system-arm", "qemu-system-riscv32", "capstone", "gcc")
    model = shared / "models" / "small-unet-256.int8.tflite"
    document = bench(
        Request(model, target, toolchain="gcc", mode=mode, hop=16 if mode == "stream" else None)
    ).document()
    assert list(violations(json.loads(json.dumps(document)), json.loads(SCHEMA.read_text(encoding="utf-8")))) == []
    on_board = target in ("nucleo-l4r5zi", "nucleo-g0b1re", "corstone-300")
    assert (document["cycles"] is None) == (target == "host")
    assert (document["milliseconds"] is None) == (not on_board)
    assert document["board"] == target if on_board else document["clock_hz"] is None


@pytest.mark.nightly
def test_the_last_hop_of_a_stream_has_its_cycles(shared: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm", "capstone", "gcc")
    model = shared / "models" / "small-unet-256.int8.tflite"
    m = bench(Request(model, "cortex-m4", toolchain="gcc", emulator="qemu", mode="stream", hop=16)).measurement
    cycles = m.known_cycles
    assert cycles is not None, m.cycles
    assert m.count < cycles.count < 3 * m.count
