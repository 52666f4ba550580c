"""Helium convolutions of several taps, one function per window: weights stay, inputs pass.

One output channel at a time, lanes are inputs. A vector of 16 inputs holds ``phases`` rows: two of 8 channels, or one
of up to 16. (Rows of 32 channels take two *passes*, as a concatenation does.) The window of a row then covers ``taps``
vectors, and so does that of the next row of the same vector, with its weights further right:

    rows of 8 channels, 5 taps:   even  [w0 w1] [w2 w3] [w4  0]      odd  [ 0 w0] [w1 w2] [w3 w4]

All these weights are in registers. Each vector of inputs is loaded once and multiplied with all of them; the sums
belong to ``phases * taps`` different rows, of which ``phases`` are then complete. Eight sums go round: row ``r`` is in
accumulator ``r % 8``; four complete ones move to a vector of four rows, to be scaled by the channel's scalars. Per
output that is one multiply per vector of the window and ``1 / phases`` loads, where rows in pairs (``helium``) need
half a load of weights per multiply. Between passes the sums wait on the stack.

    r0 r2 r4 r6  r8 r10 r12 lr   accumulators of rows 0 .. 7
    r1 inputs    r3 outputs    r11 units of eight rows left    r9 bytes from a unit of outputs to the next
    r5 bias, in the first pass; where the sums of the pass before are read, in the others
    r7 multiplier, in the last pass; where sums are left for the next, in the others
    q0 .. weights, then inputs, sums, and byte offsets of eight outputs of a channel (on the stack if there is no room)

Scaling is that of ``helium``.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.scaling import Scaling
from edgeunet.kernels.mve.vectors import LANES

ROWS = 8
_SUMS = ("r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr")
_MOST_WEIGHTS = 6
_FRAME = ("stream", "a", "out", "unit_bytes", "units", "b", "zero_point", "end", "shift")
"""Words on the stack, the first of them as r0 r1 r3 r9 r11 get them. ``unit_bytes`` lie between eight rows of outputs
and the next, ``end`` is where the first row of outputs ends, ``shift`` the channel's."""
_OFFSETS = 4 * len(_FRAME)
"""Where the offsets of outputs are, if on the stack; sums between passes follow."""


@dataclass(frozen=True)
class Pass:
    """One walk over the inputs of operand ``operand``, from byte ``offset`` of its first row on.

    ``inputs`` of each vector count; ``kernel`` taps of the convolution; ``step_bytes`` from vector to vector.
    """

    operand: int
    offset: int
    inputs: int
    kernel: int
    phases: int
    step_bytes: int

    @property
    def taps(self) -> int:
        """Vectors that a row's window covers."""
        return (self.kernel + 1) // 2 if self.phases == 2 else self.kernel

    @property
    def weights(self) -> int:
        return self.phases * self.taps


@dataclass(frozen=True)
class ColumnShape:
    """Everything that is fixed in one function."""

    passes: tuple[Pass, ...]
    scaling: Scaling
    most_units: int = 0
    """Units per call for which sums have room between passes."""

    @property
    def spills(self) -> bool:
        """Whether the offsets of outputs are on the stack, and all passes' registers are one further."""
        return self.passes[-1].weights == _MOST_WEIGHTS

    @property
    def between_bytes(self) -> int:
        """Sums between passes."""
        return 4 * ROWS * self.most_units

    @property
    def between(self) -> int:
        """Where the sums between passes are."""
        return _OFFSETS + (16 if self.spills else 0)


def _word(name: str) -> str:
    return f"[sp, #{4 * _FRAME.index(name)}]"


