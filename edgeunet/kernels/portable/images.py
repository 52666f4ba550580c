"""The portable kernels' rows for true images."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields
from edgeunet.kernels.portable.fields import REQUANTIZE, requantization_fields
from edgeunet.program.convolutions import Conv2d, Depthwise2d, Image
from edgeunet.program.parameters import Bilinear, Pool2d, Resize
from edgeunet.program.steps import Step


def _image_fields(step: Step, image: Image, *, dilation: bool) -> StructFields:
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
    fields: StructFields = {"weights": p.weights, "bias": p.bias, "in_zero_point": p.input_zero_point}
    return fields | requantization_fields(p.requantization)


def _conv_2d(step: Step) -> Arguments:
    conv = parameters(step, Conv2d)
    inputs = conv.weights.shape[3]
    groups = source(step).channels // inputs
    grouping = {"inputs": inputs, "group_outputs": step.output.channels // groups}
    return Arguments("eu_conv_2d_t", _weight_fields(conv) | _image_fields(step, conv.image, dilation=True) | grouping)


def _depthwise_2d(step: Step) -> Arguments:
    p = parameters(step, Depthwise2d)
    fields = _weight_fields(p) | _image_fields(step, p.image, dilation=True)
    return Arguments("eu_depthwise_2d_t", fields | {"repeat": p.repeat})


def _transpose_conv_2d(step: Step) -> Arguments:
    conv = parameters(step, Conv2d)
    return Arguments("eu_transpose_conv_2d_t", _weight_fields(conv) | _image_fields(step, conv.image, dilation=False))


def _pool_2d(name: str, step: Step) -> Arguments:
    pool = parameters(step, Pool2d)
    clamp = {"low": pool.low, "high": pool.high}
    return Arguments(f"{name}_t", _image_fields(step, pool.image, dilation=False) | clamp)


def _max_pool_2d(step: Step) -> Arguments:
    return _pool_2d("eu_max_pool_2d", step)


def _average_pool_2d(step: Step) -> Arguments:
    return _pool_2d("eu_average_pool_2d", step)


def _resize(step: Step) -> Arguments:
    resize, view = parameters(step, Resize), source(step)
    fields: StructFields = {
        "y": np.array(resize.rows, np.uint16),
        "x": np.array(resize.columns, np.uint16),
        "out_height": len(resize.rows),
        "out_width": len(resize.columns),
        "in_width": resize.in_width,
        "channels": view.row_bytes,
        "in_pitch": view.pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }
    return Arguments("eu_resize_t", fields)


def _resize_bilinear(step: Step) -> Arguments:
    resize, view = parameters(step, Bilinear), source(step)
    fields: StructFields = {
        "out_height": len(resize.rows[0]),
        "out_width": len(resize.columns[0]),
        "in_width": resize.in_width,
        "channels": view.channels,
        "in_pitch": view.pitch_bytes,
        "out_pitch": step.output.pitch_bytes,
    }
    for axis, places in (("y", resize.rows), ("x", resize.columns)):
        for part, values in zip(("", "_next", "_part"), places, strict=True):
            fields = {**fields, f"{axis}{part}": np.array(values, np.uint16)}
    return Arguments("eu_resize_bilinear_t", fields)


IMAGES: KernelTable = {
    "conv_2d": (Kernel("eu_conv_2d", "portable", plain, _conv_2d, REQUANTIZE),),
    "depthwise_2d": (Kernel("eu_depthwise_2d", "portable", plain, _depthwise_2d, REQUANTIZE),),
    "transpose_conv_2d": (Kernel("eu_transpose_conv_2d", "portable", plain, _transpose_conv_2d, REQUANTIZE),),
    "max_pool_2d": (Kernel("eu_max_pool_2d", "portable", plain, _max_pool_2d),),
    "average_pool_2d": (Kernel("eu_average_pool_2d", "portable", plain, _average_pool_2d),),
    "resize_bilinear": (Kernel("eu_resize_bilinear", "portable", plain, _resize_bilinear),),
    "resize": (Kernel("eu_resize", "portable", plain, _resize),),
}
"""Rows by step kind."""
