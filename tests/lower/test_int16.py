"""Layers of int16 values: what moves counts in bytes, biases are wide, kinds and lowest values are the type's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.graph.evaluation.curves import argument_factor, sigmoid_samples, wide_softmax
from edgeunet.lower.lower import lower
from edgeunet.program.program import Access, Node, Program
from tests.networks.tflite_writer import ModelWriter

Bytes = NDArray[np.uint8]
Shape = tuple[int, ...]


def moved(program: Program, arrays: list[NDArray[np.int16]]) -> NDArray[np.int16]:
    """What the copies of ``program`` leave in its output, byte by byte."""
    held = [np.full(signal.size_bytes, 85, np.uint8) for signal in program.signals]
    for signal, array in zip(program.inputs, arrays, strict=True):
        held[signal][:] = array.ravel().view(np.uint8)
    for node in program.nodes:
        if node.kind == "fill":
            held[node.output].view(np.int16)[:] = node.parameters.value
        else:
            _copy(program, node, held)
    return held[program.outputs[0]].view(np.int16)


def _copy(program: Program, node: Node, held: list[Bytes]) -> None:
    p, (access,), (source,) = node.parameters, node.accesses, node.signals
    given, made = program.signals[source].row_bytes, program.signals[node.output].row_bytes
    for outer, row in np.ndindex(p.outer, p.rows):
        taken = outer * p.in_jump + row * (given if p.in_pitch is None else p.in_pitch)
        start = p.in_offset + (taken if access.whole else (row * access.stride + access.first) * given)
        to = p.out_offset + outer * p.out_jump + row * (made if p.out_pitch is None else p.out_pitch)
        assert start >= 0
        held[node.output][to : to + p.run_bytes] = held[source][start : start + p.run_bytes]


def check(writer: ModelWriter, inputs: list[int], output: int) -> None:
    """The bytes that the lowered network moves are the evaluator's values."""
    graph = read_tflite(writer.build(inputs, [output]))
    numbers = np.random.default_rng(0)
    arrays = [numbers.integers(-(1 << 15), 1 << 15, graph.tensors[i].shape).astype(np.int16) for i in graph.inputs]
    np.testing.assert_array_equal(moved(lower(graph), arrays), evaluate(graph, arrays)[0].ravel())


def wide(writer: ModelWriter, shape: Shape) -> int:
    return writer.tensor(shape, "int16", 0.001)


@pytest.mark.parametrize(
    ("axis", "shape", "other", "out"),
    [
        (3, (1, 1, 6, 4), (1, 1, 6, 3), (1, 1, 6, 7)),
        (3, (1, 3, 2, 3), (1, 3, 2, 5), (1, 3, 2, 8)),
        (2, (1, 3, 6, 4), (1, 3, 2, 4), (1, 3, 8, 4)),
        (1, (1, 3, 6, 4), (1, 1, 6, 4), (1, 4, 6, 4)),
    ],
)
def test_a_concatenation(axis: int, shape: Shape, other: Shape, out: Shape) -> None:
    writer = ModelWriter()
    x, y = wide(writer, shape), wide(writer, other)
    check(writer, [x, y], writer.op("CONCATENATION", [x, y], wide(writer, out), axis=axis))


@pytest.mark.parametrize(
    ("shape", "out", "paddings"),
    [
        ((1, 1, 6, 4), (1, 1, 9, 7), [[0, 0], [0, 0], [2, 1], [1, 2]]),
        ((1, 3, 6, 4), (1, 6, 7, 9), [[0, 0], [2, 1], [0, 1], [3, 2]]),
    ],
)
def test_padding(shape: Shape, out: Shape, paddings: list[list[int]]) -> None:
    writer = ModelWriter()
    x = wide(writer, shape)
    value = writer.tensor((), "int16", 0.001, data=np.array(-777, np.int16))
    check(writer, [x], writer.op("PADV2", [x, writer.constant(paddings), value], wide(writer, out)))


@pytest.mark.parametrize(
    ("shape", "begin", "size"),
    [((1, 1, 6, 4), [0, 0, 2, 1], [1, 1, 3, 2]), ((1, 4, 6, 5), [0, 1, 2, 3], [1, 2, 3, 2])],
)
def test_a_slice(shape: Shape, begin: list[int], size: list[int]) -> None:
    writer = ModelWriter()
    x = wide(writer, shape)
    bounds = [writer.constant(begin), writer.constant(size)]
    check(writer, [x], writer.op("SLICE", [x, *bounds], wide(writer, tuple(size))))


def one_layer(kind: str, given: str, made: str, *constants: int, writer: ModelWriter, **options: Any) -> Node:
    x = writer.tensor((1, 1, 8, 2), given, 0.01)
    y = writer.op(kind, [x, *constants], writer.tensor((1, 1, 8, 2), made, 0.5), **options)
    (node,) = lower(read_tflite(writer.build([x], [y]))).nodes
    return node


