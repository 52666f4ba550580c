"""Shape arithmetic, which converters leave behind for a dynamic batch, computed while reading.

``Flatten`` and ``Reshape`` of a model with an open batch become SHAPE, STRIDED_SLICE and PACK, and their result feeds
a RESHAPE. All shapes are static here (batch 1), so the numbers are known and the operators go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.ir import Tensor
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.options import slice_bounds

SHAPE_ARITHMETIC = ("SHAPE", "STRIDED_SLICE", "PACK", "CONCATENATION")
"""Operators that are computed here where they work on shapes."""


def fold_shapes(operators: Sequence[Operator], tensors: Sequence[Tensor]) -> list[Operator]:
    """The operators that remain when SHAPE and what is computed from it alone are constants.

    Every operator that is returned sees the tensor list with those constants filled in.
    """
    known = list(tensors)
    remaining = []
    for operator in operators:
        number = _numbers(replace(operator, tensors=tuple(known)) if operator.kind in SHAPE_ARITHMETIC else operator)
        if number is None or len(operator.outputs) != 1:
            remaining.append(operator)
            continue
        index = operator.outputs[0]
        known[index] = replace(known[index], data=number, shape=number.shape, dtype="int32")
    shared = tuple(known)
    return [replace(operator, tensors=shared) for operator in remaining]


def _numbers(operator: Operator) -> NDArray[Any] | None:
    """What ``operator`` computes, where that is a few integers known already."""
    if operator.kind == "SHAPE" and len(operator.inputs) == 1:
        return np.array(operator.shape(0), np.int32)
    if operator.kind not in SHAPE_ARITHMETIC[1:] or min(operator.inputs, default=-1) < 0:
        return None
    data = [operator.tensors[index].data for index in operator.inputs]
    if any(array is None or array.dtype.kind != "i" or array.size > 16 for array in data):
        return None
    given = [np.asarray(array, np.int32) for array in data]
    if operator.kind == "STRIDED_SLICE":
        if given[0].ndim != 1 or any(size != 1 for size in given[3]):
            return None
        (first,), (last,), shrunk = slice_bounds(operator)
        return given[0][first] if shrunk and first < given[0].size else given[0][first:last]
    return np.concatenate([array.reshape(-1) for array in given])
