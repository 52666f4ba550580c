"""Options of the operators that take tensors apart or put them together (``parts``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph.ir import Op
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.operator import Operator, normal_axis


def _split(operator: Operator, position: int, axis: int, sizes: tuple[int, ...]) -> Op:
    """A part of each of ``sizes`` along ``axis`` of input ``position``, one for each output."""
    shape = operator.shape(position)
    made = [operator.tensors[index].shape for index in operator.outputs]
    if len(sizes) != len(made) or sum(sizes) != shape[axis] or min(sizes, default=0) < 1:
        raise GraphError(
            f"{operator.label}: parts of {sizes} along axis {axis} of {shape} don't fit its {len(made)} outputs"
        )
    for size, out in zip(sizes, made, strict=True):
        if math.prod(out) != math.prod(shape) // shape[axis] * size:
            raise GraphError(f"{operator.label}: a part of {size} of {shape} is not its output {out}")
    return operator.op((operator.operand(position, "input"),), axis=axis, sizes=sizes)


def _decode_split(operator: Operator) -> Op:
    (axis,) = operator.constants(0, "axis")[:1] or (0,)
    axis, parts = normal_axis(operator, axis, len(operator.shape(1))), len(operator.outputs)
    return _split(operator, 1, axis, (operator.shape(1)[axis] // parts,) * parts)


def _decode_split_v(operator: Operator) -> Op:
    (axis,) = operator.constants(2, "axis")[:1] or (0,)
    axis, sizes = normal_axis(operator, axis, len(operator.shape(0))), operator.constants(1, "sizes")
    rest = operator.shape(0)[axis] - sum(size for size in sizes if size > 0)
    return _split(operator, 0, axis, tuple(rest if size == -1 else size for size in sizes))


def _decode_unpack(operator: Operator) -> Op:
    axis = normal_axis(operator, operator.options.int32(schema.UNPACK_OPTIONS["axis"]), len(operator.shape(0)))
    return _split(operator, 0, axis, (1,) * operator.shape(0)[axis])


def _decode_pack(operator: Operator) -> Op:
    inputs = tuple(operator.operand(position, "operand") for position in range(len(operator.inputs)))
    shape, made = operator.shape(0), operator.output_shape
    axis = normal_axis(operator, operator.options.int32(schema.PACK_OPTIONS["axis"]), len(shape) + 1)
    if any(operator.tensors[index].shape != shape for index in inputs) or made != (
        *shape[:axis],
        len(inputs),
        *shape[axis:],
    ):
        raise GraphError(f"{operator.label}: {len(inputs)} operands of {shape} are not its output {made}")
    return operator.op(inputs, axis=axis)


def decode_steps(operator: Operator) -> Op:
    """A STRIDED_SLICE with strides: (start, number of places, step) along each axis, as Python's slices have them."""
    fields, shape = schema.STRIDED_SLICE_OPTIONS, operator.shape(0)
    begin, end, step = (operator.constants(1 + i, what) for i, what in enumerate(("begin", "end", "strides")))
    masks = {name: operator.options.int32(number) for name, number in fields.items() if name != "offset"}
    if masks["ellipsis_mask"] or masks["new_axis_mask"] or operator.options.boolean(fields["offset"]):
        raise UnsupportedOpError(f"{operator.label}: slices with an ellipsis or a new axis; name every axis instead")
    if not len(begin) == len(end) == len(step) <= len(shape) or not all(step):
        raise GraphError(f"{operator.label}: begin {begin}, end {end}, strides {step} don't fit the shape {shape}")
    places = []
    for axis, whole in enumerate(shape):
        if axis >= len(begin):
            places.append((0, whole, 1))
            continue
        dropped = masks["shrink_axis_mask"] >> axis & 1
        first = None if masks["begin_mask"] >> axis & 1 else begin[axis]
        last = None if masks["end_mask"] >> axis & 1 else end[axis]
        found = range(whole)[slice(first, last, step[axis])]
        if dropped:
            found = range(whole)[slice(begin[axis], begin[axis] + 1 or None)]
        places.append((found.start, len(found), found.step))
    if math.prod(size for _, size, _ in places) != math.prod(operator.output_shape) or not all(p[1] for p in places):
        raise GraphError(f"{operator.label}: places {places} are not its output {operator.output_shape}")
    return operator.op((operator.inputs[0],), places=tuple(places))


def _decode_reverse(operator: Operator) -> Op:
    rank = len(operator.shape(0))
    axes = {normal_axis(operator, axis, rank) for axis in operator.constants(1, "axes")}
    return operator.op((operator.inputs[0],), axes=tuple(sorted(axes)))


def _decode_blocks(operator: Operator) -> Op:
    block = operator.options.int32(schema.BLOCK_OPTIONS["block_size"])
    _, height, width, channels = operator.rank_4(0, "input")
    made = (1, height * block, width * block, channels // max(block * block, 1))
    if operator.kind == "SPACE_TO_DEPTH":
        made = (1, height // max(block, 1), width // max(block, 1), channels * block * block)
    if block < 1 or operator.output_shape[1:] != made[1:] or math.prod(made[1:]) != height * width * channels:
        raise GraphError(
            f"{operator.label}: blocks of {block} don't turn {operator.shape(0)} into {operator.output_shape}; "
            "the file is damaged"
        )
    return operator.op((operator.inputs[0],), block=block)


PART_DECODERS: Mapping[str, Callable[[Operator], Op]] = {
    "SPLIT": _decode_split,
    "SPLIT_V": _decode_split_v,
    "UNPACK": _decode_unpack,
    "PACK": _decode_pack,
    "REVERSE_V2": _decode_reverse,
    "DEPTH_TO_SPACE": _decode_blocks,
    "SPACE_TO_DEPTH": _decode_blocks,
}
"""How each of the file becomes an ``Op``, which ``parts`` takes further."""
SEVERAL_OUTPUTS = ("SPLIT", "SPLIT_V", "UNPACK")
