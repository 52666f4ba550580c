"""Rows of the kernels for calls of few rows (``eu_tall.c``): convolutions for Cortex-M4/M7/M33."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.conditions import convolution, parameters, plain, source
from edgeunet.kernels.dsp.alignment import windows_align
from edgeunet.kernels.dsp.fields import addition_fields, adds
from edgeunet.kernels.dsp.scaling import (
    LOWEST,
    Tail,
    fits_relu,
    fits_saturated,
    flat_weights,
    is_saturated,
    rounding_packs,
)
from edgeunet.kernels.dsp.tall.packing import pack_rounded, pack_scaled, passes, wide_words
from edgeunet.kernels.dsp.windows import TALL_ROWS, Runs, tall_parts
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields, anything, in_order, nested
from edgeunet.program.convolutions import ConvSum
from edgeunet.program.steps import Clearance, Step

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
    return in_order(TALL_ROWS)(step, position) if not step.epilogue or position == 0 else None


def _window_fields(step: Step, position: int, runs: Runs) -> str:
    taken = passes(runs.inputs)
    fields = {
        "step": convolution(step).stride * source(step, position).pitch_bytes,
        "groups": runs.groups,
        "runs": runs.count,
        "run_gap": runs.gap,
        "pass_groups": taken.groups,
        "passes": taken.count,
    }
    return nested(fields)


def _conv_fields(step: Step, tail: Tail) -> StructFields:
    """The fields of ``eu_tall_t``."""
    parts = tall_parts(step)
    assert parts is not None
    words, scale = tail.pack(convolution(step))
    return {
        "weights": words,
        "rows": step.groups,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "scale": scale,
        "in": _window_fields(step, 0, parts[0]),
    }


def tail_of(step: Step) -> Tail | None:
    """The cheapest tail that is exact, if any is."""
    tails = ADDING if step.epilogue else TAILS
    return next((tail for tail in tails if tail.accepts(convolution(step))), None)


def _scratch(step: Step) -> int:
    conv = convolution(step)
    if isinstance(conv, ConvSum):
        inputs = conv.weights[0][0].size + conv.repeat * conv.weights[1][0].size
    else:
        inputs = flat_weights(conv).shape[1]
    return 4 * (TALL_ROWS + wide_words(inputs))


def _kernel(
    name: str,
    tail: Tail,
    required: tuple[str, ...],
    fits: Callable[[Step], bool],
    arguments: Callable[[Step], Arguments],
    chosen: Chosen,
) -> Kernel:
    def accepts(step: Step) -> bool:
        return fits(step) and tall_parts(step) is not None and tail_of(step) is tail and chosen(step)

    files = ("eu_quads", "eu_tall", "eu_tall_rows", *required)
    only = chosen is not anything
    return Kernel(
        name,
        "dsp",
        accepts,
        arguments,
        files,
        scratch_bytes=_scratch,
        overlap=_overlap,
        streams_only=only,
        words_align=windows_align,
    )


def convolutions(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_tall_t", _conv_fields(step, tail))

        required = ("eu_tall_conv", f"eu_tall_{tail.name}_tail")
        return _kernel(f"eu_tall_conv_{tail.name}", tail, required, plain, arguments, chosen)

    return tuple(kernel(tail) for tail in TAILS)


def additions_after(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_tall_add_t", _conv_fields(step, tail) | addition_fields(step))

        required = ("eu_tall_add", f"eu_tall_add_{tail.name}_tail")
        return _kernel(f"eu_tall_add_{tail.name}", tail, required, adds, arguments, chosen)

    return tuple(kernel(tail) for tail in ADDING)


def sums(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions over two signals, where they are ``chosen``."""

    def kernel(tail: Tail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            conv, parts = parameters(step, ConvSum), tall_parts(step)
            assert parts is not None
            words, scale = tail.pack(conv)
            fields: StructFields = {
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
        return _kernel(f"eu_tall_sum_{tail.name}", tail, required, plain, arguments, chosen)

    return tuple(kernel(tail) for tail in TAILS)
