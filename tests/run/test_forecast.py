"""A first estimate before any training: the plan exact, flash, stack and cycles near what the trained network takes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import Graph, read_tflite
from edgeunet.run.forecast import Forecast, forecast, forecast_graph
from edgeunet.run.machines.boards import load_boards
from edgeunet.run.target import target_kernels
from edgeunet.spec import PRESETS, BlockSpec, UNetSpec
from tests.networks.pass_networks import RELU, PassNetwork
from tests.rigs.tools import need

FLASH_NEAR, FLASH_NEAR_OF_RANDOM, CYCLES_NEAR = 0.015, 0.05, 0.05
STACK_NEAR_BYTES, ARENA_NEAR_BYTES = 64, 64
LOOPS_BYTES = 640
"""Two loops of a depthwise kernel: there is one for every shift that enough channels have, which weights decide."""
SPECS = 20
STEPS = 40
"""Of training: enough that batch norms, biases and weights are no longer those that a network begins with."""


def small_graph(seed: int) -> Graph:
    n = PassNetwork(seed)
    x = n.convolution(n.input(32, 2), 8, 3, RELU)
    return read_tflite(n.only(n.convolution(n.depthwise(n.pool(x, 2, 2), 5, RELU), 4, 1, ("NONE", 3))))


@cache
def small_forecast(target: str) -> Forecast:
    need("arm-none-eabi-gcc", "qemu-system-arm", "unicorn", "capstone", "gcc")
    spec = replace(PRESETS["ecg-tiny"].specs[1], sample_rate_hz=250.0)
    return forecast_graph(small_graph(1), spec, target, load_boards().board(target), lambda _: None)


def test_the_plan_is_that_of_any_other_weights() -> None:
    found = small_forecast("nucleo-l4r5zi")
    other = compile_model(small_graph(7), "other", kernels=target_kernels(load_boards().board("nucleo-l4r5zi"), None))
    assert (found.arena_bytes, found.state_bytes) == (other.arena_bytes, other.state_bytes)


def test_what_ran_is_beside_what_was_planned() -> None:
    found = small_forecast("nucleo-l4r5zi")
    assert found.measurement is not None, found.reason
    cycles = found.measurement.known_cycles
    assert cycles is not None
    assert found.planned_cycles == pytest.approx(cycles.zero_wait_count, rel=0.08)
    assert found.milliseconds == pytest.approx(cycles.count / 120_000)
    assert found.energy is not None
    assert found.energy.microjoules > 0


def test_the_document_and_the_lines_say_the_same() -> None:
    found = small_forecast("nucleo-l4r5zi")
    document, lines = found.document(), found.lines()
    assert document["basis"] == "built and run"
    assert f"{document['flash_bytes']:,} bytes" in next(line for line in lines if "flash" in line)
    assert f"state {document['state_bytes']:,}" in next(line for line in lines if "RAM" in line)
    assert "120 MHz" in next(line for line in lines if "time" in line)
    assert "µJ per window" in next(line for line in lines if "energy" in line)


def test_without_a_run_the_plan_and_its_cycles_remain() -> None:
    found = replace(small_forecast("nucleo-l4r5zi"), measurement=None, reason="no compiler", energy=None)
    document = found.document()
    assert (document["basis"], document["reason"], document["flash_bytes"]) == ("planned", "no compiler", None)
    assert document["cycles"] == document["planned_cycles"] > 0
    assert document["state_bytes"] == found.state_bytes
    assert found.lines()[-1] == "planned only: no compiler"


def random_spec(seed: int) -> UNetSpec:
    """A small network as one might try it: two to four levels, all that blocks may be."""
    rng = np.random.default_rng((seed, 0xF0))
    levels = int(rng.integers(2, 5))
    blocks = tuple(
        BlockSpec(
            filters=int(rng.choice([8, 12, 16, 20, 24, 32])),
            depth=int(rng.integers(1, 3)),
            kernel=int(rng.choice([3, 5, 7])),
            pool=2,
            strides=2,
            separable=bool(rng.integers(2)),
            activation=str(rng.choice(["relu", "relu6"])),
        )
        for _ in range(levels)
    )
    residual = str(rng.choice(["projection", "none"]))
    return UNetSpec(blocks=blocks, input_shape=(256, 1), residual=residual, name=f"random{seed}")  # type: ignore[arg-type]


def trained_model(spec: UNetSpec) -> bytes:
    """The network after some steps of training on noise with a label for its sign."""
    import keras

    from edgeunet.model import build_model
    from edgeunet.quantize.convert import convert

    rng = np.random.default_rng(5)
    model = build_model(spec, batch_size=8, seed=5)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CategoricalCrossentropy(from_logits=spec.use_logits))
    windows = rng.standard_normal((STEPS, 8, *spec.input_shape)).astype(np.float32)
    for batch in windows:
        wanted = np.zeros((8, *model.output_shape[1:]), np.float32)
        wanted[..., 0] = 1.0
        model.train_on_batch(batch, wanted)
    static = build_model(spec, batch_size=1, seed=5)
    static.set_weights(model.get_weights())
    return convert(static, "int8", windows[:, 0])


def hold(spec: UNetSpec, target: str, flash_near: float) -> None:
    """The estimate of ``spec`` against what its trained network takes: other weights, so that some layers round once
    where others round twice, which are other kernels."""
    first = forecast(spec, target)
    board = load_boards().board(target)
    trained = forecast_graph(read_tflite(trained_model(spec)), spec, target, board, lambda _: None)
    assert first.arena_bytes == pytest.approx(trained.arena_bytes, abs=ARENA_NEAR_BYTES)
    assert first.state_bytes - first.arena_bytes == trained.state_bytes - trained.arena_bytes
    assert first.measurement is not None, first.reason
    assert trained.measurement is not None, trained.reason
    sizes = [m.footprint.flash_bytes for m in (first.measurement, trained.measurement) if m.footprint]
    assert sizes[0] == pytest.approx(sizes[1], rel=flash_near, abs=LOOPS_BYTES)
    assert first.measurement.stack_bytes == pytest.approx(trained.measurement.stack_bytes, abs=STACK_NEAR_BYTES)
    assert first.cycles == pytest.approx(trained.cycles, rel=CYCLES_NEAR)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["ecg-tiny", "ecg-small", "ecg-base", "heartkit"])
@pytest.mark.parametrize("target", ["cortex-m4", "cortex-m55", "cortex-m0plus"])
def test_presets_take_what_was_estimated(name: str, target: str) -> None:
    pytest.importorskip("tensorflow")
    need("arm-none-eabi-gcc", "qemu-system-arm", "capstone", "gcc")
    hold(PRESETS[name].specs[1], target, FLASH_NEAR)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(SPECS))
def test_random_networks_take_what_was_estimated(seed: int) -> None:
    pytest.importorskip("tensorflow")
    need("arm-none-eabi-gcc", "qemu-system-arm", "capstone", "gcc")
    hold(random_spec(seed), ("cortex-m4", "cortex-m7", "cortex-m55")[seed % 3], FLASH_NEAR_OF_RANDOM)
