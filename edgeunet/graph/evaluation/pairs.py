"""Operators of two int8 values that have no common scale to sum on: MINIMUM, MAXIMUM, PRELU, DIV.

Each is a function of two stored values; where one is a single constant it is a function of one, a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from edgeunet.graph.evaluation.arithmetic import (
    INT8_MAX,
    INT8_MIN,
    Integers,
    Multiplier,
    activation_range,
    quantize_multiplier,
    rescale,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
    wrap_int32,
)
from edgeunet.graph.evaluation.fixed_point import reciprocal
from edgeunet.graph.evaluation.lookup import float32_ratio
from edgeunet.graph.ir import Quantization

Quantizations = tuple[Quantization, Quantization, Quantization]
"""Of the first operand, the second and the output."""


def pair_results(
    kind: str, attributes: Mapping[str, Any], first: Integers, second: Integers, quantizations: Quantizations
) -> Integers:
    """Stored results of an operator of ``PAIRS`` for stored operands that broadcast."""
    return np.clip(PAIRS[kind](attributes, first, second, quantizations), INT8_MIN, INT8_MAX)


def _minimum(attributes: Mapping[str, Any], first: Integers, second: Integers, _: Quantizations) -> Integers:
    return np.minimum(first, second)


def _maximum(attributes: Mapping[str, Any], first: Integers, second: Integers, _: Quantizations) -> Integers:
    return np.maximum(first, second)


def prelu_factors(quantizations: Quantizations) -> tuple[Multiplier, Multiplier]:
    """Factors of the values from zero up, and of the products with a slope below zero, each made in float32.

    Source: ``PreluPrepare`` in ``tensorflow/lite/kernels/activations.cc``.
    """
    given, slope, made = (quantization.scale for quantization in quantizations)
    return float32_ratio(given, made), float32_ratio(given, made, slope)


def _prelu(attributes: Mapping[str, Any], first: Integers, second: Integers, quantizations: Quantizations) -> Integers:
    """Source: ``BroadcastPrelu4DSlow`` in ``tensorflow/lite/kernels/internal/reference/prelu.h``."""
    given, slope, made = quantizations
    above, below = prelu_factors(quantizations)
    values = first - given.zero_point
    products = values * (second - slope.zero_point)
    return np.where(values >= 0, rescale(values, above), rescale(products, below)) + made.zero_point


def quotient_factor(quantizations: Quantizations) -> Multiplier:
    """The factor of a quotient of stored values, made in float32 (``div.cc`` of both interpreters)."""
    given, divisor, made = (np.float32(quantization.scale) for quantization in quantizations)
    return quantize_multiplier(float(given / (divisor * made)))


def _div(attributes: Mapping[str, Any], first: Integers, second: Integers, quantizations: Quantizations) -> Integers:
    """The dividend at full width times the reciprocal of the divisor, then scaled; both made positive by the divisor.

    Source: ``DivElementwise`` in ``tensorflow/lite/kernels/internal/reference/div.h``.
    """
    given, divisor, made = quantizations
    dividends, divisors = np.broadcast_arrays(first - given.zero_point, second - divisor.zero_point)
    factor, results = quotient_factor(quantizations), []
    for dividend, by in zip(dividends.ravel().tolist(), divisors.ravel().tolist(), strict=True):
        results.append(_quotient(-dividend if by < 0 else dividend, abs(by), factor))
    moved = np.array(results, np.int64).reshape(dividends.shape) + made.zero_point
    return np.clip(moved, *activation_range(attributes["activation"], made))


def _quotient(dividend: int, divisor: int, factor: Multiplier) -> int:
    inverse, over_unit = reciprocal(divisor, 31)
    headroom = 31 - (dividend if dividend >= 0 else ~dividend).bit_length()
    unscaled = saturating_rounding_doubling_high_mul(wrap_int32(dividend << headroom), inverse)
    scaled = saturating_rounding_doubling_high_mul(unscaled, factor.multiplier)
    return int(rounding_divide_by_pot(scaled, -(factor.shift - over_unit - headroom)))


PAIRS: Mapping[str, Callable[[Mapping[str, Any], Integers, Integers, Quantizations], Integers]] = {
    "MINIMUM": _minimum,
    "MAXIMUM": _maximum,
    "PRELU": _prelu,
    "DIV": _div,
}
