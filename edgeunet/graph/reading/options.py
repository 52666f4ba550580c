"""From one operator as the file has it to one ``Op``: options decoded, shape operands turned into attributes.

What comes out still has the file's ranks and axes (``edgeunet.graph.layout`` brings those into one form), but no
operand that is not data: paddings are explicit, sizes and axes are plain integers, and several spellings of one thing
(EXPAND_DIMS, SQUEEZE and RESHAPE; STRIDED_SLICE with unit steps and SLICE; PADV2 and PAD) have become one kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Op
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.axes import decode_gather, decode_tile
from edgeunet.graph.reading.function_options import (
    decode_arg,
    decode_gelu,
    decode_leaky_relu,
    decode_mean,
    decode_softmax,
    decode_unary,
)
from edgeunet.graph.reading.operator import Operator, normal_axis
from edgeunet.graph.reading.part_options import PART_DECODERS, decode_steps


def _choice(operator: Operator, field: int, names: tuple[str, ...] | list[str], what: str) -> str:
    number = operator.options.int8(field)
    if not 0 <= number < len(names):
        raise GraphError(f"{operator.label}: {what} {number} is unknown; the file is damaged or newer than this reader")
    return names[number]


def _activation(operator: Operator, field: int) -> str:
    return _choice(operator, field, schema.ACTIVATIONS, "activation")


def _positive(operator: Operator, field: int, what: str, default: int) -> int:
    number = operator.options.int32(field, default)
    if not 1 <= number < 1 << 20:
        raise GraphError(f"{operator.label}: its {what} is {number}, not a positive number; the file is damaged")
    return number


def _pair(operator: Operator, fields: Mapping[str, int], what: str, default: int = 0) -> tuple[int, int]:
    height, width = (_positive(operator, fields[f"{what}_{side}"], what, default) for side in "hw")
    return height, width


def window_padding(size: int, window: int, stride: int, dilation: int, scheme: str) -> tuple[int, int, int]:
    """Outputs of a sliding window along one axis, and the padding it needs before and after.

    Source: ``ComputeOutSize`` and ``ComputePaddingWithOffset`` in ``tensorflow/lite/kernels/padding.h``.
    """
    reach = (window - 1) * dilation + 1
    outputs = -(-size // stride) if scheme == "SAME" else (size + stride - reach) // stride
    total = max((outputs - 1) * stride + reach - size, 0)
    return outputs, total // 2, total - total // 2


def _windowed(
    operator: Operator, window: tuple[int, int], stride: tuple[int, int], dilation: tuple[int, int], scheme: str
) -> tuple[int, int, int, int]:
    """Explicit (top, bottom, left, right) padding of a window sliding over input 0, the output size checked."""
    _, height, width, _ = operator.rank_4(0, "input")
    rows, top, bottom = window_padding(height, window[0], stride[0], dilation[0], scheme)
    columns, left, right = window_padding(width, window[1], stride[1], dilation[1], scheme)
    if min(rows, columns) < 1 or operator.output_shape[1:3] != (rows, columns):
        raise GraphError(
            f"{operator.label}: its output has shape {operator.output_shape}, but its input and options give "
            f"{rows} x {columns}; the file is damaged"
        )
    return top, bottom, left, right


def window_sizes(operator: Operator) -> tuple[int, int]:
    """Height and width that a convolution or a pool gives, by its input, window and options."""
    pool = operator.kind.endswith("POOL_2D")
    fields = schema.POOL_2D_OPTIONS if pool else _CONVOLUTIONS[operator.kind]
    stride = _pair(operator, fields, "stride")
    window = _pair(operator, fields, "filter") if pool else operator.rank_4(1, "weights")[1:3]
    dilation = (1, 1) if pool else _pair(operator, fields, "dilation", 1)
    scheme = _choice(operator, fields["padding"], schema.PADDINGS, "padding")
    _, *sizes, _ = operator.rank_4(0, "input")
    height, width = (
        window_padding(size, taps, step, apart, scheme)[0]
        for size, taps, step, apart in zip(sizes, window, stride, dilation, strict=True)
    )
    return height, width


_CONVOLUTIONS = {"CONV_2D": schema.CONV_2D_OPTIONS, "DEPTHWISE_CONV_2D": schema.DEPTHWISE_CONV_2D_OPTIONS}


def _decode_convolution(operator: Operator) -> Op:
    fields = schema.CONV_2D_OPTIONS
    stride, dilation = _pair(operator, fields, "stride"), _pair(operator, fields, "dilation", 1)
    _, kernel_h, kernel_w, _ = operator.rank_4(1, "weights")
    scheme = _choice(operator, fields["padding"], schema.PADDINGS, "padding")
    return operator.op(
        (operator.inputs[0], operator.inputs[1], operator.optional(2)),
        stride=stride,
        dilation=dilation,
        padding=_windowed(operator, (kernel_h, kernel_w), stride, dilation, scheme),
        activation=_activation(operator, fields["activation"]),
    )


def _decode_depthwise(operator: Operator) -> Op:
    fields = schema.DEPTHWISE_CONV_2D_OPTIONS
    stride, dilation = _pair(operator, fields, "stride"), _pair(operator, fields, "dilation", 1)
    _, kernel_h, kernel_w, channels_out = operator.rank_4(1, "weights")
    channels_in = operator.rank_4(0, "input")[3]
    if channels_out % channels_in:
        raise GraphError(f"{operator.label}: {channels_out} outputs from {channels_in} channels; the file is damaged")
    scheme = _choice(operator, fields["padding"], schema.PADDINGS, "padding")
    return operator.op(
        (operator.inputs[0], operator.inputs[1], operator.optional(2)),
        stride=stride,
        dilation=dilation,
        padding=_windowed(operator, (kernel_h, kernel_w), stride, dilation, scheme),
        depth_multiplier=channels_out // channels_in,
        activation=_activation(operator, fields["activation"]),
    )


def _decode_transpose_convolution(operator: Operator) -> Op:
    fields = schema.TRANSPOSE_CONV_OPTIONS
    stride = _pair(operator, fields, "stride")
    scheme = _choice(operator, fields["padding"], schema.PADDINGS, "padding")
    size = operator.constants(0, "output shape")
    if size != operator.output_shape or len(size) != 4:
        raise GraphError(f"{operator.label}: its output shape {size} is not that of its output {operator.output_shape}")
    kernel, given = operator.rank_4(1, "weights"), operator.rank_4(2, "input")
    padding: list[int] = []
    for axis in (1, 2):
        steps, before, _ = window_padding(size[axis], kernel[axis], stride[axis - 1], 1, scheme)
        if steps != given[axis]:
            raise GraphError(f"{operator.label}: {given[axis]} inputs can't make {size[axis]} outputs along an axis")
        padding += [before, (steps - 1) * stride[axis - 1] + kernel[axis] - size[axis] - before]
    return operator.op(
        (operator.inputs[2], operator.inputs[1], operator.optional(3)),
        stride=stride,
        padding=tuple(padding),
        activation=_activation(operator, fields["activation"]),
    )


def _decode_pool(operator: Operator) -> Op:
    fields = schema.POOL_2D_OPTIONS
    window, stride = _pair(operator, fields, "filter"), _pair(operator, fields, "stride")
    scheme = _choice(operator, fields["padding"], schema.PADDINGS, "padding")
    return operator.op(
        (operator.inputs[0],),
        filter=window,
        stride=stride,
        padding=_windowed(operator, window, stride, (1, 1), scheme),
        activation=_activation(operator, fields["activation"]),
    )


def _decode_arithmetic(operator: Operator) -> Op:
    inputs = (operator.operand(0, "first operand"), operator.operand(1, "second operand"))
    if operator.kind == "SQUARED_DIFFERENCE":
        return operator.op(inputs, activation="NONE")
    return operator.op(inputs, activation=_activation(operator, schema.ARITHMETIC_OPTIONS["activation"]))


def _decode_pair(operator: Operator) -> Op:
    return operator.op((operator.operand(0, "first operand"), operator.operand(1, "second operand")))


def _decode_concatenation(operator: Operator) -> Op:
    fields = schema.CONCATENATION_OPTIONS
    inputs = tuple(operator.operand(position, "operand") for position in range(len(operator.inputs)))
    rank = len(operator.output_shape)
    axis = normal_axis(operator, operator.options.int32(fields["axis"]), rank)
    return operator.op(inputs, axis=axis, activation=_activation(operator, fields["activation"]))


def _decode_resize(operator: Operator) -> Op:
    fields = schema.RESIZE_BILINEAR_OPTIONS if operator.kind == "RESIZE_BILINEAR" else schema.RESIZE_OPTIONS
    size = operator.constants(1, "size")
    if len(size) != 2 or size != operator.output_shape[1:3]:
        raise GraphError(f"{operator.label}: its size {size} is not that of its output {operator.output_shape}")
    return operator.op(
        (operator.inputs[0],),
        align_corners=operator.options.boolean(fields["align_corners"]),
        half_pixel_centers=operator.options.boolean(fields["half_pixel_centers"]),
    )


def _decode_reshape(operator: Operator) -> Op:
    if math.prod(operator.shape(0)) != math.prod(operator.output_shape):
        raise GraphError(
            f"{operator.label}: shape {operator.shape(0)} can't become {operator.output_shape}; the file is damaged"
        )
    return operator.op((operator.inputs[0],), "RESHAPE")


def _decode_transpose(operator: Operator) -> Op:
    """A TRANSPOSE that moves only axes of length 1 leaves the bytes where they are."""
    shape, order = operator.shape(0), operator.constants(1, "permutation")
    if sorted(order) != list(range(len(shape))):
        raise GraphError(f"{operator.label}: {order} is no permutation of {len(shape)} axes; the file is damaged")
    moved = [axis for axis in order if shape[axis] != 1]
    if moved == sorted(moved):
        return _decode_reshape(operator)
    if tuple(shape[axis] for axis in order) != operator.output_shape:
        raise GraphError(f"{operator.label}: {shape} by {order} is not {operator.output_shape}; the file is damaged")
    return operator.op((operator.inputs[0],), permutation=order)


def _decode_pad(operator: Operator) -> Op:
    shape, numbers = operator.shape(0), operator.constants(1, "paddings")
    if len(numbers) != 2 * len(shape) or min(numbers) < 0:
        raise GraphError(f"{operator.label}: paddings {numbers} don't fit the shape {shape}; the file is damaged")
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    if tuple(size + sum(pair) for size, pair in zip(shape, pairs, strict=True)) != operator.output_shape:
        raise GraphError(f"{operator.label}: {shape} padded by {pairs} is not {operator.output_shape}")
    value = None
    if operator.kind == "PADV2" and operator.optional(2) != ABSENT:
        constant = operator.tensors[operator.optional(2)]
        wanted = "int16" if operator.tensors[operator.inputs[0]].dtype == "int16" else "int8"
        if constant.data is None or constant.data.size != 1 or constant.dtype != wanted:
            raise UnsupportedOpError(
                f"{operator.label}: its value is not one constant {wanted} number; pad by a constant"
            )
        value = int(constant.data.reshape(-1)[0])
    return operator.op((operator.inputs[0],), "PAD", paddings=pairs, value=value)


def _decode_slice(operator: Operator) -> Op:
    shape, begin = operator.shape(0), operator.constants(1, "begin")
    size = operator.constants(2, "size")
    if len(begin) != len(shape) or len(size) != len(shape):
        raise GraphError(f"{operator.label}: begin {begin} and size {size} don't fit the shape {shape}")
    ends = tuple(
        length if extent == -1 else start + extent for length, start, extent in zip(shape, begin, size, strict=True)
    )
    return _slice(operator, begin, ends)


def slice_bounds(operator: Operator) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Where a STRIDED_SLICE of unit steps begins and ends along each axis, and the mask of axes it drops."""
    fields, shape = schema.STRIDED_SLICE_OPTIONS, operator.shape(0)
    begin, end, step = (operator.constants(1 + i, what) for i, what in enumerate(("begin", "end", "strides")))
    masks = {name: operator.options.int32(number) for name, number in fields.items() if name != "offset"}
    if masks["ellipsis_mask"] or masks["new_axis_mask"] or operator.options.boolean(fields["offset"]):
        raise UnsupportedOpError(f"{operator.label}: slices with an ellipsis or a new axis; name every axis instead")
    if not len(begin) == len(end) == len(step) <= len(shape):
        raise GraphError(f"{operator.label}: begin {begin}, end {end}, strides {step} don't fit the shape {shape}")
    if any(number != 1 for number in step):
        raise UnsupportedOpError(f"{operator.label}: strides {step}; only slices with a step of 1 are supported")
    starts, ends = [0] * len(shape), list(shape)
    for axis, (first, last) in enumerate(zip(begin, end, strict=True)):
        length = shape[axis]
        first, last = (number + length if number < 0 else number for number in (first, last))
        if not masks["begin_mask"] >> axis & 1:
            starts[axis] = min(max(first, 0), length)
        if masks["shrink_axis_mask"] >> axis & 1:
            ends[axis] = starts[axis] + 1
        elif not masks["end_mask"] >> axis & 1:
            ends[axis] = min(max(last, 0), length)
    return tuple(starts), tuple(ends), masks["shrink_axis_mask"]


