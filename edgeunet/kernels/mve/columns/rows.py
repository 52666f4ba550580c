"""Rows of the Helium convolutions that go by columns: which steps they take, how their constants are laid out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import convolution, plain, share_bytes, source
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.kernels.mve.assembly import caller, mark
from edgeunet.kernels.mve.columns.function import ROWS, ColumnShape, Pass, column_function, passes
from edgeunet.kernels.mve.scaling import choose_scaling, fits, scales
from edgeunet.program.convolutions import Conv, ConvSum, Int8Array
from edgeunet.program.steps import Clearance, Step

BLOCK = 64
"""Rows that all channels are computed of before the next where the output replaces inputs: a compromise between memory
and set-up."""
FEWEST_ROWS = 32
FEWEST_VALUES = 2048
"""Values from which on the function's code is worth what it saves."""
FEWEST_IN_STREAMS = 256
"""The same in a stream, of whose calls a window's worth of signal takes many."""
LONGEST_STEP = 1 << 12
"""Bytes between outputs from which on offsets do not fit 16 bits."""


def _weights(p: Conv | ConvSum) -> tuple[Int8Array, ...]:
    """Per operand ``(out, kernel, in)``."""
    return p.weights if isinstance(p, ConvSum) else (p.weights,)


def _shape(step: Step) -> ColumnShape | None:
    """The function that runs a convolution, or ``None`` where none does."""
    p, rows = convolution(step), step.groups
    if not plain(step) or not scales(p) or not fits(p.accumulator_bound):
        return None
    if isinstance(p, ConvSum) and p.repeat != 1:
        return None
    if rows % ROWS or rows < FEWEST_ROWS or step.output.rows != rows:
        return None
    if (p.stride, p.dilation) != (1, 1) or step.output.pitch_bytes >= LONGEST_STEP:
        return None
    walks: list[Pass] = []
    for operand, weights in enumerate(_weights(p)):
        kernel, channels = weights.shape[1:]
        made = passes(kernel, channels, operand) if source(step, operand).pitch_bytes == channels else None
        if made is None:
            return None
        walks += made
    scaling = choose_scaling(p, rows // ROWS, folds=False)
    return ColumnShape(tuple(walks), scaling, min(rows, BLOCK) // ROWS if len(walks) > 1 else 0)


def _block_rows(shape: ColumnShape, step: Step) -> int:
    """As many rows as sums between passes have room for, and as outputs that replace inputs lie below them."""
    if shape.most_units:
        return shape.most_units * ROWS
    return min(_clear_rows(step, position) for position in range(len(step.inputs)))


def _clear_rows(step: Step, position: int) -> int:
    """Rows that may be written before the next are read from an operand; ``BLOCK`` was asked for."""
    view = source(step, position)
    if not share_bytes(view, step.output):
        return step.groups
    distance = view.offset_bytes - step.output.offset_bytes
    clear = [rows for rows in range(BLOCK, step.groups + ROWS, ROWS) if _needed(step, position, rows) <= distance]
    return min(max(clear, default=BLOCK), step.groups)


def _needed(step: Step, position: int, rows: int) -> int:
    """Bytes that an operand has to lie above the output for blocks of ``rows``."""
    clearance = in_order(rows)(step, position)
    assert clearance is not None
    return clearance.least_bytes


def _stream(shape: ColumnShape, step: Step) -> NDArray[np.int32]:
    """Per channel its bias, the weights of all passes but the last, shift if any, multiplier, the last weights; with
    one pass, shift, bias, multiplier, weights."""
    p = convolution(step)
    r = p.requantization
    weights, bias, parts = _weights(p), p.folded_bias, []
    for n in range(len(bias)):
        runs = []
        for walk in shape.passes:
            taken = weights[walk.operand][n]
            run = taken if walk.phases == 2 else taken[:, walk.offset : walk.offset + walk.inputs]
            runs.append(run.tobytes().ljust(-(-run.size // 4) * 4, b"\0"))
        first, shift = [bias[n]], [] if shape.scaling.shift else [r.shifts[n]]
        scale = [r.multipliers[n]]
        if len(runs) == 1:
            head, tail = [], [*shift, *first, *scale]
        else:
            head, tail = first, [*shift, *scale]
        parts += [np.array(head, "<i4").tobytes(), *runs[:-1], np.array(tail, "<i4").tobytes(), runs[-1]]
    return np.frombuffer(b"".join(parts), "<i4").astype(np.int32)


def _arguments(step: Step) -> Arguments:
    shape = _shape(step)
    assert shape is not None
    loop = f"eu_columns_{mark(shape)}"
    text = caller("eu_columns", loop, operands=len(step.inputs))
    fields: StructFields = {
        "stream": _stream(shape, step),
        "rows": step.groups,
        "block_rows": _block_rows(shape, step),
        "a_step": source(step).pitch_bytes,
        "b_step": source(step, len(step.inputs) - 1).pitch_bytes,
        "outputs": step.output.channels,
        "out_step": step.output.pitch_bytes,
        "zero_point": convolution(step).requantization.zero_point,
    }
    return Arguments("eu_columns_t", fields, f"{loop}_run", (column_function(loop, shape), text))


def _overlap(step: Step, position: int) -> Clearance | None:
    """Blocks of rows go in ascending order."""
    return in_order(BLOCK)(step, position)


def _taken(step: Step, fewest: int) -> bool:
    """Whether there is a function and enough for it to do."""
    return step.groups * step.output.channels >= fewest and _shape(step) is not None


COLUMNS = Kernel("eu_columns", "mve", lambda step: _taken(step, FEWEST_VALUES), _arguments, overlap=_overlap)
COLUMNS_IN_STREAMS = replace(COLUMNS, accepts=lambda step: _taken(step, FEWEST_IN_STREAMS), streams_only=True)
