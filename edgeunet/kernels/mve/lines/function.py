"""Helium 1x1 convolutions of one input channel: a straight line per output channel, eight rows at a time.

``emit/one_input.py`` says when ``(q * slope + offset) >> 20`` and a clamp equal TFLite's two roundings for each of the
256 inputs. The shift is done as in ``eu_elementwise_add``: 16 bits into saturated int16, then 4 into saturated int8,
both rounding, which ``offset`` makes up for. Registers:

    r0 in, r1 out (of the channel)      r2, r7 in and out of the block      r3 stream      r4 channels left
    r5 rows      r6 bytes to the next output row      r12 bytes to the eighth      r8 offset      lr blocks or rows left
    q2 slope     q4, q5 byte offsets of eight and of four outputs     q6, q7 clamps
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.mve.assembly import naked

ROUNDING = (1 << 15) + (1 << 19)
"""What the two rounding shifts add."""
LONGEST_STEP = 9000
"""Bytes between output rows so that offsets of eight fit 16 bits."""


@dataclass(frozen=True)
class LineShape:
    """Everything that is fixed in one function."""

    low: int
    high: int


def line_function(name: str, shape: LineShape) -> str:
    """C text of the function ``name`` for ``shape``."""
    lines = ["push {r4-r8, lr}", "vpush {d8-d15}", "ldrd r3, r4, [r2]", "ldrd r5, r6, [r2, #8]"]
    lines += ["movs r2, #0", "vidup.u32 q4, r2, #1", "vidup.u32 q0, r2, #1", "vmul.i32 q5, q4, r6"]
    lines += ["vmovnt.i32 q4, q0", "vmul.i16 q4, q4, r6", "lsl r12, r6, #3"]
    lines += [text for _, setting in _clamps(shape) for text in setting]
    lines += ["1:", "ldrd r7, r8, [r3], #8", "vdup.32 q2, r7", "mov r2, r0", "mov r7, r1"]
    lines += ["lsrs lr, r5, #3", "wls lr, lr, 3f"]
    lines += ["2:", "vldrb.s32 q0, [r2], #4", "vldrb.s32 q1, [r2], #4"]
    lines += ["vmlas.s32 q0, q2, r8", "vmlas.s32 q1, q2, r8"]
    lines += ["vqrshrnb.s32 q0, q0, #16", "vqrshrnt.s32 q0, q1, #16", *_narrow(shape)]
    lines += ["vstrb.16 q0, [r7, q4]", "add r7, r12", "le lr, 2b"]
    lines += ["3:", "ands lr, r5, #7", "beq 5f"]
    lines += ["4:", "vctp.32 lr", "vpst", "vldrbt.s32 q0, [r2], #4", "vmlas.s32 q0, q2, r8"]
    lines += ["vqrshrnb.s32 q0, q0, #16", *_narrow(shape), "vpst", "vstrbt.32 q0, [r7, q5]"]
    lines += ["add r7, r7, r6, lsl #2", "subs lr, lr, #4", "bgt 4b"]
    lines += ["5:", "adds r1, #1", "subs r4, #1", "bne 1b", "vpop {d8-d15}", "pop {r4-r8, pc}"]
    return naked(name, ("const int8_t *in", "int8_t *out", "const eu_lines_t *p"), lines)


def _clamps(shape: LineShape) -> list[tuple[str, list[str]]]:
    """What narrowing does not clamp: the instruction, and how its bound gets there."""
    wanted = (("vmax.s8 q0, q0, q6", shape.low, -128), ("vmin.s8 q0, q0, q7", shape.high, 127))
    return [
        (operation, [f"mvn r2, #{~bound}" if bound < 0 else f"movs r2, #{bound}", f"vdup.8 {operation[-2:]}, r2"])
        for operation, bound, limit in wanted
        if bound != limit
    ]


def _narrow(shape: LineShape) -> list[str]:
    return ["vqrshrnb.s16 q0, q0, #4", *(operation for operation, _ in _clamps(shape))]
