"""Slices decoded: their bounds, and the whole sentence for each that does not fit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import DECODERS, slice_bounds
from edgeunet.graph.reading.schema import STRIDED_SLICE_OPTIONS
from tests.rigs.operators import DAMAGED, S, decoded, ints, operator, refused


def test_slices() -> None:
    op = decoded("SLICE", [S, ints(0, 1, 2, 0), ints(1, 1, 3, -1)], (1, 1, 3, 4))
    assert (op.kind, op.inputs) == ("SLICE", (0,))
    assert op.attributes == {"begin": (0, 1, 2, 0), "size": (1, 1, 3, 4)}
    begin, size = (0, 1, 2), (1, 1, 3, 4)
    refused(f"begin {begin} and size {size} don't fit the shape {S}", "SLICE", [S, ints(*begin), ints(*size)], size)
    begin, size = (0, 1, 2, 0), (1, 1, 3)
    refused(f"begin {begin} and size {size} don't fit the shape {S}", "SLICE", [S, ints(*begin), ints(*size)], size)


@pytest.mark.parametrize(
    ("begin", "size"), [((0, 0, 2, 0), (1, 2, 5, 4)), ((0, 0, -1, 0), (1, 2, 3, 4)), ((0, 0, 2, 0), (1, 2, 0, 4))]
)
def test_slices_lie_inside(begin: tuple[int, ...], size: tuple[int, ...]) -> None:
    end = tuple(first + length for first, length in zip(begin, size, strict=True))
    sentence = f"the slice from {begin} to {end} is not inside {S}" + DAMAGED
    refused(sentence, "SLICE", [S, ints(*begin), ints(*size)], size)
    assert decoded("SLICE", [S, ints(0, 0, 0, 0), ints(*S)], S).attributes["size"] == S


def test_slices_of_another_size_than_the_output() -> None:
    sentence = "a slice of (1, 2, 3, 4) is not its output (1, 2, 4, 4)"
    refused(sentence, "SLICE", [S, ints(0, 0, 1, 0), ints(1, 2, 3, 4)], (1, 2, 4, 4))


MASKS = {name: f"o{number}" for name, number in STRIDED_SLICE_OPTIONS.items()}


def strided(begin: Any, end: Any, step: Any = (1, 1, 1, 1), **masks: int) -> Operator:
    options = {MASKS[name]: value for name, value in masks.items()}
    return operator("STRIDED_SLICE", [S, ints(*begin), ints(*end), ints(*step)], S, **options)


@pytest.mark.parametrize(
    ("begin", "end", "masks", "starts", "ends"),
    [
        ((0, 0, 2, 1), (1, 2, 5, 3), {}, (0, 0, 2, 1), (1, 2, 5, 3)),
        ((0, 0, -2, -9), (1, 2, -1, 99), {}, (0, 0, 4, 0), (1, 2, 5, 4)),
        ((0, 1, 2, 3), (1, 1, 1, 1), {"begin_mask": 4, "end_mask": 10}, (0, 1, 0, 3), (1, 2, 1, 4)),
        ((0, 1, 2, 3), (0, 0, 0, 0), {"shrink_axis_mask": 6, "end_mask": 9}, (0, 1, 2, 3), (1, 2, 3, 4)),
        ((0, 9, 9, 9), (1, -9, 0, -1), {}, (0, 2, 6, 4), (1, 0, 0, 3)),
    ],
)  # fmt: skip
def test_bounds_of_strided_slices(begin: Any, end: Any, masks: dict[str, int], starts: Any, ends: Any) -> None:
    assert slice_bounds(strided(begin, end, **masks)) == (starts, ends, masks.get("shrink_axis_mask", 0))


def test_bounds_of_the_first_axes_leave_the_others_whole() -> None:
    assert slice_bounds(strided((0, 1), (1, 2), (1, 1))) == ((0, 1, 0, 0), (1, 2, 6, 4), 0)


def test_strided_slices_are_slices() -> None:
    op = DECODERS["STRIDED_SLICE"](strided((0, 0, 0, 0), S))
    assert (op.kind, op.attributes) == ("SLICE", {"begin": (0, 0, 0, 0), "size": S})


@pytest.mark.parametrize("mask", ["ellipsis_mask", "new_axis_mask", "offset"])
def test_strided_slices_of_other_kinds(mask: str) -> None:
    sentence = "STRIDED_SLICE 'layer': slices with an ellipsis or a new axis; name every axis instead"
    with pytest.raises(UnsupportedOpError, match=f"^{sentence}$"):
        slice_bounds(strided((0,), (1,), (1,), **{mask: 1}))


@pytest.mark.parametrize(
    ("begin", "end", "step"),
    [((0,), (1, 1), (1,)), ((0,), (1,), (1, 1)), ((0, 0), (1,), (1,)), ((0,) * 5, (1,) * 5, (1,) * 5)],
)
def test_strided_slices_that_do_not_fit(begin: Any, end: Any, step: Any) -> None:
    sentence = f"STRIDED_SLICE 'layer': begin {begin}, end {end}, strides {step} don't fit the shape {S}"
    with pytest.raises(GraphError, match=f"^{re.escape(sentence)}$"):
        slice_bounds(strided(begin, end, step))


@pytest.mark.parametrize("step", [(1, 2), (1, 0), (-1, 1)])
def test_strided_slices_with_strides(step: tuple[int, int]) -> None:
    sentence = f"STRIDED_SLICE 'layer': strides {step}; only slices with a step of 1 are supported"
    with pytest.raises(UnsupportedOpError, match=f"^{re.escape(sentence)}$"):
        slice_bounds(strided((0, 0), (1, 1), step))
