"""What needs its own order of axes although what it reads lies in another, on graphs made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgeunet.graph import evaluate
from edgeunet.graph.folding.reordered_weights import reorder_weights
from edgeunet.graph.folding.transposes import MOST_VIEWS, push_transposes
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor

Q = Quantization((0.5,), (0,))
X = np.arange(-36, 36).astype(np.int8).reshape(1, 6, 12)
TURN = Op("TRANSPOSE", "turn", (0,), (1,), {"permutation": (0, 2, 1)})
TURNED = X.transpose(0, 2, 1)


def tensor(shape: tuple[int, ...], data: Any = None) -> Tensor:
    return Tensor(f"t{shape}", shape, "int8", Q, data)


def pushed(ops: list[Op], *others: Tensor, output: int = -1) -> Graph:
    """Tensor 0 is ``X``, 1 is it turned, ``others`` follow; the last is the output."""
    tensors = (tensor((1, 6, 12)), tensor((1, 12, 6)), *others)
    made = output if output >= 0 else len(tensors) - 1
    return push_transposes(Graph("net", tensors, (TURN, *ops), (0,), (made,), ""))


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in graph.ops]


def result(graph: Graph) -> Any:
    (found,) = evaluate(graph, X)
    return found


def test_a_function_that_drops_an_axis() -> None:
    graph = pushed([Op("RELU", "relu", (1,), (2,))], tensor((12, 6)))
    assert kinds(graph) == ["TRANSPOSE", "RELU"]
    np.testing.assert_array_equal(result(graph), np.maximum(TURNED[0], 0))


def test_a_function_of_each_value_takes_what_there_is() -> None:
    graph = pushed([Op("RELU", "relu", (1,), (2,))], tensor((1, 12, 6)))
    assert kinds(graph) == ["RELU", "TRANSPOSE"]
    np.testing.assert_array_equal(result(graph), np.maximum(TURNED, 0))


def test_a_change_of_type_at_the_output_stays_last() -> None:
    real = Tensor("y", (1, 12, 6), "float32")
    graph = pushed([Op("DEQUANTIZE", "real", (1,), (2,))], real)
    assert kinds(graph) == ["TRANSPOSE", "DEQUANTIZE"]
    again = pushed([Op("QUANTIZE", "other", (1,), (2,)), Op("RELU", "relu", (2,), (3,))], *[tensor((1, 12, 6))] * 2)
    assert kinds(again) == ["QUANTIZE", "RELU", "TRANSPOSE"]


def test_constants_without_a_value_for_each_place() -> None:
    """One stored value that stands for many cannot have its axes exchanged."""
    one = np.full((), 5, np.int8)
    ops = [Op("ADD", "sum", (1, 2), (3,), {"activation": "NONE"})]
    graph = pushed(ops, tensor((1, 12, 6), one), tensor((1, 12, 6)))
    assert kinds(graph) == ["TRANSPOSE", "ADD"]
    graph = pushed(ops, tensor((1, 12, 6), np.full((1, 12, 6), 5, np.int8)), tensor((1, 12, 6)))
    assert kinds(graph) == ["ADD", "TRANSPOSE"]
    np.testing.assert_array_equal(result(graph), TURNED + 5)


def test_operands_of_fewer_axes_are_widened_and_of_more_are_not() -> None:
    row = np.arange(6).astype(np.int8)
    add = Op("ADD", "sum", (1, 2), (3,), {"activation": "NONE"})
    graph = pushed([add], tensor((6,), row), tensor((1, 12, 6)))
    assert kinds(graph) == ["ADD", "TRANSPOSE"]
    assert graph.tensors[graph.ops[0].inputs[1]].shape == (1, 6, 1)
    np.testing.assert_array_equal(result(graph), TURNED + row)
    graph = pushed([add], tensor((1, 1, 6), row.reshape(1, 1, 6)), tensor((12, 6)))
    assert kinds(graph) == ["TRANSPOSE", "ADD"]


def test_joined_values_of_other_ranks() -> None:
    ops = [Op("CONCATENATION", "join", (1, 1), (2,), {"axis": 1})]
    graph = pushed(ops, tensor((24, 6)))
    assert kinds(graph) == ["TRANSPOSE", "CONCATENATION"]
    graph = pushed(ops, tensor((1, 24, 6)))
    assert kinds(graph) == ["CONCATENATION", "TRANSPOSE"]
    assert graph.ops[0].attributes["axis"] == 2
    np.testing.assert_array_equal(result(graph), np.concatenate([TURNED, TURNED], 1))


def test_a_part_whose_axes_are_regrouped() -> None:
    cut = Op("SLICE", "cut", (1,), (2,), {"begin": (0, 2, 1), "size": (1, 4, 5)})
    graph = pushed([cut], tensor((1, 5, 4)))
    assert kinds(graph) == ["TRANSPOSE", "SLICE"]
    graph = pushed([cut], tensor((4, 5)))
    assert kinds(graph) == ["SLICE", "TRANSPOSE"]
    assert graph.ops[0].attributes == {"begin": (0, 1, 2), "size": (1, 5, 4)}
    np.testing.assert_array_equal(result(graph), TURNED[0, 2:6, 1:6])


def test_a_constant_is_reshaped_as_it_is() -> None:
    data = np.arange(72).astype(np.int8).reshape(6, 12)
    ops = [
        Op("RESHAPE", "flat", (2,), (3,)),
        Op("ADD", "sum", (1, 3), (4,), {"activation": "NONE"}),
    ]
    graph = pushed(ops, tensor((6, 12), data), tensor((1, 12, 6)), tensor((1, 12, 6)))
    assert [op.name for op in graph.ops if op.kind == "RESHAPE"] == ["flat"]
    np.testing.assert_array_equal(result(graph), TURNED + data.reshape(12, 6))


def test_views_beyond_the_most_are_known_as_they_are() -> None:
    for count in (MOST_VIEWS, MOST_VIEWS + 1, MOST_VIEWS + 2):
        shapes = [(1, 6, 12) if place % 2 else (1, 12, 6) for place in range(count)]
        ops = [Op("TRANSPOSE", f"t{i}", (i + 1,), (i + 2,), {"permutation": (0, 2, 1)}) for i in range(count)]
        graph = pushed(ops, *(tensor((1, 6, 12) if shape == (1, 12, 6) else (1, 12, 6)) for shape in shapes))
        assert kinds(graph) == (["TRANSPOSE"] if count % 2 == 0 else ["RESHAPE"])
        np.testing.assert_array_equal(result(graph), TURNED if count % 2 == 0 else X)


def dense(shape: tuple[int, ...], weights: Any, *before: Op, tensors: tuple[Tensor, ...]) -> Graph:
    """A dense layer on the last of ``tensors``, which ``before`` makes of the first."""
    row = len(tensors) - 1
    known = () if weights is None else (Tensor("w", weights.shape, "int8", Q, weights),)
    made = (*tensors, *(known or (Tensor("w", shape, "int8", Q),)), Tensor("y", (1, shape[0]), "int8", Q))
    op = Op("FULLY_CONNECTED", "dense", (row, row + 1, ABSENT), (row + 2,), {"activation": "NONE"})
    return Graph("net", made, (*before, op), (0,), (row + 2,), "")


EXCHANGE = Op("TRANSPOSE", "turn", (0,), (1,), {"outer": 1, "rows": 6, "columns": 12, "run": 1})
FLAT = Op("RESHAPE", "flat", (1,), (2,))
W = np.random.default_rng(0).integers(-9, 9, (3, 72)).astype(np.int8)


def test_weights_take_over_a_change_of_order() -> None:
    tensors = (tensor((1, 6, 12)), tensor((1, 12, 6)), tensor((1, 72)))
    graph = dense((3, 72), W, EXCHANGE, FLAT, tensors=tensors)
    found = reorder_weights(graph)
    op = found.ops[-1]
    assert op.inputs[0] == 0
    data = found.tensors[op.inputs[1]].data
    assert data is not None
    assert not data.flags.writeable
    np.testing.assert_array_equal(data @ X.ravel().astype(int), W @ TURNED.ravel().astype(int))


def test_weights_take_over_an_exchange_of_blocks() -> None:
    block = {"outer": 2, "rows": 3, "columns": 4, "run": 3}
    exchange = Op("TRANSPOSE", "turn", (0,), (1,), block)
    found = reorder_weights(dense((3, 72), W, exchange, tensors=(tensor((1, 72)), tensor((1, 72)))))
    op = found.ops[-1]
    data = found.tensors[op.inputs[1]].data
    assert data is not None
    assert op.inputs[2:] == (ABSENT,)
    exchanged = X.reshape(2, 3, 4, 3).swapaxes(1, 2).ravel().astype(int)
    np.testing.assert_array_equal(data @ X.ravel().astype(int), W @ exchanged)


def test_weights_that_cannot_take_it_over() -> None:
    tensors = (tensor((1, 6, 12)), tensor((1, 12, 6)), tensor((1, 72)))
    rows = (*tensors[:2], tensor((2, 36)))
    other = Tensor("o", (1, 12, 6), "int8", Quantization((0.25,), (0,)))
    for graph in (
        dense((3, 36), W[:, :36], EXCHANGE, FLAT, tensors=rows),
        dense((3, 72), None, EXCHANGE, FLAT, tensors=tensors),
        dense((3, 72), W, EXCHANGE, Op("RELU", "flat", (1,), (2,)), tensors=tensors),
        dense((3, 72), W, EXCHANGE, FLAT, tensors=(tensors[0], other, tensors[2])),
        dense((3, 72), W, FLAT, tensors=tensors),
    ):
        assert reorder_weights(graph).ops == graph.ops