def _decode_strided_slice(operator: Operator) -> Op:
    if any(step != 1 for step in operator.constants(3, "strides")):
        return decode_steps(operator)
    begin, end, _ = slice_bounds(operator)
    return _slice(operator, begin, end)


def _slice(operator: Operator, begin: tuple[int, ...], end: tuple[int, ...]) -> Op:
    shape = operator.shape(0)
    if any(not 0 <= first < last <= length for first, last, length in zip(begin, end, shape, strict=True)):
        raise GraphError(
            f"{operator.label}: the slice from {begin} to {end} is not inside {shape}; the file is damaged"
        )
    size = tuple(last - first for first, last in zip(begin, end, strict=True))
    if math.prod(size) != math.prod(operator.output_shape):
        raise GraphError(f"{operator.label}: a slice of {size} is not its output {operator.output_shape}")
    return operator.op((operator.inputs[0],), "SLICE", begin=begin, size=size)


def _decode_batch_matmul(operator: Operator) -> Op:
    fields = schema.BATCH_MATMUL_OPTIONS
    inputs = (operator.operand(0, "first operand"), operator.operand(1, "second operand"))
    turned = [operator.options.boolean(fields[name]) for name in ("adj_x", "adj_y")]
    return operator.op(inputs, adj_x=turned[0], adj_y=turned[1])


