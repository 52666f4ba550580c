"""Helium depthwise convolutions, one function per kind of window: eight rows of one channel at a time, lanes over time.

Inputs are gathered (lane i is row i), widened to 16 bits. Sums of products stay in 16 bits as long as they fit whatever
the inputs: ``128 * sum |w| < 2^15``, that is ``sum |w| <= 255``, for the taps of a *group*; any two taps do but for two
of -128. Groups are widened and added in 32 bits, then requantized with the channel's own scalars: no lane is wasted,
whatever the channel count. Registers:

    r0 r2 r3   inputs of the channel, one pointer for three taps     r1  outputs of the channel
    r4 .. r8   weights of up to five taps; of more, three are kept and the others pass through r7
    r3 or r8   zero point (r8 from six taps on)
    r9 r10 r11 bias, multiplier, negated shift
    r12        bytes to the next eight rows of the output; from six taps on, the stream of channels
    lr         blocks of eight rows left
    q4 q5 q6   byte offsets of lanes for taps 3i, 3i + 1, 3i + 2
    q7         byte offsets of lanes of the output, where these are not q4

Five taps are split by channel (``WAYS``): three and two, from either end, or two, two and one where neither fits.
The rounding shift is done in two parts, ``((v >> s) + 2^(e-s-1)) >> (e - s) = (v + 2^(e-1)) >> e`` as floors compose:
the first, by the same ``s`` for all channels, narrows to saturated 16 bits, so the second has eight lanes. What
saturates there is beyond the int8 range after the second shift too, as ``e - s <= 7``. The sign that TFLite's second
rounding wants is added by the multiply (VQRDMLAH): ``(x >> 31) + ((x * m + 2^30) >> 31)``. It is the accumulator's;
that of the product differs for x = -1, m = 2^30 alone, where -1 for 0 gives ``(2^(e-1) - 1) >> e = 0`` all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.finish import narrow_unrounded
from edgeunet.program.convolutions import Int8Array

ROWS = 8
LARGEST_GROUP = 255
"""Largest sum of weight magnitudes whose products sum within 16 bits."""
MOST_TAPS = 9
CHOOSING = 5
"""Taps that are split by channel."""
FURTHEST = 4096
"""Bytes that an addition reaches."""
_BASES = ("r0", "r2", "r3")
_OFFSETS = ("q4", "q5", "q6")
_WEIGHTS = ("r4", "r5", "r6", "r7", "r8")
_PASSING = "r7"
_TAP_STEP, _OUT_STEP, _IN_STEP = 16, 20, 28
"""Where the stack holds bytes per tap, per eight rows of outputs (then the blocks) and of inputs."""
_AGAIN = "ldm sp, {r0, r1, r4, r5, r7, r12, lr}"
"""Before a channel that chooses: input, output, stream, its end, tap step, output step, blocks."""


@dataclass(frozen=True)
class Way:
    """One way to sum a window: groups of (pointer, offset) pairs, and the taps at which the pointers may start."""

    groups: tuple[tuple[tuple[int, int], ...], ...]
    starts: tuple[tuple[int, ...], ...]

    def taps(self, start: tuple[int, ...]) -> list[list[int]]:
        """The taps of each group."""
        return [[start[pointer] + offset for pointer, offset in group] for group in self.groups]


WAYS = (
    Way((((0, 0), (0, 1), (0, 2)), ((1, 0), (1, 1))), ((0, 3), (2, 0))),
    Way((((0, 0), (0, 1)), ((1, 0), (1, 1)), ((1, 2),)), ((0, 2),)),
)
"""Those of five taps. Where the second pointer starts tells them apart."""
_LAST_WAY_START = 2


@dataclass(frozen=True)
class DepthwiseShape:
    """Everything that is fixed in one function."""

    ways: tuple[Way, ...]
    in_step: int
    """Bytes between rows of the input, 0 where they come in a register: as for the output, or as few taps leave one."""
    out_step: int
    """The same for the output."""
    same_steps: bool
    channel_step: int
    signed: bool
    narrowing: int
    """How far the first part of the shift goes, the same for all channels; 0 for a shift in one part."""

    @property
    def taps(self) -> int:
        return sum(len(group) for group in self.ways[0].groups)

    @property
    def weight_bytes(self) -> int:
        """Bytes of a channel's weights, shift and starts in the stream, a multiple of four."""
        return (self.taps + 1 + (2 if len(self.ways) > 1 else 0) + 3) // 4 * 4

    @property
    def kept(self) -> int:
        """Weights that stay in registers."""
        return self.taps if self.taps <= len(_WEIGHTS) else 3

    @property
    def streams_weights(self) -> bool:
        return self.kept < self.taps

    @property
    def zero_point(self) -> str:
        """The register that holds the output's zero point."""
        return "r8" if self.streams_weights else "r3"

    @property
    def out_lanes(self) -> str:
        return "q4" if self.same_steps else "q7"


