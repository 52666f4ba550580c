"""One layout for every activation, on graphs made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Graph, Op, Tensor
from edgeunet.graph.layout import activations, canonical


def tensor(name: str, shape: tuple[int, ...], data: np.ndarray[Any, Any] | None = None) -> Tensor:
    return Tensor(name, shape, "int8", None, data)


def one(op: Op, *tensors: Tensor) -> Graph:
    """A graph of one operator, its input the first tensor and its output the last."""
    return canonical(Graph("net", tensors, (op,), (0,), (len(tensors) - 1,), ""))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((), (1, 1, 1, 1)),
        ((5,), (1, 1, 1, 5)),
        ((1, 5), (1, 1, 1, 5)),
        ((3, 5), (1, 1, 3, 5)),
        ((1, 3, 5), (1, 1, 3, 5)),
        ((2, 3, 5), (1, 2, 3, 5)),
        ((1, 2, 3, 5), (1, 2, 3, 5)),
        ((1, 1, 2, 3, 5), (1, 2, 3, 5)),
        ((1, 1, 1, 1, 3, 5), (1, 1, 3, 5)),
    ],
)
def test_shapes_get_ones_in_front(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    graph = one(Op("RELU", "layer", (0,), (1,)), tensor("x", shape), tensor("y", shape))
    assert [found.shape for found in graph.tensors] == [expected, expected]


def test_too_many_dimensions_are_named_with_their_layer() -> None:
    shapes = (2, 1, 1, 3, 5)
    with pytest.raises(
        UnsupportedOpError,
        match=r"^'input': tensor 'x' has shape \(2, 1, 1, 3, 5\), and at most four dimensions besides a batch of 1 are "
        r"supported; reshape to \(1, height, width, channels\)$",
    ):
        one(Op("RELU", "layer", (0,), (1,)), tensor("x", shapes), tensor("y", shapes))
    with pytest.raises(UnsupportedOpError, match=r"^'layer': tensor 'y' has shape \(2, 1, 1, 3, 5\)"):
        one(Op("RESHAPE", "layer", (0,), (1,)), tensor("x", (1, 30)), tensor("y", shapes))


def test_a_batch_is_named_with_its_layer() -> None:
    with pytest.raises(
        UnsupportedOpError,
        match=r"^'input': tensor 'x' has a batch of 2 \(shape \(2, 1, 3, 5\)\), and only batch 1 is supported; convert "
        "the model with batch size 1$",
    ):
        one(Op("RELU", "layer", (0,), (1,)), tensor("x", (2, 1, 3, 5)), tensor("y", (2, 1, 3, 5)))
    with pytest.raises(UnsupportedOpError, match=r"^'input': tensor 'x' has a batch of 2 \(shape \(1, 2, 3, 4, 5\)\)"):
        one(Op("RELU", "layer", (0,), (1,)), tensor("x", (1, 2, 3, 4, 5)), tensor("y", (1, 2, 3, 4, 5)))


def test_constant_operands_get_the_same_shape_and_packed_ones_stay() -> None:
    values = np.arange(15, dtype=np.int8).reshape(3, 5)
    op = Op("ADD", "layer", (0, 1), (2,), {"activation": "NONE"})
    graph = one(op, tensor("x", (1, 3, 5)), tensor("c", (3, 5), values), tensor("y", (1, 3, 5)))
    assert graph.tensors[1].shape == (1, 1, 3, 5)
    assert graph.tensors[1].data is not None
    np.testing.assert_array_equal(graph.tensors[1].data, values.reshape(1, 1, 3, 5))
    packed = np.zeros(8, np.uint8)
    graph = one(op, tensor("x", (1, 3, 5)), tensor("c", (3, 5), packed), tensor("y", (1, 3, 5)))
    assert graph.tensors[1].data is packed


def test_weights_and_bias_keep_their_shapes() -> None:
    for kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"):
        assert activations(Op(kind, "layer", (4, 5, ABSENT), (6,))) == (4,)
    assert activations(Op("ADD", "layer", (4, 5), (6,))) == (4, 5)
    assert activations(Op("ADD", "layer", (ABSENT, 5), (6,))) == (5,)
    weights = np.zeros((2, 15), np.int8)
    op = Op("FULLY_CONNECTED", "layer", (0, 1, ABSENT), (2,), {"activation": "NONE"})
    graph = one(op, tensor("x", (1, 3, 5)), tensor("w", (2, 15), weights), tensor("y", (1, 2)))
    assert [found.shape for found in graph.tensors] == [(1, 1, 3, 5), (2, 15), (1, 1, 1, 2)]


@pytest.mark.parametrize(
    ("kind", "given", "made", "attributes", "expected"),
    [
        ("CONCATENATION", (3, 5), (3, 5), {"axis": 0}, {"axis": 2}),
        ("CONCATENATION", (1, 3, 5), (1, 3, 5), {"axis": 2}, {"axis": 3}),
        ("CONCATENATION", (1, 4, 3, 5), (1, 4, 3, 5), {"axis": 1}, {"axis": 1}),
        ("MEAN", (1, 3, 5), (1, 1, 5), {"axes": (1,)}, {"axes": (2,)}),
        ("MEAN", (1, 4, 3, 5), (1, 1, 1, 5), {"axes": (0, 1, 2)}, {"axes": (1, 2)}),
        ("SLICE", (3, 5), (2, 4), {"begin": (1, 0), "size": (2, 4)}, {"begin": (0, 0, 1, 0), "size": (1, 1, 2, 4)}),
        ("PAD", (1, 3, 5), (1, 6, 5), {"paddings": ((0, 0), (1, 2), (0, 0))},
         {"paddings": ((0, 0), (0, 0), (1, 2), (0, 0))}),
    ],
)  # fmt: skip
def test_attributes_count_axes_in_four_dimensions(
    kind: str, given: tuple[int, ...], made: tuple[int, ...], attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    graph = one(Op(kind, "layer", (0,), (1,), attributes), tensor("x", given), tensor("y", made))
    assert [op.kind for op in graph.ops] == [kind]
    assert graph.ops[0].attributes == expected


def test_a_dropped_axis_is_reshaped_away() -> None:
    graph = one(Op("MEAN", "layer", (0,), (1,), {"axes": (3,)}), tensor("x", (1, 2, 6, 5)), tensor("y", (1, 2, 6)))
    assert [(op.kind, op.name, op.inputs, op.outputs) for op in graph.ops] == [
        ("MEAN", "layer", (0,), (2,)),
        ("RESHAPE", "layer/drop", (2,), (1,)),
    ]
    assert [(found.name, found.shape) for found in graph.tensors[1:]] == [("y", (1, 1, 2, 6)), ("y/kept", (1, 2, 6, 1))]


def test_a_dropped_axis_of_another_size_is_named() -> None:
    with pytest.raises(UnsupportedOpError, match=r"^MEAN 'layer': its output \(1, 1, 1, 3\) should be \(1, 2, 6, 1\)$"):
        one(Op("MEAN", "layer", (0,), (1,), {"axes": (3,)}), tensor("x", (1, 2, 6, 5)), tensor("y", (1, 3)))


@pytest.mark.parametrize(("axes", "made", "window"), [((1,), (1, 1, 6, 5), (2, 1)), ((2,), (1, 2, 1, 5), (1, 6)),
                                                      ((1, 2), (1, 1, 1, 5), (2, 6))])  # fmt: skip
def test_maxima_become_pools_of_one_window(
    axes: tuple[int, ...], made: tuple[int, ...], window: tuple[int, int]
) -> None:
    graph = one(Op("REDUCE_MAX", "layer", (0,), (1,), {"axes": axes}), tensor("x", (1, 2, 6, 5)), tensor("y", made))
    (op,) = graph.ops
    assert (op.kind, op.attributes) == (
        "MAX_POOL_2D",
        {"filter": window, "stride": (1, 1), "padding": (0, 0, 0, 0), "activation": "NONE", "whole": True},
    )


def test_maxima_over_channels_stay_what_they_are() -> None:
    op = Op("REDUCE_MAX", "layer", (0,), (1,), {"axes": (3,)})
    graph = one(op, tensor("x", (1, 2, 6, 5)), tensor("y", (1, 2, 6, 1)))
    assert [(found.kind, found.attributes) for found in graph.ops] == [("REDUCE_MAX", {"axes": (3,)})]


COLUMN = (1, 6, 1, 5)
TURNED = [
    ("MAX_POOL_2D", {"filter": (2, 1), "stride": (3, 1), "padding": (1, 2, 0, 0)},
     {"filter": (1, 2), "stride": (1, 3), "padding": (0, 0, 1, 2)}),
    ("SLICE", {"begin": (0, 2, 0, 1), "size": COLUMN}, {"begin": (0, 0, 2, 1), "size": (1, 1, 6, 5)}),
    ("PAD", {"paddings": ((0, 0), (1, 2), (0, 0), (3, 4))}, {"paddings": ((0, 0), (0, 0), (1, 2), (3, 4))}),
    ("CONCATENATION", {"axis": 1}, {"axis": 2}),
    ("CONCATENATION", {"axis": 2}, {"axis": 1}),
    ("CONCATENATION", {"axis": 3}, {"axis": 3}),
    ("CONV", {"dilation": (4, 1)}, {"dilation": (1, 4)}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "attributes", "expected"), TURNED)
def test_columns_are_turned_with_their_attributes(
    kind: str, attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    graph = one(Op(kind, "layer", (0,), (1,), attributes), tensor("x", COLUMN), tensor("y", COLUMN))
    assert [found.shape for found in graph.tensors] == [(1, 1, 6, 5)] * 2
    assert graph.ops[0].attributes == expected


def test_axes_of_a_column_stay_sorted() -> None:
    attributes = {"axes": (1, 3)}
    graph = one(Op("MEAN", "layer", (0,), (1,), attributes), tensor("x", COLUMN), tensor("y", (1, 1, 1, 1)))
    assert graph.ops[0].attributes == {"axes": (2, 3)}
    graph = one(Op("MEAN", "layer", (0,), (1,), {"axes": (1, 2)}), tensor("x", COLUMN), tensor("y", (1, 1, 1, 5)))
    assert graph.ops[0].attributes == {"axes": (1, 2)}


def test_weights_of_columns_are_turned_once_and_others_left() -> None:
    weights = np.arange(30, dtype=np.int8).reshape(2, 3, 1, 5)
    bias = np.zeros(2, np.int8)
    tensors = (tensor("x", COLUMN), tensor("w", weights.shape, weights), tensor("b", (2,), bias),
               tensor("y", (1, 6, 1, 2)), tensor("z", (1, 6, 1, 2)))  # fmt: skip
    ops = tuple(Op("CONV_2D", "layer", (0, 1, 2), (out,), {"stride": (1, 1)}) for out in (3, 4))
    graph = canonical(Graph("net", tensors, ops, (0,), (3, 4), ""))
    assert [op.inputs for op in graph.ops] == [(0, 5, 2), (0, 5, 2)]
    assert len(graph.tensors) == 6
    turned = graph.tensors[5]
    assert turned.shape == (2, 1, 3, 5)
    assert turned.data is not None
    np.testing.assert_array_equal(turned.data, weights.reshape(2, 1, 3, 5))
    assert not turned.data.flags.writeable
    assert turned.data.flags.c_contiguous


def test_only_regions_that_are_columns_throughout_are_turned() -> None:
    """An image of two columns anywhere between two reshapes keeps the region as it is; a reshape parts regions."""
    shapes = [(1, 6, 1, 5), (1, 6, 2, 5), (1, 12, 1, 5), (1, 12, 1, 5)]
    ops = (
        Op("PAD", "a", (0,), (1,), {"paddings": ((0, 0), (0, 0), (0, 1), (0, 0))}),
        Op("RESHAPE", "b", (1,), (2,)),
        Op("RELU", "c", (2,), (3,)),
    )
    tensors = tuple(tensor(name, shape) for name, shape in zip("xyzw", shapes, strict=True))
    graph = canonical(Graph("net", tensors, ops, (0,), (3,), ""))
    assert [found.shape for found in graph.tensors] == [*shapes[:2], (1, 1, 12, 5), (1, 1, 12, 5)]
    assert graph.ops[0].attributes == {"paddings": ((0, 0), (0, 0), (0, 1), (0, 0))}


def test_an_image_of_one_pixel_is_no_column() -> None:
    x, y = tensor("x", (1, 1, 1, 5)), tensor("y", (1, 1, 1, 5))
    graph = Graph("net", (x, y), (Op("MAX_POOL_2D", "layer", (0,), (1,), {"filter": (3, 1)}),), (0,), (1,), "")
    assert canonical(graph).ops[0].attributes == {"filter": (3, 1)}


def test_a_column_of_two_rows_is_turned() -> None:
    graph = one(Op("RELU", "layer", (0,), (1,)), tensor("x", (1, 2, 1, 5)), tensor("y", (1, 2, 1, 5)))
    assert [found.shape for found in graph.tensors] == [(1, 1, 2, 5)] * 2
