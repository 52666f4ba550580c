"""ADD and SUB on int8 as one straight line per operand, where that gives exactly TFLite's three requantizations.

TFLite scales both operands to a common scale with 20 extra bits, rounding twice each, adds, and scales the sum down,
rounding twice again. All those roundings but the last are far below one unit of the result, so it is nearly always

    out = clamp((a * A + b * B + C) >> S)

with slopes ``A`` and ``B`` next to ``scale_a / scale_out * 2^S`` and ``scale_b / scale_out * 2^S``. There are only
65,536 pairs ``(a, b)``: ``fit`` evaluates TFLite's result for all of them, and intersects what each demands of ``C``:

    out * 2^S <= a * A + b * B + C      where out > -128
    a * A + b * B + C < (out + 1) * 2^S    where out < 127

An empty intersection means that the kernel is not used. Nothing is approximated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from edgeunet.graph.evaluation.arithmetic import Integers, multiply_by_quantized_multiplier
from edgeunet.program.parameters import Add

SHIFT = 20
_NEIGHBOURS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1))
_VALUES = np.arange(-128, 128, dtype=np.int64)


@dataclass(frozen=True)
class StraightAdd:
    """``(a * a_slope + b * b_slope + offset) >> SHIFT``; no partial sum leaves int32."""

    a_slope: int
    b_slope: int
    offset: int


def add_results(add: Add) -> Integers:
    """TFLite's result for every pair of operands, ``[a + 128, b + 128]``."""
    a, b = (
        multiply_by_quantized_multiplier((_VALUES - zero_point) << add.left_shift, multiplier, shift)
        for zero_point, multiplier, shift in zip(add.zero_points, add.multipliers, add.shifts, strict=True)
    )
    total = a[:, None] + add.sign * b[None, :]
    scaled = multiply_by_quantized_multiplier(total, add.out_multiplier, add.out_shift)
    return np.clip(scaled + add.out_zero_point, add.low, add.high)


@lru_cache(maxsize=256)
def fit(add: Add) -> StraightAdd | None:
    """The straight line that equals ``add`` on every pair of operands, or ``None``."""
    if (add.low, add.high) != (-128, 127):
        return None
    results = add_results(add)
    slopes = [
        round(math.ldexp(multiplier * add.out_multiplier, shift + add.out_shift + add.left_shift + SHIFT - 62))
        for multiplier, shift in zip(add.multipliers, add.shifts, strict=True)
    ]
    for step_a, step_b in _NEIGHBOURS:
        a, b = slopes[0] + step_a, add.sign * slopes[1] + step_b
        line = a * _VALUES[:, None] + b * _VALUES[None, :]
        first = int(((results << SHIFT) - line)[results > -128].max(initial=-(1 << 31)))
        end = int((((results + 1) << SHIFT) - line)[results < 127].min(initial=1 << 31))
        largest = 128 * (abs(a) + abs(b)) + abs((first + end) // 2)
        if first < end and largest < 1 << 31:
            return StraightAdd(a, b, (first + end) // 2)
    return None
