"""What an operator must satisfy to be compiled: one function per rule.

A rule's docstring is its line in ``docs/SUPPORTED_OPS.md``. A rule returns None when it holds, else the sentence that
follows the operator's name in the error: what is wrong, and after a semicolon what to do. Rules run in the order of the
table in ``edgeunet.graph.ops``, and later ones rely on earlier ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edgeunet.graph import arithmetic
from edgeunet.graph.ir import ABSENT, Graph, Op, Tensor
from edgeunet.graph.layout import WEIGHTED, activations
from edgeunet.graph.lookup import RSQRT_SHIFT, input_factor, rsqrt_factor
from edgeunet.graph.quantization import channel_factors, quantization_of
from edgeunet.graph.softmax import DIFFERENCE_INTEGER_BITS

QUANTIZE_IT = "quantize the model to int8 in full (weights, activations, input and output)"
BYTES_COPIED = 1e-6
LARGEST_REACH = 1 << 15


@dataclass(frozen=True)
class Subject:
    """An operator with its tensors, as rules look at it."""

    op: Op
    graph: Graph

    @property
    def out(self) -> Tensor:
        return self.graph.tensors[self.op.outputs[0]]

    @property
    def data(self) -> tuple[Tensor, ...]:
        """Operands that are not weights or bias."""
        return tuple(self.graph.tensors[index] for index in activations(self.op))

    @property
    def weights(self) -> Tensor:
        return self.graph.tensors[self.op.inputs[1]]

    @property
    def bias(self) -> Tensor | None:
        return None if self.op.inputs[2] == ABSENT else self.graph.tensors[self.op.inputs[2]]


Rule = Callable[[Subject], str | None]


def int8_activations(subject: Subject) -> str | None:
    """Input and output are int8."""
    for tensor in (*subject.data, subject.out):
        if tensor.dtype == "int8":
            continue
        if tensor.dtype == "float32" and subject.op.kind in WEIGHTED and subject.weights.dtype == "int8":
            return f"computes in float32 on int8 weights (dynamic-range quantization); {QUANTIZE_IT}"
        cures = {
            "float32": QUANTIZE_IT,
            "float16": QUANTIZE_IT,
            "int16": "quantize with int8 activations instead of 16x8",
            "uint8": "convert with the current int8 quantization instead of the old uint8 one",
        }
        cure = cures.get(tensor.dtype, "build the model of int8 operators only")
        return f"tensor '{tensor.name}' is {tensor.dtype} and only int8 is supported; {cure}"
    return None


def edge_types(subject: Subject) -> str | None:
    """Types are float32 to int8, int8 to int8, uint8 to int8 or int8 to uint8."""
    (given,) = subject.data
    pair = (given.dtype, subject.out.dtype)
    if pair not in (("float32", "int8"), ("int8", "int8"), ("uint8", "int8"), ("int8", "uint8")):
        return f"converts {pair[0]} to {pair[1]}, which is not supported; {QUANTIZE_IT}"
    return None


def float_output(subject: Subject) -> str | None:
    """Types are int8 to float32 or uint8 to float32."""
    (given,) = subject.data
    if given.dtype not in ("int8", "uint8") or subject.out.dtype != "float32":
        return f"converts {given.dtype} to {subject.out.dtype}, which is not supported; {QUANTIZE_IT}"
    return None


def one_type(subject: Subject) -> str | None:
    """Input and output have the same type: int8, or uint8 or float32 at the edges of the graph."""
    (given,) = subject.data
    if given.dtype != subject.out.dtype or given.dtype not in ("int8", "uint8", "float32"):
        return f"turns {given.dtype} into {subject.out.dtype}, which is not supported; {QUANTIZE_IT}"
    return None


def computed_input(subject: Subject) -> str | None:
    """At least one operand is computed from the input (constants are for the converter to fold)."""
    if all(tensor.is_constant for tensor in subject.data):
        return f"works on constants only (weights kept in another type?); {QUANTIZE_IT}"
    return None


def per_tensor_quantization(subject: Subject) -> str | None:
    """Every integer activation has one positive scale and one zero point."""
    for tensor in (*subject.data, subject.out):
        if tensor.dtype == "float32":
            continue
        if tensor.quantization is None:
            return f"tensor '{tensor.name}' has no scale; {QUANTIZE_IT}"
        if len(tensor.quantization.scales) != 1 or not tensor.quantization.scale > 0:
            return f"tensor '{tensor.name}' is not quantized by one positive scale; quantize activations per tensor"
    return None


def fused_activation(subject: Subject) -> str | None:
    """The fused activation is NONE, RELU, RELU6 or RELU_N1_TO_1, and leaves a range."""
    activation = subject.op.attributes["activation"]
    if activation not in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        return f"its fused activation {activation} is not supported; use a separate layer or RELU"
    low, high = arithmetic.activation_range(activation, quantization_of(subject.out))
    if low > high:
        return f"its activation {activation} leaves no int8 value between {low} and {high}; quantize the model again"
    return None


def no_fused_activation(subject: Subject) -> str | None:
    """No activation is fused in."""
    activation = subject.op.attributes["activation"]
    return None if activation == "NONE" else f"its fused activation {activation} is not supported; add it as a layer"


def constant_int8_weights(subject: Subject) -> str | None:
    """Weights are constant int8, symmetric (zero point 0), with one scale or one per output channel."""
    weights = subject.weights
    if weights.dtype != "int8":
        return f"its weights are {weights.dtype} and only int8 is supported; {QUANTIZE_IT}"
    if weights.data is None:
        return "its weights are computed at run time; multiply activations with constant weights only"
    quantization = weights.quantization
    if quantization is None:
        return f"its weights have no scale; {QUANTIZE_IT}"
    if any(quantization.zero_points):
        return "its weights have a zero point other than 0; quantize weights symmetrically (the converter's default)"
    axis = 3 if subject.op.kind == "DEPTHWISE_CONV_2D" else 0
    if len(quantization.scales) > 1 and quantization.axis != axis:
        return (
            f"its weights have one scale per slice of axis {quantization.axis}, not per output channel; convert again"
        )
    return None


def int32_bias(subject: Subject) -> str | None:
    """The bias, where there is one, is constant int32 with one value per output channel."""
    bias = subject.bias
    if bias is None:
        return None
    if bias.dtype != "int32" or bias.data is None:
        return f"its bias is {bias.dtype}, and a constant int32 one is needed; {QUANTIZE_IT}"
    if bias.data.size != subject.out.shape[3]:
        return f"its bias has {bias.data.size} values for {subject.out.shape[3]} channels; the file is damaged"
    return None


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


def weight_shape(subject: Subject) -> str | None:
    """Weights fit the input's and output's channels; groups other than depthwise are not supported."""
    shape, inside, outside = subject.weights.shape, subject.data[0].shape[3], subject.out.shape[3]
    if subject.op.kind == "DEPTHWISE_CONV_2D":
        if shape[0] != 1 or shape[3] != outside:
            return f"its weights {shape} don't fit {outside} output channels; the file is damaged"
        return None
    if subject.op.kind != "FULLY_CONNECTED" and shape[3] != inside and inside % shape[3] == 0:
        return f"it has {inside // shape[3]} groups; use an ordinary or a depthwise convolution"
    if shape[0] != outside or (subject.op.kind != "FULLY_CONNECTED" and shape[3] != inside):
        return f"its weights {shape} don't fit {inside} input and {outside} output channels; the file is damaged"
    return None


def connected_shape(subject: Subject) -> str | None:
    """Weights are (out, in); the input is read as rows of ``in`` values."""
    shape, given, made = subject.weights.shape, subject.data[0].shape, subject.out.shape
    if len(shape) != 2 or shape[0] != made[3]:
        return f"its weights {shape} don't fit its output {made}; the file is damaged"
    if math.prod(given) % shape[1] or math.prod(given) // shape[1] * shape[0] != math.prod(made):
        return f"its weights {shape} can't turn {given} into {made}; the file is damaged"
    return None


def accumulator_range(subject: Subject) -> str | None:
    """No accumulator can leave int32, neither before nor after the left shift of its requantization."""
    given = quantization_of(subject.data[0])
    assert subject.weights.data is not None
    axis = 3 if subject.op.kind == "DEPTHWISE_CONV_2D" else 0
    axes = tuple(position for position in range(subject.weights.data.ndim) if position != axis)
    largest = max(127 - given.zero_point, 128 + given.zero_point)
    bounds = np.abs(subject.weights.data.astype(np.int64)).sum(axis=axes) * largest
    if subject.bias is not None and subject.bias.data is not None:
        bounds = bounds + np.abs(subject.bias.data.astype(np.int64))
    factors = channel_factors(subject.op, subject.data[0], subject.weights, subject.out)
    for channel, (bound, factor) in enumerate(zip(bounds.tolist(), factors, strict=True)):
        if bound << max(factor.shift, 0) > arithmetic.INT32_MAX:
            return f"channel {channel} may sum up to {bound}, scaled by {factor.real:.3g}: over int32; quantize again"
    return None


def window_shape(subject: Subject) -> str | None:
    """Padding, strides and dilation (any, along both axes) give the output's size; channels stay or follow weights."""
    attributes, given, made = subject.op.attributes, subject.data[0].shape, subject.out.shape
    window = attributes["filter"] if "filter" in attributes else subject.weights.shape[1:3]
    dilation = attributes.get("dilation", (1, 1))
    for axis in (0, 1):
        before, after = attributes["padding"][2 * axis : 2 * axis + 2]
        reach = (window[axis] - 1) * dilation[axis] + 1
        if max(reach, attributes["stride"][axis]) > LARGEST_REACH:
            return f"its window reaches {reach} samples and {LARGEST_REACH} are supported; use a smaller dilation"
        last = (made[1 + axis] - 1) * attributes["stride"][axis] + reach
        if min(before, after) < 0 or last > given[1 + axis] + before + after:
            return f"its window does not fit {given} with padding {attributes['padding']}; the file is damaged"
    if made[0] != 1 or ("filter" in attributes and made[3] != given[3]):
        return f"it can't turn {given} into {made}; the file is damaged"
    return None


