"""The portable kernels' rows: conditions, packings, argument structs. Between them they run every step."""

from __future__ import annotations

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields, in_order
from edgeunet.kernels.portable.blocks import CONVOLUTION, CONVOLUTION_SUM
from edgeunet.kernels.portable.columns import DEPTHWISES
from edgeunet.kernels.portable.fields import REQUANTIZE, requantization_fields
from edgeunet.kernels.portable.images import IMAGES
from edgeunet.kernels.portable.int16_rows import fills_bytes
from edgeunet.kernels.portable.lines import ADDITION, MAX_POOL
from edgeunet.program.convolutions import (
    INT32_LIMIT,
    Conv,
    ConvSum,
    Depthwise,
)
from edgeunet.program.parameters import (
    Add,
    ArgMax,
    AveragePool,
    Copy,
    MatrixProduct,
    Maximum,
    Mean,
    Multiply,
    Pool,
    Prelu,
    Reduce,
    Repeat,
    Softmax,
    SquaredDifference,
    Table,
)
from edgeunet.program.program import Constant
from edgeunet.program.steps import Step, View

SOFTMAX_LIMIT = 4095


def row_fields(step: Step) -> StructFields:
    """Geometry of a window sliding over rows."""
    view, p = source(step), parameters(step, Conv, Depthwise)
    return {
        "rows": step.groups,
        "in_step": p.stride * view.pitch_bytes,
        "tap_step": p.dilation * view.pitch_bytes,
        "taps": p.weights.shape[1] if isinstance(p, Conv) else p.weights.shape[0],
        "out_step": step.output.pitch_bytes,
    }


def _accepts_dot_rows(step: Step) -> bool:
    """One window is one run of bytes, and no partial sum leaves int32."""
    conv, view = parameters(step, Conv), source(step)
    kernel, channels = conv.weights.shape[1], conv.weights.shape[2]
    one_run = kernel == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return plain(step) and one_run and bool((conv.accumulator_bound < INT32_LIMIT).all())


def _dot_rows(step: Step) -> Arguments:
    conv, view = parameters(step, Conv), source(step)
    outputs = conv.weights.shape[0]
    fields: StructFields = {
        "weights": conv.weights.reshape(outputs, -1),
        "bias": conv.folded_bias,
        "rows": step.groups,
        "in_step": conv.stride * view.pitch_bytes,
        "length": conv.weights[0].size,
        "out_step": step.output.pitch_bytes,
        "outputs": outputs,
    }
    return Arguments("eu_dot_rows_t", fields | requantization_fields(conv.requantization))


def _conv_1d(step: Step) -> Arguments:
    conv = parameters(step, Conv)
    fields: StructFields = {
        "weights": conv.weights,
        "bias": conv.folded_bias,
        "inputs": conv.weights.shape[2],
        "outputs": conv.weights.shape[0],
    }
    return Arguments("eu_conv_1d_t", fields | row_fields(step) | requantization_fields(conv.requantization))


def _conv_sum(step: Step) -> Arguments:
    conv, a, b = parameters(step, ConvSum), source(step, 0), source(step, 1)
    fields: StructFields = {
        "a_weights": conv.weights[0],
        "b_weights": conv.weights[1],
        "bias": conv.folded_bias,
        "rows": step.groups,
        "repeat": conv.repeat,
        "taps": conv.weights[0].shape[1],
        "a_step": conv.stride * a.pitch_bytes,
        "a_tap": conv.dilation * a.pitch_bytes,
        "a_inputs": conv.weights[0].shape[2],
        "b_step": conv.stride * b.pitch_bytes,
        "b_tap": conv.dilation * b.pitch_bytes,
        "b_inputs": conv.weights[1].shape[2],
        "out_step": step.output.pitch_bytes,
        "outputs": conv.weights[0].shape[0],
    }
    return Arguments("eu_conv_sum_t", fields | requantization_fields(conv.requantization))