def _decode_fully_connected(operator: Operator) -> Op:
    fields = schema.FULLY_CONNECTED_OPTIONS
    if operator.options.int8(fields["weights_format"]):
        raise UnsupportedOpError(f"{operator.label}: shuffled weights; convert with the default weights format")
    return operator.op(
        (operator.operand(0, "input"), operator.operand(1, "weights"), operator.optional(2)),
        activation=_activation(operator, fields["activation"]),
    )


def _decode_blocks(operator: Operator) -> Op:
    """SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND; they live only until ``fold_dilation`` has seen them."""
    rank = len(operator.shape(0))
    block, margins = operator.constants(1, "block shape"), operator.constants(2, "paddings")
    if not 0 < len(block) < rank - 1 or len(margins) != 2 * len(block) or min(block) < 1 or min(margins) < 0:
        raise GraphError(f"{operator.label}: blocks {block} with margins {margins} don't fit; the file is damaged")
    pairs = tuple(zip(margins[::2], margins[1::2], strict=True))
    if math.prod(block) == 1:
        return _decode_margins(operator, pairs)
    return operator.op((operator.inputs[0],), block=block, margins=pairs)


def _decode_margins(operator: Operator, pairs: tuple[tuple[int, int], ...]) -> Op:
    """Blocks of one value each, which a dilation of 1 leaves: a padding with the zero point, or a slice."""
    shape = operator.shape(0)
    every = ((0, 0), *pairs, *((0, 0),) * (len(shape) - 1 - len(pairs)))
    if operator.kind == "BATCH_TO_SPACE_ND":
        ends = tuple(size - after for size, (_, after) in zip(shape, every, strict=True))
        return _slice(operator, tuple(before for before, _ in every), ends)
    made = tuple(size + sum(pair) for size, pair in zip(shape, every, strict=True))
    if made != operator.output_shape:
        raise GraphError(f"{operator.label}: {shape} padded by {every} is not {operator.output_shape}")
    return operator.op((operator.inputs[0],), "PAD", paddings=every, value=None)


