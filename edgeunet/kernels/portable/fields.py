"""What argument structs of the portable kernels share."""

from __future__ import annotations

from edgeunet.kernels.kernel import StructFields
from edgeunet.program.convolutions import Requantization

REQUANTIZE = ("eu_requantize",)
"""What kernels that requantize in two steps require."""


def requantization_fields(r: Requantization) -> StructFields:
    """The fields that every kernel with per-channel requantization has."""
    return {
        "multiplier": r.multipliers,
        "shift": r.shifts,
        "zero_point": r.zero_point,
        "low": r.relative_low,
        "high": r.relative_high,
    }