def passes(kernel: int, channels: int, operand: int) -> tuple[Pass, ...] | None:
    """Passes over an operand whose rows of ``channels`` lie one after the other; ``None`` where registers run out."""
    if channels == LANES // 2 and kernel in (3, 5):
        return (Pass(operand, 0, LANES, kernel, 2, LANES),)
    if not 2 <= kernel <= 5 or not (LANES // 2 < channels <= LANES or channels == 2 * LANES):
        return None
    width = min(channels, LANES)
    return tuple(Pass(operand, at, width, kernel, 1, channels) for at in range(0, channels, LANES))


def column_function(name: str, shape: ColumnShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked function over one ``eu_columns_frame_t``."""
    lines = [*_enter(shape), "1:"]
    for index in range(len(shape.passes)):
        lines += _pass(shape, index)
    return naked(name, ("const eu_columns_frame_t *frame",), [*lines, *_leave(shape)])


def _enter(shape: ColumnShape) -> list[str]:
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}"]
    lines += [f"sub sp, sp, #{shape.between_bytes}"] if shape.between_bytes else []
    lines += ["ldm r0, {r1-r9}", "mov r10, #0", "vidup.u32 q7, r10, #1", "vidup.u32 q0, r10, #1", "vmovnt.i32 q7, q0"]
    lines += ["vmul.i16 q7, q7, r9", *(["vpush {d14-d15}"] if shape.spills else [])]
    return [*lines, "push {r1-r9}"]


def _pass(shape: ColumnShape, index: int) -> list[str]:
    """One pass of one channel."""
    p = shape.passes[index]
    first, last = index == 0, index == len(shape.passes) - 1
    lines = ["ldm sp, {r0, r1, r3, r9, r11}"]
    lines += [f"ldr r1, {_word('b')}"] if p.operand else []
    constants = ["r2"] * (last and not shape.scaling.shift) + ["r5"] * first + ["r7"] * last
    if constants:
        many = f"ldm r0!, {{{', '.join(constants)}}}"
        lines.append(many if len(constants) > 1 else f"ldr {constants[0]}, [r0], #4")
    lines += [f"str r2, {_word('shift')}"] if "r2" in constants else []
    lines += [*_weights(p), "str r0, [sp]"]
    lines += [f"add r1, r1, #{p.offset}"] if p.offset else []
    lines += [] if last else [f"add r7, sp, #{shape.between}"]
    if not first:
        lines += [f"add r5, sp, #{shape.between}", *(_resume(group) for group in (0, 1))]
    for at in range(1 - p.taps, 0):
        lines += _vector(p, at, fresh=first)
    lines.append("2:")
    for at in range(ROWS // p.phases):
        lines += _vector(p, at, fresh=first)
        done = p.phases * (at + 1)
        if done % 4 == 0:
            group = done // 4 - 1
            lines += _scaled(shape, group, first=first) if last else _left(p, group, first=first)
            lines += [] if first else [_resume(group)]
    return [*lines, "subs r11, r11, #1", "bne 2b"]


def _weights(p: Pass) -> list[str]:
    """Load the weights; the halves and rests of vectors that have no weights become zero."""
    if p.phases == 2:
        even = [f"vldrb.8 q{i}, [r0, #{LANES * i}]" for i in range(p.taps - 1)]
        odd = [f"vldrb.8 q{p.taps + i}, [r0, #{LANES * i - 8}]" for i in range(1, p.taps)]
        rims = [f"vldrbt.8 q{p.taps - 1}, [r0, #{LANES * (p.taps - 1)}]", f"vldrbe.8 q{p.taps}, [r0, #-8]"]
        return ["movs r4, #8", "vctp.8 r4", "vpste", *rims, *even, *odd, f"adds r0, #{8 * p.kernel}"]
    if p.inputs == LANES:
        return [f"vldrb.8 q{i}, [r0], #{LANES}" for i in range(p.taps)]
    loads = [f"vldrbt.8 q{i}, [r0], #{p.inputs}" for i in range(p.taps)]
    lines = [f"movs r4, #{p.inputs}", "vctp.8 r4"]
    for i in range(0, p.taps, 4):
        lines += ["vps" + "t" * len(loads[i : i + 4]), *loads[i : i + 4]]
    padding = -p.inputs * p.taps % 4
    return [*lines, f"adds r0, #{padding}"] if padding else lines


def _vector(p: Pass, at: int, *, fresh: bool) -> list[str]:
    """Load a vector of inputs; ``at`` is the one that the row completed by it begins with, counted in the unit.

    ``fresh`` sums start with their first product.
    """
    inputs = f"q{p.weights}"
    lines = [] if p.inputs == LANES else ["vpst"]
    lines.append(f"vldrb{'' if p.inputs == LANES else 't'}.8 {inputs}, [r1], #{p.step_bytes}")
    for phase in range(p.phases):
        for tap in range(p.taps):
            begins = at + p.taps - 1 - tap
            if begins >= 0:
                total = _SUMS[(begins * p.phases + phase) % ROWS]
                add = "" if fresh and tap == 0 else "a"
                lines.append(f"vmladav{add}.s8 {total}, {inputs}, q{phase * p.taps + tap}")
    return lines


def _resume(group: int) -> str:
    """Four sums of the pass before."""
    return f"ldm r5!, {{{', '.join(_SUMS[4 * group : 4 * group + 4])}}}"


def _gathered(group: int, q: str) -> list[str]:
    """Four complete sums as a vector."""
    s = _SUMS[4 * group : 4 * group + 4]
    return [f"vmov {q}[2], {q}[0], {s[0]}, {s[2]}", f"vmov {q}[3], {q}[1], {s[1]}, {s[3]}"]


def _left(p: Pass, group: int, *, first: bool) -> list[str]:
    """Leave four sums for the next pass."""
    q = f"q{p.weights}"
    return [*_gathered(group, q), *([f"vadd.i32 {q}, {q}, r5"] if first else []), f"vstrw.32 {q}, [r7], #16"]


def _scaled(shape: ColumnShape, group: int, *, first: bool) -> list[str]:
    """Scale four sums; with the second four, store all eight."""
    s, p = shape.scaling, shape.passes[-1]
    inputs, held = f"q{p.weights}", f"q{p.weights + 1}"
    q = inputs if group else held
    free = _SUMS[4 * group]
    lines = [*_gathered(group, q), *([f"vadd.i32 {q}, {q}, r5"] if first else []), f"vqrdmulh.s32 {q}, {q}, r7"]
    if s.sign:
        lines += [f"mov {free}, #1"] if s.sign == "one" else []
        lines.append(f"vqdmlah.s32 {q}, {q}, {'r11' if s.sign == 'counter' else free}")
    unsigned, half = "u" if s.unsigned else "", "t" if group else "b"
    if s.shift:
        lines.append(f"vqrshr{unsigned}n{half}.s32 {held}, {q}, #{s.shift}")
    else:
        lines += [f"ldr {free}, {_word('shift')}", f"vrshl.s32 {q}, {free}", f"vqmov{unsigned}n{half}.s32 {held}, {q}"]
    return lines if group == 0 else [*lines, *_stored(shape, held, inputs, free)]


def _stored(shape: ColumnShape, held: str, spare: str, free: str) -> list[str]:
    """Zero point, clamp and store of eight outputs."""
    s = shape.scaling
    lines = [f"ldr {free}, {_word('zero_point')}", f"vqadd.s16 {held}, {held}, {free}"]
    for bound, operation, limit in ((s.low, "vmax", -128), (s.high, "vmin", 127)):
        if bound != limit:
            lines += [f"mvn {free}, #{~bound}" if bound < 0 else f"mov {free}, #{bound}"]
            lines += [f"vdup.16 {spare}, {free}", f"{operation}.s16 {held}, {held}, {spare}"]
    lines.append(f"vqmovnb.s16 {held}, {held}")
    offsets = spare if shape.spills else "q7"
    lines += [f"vldrw.32 {offsets}, [sp, #{_OFFSETS}]"] if shape.spills else []
    return [*lines, f"vstrb.16 {held}, [r3, {offsets}]", "add r3, r3, r9"]


def _leave(shape: ColumnShape) -> list[str]:
    """On to the next channel, or back to the caller."""
    lines = [f"ldr r0, {_word('out')}", f"ldr r2, {_word('end')}", "adds r0, #1", f"str r0, {_word('out')}"]
    size = shape.between + shape.between_bytes
    return [*lines, "cmp r0, r2", "bne 1b", f"add sp, sp, #{size}", "vpop {d8-d15}", "pop {r4-r11, pc}"]
