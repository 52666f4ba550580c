"""Helium depthwise convolutions, one function per shape: eight rows of one channel at a time, lanes over time.

Inputs are gathered (lane i is row i), widened to 16 bits. Sums of products stay in 16 bits as long as they fit whatever
the inputs: ``128 * sum |w| < 2^15``, that is ``sum |w| <= 255``, for the taps of a *group*; any two taps do. Groups are
widened and added in 32 bits, then requantized with the channel's own scalars: no lane is wasted, whatever the channel
count. Registers:

    r0 r2 r3   inputs of the channel, taps 0, 3, 6 ..     r1  outputs of the channel
    r4 .. r8   weights of up to five taps; of more, three are kept and the others pass through r7
    r3 or r8   zero point (r8 from six taps on)
    r9 r10 r11 bias, multiplier, negated shift            r12 stream of channels: these and the weights
    lr         blocks of eight rows left
    q4 q5 q6   byte offsets of lanes for taps 3i, 3i + 1, 3i + 2        q7  byte offsets of lanes of the output
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeunet.emit.helium import naked
from edgeunet.schedule.steps import Int8Array

ROWS = 8
LARGEST_GROUP = 255
"""Largest sum of weight magnitudes whose products sum within 16 bits."""
MOST_TAPS = 9
_BASES = ("r0", "r2", "r3")
_OFFSETS = ("q4", "q5", "q6")
_WEIGHTS = ("r4", "r5", "r6", "r7", "r8")
_PASSING = "r7"


@dataclass(frozen=True)
class DepthwiseShape:
    """Everything that is fixed in one function. ``groups`` are the taps whose products are summed in 16 bits."""

    groups: tuple[tuple[int, ...], ...]
    in_step: int
    tap_step: int
    out_step: int
    channel_step: int
    signed: bool

    @property
    def taps(self) -> int:
        return sum(len(group) for group in self.groups)

    @property
    def weight_bytes(self) -> int:
        """Bytes of a channel's weights and shift in the stream, a multiple of four."""
        return (self.taps + 1 + 3) // 4 * 4

    @property
    def possible(self) -> bool:
        farthest = max((ROWS - 1) * self.in_step + 2 * self.tap_step, (ROWS - 1) * self.out_step)
        near = ROWS * max(self.in_step, self.out_step) < 4096 and 6 * self.tap_step < 4096
        return self.taps <= MOST_TAPS and farthest < 1 << 16 and near

    @property
    def bases(self) -> int:
        """Pointers into the input: one for three taps."""
        return (self.taps + 2) // 3

    @property
    def kept(self) -> int:
        """Weights that stay in registers."""
        return self.taps if self.taps <= len(_WEIGHTS) else 3

    @property
    def zero_point(self) -> str:
        """The register that holds the output's zero point."""
        return "r3" if self.taps <= len(_WEIGHTS) else "r8"


def group_taps(weights: Int8Array) -> tuple[tuple[int, ...], ...]:
    """Split the taps of ``weights (taps, channels)`` into as few runs as fit 16-bit sums in every channel."""
    groups: list[list[int]] = []
    magnitudes = np.abs(weights.astype(np.int64))
    for tap in range(weights.shape[0]):
        if groups and (magnitudes[[*groups[-1], tap]].sum(axis=0) <= LARGEST_GROUP).all():
            groups[-1].append(tap)
        else:
            groups.append([tap])
    return tuple(tuple(group) for group in groups)


