"""The portable kernels' rows of steps that compute in int16, or come from it or go to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import reduced_multiplier
from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields, in_order
from edgeunet.program.convolutions import (
    INT32_LIMIT,
    Conv,
    Conv2d,
    Depthwise,
    Depthwise2d,
    Image,
    Requantization,
)
from edgeunet.program.parameters import (
    Add,
    AveragePool,
    Curve,
    Fill,
    Mean,
    Multiply,
    Pool,
    Pool2d,
    Rescale,
    WideSoftmax,
)
from edgeunet.program.program import Constant
from edgeunet.program.steps import Step

CLAMP = ("eu_clamp_int16",)
SUMS = ("eu_requantize_int16", *CLAMP)
TWICE = ("eu_rescaled_int16", *CLAMP)
RIGHT = 15
"""Fraction bits of a reduced multiplier."""


def reduced(r: Requantization) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Multipliers of 15 bits and shifts to the right, per channel."""
    return reduced_multiplier(r.multipliers).astype(np.int16), (RIGHT - r.shifts.astype(np.int64)).astype(np.int8)


def sum_fields(r: Requantization) -> StructFields:
    """The fields that every kernel with weights has."""
    multiplier, right = reduced(r)
    return {"multiplier": multiplier, "right": right, "low": r.low, "high": r.high}


def fits_int32(step: Step) -> bool:
    """Whether no partial sum of the layer can leave int32."""
    return bool((parameters(step, Conv, Depthwise).accumulator_bound < INT32_LIMIT).all())


def _sums_in_int32(step: Step) -> bool:
    return plain(step) and fits_int32(step)


def _rows(step: Step, name: str) -> Arguments:
    """A window that slides over rows: a convolution, or a depthwise one, by ``name``."""
    p, view = parameters(step, Conv, Depthwise), source(step)
    bias = p.bias.astype(np.int32) if fits_int32(step) else p.bias
    fields: StructFields = {"weights": p.weights, "bias": bias, "rows": step.groups}
    fields |= {
        "in_step": p.stride * view.pitch_bytes,
        "tap_step": p.dilation * view.pitch_bytes,
        "out_step": step.output.pitch_bytes,
    }
    if isinstance(p, Conv):
        outputs, taps, inputs = p.weights.shape
        fields |= {"taps": taps, "inputs": inputs, "outputs": outputs}
    else:
        taps, outputs = p.weights.shape
        fields |= {"taps": taps, "repeat": p.repeat, "outputs": outputs}
    return Arguments(f"{name}_t", fields | sum_fields(p.requantization))


def _windows(name: str) -> tuple[Kernel, Kernel]:
    """The kernel that sums in int32 and the one that sums in int64."""
    return (
        Kernel(name, "portable", _sums_in_int32, lambda step: _rows(step, name), SUMS, overlap=in_order()),
        Kernel(f"{name}_long", "portable", plain, lambda step: _rows(step, f"{name}_long"), SUMS, overlap=in_order()),
    )


def _max_pool(step: Step) -> Arguments:
    return Arguments("eu_max_pool_int16_t", _pool_fields(step))


def _average_pool(step: Step) -> Arguments:
    pool = parameters(step, AveragePool)
    return Arguments("eu_average_pool_int16_t", _pool_fields(step) | {"stride": pool.stride, "pad": pool.pad})


def _pool_fields(step: Step) -> StructFields:
    pool, view = parameters(step, Pool, AveragePool), source(step)
    return {
        "rows": step.groups,
        "in_step": pool.stride * view.pitch_bytes,
        "pitch": view.pitch_bytes,
        "kernel": pool.kernel,
        "out_step": step.output.pitch_bytes,
        "channels": view.channels,
        "low": pool.low,
        "high": pool.high,
    }