DECODERS: Mapping[str, Callable[[Operator], Op]] = {
    "CONV_2D": _decode_convolution,
    "DEPTHWISE_CONV_2D": _decode_depthwise,
    "TRANSPOSE_CONV": _decode_transpose_convolution,
    "MAX_POOL_2D": _decode_pool,
    "AVERAGE_POOL_2D": _decode_pool,
    "ADD": _decode_arithmetic,
    "SUB": _decode_arithmetic,
    "MUL": _decode_arithmetic,
    "SQUARED_DIFFERENCE": _decode_arithmetic,
    "DIV": _decode_arithmetic,
    "POW": _decode_pair,
    "MINIMUM": _decode_pair,
    "MAXIMUM": _decode_pair,
    "PRELU": _decode_pair,
    "CONCATENATION": _decode_concatenation,
    "RESIZE_NEAREST_NEIGHBOR": _decode_resize,
    "RESIZE_BILINEAR": _decode_resize,
    "BATCH_MATMUL": _decode_batch_matmul,
    "RESHAPE": _decode_reshape,
    "SQUEEZE": _decode_reshape,
    "EXPAND_DIMS": _decode_reshape,
    "TRANSPOSE": _decode_transpose,
    "TILE": decode_tile,
    "BROADCAST_TO": decode_tile,
    "GATHER": decode_gather,
    "PAD": _decode_pad,
    "PADV2": _decode_pad,
    "SLICE": _decode_slice,
    "STRIDED_SLICE": _decode_strided_slice,
    "MEAN": decode_mean,
    "SUM": decode_mean,
    "REDUCE_MAX": decode_mean,
    "REDUCE_MIN": decode_mean,
    "ARG_MAX": decode_arg,
    "ARG_MIN": decode_arg,
    "SOFTMAX": decode_softmax,
    "LOGISTIC": decode_unary,
    "TANH": decode_unary,
    "RSQRT": decode_unary,
    "NEG": decode_unary,
    "ABS": decode_unary,
    "ELU": decode_unary,
    "EXP": decode_unary,
    "LOG": decode_unary,
    "SQRT": decode_unary,
    "CEIL": decode_unary,
    "COS": decode_unary,
    "FLOOR": decode_unary,
    "ROUND": decode_unary,
    "SIGN": decode_unary,
    "SIN": decode_unary,
    "SQUARE": decode_unary,
    "HARD_SWISH": decode_unary,
    "RELU": decode_unary,
    "RELU6": decode_unary,
    "RELU_N1_TO_1": decode_unary,
    "RELU_0_TO_1": decode_unary,
    "LEAKY_RELU": decode_leaky_relu,
    "GELU": decode_gelu,
    "FULLY_CONNECTED": _decode_fully_connected,
    "QUANTIZE": decode_unary,
    "DEQUANTIZE": decode_unary,
    **PART_DECODERS,
    "SPACE_TO_BATCH_ND": _decode_blocks,
    "BATCH_TO_SPACE_ND": _decode_blocks,
}
"""How each builtin operator of the file becomes an ``Op``."""
