"""Random int8 and int16 layers for ``random_networks``: one function per operator, scales chosen so that values spread.

Every value carries an estimate of its standard deviation in stored units; a layer derives its output's scale from its
weights and that estimate, so that a chain of any depth neither saturates nor collapses to one value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from tests.networks.tflite_writer import ModelWriter

CHANNELS = (1, 3, 4, 5, 8, 16, 17)
SPREAD = 45.0
STEPS = {"int8": 1.0, "int16": 256.0}
"""Stored units of a type in one of int8."""
UNIT = {"int8": {"LOGISTIC": (1 / 256, -128), "SOFTMAX": (1 / 256, -128), "TANH": (1 / 128, 0)},
        "int16": dict.fromkeys(("LOGISTIC", "SOFTMAX", "TANH"), (1 / 32768, 0))}  # fmt: skip
"""What the output of a curve is quantized with."""


class Choices(Protocol):
    """Where decisions come from: a seeded generator or hypothesis."""

    def integer(self, low: int, high: int) -> int: ...

    def pick(self, options: Sequence[Any]) -> Any: ...

    @property
    def numbers(self) -> np.random.Generator: ...


@dataclass(frozen=True)
class Value:
    """A tensor under construction: its index, ``(height, width, channels)``, quantization and estimated spread."""

    index: int
    shape: tuple[int, int, int]
    scale: float
    zero_point: int
    spread: float = SPREAD
    dtype: str = "int8"

    @property
    def fine(self) -> float:
        """Stored units in one of int8."""
        return STEPS[self.dtype]


class Network:
    """A writer with the choices and the layout: which axis is time, or both for images."""

    def __init__(self, choices: Choices, layout: str, dtype: str = "int8", mixed: bool = False) -> None:
        self.choices = choices
        self.writer = ModelWriter()
        self.layout = layout
        self.dtype = dtype
        """The type of what is made next; all operands of an operator have it."""
        self.mixed = mixed

    @property
    def axes(self) -> tuple[bool, bool]:
        """Whether height and width are more than one row."""
        return {"1xT": (False, True), "Tx1": (True, False), "HxW": (True, True)}[self.layout]

    def pair(self, low: int, high: int) -> tuple[int, int]:
        """(height, width) of a window, stride or dilation; 1 along an axis that has one row."""
        height, width = (self.choices.integer(low, high) if used else 1 for used in self.axes)
        return height, width

    def zero_point(self) -> int:
        if self.dtype == "int16":
            return 0
        return int(self.choices.pick((0, 0, -128, 127, -5, 33, self.choices.integer(-128, 127))))

    def activation(self, scale: float) -> tuple[str, int, float]:
        """An activation, a zero point that suits it, and the scale changed so that RELU6's clamp bites."""
        kind = self.choices.pick(("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"))
        if kind == "NONE":
            return kind, self.zero_point(), scale
        if self.dtype == "int16":
            return kind, 0, scale
        if kind == "RELU" or scale > 0.5:
            return "RELU", int(self.choices.pick((-128, -128, -100, 0))), scale
        limit = 6.0 if kind == "RELU6" else 1.0
        return kind, int(self.choices.pick((-128, -128, -60, 0))), limit / float(self.choices.pick((255, 180, 40)))

    def made(self, shape: tuple[int, int, int], scale: float, zero_point: int) -> Value:
        scale, dtype = float(np.float32(scale)), self.dtype
        index = self.writer.tensor((1, *shape), dtype, scale, zero_point)
        return Value(index, shape, scale, zero_point, SPREAD * STEPS[dtype], dtype)

    def weights(self, shape: tuple[int, ...], axis: int) -> tuple[int, float]:
        """A constant weight tensor, per channel or per tensor, and its (mean) scale."""
        numbers = self.choices.numbers
        data = numbers.integers(-127, 128, shape, dtype=np.int8)
        taps = math.prod(shape) // shape[axis]
        scale = float(np.exp(numbers.uniform(-0.8, 0.8))) / (73.0 * math.sqrt(taps))
        if self.choices.integer(0, 2):
            scales = (scale * numbers.uniform(0.5, 2.0, shape[axis])).astype(np.float32)
            return self.writer.tensor(shape, "int8", scales, data=data, axis=axis), float(scales.mean())
        return self.writer.tensor(shape, "int8", scale, data=data), float(np.float32(scale))

    def bias(self, channels: int, scale: float, spread: float, needed: bool = False) -> list[int]:
        """No bias (LiteRT insists on CONV_2D's), or one of the size of the accumulators."""
        if not needed and self.choices.integer(0, 2) == 0:
            return []
        dtype = "int64" if self.dtype == "int16" else "int32"
        data = (self.choices.numbers.standard_normal(channels) * spread).astype(dtype)
        return [self.writer.tensor((channels,), dtype, scale, data=data)]


