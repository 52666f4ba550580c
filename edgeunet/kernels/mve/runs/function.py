"""Helium convolutions of any length, one function per window: all output channels of two rows, by quads.

What ``helium`` cannot reach from one pointer, or has no registers for: a window is one or more *runs* of bytes, of each
operand, and each run is a loop over vectors of 16 inputs. Registers:

    r0 r2 r4 r6  r8 r10 r12 lr   accumulators of rows a and b
    r1 r3 outputs    r5 stream    r9 r7 inputs of rows a and b    r11 vectors left
    q0 q1 inputs    q2 weights

Per vector and quad: 6 loads, 8 multiplies of 16 products each. The finish is that of ``helium``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, in_order
from edgeunet.kernels.mve.finish import A, B, Finish, biases
from edgeunet.kernels.mve.quads.function import naked
from edgeunet.kernels.mve.scaling import Scaling, choose_scaling, fits, scales
from edgeunet.kernels.mve.vectors import LANES
from edgeunet.program.parameters import ConvSum, Int8Array
from edgeunet.program.steps import Step, View

QUAD = 4
MOST_RUNS = 32
"""Each run is code of its own."""
LONGEST_RUN = 1 << 19
"""So that the count of its vectors is one instruction."""
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
    return naked(name, "const eu_runs_frame_t *frame", lines)


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


def _weights(p: Any) -> tuple[Int8Array, ...]:
    """Per operand ``(out, kernel, in)``."""
    return p.weights if isinstance(p, ConvSum) else (p.weights,)


def _runs(weights: Int8Array, view: View, dilation: int, operand: int) -> list[Run]:
    taps, channels = weights.shape[1:]
    if taps == 1 or (dilation == 1 and view.pitch_bytes == channels):
        return [Run(operand, 0, taps * channels)]
    return [Run(operand, tap * dilation * view.pitch_bytes, channels) for tap in range(taps)]


def _shape(step: Step) -> RunsShape | None:
    """The function that runs a convolution, or ``None`` where none does."""
    p = step.parameters
    if not plain(step) or not scales(p) or not fits(p.accumulator_bound):
        return None
    runs = [
        run
        for operand, weights in enumerate(_weights(p))
        for run in _runs(weights, source(step, operand), p.dilation, operand)
    ]
    if len(runs) > MOST_RUNS or max(run.inputs for run in runs) > LONGEST_RUN:
        return None
    outputs = step.output.channels
    return RunsShape(tuple(runs), choose_scaling(p, 1), outputs >= QUAD, outputs % QUAD)


def _stream(shape: RunsShape, step: Step) -> NDArray[np.int32]:
    """Per quad: its biases, weights (16 inputs or what is left, of each channel), multipliers, shifts (if any)."""
    p, r = step.parameters, step.parameters.requantization
    bias, flat = p.folded_bias, [w.reshape(w.shape[0], -1) for w in _weights(p)]
    parts: list[bytes] = []
    for n in range(0, len(bias), QUAD):
        used = b"".join(
            flat[operand][n : n + QUAD, k : min(k + LANES, end)].tobytes()
            for operand, start, end in _columns(shape.runs)
            for k in range(start, end, LANES)
        )
        parts += [bias[n : n + QUAD].astype("<i4").tobytes(), used.ljust(-(-len(used) // QUAD) * QUAD, b"\0")]
        parts.append(np.resize(r.multipliers[n : n + QUAD], QUAD).astype("<i4").tobytes())
        if not shape.scaling.shift:
            parts.append(np.resize(r.shifts[n : n + QUAD], QUAD).astype(np.int8).tobytes())
    return np.frombuffer(b"".join(parts), "<i4").astype(np.int32)


def _columns(runs: Sequence[Run]) -> list[tuple[int, int, int]]:
    """Operand, first and one past the last of the weights of each run."""
    found, used = [], {0: 0, 1: 0}
    for run in runs:
        found.append((run.operand, used[run.operand], used[run.operand] + run.inputs))
        used[run.operand] += run.inputs
    return found


def _arguments(step: Step) -> Arguments:
    shape = _shape(step)
    assert shape is not None
    p, r = step.parameters, step.parameters.requantization
    loop = f"eu_runs_{hashlib.sha256(repr(shape).encode()).hexdigest()[:6]}"
    two = len(step.inputs) > 1
    operands, passed = ("const int8_t *a, const int8_t *b", "a, b") if two else ("const int8_t *in", "in, in")
    text = (
        f"static void {loop}_run({operands}, int8_t *out, const eu_runs_t *p)\n"
        f"{{\n    eu_runs({passed}, out, p, {loop});\n}}\n"
    )
    repeat = getattr(p, "repeat", 1)
    fields: dict[str, Any] = {
        "stream": _stream(shape, step),
        "rows": step.groups * repeat,
        "repeat": repeat,
        "a_step": p.stride * source(step).pitch_bytes,
        "b_step": p.stride * source(step, len(step.inputs) - 1).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "addend": r.zero_point << shape.scaling.shift if shape.scaling.folded else r.zero_point,
    }
    return Arguments("eu_runs_t", fields, f"{loop}_run", (runs_function(loop, shape), text))


RUNS = Kernel("eu_runs", "mve", lambda step: _shape(step) is not None, _arguments, overlap=in_order(2))
