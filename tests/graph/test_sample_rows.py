"""Channels-first inputs and outputs become rows of samples where a stream asks for them."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.graph.sample_rows import with_sample_rows
from edgeunet.rewrite import strip_edges
from tests.networks.channels_first import channels_first_unet
from tests.networks.shuffled_networks import values_for
from tests.networks.tflite_writer import ModelWriter


def shapes(graph: Graph) -> list[tuple[int, ...]]:
    return [graph.tensors[index].shape for index in (*graph.inputs, *graph.outputs)]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_window_of_rows_is_the_window_turned(channels: int) -> None:
    graph = read_tflite(channels_first_unet(channels=channels))
    rows = with_sample_rows(graph)
    assert shapes(graph) == [(1, 1, channels, 32), (1, 1, 4, 32)]
    assert shapes(rows) == [(1, 1, 32, channels), (1, 1, 32, 4)]
    assert "TRANSPOSE" not in [op.kind for op in rows.ops]
    values = values_for((channels, 32), 1)
    (first,), (turned,) = evaluate(graph, values), evaluate(rows, np.ascontiguousarray(values.T))
    np.testing.assert_array_equal(first[0, 0].T, turned[0, 0])


def test_a_longer_recording_is_the_network_of_that_length() -> None:
    """The same weights written for 72 samples: LiteRT's own reshape of the file would have to know of the order."""
    longer = with_length(read_tflite(channels_first_unet(time=32)), 72)
    whole = read_tflite(channels_first_unet(time=72))
    values = values_for((3, 72), 2)
    (first,), (turned,) = evaluate(whole, values), evaluate(longer, np.ascontiguousarray(values.T))
    np.testing.assert_array_equal(first[0, 0].T, turned[0, 0])


def edged(kind: str) -> bytes:
    """Float edges around a change of order, an activation, and the change back."""
    writer = ModelWriter()
    x = writer.tensor((1, 3, 8), "float32")
    y = writer.op("QUANTIZE", [x], writer.tensor((1, 3, 8), "int8", 0.1, 2))
    y = writer.op("TRANSPOSE", [y, writer.constant([0, 2, 1])], writer.tensor((1, 8, 3), "int8", 0.1, 2))
    y = writer.op("SOFTMAX", [y], writer.tensor((1, 8, 3), "int8", 1 / 256, -128), beta=1.0)
    y = writer.op("TRANSPOSE", [y, writer.constant([0, 2, 1])], writer.tensor((1, 3, 8), "int8", 1 / 256, -128))
    if kind == "float":
        return writer.build([x], [writer.op("DEQUANTIZE", [y], writer.tensor((1, 3, 8), "float32"))])
    return writer.build([x], [y])


@pytest.mark.parametrize("kind", ["float", "int8"])
def test_changes_of_type_at_the_edges_are_passed(kind: str) -> None:
    graph = read_tflite(edged(kind))
    for rows in (with_sample_rows(graph), with_sample_rows(strip_edges(graph))):
        assert shapes(rows) == [(1, 1, 8, 3)] * 2
        assert "TRANSPOSE" not in [op.kind for op in rows.ops]
    values = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    (first,), (turned,) = evaluate(graph, values), evaluate(with_sample_rows(graph), np.ascontiguousarray(values.T))
    np.testing.assert_array_equal(first[0, 0].T, turned[0, 0])


def test_a_flat_window_is_samples_of_one_channel() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 9), "int8", 0.1)
    y = writer.op("RESHAPE", [x, writer.constant([1, 9, 1])], writer.tensor((1, 9, 1), "int8", 0.1))
    y = writer.op("RELU", [y], writer.tensor((1, 9, 1), "int8", 0.2))
    y = writer.op("RESHAPE", [y, writer.constant([1, 9])], writer.tensor((1, 9), "int8", 0.2))
    assert shapes(with_sample_rows(read_tflite(writer.build([x], [y])))) == [(1, 1, 9, 1)] * 2


@pytest.mark.parametrize("also", ["reader", "output"])
def test_what_is_used_in_both_orders_stays(also: str) -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 3, 8), "int8", 0.1, 2)
    z = writer.op("RELU", [x], writer.tensor((1, 3, 8), "int8", 0.1, 2))
    turned = writer.op("TRANSPOSE", [z, writer.constant([0, 2, 1])], writer.tensor((1, 8, 3), "int8", 0.1, 2))
    y = writer.op("SOFTMAX", [turned], writer.tensor((1, 8, 3), "int8", 1 / 256, -128), beta=1.0)
    other = writer.op("SOFTMAX", [z], writer.tensor((1, 3, 8), "int8", 1 / 256, -128), beta=1.0)
    graph = read_tflite(writer.build([x], [y, other if also == "reader" else z]))
    assert with_sample_rows(graph) is graph