def input_value(network: Network, shape: tuple[int, int, int]) -> Value:
    """An input tensor of the network, of a random scale."""
    scale = float(np.exp(network.choices.numbers.uniform(-5.0, -1.0))) / STEPS[network.dtype]
    return network.made(shape, scale, network.zero_point())


def out_size(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    """Outputs of a sliding window along one axis; 0 where it does not fit."""
    return -(-size // stride) if padding == "SAME" else max(-(-(size - (window - 1) * dilation) // stride), 0)


def _padding(
    network: Network, x: Value, window: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int]
) -> tuple[str, tuple[int, int]]:
    """VALID where it fits and is chosen, else SAME, and the output's height and width."""
    for padding in ([network.choices.pick(("SAME", "SAME", "VALID"))], ["SAME"]):
        sizes = [out_size(x.shape[i], window[i], stride[i], dilation[i], padding[0]) for i in (0, 1)]
        if min(sizes) > 0:
            return padding[0], (sizes[0], sizes[1])
    raise AssertionError("SAME always fits")


def _scale_out(network: Network, x: Value, weight_scale: float, taps: int) -> tuple[float, float]:
    """The output's scale, and the accumulators' spread; now and then the multiplier is over 1."""
    spread = 73.0 * max(x.spread, 20.0 * x.fine) * math.sqrt(taps)
    factor = network.choices.pick((1.0, 1.0, 0.6, 1.7, 3.0))
    return x.scale * weight_scale * spread / (SPREAD * x.fine) * factor, spread


def convolution(
    network: Network,
    x: Value,
    channels: int | None = None,
    stride: tuple[int, int] | None = None,
    padding: str | None = None,
) -> Value:
    """CONV_2D of random kernel, stride, padding and dilation (a stride and a dilation together too)."""
    out = channels or network.choices.pick(CHANNELS)
    window = network.pair(1, 5)
    strides = stride or network.pair(1, network.choices.pick((1, 2, 3)))
    dilation = network.pair(1, network.choices.pick((1, 1, 3)))
    scheme, (rows, columns) = _padding(network, x, window, strides, dilation)
    if padding == "SAME":
        scheme, rows, columns = "SAME", -(-x.shape[0] // strides[0]), -(-x.shape[1] // strides[1])
    weights, scale = network.weights((out, *window, x.shape[2]), 0)
    scale_out, spread = _scale_out(network, x, scale, math.prod(window) * x.shape[2])
    kind, zero_point, scale_out = network.activation(scale_out)
    made = network.made((rows, columns, out), scale_out, zero_point)
    network.writer.op(
        "CONV_2D", [x.index, weights, *network.bias(out, x.scale * scale, spread, needed=True)], made.index,
        padding=scheme, strideH=strides[0], strideW=strides[1], fusedActivationFunction=kind,
        dilationHFactor=dilation[0], dilationWFactor=dilation[1],
    )  # fmt: skip
    return made


def depthwise(network: Network, x: Value, same: bool = False) -> Value:
    """DEPTHWISE_CONV_2D, with a depth multiplier now and then; ``same`` keeps the rate and the length."""
    multiplier = network.choices.pick((1, 1, 1, 2, 3)) if x.shape[2] < 9 else 1
    out, window = x.shape[2] * multiplier, network.pair(1, 7)
    stride = (1, 1) if same else network.pair(1, network.choices.pick((1, 1, 2)))
    dilation = network.pair(1, network.choices.pick((1, 1, 2)))
    scheme, (rows, columns) = _padding(network, x, window, stride, dilation)
    if same:
        scheme, rows, columns = "SAME", x.shape[0], x.shape[1]
    weights, scale = network.weights((1, *window, out), 3)
    scale_out, spread = _scale_out(network, x, scale, math.prod(window))
    kind, zero_point, scale_out = network.activation(scale_out)
    made = network.made((rows, columns, out), scale_out, zero_point)
    network.writer.op(
        "DEPTHWISE_CONV_2D", [x.index, weights, *network.bias(out, x.scale * scale, spread)], made.index,
        padding=scheme, strideH=stride[0], strideW=stride[1], depthMultiplier=multiplier,
        dilationHFactor=dilation[0], dilationWFactor=dilation[1], fusedActivationFunction=kind,
    )  # fmt: skip
    return made


def transpose_convolution(
    network: Network, x: Value, stride: tuple[int, int] | None = None, size: tuple[int, int] | None = None
) -> Value:
    """TRANSPOSE_CONV; SAME gives ``in * stride`` (or ``size``, if that has as many strides), VALID the full output."""
    stride = stride or network.pair(1, 3)
    window, out = network.pair(1, 5), network.choices.pick(CHANNELS)
    scheme = "SAME" if size else network.choices.pick(("SAME", "VALID"))
    full = [(x.shape[i] - 1) * stride[i] + max(window[i], 1) for i in (0, 1)]
    rows, columns = size or ((x.shape[0] * stride[0], x.shape[1] * stride[1]) if scheme == "SAME" else full)
    weights, scale = network.weights((out, *window, x.shape[2]), 0)
    taps = x.shape[2] * max(1, math.prod(window) // math.prod(stride))
    scale_out, spread = _scale_out(network, x, scale, taps)
    made = network.made((rows, columns, out), scale_out, network.zero_point())
    shape = network.writer.constant([1, rows, columns, out])
    network.writer.op(
        "TRANSPOSE_CONV", [shape, weights, x.index, *network.bias(out, x.scale * scale, spread)], made.index,
        padding=scheme, strideH=stride[0], strideW=stride[1],
    )  # fmt: skip
    return made


def pool(network: Network, x: Value, stride: tuple[int, int] | None = None, padding: str | None = None) -> Value:
    """MAX_POOL_2D or AVERAGE_POOL_2D; the window may differ from the stride."""
    kind = network.choices.pick(("MAX_POOL_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"))
    window, strides = network.pair(1, 4), stride or network.pair(1, 3)
    scheme, (rows, columns) = _padding(network, x, window, strides, (1, 1))
    if padding == "SAME":
        scheme, rows, columns = "SAME", -(-x.shape[0] // strides[0]), -(-x.shape[1] // strides[1])
    made = network.made((rows, columns, x.shape[2]), x.scale, x.zero_point)
    activation = network.choices.pick(("NONE", "NONE", "NONE", "RELU", "RELU6"))
    network.writer.op(
        kind, [x.index], made.index, padding=scheme, strideH=strides[0], strideW=strides[1],
        filterHeight=window[0], filterWidth=window[1], fusedActivationFunction=activation,
    )  # fmt: skip
    return replace(made, spread=x.spread)


def resize(network: Network, x: Value, size: tuple[int, int] | None = None, plain: bool = False) -> Value:
    """RESIZE_NEAREST_NEIGHBOR, mostly by a whole factor; ``plain`` leaves the ends where a repeat of rows has them."""
    factor = network.pair(1, 3)
    rows, columns = size or (x.shape[0] * factor[0], x.shape[1] * factor[1])
    made = network.made((rows, columns, x.shape[2]), x.scale, x.zero_point)
    corners, centers = network.choices.pick(((False, False), (False, False), (False, True), (not plain, False)))
    network.writer.op(
        "RESIZE_NEAREST_NEIGHBOR", [x.index, network.writer.constant([rows, columns])], made.index,
        alignCorners=corners, halfPixelCenters=centers,
    )  # fmt: skip
    return replace(made, spread=x.spread)


def arithmetic(network: Network, kind: str, first: Value, second: Value) -> Value:
    """ADD, SUB, MUL or SQUARED_DIFFERENCE, broadcasting where shapes differ."""
    rows, columns, channels = (max(pair) for pair in zip(first.shape, second.shape, strict=True))
    fine = first.fine
    one, two = first.scale * max(first.spread, 10.0 * fine), second.scale * max(second.spread, 10.0 * fine)
    if kind == "MUL":
        real = one * two
    else:
        real = math.hypot(one, two) if kind != "SQUARED_DIFFERENCE" else one * one + two * two
    scale = real / (SPREAD * fine) * network.choices.pick((1.0, 0.7, 1.5))
    scale = max(scale, (4e-6 if fine == 1.0 else 7e-5) * max(first.scale, second.scale))
    activation, zero_point, scale = network.activation(scale)
    if kind == "SQUARED_DIFFERENCE":
        activation, zero_point, scale = "NONE", -128, max(real / 60, 3e-4 * max(first.scale, second.scale) ** 2)
    made = network.made((rows, columns, channels), scale, zero_point)
    options = {} if kind == "SQUARED_DIFFERENCE" else {"fusedActivationFunction": activation}
    network.writer.op(kind, [first.index, second.index], made.index, **options)
    return made


def constant(network: Network, x: Value) -> Value:
    """A constant operand that broadcasts onto ``x``: a scalar, one row of channels, or all of it."""
    shape = network.choices.pick(((1, 1, 1), (1, 1, x.shape[2]), x.shape))
    limits = np.iinfo(np.dtype(x.dtype))
    data = network.choices.numbers.integers(limits.min, limits.max + 1, (1, *shape), dtype=x.dtype)
    scale, zero_point = float(np.float32(x.scale * network.choices.pick((1.0, 0.3, 2.0)))), network.zero_point()
    index = network.writer.tensor((1, *shape), x.dtype, scale, zero_point, data)
    return Value(index, shape, scale, zero_point, SPREAD * x.fine, x.dtype)


def concatenation(network: Network, values: Sequence[Value], axis: int = 3) -> Value:
    """CONCATENATION, each operand requantized first to the first one's scale where it differs."""
    first = values[0]
    aligned = [
        value if value == first else requantize(network, value, first.scale, first.zero_point) for value in values
    ]
    shape = list(first.shape)
    shape[axis - 1] = sum(value.shape[axis - 1] for value in values)
    made = network.made((shape[0], shape[1], shape[2]), first.scale, first.zero_point)
    network.writer.op(
        "CONCATENATION", [value.index for value in aligned], made.index,
        axis=axis - network.choices.pick((0, 4)),
    )  # fmt: skip
    return made


def requantize(network: Network, x: Value, scale: float, zero_point: int) -> Value:
    """QUANTIZE to the type of what is made next; nothing where it is the same already."""
    if (x.scale, x.zero_point, x.dtype) == (scale, zero_point, network.dtype):
        return x
    made = network.made(x.shape, scale, zero_point)
    network.writer.op("QUANTIZE", [x.index], made.index)
    return replace(made, spread=min(x.spread * x.scale / scale, 128.0 * made.fine))


def converted(network: Network, x: Value, dtype: str) -> Value:
    """QUANTIZE to another type at about the same range; what is made from now on has that type."""
    network.dtype = dtype
    ratio = x.fine / STEPS[dtype] * network.choices.pick((1.0, 0.8, 1.3))
    return requantize(network, x, x.scale * ratio, network.zero_point())


def unary(network: Network, kind: str, x: Value) -> Value:
    """LOGISTIC, TANH, SOFTMAX, RELU, RELU6, RELU_N1_TO_1 or LEAKY_RELU."""
    fixed = UNIT[x.dtype]
    options: dict[str, Any] = {}
    if x.scale > 1000.0 / x.fine:
        kind = "RELU"
    if kind in ("LOGISTIC", "TANH") and x.scale > 0.3 / x.fine:
        x = requantize(network, x, network.choices.pick((0.02, 0.1, 0.3)) / x.fine, x.zero_point)
    if kind in fixed:
        scale, zero_point = fixed[kind]
    elif kind in ("RELU6", "RELU_N1_TO_1"):
        scale, zero_point = x.scale, x.zero_point
    else:
        scale, zero_point = x.scale * network.choices.pick((1.0, 0.5, 1.3)), network.choices.pick((-128, x.zero_point))
        zero_point = 0 if x.dtype == "int16" else zero_point
    if kind == "SOFTMAX":
        options["beta"] = network.choices.pick((1.0, 1.0, 0.5))
    if kind == "LEAKY_RELU":
        options["alpha"] = network.choices.pick((0.1, 0.3, 1.5, -0.2))
    made = network.made(x.shape, scale, zero_point)
    network.writer.op(kind, [x.index], made.index, **options)
    return made


def pad(network: Network, x: Value) -> Value:
    """PAD along time or space, and now and then of channels."""
    numbers = [
        [network.choices.integer(0, 3), network.choices.integer(0, 3)] if used else [0, 0] for used in network.axes
    ]
    channels = [0, network.choices.pick((0, 0, 0, 2))]
    shape = [size + sum(pair) for size, pair in zip(x.shape, [*numbers, channels], strict=True)]
    made = network.made((shape[0], shape[1], shape[2]), x.scale, x.zero_point)
    inputs = [x.index, network.writer.constant([[0, 0], *numbers, channels])]
    kind = network.choices.pick(("PAD", "PADV2"))
    if kind == "PADV2":
        value = np.array(network.choices.integer(-128, 127) * int(x.fine), x.dtype)
        inputs.append(network.writer.tensor((), x.dtype, x.scale, x.zero_point, value))
    network.writer.op(kind, inputs, made.index)
    return made


def crop(network: Network, x: Value, size: tuple[int, int]) -> Value:
    """SLICE or STRIDED_SLICE to a height and width."""
    begin = [0, *(network.choices.integer(0, x.shape[i] - size[i]) for i in (0, 1)), 0]
    extent = [1, *size, x.shape[2]]
    made = network.made((*size, x.shape[2]), x.scale, x.zero_point)
    if network.choices.integer(0, 1):
        network.writer.op("SLICE", [x.index, *map(network.writer.constant, (begin, extent))], made.index)
    else:
        end = [first + length for first, length in zip(begin, extent, strict=True)]
        network.writer.op(
            "STRIDED_SLICE", [x.index, *map(network.writer.constant, (begin, end, [1, 1, 1, 1]))], made.index
        )
    return replace(made, spread=x.spread)


def mean(network: Network, x: Value, axes: Sequence[int]) -> Value:
    """MEAN with kept dimensions."""
    shape = tuple(1 if axis + 1 in axes else size for axis, size in enumerate(x.shape))
    count = math.prod(x.shape) // math.prod(shape)
    scale = x.scale / math.sqrt(count) * network.choices.pick((1.0, 1.0, 2.0))
    made = network.made((shape[0], shape[1], shape[2]), scale, network.zero_point())
    network.writer.op("MEAN", [x.index, network.writer.constant(list(axes))], made.index, keepDims=True)
    return made


def maximum(network: Network, x: Value, axes: Sequence[int]) -> Value:
    """REDUCE_MAX over those of ``axes`` that are time or space, with kept dimensions."""
    axes = [axis for axis in axes if axis < 3] or [2]
    shape = tuple(1 if axis + 1 in axes else size for axis, size in enumerate(x.shape))
    made = network.made((shape[0], shape[1], shape[2]), x.scale, x.zero_point)
    network.writer.op("REDUCE_MAX", [x.index, network.writer.constant(axes)], made.index, keepDims=True)
    return replace(made, spread=x.spread / 2)


def layer_norm(network: Network, x: Value) -> Value:
    """What Keras' LayerNormalization converts to: mean, squared difference, mean, + epsilon, rsqrt, scale, shift."""
    center = mean(network, x, [3])
    variance = mean(network, replace(arithmetic(network, "SQUARED_DIFFERENCE", x, center), spread=SPREAD), [3])
    variance = replace(variance, zero_point=-128)
    network.writer.graph.tensors[variance.index].quantization.zeroPoint = np.array([-128], np.int64)
    root_scale = 1.0 / math.sqrt(variance.scale) / 127.0
    root = network.made(variance.shape, root_scale, -128)
    network.writer.op("RSQRT", [variance.index], root.index)
    gamma = constant(network, replace(x, scale=1 / 64))
    scale = arithmetic(network, "MUL", root, gamma)
    scaled = arithmetic(network, "MUL", x, scale)
    shift = arithmetic(network, "MUL", center, scale)
    return arithmetic(network, "SUB", scaled, shift)


def fully_connected(network: Network, x: Value, flatten: bool) -> Value:
    """FULLY_CONNECTED over channels, or over all of ``x`` as one row."""
    inside = math.prod(x.shape) if flatten else x.shape[2]
    out = network.choices.pick(CHANNELS)
    weights, scale = network.weights((out, inside), 0)
    scale_out, spread = _scale_out(network, x, scale, inside)
    kind, zero_point, scale_out = network.activation(scale_out)
    shape = (1, 1, out) if flatten else (*x.shape[:2], out)
    made = network.made(shape, scale_out, zero_point)
    if flatten:
        network.writer.graph.tensors[made.index].shape = [1, out]
    network.writer.op(
        "FULLY_CONNECTED", [x.index, weights, *(network.bias(out, x.scale * scale, spread) or [-1])], made.index,
        fusedActivationFunction=kind, keepNumDims=not flatten,
    )  # fmt: skip
    return made
