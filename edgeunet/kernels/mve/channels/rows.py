"""The row of depthwise convolutions of few rows: eight channels of a row at a time."""

from __future__ import annotations

from edgeunet.kernels.conditions import parameters
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields
from edgeunet.kernels.mve.assembly import mark
from edgeunet.kernels.mve.channels.function import ChannelsShape, channels_function, channels_shape, channels_stream
from edgeunet.kernels.mve.lanes.rows import has_lanes, in_place, lane_steps
from edgeunet.kernels.mve.scaling import is_signed
from edgeunet.program.convolutions import Depthwise
from edgeunet.program.steps import Step


def _shape(step: Step) -> ChannelsShape | None:
    """The function for a depthwise convolution, or ``None`` where none does."""
    p = step.parameters
    if not isinstance(p, Depthwise) or p.repeat != 1 or not has_lanes(step):
        return None
    return channels_shape(p.weights, -p.requantization.shifts, is_signed(p))


def _channels(step: Step) -> Arguments:
    shape, p = _shape(step), parameters(step, Depthwise)
    r = p.requantization
    assert shape is not None
    in_step, tap_step, out_step = lane_steps(step)
    fields: StructFields = {
        "stream": channels_stream(shape, p.weights, p.folded_bias, r.multipliers, -r.shifts),
        "channels": step.output.channels,
        "rows": step.groups,
        "in_step": in_step,
        "tap_step": tap_step,
        "out_step": out_step,
        "zero_point": r.zero_point,
    }
    name = f"eu_channels_{mark(shape)}"
    return Arguments("eu_channels_t", fields, name, (channels_function(name, shape),))


def channels(chosen: Chosen) -> Kernel:
    """Where it is ``chosen``: calls of so few rows that lanes over channels take fewer cycles."""

    def accepts(step: Step) -> bool:
        return _shape(step) is not None and chosen(step)

    return Kernel("eu_channels", "mve", accepts, _channels, overlap=in_place)
