"""Running a graph on numpy arrays, exactly as the reference kernels do, value for value.

This is the slow, readable twin of the generated C and needs neither LiteRT nor TensorFlow: it makes the golden vectors
that a user's firmware checks itself against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import GraphError
from edgeunet.graph.evaluation import arithmetic, windows
from edgeunet.graph.evaluation.curves import CURVES, argument_factor, curve, wide_softmax, wide_softmax_rows
from edgeunet.graph.evaluation.lookup import lookup_table
from edgeunet.graph.evaluation.pairs import pair_results
from edgeunet.graph.evaluation.quantization import channel_factors, quantization_of
from edgeunet.graph.evaluation.slopes import slopes_of
from edgeunet.graph.evaluation.softmax import softmax, softmax_table
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor

Array = NDArray[Any]


def evaluate(graph: Graph, inputs: Array | Sequence[Array]) -> list[Array]:
    """Outputs of ``graph`` for ``inputs``.

    Parameters
    ----------
    graph
        What ``read_tflite`` or a rewrite returned.
    inputs
        One array per graph input (or the array itself when there is one), of the input's type and any shape that has
        as many elements.

    Returns
    -------
    list of ndarray
        One array per graph output, in the graph's shapes.

    Raises
    ------
    GraphError
        When the inputs don't fit the graph.
    """
    values = evaluate_all(graph, inputs)
    return [values[index] for index in graph.outputs]


def evaluate_all(graph: Graph, inputs: Array | Sequence[Array]) -> dict[int, Array]:
    """Every tensor of ``graph`` for ``inputs``, by tensor index; constants included. See ``evaluate``."""
    values: dict[int, Array] = {
        index: tensor.data for index, tensor in enumerate(graph.tensors) if tensor.data is not None
    }
    arrays = [inputs] if isinstance(inputs, np.ndarray) else list(inputs)
    if len(arrays) != len(graph.inputs):
        raise GraphError(f"{graph.name}: {len(arrays)} input arrays for {len(graph.inputs)} inputs; pass one for each")
    for index, array in zip(graph.inputs, arrays, strict=True):
        tensor = graph.tensors[index]
        if array.dtype != np.dtype(tensor.dtype) or array.size != np.prod(tensor.shape):
            raise GraphError(
                f"{graph.name}: input '{tensor.name}' is {tensor.dtype} {tensor.shape}, and an array of {array.dtype} "
                f"{array.shape} was passed; quantize and reshape it first"
            )
        values[index] = array.reshape(tensor.shape)
    for op in graph.ops:
        step = _Step(op, graph.tensors, values)
        result = EVALUATIONS[op.kind](step)
        values[op.outputs[0]] = result.astype(step.out.dtype).reshape(step.out.shape)
    return values


class _Step:
    """One operator with its tensors and the values known so far."""

    def __init__(self, op: Op, tensors: Sequence[Tensor], values: Mapping[int, Array]) -> None:
        self.op = op
        self.attributes = op.attributes
        self.inputs = tuple(tensors[index] for index in op.inputs if index != ABSENT)
        self.arrays = tuple(values[index] for index in op.inputs if index != ABSENT)
        self.out = tensors[op.outputs[0]]

    @property
    def size(self) -> tuple[int, int]:
        return self.out.shape[1], self.out.shape[2]

    def quantization(self, position: int) -> Quantization:
        return quantization_of(self.inputs[position])

    @property
    def made(self) -> Quantization:
        return quantization_of(self.out)

    def offset(self, position: int) -> NDArray[np.int64]:
        """An operand without its zero point."""
        return self.arrays[position].astype(np.int64) - self.quantization(position).zero_point

    @property
    def wide(self) -> bool:
        """Whether it computes in int16."""
        return self.inputs[0].dtype == "int16"

    def clamped(self, values: Array) -> Array:
        return np.clip(values, *arithmetic.activation_range(self.attributes["activation"], self.made, self.out.dtype))


def _requantized(step: _Step, accumulators: NDArray[np.int64]) -> Array:
    """Bias, one factor per channel, zero point and clamp: the end of every operator with weights."""
    if len(step.arrays) > 2:
        accumulators = accumulators + step.arrays[2].astype(np.int64)
    factors = channel_factors(step.op, step.inputs[0], step.inputs[1], step.out)
    multipliers = np.array([factor.multiplier for factor in factors], np.int64)
    shifts = np.array([factor.shift for factor in factors], np.int64)
    if step.wide:
        return step.clamped(arithmetic.multiply_wide_accumulator(accumulators, multipliers, shifts))
    accumulators = arithmetic.wrap_int32(accumulators)
    scaled = arithmetic.multiply_by_quantized_multiplier(accumulators, multipliers, shifts)
    return step.clamped(scaled + step.made.zero_point)


def _convolution(step: _Step) -> Array:
    a = step.attributes
    image, weights = step.offset(0)[0].astype(np.float64), step.arrays[1].astype(np.float64)
    slide = windows.convolution if step.op.kind == "CONV_2D" else windows.depthwise
    return _requantized(step, slide(image, weights, a["stride"], a["dilation"], a["padding"], step.size))


def _transpose_convolution(step: _Step) -> Array:
    a = step.attributes
    image, weights = step.offset(0)[0].astype(np.float64), step.arrays[1].astype(np.float64)
    return _requantized(step, windows.transpose_convolution(image, weights, a["stride"], a["padding"], step.size))


def _fully_connected(step: _Step) -> Array:
    weights = step.arrays[1].astype(np.float64)
    rows = step.offset(0).astype(np.float64).reshape(-1, weights.shape[1])
    return _requantized(step, (rows @ weights.T).astype(np.int64))


def _pool(step: _Step) -> Array:
    a = step.attributes
    pool = windows.max_pool if step.op.kind == "MAX_POOL_2D" else windows.average_pool
    return step.clamped(pool(step.arrays[0][0].astype(np.float64), a["filter"], a["stride"], a["padding"], step.size))


def _sum(step: _Step) -> Array:
    factors = arithmetic.sum_factors(
        step.op.kind, step.quantization(0).scale, step.quantization(1).scale, step.made.scale, step.out.dtype
    )
    first = arithmetic.rescale(step.offset(0) << factors.left_shift, factors.first)
    second = arithmetic.rescale(step.offset(1) << factors.left_shift, factors.second)
    raw = first + second if step.op.kind == "ADD" else first - second
    if step.op.kind == "SQUARED_DIFFERENCE":
        raw = arithmetic.wrap_int32(raw * raw)
    return step.clamped(arithmetic.rescale(raw, factors.out) + step.made.zero_point)


def _product(step: _Step) -> Array:
    factor = arithmetic.quantize_multiplier(step.quantization(0).scale * step.quantization(1).scale / step.made.scale)
    return step.clamped(arithmetic.rescale(step.offset(0) * step.offset(1), factor) + step.made.zero_point)


def _pair(step: _Step) -> Array:
    first, second = (array.astype(np.int64) for array in step.arrays)
    quantizations = (step.quantization(0), step.quantization(1), step.made)
    return pair_results(step.op.kind, step.attributes, first, second, quantizations)


def _mean(step: _Step) -> Array:
    axes = step.attributes["axes"]
    count = int(np.prod([step.inputs[0].shape[axis] for axis in axes]))
    sums = step.offset(0).sum(axis=axes, keepdims=True) if axes else step.offset(0)
    factor = arithmetic.mean_factor(step.quantization(0).scale, step.made.scale, count if step.op.kind == "MEAN" else 1)
    scaled = arithmetic.rescale(sums, factor) + step.made.zero_point
    return np.clip(scaled, *arithmetic.limits_of(step.out.dtype))


def _extreme(step: _Step) -> Array:
    reduce = np.max if step.op.kind == "REDUCE_MAX" else np.min
    result: Array = reduce(step.arrays[0], axis=step.attributes["axes"], keepdims=True)
    return result


def _arg_max(step: _Step) -> Array:
    find = np.argmax if step.op.kind == "ARG_MAX" else np.argmin
    result: Array = find(step.arrays[0], axis=step.attributes["axis"])
    return result


def _softmax(step: _Step) -> Array:
    if step.wide:
        tables = wide_softmax(step.attributes["beta"], step.quantization(0).scale)
        return wide_softmax_rows(step.arrays[0].reshape(-1, step.out.shape[3]), tables)
    table = softmax_table(step.attributes["beta"], step.quantization(0).scale)
    return softmax(step.arrays[0].reshape(-1, step.out.shape[3]), table)


def _lookup(step: _Step) -> Array:
    """Of int8 values by a table of all; of int16 values by the formula, a curve or one or two slopes."""
    if step.wide and step.op.kind in CURVES:
        return curve(step.op.kind, step.arrays[0].astype(np.int64), argument_factor(step.quantization(0).scale))
    if step.wide:
        slopes = slopes_of(step.op.kind, step.attributes, step.quantization(0), step.made, step.out.dtype)
        return slopes.applied(step.arrays[0].astype(np.int64))
    table = lookup_table(step.op.kind, step.attributes, step.quantization(0), step.made)
    return table[step.arrays[0].astype(np.int64) + 128]


def _quantize(step: _Step) -> Array:
    """From float32 in float32 arithmetic; between integer types by a fixed-point factor."""
    limits = np.iinfo(np.dtype(step.out.dtype))
    if step.inputs[0].dtype == "float32":
        quotients = (step.arrays[0] / np.float32(step.made.scale)).astype(np.float64)
        rounded = np.where(quotients >= 0, np.floor(quotients + 0.5), np.ceil(quotients - 0.5))
        levels = np.nan_to_num(rounded, nan=-np.inf) + step.made.zero_point
        result: Array = np.clip(levels, limits.min, limits.max)
        return result
    factor = arithmetic.quantize_multiplier(step.quantization(0).scale / step.made.scale)
    return np.clip(arithmetic.rescale(step.offset(0), factor) + step.made.zero_point, limits.min, limits.max)


def _dequantize(step: _Step) -> Array:
    return step.quantization(0).scale * step.offset(0).astype(np.float64)


def _concatenation(step: _Step) -> Array:
    return np.concatenate(step.arrays, axis=step.attributes["axis"])


def _resize(step: _Step) -> Array:
    a = step.attributes
    rows, columns = (
        arithmetic.nearest_indices(
            step.inputs[0].shape[axis], step.out.shape[axis], a["align_corners"], a["half_pixel_centers"]
        )
        for axis in (1, 2)
    )
    return step.arrays[0][:, rows][:, :, columns]


def _resize_bilinear(step: _Step) -> Array:
    a, image = step.attributes, step.arrays[0].astype(np.int64)
    for axis in (1, 2):
        sizes = step.inputs[0].shape[axis], step.out.shape[axis]
        before, after, shares = arithmetic.bilinear_places(*sizes, a["align_corners"], a["half_pixel_centers"])
        share = np.array(shares, np.int64).reshape((-1, 1, 1) if axis == 1 else (-1, 1))
        first, second = image.take(before, axis), image.take(after, axis)
        image = first * (arithmetic.BILINEAR_ONE - share) + second * share
    return arithmetic.rounding_divide_by_pot(image, 20)


def _batch_matmul(step: _Step) -> Array:
    a = step.attributes
    first, second = step.offset(0), step.offset(1)
    first = first.swapaxes(2, 3) if a["adj_x"] else first
    second = second.swapaxes(2, 3) if a["adj_y"] else second
    factor = arithmetic.matmul_factor(step.quantization(0).scale, step.quantization(1).scale, step.made.scale)
    scaled = arithmetic.rescale(first @ second, factor) + step.made.zero_point
    return np.clip(scaled, *arithmetic.limits_of(step.out.dtype))


def _depth_to_space(step: _Step) -> Array:
    block, (_, height, width, channels) = step.attributes["block"], step.arrays[0].shape
    apart = step.arrays[0].reshape(height, width, block, block, channels // block**2)
    return apart.transpose(0, 2, 1, 3, 4)


def _space_to_depth(step: _Step) -> Array:
    block, (_, height, width, channels) = step.attributes["block"], step.arrays[0].shape
    apart = step.arrays[0].reshape(height // block, block, width // block, block, channels)
    return apart.transpose(0, 2, 1, 3, 4)


def _pad(step: _Step) -> Array:
    value = step.attributes["value"]
    value = step.made.zero_point if value is None else value
    return np.pad(step.arrays[0], step.attributes["paddings"], constant_values=value)


def _slice(step: _Step) -> Array:
    begin, size = step.attributes["begin"], step.attributes["size"]
    return step.arrays[0][tuple(slice(first, first + length) for first, length in zip(begin, size, strict=True))]


def _reverse(step: _Step) -> Array:
    result: Array = np.flip(step.arrays[0], step.attributes["axis"])
    return result


def _reshape(step: _Step) -> Array:
    return step.arrays[0]


def _transpose(step: _Step) -> Array:
    outer, rows, columns, run = (step.attributes[name] for name in ("outer", "rows", "columns", "run"))
    return step.arrays[0].reshape(outer, rows, columns, run).swapaxes(1, 2)


EVALUATIONS: Mapping[str, Callable[[_Step], Array]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "TRANSPOSE_CONV": _transpose_convolution,
    "FULLY_CONNECTED": _fully_connected,
    "MAX_POOL_2D": _pool,
    "AVERAGE_POOL_2D": _pool,
    "ADD": _sum,
    "SUB": _sum,
    "SQUARED_DIFFERENCE": _sum,
    "MUL": _product,
    "MINIMUM": _pair,
    "MAXIMUM": _pair,
    "PRELU": _pair,
    "DIV": _pair,
    "MEAN": _mean,
    "SUM": _mean,
    "REDUCE_MAX": _extreme,
    "REDUCE_MIN": _extreme,
    "ARG_MAX": _arg_max,
    "ARG_MIN": _arg_max,
    "SOFTMAX": _softmax,
    "CONCATENATION": _concatenation,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "RESIZE_BILINEAR": _resize_bilinear,
    "DEPTH_TO_SPACE": _depth_to_space,
    "SPACE_TO_DEPTH": _space_to_depth,
    "BATCH_MATMUL": _batch_matmul,
    "PAD": _pad,
    "SLICE": _slice,
    "REVERSE_V2": _reverse,
    "RESHAPE": _reshape,
    "TRANSPOSE": _transpose,
    "LOGISTIC": _lookup,
    "TANH": _lookup,
    "RSQRT": _lookup,
    "NEG": _lookup,
    "ABS": _lookup,
    "ELU": _lookup,
    "EXP": _lookup,
    "LOG": _lookup,
    "SQRT": _lookup,
    "FLOAT_FUNCTION": _lookup,
    "HARD_SWISH": _lookup,
    "RELU": _lookup,
    "RELU6": _lookup,
    "RELU_N1_TO_1": _lookup,
    "RELU_0_TO_1": _lookup,
    "LEAKY_RELU": _lookup,
    "GELU": _lookup,
    "QUANTIZE": _quantize,
    "DEQUANTIZE": _dequantize,
}
"""How the output of each kind of operator is computed."""
