"""Convolutions as nodes: over rows where the signal is one-dimensional, over images otherwise."""

from __future__ import annotations

import numpy as np

from edgeunet.graph.ir import ABSENT, Op, Tensor
from edgeunet.lower.builder import Builder, is_row, typed_kind
from edgeunet.lower.scales import clamp_bounds, convolution_requantization
from edgeunet.program.convolutions import (
    Bias,
    Conv,
    Conv2d,
    Depthwise,
    Depthwise2d,
    Image,
    Int8Array,
    Requantization,
)
from edgeunet.program.program import WHOLE, Access


def lower_convolution(builder: Builder, op: Op) -> None:
    """CONV_2D."""
    source, weights, bias, requantization = _parts(builder, op)
    signal, output = builder.signals[source], builder.signals[builder.signal(op.outputs[0])]
    (stride_h, stride_w), (dilation_h, dilation_w) = op.attributes["stride"], op.attributes["dilation"]
    top, bottom, left, right = op.attributes["padding"]
    macs = output.rows * weights.size
    zero_point = signal.zero_point
    pointwise = weights.shape[1:3] == (1, 1) and (stride_h, stride_w) == (1, 1) and top == bottom == left == right == 0
    grouped = weights.shape[3] != signal.channels
    if grouped or not (pointwise or _over_rows(builder, op, weights.shape[1])):
        image = _image(builder, op, weights.shape[1:3])
        parameters = Conv2d(image, weights, bias, zero_point, requantization)
        builder.add(op, typed_kind("conv_2d", signal), (source,), (WHOLE,), parameters, macs=macs)
        return
    taps = weights[:, top // dilation_h if top else 0]
    macs = output.rows * taps.size
    conv = Conv(np.ascontiguousarray(taps), bias, zero_point, requantization, stride_w, dilation_w)
    kind = typed_kind("conv", signal)
    builder.add(
        op, kind, (source,), (row_access(taps.shape[1], stride_w, dilation_w, left, zero_point),), conv, macs=macs
    )


def lower_depthwise(builder: Builder, op: Op) -> None:
    """DEPTHWISE_CONV_2D."""
    source, weights, bias, requantization = _parts(builder, op)
    signal, output = builder.signals[source], builder.signals[builder.signal(op.outputs[0])]
    kernel_h, kernel_w = weights.shape[1:3]
    (_, stride_w), (dilation_h, dilation_w) = op.attributes["stride"], op.attributes["dilation"]
    top, _, left, _ = op.attributes["padding"]
    repeat, zero_point = op.attributes["depth_multiplier"], signal.zero_point
    if not _over_rows(builder, op, kernel_h):
        image = _image(builder, op, (kernel_h, kernel_w))
        parameters = Depthwise2d(image, weights[0], bias, zero_point, requantization, repeat)
        macs = output.rows * weights[0].size
        builder.add(op, typed_kind("depthwise_2d", signal), (source,), (WHOLE,), parameters, macs=macs)
        return
    taps = np.ascontiguousarray(weights[0, top // dilation_h if top else 0])
    depthwise = Depthwise(taps, bias, zero_point, requantization, repeat, stride_w, dilation_w)
    access = row_access(kernel_w, stride_w, dilation_w, left, zero_point)
    kind, macs = typed_kind("depthwise", signal), output.rows * taps.size
    builder.add(op, kind, (source,), (access,), depthwise, macs=macs)


def lower_transpose_convolution(builder: Builder, op: Op) -> None:
    """TRANSPOSE_CONV over an image; ``edgeunet.rewrite.transposed`` makes convolutions over rows of it."""
    source, weights, bias, requantization = _parts(builder, op)
    signal, output = builder.signals[source], builder.signals[builder.signal(op.outputs[0])]
    (stride_h, stride_w), (top, _, left, _) = op.attributes["stride"], op.attributes["padding"]
    image = Image(
        signal.height, signal.width, output.height, output.width, weights.shape[1], weights.shape[2],
        stride_h, stride_w, 1, 1, top, left,
    )  # fmt: skip
    parameters = Conv2d(image, weights, bias, signal.zero_point, requantization)
    kind, macs = typed_kind("transpose_conv_2d", signal), signal.rows * weights.size
    builder.add(op, kind, (source,), (WHOLE,), parameters, macs=macs)


def lower_fully_connected(builder: Builder, op: Op) -> None:
    """FULLY_CONNECTED: a 1x1 convolution over rows of as many values as the weights have."""
    source, weights, bias, requantization = _parts(builder, op)
    inputs, outputs = weights.shape[1], weights.shape[0]
    target = builder.signal(op.outputs[0])
    signal = builder.signals[source]
    rows = signal.rows * signal.channels // inputs
    shape = (1, rows, inputs)
    source = builder.reshaped(op, source, shape)
    result = target
    if builder.signals[target].channels != outputs:
        result = builder.new_signal(builder.graph.tensors[op.outputs[0]], (1, rows, outputs))
    conv = Conv(weights[:, None, :], bias, signal.zero_point, requantization)
    builder.add(op, typed_kind("conv", signal), (source,), (Access(),), conv, output=result, macs=rows * weights.size)
    if result != target:
        builder.add_reshape(op, result, target)


def row_access(kernel: int, stride: int, dilation: int, pad: int, pad_value: int | None) -> Access:
    """Access of a window of ``kernel`` taps that starts ``pad`` rows early."""
    return Access(stride, -pad, -pad + (kernel - 1) * dilation, pad_value)


def _over_rows(builder: Builder, op: Op, kernel_height: int) -> bool:
    """Whether input and output are one row high, so that one row of the weights does all the work."""
    signal, output = builder.signals[builder.signal(op.inputs[0])], builder.signals[builder.signal(op.outputs[0])]
    top, dilation = op.attributes["padding"][0], op.attributes["dilation"][0]
    return is_row(signal) and is_row(output) and top % dilation == 0 and top // dilation < kernel_height


def _image(builder: Builder, op: Op, kernel: tuple[int, ...]) -> Image:
    signal, output = builder.signals[builder.signal(op.inputs[0])], builder.signals[builder.signal(op.outputs[0])]
    (stride_h, stride_w), (dilation_h, dilation_w) = op.attributes["stride"], op.attributes["dilation"]
    top, _, left, _ = op.attributes["padding"]
    return Image(
        signal.height, signal.width, output.height, output.width, kernel[0], kernel[1],
        stride_h, stride_w, dilation_h, dilation_w, top, left,
    )  # fmt: skip


def _parts(builder: Builder, op: Op) -> tuple[int, Int8Array, Bias, Requantization]:
    """Source signal, weights, bias (zeros where absent; int64 of int16 values) and requantization of a weighted op."""
    tensors = builder.graph.tensors
    weights, output = tensors[op.inputs[1]], tensors[op.outputs[0]]
    assert weights.data is not None
    channels = weights.shape[-1] if op.kind == "DEPTHWISE_CONV_2D" else weights.shape[0]
    wide = tensors[op.inputs[0]].dtype == "int16"
    data = np.zeros(channels, np.int64)
    if op.inputs[2] != ABSENT:
        given = tensors[op.inputs[2]].data
        assert given is not None
        data = given.astype(np.int64).ravel()
    bias: Bias = data if wide else data.astype(np.int32)
    requantization = _requantization(op, tensors[op.inputs[0]], weights, output, channels)
    return builder.signal(op.inputs[0]), weights.data.astype(np.int8), bias, requantization


def _requantization(op: Op, source: Tensor, weights: Tensor, output: Tensor, channels: int) -> Requantization:
    multipliers, shifts = convolution_requantization(op.kind, source, weights, output, channels)
    low, high = clamp_bounds(op.attributes["activation"], output)
    assert output.quantization is not None
    return Requantization(multipliers, shifts, output.quantization.zero_point, low, high)
