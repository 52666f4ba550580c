"""Argument structs' fields that families of DSP kernels share."""

from __future__ import annotations

from edgeunet.kernels.conditions import source
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import StructFields
from edgeunet.program.convolutions import Conv, Requantization
from edgeunet.program.steps import Step


def splat(value: int) -> str:
    """``value`` modulo 256 in each byte of a word."""
    return f"{(value & 255) * 0x01010101}U"


def clamp_fields(r: Requantization) -> StructFields:
    """What cuts at ``high`` and moves results counted from ``low`` to their place, in all four bytes of a word."""
    return {"above": splat(255 - (r.high - r.low)), "below": splat(r.high + 1)}


def addition_fields(step: Step) -> StructFields:
    """What an addition's line and its operand are to the kernels with one."""
    fused = step.epilogue[0]
    line = straight_add.fit(fused.add)
    assert line is not None
    slopes = (line.b_slope, line.a_slope) if fused.swapped else (line.a_slope, line.b_slope)
    return {
        "other_step": source(step, 1).pitch_bytes,
        "slope": slopes[0],
        "other_slope": slopes[1],
        "add_offset": line.offset,
    }


def adds(step: Step) -> bool:
    """Whether the step is a convolution with an addition that is a straight line, both in the arena."""
    if len(step.epilogue) != 1 or not isinstance(step.parameters, Conv):
        return False
    return straight_add.fit(step.epilogue[0].add) is not None