@pytest.mark.parametrize(("dtype", "lowest"), [("int8", -128), ("int16", -32768)])
def test_outside_a_signal_a_maximum_is_the_lowest_value(dtype: str, lowest: int) -> None:
    writer = ModelWriter()
    x, y = (writer.tensor((1, 1, 8, 2), dtype, 0.1) for _ in range(2))
    window = {"filterHeight": 1, "filterWidth": 3, "strideH": 1, "strideW": 1, "padding": "SAME"}
    (node,) = lower(read_tflite(writer.build([x], [writer.op("MAX_POOL_2D", [x], y, **window)]))).nodes
    assert node.accesses == (Access(1, -1, 1, lowest),)


@pytest.mark.parametrize(
    ("given", "made", "kind"),
    [
        ("int8", "int8", "table"),
        ("int8", "int16", "rescale_widen"),
        ("int16", "int8", "rescale_narrow"),
        ("int16", "int16", "rescale_int16"),
    ],
)
def test_a_change_of_scale_is_named_by_both_types(given: str, made: str, kind: str) -> None:
    assert one_layer("QUANTIZE", given, made, writer=ModelWriter()).kind == kind


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(("dtype", "bias_dtype"), [("int8", "int32"), ("int16", "int64")])
def test_biases_are_as_wide_as_the_sums(kind: str, dtype: str, bias_dtype: str) -> None:
    writer = ModelWriter()
    more = {"depthMultiplier": 1} if kind.startswith("DEPTH") else {}
    shape = (1, 1, 3, 2) if more else (2, 1, 3, 2)
    weights = writer.tensor(shape, "int8", 0.02, data=np.ones(shape, np.int8))
    given = np.array([1 << 20, -5] if dtype == "int8" else [1 << 40, -5], bias_dtype)
    bias = writer.tensor((2,), bias_dtype, 0.0002, data=given)
    node = one_layer(kind, dtype, dtype, weights, bias, writer=writer, strideH=1, strideW=1, padding="SAME", **more)
    assert node.parameters.bias.dtype == bias_dtype
    assert node.parameters.bias.tolist() == given.tolist()


def two_types(side: str) -> Graph:
    """Two layers of int16 and int8 outputs, from inputs of one type; or the other way round."""
    writer = ModelWriter()
    types = {"inputs": ("int16", "int8"), "outputs": ("int8", "int16")}[side]
    if side == "inputs":
        inputs = [writer.tensor((1, 1, 4, 2), dtype, 0.1) for dtype in types]
        outputs = [writer.op("QUANTIZE", [x], wide(writer, (1, 1, 4, 2))) for x in inputs]
    else:
        inputs = [wide(writer, (1, 1, 4, 2))]
        outputs = [writer.op("QUANTIZE", inputs, writer.tensor((1, 1, 4, 2), dtype, 0.1)) for dtype in types]
    return read_tflite(writer.build(inputs, outputs))


@pytest.mark.parametrize(("side", "types"), [("inputs", "int16 and int8"), ("outputs", "int8 and int16")])
def test_a_side_of_two_types_is_refused(side: str, types: str) -> None:
    with pytest.raises(CompileError, match=f"^the network's {side} are {types}, and all of a side lie in one buffer"):
        lower(two_types(side))


def edge(kind: str, scale: float, **options: Any) -> Node:
    """The node of a layer whose output is of the scale that its kind gives, 1 / 32768."""
    writer = ModelWriter()
    x, y = (writer.tensor((1, 1, 8, 2), "int16", size) for size in (scale, 1 / 32768))
    (node,) = lower(read_tflite(writer.build([x], [writer.op(kind, [x], y, **options)]))).nodes
    return node


@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH"])
def test_a_curve_has_its_samples_and_the_factor_of_its_scale(kind: str) -> None:
    node = edge(kind, 0.0007)
    assert node.kind == f"{kind.lower()}_int16"
    factor = argument_factor(float(np.float32(0.0007)))
    assert (node.parameters.multiplier, node.parameters.right) == (factor.multiplier, factor.shift)
    np.testing.assert_array_equal(node.parameters.samples, sigmoid_samples())


def test_softmax_has_both_tables_and_the_factor_of_its_scale() -> None:
    node = edge("SOFTMAX", 0.0007, beta=0.5)
    tables = wide_softmax(0.5, float(np.float32(0.0007)))
    assert node.kind == "softmax_int16"
    assert (node.parameters.multiplier, node.parameters.shift) == (tables.factor.multiplier, tables.factor.shift)
    assert (node.parameters.exponentials[-1], node.parameters.reciprocals[0]) == (32767, 32767)
    np.testing.assert_array_equal(node.parameters.exponentials, tables.exponentials)
    np.testing.assert_array_equal(node.parameters.reciprocals, tables.reciprocals)
