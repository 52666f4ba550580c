"""Helium depthwise convolutions of few rows, one function per way to sum a window: eight channels of a row at a time.

What ``helium_depthwise.py`` does with lanes over time, with lanes over channels: constants are vectors, loaded for
every row, which costs more than it does there from about eight rows on, and far less for one. There is no multiply of
two vectors that adds, so a tap takes two loads, a multiply and an addition. Groups of taps, the shift in two parts and
its bounds are as there; the sign is added as in ``helium.py``. Widening splits even and odd channels, so constants of
32 bits come in that order. Registers:

    r0 in, r1 out (of eight channels)     r2, r3 stream and where it is     r4, r5 in and out of the row
    r6 bytes from tap to tap      r7 from a row's last tap to the next row's first      r10 to the next output row
    r8 zero point      r9 channels left      r11 rows      r12 one      lr rows left
    q0 inputs, temporary      q1 weights, constants      q2, q3 sums of even and odd channels      q4 sums in 16 bits
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.finish import narrow_unrounded
from edgeunet.kernels.mve.lanes.function import group_taps, narrowing
from edgeunet.program.convolutions import Int8Array, Int32Array

CHANNELS = 8

MOST_TAPS = 40
"""Each tap is five instructions of code: as many as the branch back to the first row reaches over, and worth it."""


@dataclass(frozen=True)
class ChannelsShape:
    """Everything that is fixed in one function. ``groups`` are counts of neighbouring taps."""

    groups: tuple[int, ...]
    signed: bool
    narrowing: int
    ragged: bool
    """Whether the last vector has fewer than eight channels: all loads of inputs and stores then take a predicate."""

    @property
    def taps(self) -> int:
        return sum(self.groups)


def channels_shape(weights: Int8Array, shifts: Int8Array, signed: bool) -> ChannelsShape | None:
    """The function for ``weights (taps, channels)`` and right ``shifts``; ``None`` where there is none."""
    first = narrowing(shifts, signed)
    if weights.shape[0] > MOST_TAPS or not first:
        return None
    ragged = weights.shape[1] % CHANNELS != 0
    return ChannelsShape(tuple(len(group) for group in group_taps(weights)), signed, first, ragged)


def channels_stream(
    shape: ChannelsShape, weights: Int8Array, bias: Int32Array, multipliers: Int32Array, shifts: Int8Array
) -> Int32Array:
    """Per eight channels (the last ones filled up): weights of each tap, biases (even, odd), multipliers (even, odd),
    what is left of the negated shifts."""
    parts: list[bytes] = []
    channels = np.minimum(np.arange(-(-weights.shape[1] // CHANNELS) * CHANNELS), weights.shape[1] - 1)
    weights, bias, multipliers, shifts = weights[:, channels], bias[channels], multipliers[channels], shifts[channels]
    for n in range(0, weights.shape[1], CHANNELS):
        parts.append(np.ascontiguousarray(weights[:, n : n + CHANNELS]).tobytes())
        for constants in (bias, multipliers):
            parts += [constants[n + odd : n + CHANNELS : 2].astype("<i4").tobytes() for odd in (0, 1)]
        parts.append((shape.narrowing - shifts[n : n + CHANNELS]).astype(np.int8).tobytes())
    return np.frombuffer(b"".join(parts), "<i4").astype(np.int32)


def channels_function(name: str, shape: ChannelsShape) -> str:
    """C text of the function ``name`` for ``shape``."""
    lines = ["push {r4-r11, lr}", "vpush {d8-d9}", "mov r12, r2", "ldrd r2, r9, [r12]", "ldrd r11, r7, [r12, #8]"]
    lines += ["ldrd r6, r10, [r12, #16]", "ldr r8, [r12, #24]", f"movs r3, #{shape.taps}", "mls r7, r3, r6, r7"]
    then = ("vpst", "t") if shape.ragged else ("", "")
    lines += ["mov r12, #1", "1:", "mov r4, r0", "mov r5, r1", "dls lr, r11"]
    lines += [*(["vctp.16 r9"] if shape.ragged else []), "2:", "mov r3, r2"]
    for position, taps in enumerate(shape.groups):
        for number in range(taps):
            lines += [*then[:1], f"vldrb{then[1]}.s16 q0, [r4]", "add r4, r4, r6", "vldrb.s16 q1, [r3], #8"]
            lines += ["vmul.i16 q0, q0, q1", "vadd.i16 q4, q4, q0"] if number else ["vmul.i16 q4, q0, q1"]
        lines += ["vmovlb.s16 q0, q4", "vmovlt.s16 q1, q4"] if position else ["vmovlb.s16 q2, q4", "vmovlt.s16 q3, q4"]
        if position:
            lines += ["vadd.i32 q2, q2, q0", "vadd.i32 q3, q3, q1"]
    lines += [*_requantize(shape), *then[:1], f"vstrb{then[1]}.16 q2, [r5]", "add r4, r4, r7", "add r5, r5, r10"]
    lines += ["le lr, 2b", "mov r2, r3", "adds r0, #8", "adds r1, #8", "subs r9, r9, #8", "bgt 1b"]
    lines = [line for line in lines if line]
    lines += ["vpop {d8-d9}", "pop {r4-r11, pc}"]
    return naked(name, ("const int8_t *in", "int8_t *out", "const eu_channels_t *p"), lines)


def _requantize(shape: ChannelsShape) -> list[str]:
    """q2 = eight results from the sums in q2 and q3."""
    load = "vldrw.32 {}, [r3], #16"
    lines = [load.format("q0"), load.format("q1"), "vadd.i32 q2, q2, q0", "vadd.i32 q3, q3, q1"]
    lines += [load.format("q0"), load.format("q1"), "vqrdmulh.s32 q2, q2, q0", "vqrdmulh.s32 q3, q3, q1"]
    if shape.signed:
        lines += ["vqdmlah.s32 q2, q2, r12", "vqdmlah.s32 q3, q3, r12"]
    lines += ["vldrb.s16 q1, [r3], #8", narrow_unrounded(2, 2, False, shape.narrowing, shape.signed)]
    lines += [
        narrow_unrounded(2, 3, True, shape.narrowing, shape.signed),
        f"vrshl.{'s' if shape.signed else 'u'}16 q2, q2, q1",
    ]
    return [*lines, "vqadd.s16 q2, q2, r8", "vqmovnb.s16 q2, q2"]