def _strides(step: Step, position: int) -> tuple[int, int]:
    """Pitch in bytes and channel step in values of an operand; 0 where it is repeated."""
    operand = step.inputs[position]
    if isinstance(operand, Constant):
        rows, channels = operand.values.shape
        pitch = channels * operand.values.itemsize
    else:
        rows, channels, pitch = operand.rows, operand.channels, operand.pitch_bytes
    return (0 if rows == 1 and step.rows > 1 else pitch), (0 if channels == 1 and step.output.channels > 1 else 1)


def _pair_fields(step: Step) -> StructFields:
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


def _add(step: Step) -> Arguments:
    p = parameters(step, Add)
    fields: StructFields = {
        "left_shift": p.left_shift,
        "sign": p.sign,
        "a_multiplier": p.multipliers[0],
        "a_shift": p.shifts[0],
        "b_multiplier": p.multipliers[1],
        "b_shift": p.shifts[1],
        "multiplier": p.out_multiplier,
        "shift": p.out_shift,
        "low": p.low,
        "high": p.high,
    }
    return Arguments("eu_add_int16_t", _pair_fields(step) | fields)


def _mul(step: Step) -> Arguments:
    p = parameters(step, Multiply)
    fields: StructFields = {"multiplier": p.multiplier, "shift": p.shift, "low": p.low, "high": p.high}
    return Arguments("eu_mul_int16_t", _pair_fields(step) | fields)


def _mean(step: Step) -> Arguments:
    mean, view = parameters(step, Mean), source(step)
    over_channels = mean.inner == 1 and mean.count == view.channels
    size = view.element_bytes
    fields: StructFields = {
        "outer": mean.outer,
        "count": mean.count,
        "inner": mean.inner,
        "in_jump": view.pitch_bytes if over_channels else mean.count * mean.inner * size,
        "in_step": mean.inner * size,
        "out_jump": step.output.pitch_bytes if over_channels else mean.inner * size,
        "multiplier": mean.multiplier,
        "shift": mean.shift,
        "low": -(1 << 15),
        "high": (1 << 15) - 1,
    }
    return Arguments("eu_mean_int16_t", fields)


def _rowwise(step: Step) -> StructFields:
    return {
        "rows": step.rows,
        "channels": step.output.channels,
        "in_pitch": source(step).pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }


def _curve(name: str) -> Kernel:
    def arguments(step: Step) -> Arguments:
        p = parameters(step, Curve)
        fields: StructFields = {"samples": p.samples, "multiplier": p.multiplier, "right": p.right}
        return Arguments(f"{name}_t", fields | _rowwise(step))

    return Kernel(name, "portable", plain, arguments, overlap=in_order())


def _softmax(step: Step) -> Arguments:
    p = parameters(step, WideSoftmax)
    fields: StructFields = {"exponentials": p.exponentials, "reciprocals": p.reciprocals}
    return Arguments("eu_softmax_int16_t", fields | {"multiplier": p.multiplier, "shift": p.shift} | _rowwise(step))


def _rescale(name: str) -> Kernel:
    def arguments(step: Step) -> Arguments:
        p = parameters(step, Rescale)
        fields: StructFields = {
            "in_zero_point": p.in_zero_point,
            "multiplier": p.multiplier,
            "shift": p.shift,
            "below_multiplier": p.below_multiplier,
            "below_shift": p.below_shift,
            "sign": p.sign,
            "zero_point": p.zero_point,
            "low": p.low - p.zero_point,
            "high": p.high - p.zero_point,
        }
        return Arguments(f"{name}_t", _rowwise(step) | fields)

    return Kernel(name, "portable", plain, arguments, TWICE[:1], overlap=in_order())


