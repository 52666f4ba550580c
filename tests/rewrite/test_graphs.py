"""Rewrites of graphs: padding into convolutions, edges of other types, and where they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import Graph
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.rewrite import fold_padding, simplify, strip_edges
from edgeunet.rewrite.passes import PASSES, STREAM_PASSES, check_passes
from edgeunet.rewrite.rewrites import FUSIONS, LOW_RATE_REWRITES, REWRITES
from tests.rigs.dataclasses_of import compared_by_identity, thawed

Q = Quantization((0.5,), (3,))
UNSIGNED = Quantization((0.5,), (131,))


def tensor(dtype: str = "int8", quantization: Quantization | None = Q) -> Tensor:
    return Tensor("t", (1, 1, 8, 2), dtype, quantization)


def padded(kind: str = "CONV_2D") -> Graph:
    """x -> PAD -> convolution -> y; tensor 3 are the weights."""
    paddings = ((0, 0), (1, 2), (3, 4), (0, 0))
    pad = Op("PAD", "pad", (0,), (1,), {"paddings": paddings, "value": None})
    conv = Op(kind, "conv", (1, 3), (2,), {"padding": (10, 20, 30, 40), "stride": (1, 1)})
    return Graph("net", tuple(tensor() for _ in range(5)), (pad, conv), (0,), (2,), "")


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
def test_padding_adds_to_the_convolutions_own(kind: str) -> None:
    (conv,) = fold_padding(padded(kind)).ops
    assert (conv.inputs, conv.outputs) == ((0, 3), (2,))
    assert conv.attributes == {"padding": (11, 22, 33, 44), "stride": (1, 1)}


def test_a_pad_that_names_its_paddings_as_an_operand_is_read_for_the_first() -> None:
    graph = padded()
    made = fold_padding(replace(graph, ops=(replace(graph.ops[0], inputs=(0, 4)), graph.ops[1])))
    assert [op.inputs for op in made.ops] == [(0, 3)]


def test_two_readers_both_take_the_padding_and_others_keep_theirs() -> None:
    graph = padded()
    more = (replace(graph.ops[1], outputs=(4,)), replace(graph.ops[1], name="other", inputs=(2, 3), outputs=(4,)))
    made = fold_padding(replace(graph, ops=(*graph.ops, *more)))
    assert [op.attributes["padding"] for op in made.ops] == [(11, 22, 33, 44), (11, 22, 33, 44), (10, 20, 30, 40)]
    assert [op.inputs for op in made.ops] == [(0, 3), (0, 3), (2, 3)]


def pad_changed(graph: Graph, **attributes: object) -> Graph:
    pad = replace(graph.ops[0], attributes={**graph.ops[0].attributes, **attributes})
    return replace(graph, ops=(pad, *graph.ops[1:]))


def tensors_changed(graph: Graph, at: int, made: Tensor) -> Graph:
    return replace(graph, tensors=(*graph.tensors[:at], made, *graph.tensors[at + 1 :]))


@pytest.mark.parametrize(
    "broken",
    [
        lambda g: pad_changed(g, value=4),
        lambda g: pad_changed(g, paddings=((1, 0), (1, 2), (3, 4), (0, 0))),
        lambda g: pad_changed(g, paddings=((0, 0), (1, 2), (3, 4), (0, 1))),
        lambda g: pad_changed(g, paddings=((0, 1), (1, 2), (3, 4), (0, 1))),
        lambda g: tensors_changed(tensors_changed(g, 0, tensor(quantization=None)), 1, tensor(quantization=None)),
        lambda g: tensors_changed(g, 1, tensor(quantization=Quantization((0.5,), (4,)))),
        lambda g: replace(g, outputs=(2, 1)),
        lambda g: replace(g, ops=g.ops[:1], outputs=(0,)),
        lambda g: replace(g, ops=(g.ops[0], replace(g.ops[1], kind="ADD"))),
        lambda g: replace(g, ops=(g.ops[0], replace(g.ops[1], inputs=(3, 1)))),
        lambda g: replace(g, ops=(*g.ops, Op("ADD", "sum", (1, 2), (4,), {}))),
        lambda g: replace(g, ops=(replace(g.ops[0], kind="SLICE"), g.ops[1])),
    ],
)
def test_padding_that_stays(broken: Callable[[Graph], Graph]) -> None:
    graph = broken(padded())
    assert fold_padding(graph) is graph


def test_padding_by_the_zero_point_said_in_full() -> None:
    assert len(fold_padding(pad_changed(padded(), value=3)).ops) == 1


def edged(first: str = "float32", last: str = "float32") -> Graph:
    """QUANTIZE, RELU, DEQUANTIZE."""
    ops = (
        Op("QUANTIZE", "in", (0,), (1,), {}),
        Op("RELU", "relu", (1,), (2,), {}),
        Op("DEQUANTIZE" if last == "float32" else "QUANTIZE", "out", (2,), (3,), {}),
    )
    outer = (tensor(kind, UNSIGNED if kind == "uint8" else Q) for kind in (first, last))
    return Graph("net", (next(outer), tensor(), tensor(), next(outer)), ops, (0,), (3,), "")


@pytest.mark.parametrize("first", ["float32", "uint8"])
@pytest.mark.parametrize("last", ["float32", "uint8"])
def test_edges_of_other_types_go(first: str, last: str) -> None:
    made = strip_edges(edged(first, last))
    assert ([op.name for op in made.ops], made.inputs, made.outputs) == (["relu"], (1,), (2,))


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        (lambda g: tensors_changed(g, 0, tensor("int8")), ["in", "relu"]),
        (lambda g: tensors_changed(g, 3, tensor("int8")), ["relu", "out"]),
        (lambda g: replace(g, ops=(*g.ops, Op("QUANTIZE", "in2", (0,), (1,), {}))), ["in", "relu", "in2"]),
        (lambda g: replace(g, ops=(replace(g.ops[0], kind="RESHAPE"), *g.ops[1:])), ["in", "relu"]),
        (lambda g: replace(g, ops=(*g.ops[:2], replace(g.ops[2], kind="RESHAPE"))), ["relu", "out"]),
        (lambda g: replace(g, ops=(*g.ops, Op("RESHAPE", "more", (3,), (1,), {}))), ["relu", "out", "more"]),
        (lambda g: replace(g, outputs=(0,)), ["relu", "out"]),
    ],
)
def test_edges_that_stay(broken: Callable[[Graph], Graph], left: list[str]) -> None:
    assert [op.name for op in strip_edges(broken(edged())).ops] == left


def test_inputs_and_outputs_keep_their_places() -> None:
    graph = edged()
    graph = replace(graph, inputs=(2, 0), outputs=(1, 3))
    made = strip_edges(graph)
    assert (made.inputs, made.outputs) == ((2, 1), (1, 2))


def test_simplifying_does_both_and_may_leave_padding() -> None:
    pad, conv = padded().ops
    ops = (replace(pad, outputs=(1,)), conv, Op("DEQUANTIZE", "out", (2,), (4,), {}))
    graph = Graph("net", (*padded().tensors[:4], tensor("float32")), ops, (0,), (4,), "")
    assert [op.name for op in simplify(graph).ops] == ["conv"]
    assert [op.name for op in simplify(graph, {"padding"}).ops] == ["pad", "conv"]


def test_names_that_may_be_left_out() -> None:
    check_passes(["padding", "magic"], ["magic"])
    with pytest.raises(CompileError, match="there is no pass or kernel 'magic' to leave out; use one of padding, "):
        check_passes(["magic"])
    assert {*REWRITES, *LOW_RATE_REWRITES, *FUSIONS, *STREAM_PASSES} <= {*PASSES}


def test_rewrites_are_values_that_nobody_changes() -> None:
    assert not thawed("edgeunet.rewrite")
    assert compared_by_identity("edgeunet.rewrite") == set()
