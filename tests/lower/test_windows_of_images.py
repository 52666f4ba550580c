"""Which row of a kernel works on a signal one row high, where none does, and what else is made of odd operators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph, evaluate
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.lower.builder import Builder
from edgeunet.lower.lower import lower
from edgeunet.program.convolutions import Image
from edgeunet.program.parameters import Copy
from edgeunet.program.program import Access, Constant, Node
from tests.networks.random_networks import random_inputs
from tests.networks.single_layers import LAYERS, one_layer
from tests.rigs.interpreter import run_program


def tensor(shape: tuple[int, ...], data: Any = None, scale: float = 0.1) -> Tensor:
    return Tensor("t", shape, "int8", Quantization((scale,), (3 if data is None else 0,)), data)


def window(kind: str, height: int, out_height: int, kernel: int, padding: tuple[int, ...], dilation: int) -> Node:
    """A kernel of ``kernel`` rows over ``height`` rows of 8 x 2; weights are numbered, four outputs."""
    shape = (4, kernel, 3, 2) if kind == "CONV_2D" else (1, kernel, 3, 4)
    data = np.arange(np.prod(shape)).reshape(shape).astype(np.int8)
    tensors = (tensor((1, height, 8, 2)), tensor(shape, data), tensor((1, out_height, 8, 4), scale=9.0))
    attributes = {"stride": (1, 1), "dilation": (dilation, 1), "padding": (*padding, 1, 1), "activation": "NONE",
                  "depth_multiplier": 2}  # fmt: skip
    (node,) = lower(Graph("net", tensors, (Op(kind, "c", (0, 1, -1), (2,), attributes),), (0,), (2,), "")).nodes
    return node


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(
    ("kernel", "padding", "dilation", "row"),
    [
        (3, (1, 1), 1, 1),
        (2, (0, 1), 1, 0),
        (2, (1, 0), 1, 1),
        (3, (2, 2), 2, 1),
        (3, (4, 0), 2, 2),
        (3, (2, 1), 2, 1),
        (3, (0, 1), 2, 0),
        (3, (1, 2), 2, None),
        (3, (1, 1), 2, None),
        (1, (1, 0), 1, None),
        (3, (3, 0), 1, None),
        (2, (4, 0), 2, None),
    ],
)
def test_the_row_that_meets_the_signal(
    kind: str, kernel: int, padding: tuple[int, int], dilation: int, row: int | None
) -> None:
    """Row ``top / dilation`` of the kernel lies over the signal, if there is such a row."""
    node = window(kind, 1, 1, kernel, padding, dilation)
    if row is None:
        assert node.kind == ("conv_2d" if kind == "CONV_2D" else "depthwise_2d")
        return
    assert node.kind == ("conv" if kind == "CONV_2D" else "depthwise")
    assert node.accesses == (Access(1, -1, 1, 3),)
    first = row * 3 * (2 if kind == "CONV_2D" else 4)
    assert node.parameters.weights.ravel()[0] == first
    assert node.macs == 8 * 3 * (8 if kind == "CONV_2D" else 4)


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(("height", "out_height"), [(1, 3), (3, 1), (3, 3)])
def test_both_sides_must_be_one_row_high(kind: str, height: int, out_height: int) -> None:
    node = window(kind, height, out_height, 3, (1, 1), 1)
    assert node.kind == ("conv_2d" if kind == "CONV_2D" else "depthwise_2d")
    assert node.parameters.image == Image(height, 8, out_height, 8, 3, 3, 1, 1, 1, 1, 1, 1)


def test_the_image_of_a_transposed_convolution() -> None:
    data = np.zeros((4, 3, 5, 2), np.int8)
    tensors = (tensor((1, 2, 8, 2)), tensor((4, 3, 5, 2), data), tensor((1, 4, 24, 4)))
    attributes = {"stride": (2, 3), "padding": (1, 0, 2, 0), "activation": "NONE"}
    graph = Graph("net", tensors, (Op("TRANSPOSE_CONV", "c", (0, 1, -1), (2,), attributes),), (0,), (2,), "")
    (node,) = lower(graph).nodes
    assert node.parameters.image == Image(2, 8, 4, 24, 3, 5, 2, 3, 1, 1, 1, 2)


def test_a_dense_layer_whose_output_has_another_shape_is_reshaped_after_it() -> None:
    data = np.ones((6, 4), np.int8)
    tensors = (tensor((1, 1, 5, 4)), tensor((6, 4), data), tensor((1, 1, 10, 3), scale=0.7), tensor((1, 9), scale=0.3))
    op = Op("FULLY_CONNECTED", "d", (0, 1, -1), (2, 3), {"activation": "NONE"})
    graph = Graph("net", tensors, (op,), (0,), (2,), "")
    program = lower(graph)
    dense, reshape = program.nodes
    made = program.signals[dense.output]
    assert (made.height, made.width, made.channels, made.scale) == (1, 5, 6, 0.7)
    assert (reshape.kind, reshape.parameters, reshape.signals) == ("reshape", Copy(1, 1, 30), (dense.output,))
    assert program.outputs == (reshape.output,)


@pytest.mark.parametrize("layout", ["1xT", "HxW"])
@pytest.mark.parametrize("name", sorted({*LAYERS} - {"norm"}))
def test_what_an_operator_makes_is_its_first_output(name: str, layout: str) -> None:
    """Another one, of a shape and scale of its own, changes nothing."""
    graph = one_layer(LAYERS[name], layout, 2)
    spare = len(graph.tensors)
    ops = tuple(replace(op, outputs=(*op.outputs, spare)) for op in graph.ops)
    more = replace(graph, tensors=(*graph.tensors, tensor((1, 2, 3, 7), scale=0.37)), ops=ops)
    before, after = lower(graph), lower(more)
    for node, same in zip(before.nodes, after.nodes, strict=True):
        assert (node.kind, node.accesses, node.output, node.macs) == (same.kind, same.accesses, same.output, same.macs)
    given = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(2))
    made = np.concatenate([rows.ravel() for rows in run_program(after, [given])])
    assert np.array_equal(made, np.concatenate([np.asarray(array).ravel() for array in evaluate(graph, given)]))
    assert len(after.signals) == len(before.signals)


@pytest.mark.parametrize("layout", ["1xT", "HxW"])
@pytest.mark.parametrize("name", ["convolution", "depthwise", "pool", "add", "softmax", "logistic", "beside", "dense"])
def test_rows_may_lie_apart_where_each_is_written_by_itself(name: str, layout: str) -> None:
    for node in lower(one_layer(LAYERS[name], layout, 1)).nodes:
        assert node.contiguous_output == (node.kind == "reshape")


def builder(*tensors: Tensor) -> Builder:
    return Builder(Graph("net", tensors, (), (), (), ""))


def test_int8_without_a_scale_is_refused() -> None:
    with pytest.raises(CompileError, match="tensor 't' is int8 inside the network"):
        builder(Tensor("t", (1, 4), "int8")).signal(0)
    with pytest.raises(
        CompileError, match="tensor 't' is int32 inside the network, and the compiler needs int8 or int16"
    ):
        builder(replace(tensor((1, 4)), dtype="int32")).signal(0)


def test_the_type_of_a_signal_is_the_tensors() -> None:
    made = builder(tensor((1, 4)), replace(tensor((1, 6)), dtype="int16"))
    narrow, wide = (made.signals[made.signal(index)] for index in (0, 1))
    assert (narrow.element_bytes, narrow.row_bytes, narrow.size_bytes) == (1, 4, 4)
    assert (wide.element_bytes, wide.row_bytes, wide.size_bytes) == (2, 12, 12)


def test_constants_are_rows_of_channels() -> None:
    made = builder(tensor((), np.array(5, np.int8)), tensor((1, 3, 2), np.arange(6).reshape(1, 3, 2).astype(np.int8)))
    one, rows = made.operand(0), made.operand(1)
    assert isinstance(one, Constant)
    assert isinstance(rows, Constant)
    assert one.values.tolist() == [[5]]
    assert rows.values.tolist() == [[0, 1], [2, 3], [4, 5]]
