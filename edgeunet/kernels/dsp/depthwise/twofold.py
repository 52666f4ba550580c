"""Rows of the depthwise kernels over a signal upsampled twofold (``eu_depthwise_twice.c``)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgeunet.kernels.conditions import output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.scaling import is_saturated, rounding_fits
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields
from edgeunet.program.convolutions import DepthwiseUpsampled
from edgeunet.program.steps import Clearance, Step

REACHES = (3, 5)
"""Low-rate rows under a window that there are kernels for."""

BLOCKS = 4
FEWEST_ROWS = 4
"""Low-rate rows of a call below which a channel's set-up costs more than it saves."""


def fits_twice(p: DepthwiseUpsampled) -> bool:
    """Whether one of the kernels is exact for ``p``: twofold, dense, the whole int8 range, TFLite's double rounding."""
    twofold = p.window is not None and (len(p.starts), p.dilation, p.repeat) == (2, 1, 1)
    return twofold and _reach(p) in REACHES and is_saturated(p.requantization) and rounding_fits(p)


def _reach(p: DepthwiseUpsampled) -> int:
    """Low-rate rows that the window of a group spans."""
    return max(p.starts) + len(p.weights[0])


def _accepts(reach: int) -> Callable[[Step], bool]:
    def accepts(step: Step) -> bool:
        p = parameters(step, DepthwiseUpsampled)
        return plain(step) and step.groups >= FEWEST_ROWS and fits_twice(p) and _reach(p) == reach

    return accepts


def block_rows(step: Step) -> int:
    """Rows at a time where later ones read where earlier ones wrote; the last block may have one more."""
    return max(2, -(-step.groups // BLOCKS) // 2 * 2)


def _overlap(step: Step, position: int) -> Clearance | None:
    """How far above the output the input must lie: what a block writes stays below what it and later ones read."""
    in_bytes, out_bytes = source(step).pitch_bytes, 2 * step.output.pitch_bytes
    starts = range(0, step.groups - 1, block_rows(step))
    ends = [*starts[1:], step.groups]
    return Clearance(max(end * out_bytes - start * in_bytes for start, end in zip(starts, ends, strict=True)))


def _arguments(step: Step) -> Arguments:
    p = parameters(step, DepthwiseUpsampled)
    r = p.requantization
    assert p.window is not None
    fields: StructFields = {
        "weights": np.ascontiguousarray(p.window.T),
        "bias": p.folded_bias,
        "multiplier": r.multipliers,
        "shift": -r.shifts,
        "rows": step.groups,
        "taps": len(p.window),
        "base": p.base,
        "in_step": source(step).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "block": block_rows(step) if output_over_input(step) else step.groups,
        "zero_point": r.zero_point,
    }
    return Arguments("eu_depthwise_twice_t", fields)


def twofold() -> tuple[Kernel, ...]:
    """Depthwise windows over a signal upsampled twofold."""
    required = ("eu_depthwise_pairs", "eu_depthwise_twice")
    return tuple(
        Kernel(f"eu_depthwise_twice_{reach}", "dsp", _accepts(reach), _arguments, required, overlap=_overlap)
        for reach in REACHES
    )
