"""When both roundings of a requantization are one sum (``eu_requantize_short``)."""

from __future__ import annotations

from typing import Any

from edgeunet.kernels.kernel import StructFields
from edgeunet.program.convolutions import Requantization, WeightedSum

SHORT = ("eu_requantize_short",)
"""What kernels that requantize in the short form require."""

LEAST_SHIFT, GREATEST_SHIFT = 2, 14
"""To the right."""

ACCUMULATOR_LIMIT = 1 << 23
"""So that 256 times an accumulator stays inside int32, where the multiplier is taken eight bits at a time."""


def fits_short(p: WeightedSum[Any]) -> bool:
    """Whether the short form is exact for every output channel of ``p``."""
    shifts = -p.requantization.shifts.astype(int)
    in_range = bool(((shifts >= LEAST_SHIFT) & (shifts <= GREATEST_SHIFT)).all())
    return in_range and bool((p.accumulator_bound < ACCUMULATOR_LIMIT).all())


def clamp_fields(r: Requantization) -> StructFields:
    """The zero point and the clamp, counted from its lower end."""
    return {"above": 1 - 2 * r.relative_low, "low": r.low, "range": r.high - r.low}


def short_fields(r: Requantization) -> StructFields:
    """The fields of kernels that requantize in the short form, a channel at a time."""
    fields: StructFields = {"multiplier": r.multipliers, "shift": -r.shifts}
    return fields | clamp_fields(r)