def _depthwise_1d(step: Step) -> Arguments:
    depthwise = parameters(step, Depthwise)
    fields: StructFields = {
        "weights": depthwise.weights,
        "bias": depthwise.folded_bias,
        "repeat": depthwise.repeat,
        "outputs": depthwise.weights.shape[1],
    }
    return Arguments("eu_depthwise_1d_t", fields | row_fields(step) | requantization_fields(depthwise.requantization))


def _max_pool_1d(step: Step) -> Arguments:
    pool, view = parameters(step, Pool, AveragePool), source(step)
    fields: StructFields = {
        "rows": step.groups,
        "in_step": pool.stride * view.pitch_bytes,
        "pitch": view.pitch_bytes,
        "kernel": pool.kernel,
        "out_step": step.output.pitch_bytes,
        "channels": view.channels,
        "low": pool.low,
        "high": pool.high,
    }
    return Arguments("eu_max_pool_1d_t", fields)


def _average_pool_1d(step: Step) -> Arguments:
    pool = parameters(step, AveragePool)
    extra = {"stride": pool.stride, "pad": pool.pad}
    return Arguments("eu_average_pool_1d_t", {**_max_pool_1d(step).fields, **extra})


def _strides(step: Step, position: int) -> tuple[int, int]:
    """Pitch and channel step of an operand; 0 where it is repeated."""
    operand = step.inputs[position]
    if isinstance(operand, Constant):
        rows, channels = operand.values.shape
        pitch = channels
    else:
        rows, channels, pitch = operand.rows, operand.channels, operand.pitch_bytes
    return (0 if rows == 1 and step.rows > 1 else pitch), (0 if channels == 1 and step.output.channels > 1 else 1)


def _pair_rows(step: Step) -> StructFields:
    """Geometry of two operands and a result, row by row."""
    (a_pitch, a_step), (b_pitch, b_step) = _strides(step, 0), _strides(step, 1)
    return {
        "rows": step.rows,
        "channels": step.output.channels,
        "a_pitch": a_pitch,
        "a_step": a_step,
        "b_pitch": b_pitch,
        "b_step": b_step,
        "out_pitch": step.output.pitch_bytes,
    }


def _pair_fields(step: Step, zero_points: tuple[int, int]) -> StructFields:
    """The same with the operands' zero points."""
    return {**_pair_rows(step), "a_zero_point": zero_points[0], "b_zero_point": zero_points[1]}


def _two_scales(p: Add | SquaredDifference) -> StructFields:
    return {
        "left_shift": p.left_shift,
        "a_multiplier": p.multipliers[0],
        "a_shift": p.shifts[0],
        "b_multiplier": p.multipliers[1],
        "b_shift": p.shifts[1],
        "multiplier": p.out_multiplier,
        "shift": p.out_shift,
    }


def _clamp(zero_point: int, low: int = -128, high: int = 127) -> dict[str, int]:
    return {"zero_point": zero_point, "low": low - zero_point, "high": high - zero_point}


def _add(step: Step) -> Arguments:
    p = parameters(step, Add)
    clamp = _clamp(p.out_zero_point, p.low, p.high)
    return Arguments("eu_add_t", _pair_fields(step, p.zero_points) | _two_scales(p) | {"sign": p.sign} | clamp)


def _squared_difference(step: Step) -> Arguments:
    p = parameters(step, SquaredDifference)
    fields = _pair_fields(step, p.zero_points) | _two_scales(p)
    return Arguments("eu_squared_difference_t", fields | _clamp(p.out_zero_point))


def _mul(step: Step) -> Arguments:
    p = parameters(step, Multiply)
    fields = {"multiplier": p.multiplier, "shift": p.shift} | _clamp(p.out_zero_point, p.low, p.high)
    return Arguments("eu_mul_t", _pair_fields(step, p.zero_points) | fields)


def _maximum(step: Step) -> Arguments:
    return Arguments("eu_maximum_t", _pair_rows(step) | _flip(parameters(step, Maximum).smaller))