def same_shape(subject: Subject) -> str | None:
    """Input and output have the same shape."""
    (given,) = subject.data
    if given.shape != subject.out.shape:
        return f"its output has shape {subject.out.shape} for an input of {given.shape}; the file is damaged"
    return None


def broadcast_shape(subject: Subject) -> str | None:
    """Operands have the output's shape or 1 along any axis (broadcasting)."""
    first, second = (tensor.shape for tensor in subject.data)
    fits = all(one == two or 1 in (one, two) for one, two in zip(first, second, strict=True))
    if not fits or tuple(max(pair) for pair in zip(first, second, strict=True)) != subject.out.shape:
        return f"operands {first} and {second} don't make {subject.out.shape}; the file is damaged"
    return None


def joined_shape(subject: Subject) -> str | None:
    """Operands agree in all axes but the one they are joined along (height, width or channels)."""
    axis, made = subject.op.attributes["axis"], subject.out.shape
    if axis < 1:
        return "it joins along the batch; join along time or channels"
    for tensor in subject.data:
        if any(size != made[place] for place, size in enumerate(tensor.shape) if place != axis):
            return f"operand {tensor.shape} does not fit the output {made} along axis {axis}; the file is damaged"
    if sum(tensor.shape[axis] for tensor in subject.data) != made[axis]:
        return f"its operands don't add up to {made} along axis {axis}; the file is damaged"
    return None


