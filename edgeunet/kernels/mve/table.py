"""Rows of the Helium kernels for Cortex-M55 and M85; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from edgeunet.kernels.conditions import plain, source
from edgeunet.kernels.exact import one_input, straight_add
from edgeunet.kernels.kernel import Arguments, Kernel, KernelTable, in_order
from edgeunet.kernels.mve.channels.function import ChannelsShape, channels_function, channels_shape, channels_stream
from edgeunet.kernels.mve.channels.function import instructions as channel_instructions
from edgeunet.kernels.mve.columns import rows as column_rows
from edgeunet.kernels.mve.lanes.function import DepthwiseShape, channel_bytes, depthwise_function, depthwise_shape
from edgeunet.kernels.mve.lanes.function import instructions as lane_instructions
from edgeunet.kernels.mve.lines.function import LONGEST_STEP, ROUNDING, LineShape, line_function
from edgeunet.kernels.mve.quads import rows as helium_quads
from edgeunet.kernels.mve.runs import function as helium_runs
from edgeunet.kernels.mve.scaling import fits, is_signed, scales
from edgeunet.kernels.mve.vectors import LANES
from edgeunet.kernels.portable.table import copy_fields
from edgeunet.program.parameters import INT32_LIMIT, Conv, Depthwise, Int8Array
from edgeunet.program.steps import Clearance, Step, View

MOST_ROWS = 1 << 16
"""Rows from which on lane numbers do not fit 16 bits."""


def _saturates(p: Any) -> bool:
    """Whether narrowing alone gives the clamp."""
    low = p.requantization.low if is_signed(p) else -128
    return (low, p.requantization.high) == (-128, 127)


def _mark(shape: DepthwiseShape | ChannelsShape | LineShape) -> str:
    """A short name for a shape."""
    return hashlib.sha256(repr(shape).encode()).hexdigest()[:6]


def _lanes_shape(step: Step) -> DepthwiseShape | None:
    """The function for a depthwise convolution or a convolution with one input channel; ``None`` where none does."""
    p, view = step.parameters, source(step)
    if not plain(step) or not scales(p) or not _saturates(p) or not fits(p.accumulator_bound):
        return None
    weights = _tap_weights(p)
    if weights is None:
        return None
    single = view.channels == 1 and weights.shape[1] > 1
    steps = _lane_steps(step)
    if step.groups >= MOST_ROWS:
        return None
    return depthwise_shape(weights, -p.requantization.shifts, steps, 0 if single else 1, is_signed(p))


def _lane_steps(step: Step) -> tuple[int, int, int]:
    """Bytes between rows of inputs, taps, rows of outputs."""
    p, pitch = step.parameters, source(step).pitch_bytes
    return p.stride * pitch, p.dilation * pitch, step.output.pitch_bytes


def _tap_weights(p: Any) -> Int8Array | None:
    """``(taps, channels)``."""
    if isinstance(p, Conv):
        return np.ascontiguousarray(p.weights[:, :, 0].T) if p.weights.shape[2] == 1 else None
    channels = p.weights.shape[1]
    return p.weights if p.repeat in (1, channels) else None


def _lanes(step: Step) -> Arguments:
    shape = _lanes_shape(step)
    weights = _tap_weights(step.parameters)
    assert shape is not None
    assert weights is not None
    r, bias = step.parameters.requantization, step.parameters.folded_bias
    parts = []
    for n in range(weights.shape[1]):
        parts.append(np.array([bias[n], r.multipliers[n]], "<i4").tobytes())
        parts.append(channel_bytes(shape, weights[:, n], -int(r.shifts[n])))
    stream = np.frombuffer(b"".join(parts), "<i4").astype(np.int32)
    in_step, tap_step, out_step = _lane_steps(step)
    fields = {
        "stream": stream,
        "stream_bytes": 4 * stream.size,
        "rows": step.groups,
        "in_step": in_step,
        "tap_step": tap_step,
        "out_step": out_step,
        "zero_point": r.zero_point,
    }
    loop = f"eu_lanes_{_mark(shape)}"
    text = (
        f"static void {loop}_run(const int8_t *in, int8_t *out, const eu_lanes_t *p)\n"
        f"{{\n    eu_lanes(in, out, p, {loop});\n}}\n"
    )
    return Arguments("eu_lanes_t", fields, f"{loop}_run", (depthwise_function(loop, shape), text))


def _channels_shape(step: Step) -> ChannelsShape | None:
    """The function for a depthwise convolution of so few rows that lanes over channels take fewer instructions."""
    p = step.parameters
    if _lanes_shape(step) is None or p.repeat != 1 or not isinstance(step.parameters, Depthwise):
        return None
    channels, rows = step.output.channels, step.groups
    if channel_instructions(channels, rows) >= lane_instructions(channels, rows):
        return None
    return channels_shape(p.weights, -p.requantization.shifts, is_signed(p))


def _channels(step: Step) -> Arguments:
    shape, p, r = _channels_shape(step), step.parameters, step.parameters.requantization
    assert shape is not None
    in_step, tap_step, out_step = _lane_steps(step)
    fields: dict[str, Any] = {
        "stream": channels_stream(shape, p.weights, p.folded_bias, r.multipliers, -r.shifts),
        "channels": step.output.channels,
        "rows": step.groups,
        "in_step": in_step,
        "tap_step": tap_step,
        "out_step": out_step,
        "zero_point": r.zero_point,
    }
    name = f"eu_channel_lanes_{_mark(shape)}"
    return Arguments("eu_channel_lanes_t", fields, name, (channels_function(name, shape),))


def _accepts_lines(step: Step) -> bool:
    """One input channel without gaps, and a straight line that is exact for every output channel."""
    conv, view = step.parameters, source(step)
    single = plain(step) and conv.weights.shape[1:] == (1, 1) and conv.stride * view.pitch_bytes == 1
    return single and step.output.pitch_bytes <= LONGEST_STEP and None not in one_input.fit_channels(conv)


def _lines(step: Step) -> Arguments:
    r = step.parameters.requantization
    shape = LineShape(r.low, r.high)
    made = [line for line in one_input.fit_channels(step.parameters) if line is not None]
    offsets = [line.offset + (r.low << one_input.SHIFT) - ROUNDING for line in made]
    fields: dict[str, Any] = {
        "stream": np.array([[line.slope for line in made], offsets], np.int32).T.reshape(-1),
        "channels": step.output.channels,
        "rows": step.groups,
        "out_step": step.output.pitch_bytes,
    }
    name = f"eu_lines_{_mark(shape)}"
    return Arguments("eu_lines_t", fields, name, (line_function(name, shape),))


def _accepts_add(step: Step) -> bool:
    """Two signals of the output's shape, and a straight line that is exact."""
    views = [view for view in (*step.inputs, step.output) if isinstance(view, View)]
    shapes = {(view.rows, view.channels) for view in views}
    return plain(step) and len(views) == 3 and len(shapes) == 1 and _line(step) is not None


