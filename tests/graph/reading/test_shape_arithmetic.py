"""Integers computed while reading: what is folded, to what, and what stays an operator."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.graph.ir import ABSENT, Tensor
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.schema import STRIDED_SLICE_OPTIONS
from edgeunet.graph.reading.shape_arithmetic import fold_shapes
from tests.rigs.operators import Options, ints

SHAPE = (7, 5, 3, 2)
Known = np.ndarray[Any, Any] | None


def folded(kind: str, given: list[Known], inputs: tuple[int, ...] | None = None, outputs: int = 1, **masks: int) -> Any:
    """What the operator on ``given`` (``None``: a signal) becomes: a constant, or itself."""
    tensors = [
        Tensor(f"t{i}", SHAPE if data is None else data.shape, "int8" if data is None else str(data.dtype), None, data)
        for i, data in enumerate([*given, *[None] * outputs])
    ]
    options = Options({STRIDED_SLICE_OPTIONS[name]: mask for name, mask in masks.items()})
    made = tuple(range(len(given), len(tensors)))
    names = tuple(range(len(given))) if inputs is None else inputs
    operator = Operator(0, kind, "layer", names, made, options, tuple(tensors))
    reader = Operator(1, "RESHAPE", "reader", made, (), options, tuple(tensors))
    *kept, last = fold_shapes([operator, reader], tensors)
    assert last.name == "reader"
    assert len(kept) == 1 or (kept == [] and last.tensors[made[0]].dtype == "int32")
    if kept:
        assert (kept[0].kind, kept[0].inputs, kept[0].outputs) == (kind, names, made)
        return kept[0]
    result = last.tensors[made[0]]
    assert result.data is not None
    assert result.shape == result.data.shape
    return result.data.tolist()


def stays(kind: str, given: list[Known], inputs: tuple[int, ...] | None = None, outputs: int = 1) -> bool:
    return isinstance(folded(kind, given, inputs, outputs), Operator)


def test_shapes_are_numbers() -> None:
    assert folded("SHAPE", [None]) == [7, 5, 3, 2]
    assert stays("SHAPE", [ints(1), ints(2)])
    assert stays("SHAPE", [])
    assert stays("SHAPE", [None], outputs=2)


@pytest.mark.parametrize("kind", ["PACK", "CONCATENATION"])
def test_numbers_are_put_one_after_the_other(kind: str) -> None:
    assert folded(kind, [ints(4, 5), np.int32(6).reshape(()), ints(7)]) == [4, 5, 6, 7]
    assert folded(kind, [ints(*range(16)), np.array([9], np.int64)]) == [*range(16), 9]
    assert folded(kind, [ints(1)]) == [1]
    assert stays(kind, [ints(*range(17))])
    assert stays(kind, [ints(1), np.array([0.5], np.float32)])
    assert stays(kind, [ints(1), None])
    assert stays(kind, [ints(1), ints(2)], (0, ABSENT))
    assert stays(kind, [])


def test_other_operators_on_numbers_stay() -> None:
    assert stays("ADD", [ints(1), ints(2)])
    assert stays("MUL", [ints(3)])


STEPS = ints(1)


@pytest.mark.parametrize(
    ("begin", "end", "masks", "expected"),
    [
        (1, 3, {}, [5, 3]),
        (0, 4, {}, [7, 5, 3, 2]),
        (1, 0, {"shrink_axis_mask": 1}, 5),
        (3, 0, {"shrink_axis_mask": 1}, 2),
        (4, 0, {"shrink_axis_mask": 1}, []),
        (2, 0, {"end_mask": 1}, [3, 2]),
        (-1, 4, {}, [2]),
    ],
)
def test_slices_of_numbers(begin: int, end: int, masks: dict[str, int], expected: Any) -> None:
    assert folded("STRIDED_SLICE", [ints(*SHAPE), ints(begin), ints(end), STEPS], **masks) == expected


def test_slices_of_anything_else_stay() -> None:
    assert stays("STRIDED_SLICE", [ints(1, 2).reshape(1, 2), ints(0), ints(1), STEPS])
    assert stays("STRIDED_SLICE", [ints(*SHAPE), ints(0), ints(3), ints(2)])
    assert stays("STRIDED_SLICE", [None, ints(0), ints(1), STEPS])


def test_what_is_folded_feeds_what_comes_after() -> None:
    one, two = (Tensor(f"number{n}", (1,), "int32", None, ints(n)) for n in (1, 2))
    later = (Tensor(name, (), "int32") for name in ("shape", "part", "pack"))
    tensors = (Tensor("x", SHAPE, "int8"), one, two, *later)
    empty = Options({})
    ops = [
        Operator(0, "SHAPE", "a", (0,), (3,), empty, tensors),
        Operator(1, "STRIDED_SLICE", "b", (3, 1, 2, 1), (4,), empty, tensors),
        Operator(2, "PACK", "c", (4, 2), (5,), empty, tensors),
        Operator(3, "RESHAPE", "d", (0, 5), (), empty, tensors),
    ]
    (last,) = fold_shapes(ops, tensors)
    data = last.tensors[5].data
    assert data is not None
    assert (data.tolist(), last.tensors[5].shape, last.tensors[3].shape) == ([5, 2], (2,), (4,))
