"""Rows of the kernels for calls of few rows (``kernels/dsp/eu_tall.c``): convolutions for Cortex-M4/M7/M33."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from edgeunet.kernels.conditions import plain, source
from edgeunet.kernels.dsp.cost import Shape
from edgeunet.kernels.dsp.fields import addition_fields, adds, nested
from edgeunet.kernels.dsp.quads.rows import ONE_MULTIPLY
from edgeunet.kernels.dsp.scaling import GROUP, Weighted, fits_relu, fits_saturated, flat_weights, is_saturated
from edgeunet.kernels.dsp.tall.packing import pack_rounded, pack_scaled, passes, rounding_packs, wide_words
from edgeunet.kernels.dsp.windows import ROWS, Runs, tall_runs
from edgeunet.kernels.kernel import Arguments, Kernel, in_order
from edgeunet.program.parameters import ConvSum
from edgeunet.program.steps import Clearance, Step

WORTH = 0.98
"""A layer is taken from the quad kernels where it costs less than this part of what it costs there."""

MOST_ROWS = 64
"""Longer calls stay with the quad kernels, whose code a network has anyway."""

LOWEST = -128


@dataclass(frozen=True)
class Tail:
    """One way from accumulators to int8: when it is exact, and how its channels are packed (words, ``scale``)."""

    name: str
    accepts: Callable[[Weighted], bool]
    pack: Callable[[Weighted], tuple[Any, int]]


SATURATED = Tail("saturated", fits_saturated, lambda conv: pack_scaled(conv, LOWEST, True))
RELU = Tail("relu", fits_relu, lambda conv: pack_scaled(conv, conv.requantization.zero_point, False))
LINEAR = Tail(
    "linear", lambda conv: is_saturated(conv.requantization) and rounding_packs(conv), lambda conv: pack_rounded(conv)
)
TAILS = (SATURATED, RELU, LINEAR)
ADDING = (RELU, LINEAR)
"""Those that an addition may follow."""


def _overlap(step: Step, position: int) -> Clearance | None:
    """Inputs of four rows are widened before the first of their outputs is written; of an addition, see ``Layout``."""
    return in_order(ROWS)(step, position) if not step.epilogue or position == 0 else None


def _parts(step: Step) -> list[Runs] | None:
    """How the window over each signal falls into runs, where these kernels can read it."""
    conv = step.parameters
    weights = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    found = [tall_runs(w, conv.dilation, source(step, i).pitch_bytes) for i, w in enumerate(weights)]
    return [runs for runs in found if runs is not None] if None not in found else None


def _window_fields(step: Step, position: int, runs: Runs) -> str:
    taken = passes(runs.inputs)
    fields = {
        "step": step.parameters.stride * source(step, position).pitch_bytes,
        "groups": runs.groups,
        "runs": runs.count,
        "run_gap": runs.gap,
        "pass_groups": taken.groups,
        "passes": taken.count,
    }
    return nested(fields)


def _conv_fields(step: Step, tail: Tail) -> dict[str, Any]:
    """The fields of ``eu_tall_t``."""
    parts = _parts(step)
    assert parts is not None
    words, scale = tail.pack(step.parameters)
    return {
        "weights": words,
        "rows": step.groups,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "scale": scale,
        "in": _window_fields(step, 0, parts[0]),
    }


def shape(step: Step) -> Shape:
    """What the cost of a convolution depends on."""
    conv, outputs, rows = step.parameters, step.output.channels, step.output.rows
    if isinstance(conv, ConvSum):
        low, groups = (w[0].size // GROUP for w in conv.weights)
        return Shape(outputs, rows, groups, conv.repeat, low)
    return Shape(outputs, rows, flat_weights(conv).shape[1] // GROUP, adds=bool(step.epilogue))


def tail_of(step: Step) -> Tail | None:
    """The cheapest tail that is exact, if any is."""
    tails = ADDING if step.epilogue else TAILS
    return next((tail for tail in tails if tail.accepts(step.parameters)), None)


def quads_cost(step: Step) -> float:
    """What the quad kernels take, with the scaling they choose."""
    return shape(step).quads_cost(rounded=not any(scaling.accepts(step.parameters) for scaling in ONE_MULTIPLY))


def tall_cost(step: Step) -> float:
    """What these kernels take; without end where they do not fit."""
    tail = tail_of(step)
    return shape(step).tall_cost(tail.name) if tail is not None else inf


def _is_cheaper(step: Step) -> bool:
    """Whether the call has few enough rows to be worth it."""
    return step.output.rows <= MOST_ROWS and tall_cost(step) < WORTH * quads_cost(step)


def _scratch(step: Step) -> int:
    conv = step.parameters
    if isinstance(conv, ConvSum):
        inputs = conv.weights[0][0].size + conv.repeat * conv.weights[1][0].size
    else:
        inputs = flat_weights(conv).shape[1]
    return 4 * (ROWS + wide_words(inputs))


def _kernel(
    name: str,
    tail: Tail,
    required: tuple[str, ...],
    fits: Callable[[Step], bool],
    arguments: Callable[[Step], Arguments],
    cheaper: bool,
) -> Kernel:
    def accepts(step: Step) -> bool:
        return fits(step) and _parts(step) is not None and tail_of(step) is tail and (not cheaper or _is_cheaper(step))

    files = ("eu_quad", "eu_tall", "eu_tall_rows", *required)
    return Kernel(
        name, "dsp", accepts, arguments, files, scratch_bytes=_scratch, overlap=_overlap, streams_only=cheaper
    )


def convolutions(cheaper: bool) -> tuple[Kernel, ...]:
    """Convolutions; those that are ``cheaper`` than the quad kernels, or any."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_tall_t", _conv_fields(step, tail))

        required = ("eu_tall_conv", f"eu_tall_{tail.name}_tail")
        return _kernel(f"eu_tall_{tail.name}", tail, required, plain, arguments, cheaper)

    return tuple(kernel(tail) for tail in TAILS)


def additions_after(cheaper: bool) -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_tall_add_t", _conv_fields(step, tail) | addition_fields(step))

        return _kernel(f"eu_tall_{tail.name}_add", tail, ("eu_tall_add",), adds, arguments, cheaper)

    return tuple(kernel(tail) for tail in ADDING)


def sums(cheaper: bool) -> tuple[Kernel, ...]:
    """Convolutions over two signals."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            conv, parts = step.parameters, _parts(step)
            assert parts is not None
            words, scale = tail.pack(conv)
            fields = {
                "weights": words,
                "groups": step.groups,
                "repeat": conv.repeat,
                "out_step": step.output.pitch_bytes,
                "outputs": step.output.channels,
                "scale": scale,
                "a": _window_fields(step, 0, parts[0]),
                "b": _window_fields(step, 1, parts[1]),
            }
            return Arguments("eu_tall_sum_t", fields)

        required = ("eu_tall_sum", f"eu_tall_{tail.name}_tail")
        return _kernel(f"eu_tall_sum_{tail.name}", tail, required, plain, arguments, cheaper)

    return tuple(kernel(tail) for tail in TAILS)
