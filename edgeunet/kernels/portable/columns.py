"""The portable kernels' row for depthwise convolutions, channel by channel."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.conditions import output_over_input, parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.kernels.portable.short import SHORT, fits_short, short_fields
from edgeunet.program.convolutions import Depthwise
from edgeunet.program.steps import Step

ROWS = 4
"""Rows of a channel that are done together."""

LEAST_BLOCK = 8
"""Rows that are done, all channels of each, before outputs may lie over any input of later ones."""


def _accepts(step: Step) -> bool:
    return plain(step) and fits_short(parameters(step, Depthwise))


def _same_columns(step: Step) -> bool:
    """Whether the outputs of a channel may take the place of its inputs."""
    p, view = parameters(step, Depthwise), source(step)
    return p.stride == p.repeat == 1 and view.pitch_bytes == step.output.pitch_bytes and step.output.rows == step.groups


def block_of(step: Step) -> int:
    """How many rows of all channels may be done before the inputs of later ones are lost: as many as the views, once
    placed, leave room for."""
    view = source(step)
    if not output_over_input(step):
        return step.groups
    room = view.offset_bytes - step.output.offset_bytes
    if _same_columns(step) and room >= 0 and room % view.pitch_bytes == 0:
        return step.groups
    block = step.groups
    while block > LEAST_BLOCK and not _fits(step, block, room):
        block = max(LEAST_BLOCK, block // 2 // ROWS * ROWS)
    return block


def _fits(step: Step, block: int, room_bytes: int) -> bool:
    clearance = in_order(block)(step, 0)
    return clearance is not None and clearance.least_bytes <= room_bytes


def _slides(step: Step) -> bool:
    """Whether inputs of neighbouring rows are those of neighbouring taps."""
    p = parameters(step, Depthwise)
    return p.stride == p.dilation == 1 and _accepts(step)


def _fields(step: Step) -> StructFields:
    p = parameters(step, Depthwise)
    fields: StructFields = {
        "bias": p.folded_bias,
        "rows": step.groups,
        "block": block_of(step),
        "in_step": p.stride * source(step).pitch_bytes,
        "taps": p.weights.shape[0],
        "repeat": p.repeat,
        "out_step": step.output.pitch_bytes,
        "outputs": p.weights.shape[1],
    }
    return fields | short_fields(p.requantization)


def _slide(step: Step) -> Arguments:
    weights = np.ascontiguousarray(parameters(step, Depthwise).weights.T)
    return Arguments("eu_depthwise_slide_t", {"weights": weights} | _fields(step))


def _columns(step: Step) -> Arguments:
    p = parameters(step, Depthwise)
    fields: StructFields = {"weights": p.weights, "tap_step": p.dilation * source(step).pitch_bytes}
    return Arguments("eu_depthwise_columns_t", fields | _fields(step))


_BLOCKS = in_order(LEAST_BLOCK)

DEPTHWISES = (
    Kernel("eu_depthwise_slide", "portable", _slides, _slide, SHORT, overlap=_BLOCKS),
    Kernel("eu_depthwise_columns", "portable", _accepts, _columns, SHORT, overlap=_BLOCKS),
)
"""Windows of neighbouring rows, and any others."""
