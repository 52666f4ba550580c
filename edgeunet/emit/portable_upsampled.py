"""The portable kernels' rows for windows over upsampled signals (``edgeunet.schedule.upsampled``)."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgeunet.emit.kernels import Arguments, Kernel, KernelTable, in_order
from edgeunet.emit.portable import REQUANTIZE, plain, requantization_fields, source
from edgeunet.schedule.schedule import Step


def _upsampled_fields(step: Step) -> dict[str, Any]:
    """Geometry of the phases of a window over an upsampled signal."""
    p, pitch = step.parameters, source(step).pitch_bytes
    return {
        "starts": np.array([start * pitch for start in p.starts], np.int32),
        "phases": len(p.starts),
        "bias": p.folded_bias,
        "rows": step.groups,
        "in_step": pitch,
        "tap_step": p.dilation * pitch,
        "out_step": step.output.pitch_bytes,
    } | requantization_fields(p.requantization)


def _conv_upsampled(step: Step) -> Arguments:
    weights = step.parameters.weights
    fields = {"weights": weights, "outputs": weights.shape[1], "taps": weights.shape[2], "inputs": weights.shape[3]}
    return Arguments("eu_conv_upsampled_t", fields | _upsampled_fields(step))


def _conv_sum_upsampled(step: Step) -> Arguments:
    conv, b = step.parameters, source(step, 1)
    fields = {
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
    p = step.parameters
    fields = {"weights": p.weights, "taps": p.weights.shape[1], "outputs": p.weights.shape[2], "repeat": p.repeat}
    return Arguments("eu_depthwise_upsampled_t", fields | _upsampled_fields(step))


UPSAMPLED: KernelTable = {
    kind: (Kernel(f"eu_{kind}", "portable", plain, arguments, REQUANTIZE, overlap=in_order()),)
    for kind, arguments in (
        ("conv_upsampled", _conv_upsampled),
        ("conv_sum_upsampled", _conv_sum_upsampled),
        ("depthwise_upsampled", _depthwise_upsampled),
    )
}
"""Rows by step kind."""
