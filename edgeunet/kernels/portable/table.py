"""The portable kernels' rows: conditions, packings, argument structs. Between them they run every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgeunet.kernels.conditions import plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, in_order
from edgeunet.program.parameters import INT32_LIMIT, Add, Conv, Conv2d, Depthwise2d, Requantization
from edgeunet.program.program import Constant
from edgeunet.program.steps import Step, View

REQUANTIZE = ("eu_requantize",)
SOFTMAX_LIMIT = 4095


def requantization_fields(r: Requantization) -> dict[str, Any]:
    """The fields that every kernel with per-channel requantization has."""
    return {
        "multiplier": r.multipliers,
        "shift": r.shifts,
        "zero_point": r.zero_point,
        "low": r.relative_low,
        "high": r.relative_high,
    }


def row_fields(step: Step) -> dict[str, Any]:
    """Geometry of a window sliding over rows."""
    view, p = source(step), step.parameters
    return {
        "rows": step.groups,
        "in_step": p.stride * view.pitch_bytes,
        "tap_step": p.dilation * view.pitch_bytes,
        "taps": p.weights.shape[1] if isinstance(p, Conv) else p.weights.shape[0],
        "out_step": step.output.pitch_bytes,
    }


def _accepts_dot_rows(step: Step) -> bool:
    """One window is one run of bytes, and no partial sum leaves int32."""
    conv, view = step.parameters, source(step)
    kernel, channels = conv.weights.shape[1], conv.weights.shape[2]
    one_run = kernel == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return plain(step) and one_run and bool((conv.accumulator_bound < INT32_LIMIT).all())


def _dot_rows(step: Step) -> Arguments:
    conv, view = step.parameters, source(step)
    outputs = conv.weights.shape[0]
    fields = {
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
    conv = step.parameters
    fields = {
        "weights": conv.weights,
        "bias": conv.folded_bias,
        "inputs": conv.weights.shape[2],
        "outputs": conv.weights.shape[0],
    }
    return Arguments("eu_conv_1d_t", fields | row_fields(step) | requantization_fields(conv.requantization))


def _conv_sum(step: Step) -> Arguments:
    conv, a, b = step.parameters, source(step, 0), source(step, 1)
    fields = {
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
    depthwise = step.parameters
    fields = {
        "weights": depthwise.weights,
        "bias": depthwise.folded_bias,
        "repeat": depthwise.repeat,
        "outputs": depthwise.weights.shape[1],
    }
    return Arguments("eu_depthwise_1d_t", fields | row_fields(step) | requantization_fields(depthwise.requantization))


def _max_pool_1d(step: Step) -> Arguments:
    pool, view = step.parameters, source(step)
    fields = {
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
    extra = {"stride": step.parameters.stride, "pad": step.parameters.pad}
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


def _pair_fields(step: Step) -> dict[str, Any]:
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
        "a_zero_point": step.parameters.zero_points[0],
        "b_zero_point": step.parameters.zero_points[1],
    }


def _two_scales(step: Step) -> dict[str, Any]:
    p = step.parameters
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
    p = step.parameters
    assert isinstance(p, Add)
    clamp = _clamp(p.out_zero_point, p.low, p.high)
    return Arguments("eu_add_t", _pair_fields(step) | _two_scales(step) | {"sign": p.sign} | clamp)


def _squared_difference(step: Step) -> Arguments:
    clamp = _clamp(step.parameters.out_zero_point)
    return Arguments("eu_squared_difference_t", _pair_fields(step) | _two_scales(step) | clamp)


def _mul(step: Step) -> Arguments:
    p = step.parameters
    fields = {"multiplier": p.multiplier, "shift": p.shift} | _clamp(p.out_zero_point, p.low, p.high)
    return Arguments("eu_mul_t", _pair_fields(step) | fields)


def _table(step: Step) -> Arguments:
    return Arguments("eu_table_t", {"table": step.parameters.values} | _rowwise(step))


def _rowwise(step: Step) -> dict[str, Any]:
    return {
        "rows": step.rows,
        "channels": step.output.channels,
        "in_pitch": source(step).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }


def _softmax(step: Step) -> Arguments:
    exponentials = step.parameters.exponentials
    return Arguments("eu_softmax_t", {"exponentials": exponentials, "entries": len(exponentials)} | _rowwise(step))


def _repeat(step: Step) -> Arguments:
    return Arguments("eu_repeat_t", _rowwise(step) | {"rows": step.groups, "factor": step.parameters.factor})


def copy_fields(step: Step) -> dict[str, Any]:
    """``outer`` blocks of ``rows`` runs of ``bytes``; runs without gaps are one."""
    copy, given = step.parameters, step.inputs[0]
    in_pitch = given.pitch_bytes if isinstance(given, View) else given.values.shape[1]
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


def _mean(step: Step) -> Arguments:
    mean, view = step.parameters, source(step)
    over_channels = mean.inner == 1 and mean.count == view.channels
    fields = {
        "outer": mean.outer,
        "count": mean.count,
        "inner": mean.inner,
        "in_jump": view.pitch_bytes if over_channels else mean.count * mean.inner,
        "in_step": mean.inner,
        "out_jump": step.output.pitch_bytes if over_channels else mean.inner,
        "in_zero_point": mean.zero_point,
        "multiplier": mean.multiplier,
        "shift": mean.shift,
    }
    return Arguments("eu_mean_t", fields | _clamp(mean.out_zero_point))


def _image_fields(step: Step, *, dilation: bool) -> dict[str, Any]:
    image, view = step.parameters.image, source(step)
    fields = {
        "in_height": image.in_height,
        "in_width": image.in_width,
        "in_channels": view.channels,
        "in_pitch": view.pitch_bytes,
        "out_height": image.out_height,
        "out_width": image.out_width,
        "outputs": step.output.channels,
        "out_pitch": step.output.pitch_bytes,
        "kernel_height": image.kernel_height,
        "kernel_width": image.kernel_width,
        "stride_height": image.stride_height,
        "stride_width": image.stride_width,
        "top": image.top,
        "left": image.left,
    }
    if dilation:
        fields |= {"dilation_height": image.dilation_height, "dilation_width": image.dilation_width}
    return fields


def _weight_fields(step: Step) -> dict[str, Any]:
    p = step.parameters
    assert isinstance(p, Conv2d | Depthwise2d)
    fields = {"weights": p.weights, "bias": p.bias, "in_zero_point": p.input_zero_point}
    return fields | requantization_fields(p.requantization)


def _conv_2d(step: Step) -> Arguments:
    inputs = step.parameters.weights.shape[3]
    groups = source(step).channels // inputs
    grouping = {"inputs": inputs, "group_outputs": step.output.channels // groups}
    return Arguments("eu_conv_2d_t", _weight_fields(step) | _image_fields(step, dilation=True) | grouping)


def _depthwise_2d(step: Step) -> Arguments:
    repeat = {"repeat": step.parameters.repeat}
    return Arguments("eu_depthwise_2d_t", _weight_fields(step) | _image_fields(step, dilation=True) | repeat)


def _transpose_conv_2d(step: Step) -> Arguments:
    return Arguments("eu_transpose_conv_2d_t", _weight_fields(step) | _image_fields(step, dilation=False))


def _pool_2d(name: str, step: Step) -> Arguments:
    clamp = {"low": step.parameters.low, "high": step.parameters.high}
    return Arguments(f"{name}_t", _image_fields(step, dilation=False) | clamp)


def _max_pool_2d(step: Step) -> Arguments:
    return _pool_2d("eu_max_pool_2d", step)


def _average_pool_2d(step: Step) -> Arguments:
    return _pool_2d("eu_average_pool_2d", step)


def _resize(step: Step) -> Arguments:
    resize, view = step.parameters, source(step)
    fields: Mapping[str, Any] = {
        "y": np.array(resize.rows, np.uint16),
        "x": np.array(resize.columns, np.uint16),
        "out_height": len(resize.rows),
        "out_width": len(resize.columns),
        "in_width": resize.in_width,
        "channels": view.channels,
        "in_pitch": view.pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }
    return Arguments("eu_resize_t", fields)


def _fill(step: Step) -> Arguments:
    return Arguments("", {})


def _softmax_fits(step: Step) -> bool:
    return plain(step) and step.output.channels <= SOFTMAX_LIMIT


PORTABLE: KernelTable = {
    "conv": (
        Kernel("eu_dot_rows", "portable", _accepts_dot_rows, _dot_rows, REQUANTIZE, overlap=in_order()),
        Kernel("eu_conv_1d", "portable", plain, _conv_1d, REQUANTIZE, overlap=in_order()),
    ),
    "conv_sum": (Kernel("eu_conv_sum", "portable", plain, _conv_sum, REQUANTIZE, overlap=in_order()),),
    "depthwise": (Kernel("eu_depthwise_1d", "portable", plain, _depthwise_1d, REQUANTIZE, overlap=in_order()),),
    "max_pool": (Kernel("eu_max_pool_1d", "portable", plain, _max_pool_1d, overlap=in_order()),),
    "average_pool": (
        Kernel("eu_average_pool_1d", "portable", plain, _average_pool_1d, positioned=True, overlap=in_order()),
    ),
    "add": (Kernel("eu_add", "portable", plain, _add, REQUANTIZE),),
    "mul": (Kernel("eu_mul", "portable", plain, _mul, REQUANTIZE),),
    "squared_difference": (Kernel("eu_squared_difference", "portable", plain, _squared_difference, REQUANTIZE),),
    "table": (Kernel("eu_table", "portable", plain, _table, overlap=in_order()),),
    "repeat": (Kernel("eu_repeat", "portable", plain, _repeat, overlap=in_order()),),
    "copy": (Kernel("eu_copy", "portable", plain, _copy),),
    "fill": (Kernel("eu_fill", "portable", plain, _fill),),
    "mean": (Kernel("eu_mean", "portable", plain, _mean, REQUANTIZE),),
    "softmax": (Kernel("eu_softmax", "portable", _softmax_fits, _softmax, overlap=in_order()),),
    "conv_2d": (Kernel("eu_conv_2d", "portable", plain, _conv_2d, REQUANTIZE),),
    "depthwise_2d": (Kernel("eu_depthwise_2d", "portable", plain, _depthwise_2d, REQUANTIZE),),
    "transpose_conv_2d": (Kernel("eu_transpose_conv_2d", "portable", plain, _transpose_conv_2d, REQUANTIZE),),
    "max_pool_2d": (Kernel("eu_max_pool_2d", "portable", plain, _max_pool_2d),),
    "average_pool_2d": (Kernel("eu_average_pool_2d", "portable", plain, _average_pool_2d),),
    "resize": (Kernel("eu_resize", "portable", plain, _resize),),
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
}
"""Per kind of step that fast cores have kernels for: the portable kernel that runs whatever one of theirs accepts."""
