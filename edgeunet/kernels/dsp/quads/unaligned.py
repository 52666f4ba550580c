"""Rows of the quad kernels for windows at any address that are longer than ``any`` takes, or shorter than a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import numpy as np

from edgeunet.kernels.conditions import output_over_input, parameters, plain, source
from edgeunet.kernels.dsp.alignment import never
from edgeunet.kernels.dsp.packing import SCALINGS
from edgeunet.kernels.dsp.quads.rows import (
    LONGEST_NARROW,
    ROWS,
    convolution_fields,
    in_blocks,
    stores_quads,
    widened_bytes,
)
from edgeunet.kernels.dsp.scaling import Tail, flat_weights
from edgeunet.kernels.dsp.windows import GROUP, Runs
from edgeunet.kernels.kernel import Arguments, Kernel, no_scratch
from edgeunet.program.convolutions import Conv
from edgeunet.program.steps import Clearance, Step

SHORT_BLOCK = 32
"""Rows of windows shorter than a word at a time, where later ones read where earlier ones wrote: the few weights of a
quad are soon widened again."""

MOST_RUNS = 8
MOST_GROUPS = 16
"""Groups of four inputs that the chain for any address takes at once."""


def _window_bytes(step: Step) -> int | None:
    """Bytes of a window without gaps that a quad kernel may have; ``None`` where it has gaps."""
    conv, view = parameters(step, Conv), source(step)
    taps, channels = conv.weights.shape[1], conv.weights.shape[2]
    one_run = taps == 1 or (conv.dilation == 1 and view.pitch_bytes == channels)
    return taps * channels if plain(step) and stores_quads(step) and one_run else None


@cache
def overlapping_runs(inputs: int) -> Runs | None:
    """``inputs`` neighbouring bytes as equal runs of whole groups, evenly spaced, that may overlap; the fewest
    groups."""
    found = []
    for count in range(2, MOST_RUNS + 1):
        for groups in range(-(-inputs // (GROUP * count)), MOST_GROUPS + 1):
            between, left = divmod(inputs - GROUP * groups, count - 1)
            if left == 0 and 0 < between <= GROUP * groups:
                found.append((count * groups, count, Runs(GROUP * groups, count, between - GROUP * groups)))
    return min(found, key=lambda option: option[:2])[2] if found else None


@cache
def spread(conv: Conv, runs: Runs) -> Conv:
    """``conv`` as one tap with the bytes of all ``runs``: zeros for those that a run before has counted."""
    flat, step = flat_weights(conv), runs.length + runs.gap
    parts = [flat[:, run * step : run * step + runs.length].copy() for run in range(runs.count)]
    for part in parts[1:]:
        part[:, : -runs.gap] = 0
    return replace(conv, weights=np.concatenate(parts, axis=1)[:, None, :])


def long_runs(step: Step) -> Runs | None:
    """How a window of more bytes than ``any`` takes falls into runs."""
    inputs = _window_bytes(step)
    return overlapping_runs(inputs) if inputs is not None and inputs > LONGEST_NARROW else None


def _long_conv(step: Step) -> Conv | None:
    runs = long_runs(step)
    return None if runs is None else spread(parameters(step, Conv), runs)


@cache
def _filled(conv: Conv) -> Conv:
    """``conv`` as one tap of four inputs, of which the first are none."""
    flat = flat_weights(conv)
    filled = np.zeros((flat.shape[0], 1, GROUP), np.int8)
    filled[:, 0, GROUP - flat.shape[1] :] = flat
    return replace(conv, weights=filled)


def first_rows(step: Step) -> int | None:
    """Rows of windows of fewer than four bytes that would read before the operand; ``None`` for other windows."""
    inputs = _window_bytes(step)
    if inputs is None or inputs >= GROUP:
        return None
    first = -(-(GROUP - inputs) // (parameters(step, Conv).stride * source(step).pitch_bytes))
    return first if first < step.groups else None


def short_block(step: Step) -> int:
    """Rows of such windows at a time."""
    return min(SHORT_BLOCK, step.groups) if output_over_input(step) else step.groups


def _short_conv(step: Step) -> Conv | None:
    return None if first_rows(step) is None else _filled(parameters(step, Conv))


def _long_scratch(step: Step) -> int:
    conv = _long_conv(step)
    assert conv is not None
    return widened_bytes(flat_weights(conv).shape[1])


def _long_arguments(tail: Tail, step: Step) -> Arguments:
    runs = long_runs(step)
    assert runs is not None
    fields = convolution_fields(step, tail, spread(parameters(step, Conv), runs), runs, runs.gap)
    return Arguments("eu_quads_conv_t", fields)


def _short_arguments(tail: Tail, step: Step) -> Arguments:
    first, inputs = first_rows(step), flat_weights(parameters(step, Conv)).shape[1]
    name = f"eu_quads_conv_{tail.name}_any"
    made = f"eu_quads_first_{tail.name}_{inputs}_{first}"
    fields = convolution_fields(step, tail, _filled(parameters(step, Conv)), Runs(0, 1, 0), 0)
    definition = f"EU_QUADS_FIRST({made}, {name}, {inputs}, {first})\n"
    return Arguments("eu_quads_conv_t", fields | {"block": short_block(step)}, made, (definition,))


def _short_overlap(step: Step, position: int) -> Clearance | None:
    """The first rows one by one, the others in blocks, in ascending order."""
    first, in_bytes, out_bytes = first_rows(step), source(step).pitch_bytes, step.output.pitch_bytes
    if first is None or step.output.rows != step.groups:
        return None
    in_bytes *= parameters(step, Conv).stride
    starts = range(first, step.groups, SHORT_BLOCK)
    spans = [*((r, r + 1) for r in range(first)), *((r, min(r + SHORT_BLOCK, step.groups)) for r in starts)]
    return Clearance(max(end * out_bytes - start * in_bytes for start, end in spans))


def _rows(
    form: str,
    packed: Callable[[Step], Conv | None],
    arguments: Callable[[Tail, Step], Arguments],
    overlap: Callable[[Step, int], Clearance | None],
    required: tuple[str, ...],
    scratch: Callable[[Step], int],
) -> tuple[Kernel, ...]:
    def kernel(tail: Tail) -> Kernel:
        def accepts(step: Step) -> bool:
            conv = packed(step)
            return conv is not None and tail.accepts(conv)

        name = f"eu_quads_conv_{tail.name}_{form}"
        requires = (*tail.required, *ROWS, *required, "eu_quads_conv", f"{name}_loop")
        made = partial(arguments, tail)
        return Kernel(name, "dsp", accepts, made, requires, scratch_bytes=scratch, overlap=overlap, words_align=never)

    return tuple(map(kernel, SCALINGS))


def unaligned_convolutions() -> tuple[Kernel, ...]:
    """Windows at any address: of 69 bytes and more, and of one to three."""
    return (
        *_rows("any_runs", _long_conv, _long_arguments, in_blocks, ("eu_quads_any_runs",), _long_scratch),
        *_rows("any", _short_conv, _short_arguments, _short_overlap, ("eu_quads_first",), no_scratch),
    )
