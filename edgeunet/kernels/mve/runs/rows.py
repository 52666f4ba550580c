"""Rows of the Helium convolutions of any length: which steps they take, how their constants are laid out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import convolution, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.kernels.mve.assembly import caller, mark
from edgeunet.kernels.mve.runs.function import QUAD, Run, RunsShape, runs_function
from edgeunet.kernels.mve.scaling import choose_scaling, fits, scales
from edgeunet.kernels.mve.vectors import LANES
from edgeunet.program.convolutions import Conv, ConvSum, Int8Array
from edgeunet.program.steps import Step, View

MOST_RUNS = 32
"""Each run is code of its own."""


LONGEST_RUN = 1 << 19
"""So that the count of its vectors is one instruction."""


def _weights(p: Conv | ConvSum) -> tuple[Int8Array, ...]:
    """Per operand ``(out, kernel, in)``."""
    return p.weights if isinstance(p, ConvSum) else (p.weights,)


def _runs(weights: Int8Array, view: View, dilation: int, operand: int) -> list[Run]:
    taps, channels = weights.shape[1:]
    if taps == 1 or (dilation == 1 and view.pitch_bytes == channels):
        return [Run(operand, 0, taps * channels)]
    return [Run(operand, tap * dilation * view.pitch_bytes, channels) for tap in range(taps)]


def _shape(step: Step) -> RunsShape | None:
    """The function that runs a convolution, or ``None`` where none does."""
    p = convolution(step)
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
    p = convolution(step)
    r = p.requantization
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
    p = convolution(step)
    r = p.requantization
    loop = f"eu_runs_{mark(shape)}"
    text = caller("eu_runs", loop, operands=len(step.inputs))
    repeat = p.repeat if isinstance(p, ConvSum) else 1
    fields: StructFields = {
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
