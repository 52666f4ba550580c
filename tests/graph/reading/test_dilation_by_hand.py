"""Space-to-batch folded into a dilation, against both written out as loops; and all that must stay a pair."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.graph.folding.space_to_batch import fold_dilation
from edgeunet.graph.ir import Graph, Op, Quantization, Tensor

Array = np.ndarray[Any, Any]
Pair = tuple[int, int]
Q = Quantization((0.5,), (3,))


def convolve(x: Array, w: Array, dilation: Pair, padding: tuple[int, int, int, int], size: Pair) -> Array:
    """The first ``size`` outputs of a convolution of ``x`` (height, width, in) with ``w`` (out, height, width, in)."""
    top, bottom, left, right = padding
    padded = np.pad(x, ((top, bottom), (left, right), (0, 0)))
    out = np.zeros((*size, len(w)), np.int64)
    for row in range(size[0]):
        for column in range(size[1]):
            seen = padded[row :: dilation[0], column :: dilation[1]][: w.shape[1], : w.shape[2]]
            out[row, column] = np.tensordot(w, seen, 3)
    return out


def apart(x: Array, block: Pair, margins: tuple[Pair, Pair]) -> list[Array]:
    """SPACE_TO_BATCH_ND as TensorFlow defines it."""
    padded = np.pad(x, (*margins, (0, 0)))
    return [padded[i :: block[0], j :: block[1]] for i in range(block[0]) for j in range(block[1])]


def together(parts: list[Array], block: Pair, crops: tuple[Pair, Pair]) -> Array:
    """BATCH_TO_SPACE_ND as TensorFlow defines it."""
    height, width, channels = parts[0].shape
    whole = np.zeros((height * block[0], width * block[1], channels), np.int64)
    for number, part in enumerate(parts):
        whole[number // block[1] :: block[0], number % block[1] :: block[1]] = part
    (top, bottom), (left, right) = crops
    return whole[top : len(whole) - bottom, left : whole.shape[1] - right]


def tensor(shape: tuple[int, ...], quantization: Quantization | None = Q) -> Tensor:
    return Tensor("t", shape, "int8", quantization)


def pair(
    x: tuple[int, ...], seen: tuple[int, ...], made: tuple[int, ...], y: tuple[int, ...], *, window: Pair, block: Any,
    margins: Any, crops: Any, dilation: Pair = (1, 1), padding: tuple[int, int, int, int] = (0, 0, 0, 0),
    kind: str = "CONV_2D",
) -> Graph:  # fmt: skip
    """A graph of the three operators, ``seen`` and ``made`` being the images inside."""
    tensors = (tensor(x), tensor(seen), tensor((2, *window, seen[3])), tensor(made), tensor(y))
    attributes = {"stride": (1, 1), "dilation": dilation, "padding": padding, "activation": "RELU"}
    ops = (
        Op("SPACE_TO_BATCH_ND", "first", (0,), (1,), {"block": block, "margins": margins}),
        Op(kind, "middle", (1, 2), (3,), attributes),
        Op("BATCH_TO_SPACE_ND", "last", (3,), (4,), {"block": block, "margins": crops}),
    )
    return Graph("net", tensors, ops, (0,), (4,), "")


axis = st.tuples(
    *(st.integers(*limits) for limits in ((1, 9), (1, 3), (1, 3), (1, 2), (0, 2), (0, 1), (0, 4), (0, 2), (0, 2)))
)
"""Length, block, taps, dilation inside, padding inside before and after, margin before, crops."""


@given(st.tuples(axis, axis), st.integers(0, 1000))
def test_both_compute_the_same(axes: Any, seed: int) -> None:
    lengths, blocks, taps, dilations, befores, afters, margins, crops, ends = zip(*axes, strict=True)
    extras = [-(n + m) % b for n, m, b in zip(lengths, margins, blocks, strict=True)]
    inner = [(n + m + e) // b for n, m, e, b in zip(lengths, margins, extras, blocks, strict=True)]
    outer = [i + p + a - (k - 1) * d for i, p, a, k, d in zip(inner, befores, afters, taps, dilations, strict=True)]
    size = [o * b - c - e for o, b, c, e in zip(outer, blocks, crops, ends, strict=True)]
    if min(outer) < 1 or min(size) < 1:
        return
    padding = (befores[0], afters[0], befores[1], afters[1])
    count = blocks[0] * blocks[1]
    around, cut = tuple(zip(margins, extras, strict=True)), tuple(zip(crops, ends, strict=True))
    graph = pair((1, *lengths, 3), (count, *inner, 3), (count, *outer, 2), (1, *size, 2), window=taps, block=blocks,
                 margins=around, crops=cut, dilation=dilations, padding=padding)  # fmt: skip
    rng = np.random.default_rng(seed)
    x, w = rng.integers(-9, 9, (*lengths, 3)), rng.integers(-9, 9, (2, *taps, 3))
    parts = [convolve(part, w, dilations, padding, (outer[0], outer[1])) for part in apart(x, blocks, around)]
    expected = together(parts, blocks, cut)
    ops = fold_dilation(graph).ops
    starts = [m + p * b - c for m, p, b, c in zip(margins, befores, blocks, crops, strict=True)]
    if min(starts) < 0:
        assert ops == graph.ops
        return
    (folded,) = ops
    assert (folded.kind, folded.name, folded.inputs, folded.outputs) == ("CONV_2D", "middle", (0, 2), (4,))
    assert folded.attributes["activation"] == "RELU"
    found = folded.attributes["padding"]
    assert min(found) >= 0
    assert found[0] + lengths[0] + found[1] >= (taps[0] - 1) * folded.attributes["dilation"][0] + size[0]
    result = convolve(x, w, folded.attributes["dilation"], found, (size[0], size[1]))
    np.testing.assert_array_equal(result, expected)


def signal(upright: bool, **changes: Any) -> Graph:
    """A signal of 12 samples over 3 phases, inside as an image of one row or one column."""
    seen, made = ((3, 5, 1, 4), (3, 4, 1, 2)) if upright else ((3, 1, 5, 4), (3, 1, 4, 2))
    given = {"window": (2, 1) if upright else (1, 2), "block": (3,), "margins": ((3, 0),), "crops": ((0, 0),)} | changes
    return pair((1, 12, 4), seen, made, (1, 12, 2), **given)


@pytest.mark.parametrize("upright", [False, True])
def test_signals_become_images_between_reshapes(upright: bool) -> None:
    graph = fold_dilation(signal(upright))
    into, folded, out = graph.ops
    images = ((1, 12, 1, 4), (1, 12, 1, 2)) if upright else ((1, 1, 12, 4), (1, 1, 12, 2))
    assert (into.kind, into.name, into.inputs, into.outputs) == ("RESHAPE", "middle/image", (0,), (5,))
    assert (out.kind, out.name, out.inputs, out.outputs) == ("RESHAPE", "middle/signal", (6,), (4,))
    assert (folded.inputs, folded.outputs) == ((5, 2), (6,))
    assert tuple(graph.tensors[index].shape for index in (5, 6)) == images
    assert folded.attributes["dilation"] == ((3, 1) if upright else (1, 3))
    assert folded.attributes["padding"] == ((3, 0, 0, 0) if upright else (0, 0, 3, 0))


def changed(graph: Graph, number: int, **attributes: Any) -> Graph:
    ops = tuple(
        replace(op, attributes={**op.attributes, **attributes}) if i == number else op for i, op in enumerate(graph.ops)
    )
    return replace(graph, ops=ops)


def shaped(graph: Graph, number: int, shape: tuple[int, ...], quantization: Quantization = Q) -> Graph:
    tensors = tuple(tensor(shape, quantization) if i == number else t for i, t in enumerate(graph.tensors))
    return replace(graph, tensors=tensors)


FIRST, MIDDLE, LAST = range(3)
STAYS = {
    "strides": changed(signal(False), MIDDLE, stride=(1, 2)),
    "other blocks": changed(signal(False), LAST, block=(2,)),
    "a batch": shaped(signal(False), 0, (3, 12, 4)),
    "a batch inside that is not the blocks": shaped(signal(False), 1, (6, 1, 5, 4)),
    "another scale inside": shaped(signal(False), 1, (3, 1, 5, 4), Quantization((0.25,), (3,))),
    "another scale behind": shaped(signal(False), 4, (1, 12, 2), Quantization((0.25,), (3,))),
    "two axes of a signal": signal(False, block=(3, 1), margins=((3, 0), (0, 0)), crops=((0, 0), (0, 0))),
    "a signal inside an image of several rows": shaped(shaped(signal(False), 1, (3, 2, 5, 1)), 3, (3, 2, 4, 2)),
    "rows that could be channels": pair(
        (1, 12, 5),
        (3, 2, 5, 1),
        (3, 2, 4, 2),
        (1, 12, 8),
        window=(1, 2),
        block=(3,),
        margins=((3, 0),),
        crops=((0, 0),),
    ),
    "rows of one block": pair(
        (1, 12, 15),
        (1, 2, 5, 3),
        (1, 2, 4, 2),
        (1, 12, 8),
        window=(1, 2),
        block=(1,),
        margins=((0, 0),),
        crops=((0, 0),),
    ),
    "an output that two read": replace(
        signal(False),
        outputs=(4, 1),
        ops=(*signal(False).ops, Op("RELU", "other", (1,), (5,))),
        tensors=(*signal(False).tensors, signal(False).tensors[1]),
    ),
    "an image of two dimensions": shaped(signal(False), 0, (12, 4)),
    "more bytes in": shaped(signal(False), 0, (1, 12, 8)),
    "more bytes out": shaped(signal(False), 4, (1, 12, 3)),
    "more cropped than padded": changed(signal(False), LAST, margins=((4, 0),)),
    "just one more cropped than padded": changed(
        changed(signal(False), FIRST, margins=((0, 3),)), LAST, margins=((1, 0),)
    ),
    "read elsewhere before": replace(signal(False), outputs=(4, 1)),
    "read elsewhere after": replace(signal(False), outputs=(4, 3)),
    "no beginning": replace(signal(False), ops=signal(False).ops[1:], inputs=(1,)),
    "no convolution": replace(signal(False), ops=(replace(signal(False).ops[0], outputs=(3,)), signal(False).ops[2])),
    "something else inside": replace(
        signal(False), ops=(signal(False).ops[0], replace(signal(False).ops[1], kind="RELU"), signal(False).ops[2])
    ),
}


@pytest.mark.parametrize("graph", STAYS.values(), ids=STAYS)
def test_what_is_no_dilation_stays(graph: Graph) -> None:
    assert fold_dilation(graph) is graph


def with_reshapes(count: int) -> Graph:
    """``count`` reshapes between the convolution and the end."""
    graph = signal(False)
    tensors, ops = list(graph.tensors), list(graph.ops[:2])
    last = 3
    for number in range(count):
        tensors.append(tensors[3])
        ops.append(Op("RESHAPE", f"r{number}", (last,), (len(tensors) - 1,)))
        last = len(tensors) - 1
    return replace(graph, tensors=tuple(tensors), ops=(*ops, replace(graph.ops[2], inputs=(last,))))


def test_a_few_reshapes_may_lie_between() -> None:
    assert [op.kind for op in fold_dilation(with_reshapes(4)).ops] == ["RESHAPE", "CONV_2D", "RESHAPE"]
    graph = with_reshapes(5)
    assert fold_dilation(graph) is graph


def test_two_pairs_one_after_the_other_and_an_operator_between() -> None:
    one, two = signal(False), signal(True)
    tensors = (*one.tensors, *two.tensors)
    moved = tuple(
        replace(op, inputs=tuple(i + 5 for i in op.inputs), outputs=tuple(i + 5 for i in op.outputs)) for op in two.ops
    )
    graph = Graph("net", tensors, (*one.ops, Op("RELU", "between", (4,), (5,)), *moved), (0,), (9,), "")
    kinds = ["RESHAPE", "CONV_2D", "RESHAPE"]
    assert [op.kind for op in fold_dilation(graph).ops] == [*kinds, "RELU", *kinds]