def _prelu(step: Step) -> Arguments:
    p = parameters(step, Prelu)
    factors = {
        "multiplier": p.multipliers[0],
        "shift": p.shifts[0],
        "below_multiplier": p.multipliers[1],
        "below_shift": p.shifts[1],
    }
    return Arguments("eu_prelu_t", _pair_fields(step, p.zero_points) | factors | _clamp(p.out_zero_point))


def _table(step: Step) -> Arguments:
    return Arguments("eu_table_t", {"table": parameters(step, Table).values} | _rowwise(step))


def _rowwise(step: Step) -> StructFields:
    return {
        "rows": step.rows,
        "channels": step.output.row_bytes,
        "in_pitch": source(step).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }


def _softmax(step: Step) -> Arguments:
    exponentials = parameters(step, Softmax).exponentials
    fields: StructFields = {"exponentials": exponentials, "entries": len(exponentials)}
    return Arguments("eu_softmax_t", fields | _rowwise(step))


def _repeat(step: Step) -> Arguments:
    return Arguments("eu_repeat_t", _rowwise(step) | {"rows": step.groups, "factor": parameters(step, Repeat).factor})


def copy_fields(step: Step) -> dict[str, int]:
    """``outer`` blocks of ``rows`` runs of ``bytes``; runs without gaps are one."""
    copy, given = parameters(step, Copy), step.inputs[0]
    in_pitch = given.pitch_bytes if isinstance(given, View) else given.values.itemsize * given.values.shape[1]
    fields = {
        "outer": copy.outer,
        "rows": copy.rows,
        "bytes": copy.run_bytes,
        "in_pitch": in_pitch if copy.in_pitch is None else copy.in_pitch,
        "in_jump": copy.in_jump,
        "out_pitch": step.output.pitch_bytes if copy.out_pitch is None else copy.out_pitch,
        "out_jump": copy.out_jump,
    }
    if fields["in_pitch"] == fields["out_pitch"] == copy.run_bytes:
        fields |= {"rows": 1, "bytes": copy.rows * copy.run_bytes}
    return fields


def _copy(step: Step) -> Arguments:
    return Arguments("eu_copy_t", copy_fields(step))


def _middle_axis(step: Step) -> StructFields:
    """Geometry of what runs over the middle axis of three."""
    p, view = parameters(step, Mean, Reduce), source(step)
    over_channels = p.inner == 1 and p.count == view.channels
    return {
        "outer": p.outer,
        "count": p.count,
        "inner": p.inner,
        "in_jump": view.pitch_bytes if over_channels else p.count * p.inner,
        "in_step": p.inner,
        "out_jump": step.output.pitch_bytes if over_channels else p.inner,
    }


def _mean(step: Step) -> Arguments:
    mean = parameters(step, Mean)
    fields = {"in_zero_point": mean.zero_point, "multiplier": mean.multiplier, "shift": mean.shift}
    return Arguments("eu_mean_t", _middle_axis(step) | fields | _clamp(mean.out_zero_point))


def _batch_matmul(step: Step) -> Arguments:
    p = parameters(step, MatrixProduct)
    (a_row, a_step), (b_column, b_step) = (p.depth, 1), (1, p.columns)
    if p.transposed[0]:
        a_row, a_step = 1, p.rows
    if p.transposed[1]:
        b_column, b_step = p.depth, 1
    fields: StructFields = {
        "batches": p.batches,
        "rows": p.rows,
        "depth": p.depth,
        "columns": p.columns,
        "a_row": a_row,
        "a_step": a_step,
        "b_column": b_column,
        "b_step": b_step,
        "a_zero_point": p.zero_points[0],
        "b_zero_point": p.zero_points[1],
        "multiplier": p.multiplier,
        "shift": p.shift,
    }
    return Arguments("eu_batch_matmul_t", fields | _clamp(p.out_zero_point))