def _line(step: Step) -> straight_add.StraightAdd | None:
    """The straight line whose offset makes up for the two rounding shifts of ``eu_add_lanes``."""
    line = straight_add.fit(step.parameters)
    if line is None:
        return None
    line = replace(line, offset=line.offset - (1 << 15) - (1 << 19))
    largest = 128 * (abs(line.a_slope) + abs(line.b_slope)) + abs(line.offset)
    return line if largest < INT32_LIMIT else None


def _add(step: Step) -> Arguments:
    line = _line(step)
    assert line is not None
    a, b, out = source(step, 0), source(step, 1), step.output
    dense = all(view.pitch_bytes == view.channels for view in (a, b, out))
    fields = {
        "rows": 1 if dense else step.rows,
        "channels": step.rows * out.channels if dense else out.channels,
        "a_pitch": a.pitch_bytes,
        "b_pitch": b.pitch_bytes,
        "out_pitch": out.pitch_bytes,
        "a_slope": line.a_slope,
        "b_slope": line.b_slope,
        "rounded_offset": line.offset,
    }
    return Arguments("eu_add_lanes_t", fields)


def _accepts_max_pool(step: Step) -> bool:
    pool = step.parameters
    return plain(step) and pool.kernel in (2, 3) and (pool.low, pool.high) == (-128, 127)