def depthwise_function(name: str, shape: DepthwiseShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked function over one ``eu_lanes_frame_t``."""
    lines = [*_enter(shape), "1:", *_channel(shape), "ldr lr, [sp, #12]", "wls lr, lr, 3f"]
    lines += ["2:", *_block(shape, predicated=False), *_advance(shape), "le lr, 2b"]
    lines += ["3:", "ldr lr, [sp, #16]", "cmp lr, #0", "beq 4f", "vctp.16 lr", *_block(shape, predicated=True), "4:"]
    return naked(name, "const eu_lanes_frame_t *frame", [*lines, *_leave(shape)])


def _enter(shape: DepthwiseShape) -> list[str]:
    """Stack: 0 input, 4 output, 8 channels left, 12 blocks of eight rows, 16 rows after them."""
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}", "sub sp, sp, #24"]
    lines += ["ldrd r2, r3, [r0]", "strd r2, r3, [sp]", "ldr r0, [r0, #8]", "ldr r12, [r0]", "ldr r8, [r0, #16]"]
    lines += ["ldrd r2, r3, [r0, #4]", "strd r2, r3, [sp, #8]", "ldr r2, [r0, #12]", "str r2, [sp, #16]"]
    lines += ["movs r2, #0", "vidup.u16 q0, r2, #1"]
    lines += [f"movw r3, #{shape.in_step}", "vmul.i16 q4, q0, r3", f"movw r3, #{shape.out_step}", "vmul.i16 q7, q0, r3"]
    if shape.taps > 1:
        lines += [f"movw r3, #{shape.tap_step}", "vadd.i16 q5, q4, r3", "vadd.i16 q6, q5, r3"]
    return lines if shape.zero_point == "r8" else [*lines, "mov r3, r8"]


def _channel(shape: DepthwiseShape) -> list[str]:
    """Load what belongs to one channel."""
    lines = ["ldrd r0, r1, [sp]", "ldrd r9, r10, [r12], #8"]
    lines += [f"ldrsb {_WEIGHTS[t]}, [r12, #{t}]" for t in range(shape.kept)]
    lines.append(f"ldrsb r11, [r12, #{shape.taps}]")
    return lines + [f"add {_BASES[i]}, r0, #{3 * i * shape.tap_step}" for i in range(1, shape.bases)]


def _block(shape: DepthwiseShape, *, predicated: bool) -> list[str]:
    """Eight rows; ``predicated`` loads and stores only those that exist."""
    lines: list[str] = []
    for position, group in enumerate(shape.groups):
        lines += _products(shape, group, predicated)
        if position == 0:
            lines += ["vmovlb.s16 q2, q1", "vmovlt.s16 q3, q1"]
        else:
            lines += ["vmovlb.s16 q0, q1", "vadd.i32 q2, q2, q0", "vmovlt.s16 q0, q1", "vadd.i32 q3, q3, q0"]
    lines += ["vadd.i32 q2, q2, r9", "vadd.i32 q3, q3, r9", "vqrdmulh.s32 q2, q2, r10", "vqrdmulh.s32 q3, q3, r10"]
    if shape.signed:
        for q in ("q2", "q3"):
            lines += [f"vshr.s32 q0, {q}, #31", f"vadd.i32 {q}, {q}, q0"]
    lines += ["vrshl.s32 q2, r11", "vrshl.s32 q3, r11"]
    narrow = "vqmov" if shape.signed else "vqmovu"
    lines += [f"{narrow}nb.s32 q0, q2", f"{narrow}nt.s32 q0, q3"]
    lines += [f"vqadd.s16 q0, q0, {shape.zero_point}", "vqmovnb.s16 q0, q0"]
    return [*lines, *(["vpst", "vstrbt.16 q0, [r1, q7]"] if predicated else ["vstrb.16 q0, [r1, q7]"])]


def _products(shape: DepthwiseShape, group: tuple[int, ...], predicated: bool) -> list[str]:
    """q1 = the sum of the products of one group; loads under the predicate where asked."""
    lines = []
    for position, tap in enumerate(group):
        weight = _WEIGHTS[tap] if tap < shape.kept else _PASSING
        if tap >= shape.kept:
            lines.append(f"ldrsb {_PASSING}, [r12, #{tap}]")
        where = f"[{_BASES[tap // 3]}, {_OFFSETS[tap % 3]}]"
        lines += ["vpst", f"vldrbt.s16 q0, {where}"] if predicated else [f"vldrb.s16 q0, {where}"]
        lines.append(f"vmla.s16 q1, q0, {weight}" if position else f"vmul.i16 q1, q0, {weight}")
    return lines


def _advance(shape: DepthwiseShape) -> list[str]:
    """On to the next eight rows."""
    lines = [f"add {_BASES[i]}, {_BASES[i]}, #{ROWS * shape.in_step}" for i in range(shape.bases)]
    return [*lines, f"add r1, r1, #{ROWS * shape.out_step}"]


def _leave(shape: DepthwiseShape) -> list[str]:
    """On to the next channel, or back to the caller."""
    lines = ["ldrd r0, r1, [sp]", f"add r0, r0, #{shape.channel_step}", "add r1, r1, #1", "strd r0, r1, [sp]"]
    lines += [
        f"add r12, r12, #{shape.weight_bytes}",
        "ldr r0, [sp, #8]",
        "subs r0, r0, #1",
        "str r0, [sp, #8]",
        "bne 1b",
    ]
    return [*lines, "add sp, sp, #24", "vpop {d8-d15}", "pop {r4-r11, pc}"]
