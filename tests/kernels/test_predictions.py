"""Predicted cycles against the model of time over what ran, layer by layer, on networks that nothing was fitted to."""

from __future__ import annotations

from math import inf
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cycles.checking import SMALLEST_CYCLES, Checked, checked_layers, summary, unpredicted
from edgeunet.emit.work import ALONE, predicted_layers
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.run.machines.boards import load_boards
from edgeunet.schedule.plan import schedule_graph
from edgeunet.spec import PRESETS
from tests.networks.pass_networks import RELU, PassNetwork
from tests.rigs.kernel_lists import MODELS
from tests.rigs.tools import need

NEAR = 0.05
SHARE_NEAR, SHARE_NEAR_OF_PRESETS = 0.93, 0.88
"""Of the layers of over a thousand cycles; the others are loops of a few instructions, in which a cycle is a tenth, and
functions that a compiler puts in place because one layer calls them."""
NEAR_IN_ALL, FURTHEST, FURTHEST_PUT_IN_PLACE = 0.02, 0.22, 0.4
"""Of all layers together; of one; and of one whose function a compiler puts in place, its sizes known, where too few
such layers were measured for figures of their own."""
CORES = tuple(load_boards().cores)
SMALL_PRESETS = ("ecg-tiny", "ecg-small", "ecg-base", "heartkit")


def judged(layers: list[Checked], share: float = SHARE_NEAR, in_all: float = NEAR_IN_ALL) -> None:
    """Hold ``layers`` to the bars, with those that break them in the message."""
    assert not unpredicted(layers)
    large = [layer for layer in layers if layer.cycles >= SMALLEST_CYCLES]
    off = [
        f"{layer.name} {layer.functions} {layer.cycles}: {layer.error:+.1%}"
        for layer in large
        if abs(layer.error) > NEAR
    ]
    assert len(off) <= (1 - share) * len(large), f"{summary(layers)}; {'; '.join(off)}"
    in_place = [layer for layer in large if any(name.endswith(ALONE) for name in layer.functions)]
    assert max(abs(layer.error) for layer in large if layer not in in_place) <= FURTHEST, summary(layers)
    assert max((abs(layer.error) for layer in in_place), default=0.0) <= FURTHEST_PUT_IN_PLACE, summary(layers)
    total = sum(layer.predicted for layer in layers) / sum(layer.cycles for layer in layers) - 1
    assert abs(total) <= in_all, summary(layers)


@pytest.mark.slow
def test_layers_take_what_was_predicted() -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm", "capstone", "gcc")
    n = PassNetwork(11)
    x = n.convolution(n.input(64, 8), 16, 3, RELU)
    own = n.convolution(n.depthwise(x, 5, ("NONE", 3)), 24, 1, RELU)
    low = n.pool(n.pool(n.add(own, n.convolution(x, 24, 1, ("NONE", 3))), 2, 2), 2, 1)
    graph = read_tflite(n.only(n.convolution(n.convolution(low, 32, 3, RELU), 4, 1, ("NONE", 3))))
    layers = checked_layers(graph, "cortex-m4")
    assert len(layers) >= 7
    judged(layers, share=1.0)


def every_tool(core: str) -> None:
    compiler = "riscv64-unknown-elf-gcc" if core == "rv32imc" else "arm-none-eabi-gcc"
    need(compiler, "qemu-system-riscv32" if core == "rv32imc" else "qemu-system-arm", "capstone", "gcc")


@pytest.mark.parametrize("core", CORES)
def test_every_layer_of_a_workload_has_a_prediction(core: str, shared: Path) -> None:
    flavour = find_flavour(load_boards().cores[core].kernels[0]).on(core)
    graph = read_tflite(shared / "models" / "small-unet-256.int8.tflite")
    schedule = schedule_graph(graph, kernels=flavour)
    cycles = predicted_layers(schedule).cycles
    assert len(cycles) == len(schedule.steps)
    assert not [k.function for k, count in zip(schedule.kernels, cycles, strict=True) if count is None]


def test_a_layer_whose_kernel_has_no_work_is_said_to_be_unpredicted() -> None:
    known = Checked("known", ("eu_conv_block",), 5000, 5000.0)
    small = Checked("small", (), 900, inf)
    assert unpredicted([known, small]) == []
    assert unpredicted([known, small, Checked("lost", (), 5000, inf)]) == ["lost ()"]


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_layers_of_the_workloads_take_what_was_predicted(core: str, shared: Path) -> None:
    every_tool(core)
    graphs = [read_tflite(shared / "models" / f"{name}.int8.tflite") for name in MODELS]
    judged([layer for graph in graphs for layer in checked_layers(graph, core)])


@pytest.mark.nightly
@pytest.mark.parametrize("core", CORES)
def test_layers_of_the_presets_take_what_was_predicted(core: str) -> None:
    pytest.importorskip("tensorflow")
    from edgeunet.quantize.untrained import untrained_model

    every_tool(core)
    specs = [PRESETS[name].specs[1] for name in SMALL_PRESETS]
    graphs = [read_tflite(untrained_model(spec, seed=3)) for spec in specs]
    judged([layer for graph in graphs for layer in checked_layers(graph, core)], SHARE_NEAR_OF_PRESETS)


@pytest.mark.nightly
@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7", "cortex-m55"])
def test_layers_of_streams_take_what_was_predicted(core: str, shared: Path) -> None:
    every_tool(core)
    graph = read_tflite(shared / "models" / "small-unet-256.int8.tflite")
    layers = [layer for hop in (16, 64) for layer in checked_layers(graph, core, hop)]
    assert np.median([abs(layer.error) for layer in layers]) < NEAR
    judged(layers, share=0.75, in_all=NEAR)