def _max_pool(step: Step) -> Arguments:
    view = source(step)
    fields = {
        "rows": step.groups,
        "in_step": step.parameters.stride * view.pitch_bytes,
        "pitch": view.pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "channels": step.output.channels,
        "kernel": step.parameters.kernel,
    }
    return Arguments("eu_max_lanes_t", fields)


def _accepts_copy(step: Step) -> bool:
    """Anything but nothing."""
    fields = copy_fields(step)
    return plain(step) and min(fields["outer"], fields["rows"], fields["bytes"]) >= 1


def _copies(step: Step) -> Arguments:
    return Arguments("eu_copy_lanes_t", copy_fields(step))


def _repeats(step: Step) -> Arguments:
    """Blocks of one row of inputs, copied ``factor`` times."""
    view, factor, pitch = source(step), step.parameters.factor, step.output.pitch_bytes
    fields = {
        "outer": step.groups,
        "rows": factor,
        "bytes": view.channels,
        "in_pitch": 0,
        "in_jump": view.pitch_bytes,
        "out_pitch": pitch,
        "out_jump": factor * pitch,
    }
    return Arguments("eu_copy_lanes_t", fields)


def _in_place(step: Step, position: int) -> Clearance | None:
    """Each channel is a column, done in ascending blocks of rows that are read before they are written.

    An output whose columns are the input's may therefore replace it: what is written lies where that block or an
    earlier one was read for the last time, as a row's window begins at or after it.
    """
    view, output = source(step, position), step.output
    same_columns = (view.pitch_bytes, view.channels) == (output.pitch_bytes, output.channels)
    return Clearance(0, view.pitch_bytes) if same_columns and output.rows == step.groups else None


def _max_overlap(step: Step, position: int) -> Clearance | None:
    """Rows go in ascending order where sixteen lanes hold all channels."""
    return in_order()(step, position) if step.output.channels <= LANES else None


MVE: KernelTable = {
    "conv": (
        Kernel("eu_lines", "mve", _accepts_lines, _lines),
        Kernel("eu_lanes", "mve", lambda step: _lanes_shape(step) is not None, _lanes),
        column_rows.COLUMNS_IN_STREAMS,
        column_rows.COLUMNS,
        helium_quads.BLOCKS,
        helium_quads.CONV_IN_STREAMS,
        helium_quads.CONV,
        helium_runs.RUNS,
    ),
    "conv_sum": (
        column_rows.COLUMNS_IN_STREAMS,
        column_rows.COLUMNS,
        helium_quads.CONV_SUM_IN_STREAMS,
        helium_quads.CONV_SUM,
        helium_runs.RUNS,
    ),
    "depthwise": (
        Kernel("eu_channel_lanes", "mve", lambda s: _channels_shape(s) is not None, _channels, overlap=_in_place),
        Kernel("eu_lanes", "mve", lambda step: _lanes_shape(step) is not None, _lanes, overlap=_in_place),
    ),
    "add": (Kernel("eu_add_lanes", "mve", _accepts_add, _add, overlap=in_order()),),
    "max_pool": (Kernel("eu_max_lanes", "mve", _accepts_max_pool, _max_pool, overlap=_max_overlap),),
    "copy": (Kernel("eu_copy_lanes", "mve", _accepts_copy, _copies),),
    "repeat": (Kernel("eu_copy_lanes", "mve", plain, _repeats, overlap=in_order()),),
}
