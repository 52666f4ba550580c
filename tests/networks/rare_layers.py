"""Random layers of operators that fewer networks have, as ``random_layers`` has the others: one function each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ai_edge_litert.schema_py_generated import TensorType

from tests.networks.random_layers import SPREAD, Network, Value, concatenation, convolution, crop, pool

FLOATS: Mapping[str, float] = {"SIN": 1.0, "COS": 1.0, "NEG": 1.0, "SQUARE": 1.0, "ABS": 1.0, "TANH": 1.0, "EXP": 4.0}
"""Functions in float32 and the largest magnitude of their values for inputs of about 1."""


def float_function(network: Network, x: Value, kind: str | None = None) -> Value:
    """A float operator between DEQUANTIZE and QUANTIZE, with a factor before it that keeps its argument near 1."""
    kind = kind or network.choices.pick(tuple(FLOATS))
    made = network.made(x.shape, FLOATS[kind] / SPREAD * network.choices.pick((1.0, 0.6)), network.zero_point())
    factor = np.array([1.0 / (x.scale * SPREAD)], np.float32)
    writer, shape = network.writer, (1, *x.shape)
    real = writer.op("DEQUANTIZE", [x.index], writer.tensor(shape, "float32"))
    real = writer.op("MUL", [real, writer.tensor((1,), "float32", data=factor)], writer.tensor(shape, "float32"))
    writer.op("QUANTIZE", [writer.op(kind, [real], writer.tensor(shape, "float32"))], made.index)
    return made


def extreme(network: Network, kind: str, first: Value, second: Value) -> Value:
    """MINIMUM or MAXIMUM of two values of one scale, broadcasting."""
    rows, columns, channels = (max(pair) for pair in zip(first.shape, second.shape, strict=True))
    made = network.made((rows, columns, channels), first.scale, first.zero_point)
    network.writer.op(kind, [first.index, second.index], made.index)
    return replace(made, spread=first.spread)


def constant_like(network: Network, x: Value) -> Value:
    """A constant of the scale of ``x``: a single number, a row of channels, or a value for each."""
    shape = network.choices.pick(((1, 1, 1), (1, 1, x.shape[2]), x.shape))
    data = network.choices.numbers.integers(-128, 128, (1, *shape), dtype=np.int8)
    index = network.writer.tensor((1, *shape), "int8", x.scale, x.zero_point, data)
    return replace(x, index=index, shape=shape)


def clamped(network: Network, x: Value) -> Value:
    """MINIMUM or MAXIMUM with a constant."""
    operands = (x, constant_like(network, x))[:: network.choices.pick((1, -1))]
    return extreme(network, network.choices.pick(("MINIMUM", "MAXIMUM")), *operands)


def prelu(network: Network, x: Value) -> Value:
    """PRELU with a slope for all, or one for each channel."""
    shape = network.choices.pick(((1, 1, 1), (1, 1, x.shape[2]), (1, 1, x.shape[2])))
    data = network.choices.numbers.integers(-128, 128, shape, dtype=np.int8)
    slopes = network.writer.tensor(shape, "int8", network.choices.pick((0.004, 0.015)), network.zero_point(), data)
    made = network.made(x.shape, x.scale * network.choices.pick((1.0, 0.6, 1.7)), network.zero_point())
    network.writer.op("PRELU", [x.index, slopes], made.index)
    return replace(made, spread=x.spread)


def divided(network: Network, x: Value) -> Value:
    """DIV by a single number."""
    number = np.array([network.choices.pick((-90, 40, 127))], np.int8)
    by = network.writer.tensor((1,), "int8", 0.02, -3, number)
    quotient = abs(int(number[0]) + 3) * 0.02
    activation = network.choices.pick(("NONE", "RELU"))
    made = network.made(x.shape, x.scale / quotient * network.choices.pick((1.0, 0.7)), network.zero_point())
    network.writer.op("DIV", [x.index, by], made.index, fusedActivationFunction=activation)
    return made


def function(network: Network, kind: str, x: Value) -> Value:
    """EXP, LOG, SQRT or ELU of int8 values, of which the last alone may be negative."""
    if kind in ("LOG", "SQRT"):
        x = replace(x, zero_point=-128)
        network.writer.graph.tensors[x.index].quantization.zeroPoint = np.array([-128], np.int64)
    largest = {"EXP": math.exp(min(x.scale * 100, 8.0)), "LOG": 4.0, "SQRT": math.sqrt(x.scale * 255)}
    made = network.made(x.shape, largest.get(kind, x.scale * 127) / 127, network.zero_point())
    network.writer.op(kind, [x.index], made.index)
    return made


def total(network: Network, x: Value, axes: Sequence[int]) -> Value:
    """SUM with kept dimensions."""
    shape = tuple(1 if axis + 1 in axes else size for axis, size in enumerate(x.shape))
    count = math.prod(x.shape) // math.prod(shape)
    scale = x.scale * math.sqrt(count) * network.choices.pick((1.0, 1.0, 2.0))
    made = network.made((shape[0], shape[1], shape[2]), scale, network.zero_point())
    network.writer.op("SUM", [x.index, network.writer.constant(list(axes))], made.index, keepDims=True)
    return made


def reduced(network: Network, kind: str, x: Value, axes: Sequence[int]) -> Value:
    """REDUCE_MAX or REDUCE_MIN with kept dimensions."""
    shape = tuple(1 if axis + 1 in axes else size for axis, size in enumerate(x.shape))
    made = network.made((shape[0], shape[1], shape[2]), x.scale, x.zero_point)
    network.writer.op(kind, [x.index, network.writer.constant(list(axes))], made.index, keepDims=True)
    return replace(made, spread=x.spread / 2)


def place(network: Network, kind: str, x: Value) -> Value:
    """ARG_MAX or ARG_MIN of the channels, at the end of a network."""
    index = network.writer.tensor((1, *x.shape[:2]), "int32")
    network.writer.op(kind, [x.index, network.writer.constant([-1])], index, outputType=TensorType.INT32)
    return replace(x, index=index, shape=(*x.shape[:2], 1), scale=1.0, zero_point=0)


def _reduced(kind: str, axes: Sequence[int]) -> Any:
    return lambda n, x: total(n, x, axes) if kind == "SUM" else reduced(n, kind, x, axes)


def parts(network: Network, x: Value, axis: int, sizes: Sequence[int]) -> list[Value]:
    """SPLIT (where all are equal) or SPLIT_V along an axis."""
    made = []
    for size in sizes:
        shape = tuple(size if place == axis else whole for place, whole in enumerate((1, *x.shape)))
        made.append(replace(network.made((shape[1], shape[2], shape[3]), x.scale, x.zero_point), spread=x.spread))
    outputs = [part.index for part in made]
    where = network.writer.constant([axis - network.choices.pick((0, 4))])
    if len(set(sizes)) == 1 and network.choices.integer(0, 1):
        network.writer.operator("SPLIT", [where, x.index], outputs, numSplits=len(sizes))
    else:
        given = [-1, *sizes[1:]] if network.choices.integer(0, 1) else list(sizes)
        network.writer.operator(
            "SPLIT_V", [x.index, network.writer.constant(given), where], outputs, numSplits=len(sizes)
        )
    return made


def swapped(network: Network, x: Value, axis: int) -> Value:
    """Two parts along an axis, joined the other way round."""
    if x.shape[axis - 1] < 2:
        return concatenation(network, [x, x], axis)
    first = network.choices.integer(1, x.shape[axis - 1] - 1)
    halves = parts(network, x, axis, [first, x.shape[axis - 1] - first])
    return concatenation(network, halves[::-1], axis)


def restacked(network: Network, x: Value, axis: int) -> Value:
    """UNPACK along an axis, and PACK along the same or another of what has one axis less."""
    shape = (1, *x.shape)
    less = (*shape[:axis], *shape[axis + 1 :])
    several = [network.writer.tensor(less, x.dtype, x.scale, x.zero_point) for _ in range(shape[axis])]
    network.writer.operator("UNPACK", [x.index], several, num=len(several), axis=axis - network.choices.pick((0, 4)))
    several = several[:: network.choices.pick((1, -1))]
    onto = network.choices.pick((1, 2, 3))
    made = (*less[:onto], len(several), *less[onto:])
    result = network.made((made[1], made[2], made[3]), x.scale, x.zero_point)
    network.writer.op("PACK", several, result.index, valuesCount=len(several), axis=onto - network.choices.pick((0, 4)))
    return replace(result, spread=x.spread)


def stepped(network: Network, x: Value, axis: int, backwards: bool = False) -> Value:
    """STRIDED_SLICE with a step along an axis, beginning and ending anywhere."""
    whole, step = x.shape[axis - 1], network.choices.pick((2, 3)) if not backwards else network.choices.pick((-1, -2))
    begin, end = [0] * 4, [1, *x.shape]
    begin[axis] = network.choices.integer(0, whole // 2) if step > 0 else whole - 1
    end[axis] = network.choices.pick((whole, max(begin[axis] + 1, whole - 1))) if step > 0 else -9 * whole
    size = len(range(whole)[begin[axis] : end[axis] : step])
    shape = tuple(size if place == axis else length for place, length in enumerate((1, *x.shape)))
    made = network.made((shape[1], shape[2], shape[3]), x.scale, x.zero_point)
    steps = [step if place == axis else 1 for place in range(4)]
    operands = [network.writer.constant(numbers) for numbers in (begin, end, steps)]
    network.writer.op("STRIDED_SLICE", [x.index, *operands], made.index)
    return replace(made, spread=x.spread)


def turned(network: Network, x: Value, axes: Sequence[int]) -> Value:
    """REVERSE_V2 along axes."""
    made = network.made(x.shape, x.scale, x.zero_point)
    network.writer.op("REVERSE_V2", [x.index, network.writer.constant(list(axes))], made.index)
    return replace(made, spread=x.spread)


def grouped(network: Network, x: Value) -> Value:
    """CONV_2D in two to four groups, of channels made for it."""
    groups, inside = network.choices.pick(((2, 1), (2, 3), (3, 2), (4, 1), (4, 4)))
    x = convolution(network, x, channels=groups * inside, stride=(1, 1), padding="SAME")
    out, window = groups * network.choices.pick((1, 2, 3)), network.pair(1, 4)
    weights, scale = network.weights((out, *window, inside), 0)
    spread = 73.0 * max(x.spread, 20.0) * math.sqrt(math.prod(window) * inside)
    made = network.made((*x.shape[:2], out), x.scale * scale * spread / SPREAD, network.zero_point())
    bias = network.bias(out, x.scale * scale, spread, needed=True)
    network.writer.op("CONV_2D", [x.index, weights, *bias], made.index, padding="SAME", strideH=1, strideW=1,
                      dilationHFactor=1, dilationWFactor=1)  # fmt: skip
    return made


def regrouped(network: Network, x: Value, several: bool) -> Value:
    """RESHAPE of each row to two or three (sub-pixel upsampling), or of as many to one."""
    factor = network.choices.pick((2, 3))
    wide = convolution(network, x, channels=factor * network.choices.pick((1, 2, 4)), stride=(1, 1), padding="SAME")
    rows, columns, channels = wide.shape
    shape = (rows, columns * factor, channels // factor)
    if not several:
        wide = crop(network, wide, (rows, max(columns // factor, 1) * factor)) if columns >= factor else wide
        factor = factor if columns >= factor else 1
        shape = (rows, wide.shape[1] // factor, channels * factor)
    made = network.made(shape, wide.scale, wide.zero_point)
    network.writer.op("RESHAPE", [wide.index, network.writer.constant([1, *shape])], made.index)
    return convolution(network, replace(made, spread=wide.spread), stride=(1, 1), padding="SAME")


def bilinear(network: Network, x: Value) -> Value:
    """RESIZE_BILINEAR to any size."""
    factor = network.pair(1, 4)
    rows, columns = (
        size * times - network.choices.integer(0, 1) * (times > 1) for size, times in zip(x.shape, factor, strict=False)
    )
    made = network.made((rows, columns, x.shape[2]), x.scale, x.zero_point)
    corners, centers = network.choices.pick(((False, False), (False, True), (True, False)))
    size = network.writer.constant([rows, columns])
    options = {"alignCorners": corners, "halfPixelCenters": centers}
    network.writer.op("RESIZE_BILINEAR", [x.index, size], made.index, **options)
    return replace(made, spread=x.spread)


def blocks(network: Network, x: Value) -> Value:
    """DEPTH_TO_SPACE, then SPACE_TO_DEPTH of other blocks where they fit."""
    block = network.choices.pick((1, 2, 3))
    x = convolution(network, x, channels=block * block * network.choices.pick((1, 3)), stride=(1, 1), padding="SAME")
    shape = (x.shape[0] * block, x.shape[1] * block, x.shape[2] // block**2)
    spread = network.made(shape, x.scale, x.zero_point)
    network.writer.op("DEPTH_TO_SPACE", [x.index], spread.index, blockSize=block)
    back = next(size for size in (3, 2, 1) if shape[0] % size == shape[1] % size == 0)
    made = network.made((shape[0] // back, shape[1] // back, shape[2] * back**2), x.scale, x.zero_point)
    network.writer.op("SPACE_TO_DEPTH", [spread.index], made.index, blockSize=back)
    return replace(made, spread=x.spread)


def matrices(network: Network, x: Value) -> Value:
    """BATCH_MATMUL of a signal and another that is made from it, or a constant."""
    columns, turned = network.choices.integer(1, 5), network.choices.integer(0, 1)
    if network.choices.integer(0, 1):  # x times its own rows: attention
        second = replace(pool(network, x, stride=(1, 1), padding="SAME"), spread=x.spread)
        columns, turned = x.shape[1], 1
    else:
        shape = (1, x.shape[0], *((columns, x.shape[2]) if turned else (x.shape[2], columns)))
        data = network.choices.numbers.integers(-128, 128, shape, dtype=np.int8)
        index = network.writer.tensor(shape, "int8", 0.01, 3, data)
        second = replace(x, index=index, scale=0.01, spread=73.0)
    real = x.scale * max(x.spread, 20.0) * second.scale * max(second.spread, 20.0) * math.sqrt(x.shape[2])
    made = network.made((x.shape[0], x.shape[1], columns), real / SPREAD, network.zero_point())
    network.writer.op("BATCH_MATMUL", [x.index, second.index], made.index, adjX=False, adjY=bool(turned))
    return made


def attention(network: Network, x: Value) -> Value:
    """Columns of one signal as rows of the other: the first lies transposed."""
    second = convolution(network, x, stride=(1, 1), padding="SAME")
    real = x.scale * max(x.spread, 20.0) * second.scale * SPREAD * math.sqrt(x.shape[1])
    made = network.made((x.shape[0], x.shape[2], second.shape[2]), real / SPREAD, network.zero_point())
    network.writer.op("BATCH_MATMUL", [x.index, second.index], made.index, adjX=True, adjY=False)
    return made


def _along(layer: Any, axis: int, **options: Any) -> Any:
    return lambda n, x: layer(n, x, axis, **options)


def _kind(kind: str) -> Any:
    return lambda n, x: function(n, kind, x)


def larger(network: Network, x: Value, kind: str | None = None) -> Value:
    """MAXIMUM (or MINIMUM) of a signal and what else is made from it."""
    kind = kind or network.choices.pick(("MINIMUM", "MAXIMUM"))
    return extreme(network, kind, x, pool(network, x, stride=(1, 1), padding="SAME"))


RARE: dict[str, Any] = {
    "float function": float_function,
    "clamped": clamped,
    "smaller": lambda n, x: larger(n, x, "MINIMUM"),
    "larger": lambda n, x: larger(n, x, "MAXIMUM"),
    "prelu": prelu,
    "divided": divided,
    "sum over channels": _reduced("SUM", [3]),
    "sum over time": _reduced("SUM", [2]),
    "sum of all": _reduced("SUM", [1, 2, 3]),
    "largest channel": _reduced("REDUCE_MAX", [3]),
    "largest of all": _reduced("REDUCE_MAX", [1, 2, 3]),
    "smallest channel": _reduced("REDUCE_MIN", [3]),
    "smallest over time": _reduced("REDUCE_MIN", [1, 2]),
    "place of the largest": lambda n, x: place(n, "ARG_MAX", x),
    "place of the smallest": lambda n, x: place(n, "ARG_MIN", x),
    "swapped channels": _along(swapped, 3),
    "swapped halves": _along(swapped, 2),
    "restacked time": _along(restacked, 2),
    "restacked channels": _along(restacked, 3),
    "every other row": _along(stepped, 2),
    "every other line": _along(stepped, 1),
    "every other channel": _along(stepped, 3),
    "backwards": _along(stepped, 2, backwards=True),
    "reversed time": lambda n, x: turned(n, x, [2]),
    "reversed channels": lambda n, x: turned(n, x, [3]),
    "grouped": grouped,
    "bilinear": bilinear,
    "blocks": blocks,
    "matrices": matrices,
    "attention": attention,
    "rows as several": lambda n, x: regrouped(n, x, True),
    "several rows as one": lambda n, x: regrouped(n, x, False),
    "exp": _kind("EXP"),
    "log": _kind("LOG"),
    "sqrt": _kind("SQRT"),
    "elu": _kind("ELU"),
}
"""By name, as ``single_layers.LAYERS`` has them."""

LOCAL = (
    *(float_function, clamped, prelu, larger, grouped),
    *(_along(swapped, 3), _along(stepped, 3), _reduced("REDUCE_MIN", [3])),
)
"""What a random network may have anywhere, in the interpreters of both sorts."""
WHOLE = (*LOCAL, bilinear, _along(swapped, 2), _along(stepped, 2), _along(restacked, 2), matrices)
"""The same, with what needs the whole window or changes the rate."""
