"""Operators of one int8 value as tables of 256 entries: LOGISTIC, TANH, RSQRT, the RELUs, GELU, requantization.

Entry ``q + 128`` is the result for the stored value ``q``. The tables are computed with the kernels' own fixed-point
arithmetic, so that looking up and computing give the same value for all 256 inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation import fixed_point
from edgeunet.graph.evaluation.arithmetic import (
    INT8_MAX,
    INT8_MIN,
    Integers,
    Multiplier,
    activation_range,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rescale,
    rounding_divide_by_pot,
)
from edgeunet.graph.evaluation.float_functions import Floats, elu, float_table, gelu, once, table_in_float
from edgeunet.graph.ir import Quantization

INT16_MIN, INT16_MAX = -(1 << 15), (1 << 15) - 1

STORED = np.arange(-128, 128, dtype=np.int64)
"""Every int8 value, in the order of the tables."""


def lookup_table(kind: str, attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> NDArray[np.int8]:
    """The 256 results of an operator of one value.

    Parameters
    ----------
    kind
        One of ``TABLES``.
    attributes
        The operator's attributes.
    given, made
        Quantization of input and output.
    """
    results = TABLES[kind](attributes, given, made)
    table = np.clip(results, INT8_MIN, INT8_MAX).astype(np.int8)
    table.flags.writeable = False
    return table


def input_factor(scale: float, integer_bits: int) -> tuple[Multiplier, int]:
    """Factor from stored differences to raw Q``integer_bits``, and the difference from which results saturate.

    Source: ``logistic_common.cc`` in ``tensorflow/lite/micro/kernels`` and ``CalculateInputRadius`` in
    ``tensorflow/lite/kernels/internal/quantization_util.cc``.
    """
    factor = quantize_multiplier(scale * (1 << (31 - integer_bits)))
    return factor, input_radius(integer_bits, factor.shift)


def input_radius(integer_bits: int, left_shift: int) -> int:
    """The largest difference whose shifted value still fits Q``integer_bits`` (``CalculateInputRadius``)."""
    return math.floor(math.ldexp(float((1 << integer_bits) - 1), 31 - integer_bits - left_shift))


def _logistic(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    factor, radius = input_factor(given.scale, 4)
    values = STORED - given.zero_point
    inside = np.where(np.abs(values) < radius, values, 0)
    results = rounding_divide_by_pot(fixed_point.logistic(rescale(inside, factor), 4), 23) + INT8_MIN
    return np.where(values <= -radius, INT8_MIN, np.where(values >= radius, INT8_MAX, results))


def _tanh(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    factor, radius = input_factor(given.scale, 4)
    values = STORED - given.zero_point
    inside = np.where(np.abs(values) < radius, values, 0)
    results = rounding_divide_by_pot(fixed_point.tanh(rescale(inside, factor), 4), 24)
    return np.where(values <= -radius, INT8_MIN, np.where(values >= radius, INT8_MAX, results))


RSQRT_SHIFT = 20
"""Fraction bits that RSQRT keeps between its two rescalings."""


def rsqrt_factor(given: Quantization, made: Quantization) -> Multiplier:
    """``1 / (sqrt(scale_in) * scale_out)``, root and product in float32 (``elementwise.cc`` of TFLM)."""
    return quantize_multiplier(1.0 / float(np.sqrt(np.float32(given.scale)) * np.float32(made.scale)))


def _rsqrt(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    """Below the zero point the kernels stop with an error; the table saturates there."""
    factor = rsqrt_factor(given, made)
    results = []
    for value in (STORED - given.zero_point).tolist():
        if value <= 0:
            results.append(INT8_MAX)
            continue
        multiplier, right_shift = fixed_point.inverse_square_root(value)
        root = multiply_by_quantized_multiplier(1, multiplier, RSQRT_SHIFT - right_shift)
        scaled = multiply_by_quantized_multiplier(root, factor.multiplier, factor.shift - RSQRT_SHIFT)
        results.append(int(scaled) + made.zero_point)
    return np.array(results, np.int64)


def float32_ratio(numerator: float, denominator: float, times: float = 1.0) -> Multiplier:
    """The factor ``numerator * times / denominator`` as float32 arithmetic gives it."""
    return quantize_multiplier(float(np.float32(numerator) * np.float32(times) / np.float32(denominator)))


def _clamped(activation: str) -> Callable[[Mapping[str, Any], Quantization, Quantization], Integers]:
    def table(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
        scaled = rescale(STORED - given.zero_point, float32_ratio(given.scale, made.scale)) + made.zero_point
        return np.clip(scaled, *activation_range(activation, made))

    return table


def _leaky_relu(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    values, alpha = STORED - given.zero_point, attributes["alpha"]
    positive = rescale(values, float32_ratio(given.scale, made.scale))
    slope = float32_ratio(given.scale, made.scale, abs(alpha))
    negative = rescale(values, slope) * (-1 if alpha < 0 else 1)
    return np.where(values >= 0, positive, negative) + made.zero_point


def _requantize(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    return rescale(STORED - given.zero_point, quantize_multiplier(given.scale / made.scale)) + made.zero_point


def _absolute(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    """Source: ``AbsEvalQuantized`` in ``tensorflow/lite/micro/kernels/elementwise.cc``."""
    values = np.abs(STORED - given.zero_point)
    if given.scale != made.scale:
        values = rescale(values, float32_ratio(given.scale, made.scale))
    return values + made.zero_point


def _int16_high_mul(a: Integers, b: int) -> Integers:
    """``round(a * b / 2**15)`` of ``int16`` values, halves upward (``b`` is never -2**15)."""
    return (a * b + (1 << 14)) >> 15


def _int16_multiplier(factor: Multiplier) -> int:
    """The upper half of a multiplier, rounded (``DownScaleInt32ToInt16Multiplier``)."""
    return min((factor.multiplier + (1 << 15)) >> 16, INT16_MAX)


def hard_swish_factors(given: Quantization, made: Quantization) -> tuple[Multiplier, Multiplier]:
    """Factors from the input times 128 to the output's scale, and to 3 / 2**15, each a float32 quotient."""
    fine = float(np.float32(1 / 128) * np.float32(given.scale))
    return float32_ratio(fine, made.scale), float32_ratio(fine, float(np.float32(3) / np.float32(1 << 15)))


