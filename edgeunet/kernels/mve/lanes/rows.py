"""Rows of depthwise convolutions and those of one input channel: sixteen rows of a channel at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.kernels.mve.assembly import caller, mark
from edgeunet.kernels.mve.lanes.function import DepthwiseShape, channel_bytes, depthwise_function, depthwise_shape
from edgeunet.kernels.mve.scaling import fits, is_signed, scales
from edgeunet.program.convolutions import Conv, Depthwise, Int8Array, WeightedSum
from edgeunet.program.steps import Clearance, Step

MOST_ROWS = 1 << 16
"""Rows from which on lane numbers do not fit 16 bits."""


def _saturates(p: WeightedSum[object]) -> bool:
    """Whether narrowing alone gives the clamp."""
    low = p.requantization.low if is_signed(p) else -128
    return (low, p.requantization.high) == (-128, 127)


def has_lanes(step: Step) -> bool:
    """Whether eight lanes of 16 bits give TFLite's results, whatever they are over."""
    p = parameters(step, Conv, Depthwise)
    return plain(step) and scales(p) and _saturates(p) and fits(p.accumulator_bound)


def lanes_shape(step: Step) -> DepthwiseShape | None:
    """The function for a depthwise convolution or a convolution with one input channel; ``None`` where none does."""
    p, view = parameters(step, Conv, Depthwise), source(step)
    if not has_lanes(step):
        return None
    weights = _tap_weights(p)
    if weights is None:
        return None
    single = view.channels == 1 and weights.shape[1] > 1
    steps = lane_steps(step)
    if step.groups >= MOST_ROWS:
        return None
    return depthwise_shape(weights, -p.requantization.shifts, steps, 0 if single else 1, is_signed(p))


def lane_steps(step: Step) -> tuple[int, int, int]:
    """Bytes between rows of inputs, taps, rows of outputs."""
    p, pitch = parameters(step, Conv, Depthwise), source(step).pitch_bytes
    return p.stride * pitch, p.dilation * pitch, step.output.pitch_bytes


def _tap_weights(p: Conv | Depthwise) -> Int8Array | None:
    """``(taps, channels)``."""
    if isinstance(p, Conv):
        return np.ascontiguousarray(p.weights[:, :, 0].T) if p.weights.shape[2] == 1 else None
    channels = p.weights.shape[1]
    return p.weights if p.repeat in (1, channels) else None


def _lanes(step: Step) -> Arguments:
    shape = lanes_shape(step)
    p = parameters(step, Conv, Depthwise)
    weights = _tap_weights(p)
    assert shape is not None
    assert weights is not None
    r, bias = p.requantization, p.folded_bias
    parts = []
    for n in range(weights.shape[1]):
        parts.append(np.array([bias[n], r.multipliers[n]], "<i4").tobytes())
        parts.append(channel_bytes(shape, weights[:, n], -int(r.shifts[n])))
    stream = np.frombuffer(b"".join(parts), "<i4").astype(np.int32)
    in_step, tap_step, out_step = lane_steps(step)
    fields: StructFields = {
        "stream": stream,
        "stream_bytes": 4 * stream.size,
        "rows": step.groups,
        "in_step": in_step,
        "tap_step": tap_step,
        "out_step": out_step,
        "zero_point": r.zero_point,
    }
    loop = f"eu_lanes_{mark(shape)}"
    text = caller("eu_lanes", loop, operands=1, doubled=False)
    return Arguments("eu_lanes_t", fields, f"{loop}_run", (depthwise_function(loop, shape), text))


def in_place(step: Step, position: int) -> Clearance | None:
    """Each channel is a column, done in ascending blocks of rows that are read before they are written.

    An output whose columns are the input's may therefore replace it: what is written lies where that block or an
    earlier one was read for the last time, as a row's window begins at or after it.
    """
    view, output = source(step, position), step.output
    same_columns = (view.pitch_bytes, view.channels) == (output.pitch_bytes, output.channels)
    return Clearance(0, view.pitch_bytes) if same_columns and output.rows == step.groups else None


CONV = Kernel("eu_lanes", "mve", lambda step: lanes_shape(step) is not None, _lanes)
DEPTHWISE = replace(CONV, overlap=in_place)
