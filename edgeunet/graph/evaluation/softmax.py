"""SOFTMAX of int8 rows, with the kernels' fixed-point arithmetic.

Source: ``Softmax`` in ``tensorflow/lite/kernels/internal/reference/softmax.h``. The difference to the row's maximum has
at most 256 values, so the exponentials are a table; the sum is kept in Q12 and inverted by Newton steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation import fixed_point
from edgeunet.graph.evaluation.arithmetic import (
    INT8_MAX,
    INT8_MIN,
    Integers,
    Multiplier,
    quantize_multiplier,
    rescale,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from edgeunet.graph.evaluation.lookup import input_radius
from edgeunet.short_repr import short_repr

DIFFERENCE_INTEGER_BITS = 5
SUM_INTEGER_BITS = 12


@dataclass(frozen=True, eq=False)
class SoftmaxTable:
    """``exponentials[d]`` is ``exp(-d * beta * scale)`` as a Q0 raw for a difference of ``d``; 0 if skipped."""

    factor: Multiplier
    largest_difference: int
    exponentials: NDArray[np.int32]

    __repr__ = short_repr


def softmax_factor(beta: float, scale: float) -> Multiplier:
    """Factor from stored differences to raw Q5 (``PreprocessSoftmaxScaling``)."""
    return quantize_multiplier(min(beta * scale * (1 << (31 - DIFFERENCE_INTEGER_BITS)), float((1 << 31) - 1)))


def softmax_table(beta: float, scale: float) -> SoftmaxTable:
    """The table for an input of ``scale``.

    Larger differences than ``largest_difference`` give the lowest output without being added to the sum.
    """
    factor = softmax_factor(beta, scale)
    largest = min(input_radius(DIFFERENCE_INTEGER_BITS, factor.shift), 255)
    differences = np.arange(256)
    kept = np.where(differences <= largest, differences, 0)
    raws = fixed_point.exp_on_negative_values(rescale(-kept, factor), DIFFERENCE_INTEGER_BITS)
    table = np.where(differences <= largest, raws, 0).astype(np.int32)
    table.flags.writeable = False
    return SoftmaxTable(factor, largest, table)


def softmax(rows: NDArray[np.int8], table: SoftmaxTable) -> NDArray[np.int8]:
    """Softmax over the last axis of ``rows`` ``(n, depth)``; the output's scale is 1/256, its zero point -128."""
    values = rows.astype(np.int64)
    differences = values.max(axis=1, keepdims=True) - values
    exponentials: Integers = table.exponentials[differences].astype(np.int64)
    sums = rounding_divide_by_pot(exponentials, SUM_INTEGER_BITS)
    sums = np.where(differences <= table.largest_difference, sums, 0).sum(axis=1)
    result = np.empty(rows.shape, np.int8)
    for row, total in enumerate(sums.tolist()):
        scale, bits_over_unit = fixed_point.reciprocal(total, SUM_INTEGER_BITS)
        shares = rounding_divide_by_pot(
            saturating_rounding_doubling_high_mul(exponentials[row], scale), bits_over_unit + 31 - 8
        )
        shares = np.where(differences[row] <= table.largest_difference, shares, 0)
        result[row] = np.clip(shares + INT8_MIN, INT8_MIN, INT8_MAX)
    return result
