"""Graphs that no file gives: shapes and operands that only a network's middle has."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.lower.lower import lower
from edgeunet.program.program import EACH, WHOLE, Access, Node


def tensor(shape: tuple[int, ...], constant: bool = False) -> Tensor:
    data = np.arange(np.prod(shape)).reshape(shape).astype(np.int8) if constant else None
    return Tensor("t", shape, "int8", Quantization((1 / 256,), (-128,)), data)


def mean(shape: tuple[int, ...], axes: list[int]) -> Node:
    out = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    op = Op("MEAN", "m", (0, 2), (1,), {"axes": axes})
    graph = Graph("net", (tensor(shape), tensor(out), tensor((1,), True)), (op,), (0,), (1,), "")
    (node,) = lower(graph).nodes
    return node


@pytest.mark.parametrize(
    ("shape", "axes", "sizes", "local"),
    [
        ((1, 3, 1, 4), [1, 3], (1, 12, 1), False),
        ((1, 3, 2, 4), [2, 3], (3, 8, 1), False),
        ((1, 3, 2, 1), [1, 3], (1, 3, 2), False),
        ((1, 1, 2, 4), [1, 3], (2, 4, 1), True),
        ((1, 3, 6, 4), [0, 3], (18, 4, 1), True),
        ((1, 3, 6, 4), [0, 1], (1, 3, 24), False),
        ((1, 3, 6, 4), [0], (72, 1, 1), False),
        ((1, 3, 6, 4), [], (72, 1, 1), False),
        ((1, 1, 1, 4), [1, 2], (1, 1, 4), False),
        ((1, 1, 1, 1), [1, 3], (1, 1, 1), True),
        ((1, 3, 6, 1), [3], (18, 1, 1), True),
        ((1, 3, 6, 2), [3], (18, 2, 1), True),
    ],
)
def test_axes_of_a_mean(shape: tuple[int, ...], axes: list[int], sizes: tuple[int, int, int], local: bool) -> None:
    """Axes of one value count for nothing; the batch never counts."""
    node = mean(shape, axes)
    assert (node.parameters.outer, node.parameters.count, node.parameters.inner) == sizes
    assert node.is_local == local
    assert node.contiguous_output == (not local)
    assert node.signals == (0,)


def test_axes_that_do_not_touch() -> None:
    for width in (2, 6):
        with pytest.raises(CompileError, match="averages over axes that do not touch"):
            mean((1, 3, width, 4), [1, 3])


def binary(shape: tuple[int, ...], other: tuple[int, ...], constant: bool) -> Node:
    op = Op("MUL", "p", (0, 1), (2,), {"activation": "NONE"})
    graph = Graph("net", (tensor(shape), tensor(other, constant), tensor(shape)), (op,), (0,), (2,), "")
    (node,) = lower(graph).nodes
    return node


@pytest.mark.parametrize(
    ("shape", "other", "signal", "constant"),
    [
        ((1, 3, 6, 4), (1, 3, 6, 4), EACH, WHOLE),
        ((1, 3, 6, 4), (1, 1, 1, 4), WHOLE, EACH),
        ((1, 3, 6, 4), (4,), WHOLE, EACH),
        ((1, 3, 6, 4), (1, 4), WHOLE, EACH),
        ((1, 3, 6, 4), (1, 1, 1), WHOLE, EACH),
        ((1, 3, 1, 4), (1, 3, 1, 4), EACH, WHOLE),
        ((1, 2, 2, 4), (1, 2, 2, 4), EACH, WHOLE),
        ((1, 1, 1, 4), (1, 1, 1, 4), EACH, WHOLE),
    ],
)
def test_an_operand_of_one_row_is_repeated(
    shape: tuple[int, ...], other: tuple[int, ...], signal: Access, constant: Access
) -> None:
    assert binary(shape, other, False).accesses == (EACH, signal)
    assert binary(shape, other, True).accesses == (EACH, constant)


@pytest.mark.parametrize("kind", ["SOFTMAX", "LOGISTIC", "RELU", "QUANTIZE"])
def test_what_an_operator_reads_is_its_first_input(kind: str) -> None:
    attributes = {"beta": 1.0} if kind == "SOFTMAX" else {}
    tensors = (tensor((1, 1, 6, 4)), tensor((1, 1, 6, 4)), Tensor("spare", (1, 9), "int8", Quantization((0.7,), (9,))))
    both = [
        lower(Graph("net", tensors, (Op(kind, "u", inputs, (1,), attributes),), (0,), (1,), "")).nodes[0]
        for inputs in ((0,), (0, 2))
    ]
    assert [node.signals for node in both] == [(0,), (0,)]
    tables = [getattr(n.parameters, "exponentials" if kind == "SOFTMAX" else "values") for n in both]
    assert np.array_equal(*tables)