def same_quantization(subject: Subject) -> str | None:
    """Input and output have the same scale and zero point: bytes are copied, never rescaled."""
    if subject.out.dtype == "float32":
        return None
    made = quantization_of(subject.out)
    for tensor in subject.data:
        given = quantization_of(tensor)
        if given.zero_point != made.zero_point or abs(given.scale - made.scale) > BYTES_COPIED * made.scale:
            return (
                f"scale {given.scale:.6g} and zero point {given.zero_point} of '{tensor.name}' differ from the "
                f"output's {made.scale:.6g} and {made.zero_point}; quantize with the converter, which makes them equal"
            )
    return None


def same_count(subject: Subject) -> str | None:
    """Input and output have the same number of elements."""
    (given,) = subject.data
    if math.prod(given.shape) != math.prod(subject.out.shape):
        return f"it can't turn {given.shape} into {subject.out.shape}; the file is damaged"
    return None


def resized_shape(subject: Subject) -> str | None:
    """Height and width change by any factor, channels stay."""
    (given,) = subject.data
    if given.shape[3] != subject.out.shape[3]:
        return f"it can't turn {given.shape} into {subject.out.shape}; the file is damaged"
    return None


def padded_shape(subject: Subject) -> str | None:
    """Any axis but the batch is padded at its start and end."""
    (given,), pairs = subject.data, subject.op.attributes["paddings"]
    if any(pairs[0]) or tuple(size + sum(pair) for size, pair in zip(given.shape, pairs, strict=True)) != (
        subject.out.shape
    ):
        return f"padding {given.shape} by {pairs} does not give {subject.out.shape}; pad time, space or channels only"
    return None


def sliced_shape(subject: Subject) -> str | None:
    """The slice lies inside the input; steps are 1."""
    (given,), begin, size = subject.data, subject.op.attributes["begin"], subject.op.attributes["size"]
    inside = all(
        first >= 0 and length >= 1 and first + length <= whole
        for first, length, whole in zip(begin, size, given.shape, strict=True)
    )
    if not inside or size != subject.out.shape:
        return f"the slice of {size} from {begin} is not inside {given.shape}; the file is damaged"
    return None


