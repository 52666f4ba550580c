"""Decoders of operators that repeat or pick places along an axis: until ``expand_repetitions`` has seen them."""

from __future__ import annotations

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph.ir import Op
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.operator import Operator, normal_axis


def decode_tile(operator: Operator) -> Op:
    """TILE, and BROADCAST_TO, which is one."""
    shape, numbers = operator.shape(0), operator.constants(1, "multiples")
    if operator.kind == "BROADCAST_TO":
        padded = (1,) * (len(numbers) - len(shape)) + shape
        fits = len(padded) == len(numbers) and all(b in (1, a) for a, b in zip(numbers, padded, strict=True))
        numbers = tuple(a // b for a, b in zip(numbers, padded, strict=True)) if fits and min(numbers) > 0 else ()
        shape = padded
    if len(numbers) != len(shape) or not numbers or min(numbers) < 1:
        raise GraphError(f"{operator.label}: {operator.shape(0)} can't be repeated so; the file is damaged")
    if tuple(size * times for size, times in zip(shape, numbers, strict=True)) != operator.output_shape:
        raise GraphError(f"{operator.label}: {shape} times {numbers} is not {operator.output_shape}")
    return operator.op((operator.inputs[0],), "TILE", multiples=numbers)


MOST_PLACES = 1 << 16
"""Places that a GATHER may take."""


def decode_gather(operator: Operator) -> Op:
    """GATHER at constant places along one axis."""
    fields, shape = schema.GATHER_OPTIONS, operator.shape(0)
    places = operator.tensors[operator.operand(1, "indices")]
    axis = normal_axis(operator, operator.options.int32(fields["axis"]), len(shape))
    if places.data is None or places.data.dtype.kind != "i" or operator.options.int32(fields["batch_dims"]):
        raise UnsupportedOpError(
            f"{operator.label}: its indices are computed at run time, or differ within a batch; index by constants"
        )
    indices = tuple(int(place) for place in places.data.reshape(-1)[: MOST_PLACES + 1])
    if len(indices) > MOST_PLACES or not indices or not 0 <= min(indices) <= max(indices) < shape[axis]:
        raise GraphError(f"{operator.label}: its indices are outside {shape[axis]} places; the file is damaged")
    if (*shape[:axis], *places.shape, *shape[axis + 1 :]) != operator.output_shape:
        raise GraphError(f"{operator.label}: {shape} at {places.shape} places is not {operator.output_shape}")
    return operator.op((operator.inputs[0],), axis=axis, indices=indices)
