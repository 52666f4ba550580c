"""Schedules replayed byte by byte: the evaluator's values, as a window and as a stream, with each pass left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.graph.length import with_length
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import LOW, NETWORKS, NONE, RELU, PassNetwork, streaming_unet
from tests.networks.random_networks import random_inputs
from tests.rigs.simulator import run_stream, run_window


def inputs(graph: Graph, seed: int) -> list[np.ndarray]:
    numbers = np.random.default_rng(seed)
    return [random_inputs(graph.tensors[i].shape, numbers).astype(np.int8) for i in graph.inputs]


def expected(graph: Graph, given: Any) -> np.ndarray:
    return np.concatenate([np.asarray(made).ravel() for made in evaluate(graph, given)])


@pytest.mark.parametrize("name", sorted({*NETWORKS} - {"recompute", "waiting_room", "upsampled", "zero_points"}))
def test_a_window(name: str) -> None:
    graph = read_tflite(NETWORKS[name]())
    given = inputs(graph, 3)
    right = expected(graph, given)
    for without, kernels in (((), "portable"), ((), "dsp"), ((name,), "portable")):
        schedule = schedule_graph(graph, kernels=kernels, without=without, search=False)
        assert np.array_equal(run_window(schedule, given), right), (without, kernels)


STREAMS = {
    "unet": streaming_unet,
    "order": NETWORKS["order"],
    "overlap": NETWORKS["overlap"],
    "in place": NETWORKS["in_place"],
    "padding": NETWORKS["padding"],
}


def pooled() -> bytes:
    """Averages and maxima that begin before the signal, a product with a constant, two channels put beside three."""
    n = PassNetwork(30)
    x = n.input(24, 3)
    a = n.pool(x, 3, 2)
    b = n.convolution(n.depthwise(x, 5, NONE, stride=2), 2, 1, NONE)
    b = n.beside(a, requantized(n, b, a))
    return n.only(n.convolution(n.upsampled(n.convolution(b, 4, 3, RELU), 2), 3, 3, LOW))


def requantized(n: PassNetwork, x: Any, like: Any) -> Any:
    made = n.like(like, x.shape[1], x.shape[2])
    n.writer.op("QUANTIZE", [x.index], made.index)
    return made


STREAMS["pooled"] = pooled


LEFT_OUT = [(), ("retiming",), ("waiting_room",), ("recompute",), ("overlap", "in_place")]
CASES = [(name, LEFT_OUT[0]) for name in STREAMS] + [("unet", without) for without in LEFT_OUT[1:]]


@pytest.mark.parametrize(("name", "without"), CASES)
def test_a_stream_of_any_length(name: str, without: tuple[str, ...]) -> None:
    graph = read_tflite(STREAMS[name]())
    channels, stride = graph.tensors[graph.inputs[0]].shape[3], None
    for times, lengths in ((1, (1, 6)), (2, (5,))):
        hop = None if stride is None else stride * times
        schedule = schedule_graph(graph, mode="stream", hop=hop, without=without, search=False)
        stride = schedule.timing.stride
        for hops in lengths:
            samples = random_inputs((stride * hops, channels), np.random.default_rng(hops)).astype(np.int8)
            right = expected(with_length(graph, stride * hops), [samples])
            assert np.array_equal(run_stream(schedule, samples).ravel(), right), (times, hops)