def averaged_shape(subject: Subject) -> str | None:
    """Averaged axes have length 1 in the output."""
    (given,), axes = subject.data, subject.op.attributes["axes"]
    if tuple(1 if axis in axes else size for axis, size in enumerate(given.shape)) != subject.out.shape:
        return f"averaging {given.shape} over {axes} does not give {subject.out.shape}; the file is damaged"
    return None


def probability_output(subject: Subject) -> str | None:
    """The output has scale 1/256 and zero point -128."""
    made = quantization_of(subject.out)
    if made.scale != 1 / 256 or made.zero_point != -128:
        return (
            f"its output has scale {made.scale:.6g} and zero point {made.zero_point}, not 1/256, -128; quantize again"
        )
    return None


def symmetric_unit_output(subject: Subject) -> str | None:
    """The output has scale 1/128 and zero point 0."""
    made = quantization_of(subject.out)
    if made.scale != 1 / 128 or made.zero_point != 0:
        return (
            f"its output has scale {made.scale:.6g} and zero point {made.zero_point}, not 1/128 and 0; quantize again"
        )
    return None


def curve_input(subject: Subject) -> str | None:
    """The input's scale is between 2**-28 and 8."""
    scale = quantization_of(subject.data[0]).scale
    factor, _ = input_factor(scale, 4)
    if not 0 <= factor.shift <= 30:
        return f"its input has scale {scale:.3g}, outside 2**-28 to 8; quantize the model again"
    return None


def softmax_depth(subject: Subject) -> str | None:
    """At most 511 classes (the kernels' sum of exponentials has no room for more)."""
    depth = subject.out.shape[3]
    return None if depth < 512 else f"it has {depth} classes and 511 fit; leave it out (the largest class is the same)"


def softmax_input(subject: Subject) -> str | None:
    """The input's scale times beta is over 2**-26."""
    scaled = subject.op.attributes["beta"] * quantization_of(subject.data[0]).scale
    if scaled * (1 << (31 - DIFFERENCE_INTEGER_BITS)) <= 1:
        return f"its input has scale {scaled:.3g}, under 2**-26; quantize the model again"
    return None


def sum_scales(subject: Subject) -> str | None:
    """The output's scale is over 2**-19 of the larger input scale (SQUARED_DIFFERENCE: 2**-12 of its square)."""
    first, second = (quantization_of(tensor).scale for tensor in subject.data)
    factors = arithmetic.sum_factors(subject.op.kind, first, second, quantization_of(subject.out).scale)
    if factors.out.shift > 0 or factors.out.multiplier == 0:
        return f"scales {first:.3g} and {second:.3g} are too far from the output's; quantize the model again"
    return None


def product_scales(subject: Subject) -> str | None:
    """The product of the inputs' scales is under 2**14 of the output's."""
    first, second = (quantization_of(tensor).scale for tensor in subject.data)
    if first * second / quantization_of(subject.out).scale >= 1 << 14:
        return f"scales {first:.3g} and {second:.3g} are too far from the output's; quantize the model again"
    return None


def ratio_of_scales(subject: Subject) -> str | None:
    """The input's scale (times a slope, if there is one) is under 2**22 of the output's."""
    given, made = quantization_of(subject.data[0]), quantization_of(subject.out)
    if given.scale * max(1.0, abs(subject.op.attributes.get("alpha", 1.0))) / made.scale >= 1 << 22:
        return f"its scales {given.scale:.3g} and {made.scale:.3g} are too far apart; quantize the model again"
    return None


def ratio_of_scales_of_integers(subject: Subject) -> str | None:
    """Between integer types, the input's scale is under 2**22 of the output's."""
    return None if subject.data[0].dtype == "float32" else ratio_of_scales(subject)


def averaged_range(subject: Subject) -> str | None:
    """The sum over the averaged axes, shifted left where the output's scale asks for it, fits int32."""
    given, made = quantization_of(subject.data[0]), quantization_of(subject.out)
    count = math.prod(subject.data[0].shape) // math.prod(subject.out.shape)
    shift = arithmetic.mean_factor(given.scale, made.scale, count).shift
    if not -31 <= shift <= 20 or (count * 255) << max(shift, 0) > arithmetic.INT32_MAX:
        return f"it sums {count} values scaled by {given.scale / made.scale:.3g}: over int32; average in two steps"
    return None


def rsqrt_scales(subject: Subject) -> str | None:
    """``1 / (sqrt(input scale) * output scale)`` is between 2**-12 and 2**30."""
    shift = rsqrt_factor(quantization_of(subject.data[0]), quantization_of(subject.out)).shift - RSQRT_SHIFT
    if not -31 <= shift <= 10:
        return "its input and output scales are too far apart; quantize the model again"
    return None
