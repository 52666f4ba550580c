"""How often the loops of the kernels for int16 values run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import output_over_input, parameters
from edgeunet.kernels.dsp.duos.rows import BLOCK, TOGETHER, runs_of
from edgeunet.kernels.work import Work, WorkOf
from edgeunet.program.parameters import Pool
from edgeunet.program.steps import Step

FOUR = 4
"""Inputs in a turn of the loop."""


def _conv(step: Step) -> Work:
    """Two rows and two channels together; of an odd number of channels the last goes by itself."""
    outputs, (runs, length) = step.output.channels, runs_of(step)
    calls = -(-step.groups // TOGETHER)
    pairs = calls * -(-outputs // 2)
    return {
        "call": 1,
        "rows": calls,
        "odd": calls * (outputs % 2),
        "pair": pairs,
        "run": pairs * runs,
        "four": pairs * runs * (length // FOUR),
        "two": pairs * runs * (length % FOUR // 2),
        "one": pairs * runs * (length % 2),
    }


def _depthwise(step: Step) -> Work:
    """Two channels of a block of rows."""
    blocks = -(-step.groups // BLOCK) if output_over_input(step) else 1
    pairs = step.output.channels // 2
    return {"call": 1, "block": blocks, "pair": blocks * pairs, "row": step.groups * pairs}


def _values(step: Step) -> Work:
    return {"call": 1, "row": step.rows, "pair": step.rows * step.output.channels // 2}


def _max(step: Step) -> Work:
    pairs = step.groups * step.output.channels // 2
    return {"call": 1, "row": step.groups, "pair": pairs, "tap": pairs * parameters(step, Pool).kernel}


DUOS: Mapping[str, WorkOf] = {
    "eu_duos_conv": _conv,
    "eu_duos_depthwise_3": _depthwise,
    "eu_duos_depthwise_5": _depthwise,
    "eu_duos_add": _values,
    "eu_duos_add_other": _values,
    "eu_duos_max": _max,
    "eu_duos_rescale": _values,
}
"""By function."""
