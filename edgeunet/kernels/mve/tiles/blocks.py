"""Helium convolutions of at most 16 inputs, one function per window: blocks of four rows and four output channels.

A row's inputs are one vector, and four rows stay while all channels use them: 4 weight loads and 16 multiplies give the
16 sums of a block. Lanes are rows: a channel's four sums are scaled by its scalars. Narrowed first to the halves, then
to the bytes of 32 bits, the four channels of a row end up side by side in its lane, and one store with an address per
lane, which moves on by itself, writes four bytes of four rows. Addresses must be multiples of four. Registers:

    r0 r2 r4 r6     sums of rows 0 .. 3, channels 0 and 2; then constants
    r8 r10 r12 lr   the same of channels 1 and 3
    r1 r3 constants    r5 stream    r7 zero point    r9 inputs    r11 output channels left
    q0 .. q3 inputs    q4 weights, sums    q5 q6 outputs of even and odd channels    q7 addresses of outputs

The stream has, per two channels, their weights, biases, multipliers and negated shifts (if they differ). The scaling is
that of ``helium``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.finish import A, B, gathered
from edgeunet.kernels.mve.scaling import Scaling
from edgeunet.kernels.mve.vectors import LANES, REACH
from edgeunet.program.convolutions import Int8Array, Requantization

ROWS = 4
CHANNELS = 4


@dataclass(frozen=True)
class BlockShape:
    """Everything that is fixed in one function."""

    inputs: int
    step_bytes: int
    scaling: Scaling

    @property
    def possible(self) -> bool:
        """One vector per row, four rows in reach; weights of two channels end with a word; the sign is counted."""
        near = (ROWS - 1) * self.step_bytes <= REACH
        return near and self.inputs <= LANES and self.inputs % 2 == 0 and self.scaling.sign != "one"


def block_function(name: str, shape: BlockShape) -> str:
    """C text of the function ``name`` for ``shape``: naked, of inputs, outputs and an ``eu_tiles_blocks_t``."""
    lines = [*_enter(shape), *_rows(shape), *_next(shape), "add sp, sp, #16", "vpop {d8-d15}", "pop {r4-r11, pc}"]
    return naked(name, ("const int8_t *in", "int8_t *out", "const eu_tiles_blocks_t *p"), lines)


def block_stream(weights: Int8Array, bias: NDArray[np.int32], r: Requantization, scaling: Scaling) -> NDArray[np.int32]:
    """Constants as the function reads them; ``weights (out, inputs)``."""
    parts: list[bytes] = []
    for n in range(0, len(bias), 2):
        pair: list[NDArray[np.integer[Any]]] = [bias[n : n + 2], r.multipliers[n : n + 2]]
        pair += [] if scaling.shift else [r.shifts[n : n + 2]]
        parts += [weights[n : n + 2].tobytes(), np.concatenate(pair).astype("<i4").tobytes()]
    return np.frombuffer(b"".join(parts), "<i4").astype(np.int32)


def _enter(shape: BlockShape) -> list[str]:
    """Stack: 0 stream, 4 output channels, 8 end of the inputs, 12 what addresses move on by after all channels."""
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}", "mov r9, r0", "ldm r2, {r3-r7}"]
    lines += ["movs r0, #0", "vidup.u32 q7, r0, #1", "vmul.i32 q7, q7, r6", "subs r1, r1, #4", "vadd.i32 q7, q7, r1"]
    lines += [f"movs r0, #{ROWS * shape.step_bytes}", "mla r5, r5, r0, r9", "rsb r6, r4, r6, lsl #2", "push {r3-r6}"]
    return [*lines, f"movs r2, #{shape.inputs}", "vctp.8 r2"] if shape.inputs < LANES else lines


def _rows(shape: BlockShape) -> list[str]:
    """Four rows: their inputs, then all channels."""
    then = "t" if shape.inputs < LANES else ""
    lines = ["1:", "ldrd r5, r11, [sp]", *(["vpstttt"] if then else [])]
    lines += [f"vldrb{then}.8 q{row}, [r9, #{row * shape.step_bytes}]" for row in range(ROWS)]
    lines += ["2:", *_two(shape, "b"), *_two(shape, "t"), "vqadd.s16 q5, q5, r7", "vqadd.s16 q6, q6, r7"]
    lines += _clamped(shape.scaling, ("q5", "q6"))
    lines += ["vqmovnb.s16 q5, q5", "vqmovnt.s16 q5, q6", "vstrw.32 q5, [q7, #4]!"]
    return [*lines, f"subs r11, r11, #{CHANNELS}", "bgt 2b"]


def _two(shape: BlockShape, half: str) -> list[str]:
    """Two channels, narrowed to one half of the lanes of q5 and of q6."""
    s, lines = shape.scaling, []
    for sums in (A, B):
        lines.append(f"vldrb.8 q4, [r5], #{shape.inputs}")
        lines += [f"vmladav.s8 {total}, q{row}, q4" for row, total in enumerate(sums)]
    lines += gathered(A, "q4")
    lines.append("ldm r5!, {r0, r1, r2, r3}" if s.shift else "ldm r5!, {r0, r1, r2, r3, r4, r6}")
    lines += _scaled(s, half, "q5", ("r0", "r2", "r4"))
    return [*lines, *gathered(B, "q4"), *_scaled(s, half, "q6", ("r1", "r3", "r6"))]


def _scaled(s: Scaling, half: str, to: str, constants: tuple[str, str, str]) -> list[str]:
    """Scale and narrow q4 by bias, multiplier and negated shift."""
    bias, multiplier, shift = constants
    lines = [f"vadd.i32 q4, q4, {bias}", f"vqrdmulh.s32 q4, q4, {multiplier}"]
    lines += ["vqdmlah.s32 q4, q4, r11"] if s.sign else []
    lines += [] if s.shift else [f"vrshl.s32 q4, {shift}"]
    kind = f"{'u' if s.unsigned else ''}n{half}.s32 {to}, q4"
    return [*lines, f"vqrshr{kind}, #{s.shift}" if s.shift else f"vqmov{kind}"]


def _clamped(s: Scaling, vectors: Iterable[str]) -> list[str]:
    lines = []
    for bound, operation, limit in ((s.low, "vmax", -128), (s.high, "vmin", 127)):
        if bound != limit:
            lines += [f"mvn r0, #{~bound}" if bound < 0 else f"movs r0, #{bound}", "vdup.16 q4, r0"]
            lines += [f"{operation}.s16 {q}, {q}, q4" for q in vectors]
    return lines


def _next(shape: BlockShape) -> list[str]:
    """On to the next four rows."""
    lines = [f"add r9, r9, #{ROWS * shape.step_bytes}", "ldrd r0, r2, [sp, #8]", "vadd.i32 q7, q7, r2"]
    return [*lines, "cmp r9, r0", "bne 1b"]
