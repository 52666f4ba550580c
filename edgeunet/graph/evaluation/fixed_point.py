"""Fixed-point exponential, logistic, tanh, reciprocal and inverse square root, bit for bit as the kernels have them.

A value in Qm is an ``int32`` raw number times ``2**(m - 31)`` (``m`` integer bits, a sign, the rest fraction). The
algorithms are gemmlowp's (``fixedpoint/fixedpoint.h``): the product of Qm and Qn is ``round(a * b / 2**31)`` in
Q(m+n); the exponential is a Taylor polynomial around -1/8 times tabulated powers; reciprocals are three Newton steps.
Constants are computed from what they are, not copied. Arrays are ``int64`` holding ``int32`` raws.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from edgeunet.graph.evaluation.arithmetic import (
    INT32_MAX,
    INT32_MIN,
    Integers,
    round_half_away,
    rounding_divide_by_pot,
    wrap_int32,
)
from edgeunet.graph.evaluation.arithmetic import saturating_rounding_doubling_high_mul as multiply


def constant(real: float, integer_bits: int) -> int:
    """``real`` as the nearest raw number of Q``integer_bits``."""
    return round_half_away(math.ldexp(real, 31 - integer_bits))


def saturating_shift(values: Any, exponent: int) -> Integers:
    """``values * 2**exponent``, saturated upward and rounded downward (``SaturatingRoundingMultiplyByPOT``)."""
    if exponent <= 0:
        return rounding_divide_by_pot(values, -exponent)
    result: Integers = np.clip(np.asarray(values, np.int64) << exponent, INT32_MIN, INT32_MAX)
    return result


def exp_on_negative_values(values: Any, integer_bits: int) -> Integers:
    """``exp(x)`` in Q0 for ``x <= 0`` in Q``integer_bits`` (at most 5); ``exp(0)`` is ``2**31 - 1``."""
    values = np.asarray(values, np.int64)
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    in_quarter = (values & (quarter - 1)) - quarter
    result = _exp_near_zero(saturating_shift(in_quarter, integer_bits))
    remainder = in_quarter - values
    for exponent in range(-2, integer_bits):
        factor = constant(math.exp(-math.ldexp(1.0, exponent)), 0)
        chosen = (remainder >> (fraction_bits + exponent)) & 1 == 1
        result = np.where(chosen, multiply(result, factor), result)
    return np.where(values == 0, INT32_MAX, result)


def _exp_near_zero(values: Integers) -> Integers:
    """``exp(x)`` in Q0 for ``x`` in [-1/4, 0) in Q0: the fourth-order Taylor polynomial around -1/8."""
    x = values + (1 << 28)
    x2 = multiply(x, x)
    x3, x4 = multiply(x2, x), multiply(x2, x2)
    higher = multiply(saturating_shift(x4, -2) + x3, constant(1 / 3, 0)) + x2
    center = constant(math.exp(-1 / 8), 0)
    return wrap_int32(center + multiply(center, x + saturating_shift(higher, -1)))


def _twice_reciprocal(values: Integers) -> Integers:
    """``2 / (1 + x)`` in Q2 for ``x`` in [0, 1] in Q0: three Newton steps from the line 48/17 - 32/17 d."""
    total = np.asarray(values, np.int64) + INT32_MAX
    half_denominator = (total + 1) >> 1  # rounded as gemmlowp rounds what is not negative
    x = constant(48 / 17, 2) + multiply(half_denominator, constant(-32 / 17, 2))
    for _ in range(3):
        error = (1 << 29) - multiply(half_denominator, x)
        x = wrap_int32(x + saturating_shift(multiply(x, error), 2))
    return x


def one_over_one_plus(values: Any) -> Integers:
    """``1 / (1 + x)`` in Q0 for ``x`` in [0, 1] in Q0 (``one_over_one_plus_x_for_x_in_0_1``)."""
    return saturating_shift(_twice_reciprocal(np.asarray(values, np.int64)), 1)


def one_minus_over_one_plus(values: Any) -> Integers:
    """``(1 - x) / (1 + x)`` in Q0 for ``x`` in [0, 1] in Q0 (``one_minus_x_over_one_plus_x_for_x_in_0_1``)."""
    return saturating_shift(_twice_reciprocal(np.asarray(values, np.int64)) - (1 << 29), 2)


def logistic(values: Any, integer_bits: int) -> Integers:
    """``1 / (1 + exp(-x))`` in Q0 for ``x`` in Q``integer_bits``."""
    values = np.asarray(values, np.int64)
    upper = one_over_one_plus(exp_on_negative_values(-np.abs(values), integer_bits))
    return np.where(values == 0, 1 << 30, np.where(values > 0, upper, INT32_MAX - upper))


def tanh(values: Any, integer_bits: int) -> Integers:
    """``tanh(x)`` in Q0 for ``x`` in Q``integer_bits``; doubling ``x`` costs one integer bit, not a shift."""
    values = np.asarray(values, np.int64)
    upper = one_minus_over_one_plus(exp_on_negative_values(-np.abs(values), integer_bits + 1))
    return np.where(values == 0, 0, np.where(values > 0, upper, -upper))


def reciprocal(value: int, integer_bits: int) -> tuple[int, int]:
    """``1 / x`` of one positive Q``integer_bits`` number as a Q0 raw in [1/2, 1) and the bits it is over unity.

    Source: ``GetReciprocal`` in ``tensorflow/lite/kernels/internal/common.h``.
    """
    headroom_plus_one = 32 - value.bit_length()
    shifted_minus_one = ((value << headroom_plus_one) & 0xFFFFFFFF) - (1 << 31)
    return int(one_over_one_plus(shifted_minus_one)), integer_bits - headroom_plus_one


_ONE_AND_A_HALF, _HALF_SQRT_2 = constant(1.5, 3), constant(math.sqrt(2.0) / 2.0, 0)


def _product(a: int, b: int) -> int:
    """`saturating_rounding_doubling_high_mul` of two integers."""
    return min((a * b + (1 << 30)) >> 31, INT32_MAX)


def _shifted(value: int, exponent: int) -> int:
    """`saturating_shift` of an integer upward."""
    return min(max(value << exponent, INT32_MIN), INT32_MAX)


def _wrapped(value: int) -> int:
    """`wrap_int32` of an integer."""
    return ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def inverse_square_root(value: int) -> tuple[int, int]:
    """``1 / sqrt(x)`` of an integer ``x >= 0`` as a multiplier and the right shift of its result.

    Source: ``GetInvSqrtQuantizedMultiplierExp`` in ``tensorflow/lite/kernels/internal/common.h``: five Newton steps in
    Q3 on the input scaled by powers of 4 into [2**27, 2**29).
    """
    if value <= 1:
        return INT32_MAX, 0
    right_shift = 11
    while value >= 1 << 29:
        value, right_shift = value // 4, right_shift + 1
    pairs = (31 - value.bit_length()) // 2 - 1
    right_shift -= pairs
    scaled = (value << 2 * pairs) >> 1
    half = (scaled + 1) >> 1
    x = 1 << 28
    for _ in range(5):
        cube = _shifted(_product(_product(x, x), x), 6)
        x = _shifted(_wrapped(_product(_ONE_AND_A_HALF, x) - _product(half, cube)), 3)
    result = _product(x, _HALF_SQRT_2)
    return (result << -right_shift, 0) if right_shift < 0 else (result, right_shift)
