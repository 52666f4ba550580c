"""The same network over a recording of another length: same weights and scales, shapes rewritten.

Whatever is local in time has a rate (outputs per input) and nothing else that depends on the length, provided the new
length differs from the old one by whole steps of every stride: then SAME padding stays what it was, and every tensor
grows by the growth of the input times its rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Graph, Op, Tensor
from edgeunet.graph.layout import activations
from edgeunet.graph.sample_rows import with_sample_rows

Shape = tuple[int, ...]

_TIME, _CHANNELS = 2, 3


def with_length(graph: Graph, samples: int) -> Graph:
    """``graph`` re-shaped so that its inputs have ``samples`` samples along time.

    Parameters
    ----------
    graph
        A one-dimensional network, activations ``(1, 1, time, channels)``; channels-first inputs and outputs become rows
        of samples.
    samples
        The new length; it must differ from the old by a multiple of the network's total stride.

    Raises
    ------
    UnsupportedOpError
        Where an operator is not local in time, or the length does not fit; the layer is named.
    """
    graph = with_sample_rows(graph)
    old = graph.tensors[graph.inputs[0]].shape[_TIME]
    growth: dict[int, int] = {}
    for index in graph.inputs:
        shape = graph.tensors[index].shape
        if shape[1] != 1 or shape[_TIME] != old:
            raise UnsupportedOpError(
                f"'{graph.tensors[index].name}' has shape {shape}: only one-dimensional networks whose inputs are "
                "equally long can be run over another length"
            )
        growth[index] = samples - old
    tensors, ops = list(graph.tensors), []
    for index in graph.inputs:
        tensors[index] = _grown(tensors[index], growth[index])
    for op in graph.ops:
        extra = _growth(op, graph, growth)
        growth[op.outputs[0]] = extra
        tensors[op.outputs[0]] = _grown(tensors[op.outputs[0]], extra)
        if tensors[op.outputs[0]].shape[_TIME] < 1:
            raise UnsupportedOpError(f"{op.kind} '{op.name}': {samples} samples leave it no output; use a longer one")
        ops.append(_resized_slice(op, extra))
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _grown(tensor: Tensor, extra: int) -> Tensor:
    one, height, time, channels = tensor.shape
    return replace(tensor, shape=(one, height, time + extra, channels))


def _resized_slice(op: Op, extra: int) -> Op:
    """A slice keeps what it cuts off at either end."""
    if op.kind != "SLICE" or not extra:
        return op
    one, height, time, channels = op.attributes["size"]
    return replace(op, attributes={**op.attributes, "size": (one, height, time + extra, channels)})


def _growth(op: Op, graph: Graph, growth: dict[int, int]) -> int:
    """How many samples longer the output of ``op`` becomes."""
    rate = _rate(op, graph)
    extras = set()
    for index in activations(op):
        tensor = graph.tensors[index]
        if not tensor.is_constant:
            extras.add(growth[index])
        elif tensor.shape[_TIME] != 1:
            raise UnsupportedOpError(f"{op.kind} '{op.name}': its constant operand has one value per sample of time")
    if len(extras) != 1 or (max(extras) * rate).denominator != 1:
        raise UnsupportedOpError(
            f"{op.kind} '{op.name}': a change of length by {sorted(extras)} samples does not fit its rate of {rate}; "
            "change the length by a multiple of the total stride"
        )
    return int(max(extras) * rate)


def _rate(op: Op, graph: Graph) -> Fraction:
    """Outputs per input of ``op`` along time."""
    given, made = graph.tensors[activations(op)[0]].shape, graph.tensors[op.outputs[0]].shape
    rate = RATES[op.kind](op, given, made)
    if rate is None:
        raise UnsupportedOpError(
            f"{op.kind} '{op.name}': it is not local in time ({given} to {made}), so the network runs on whole windows "
            "of its own length only"
        )
    return rate


def _each(op: Op, given: Shape, made: Shape) -> Fraction:
    return Fraction(1)


def _each_stride(op: Op, given: Shape, made: Shape) -> Fraction:
    return Fraction(1, op.attributes["stride"][1])


def _each_window(op: Op, given: Shape, made: Shape) -> Fraction | None:
    """A pool, unless its window is the whole input."""
    whole = op.attributes.get("whole", False) and op.attributes["filter"][1] > 1
    return None if whole else _each_stride(op, given, made)


def _upsampled(op: Op, given: Shape, made: Shape) -> Fraction:
    return Fraction(op.attributes["stride"][1])


def _repeated(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return Fraction(made[_TIME], given[_TIME]) if made[_TIME] % given[_TIME] == 0 else None


def _along_channels(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return Fraction(1) if op.attributes["axis"] == _CHANNELS else None


def _not_over_time(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return Fraction(1) if _TIME not in op.attributes["axes"] else None


def _row_by_row(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return Fraction(1) if given[:_CHANNELS] == made[:_CHANNELS] else None


def _regrouped(op: Op, given: Shape, made: Shape) -> Fraction | None:
    """The same rows, each row as several, or several as one; a signal of one row says nothing about others."""
    if given[:_CHANNELS] == made[:_CHANNELS]:
        return Fraction(1)
    few, many = sorted((given[_TIME], made[_TIME]))
    if given[1] != 1 or made[1] != 1 or few == 1 or many % few:
        return None
    return Fraction(made[_TIME], given[_TIME])


def _whole(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return Fraction(1) if given[_TIME] == made[_TIME] == 1 else None


def _never(op: Op, given: Shape, made: Shape) -> Fraction | None:
    return None


RATES: Mapping[str, Callable[[Op, Shape, Shape], Fraction | None]] = {
    "CONV_2D": _each_stride,
    "DEPTHWISE_CONV_2D": _each_stride,
    "TRANSPOSE_CONV": _upsampled,
    "FULLY_CONNECTED": _row_by_row,
    "MAX_POOL_2D": _each_window,
    "AVERAGE_POOL_2D": _each_window,
    "ADD": _each,
    "SUB": _each,
    "MUL": _each,
    "SQUARED_DIFFERENCE": _each,
    "MINIMUM": _each,
    "MAXIMUM": _each,
    "PRELU": _each,
    "DIV": _each,
    "CONCATENATION": _along_channels,
    "RESIZE_NEAREST_NEIGHBOR": _repeated,
    "RESHAPE": _regrouped,
    "TRANSPOSE": _never,
    "PAD": _each,
    "SLICE": _each,
    "RESIZE_BILINEAR": _whole,
    "DEPTH_TO_SPACE": _whole,
    "SPACE_TO_DEPTH": _whole,
    "BATCH_MATMUL": _never,
    "REVERSE_V2": _whole,
    "MEAN": _not_over_time,
    "SUM": _not_over_time,
    "REDUCE_MAX": _not_over_time,
    "REDUCE_MIN": _not_over_time,
    "ARG_MAX": _each,
    "ARG_MIN": _each,
    "SOFTMAX": _each,
    "LOGISTIC": _each,
    "TANH": _each,
    "RSQRT": _each,
    "NEG": _each,
    "ABS": _each,
    "ELU": _each,
    "EXP": _each,
    "LOG": _each,
    "SQRT": _each,
    "FLOAT_FUNCTION": _each,
    "HARD_SWISH": _each,
    "RELU": _each,
    "RELU6": _each,
    "RELU_N1_TO_1": _each,
    "RELU_0_TO_1": _each,
    "LEAKY_RELU": _each,
    "GELU": _each,
    "QUANTIZE": _each,
    "DEQUANTIZE": _each,
}
"""Outputs per input along time of each kind of operator, from the shapes of input and output; None where it is not
local in time."""
