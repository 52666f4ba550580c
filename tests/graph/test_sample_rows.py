"""Channels-first inputs and outputs become rows of samples where a stream asks for them."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph, Op, Quantization, Tensor
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


Q = Quantization((0.1,), (2,))
TURN, BACK = (
    {"outer": 1, "rows": 3, "columns": 8, "run": 1},
    {"outer": 1, "rows": 8, "columns": 3, "run": 1},
)


def by_hand(*ops: Op, shapes: dict[int, tuple[int, ...]], outputs: tuple[int, ...], other: int = -1) -> Graph:
    """Tensors ``(1, 1, 3, 8)`` but for ``shapes``; that of number ``other`` has another scale."""
    count = 1 + max(index for op in ops for index in op.outputs)
    tensors = tuple(
        Tensor(f"t{i}", shapes.get(i, (1, 1, 3, 8)), "int8", Quantization((0.2,), (2,)) if i == other else Q)
        for i in range(count)
    )
    return Graph("net", tensors, ops, (0,), outputs, "")


ROWS = (1, 1, 8, 3)


@pytest.mark.parametrize("other", [-1, 3])
@pytest.mark.parametrize("also", [False, True])
def test_a_turn_at_the_output_goes_or_turns_nothing(also: bool, other: int) -> None:
    """What another reader needs too, or whose scale differs, keeps a reshape to its own shape."""
    graph = by_hand(
        Op("TRANSPOSE", "turn", (0,), (1,), TURN),
        Op("RELU", "relu", (1,), (2,)),
        Op("TRANSPOSE", "back", (2,), (3,), BACK),
        *([Op("RELU6", "also", (2,), (4,))] if also else []),
        shapes={1: ROWS, 2: ROWS, 4: ROWS},
        outputs=(3, 4) if also else (3,),
        other=other,
    )
    rows = with_sample_rows(graph)
    stays = also or other == 3
    kinds = ["RELU", *(["RESHAPE"] if stays else []), *(["RELU6"] if also else [])]
    assert [op.kind for op in rows.ops] == kinds
    assert shapes(rows) == [ROWS] * (3 if also else 2)
    values = values_for((3, 8), 1)
    first, turned = evaluate(graph, values)[0], evaluate(rows, np.ascontiguousarray(values.T))[0]
    np.testing.assert_array_equal(first[0, 0].T, turned[0, 0])


def test_an_input_that_is_only_turned() -> None:
    graph = by_hand(Op("TRANSPOSE", "turn", (0,), (1,), TURN), shapes={1: ROWS}, outputs=(1,))
    rows = with_sample_rows(graph)
    assert [op.kind for op in rows.ops] == ["RESHAPE"]
    assert shapes(rows) == [ROWS, ROWS]


def test_a_reshape_to_another_scale_stays() -> None:
    ops = (Op("TRANSPOSE", "turn", (0,), (1,), TURN), Op("RELU", "relu", (1,), (2,)))
    rows = with_sample_rows(by_hand(*ops, shapes={1: ROWS, 2: ROWS}, outputs=(2,), other=1))
    assert [op.kind for op in rows.ops] == ["RESHAPE", "RELU"]
    rows = with_sample_rows(by_hand(*ops, shapes={1: ROWS, 2: ROWS}, outputs=(2,)))
    assert [(op.kind, op.inputs) for op in rows.ops] == [("RELU", (0,))]


@pytest.mark.parametrize("change", ["an image", "other blocks", "no turn", "nothing reads it", "one sample"])
def test_what_is_no_turn_of_samples_stays(change: str) -> None:
    turned = {"an image": (1, 3, 8, 1), "one sample": (1, 1, 1, 1)}.get(change, ROWS)
    given = {"an image": (1, 3, 1, 8), "one sample": (1, 1, 1, 1)}.get(change, (1, 1, 3, 8))
    block = {"rows": 6, "columns": 4} if change == "other blocks" else {}
    first = Op("TRANSPOSE", "turn", (0,), (1,), {**TURN, **block})
    if change in ("no turn", "one sample"):
        first = Op("RESHAPE", "flat", (0,), (1,))
    ops = (first, Op("RELU", "relu", (1,), (2,))) if change != "nothing reads it" else (
        Op("RELU", "relu", (1,), (2,)),)  # fmt: skip
    graph = by_hand(*ops, shapes={0: given, 1: turned, 2: turned}, outputs=(2,))
    assert with_sample_rows(graph) is graph
