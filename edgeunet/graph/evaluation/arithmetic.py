"""The integer arithmetic of TFLite's reference kernels: multipliers, rounding, clamps.

Everything here is the published arithmetic in a formulation of its own, on numpy ``int64`` arrays that hold ``int32``
values; each docstring names where the formula comes from. TFLM and the LiteRT reference kernels both build it with the
*double rounding* form of ``MultiplyByQuantizedMultiplier``, which is the one implemented.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.ir import Quantization

Integers = NDArray[np.int64]

INT8_MIN, INT8_MAX = -128, 127
INT16_MIN, INT16_MAX = -(1 << 15), (1 << 15) - 1
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


@dataclass(frozen=True)
class Multiplier:
    """A positive real factor as ``multiplier * 2**(shift - 31)``, ``multiplier`` in [2**30, 2**31) or 0."""

    multiplier: int
    shift: int

    @property
    def real(self) -> float:
        return math.ldexp(self.multiplier, self.shift - 31)


def round_half_away(value: float) -> int:
    """The nearest integer, halves away from zero (C's ``round``)."""
    return math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)


def quantize_multiplier(real: float) -> Multiplier:
    """The fixed-point form of a real factor.

    Source: ``QuantizeMultiplier`` in ``tensorflow/lite/kernels/internal/quantization_util.cc``: a 31-bit mantissa from
    ``frexp``, rounded half away from zero; factors below 2**-32 become 0.
    """
    if real == 0.0:
        return Multiplier(0, 0)
    mantissa, shift = math.frexp(real)
    multiplier = round_half_away(math.ldexp(mantissa, 31))
    if multiplier == 1 << 31:
        multiplier, shift = 1 << 30, shift + 1
    return Multiplier(0, 0) if shift < -31 else Multiplier(multiplier, shift)


def wrap_int32(values: Any) -> Integers:
    """``values`` reduced to ``int32`` the way two's complement does."""
    return np.asarray(values, np.int64).astype(np.int32).astype(np.int64)


def saturating_rounding_doubling_high_mul(a: Any, b: Any) -> Integers:
    """``round(a * b / 2**31)`` of ``int32`` values, halves upward; -2**31 times itself saturates.

    Source: ``SaturatingRoundingDoublingHighMul`` in gemmlowp's ``fixedpoint/fixedpoint.h``. Its truncating division of
    the product plus ``2**30`` (or, for negative products, ``1 - 2**30``) equals the floor of the product plus
    ``2**30``, which is what is computed here.
    """
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    result: Integers = np.minimum((product + (1 << 30)) >> 31, INT32_MAX)
    return result


def rounding_divide_by_pot(values: Any, exponent: Any) -> Integers:
    """``values / 2**exponent`` rounded to nearest, halves away from zero.

    Source: ``RoundingDivideByPOT`` in gemmlowp's ``fixedpoint/fixedpoint.h``.
    """
    values, exponent = np.asarray(values, np.int64), np.asarray(exponent, np.int64)
    half = (np.int64(1) << exponent) >> 1
    result: Integers = np.where(values >= 0, (values + half) >> exponent, -((-values + half) >> exponent))
    return result


def multiply_by_quantized_multiplier(values: Any, multiplier: Any, shift: Any) -> Integers:
    """``values`` times a fixed-point factor, rounded twice.

    Source: ``MultiplyByQuantizedMultiplier`` (double rounding) in ``tensorflow/lite/kernels/internal/common.cc``.
    ``multiplier`` and ``shift`` may be arrays that broadcast over the last axis (one factor per channel). A left shift
    that leaves ``int32`` wraps, as it does in the compiled kernels.
    """
    shift = np.asarray(shift, np.int64)
    shifted = wrap_int32(np.asarray(values, np.int64) << np.maximum(shift, 0))
    return rounding_divide_by_pot(saturating_rounding_doubling_high_mul(shifted, multiplier), np.maximum(-shift, 0))


def rescale(values: Any, factor: Multiplier) -> Integers:
    """``multiply_by_quantized_multiplier`` by one factor."""
    return multiply_by_quantized_multiplier(values, factor.multiplier, factor.shift)


