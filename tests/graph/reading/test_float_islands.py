"""A float operator between DEQUANTIZE and QUANTIZE becomes one int8 operator, unless anything else sees its values."""

from __future__ import annotations

from dataclasses import replace

from edgeunet.graph.ir import Graph, Op, Quantization, Tensor
from edgeunet.graph.reading.float_islands import fold_islands

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


FOLDED = ("NEG", "middle0", (0,), (3,))


def test_the_three_become_one_where_the_last_of_them_stood() -> None:
    (opening, folded) = fold_islands(network("NEG")).ops
    assert (opening.kind, folded.attributes) == ("DEQUANTIZE", {"of": 0})  # what nobody reads any more goes later
    assert told(fold_islands(network("NEG")))[1] == FOLDED


def test_every_island_of_a_graph_is_folded_and_others_stay() -> None:
    found = told(fold_islands(network("NEG", "EXP", "NEG")))
    assert found == [
        ("DEQUANTIZE", "open0", (0,), (1,)),
        FOLDED,
        *told(network("NEG", "EXP", "NEG"))[3:6],
        ("DEQUANTIZE", "open2", (8,), (9,)),
        ("NEG", "middle2", (8,), (11,)),
    ]


def unchanged_but_later(graph: Graph) -> bool:
    """Whether the first island stays, and the one after it is folded nevertheless."""
    found = told(fold_islands(graph))
    return found[:-2] == told(graph)[:-3] and found[-1] == ("NEG", "middle1", (4,), (7,))


def changed(graph: Graph, number: int, **fields: object) -> Graph:
    ops = tuple(replace(op, **fields) if i == number else op for i, op in enumerate(graph.ops))  # type: ignore[arg-type]
    return replace(graph, ops=ops)


def test_what_is_not_an_island_stays() -> None:
    two = network("NEG", "NEG")
    assert unchanged_but_later(changed(two, 0, kind="RELU"))
    assert unchanged_but_later(changed(two, 2, kind="RELU"))
    assert unchanged_but_later(replace(two, ops=two.ops[1:], inputs=(1, 4)))  # begins with an input of the graph
    assert unchanged_but_later(replace(two, ops=(two.ops[0], two.ops[1], *two.ops[3:]), outputs=(2, 7)))
    assert unchanged_but_later(replace(two, outputs=(2, 3, 7)))  # the float value leaves the graph
    wide = tuple(replace(t, dtype="int16") if i == 0 else t for i, t in enumerate(two.tensors))
    assert unchanged_but_later(replace(two, tensors=wide))


def test_a_float_value_with_two_readers_stays() -> None:
    two = network("NEG", "NEG")
    extra = Op("QUANTIZE", "other", (2,), (8,))
    graph = replace(two, tensors=(*two.tensors, two.tensors[3]), ops=(*two.ops[:3], extra, *two.ops[3:]))
    assert unchanged_but_later(graph)
