"""Rows of convolutions of one channel, one tap, that are straight lines."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.conditions import parameters, plain, source
from edgeunet.kernels.exact import one_input
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.kernels.mve.assembly import mark
from edgeunet.kernels.mve.lines.function import LONGEST_STEP, ROUNDING, LineShape, line_function
from edgeunet.program.convolutions import Conv
from edgeunet.program.steps import Step


def _accepts_lines(step: Step) -> bool:
    """One input channel without gaps, and a straight line that is exact for every output channel."""
    conv, view = parameters(step, Conv), source(step)
    single = plain(step) and conv.weights.shape[1:] == (1, 1) and conv.stride * view.pitch_bytes == 1
    return single and step.output.pitch_bytes <= LONGEST_STEP and None not in one_input.fit_channels(conv)


def _lines(step: Step) -> Arguments:
    conv = parameters(step, Conv)
    r = conv.requantization
    shape = LineShape(r.low, r.high)
    made = [line for line in one_input.fit_channels(conv) if line is not None]
    offsets = [line.offset + (r.low << one_input.SHIFT) - ROUNDING for line in made]
    fields: StructFields = {
        "stream": np.array([[line.slope for line in made], offsets], np.int32).T.reshape(-1),
        "channels": step.output.channels,
        "rows": step.groups,
        "out_step": step.output.pitch_bytes,
    }
    name = f"eu_lines_{mark(shape)}"
    return Arguments("eu_lines_t", fields, name, (line_function(name, shape),))


LINES = Kernel("eu_lines", "mve", _accepts_lines, _lines)