def limits_of(dtype: str) -> tuple[int, int]:
    """Smallest and largest value of an activation of type ``dtype``."""
    return (INT16_MIN, INT16_MAX) if dtype == "int16" else (INT8_MIN, INT8_MAX)


def reduced_multiplier(multiplier: Any) -> Integers:
    """A 31-bit multiplier rounded to the 15 bits that int16 layers multiply by; the largest stay below 2**15."""
    given = np.asarray(multiplier, np.int64)
    result: Integers = np.where(given < 0x7FFF0000, (given + (1 << 15)) >> 16, 0x7FFF)
    return result


def multiply_wide_accumulator(values: Any, multiplier: Any, shift: Any) -> Integers:
    """``int64`` accumulators times a fixed-point factor of 15 bits, rounded once, halves upward.

        (x * reduced + 2**(14 - shift)) >> (15 - shift),    reduced = round(multiplier / 2**16)

    Source: ``MultiplyByQuantizedMultiplier(int64_t, int32_t, int)`` in ``tensorflow/lite/kernels/internal/common.cc``,
    for ``|x| < 2**47`` and shifts of -31 to 7, which the rules see to.
    """
    right = 15 - np.asarray(shift, np.int64)
    product = np.asarray(values, np.int64) * reduced_multiplier(multiplier)
    result: Integers = (product + (np.int64(1) << (right - 1))) >> right
    return result


def activation_range(activation: str, quantization: Quantization, dtype: str = "int8") -> tuple[int, int]:
    """Smallest and largest value of type ``dtype`` that a fused activation lets through.

    Source: ``CalculateActivationRangeQuantized`` in ``tensorflow/lite/kernels/kernel_util.cc``: the real limits divided
    by the scale in float32, rounded half away from zero.
    """
    limits = {"NONE": (None, None), "RELU": (0.0, None), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0)}
    limits["RELU_0_TO_1"] = (0.0, 1.0)
    low, high = limits[activation]
    least, most = limits_of(dtype)
    return (
        least if low is None else max(least, quantized_float32(low, quantization)),
        most if high is None else min(most, quantized_float32(high, quantization)),
    )


def quantized_float32(real: float, quantization: Quantization) -> int:
    """``real`` quantized in float32 arithmetic, not clamped."""
    quotient = np.float32(real) / np.float32(quantization.scale)
    return quantization.zero_point + round_half_away(float(quotient))


def convolution_factors(
    scale_in: float, weights: Quantization, scale_out: float, channels: int
) -> tuple[Multiplier, ...]:
    """One factor per output channel, ``scale_in * scale_weights / scale_out`` in double precision.

    Source: ``PopulateConvolutionQuantizationParams`` in ``tensorflow/lite/kernels/kernel_util.cc``.
    """
    scales = weights.scales if len(weights.scales) > 1 else weights.scales * channels
    return tuple(quantize_multiplier(scale_in * scale / scale_out) for scale in scales)


def fully_connected_factors(
    scale_in: float, weights: Quantization, scale_out: float, channels: int
) -> tuple[Multiplier, ...]:
    """As for convolutions, but with per-tensor weights the product of the scales is rounded to float32.

    Source: ``GetQuantizedConvolutionMultipler`` in ``tensorflow/lite/kernels/kernel_util.cc``.
    """
    if len(weights.scales) > 1:
        return convolution_factors(scale_in, weights, scale_out, channels)
    product = float(np.float32(scale_in) * np.float32(weights.scale))
    return (quantize_multiplier(product / scale_out),) * channels


def matmul_factor(first: float, second: float, out: float) -> Multiplier:
    """The factor of a product of two signals' matrices, the product of their scales rounded to float32.

    Source: ``GetQuantizedConvolutionMultipler`` in ``tensorflow/lite/kernels/kernel_util.cc``.
    """
    return quantize_multiplier(float(np.float32(first) * np.float32(second)) / out)


@dataclass(frozen=True)
class SumFactors:
    """How ADD, SUB and SQUARED_DIFFERENCE bring both operands to one scale: shift left, a factor each, and one out."""

    left_shift: int
    first: Multiplier
    second: Multiplier
    out: Multiplier