def depthwise_shape(
    weights: Int8Array, shifts: Int8Array, steps: tuple[int, int, int], channel_step: int, signed: bool
) -> DepthwiseShape | None:
    """The function for ``weights (taps, channels)``, right ``shifts`` and bytes between rows of inputs, taps, outputs;
    ``None`` where there is none."""
    taps = weights.shape[0]
    in_step, tap_step, out_step = steps
    same = in_step == out_step
    if taps > MOST_TAPS or max((ROWS - 1) * in_step + 2 * tap_step, (ROWS - 1) * out_step) >= 1 << 16:
        return None
    fixed_out = out_step if taps > len(_WEIGHTS) else 0
    fixed_in = in_step if taps > len(_WEIGHTS) or (taps == len(_WEIGHTS) and not same) else 0
    if ROWS * max(fixed_in, fixed_out) >= FURTHEST:
        return None
    choosing = taps == CHOOSING and all(_way(WAYS, weights[:, n]) for n in range(weights.shape[1]))
    ways = WAYS if choosing else (_grouped(group_taps(weights)),)
    return DepthwiseShape(ways, fixed_in, fixed_out, same, channel_step, signed, narrowing(shifts, signed))


def _way(ways: tuple[Way, ...], weights: Int8Array) -> tuple[Way, tuple[int, ...]] | None:
    """The first way for one channel's ``weights (taps,)``, and where its pointers start."""
    magnitudes = np.abs(weights.astype(np.int64))
    for way in ways:
        for start in way.starts:
            if all(magnitudes[group].sum() <= LARGEST_GROUP for group in way.taps(start)):
                return way, start
    return None