def _hard_swish(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    """``x * clip(x + 3, 0, 6) / 6`` in int16.

    Source: ``HardSwish`` in ``tensorflow/lite/kernels/internal/reference/hard_swish.h``: the clip is what saturates
    ``x / 3`` in Q15, moved up by one half; the product of both sides is truncated, then rounded to the output's scale.
    """
    to_out, to_clip = hard_swish_factors(given, made)
    fine = (STORED - given.zero_point) << 7
    scaled = _int16_high_mul(fine, _int16_multiplier(to_out))
    clip = np.clip(fine << max(to_clip.shift - 1, 0), INT16_MIN, INT16_MAX)
    clip = _int16_high_mul(clip, _int16_multiplier(to_clip))
    if to_clip.shift > 0:
        clip = np.clip(clip << 1, INT16_MIN, INT16_MAX)
    clip = rounding_divide_by_pot(clip, max(-to_clip.shift, 0))
    product = ((clip + (1 << 15)) >> 1) * scaled
    truncated = np.sign(product) * (np.abs(product) >> 15)
    return rounding_divide_by_pot(truncated, -to_out.shift) + made.zero_point


def _in_float(
    function: Callable[[Floats], Floats],
) -> Callable[[Mapping[str, Any], Quantization, Quantization], Integers]:
    return lambda attributes, given, made: table_in_float(function, STORED, given, made)


def _gelu(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    return table_in_float(lambda x: gelu(x, attributes["approximate"]), STORED, given, made)


def _negated(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    """LiteRT negates the stored bytes, and the lowest stays what it is."""
    return np.where(STORED == INT8_MIN, INT8_MIN, -STORED)


def _sqrt(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    """``floor(sqrt(x) / scale)``: LiteRT cuts off what is behind the point, and stops with an error below zero."""
    reals = np.float32(given.scale) * (STORED - given.zero_point).astype(np.float32)
    scaled = np.sqrt(np.maximum(reals, np.float32(0))) / np.float32(made.scale)
    results: Integers = np.floor(scaled).astype(np.int64)
    return results + made.zero_point


def _float_function(attributes: Mapping[str, Any], given: Quantization, made: Quantization) -> Integers:
    return float_table(attributes["steps"], STORED, given, made)


TABLES: Mapping[str, Callable[[Mapping[str, Any], Quantization, Quantization], Integers]] = {
    "LOGISTIC": _logistic,
    "TANH": _tanh,
    "RSQRT": _rsqrt,
    "RELU": _clamped("RELU"),
    "RELU6": _clamped("RELU6"),
    "RELU_N1_TO_1": _clamped("RELU_N1_TO_1"),
    "RELU_0_TO_1": _clamped("RELU_0_TO_1"),
    "LEAKY_RELU": _leaky_relu,
    "GELU": _gelu,
    "QUANTIZE": _requantize,
    "NEG": _negated,
    "ELU": _in_float(elu),
    "EXP": _in_float(lambda x: once(np.exp, x)),
    "LOG": _in_float(lambda x: once(np.log, x)),
    "SQRT": _sqrt,
    "FLOAT_FUNCTION": _float_function,
    "ABS": _absolute,
    "HARD_SWISH": _hard_swish,
}
"""Operators that are a table; QUANTIZE only from int8 to int8."""
