"""Rows of the kernels without scratch memory (``eu_bare.c``): convolutions for Cortex-M4/M7/M33.

Nothing is widened beforehand, so they are best for calls of one row to three, and run where others want more scratch
memory than there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from edgeunet.kernels.conditions import convolution, parameters, plain, source
from edgeunet.kernels.dsp.alignment import other_aligns, outputs_align, windows_align
from edgeunet.kernels.dsp.bare import packing as bare
from edgeunet.kernels.dsp.fields import addition_fields, adds, clamp_fields
from edgeunet.kernels.dsp.scaling import (
    LOWEST,
    Tail,
    Weighted,
    fits_clamped,
    fits_relu,
    fits_saturated,
    is_saturated,
    rounding_packs,
)
from edgeunet.kernels.dsp.windows import GROUP, Runs, tall_parts
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields, anything, in_order, nested
from edgeunet.program.convolutions import ConvSum
from edgeunet.program.steps import Clearance, Step

SATURATED = Tail("saturated", fits_saturated, lambda conv: bare.pack_scaled(conv, LOWEST))
CLAMPED = Tail("clamped", fits_clamped, lambda conv: bare.pack_scaled(conv, 0))
RELU = Tail("relu", fits_relu, lambda conv: bare.pack_scaled(conv, conv.requantization.zero_point, with_bias=False))
LINEAR = Tail("linear", lambda conv: is_saturated(conv.requantization) and rounding_packs(conv), bare.pack_rounded)
TAILS = (SATURATED, CLAMPED, LINEAR)
"""The cheapest first."""

ADDING = (RELU, LINEAR)
"""Those that an addition may follow."""


@cache
def _tail_of(conv: Weighted, tails: tuple[Tail, ...]) -> Tail | None:
    return next((tail for tail in tails if tail.accepts(conv)), None) if bare.shares(conv) else None


def tail_of(step: Step) -> Tail | None:
    """The cheapest tail that is exact, if any is."""
    return _tail_of(convolution(step), ADDING if step.epilogue else TAILS)


def _window_fields(step: Step, position: int, runs: Runs) -> str:
    """The fields of ``eu_bare_window_t``."""
    conv = convolution(step)
    return nested(
        {
            "step": conv.stride * source(step, position).pitch_bytes,
            "groups": runs.groups,
            "runs": runs.count,
            "run_gap": runs.gap,
        }
    )


def _fields(step: Step, tail: Tail) -> StructFields:
    """The fields that both structs have."""
    words, scale = tail.pack(convolution(step))
    clamp = clamp_fields(convolution(step).requantization) if tail is CLAMPED else {"above": 0, "below": 0}
    fields: StructFields = {
        "weights": words,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "scale": scale,
    }
    return fields | clamp


def _conv_fields(step: Step, tail: Tail, parts: list[Runs]) -> StructFields:
    return _fields(step, tail) | {"rows": step.groups, "in": _window_fields(step, 0, parts[0])}


def _sum_fields(step: Step, tail: Tail, parts: list[Runs]) -> StructFields:
    windows = {name: _window_fields(step, i, parts[i]) for i, name in enumerate("ab")}
    return _fields(step, tail) | {"groups": step.groups, "repeat": parameters(step, ConvSum).repeat} | windows


def _add_fields(step: Step, tail: Tail, parts: list[Runs]) -> StructFields:
    fields = _conv_fields(step, tail, parts) | addition_fields(step)
    del fields["above"], fields["below"]
    return fields


def _adds(step: Step) -> bool:
    return adds(step) and step.output.channels % GROUP == 0


def _overlap(step: Step, position: int) -> Clearance | None:
    """Rows in ascending order; of an addition, see ``Layout``."""
    return in_order()(step, position) if not step.epilogue or position == 0 else None


Fields = Callable[[Step, Tail, list[Runs]], StructFields]

KINDS: dict[str, tuple[str, Callable[[Step], bool], Fields]] = {
    "conv": ("eu_bare_t", plain, _conv_fields),
    "sum": ("eu_bare_sum_t", plain, _sum_fields),
    "add": ("eu_bare_add_t", _adds, _add_fields),
}
"""Argument struct, what fits, and fields."""


def _kernel(name: str, tail: Tail, kind: str, chosen: Chosen) -> Kernel:
    struct, fits, fields = KINDS[kind]

    def accepts(step: Step) -> bool:
        return fits(step) and tall_parts(step) is not None and tail_of(step) is tail and chosen(step)

    def arguments(step: Step) -> Arguments:
        parts = tall_parts(step)
        assert parts is not None
        return Arguments(struct, fields(step, tail, parts))

    def words_align(step: Step) -> bool:
        stores = tail is not CLAMPED or outputs_align(step)
        return windows_align(step) and stores and (kind != "add" or other_aligns(step))

    own_tail = f"eu_bare_add_{tail.name}_tail" if kind == "add" else f"eu_bare_{tail.name}_tail"
    files = ("eu_quads", "eu_bare", "eu_bare_rows", f"eu_bare_{kind}", own_tail)
    only = chosen is not anything
    return Kernel(name, "dsp", accepts, arguments, files, overlap=_overlap, streams_only=only, words_align=words_align)


def convolutions(chosen: Chosen, streams_only: bool | None = None) -> tuple[Kernel, ...]:
    """Convolutions, where they are ``chosen``; in windows too where that is ``anything`` or ``streams_only`` is not."""
    made = (_kernel(f"eu_bare_conv_{tail.name}", tail, "conv", chosen) for tail in TAILS)
    return tuple(kernel if streams_only is None else replace(kernel, streams_only=streams_only) for kernel in made)


def additions_after(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results, where they are ``chosen``."""
    return tuple(_kernel(f"eu_bare_add_{tail.name}", tail, "add", chosen) for tail in ADDING)


def sums(chosen: Chosen) -> tuple[Kernel, ...]:
    """Convolutions over two signals, where they are ``chosen``."""
    return tuple(_kernel(f"eu_bare_sum_{tail.name}", tail, "sum", chosen) for tail in TAILS)