def sum_factors(kind: str, first: float, second: float, out: float, dtype: str = "int8") -> SumFactors:
    """Factors of ADD, SUB or SQUARED_DIFFERENCE from the three scales; int16 operands have room for 15 bits of
    fraction in ADD and SUB, and there is no SQUARED_DIFFERENCE of them here.

    Source: ``add_common.cc``, ``sub_common.cc`` and ``squared_difference.cc`` in ``tensorflow/lite/micro/kernels``.
    (Some TFLM sources divide in float32 for SUB; its released interpreter and LiteRT do as for ADD.)
    """
    both = 2.0 * max(first, second)
    if kind in ("ADD", "SUB"):
        left_shift = 15 if dtype == "int16" else 20
        real_out = both / ((1 << left_shift) * out)
    else:
        left_shift, real_out = 7, both * both / float(np.float32(1 << 14) * np.float32(out))
    return SumFactors(
        left_shift, quantize_multiplier(first / both), quantize_multiplier(second / both), quantize_multiplier(real_out)
    )


def mean_factor(scale_in: float, scale_out: float, count: int) -> Multiplier:
    """The factor of a MEAN over ``count`` values, with the division by ``count`` folded into the multiplier.

    Source: ``QuantizedMeanOrSum`` in ``tensorflow/lite/kernels/internal/reference/reduce.h``.
    """
    factor = quantize_multiplier(scale_in / scale_out)
    shift = min(count.bit_length() - 1, 32, 31 + factor.shift)
    return Multiplier((factor.multiplier << shift) // count, factor.shift - shift)


def rounded_average(sums: Any, counts: Any) -> Integers:
    """``sums / counts`` to the nearest integer, halves away from zero.

    Source: ``AveragePool`` in ``tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h``.
    """
    sums, counts = np.asarray(sums, np.int64), np.asarray(counts, np.int64)
    half = counts // 2
    result: Integers = np.where(sums > 0, (sums + half) // counts, -((half - sums) // counts))
    return result


Places = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
BILINEAR_ONE = 1 << 10
"""A whole step between two inputs."""


def bilinear_places(size_in: int, size_out: int, align_corners: bool, half_pixel_centers: bool) -> Places:
    """Per output of RESIZE_BILINEAR along one axis: the input before it, the one after, and how far between they are.

    Source: ``ResizeBilinearInteger`` in ``tensorflow/lite/kernels/internal/reference/resize_bilinear.h``; where both
    inputs are one, the share does not matter and is 0.
    """
    aligned = align_corners and size_out > 1
    steps, parts = (size_in - 1, size_out - 1) if aligned else (size_in, size_out)
    scale = (BILINEAR_ONE * steps + parts // 2) // parts
    found = []
    for place in range(size_out):
        at = place * scale + (scale // 2 - BILINEAR_ONE // 2 if half_pixel_centers else 0)
        first, last = max(at, 0) // BILINEAR_ONE, min(max(at + BILINEAR_ONE - 1, 0) // BILINEAR_ONE, size_in - 1)
        found.append((first, last, 0 if first >= last else at - BILINEAR_ONE * first))
    before, after, shares = zip(*found, strict=True)
    return before, after, shares


def nearest_indices(size_in: int, size_out: int, align_corners: bool, half_pixel_centers: bool) -> Integers:
    """Which input each output of RESIZE_NEAREST_NEIGHBOR copies, along one axis, in float32 arithmetic.

    Source: ``GetNearestNeighbor`` in ``tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h``.
    """
    aligned = align_corners and size_out > 1
    scale = np.float32(size_in - 1 if aligned else size_in) / np.float32(size_out - 1 if aligned else size_out)
    offset = np.float32(0.5 if half_pixel_centers else 0.0)
    positions = (np.arange(size_out, dtype=np.float32) + offset) * scale
    if align_corners:
        indices = np.array([round_half_away(float(position)) for position in positions], np.int64)
    else:
        indices = np.floor(positions).astype(np.int64)
    result: Integers = np.clip(indices, 0, size_in - 1)
    return result