def _grouped(groups: tuple[tuple[int, ...], ...]) -> Way:
    """Pointers at every third tap."""
    taps = sum(len(group) for group in groups)
    pairs = tuple(tuple((tap // 3, tap % 3) for tap in group) for group in groups)
    return Way(pairs, (tuple(range(0, taps, 3)),))


def narrowing(shifts: Int8Array, signed: bool) -> int:
    """The first part of the shifts: leaves 1 to 7 bits (what is narrowed to unsigned 2 to 8); 4 or 3 where possible."""
    least, most = int(shifts.min()), int(shifts.max())
    left = 1 if signed else 2
    for first in (4, 3, least - left):
        if 1 <= first <= 16 and least - first >= left and most - first <= left + 6:
            return first
    return 0


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


def channel_bytes(shape: DepthwiseShape, weights: Int8Array, shift: int) -> bytes:
    """One channel's ``weights (taps,)`` in the order of its way, negated shift, and where its pointers start."""
    found = _way(shape.ways, weights)
    assert found is not None
    way, start = found
    taps = [tap for group in way.taps(start) for tap in group]
    starts = list(start) if len(shape.ways) > 1 else []
    packed = np.array([*weights[taps].tolist(), shape.narrowing - shift, *starts], np.int8)
    return packed.tobytes().ljust(shape.weight_bytes, b"\0")


def depthwise_function(name: str, shape: DepthwiseShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked ``eu_lanes_loop_t``."""
    first, *others = shape.ways
    lines = _enter(shape)
    if others:
        lines += [_AGAIN, "1:", *_chosen(shape), *_blocks(shape, first, 2), "3:", _AGAIN, "cmp r4, r5", "bne 1b"]
    else:
        lines += ["1:", *_channel(shape), *_blocks(shape, first, 2), "ldrd r12, lr, [sp, #8]", "cmp r12, lr", "bne 1b"]
    lines += ["add sp, sp, #32", "vpop {d8-d15}", "pop {r4-r11, pc}"]
    for way in others:
        lines += ["4:", *_blocks(shape, way, 5), "b 3b"]
    return naked(name, ("const int8_t *in", "int8_t *out", "const eu_lanes_t *p", "int32_t rows"), lines)


def _enter(shape: DepthwiseShape) -> list[str]:
    """Stack: 0 input, 4 output (one byte lower where channels choose), 8 stream, 12 its end, 16 tap step, 20 output
    step, 24 blocks, 28 input step.

    The lanes of a block of fewer than eight rows do the last of them again and again.
    """
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}", "sub sp, sp, #32"]
    if len(shape.ways) > 1:
        lines += [*(["subs r0, #1"] if shape.channel_step else []), "subs r1, #1"]
    lines += ["ldrd r4, r5, [r2]", "add r5, r5, r4", "stm sp, {r0, r1, r4, r5}"]
    lines += ["ldrd r6, r7, [r2, #12]", "ldrd r9, r4, [r2, #20]"]
    lines += ["subs r3, #1", "lsrs r5, r3, #3", "add r10, r5, #1", "vdup.16 q1, r3"]
    lines += ["movs r2, #0", "vidup.u16 q0, r2, #1", "vmin.u16 q0, q0, q1", "vmul.i16 q4, q0, r6"]
    if shape.taps > 1:
        lines += ["vadd.i16 q5, q4, r7", "vadd.i16 q6, q5, r7"]
    if not shape.same_steps:
        lines.append("vmul.i16 q7, q0, r9")
    lines += ["lsl r11, r6, #3", "lsl r9, r9, #3", f"add lr, sp, #{_TAP_STEP}", "stm lr, {r7, r9, r10, r11}"]
    return [*lines, f"mov {shape.zero_point}, r4"]


def _chosen(shape: DepthwiseShape) -> list[str]:
    """Load what belongs to one of the channels that choose, after ``_AGAIN``; leaves for the second way where that is
    the channel's. Bytes of the stream come four at a time, as words of a vector: widening loads cost no extensions."""
    lines = [*(["adds r0, #1"] if shape.channel_step else []), "adds r1, #1", "ldrd r9, r10, [r4], #8"]
    lines += ["vldrb.s32 q1, [r4, #4]", f"vldrb.s32 q0, [r4], #{shape.weight_bytes}", "stm sp, {r0, r1, r4}"]
    lines += ["vmov r8, r6, q1[2], q1[0]", "vmov r11, r2, q1[3], q1[1]", f"cmp r2, #{_LAST_WAY_START}"]
    lines += ["mla r2, r2, r7, r0", "mla r0, r6, r7, r0"]
    return [*lines, "vmov r4, r6, q0[2], q0[0]", "vmov r5, r7, q0[3], q0[1]", "beq 4f"]


def _channel(shape: DepthwiseShape) -> list[str]:
    """Load what belongs to one channel."""
    lines = ["ldm sp, {r0, r1, r12}", f"add r4, r0, #{shape.channel_step}", "adds r5, r1, #1"]
    lines += [f"add r6, r12, #{8 + shape.weight_bytes}", "stm sp, {r4, r5, r6}", "ldrd r9, r10, [r12], #8"]
    lines += [f"ldrsb {_WEIGHTS[t]}, [r12, #{t}]" for t in range(shape.kept)]
    lines += [f"ldrsb r11, [r12, #{shape.taps}]", *_pointers(shape)]
    if shape.streams_weights:
        return [*lines, f"ldr lr, [sp, #{_OUT_STEP + 4}]"]
    lines.append(f"ldrd r12, lr, [sp, #{_OUT_STEP}]")
    return lines if shape.same_steps or shape.in_step else [*lines, f"ldr r8, [sp, #{_IN_STEP}]"]


def _pointers(shape: DepthwiseShape) -> list[str]:
    """Where the pointers start, a fixed number of taps apart."""
    count = len(shape.ways[0].starts[0])
    moves = [(_BASES[i], _BASES[i - 1]) for i in range(1, count)]
    lines = [line for to, start in moves for line in (f"add {to}, {start}, lr", f"add {to}, {to}, lr, lsl #1")]
    return [f"ldr lr, [sp, #{_TAP_STEP}]", *lines] if lines else []


def _blocks(shape: DepthwiseShape, way: Way, label: int) -> list[str]:
    """All rows of a channel, eight at a time."""
    lines = ["dls lr, lr", f"{label}:"]
    taken = 0
    for position, group in enumerate(way.groups):
        for number, (pointer, offset) in enumerate(group):
            weight = _WEIGHTS[taken] if taken < shape.kept else _PASSING
            if taken >= shape.kept:
                lines.append(f"ldrsb {_PASSING}, [r12, #{taken}]")
            lines.append(f"vldrb.s16 q0, [{_BASES[pointer]}, {_OFFSETS[offset]}]")
            lines.append(f"vmla.s16 q1, q0, {weight}" if number else f"vmul.i16 q1, q0, {weight}")
            taken += 1
        if position == 0:
            lines += ["vmovlb.s16 q2, q1", "vmovlt.s16 q3, q1"]
        else:
            lines += ["vmovlb.s16 q0, q1", "vadd.i32 q2, q2, q0", "vmovlt.s16 q0, q1", "vadd.i32 q3, q3, q0"]
    lines += [*_requantize(shape), f"vstrb.16 q0, [r1, {shape.out_lanes}]", *_advance(shape, way)]
    return [*lines, f"le lr, {label}b"]


def _requantize(shape: DepthwiseShape) -> list[str]:
    """q0 = eight results from the sums in q2 and q3."""
    lines = ["vadd.i32 q2, q2, r9", "vadd.i32 q3, q3, r9"]
    if shape.signed:
        lines += ["vshr.s32 q0, q2, #31", "vshr.s32 q1, q3, #31"]
        lines += ["vqrdmlah.s32 q0, q2, r10", "vqrdmlah.s32 q1, q3, r10"]
    else:
        lines += ["vqrdmulh.s32 q0, q2, r10", "vqrdmulh.s32 q1, q3, r10"]
    if shape.narrowing:
        lines += [narrow_unrounded(0, i, i == 1, shape.narrowing, shape.signed) for i in (0, 1)]
        lines.append(f"vrshl.{'s' if shape.signed else 'u'}16 q0, r11")
    else:
        move = "vqmov" if shape.signed else "vqmovu"
        lines += ["vrshl.s32 q0, r11", "vrshl.s32 q1, r11", f"{move}nb.s32 q0, q0", f"{move}nt.s32 q0, q1"]
    return [*lines, f"vqadd.s16 q0, q0, {shape.zero_point}", "vqmovnb.s16 q0, q0"]


def _advance(shape: DepthwiseShape, way: Way) -> list[str]:
    """On to the next eight rows."""
    step = f"#{ROWS * shape.in_step}" if shape.in_step else "r12" if shape.same_steps else "r8"
    pointers = 1 + max(pointer for group in way.groups for pointer, _ in group)
    lines = [f"add {_BASES[i]}, {_BASES[i]}, {step}" for i in range(pointers)]
    return [*lines, f"add r1, r1, {f'#{ROWS * shape.out_step}' if shape.out_step else 'r12'}"]
