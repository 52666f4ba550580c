"""Rules about scales and ranges: that no accumulator can overflow and no factor leaves what the kernels compute with.

See ``operands``.
"""

from __future__ import annotations

import math

import numpy as np

from edgeunet.graph.evaluation import arithmetic
from edgeunet.graph.evaluation.lookup import RSQRT_SHIFT, hard_swish_factors, input_factor, rsqrt_factor
from edgeunet.graph.evaluation.pairs import quotient_factor
from edgeunet.graph.evaluation.quantization import channel_factors, quantization_of
from edgeunet.graph.evaluation.softmax import DIFFERENCE_INTEGER_BITS
from edgeunet.graph.rules.operands import Subject


def bias_scale(subject: Subject) -> str | None:
    """With one scale for all weights, the bias' scale is that of the products (within 2 % of the output's scale)."""
    bias, weights = subject.bias, quantization_of(subject.weights)
    if bias is None or len(weights.scales) > 1:
        return None
    product = quantization_of(subject.data[0]).scale * weights.scale
    scale = bias.quantization.scale if bias.quantization else 0.0
    if abs(product - scale) / quantization_of(subject.out).scale > 0.02:
        return f"its bias has scale {scale:.3g} where the products have {product:.3g}; quantize the model again"
    return None


def accumulator_range(subject: Subject) -> str | None:
    """No accumulator can leave int32, neither before nor after the left shift of its requantization; of int16 layers
    none reaches 2**47, nor int32 once it is rescaled."""
    bounds = _accumulator_bounds(subject)
    factors = channel_factors(subject.op, subject.data[0], subject.weights, subject.out)
    for channel, (bound, factor) in enumerate(zip(bounds, factors, strict=True)):
        if subject.data[0].dtype == "int16":
            fits = factor.shift <= MOST_WIDE_SHIFT and bound < 1 << 47 and _rescaled_wide(bound, factor) < 1 << 31
        else:
            fits = factor.shift <= 30 and bound << max(factor.shift, 0) <= arithmetic.INT32_MAX
        if not fits:
            return f"channel {channel} may sum up to {bound}, scaled by {factor.real:.3g}: over int32; quantize again"
    return None


MOST_WIDE_SHIFT = 7
"""``MultiplyByQuantizedMultiplier`` of an int64 accumulator asks for a shift below 8."""


def _rescaled_wide(bound: int, factor: arithmetic.Multiplier) -> int:
    return bound * int(arithmetic.reduced_multiplier(factor.multiplier)) >> (15 - factor.shift)


def _accumulator_bounds(subject: Subject) -> list[int]:
    """Largest magnitude of each channel's sum."""
    given = quantization_of(subject.data[0])
    assert subject.weights.data is not None
    axis = 3 if subject.op.kind == "DEPTHWISE_CONV_2D" else 0
    axes = tuple(position for position in range(subject.weights.data.ndim) if position != axis)
    low, high = arithmetic.limits_of(subject.data[0].dtype)
    largest = max(high - given.zero_point, given.zero_point - low)
    bounds: list[int] = (np.abs(subject.weights.data.astype(np.int64)).sum(axis=axes) * largest).tolist()
    if subject.bias is not None and subject.bias.data is not None:
        bounds = [bound + abs(value) for bound, value in zip(bounds, subject.bias.data.tolist(), strict=True)]
    return bounds


def probability_output(subject: Subject) -> str | None:
    """The output has scale 1/256 and zero point -128 (int16: 1/32768 and 0)."""
    if subject.out.dtype == "int16":
        return _wide_unit_output(subject)
    made = quantization_of(subject.out)
    if made.scale != 1 / 256 or made.zero_point != -128:
        return (
            f"its output has scale {made.scale:.6g} and zero point {made.zero_point}, not 1/256, -128; quantize again"
        )
    return None


