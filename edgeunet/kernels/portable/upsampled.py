"""The portable kernels' rows for windows over upsampled signals (``edgeunet.rewrite.upsampled``)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, StructFields, in_order
from edgeunet.kernels.portable.fields import REQUANTIZE, requantization_fields
from edgeunet.program.convolutions import INT32_LIMIT, ConvUpsampled, DepthwiseUpsampled
from edgeunet.program.program import Node
from edgeunet.program.steps import Step


def _upsampled_fields(step: Step) -> StructFields:
    """Geometry of the phases of a window over an upsampled signal."""
    p, pitch = parameters(step, ConvUpsampled, DepthwiseUpsampled), source(step).pitch_bytes
    fields: StructFields = {
        "starts": np.array([start * pitch for start in p.starts], np.int32),
        "phases": len(p.starts),
        "bias": p.folded_bias,
        "rows": step.groups,
        "in_step": pitch,
        "tap_step": p.dilation * pitch,
        "out_step": step.output.pitch_bytes,
    }
    return fields | requantization_fields(p.requantization)


def _conv_upsampled(step: Step) -> Arguments:
    weights = parameters(step, ConvUpsampled).weights
    _, outputs, taps, inputs = weights.shape
    fields: StructFields = {"weights": weights, "outputs": outputs, "taps": taps, "inputs": inputs}
    return Arguments("eu_conv_upsampled_t", fields | _upsampled_fields(step))


def _accepts_dot(step: Step) -> bool:
    """One window is one run of bytes, and no partial sum leaves int32."""
    conv, view = parameters(step, ConvUpsampled), source(step)
    taps, channels = conv.weights.shape[2:]
    one_run = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return plain(step) and one_run and bool((conv.accumulator_bound < INT32_LIMIT).all())


def _dot_upsampled(step: Step) -> Arguments:
    weights = parameters(step, ConvUpsampled).weights
    fields: StructFields = {"weights": weights, "outputs": weights.shape[1], "length": weights[0, 0].size}
    fields |= _upsampled_fields(step)
    del fields["tap_step"]
    return Arguments("eu_dot_upsampled_t", fields)


def _conv_sum_upsampled(step: Step) -> Arguments:
    conv, b = parameters(step, ConvUpsampled), source(step, 1)
    assert conv.other is not None
    fields: StructFields = {
        "a_weights": conv.weights,
        "b_weights": conv.other,
        "outputs": conv.weights.shape[1],
        "a_taps": conv.weights.shape[2],
        "a_inputs": conv.weights.shape[3],
        "b_step": conv.other_stride * b.pitch_bytes,
        "b_tap": conv.other_dilation * b.pitch_bytes,
        "b_taps": conv.other.shape[1],
        "b_inputs": conv.other.shape[2],
    } | _upsampled_fields(step)
    fields["a_step"], fields["a_tap"] = fields.pop("in_step"), fields.pop("tap_step")
    return Arguments("eu_conv_sum_upsampled_t", fields)


def _depthwise_upsampled(step: Step) -> Arguments:
    p = parameters(step, DepthwiseUpsampled)
    _, taps, outputs = p.weights.shape
    fields: StructFields = {"weights": p.weights, "taps": taps, "outputs": outputs, "repeat": p.repeat}
    return Arguments("eu_depthwise_upsampled_t", fields | _upsampled_fields(step))


FEWEST_SAVED_TAPS = 3
"""Taps per output that a depthwise window must save: fewer do not make up for finding each phase's."""


def saves(node: Node) -> bool:
    """Whether a window over an upsampled signal takes fewer instructions at the low rate (measured on a Cortex-M4)."""
    p = node.parameters
    if not isinstance(p, DepthwiseUpsampled):
        return True
    return p.window is None or len(p.window) - p.weights.shape[1] >= FEWEST_SAVED_TAPS


def _row(function: str, accepts: Callable[[Step], bool], arguments: Callable[[Step], Arguments]) -> Kernel:
    return Kernel(function, "portable", accepts, arguments, REQUANTIZE, overlap=in_order())


UPSAMPLED: KernelTable = {
    "conv_upsampled": (
        _row("eu_dot_upsampled", _accepts_dot, _dot_upsampled),
        _row("eu_conv_upsampled", plain, _conv_upsampled),
    ),
    "conv_sum_upsampled": (_row("eu_conv_sum_upsampled", plain, _conv_sum_upsampled),),
    "depthwise_upsampled": (_row("eu_depthwise_upsampled", plain, _depthwise_upsampled),),
}
"""Rows by step kind."""