def _flip(smaller: bool) -> StructFields:
    """What turns the order around."""
    return {"flip": -1 if smaller else 0}


def _reduce_max(step: Step) -> Arguments:
    return Arguments("eu_reduce_max_t", _middle_axis(step) | _flip(parameters(step, Reduce).smaller))


def _arg_max(step: Step) -> Arguments:
    fields = _rowwise(step) | {"channels": source(step).channels}
    return Arguments("eu_arg_max_t", fields | _flip(parameters(step, ArgMax).smaller))


def _fill(step: Step) -> Arguments:
    return Arguments("", {})


def _softmax_fits(step: Step) -> bool:
    return plain(step) and step.output.channels <= SOFTMAX_LIMIT


PORTABLE: KernelTable = {
    "conv": (
        CONVOLUTION,
        Kernel("eu_dot_rows", "portable", _accepts_dot_rows, _dot_rows, REQUANTIZE, overlap=in_order()),
        Kernel("eu_conv_1d", "portable", plain, _conv_1d, REQUANTIZE, overlap=in_order()),
    ),
    "conv_sum": (
        CONVOLUTION_SUM,
        Kernel("eu_conv_sum", "portable", plain, _conv_sum, REQUANTIZE, overlap=in_order()),
    ),
    "depthwise": (
        *DEPTHWISES,
        Kernel("eu_depthwise_1d", "portable", plain, _depthwise_1d, REQUANTIZE, overlap=in_order()),
    ),
    "max_pool": (MAX_POOL, Kernel("eu_max_pool_1d", "portable", plain, _max_pool_1d, overlap=in_order())),
    "average_pool": (
        Kernel("eu_average_pool_1d", "portable", plain, _average_pool_1d, positioned=True, overlap=in_order()),
    ),
    "add": (ADDITION, Kernel("eu_add", "portable", plain, _add, REQUANTIZE)),
    "mul": (Kernel("eu_mul", "portable", plain, _mul, REQUANTIZE),),
    "squared_difference": (Kernel("eu_squared_difference", "portable", plain, _squared_difference, REQUANTIZE),),
    "maximum": (Kernel("eu_maximum", "portable", plain, _maximum),),
    "prelu": (Kernel("eu_prelu", "portable", plain, _prelu, REQUANTIZE),),
    "table": (Kernel("eu_table", "portable", plain, _table, overlap=in_order()),),
    "repeat": (Kernel("eu_repeat", "portable", plain, _repeat, overlap=in_order()),),
    "copy": (Kernel("eu_copy", "portable", plain, _copy),),
    "fill": (Kernel("eu_fill", "portable", fills_bytes, _fill),),
    "mean": (Kernel("eu_mean", "portable", plain, _mean, REQUANTIZE),),
    "batch_matmul": (Kernel("eu_batch_matmul", "portable", plain, _batch_matmul, REQUANTIZE),),
    "reduce_max": (Kernel("eu_reduce_max", "portable", plain, _reduce_max),),
    "arg_max": (Kernel("eu_arg_max", "portable", plain, _arg_max),),
    "softmax": (Kernel("eu_softmax", "portable", _softmax_fits, _softmax, overlap=in_order()),),
    **IMAGES,
}
"""Rows of the portable kernels by step kind, most wanted first."""

TWINS = {
    "conv": "eu_conv_1d",
    "conv_sum": "eu_conv_sum",
    "depthwise": "eu_depthwise_1d",
    "depthwise_upsampled": "eu_depthwise_upsampled",
    "max_pool": "eu_max_pool_1d",
    "add": "eu_add",
    "copy": "eu_copy",
    "repeat": "eu_repeat",
    "conv_2d": "eu_conv_2d",
    "transpose_conv_2d": "eu_transpose_conv_2d",
    "depthwise_2d": "eu_depthwise_2d",
}
"""Per kind of step that fast cores have kernels for: the portable kernel that runs whatever one of theirs accepts."""
