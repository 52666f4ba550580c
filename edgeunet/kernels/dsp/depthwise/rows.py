"""Rows of the other kernels for Cortex-M4, M7 and M33: single channels, depthwise, maximum, addition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgeunet.kernels.conditions import output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.scaling import (
    is_saturated,
    rounding_fits,
)
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.program.convolutions import Depthwise, Int32Array
from edgeunet.program.steps import Clearance, Step

MACROS = ("eu_quads",)

LARGEST_STEP = 255
"""Largest offset of a byte load or store that moves its pointer."""

DEPTHWISE_BLOCKS = 8

LONG_TAPS = (7, 9)
"""Windows of ``eu_depthwise_long``: one loop for every step and shift, four rows at a time."""

LONG = ("eu_depthwise_pairs", "eu_depthwise_long")

OWN_LOOP_OUTPUTS = 1600
"""Outputs from which on the channels of one shift get a loop of their own (5 instructions less per output); half of the
channels always do, and in a stream (a call there has few rows, but there are many calls) any two."""


def _has_immediate_steps(step: Step) -> bool:
    return max(source(step).pitch_bytes, step.output.pitch_bytes) <= LARGEST_STEP


def _accepts_depthwise(taps: int) -> Callable[[Step], bool]:
    """Dense windows of ``taps`` rows, the whole int8 range; short windows: steps that fit an immediate offset."""

    def accepts(step: Step) -> bool:
        p = parameters(step, Depthwise)
        return (
            plain(step)
            and p.weights.shape[0] == taps
            and (p.stride, p.dilation, p.repeat) == (1, 1, 1)
            and step.groups >= rows_together(step)
            and (taps in LONG_TAPS or _has_immediate_steps(step))
            and is_saturated(p.requantization)
            and rounding_fits(p)
        )

    return accepts


def loop_name(kernel: str, steps: tuple[int, int], shift: int, channels: int, step: Step) -> str:
    """The loop for ``channels`` of one shift: one of their own where it saves more time than 300 bytes are worth."""
    many = channels > 1 and 2 * channels >= step.output.channels
    streams = channels > 1 and step.first_group < 0
    own = channels * step.groups > OWN_LOOP_OUTPUTS or many or streams
    return f"{kernel}_{steps[0]}_{steps[1]}_{shift}" if own else f"{kernel}_any"


def _depthwise(taps: int) -> Callable[[Step], Arguments]:
    kernel = f"eu_depthwise_{taps}"

    def arguments(step: Step) -> Arguments:
        steps = (source(step).pitch_bytes, step.output.pitch_bytes)
        shifts = [-int(shift) for shift in parameters(step, Depthwise).requantization.shifts]
        loops = {shift: loop_name(kernel, steps, shift, shifts.count(shift), step) for shift in set(shifts)}
        definitions = [
            f"{kernel.upper()}_ANY_LOOP({loop})\n"
            if loop == f"{kernel}_any"
            else f'{kernel.upper()}_LOOP({loop}, "{steps[0]}", "{steps[1]}", "{shift}")\n'
            for shift, loop in sorted(loops.items())
        ]
        listed = [loops.get(shift, "0") for shift in range(min(shifts), max(shifts) + 1)]
        name = "_".join(
            [kernel, *map(str, steps), *(loop.removeprefix(f"{kernel}_") for loop in listed), str(min(shifts))]
        )
        definitions.append(
            f"static void {name}(const int8_t *in, int8_t *out, const {kernel}_t *p)\n{{\n"
            f"    static {kernel}_loop_t *const loops[] = {{{', '.join(listed)}}};\n"
            f"    {kernel}(in, out, p, loops, {min(shifts)});\n}}\n"
        )
        return Arguments(f"{kernel}_t", _short_fields(step), name, tuple(definitions))

    return arguments


def _short_fields(step: Step) -> StructFields:
    """Of five taps the first four are a word, and the last lies before the shift: so every word is at a multiple of
    four."""
    fields, weights = _depthwise_fields(step), parameters(step, Depthwise).weights
    if weights.shape[0] != 5:
        return fields
    words: Int32Array = np.ascontiguousarray(weights[:4].T).view("<i4").reshape(-1).astype(np.int32)
    shifts = -parameters(step, Depthwise).requantization.shifts
    return fields | {"weights": words, "shift": np.stack([weights[4], shifts], axis=1).astype(np.int8)}


def _depthwise_fields(step: Step) -> StructFields:
    p = parameters(step, Depthwise)
    r = p.requantization
    return {
        "weights": np.ascontiguousarray(p.weights.T),
        "bias": p.folded_bias,
        "multiplier": r.multipliers,
        "shift": -r.shifts,
        "rows": step.groups,
        "in_step": source(step).pitch_bytes,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "block": depthwise_block(step) if output_over_input(step) and not same_columns(step) else step.groups,
        "zero_point": r.zero_point,
    }


def depthwise_block(step: Step) -> int:
    """Rows at a time where later ones read where earlier ones wrote; the last block has those left over as well."""
    together = rows_together(step)
    return max(together, -(-step.groups // DEPTHWISE_BLOCKS) // together * together)


def rows_together(step: Step) -> int:
    return 4 if parameters(step, Depthwise).weights.shape[0] in LONG_TAPS else 2


def same_columns(step: Step) -> bool:
    return source(step).pitch_bytes == step.output.pitch_bytes and step.output.rows == step.groups


def _depthwise_overlap(step: Step, position: int) -> Clearance | None:
    """How far above the output the input must lie.

    Each channel is a column, done in ascending rows that are read before they are written: an output whose columns are
    the input's may replace it, from as many rows on as are done again at the end. Else what a block of rows writes must
    stay below what it and later ones read.
    """
    left_over = rows_together(step) - 1
    if same_columns(step):
        again = left_over if step.groups % (left_over + 1) else 0
        return Clearance(again * source(step).pitch_bytes, source(step).pitch_bytes)
    block = depthwise_block(step)
    clearance = in_order(block + left_over)(step, position)
    if clearance is None:
        return None
    in_bytes: int = source(step).pitch_bytes
    out_bytes: int = step.output.pitch_bytes
    starts = range(0, max(step.groups - left_over, 1), block)
    ends = [*starts[1:], step.groups]
    needed: list[int] = [end * out_bytes - start * in_bytes for start, end in zip(starts, ends, strict=True)]
    return Clearance(max(clearance.least_bytes, *needed))


def depthwises() -> tuple[Kernel, ...]:
    short = (
        Kernel(f"eu_depthwise_{k}", "dsp", _accepts_depthwise(k), _depthwise(k), overlap=_depthwise_overlap)
        for k in (3, 5)
    )
    long = (
        Kernel(f"eu_depthwise_{k}", "dsp", _accepts_depthwise(k), _long_depthwise, LONG, overlap=_depthwise_overlap)
        for k in LONG_TAPS
    )
    return (*short, *long)


def _long_depthwise(step: Step) -> Arguments:
    return Arguments("eu_depthwise_long_t", _depthwise_fields(step))
