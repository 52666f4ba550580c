"""Helium kernels on an emulated Cortex-M55 equal the exact evaluator: tables around the edges, streams, fallbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.selection import select_kernel
from edgeunet.program.steps import ARENA, View
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.schedule import Schedule
from tests.networks.helium_table import CHANNELS, SideBySide, column_network, copies_network, table_network
from tests.networks.random_layers import Value
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import small_unet
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import flat
from tests.rigs.kernel_lists import HELIUM


def window_case(graph: Graph, name: str, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    return Case(compile_model(graph, name, kernels="mve"), flat(inputs), flat(evaluate(graph, inputs)))


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


def test_table_of_shapes_equals_the_evaluator_on_helium(tmp_path: Path) -> None:
    cases = []
    for seed, channels in enumerate(CHANNELS):
        graph = read_tflite(table_network(channels, seed))
        cases.append(window_case(graph, f"c{channels}", seed))
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(HELIUM) - {"eu_columns", "eu_runs", "eu_tiles_blocks"} <= used
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def test_copies_equal_the_evaluator_on_helium(tmp_path: Path) -> None:
    contents = [copies_network(channels, seed) for seed, channels in enumerate((1, 4, 12, 16, 17, 40))]
    cases = [window_case(read_tflite(content), f"k{seed}", seed) for seed, content in enumerate(contents)]
    assert set().union(*(kernels(case.model) for case in cases)) == {"eu_elementwise_copy"}
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def shared_bytes(schedule: Schedule, kind: str) -> int:
    """How many steps of a kind read and write some of the same bytes."""
    pairs = [(step.inputs[0], step.output) for step in schedule.steps if step.kind == kind]
    return sum(isinstance(a, View) and a.space == b.space == ARENA and bool(span(a) & span(b)) for a, b in pairs)


def span(view: View) -> set[int]:
    return set(range(view.offset_bytes, view.offset_bytes + view.rows * view.pitch_bytes))


def test_depthwise_outputs_replace_their_inputs(tmp_path: Path) -> None:
    """In chains nearly every depthwise convolution runs in place; what it reads is never overwritten before."""
    cases = []
    for seed, channels in enumerate((1, 3, 4, 12, 16, 24)):
        graph = read_tflite(column_network(channels, seed))
        cases.append(window_case(graph, f"d{channels}", seed))
        assert shared_bytes(schedule_graph(graph, kernels="mve"), "depthwise") >= 9
        assert shared_bytes(schedule_graph(graph, kernels="mve", without=("overlap",)), "depthwise") == 0
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def test_random_networks_equal_the_evaluator_on_helium(tmp_path: Path) -> None:
    cases = [window_case(read_tflite(random_network(seed)), f"n{seed}", seed) for seed in range(12)]
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def stream_case(content: bytes, name: str, hop: int, rows: int) -> Case:
    graph = read_tflite(content)
    channels = graph.tensors[graph.inputs[0]].shape[-1]
    samples = random_inputs((rows, channels), np.random.default_rng(rows)).astype(np.int8)
    compiled = compile_model(graph, name, kernels="mve", mode="stream", hop=hop)
    return Case(compiled, samples, flat(evaluate(with_length(graph, rows), [samples])), rows)


def test_streams_equal_the_evaluator_on_helium(tmp_path: Path) -> None:
    cases = []
    for channels in (1, 4, 12):
        for hop in (2, 6, 8):
            name = f"s{channels}_{hop}"
            cases += [stream_case(small_unet(channels, channels), name, hop, rows) for rows in (hop, 33 * hop)]
    ran = set().union(*(kernels(case.model) for case in cases))
    assert {"eu_tiles", "eu_lanes", "eu_channels", "eu_elementwise_add", "eu_elementwise_max"} <= ran
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("name", ["seed-unet-800", "small-unet-256", "classic-unet-512"])
def test_shared_models_are_exact_on_helium(shared: Path, tmp_path: Path, name: str) -> None:
    content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
    cases = [window_case(read_tflite(content), "net", 3), stream_case(content, "stream", 16, 48 * 16)]
    assert kernels(cases[0].model) <= set(HELIUM)
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def lone(make: Callable[[SideBySide, Value], Value], channels: int = 8) -> Compiled:
    """A network of one layer."""
    network = SideBySide(1)
    make(network, network.input(16, channels))
    return compile_model(read_tflite(network.build()), "lone", kernels="mve")


@pytest.mark.parametrize(
    ("make", "fallback"),
    [
        pytest.param(lambda n, x: n.pool(x, 4, 2), "eu_max_pool_1d", id="pool of 4"),
        pytest.param(lambda n, x: n.depthwise(x, 41, ("NONE", 0)), "eu_depthwise_slide", id="41 taps"),
        pytest.param(lambda n, x: n.depthwise(x, 3, ("RELU_N1_TO_1", 0)), "eu_depthwise_slide", id="narrow clamp"),
        pytest.param(lambda n, x: n.add(x, x, "RELU"), "eu_add", id="clamped addition"),
    ],
)  # fmt: skip
def test_what_a_helium_kernel_cannot_do_falls_back(make: Callable[[SideBySide, Value], Value], fallback: str) -> None:
    assert fallback in kernels(lone(make))


def test_accumulators_or_scales_out_of_range_fall_back() -> None:
    """A multiplier of 1 or more, and a bias at the end of int32, are left to the portable kernels."""
    graph = read_tflite(table_network(4, 0, rows=(8,)))
    step = next(s for s in schedule_graph(graph, kernels="mve").steps if s.kind == "conv" and s.output.channels == 4)
    tables = FLAVOURS["mve"].tables
    assert select_kernel(step, tables).flavour == "mve"
    conv = step.parameters
    r = conv.requantization
    left = replace(conv, requantization=replace(r, shifts=np.ones_like(r.shifts)))
    heavy = replace(conv, bias=np.full_like(conv.bias, (1 << 31) - 1))
    small = replace(conv, requantization=replace(r, multipliers=np.zeros_like(r.multipliers)))
    for parameters in (left, heavy, small):
        assert select_kernel(replace(step, parameters=parameters), tables).flavour == "portable"