def symmetric_unit_output(subject: Subject) -> str | None:
    """The output has scale 1/128 (int16: 1/32768) and zero point 0."""
    if subject.out.dtype == "int16":
        return _wide_unit_output(subject)
    made = quantization_of(subject.out)
    if made.scale != 1 / 128 or made.zero_point != 0:
        return (
            f"its output has scale {made.scale:.6g} and zero point {made.zero_point}, not 1/128 and 0; quantize again"
        )
    return None


def _wide_unit_output(subject: Subject) -> str | None:
    made = quantization_of(subject.out)
    return None if made.scale == 1 / 32768 else f"its output has scale {made.scale:.6g}, not 1/32768; quantize again"


def curve_input(subject: Subject) -> str | None:
    """The input's scale is between 2**-28 and 8 (int16: 2)."""
    scale = quantization_of(subject.data[0]).scale
    if subject.data[0].dtype == "int16":
        within = 2.0**-28 <= scale <= 2.0
        return None if within else f"its input has scale {scale:.3g}, outside 2**-28 to 2; quantize the model again"
    factor, _ = input_factor(scale, 4)
    if not 0 <= factor.shift <= 30:
        return f"its input has scale {scale:.3g}, outside 2**-28 to 8; quantize the model again"
    return None


def softmax_depth(subject: Subject) -> str | None:
    """At most 511 classes (the kernels' sum of exponentials has no room for more)."""
    depth = subject.out.shape[3]
    return None if depth < 512 else f"it has {depth} classes and 511 fit; leave it out (the largest class is the same)"


def softmax_input(subject: Subject) -> str | None:
    """The input's scale times beta is over 2**-26 (and at most 2 for int16)."""
    scaled = subject.op.attributes["beta"] * quantization_of(subject.data[0]).scale
    if scaled * (1 << (31 - DIFFERENCE_INTEGER_BITS)) <= 1:
        return f"its input has scale {scaled:.3g}, under 2**-26; quantize the model again"
    if subject.data[0].dtype == "int16" and scaled > 2:
        return f"its input has scale {scaled:.3g}, over 2; quantize the model again"
    return None


def sum_scales(subject: Subject) -> str | None:
    """The output's scale is over 2**-19 of the larger input scale (int16: 2**-14; SQUARED_DIFFERENCE: 2**-12 of its
    square)."""
    first, second = (quantization_of(tensor).scale for tensor in subject.data)
    factors = arithmetic.sum_factors(
        subject.op.kind, first, second, quantization_of(subject.out).scale, subject.out.dtype
    )
    if factors.out.shift > 0 or factors.out.multiplier == 0:
        return f"scales {first:.3g} and {second:.3g} are too far from the output's; quantize the model again"
    return None


def product_scales(subject: Subject) -> str | None:
    """The product of the inputs' scales is under 2**14 of the output's (int16: under the output's)."""
    first, second = (quantization_of(tensor).scale for tensor in subject.data)
    limit = 1 if subject.out.dtype == "int16" else 1 << 14
    if first * second / quantization_of(subject.out).scale >= limit:
        return f"scales {first:.3g} and {second:.3g} are too far from the output's; quantize the model again"
    return None


def ratio_of_scales(subject: Subject) -> str | None:
    """The input's scale (times a slope, if there is one) is under 2**22 of the output's (of an int16 input 2**14)."""
    given, made = quantization_of(subject.data[0]), quantization_of(subject.out)
    limit = 1 << (14 if subject.data[0].dtype == "int16" else 22)
    if given.scale * max(1.0, abs(subject.op.attributes.get("alpha", 1.0))) / made.scale >= limit:
        return f"its scales {given.scale:.3g} and {made.scale:.3g} are too far apart; quantize the model again"
    return None


def slope_scales(subject: Subject) -> str | None:
    """The input's scale is under 2**22 of the output's, and times the slopes' scale under 2**14 of it."""
    given, slope = (quantization_of(tensor).scale for tensor in subject.data)
    made = quantization_of(subject.out).scale
    if given / made >= 1 << 22 or given * slope / made >= 1 << 14:
        return f"its scales {given:.3g} and {slope:.3g} are too far from the output's; quantize the model again"
    return None


