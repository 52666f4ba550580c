"""Rows of the depthwise kernel for windows of any stride and dilation (``eu_depthwise_any.c``)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.depthwise.rows import DEPTHWISE_BLOCKS, LARGEST_STEP, same_columns
from edgeunet.kernels.dsp.scaling import double_rounding, is_saturated, rounding_fits
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.convolutions import Depthwise, Int32Array
from edgeunet.program.steps import Clearance, Step

MOST_TAPS = 10
"""Taps that stay in registers, two to each."""

LARGEST_OFFSET = 4095
"""Of a byte load from its pointer, and what one instruction adds."""


def _steps(step: Step) -> tuple[int, int, int]:
    """Bytes from tap to tap, from window to window and from output to output."""
    p, pitch = parameters(step, Depthwise), source(step).pitch_bytes
    return p.dilation * pitch, p.stride * pitch, step.output.pitch_bytes


def _accepts(step: Step) -> bool:
    p = parameters(step, Depthwise)
    taps = p.weights.shape[0]
    tap_step, in_step, out_step = _steps(step)
    return (
        plain(step)
        and p.repeat == 1
        and taps <= MOST_TAPS
        and max((taps - 1) * tap_step, in_step, out_step) <= LARGEST_OFFSET
        and is_saturated(p.requantization)
        and rounding_fits(p)
    )


def _pack(p: Depthwise) -> Int32Array:
    """Per channel: doubled taps, two to a word, doubled bias, multiplier, rounding, shift."""
    taps, outputs = p.weights.shape
    doubled = np.zeros((outputs, taps + taps % 2), "<i2")
    doubled[:, :taps] = 2 * p.weights.T.astype(np.int16)
    scaling: list[NDArray[Any]] = [2 * p.folded_bias, *double_rounding(p, slice(None))]
    words: Int32Array = np.concatenate([doubled.view("<i4"), np.stack(scaling, axis=1)], axis=1).astype(np.int32)
    return words.reshape(-1)


def any_block(step: Step) -> int:
    """Rows at a time: fewer than all where later ones read where earlier ones wrote."""
    return _block(step) if output_over_input(step) and not same_columns(step) else step.groups


def _block(step: Step) -> int:
    return -(-step.groups // DEPTHWISE_BLOCKS)


def _arguments(step: Step) -> Arguments:
    p = parameters(step, Depthwise)
    tap_step, in_step, out_step = _steps(step)
    taps = p.weights.shape[0]
    name = f"eu_depthwise_any_{taps}_{tap_step}_{in_step}_{out_step}"
    store = f"EU_DEPTHWISE_ANY_{'NEAR' if out_step <= LARGEST_STEP else 'FAR'}({out_step})"
    fields: StructFields = {
        "constants": _pack(p),
        "rows": step.groups,
        "in_step": in_step,
        "out_step": out_step,
        "outputs": step.output.channels,
        "block": any_block(step),
    }
    definition = f"EU_DEPTHWISE_ANY({name}, {taps}, {tap_step}, {in_step}, {store})\n"
    return Arguments("eu_depthwise_any_t", fields, name, (definition,))


def _overlap(step: Step, position: int) -> Clearance | None:
    """Each channel is a column, done in ascending rows that are read before they are written: an output whose columns
    are the input's may replace it. Else what a block of rows writes must stay below what it and later ones read."""
    if same_columns(step):
        return Clearance(0, source(step).pitch_bytes)
    return in_order(_block(step))(step, position)


def any_windows() -> tuple[Kernel, ...]:
    """Depthwise windows of few taps, whatever their stride and dilation; the whole int8 range."""
    return (Kernel("eu_depthwise_any", "dsp", _accepts, _arguments, overlap=_overlap),)
