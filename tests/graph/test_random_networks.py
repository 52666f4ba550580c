"""Random networks: read, evaluated, and equal to the interpreters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import Graph, evaluate, read_tflite
from tests.networks.random_networks import networks, random_inputs, random_network
from tests.networks.reshape_model import reshape_model
from tests.rigs.judges import litert_reference, tflm
from tests.rigs.nights import starts

DEVICE_ONLY = {"FULLY_CONNECTED"}
"""The operator in which LiteRT's reference kernels and TFLM differ on single values; see docs/SUPPORTED_OPS.md."""
DEVICE_ONLY_INT16 = {*DEVICE_ONLY, "SOFTMAX"}
"""The same where activations are int16."""


def check(model: bytes, graph: Graph, seed: int) -> int:
    """Compare with both judges; returns how many different values the output has."""
    inputs = [graph.tensors[index] for index in graph.inputs]
    given_arrays = [random_inputs(tensor.shape, np.random.default_rng(seed), tensor.dtype) for tensor in inputs]
    found = evaluate(graph, given_arrays)
    expected = [tflm(model, *given_arrays, outputs=len(graph.outputs))]
    wide = any(tensor.dtype == "int16" for tensor in graph.tensors)
    if not (DEVICE_ONLY_INT16 if wide else DEVICE_ONLY).intersection(op.kind for op in graph.ops):
        expected.append(litert_reference(model, *given_arrays))
    for outputs in expected:
        for ours, theirs in zip(found, outputs, strict=True):
            np.testing.assert_array_equal(ours.ravel(), theirs.ravel())
    return len(np.unique(found[0]))


def test_seeded_networks_are_exact_and_their_values_spread() -> None:
    kinds: set[str] = set()
    spread = []
    for seed in range(150):
        model = random_network(seed, outputs=2)
        graph = read_tflite(model)
        kinds.update(op.kind for op in graph.ops)
        size = min(256, graph.tensors[graph.outputs[0]].size_bytes)
        spread.append(check(model, graph, seed) / size)
    assert np.median(spread) > 0.15
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "RSQRT", "MEAN", "SOFTMAX", "PAD", "SLICE"} <= kinds


@pytest.mark.parametrize("types", ["int16", "mixed"])
def test_int16_networks_are_exact_and_their_values_spread(types: str) -> None:
    kinds: set[str] = set()
    spread = []
    for seed in range(30):
        model = random_network(seed, outputs=2, types=types)
        graph = read_tflite(model)
        kinds.update(op.kind for op in graph.ops)
        output = graph.tensors[graph.outputs[0]]
        size = min(1 << 8 * np.dtype(output.dtype).itemsize, int(np.prod(output.shape)))
        spread.append(check(model, graph, seed) / size)
    assert np.median(spread) > 0.25
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "MEAN", "SOFTMAX", "SLICE", "QUANTIZE"} <= kinds


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks(), st.integers(0, 99))
def test_drawn_networks_are_exact(model: bytes, seed: int) -> None:
    check(model, read_tflite(model), seed)


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("types", ["int8", "int16", "mixed"])
@pytest.mark.parametrize("start", starts(1000, 1500, 500))
def test_many_more_networks_are_exact(start: int, types: str) -> None:
    refused = 0
    for seed in range(start, start + 500):
        model = random_network(seed, types=types)
        try:
            graph = read_tflite(model)
        except UnsupportedOpError:  # scales that no kernel takes
            refused += 1
            continue
        check(model, graph, seed)
    assert refused <= 10


def test_lengthened_networks_are_exact() -> None:
    """``with_length`` on the graph equals the interpreter on the flatbuffer that was re-shaped by itself."""
    from edgeunet.errors import UnsupportedOpError
    from edgeunet.graph.length import with_length

    compared = 0
    for seed in range(80):
        model = random_network(seed, layout=("1xT", "Tx1")[seed % 2], local=True)
        graph = read_tflite(model)
        samples = graph.tensors[graph.inputs[0]].shape[2] + 216
        try:
            longer, judge = with_length(graph, samples), reshape_model(model, samples)
        except (UnsupportedOpError, ValueError):
            continue
        values = random_inputs((samples, longer.tensors[longer.inputs[0]].shape[3]), np.random.default_rng(seed))
        np.testing.assert_array_equal(evaluate(longer, values)[0].ravel(), tflm(judge, values)[0].ravel())
        compared += 1
    assert compared > 50