def single_divisor(subject: Subject) -> str | None:
    """The divisor is one constant number, and not zero."""
    divisor = subject.data[1]
    if divisor.data is None or divisor.data.size != 1:
        return "it divides by more than one constant number; multiply by the inverse, made before the network"
    if int(divisor.data.reshape(-1)[0]) == quantization_of(divisor).zero_point:
        return "it divides by zero; leave it out"
    return None


def quotient_scales(subject: Subject) -> str | None:
    """The scale of the quotient of the stored values is under 2**22 of the output's."""
    first, second = (quantization_of(tensor) for tensor in subject.data)
    if quotient_factor((first, second, quantization_of(subject.out))).shift > 22:
        return (
            f"scales {first.scale:.3g} and {second.scale:.3g} are too far from the output's; quantize the model again"
        )
    return None


def symmetric_input(subject: Subject) -> str | None:
    """Zero points are 0."""
    zero_point = quantization_of(subject.out).zero_point
    return (
        f"its zero point is {zero_point}, and interpreters negate as if it were 0; quantize again"
        if zero_point
        else None
    )


def ratio_of_scales_of_integers(subject: Subject) -> str | None:
    """Between integer types, the input's scale is under 2**22 of the output's (of an int16 input 2**14)."""
    return None if subject.data[0].dtype == "float32" else ratio_of_scales(subject)


def swish_scales(subject: Subject) -> str | None:
    """The input's scale is under 128 of the output's, and under 2**15."""
    to_out, to_clip = hard_swish_factors(quantization_of(subject.data[0]), quantization_of(subject.out))
    if not -15 <= to_out.shift <= 0 or not -15 <= to_clip.shift <= 30:
        return "its input and output scales are too far apart; quantize the model again"
    return None


HALVES = {"MEAN": "average in two steps", "SUM": "sum in two steps"}


def averaged_range(subject: Subject) -> str | None:
    """The sum over the axes, shifted left where the output's scale asks for it, fits int32."""
    given, made = quantization_of(subject.data[0]), quantization_of(subject.out)
    count = math.prod(subject.data[0].shape) // math.prod(subject.out.shape)
    shift = arithmetic.mean_factor(given.scale, made.scale, count if subject.op.kind == "MEAN" else 1).shift
    low, high = arithmetic.limits_of(subject.data[0].dtype)
    if not -31 <= shift <= 20 or (count * (high - low)) << max(shift, 0) > arithmetic.INT32_MAX:
        return f"it sums {count} values scaled by {given.scale / made.scale:.3g}: over int32; {HALVES[subject.op.kind]}"
    return None


def matrix_range(subject: Subject) -> str | None:
    """No sum of products can leave int32, neither before nor after the left shift of its requantization."""
    first, second = (quantization_of(tensor) for tensor in subject.data)
    depth = subject.data[0].shape[2 if subject.op.attributes["adj_x"] else 3]
    factor = arithmetic.matmul_factor(first.scale, second.scale, quantization_of(subject.out).scale)
    farthest = [max(127 - q.zero_point, q.zero_point + 128) for q in (first, second)]
    if factor.shift > 30 or depth * math.prod(farthest) << max(factor.shift, 0) > arithmetic.INT32_MAX:
        return f"it sums {depth} products scaled by {factor.real:.3g}: over int32; quantize again"
    return None


def window_area(subject: Subject) -> str | None:
    """The window of an int16 input has fewer than 2**16 places, so that their sum fits int32."""
    area = math.prod(subject.op.attributes["filter"])
    if subject.data[0].dtype == "int16" and area >= 1 << 16:
        return f"it averages {area} int16 values and 65535 fit; average in two steps"
    return None


def rsqrt_scales(subject: Subject) -> str | None:
    """``1 / (sqrt(input scale) * output scale)`` is between 2**-12 and 2**30."""
    shift = rsqrt_factor(quantization_of(subject.data[0]), quantization_of(subject.out)).shift - RSQRT_SHIFT
    if not -31 <= shift <= 10:
        return "its input and output scales are too far apart; quantize the model again"
    return None