def _image_fields(step: Step, image: Image, *, dilation: bool = False) -> StructFields:
    view = source(step)
    fields: StructFields = {
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


def _weight_fields(p: Conv2d | Depthwise2d) -> StructFields:
    fields: StructFields = {"weights": p.weights, "bias": p.bias}
    return fields | sum_fields(p.requantization)


def _conv_2d(step: Step) -> Arguments:
    conv = parameters(step, Conv2d)
    inputs = conv.weights.shape[3]
    grouping = {"inputs": inputs, "group_outputs": step.output.channels * inputs // source(step).channels}
    fields = _weight_fields(conv) | _image_fields(step, conv.image, dilation=True)
    return Arguments("eu_conv_2d_int16_t", fields | grouping)


def _depthwise_2d(step: Step) -> Arguments:
    p = parameters(step, Depthwise2d)
    fields = _weight_fields(p) | _image_fields(step, p.image, dilation=True)
    return Arguments("eu_depthwise_2d_int16_t", fields | {"repeat": p.repeat})


def _transpose_conv_2d(step: Step) -> Arguments:
    conv = parameters(step, Conv2d)
    return Arguments("eu_transpose_conv_2d_int16_t", _weight_fields(conv) | _image_fields(step, conv.image))


def _pool_2d(name: str, requires: tuple[str, ...] = ()) -> Kernel:
    def arguments(step: Step) -> Arguments:
        pool = parameters(step, Pool2d)
        return Arguments(f"{name}_t", _image_fields(step, pool.image) | {"low": pool.low, "high": pool.high})

    return Kernel(name, "portable", plain, arguments, requires)


def fills_bytes(step: Step) -> bool:
    """Whether every byte of the value that a fill writes is the same."""
    return plain(step) and (step.output.element_bytes == 1 or parameters(step, Fill).value == 0)


def _fill(step: Step) -> Arguments:
    return Arguments("", {})


AVERAGE = Kernel("eu_average_pool_int16", "portable", plain, _average_pool, CLAMP, positioned=True, overlap=in_order())

INT16: KernelTable = {
    "fill": (Kernel("eu_fill_int16", "portable", plain, _fill),),
    "conv_int16": _windows("eu_conv_int16"),
    "depthwise_int16": _windows("eu_depthwise_int16"),
    "max_pool_int16": (Kernel("eu_max_pool_int16", "portable", plain, _max_pool, overlap=in_order()),),
    "average_pool_int16": (AVERAGE,),
    "add_int16": (Kernel("eu_add_int16", "portable", plain, _add, TWICE),),
    "mul_int16": (Kernel("eu_mul_int16", "portable", plain, _mul, TWICE),),
    "mean_int16": (Kernel("eu_mean_int16", "portable", plain, _mean, TWICE),),
    "logistic_int16": (_curve("eu_logistic_int16"),),
    "tanh_int16": (_curve("eu_tanh_int16"),),
    "softmax_int16": (Kernel("eu_softmax_int16", "portable", plain, _softmax, TWICE, overlap=in_order()),),
    "rescale_int16": (_rescale("eu_rescale_int16"),),
    "rescale_widen": (_rescale("eu_rescale_widen"),),
    "rescale_narrow": (_rescale("eu_rescale_narrow"),),
    "conv_2d_int16": (Kernel("eu_conv_2d_int16", "portable", plain, _conv_2d, SUMS),),
    "depthwise_2d_int16": (Kernel("eu_depthwise_2d_int16", "portable", plain, _depthwise_2d, SUMS),),
    "transpose_conv_2d_int16": (Kernel("eu_transpose_conv_2d_int16", "portable", plain, _transpose_conv_2d, SUMS),),
    "max_pool_2d_int16": (_pool_2d("eu_max_pool_2d_int16"),),
    "average_pool_2d_int16": (_pool_2d("eu_average_pool_2d_int16", CLAMP),),
}
"""Rows by step kind, most wanted first."""

INT16_TWINS = {
    "conv_int16": "eu_conv_int16",
    "depthwise_int16": "eu_depthwise_int16",
    "add_int16": "eu_add_int16",
    "max_pool_int16": "eu_max_pool_int16",
    "rescale_int16": "eu_rescale_int16",
}
"""As ``TWINS`` of ``table``: per kind of step the portable kernel that runs what those of fast cores accept."""
