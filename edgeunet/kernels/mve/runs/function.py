"""Helium convolutions of any length, one function per window: all output channels of two rows, by quads.

What ``helium`` cannot reach from one pointer, or has no registers for: a window is one or more *runs* of bytes, of each
operand, and each run is a loop over vectors of 16 inputs. Registers:

    r0 r2 r4 r6  r8 r10 r12 lr   accumulators of rows a and b
    r1 r3 outputs    r5 stream    r9 r7 inputs of rows a and b    r11 vectors left
    q0 q1 inputs    q2 weights

Per vector and quad: 6 loads, 8 multiplies of 16 products each. The finish is that of ``helium``.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.mve.assembly import naked
from edgeunet.kernels.mve.finish import A, B, Finish, biases
from edgeunet.kernels.mve.scaling import Scaling
from edgeunet.kernels.mve.vectors import LANES

QUAD = 4
_LOOPED = 3
"""Vectors from which on a run is a loop."""


@dataclass(frozen=True)
class Run:
    """``inputs`` bytes from byte ``offset`` of a row of operand ``operand``."""

    operand: int
    offset: int
    inputs: int


@dataclass(frozen=True)
class RunsShape:
    """Everything that is fixed in one function: quads in a loop, then the ``rest`` of the channels."""

    runs: tuple[Run, ...]
    scaling: Scaling
    loops: bool
    rest: int


def runs_function(name: str, shape: RunsShape) -> str:
    """C text of the function ``name`` for ``shape``: a naked function over one ``eu_runs_frame_t``."""
    finish = Finish(shape.scaling, "[sp, #12]")
    lines = ["push {r4-r11, lr}", "vpush {d8-d15}", "ldm r0, {r1-r9}", "push {r1-r9}"]
    if shape.loops:
        lines += ["1:", *_products(shape, QUAD), *finish.quad(QUAD, "q2", "q0", "q1")]
        lines += ["ldr r0, [sp, #4]", "subs r0, r0, #1", "str r0, [sp, #4]", "bne 1b"]
    if shape.rest:
        lines += [*_products(shape, shape.rest), *finish.quad(shape.rest, "q2", "q0", "q1")]
    lines += ["add sp, sp, #36", "vpop {d8-d15}", "pop {r4-r11, pc}"]
    return naked(name, ("const eu_runs_frame_t *frame",), lines)


def _products(shape: RunsShape, channels: int) -> list[str]:
    """Biases and all products of a quad with ``channels`` channels."""
    lines, at = biases(channels), (-1, 0)
    for run in shape.runs:
        if run.operand != at[0]:
            lines.append(f"ldrd r9, r7, [sp, #{20 + 8 * run.operand}]")
            at = (run.operand, 0)
        lines += _moved(run.offset - at[1])
        vectors, tail = divmod(run.inputs, LANES)
        if vectors >= _LOOPED:
            lines += [f"movw r11, #{vectors}", "3:", *_vector(channels, LANES), "subs r11, r11, #1", "bne 3b"]
        else:
            lines += vectors * _vector(channels, LANES)
        lines += _vector(channels, tail) if tail else []
        at = (run.operand, run.offset + run.inputs)
    padding = -channels * sum(run.inputs for run in shape.runs) % 4
    return [*lines, f"adds r5, r5, #{padding}"] if padding else lines


def _moved(distance: int) -> list[str]:
    """Both input pointers ``distance`` bytes on."""
    if distance == 0:
        return []
    lines = [f"movw r11, #{abs(distance) & 0xFFFF}"]
    lines += [f"movt r11, #{abs(distance) >> 16}"] if abs(distance) >> 16 else []
    return [*lines, *(f"{'add' if distance > 0 else 'sub'} {r}, {r}, r11" for r in ("r9", "r7"))]


def _vector(channels: int, inputs: int) -> list[str]:
    """Products of the next ``inputs`` inputs, at most 16."""
    then, lines = "", []
    if inputs < LANES:
        then, lines = "t", [f"movs r11, #{inputs}", "vctp.8 r11", "vpstt"]
    lines += [f"vldrb{then}.8 q0, [r9], #{inputs}", f"vldrb{then}.8 q1, [r7], #{inputs}"]
    for c in range(channels):
        lines += [f"vldrb.8 q2, [r5], #{inputs}", f"vmladava.s8 {A[c]}, q0, q2", f"vmladava.s8 {B[c]}, q1, q2"]
    return lines
