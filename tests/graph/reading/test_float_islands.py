"""Float operators between DEQUANTIZE and QUANTIZE become one int8 operator, unless they depend on anything else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.graph.evaluation.float_functions import FloatStep
from edgeunet.graph.folding.float_islands import MOST_STEPS, fold_islands
from edgeunet.graph.ir import Graph, Op, Quantization, Tensor

S = (1, 1, 8, 4)


def island(number: int, middle: str = "NEG") -> tuple[list[Tensor], list[Op]]:
    """int8 → float → float → int8, as tensors ``4 * number`` and those after it."""
    first, names = 4 * number, [f"{name}{number}" for name in "abcd"]
    kinds = ("int8", "float32", "float32", "int8")
    tensors = [Tensor(name, S, kind, Quantization((0.5,), (number,))) for name, kind in zip(names, kinds, strict=True)]
    ops = [
        Op("DEQUANTIZE", f"open{number}", (first,), (first + 1,)),
        Op(middle, f"middle{number}", (first + 1,), (first + 2,), {"of": number}),
        Op("QUANTIZE", f"close{number}", (first + 2,), (first + 3,)),
    ]
    return tensors, ops


def network(*middles: str) -> Graph:
    """Islands beside each other."""
    parts = [island(number, middle) for number, middle in enumerate(middles)]
    tensors = tuple(tensor for found, _ in parts for tensor in found)
    ops = tuple(op for _, found in parts for op in found)
    ends = range(0, len(tensors), 4)
    return Graph("net", tensors, ops, tuple(ends), tuple(end + 3 for end in ends), "")


def told(graph: Graph) -> list[tuple[str, str, tuple[int, ...], tuple[int, ...]]]:
    return [(op.kind, op.name, op.inputs, op.outputs) for op in graph.ops]


def steps_of(graph: Graph, number: int = -1) -> list[tuple[str, tuple[int, ...]]]:
    return [(step.kind, step.operands) for step in graph.ops[number].attributes["steps"]]


FOLDED = ("FLOAT_FUNCTION", "middle0", (0,), (3,))


def test_the_three_become_one_where_the_last_of_them_stood() -> None:
    (opening, middle, folded) = fold_islands(network("NEG")).ops
    assert (opening.kind, middle.kind) == ("DEQUANTIZE", "NEG")  # what nobody reads any more goes later
    assert folded.attributes == {"steps": (FloatStep("NEG", (0,), {"of": 0}),)}
    assert told(fold_islands(network("NEG")))[2] == FOLDED


def test_every_island_of_a_graph_is_folded_and_others_stay() -> None:
    graph = network("NEG", "CUMSUM", "SIN")
    found = told(fold_islands(graph))
    assert found == [
        *told(graph)[:2],
        FOLDED,
        *told(graph)[3:8],
        ("FLOAT_FUNCTION", "middle2", (8,), (11,)),
    ]


def folded_kinds(graph: Graph) -> list[str]:
    """Kinds of the operators that make the outputs."""
    made = {op.outputs[0]: op.kind for op in fold_islands(graph).ops}
    return [made[index] for index in graph.outputs]


def changed(graph: Graph, number: int, **fields: object) -> Graph:
    ops = tuple(replace(op, **fields) if i == number else op for i, op in enumerate(graph.ops))  # type: ignore[arg-type]
    return replace(graph, ops=ops)


def with_type(graph: Graph, number: int, dtype: str) -> Graph:
    tensors = tuple(replace(t, dtype=dtype) if i == number else t for i, t in enumerate(graph.tensors))
    return replace(graph, tensors=tensors)


def test_what_is_not_an_island_stays_and_the_one_after_it_goes() -> None:
    two, last = network("NEG", "NEG"), "FLOAT_FUNCTION"
    assert folded_kinds(two) == [last, last]
    assert folded_kinds(changed(two, 2, kind="RELU")) == ["RELU", last]
    assert folded_kinds(replace(two, ops=two.ops[1:], inputs=(1, 4))) == ["QUANTIZE", last]  # begins with a float input
    assert folded_kinds(with_type(two, 0, "int16")) == ["QUANTIZE", last]
    assert folded_kinds(with_type(two, 3, "int16")) == ["QUANTIZE", last]


def test_a_quantize_right_after_a_dequantize_stays() -> None:
    graph = network("NEG")
    assert folded_kinds(changed(graph, 2, inputs=(1,))) == ["QUANTIZE"]


def test_a_float_value_that_others_read_too_is_folded_for_each_reader() -> None:
    graph = network("NEG")
    extra = Op("QUANTIZE", "other", (2,), (4,))
    both = replace(graph, tensors=(*graph.tensors, graph.tensors[3]), ops=(*graph.ops, extra), outputs=(2, 3, 4))
    assert folded_kinds(both) == ["NEG", "FLOAT_FUNCTION", "FLOAT_FUNCTION"]


def test_a_value_that_splits_and_meets_again_is_one_function() -> None:
    """x * tanh(log(1 + exp(x))), with exp(x) + 1 of a constant."""
    floats = [Tensor(f"f{i}", S, "float32") for i in range(6)]
    one = Tensor("one", (1,), "float32", data=np.ones(1, np.float32))
    given, made = (Tensor(name, S, "int8", Quantization((0.1,), (3,))) for name in "xy")
    ops = (
        Op("DEQUANTIZE", "open", (0,), (2,)),
        Op("EXP", "exp", (2,), (3,)),
        Op("ADD", "plus", (8, 3), (4,), {"activation": "NONE"}),
        Op("LOG", "log", (4,), (5,)),
        Op("TANH", "tanh", (5,), (6,)),
        Op("MUL", "times", (2, 6), (7,), {"activation": "NONE"}),
        Op("QUANTIZE", "close", (7,), (1,)),
    )
    graph = Graph("net", (given, made, *floats, one), ops, (0,), (1,), "")
    found = fold_islands(graph)
    assert told(found)[-1] == ("FLOAT_FUNCTION", "times", (0,), (1,))
    assert steps_of(found) == [
        ("CONSTANT", ()),
        ("EXP", (0,)),
        ("ADD", (1, 2)),
        ("LOG", (3,)),
        ("TANH", (4,)),
        ("MUL", (0, 5)),
    ]
    row = replace(graph, tensors=(*graph.tensors[:8], replace(one, data=np.ones(4, np.float32))))
    assert folded_kinds(row) == ["QUANTIZE"]  # a number per channel is not a function of one value


def test_a_function_of_two_values_stays() -> None:
    two = network("NEG", "NEG")
    met = changed(changed(two, 4, kind="ADD", inputs=(2, 5)), 2, kind="QUANTIZE")
    assert folded_kinds(met) == ["FLOAT_FUNCTION", "QUANTIZE"]


def test_a_chain_longer_than_anybody_writes_stays() -> None:
    for length, kind in ((MOST_STEPS, "FLOAT_FUNCTION"), (MOST_STEPS + 1, "QUANTIZE")):
        ends = network("NEG").tensors
        chain = [Op("NEG", f"n{i}", (i,), (i + 1,)) for i in range(2, length + 2)]
        opened, closed = Op("DEQUANTIZE", "open", (0,), (2,)), Op("QUANTIZE", "close", (length + 2,), (1,))
        tensors = (ends[0], ends[3], *(ends[1],) * (length + 1))
        graph = Graph("net", tensors, (opened, *chain, closed), (0,), (1,), "")
        assert folded_kinds(graph) == [kind]
