"""Rows of the kernels by four rows of two channels (``eu_panels.c``): convolutions for Cortex-M4/M7/M33."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edgeunet.kernels.conditions import convolution, parameters, plain, source
from edgeunet.kernels.dsp.alignment import windows_align
from edgeunet.kernels.dsp.fields import addition_fields, adds
from edgeunet.kernels.dsp.panels.packing import (
    PASS_GROUPS,
    first_pass,
    fits_relu,
    pack_high,
    pack_rounded,
    shares,
)
from edgeunet.kernels.dsp.scaling import Weighted, is_saturated, rounding_packs
from edgeunet.kernels.dsp.windows import TALL_ROWS, Runs, tall_parts
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields, in_order, nested
from edgeunet.program.convolutions import ConvSum, Int32Array
from edgeunet.program.steps import Clearance, Step

BURSTS, SPREAD = "eu_panels_bursts", "eu_panels_spread"
"""Orders of the loads: side by side, or each well before its use."""

GROUP_BYTES = 32
"""Of four inputs of four rows in a panel."""

READ_AHEAD_BYTES = 8
"""What is read, and not used, behind a panel where loads are spread."""


def order_for(core: str) -> str:
    """The order of loads that takes the fewest cycles on ``core``."""
    return SPREAD if core == "cortex-m7" else BURSTS


@dataclass(frozen=True)
class PanelTail:
    """A way from accumulators to int8, and when it is exact."""

    name: str
    accepts: Callable[[Weighted], bool]
    pack: Callable[[Weighted], tuple[Int32Array, int]]
    """Words, and ``scale``."""


def _fits_saturated(conv: Weighted) -> bool:
    """RELU whose zero point is the least value."""
    return is_saturated(conv.requantization) and fits_relu(conv)


def _fits_linear(conv: Weighted) -> bool:
    return is_saturated(conv.requantization) and rounding_packs(conv)


SATURATED = PanelTail("saturated", _fits_saturated, pack_high)
RELU = PanelTail("relu", fits_relu, pack_high)
LINEAR = PanelTail("linear", _fits_linear, pack_rounded)
TAILS = (RELU, LINEAR)
SUMMING = (SATURATED, RELU, LINEAR)
"""The cheapest first. One signal does without the first: so few networks need the code of three."""


@dataclass(frozen=True)
class Panels:
    """A family of kernels that run over panels: its weights, its tails, files before and behind those of all."""

    family: str
    takes: Callable[[Weighted], bool]
    tails: tuple[PanelTail, ...]
    summing: tuple[PanelTail, ...]
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()

    def tail_of(self, step: Step) -> PanelTail | None:
        """The cheapest tail that is exact, if any is."""
        tails = self.summing if isinstance(step.parameters, ConvSum) else self.tails
        return next((tail for tail in tails if tail.accepts(convolution(step))), None)

    def fits(self, step: Step) -> bool:
        """Whole groups of inputs in the arena; an addition's signals on the same step."""
        if step.epilogue and source(step, 1).pitch_bytes != step.output.pitch_bytes:
            return False
        parts = tall_parts(step)
        return parts is not None and self.takes(convolution(step))


def with_int8(order: str) -> Panels:
    """Those with int8 weights; ``order`` is that of their loads."""
    return Panels("panels", shares, TAILS, SUMMING, before=(order,))


def panel_bytes(step: Step) -> list[int]:
    """Of each signal's widened inputs of four rows; of a second signal for each of its phases."""
    conv = convolution(step)
    if isinstance(conv, ConvSum):
        return [2 * TALL_ROWS * conv.weights[0][0].size] + conv.repeat * [2 * TALL_ROWS * conv.weights[1][0].size]
    return [2 * TALL_ROWS * conv.weights[0].size]


def _scratch(step: Step) -> int:
    return sum(panel_bytes(step)) + READ_AHEAD_BYTES


def _overlap(step: Step, position: int) -> Clearance | None:
    """Inputs of four rows are widened before the first of their outputs is written; of an addition, see ``Layout``."""
    return in_order(TALL_ROWS)(step, position) if not step.epilogue or position == 0 else None


def _window_fields(step: Step, position: int, runs: Runs, before: int) -> str:
    """The window of a signal, of which ``before`` groups are done before the chain is entered."""
    first = first_pass(runs.groups * runs.count - before)
    fields = {
        "step": convolution(step).stride * source(step, position).pitch_bytes,
        "groups": runs.groups,
        "runs": runs.count,
        "gap": runs.gap,
        "first": first,
        "skip": GROUP_BYTES * (before + first - PASS_GROUPS),
    }
    return nested(fields)


def _fields(step: Step, tail: PanelTail) -> StructFields:
    """The fields that all have."""
    conv = convolution(step)
    words, scale = tail.pack(conv)
    return {
        "weights": words,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "scale": scale,
    }


def _conv_fields(step: Step, tail: PanelTail) -> StructFields:
    """The fields of ``eu_panels_t``."""
    parts = tall_parts(step)
    assert parts is not None
    return _fields(step, tail) | {"rows": step.groups, "in": _window_fields(step, 0, parts[0], 1)}


def _kernel(
    of: Panels,
    form: str,
    tail: PanelTail,
    required: tuple[str, ...],
    fits: Callable[[Step], bool],
    arguments: Callable[[Step], Arguments],
    chosen: Chosen,
) -> Kernel:
    name = f"eu_{of.family}_{form}_{tail.name}"

    def accepts(step: Step) -> bool:
        return fits(step) and of.fits(step) and of.tail_of(step) is tail and chosen(step)

    return Kernel(
        name,
        "dsp",
        accepts,
        arguments,
        (*of.before, "eu_panels", "eu_panels_rows", *of.behind, *required, f"{name}_loop"),
        scratch_bytes=_scratch,
        overlap=_overlap,
        words_align=windows_align,
    )


def convolutions(chosen: Chosen, of: Panels) -> tuple[Kernel, ...]:
    """Convolutions, where they are ``chosen``."""

    def kernel(tail: PanelTail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            return Arguments("eu_panels_t", _conv_fields(step, tail))

        return _kernel(of, "conv", tail, ("eu_panels_conv",), plain, arguments, chosen)

    return tuple(kernel(tail) for tail in of.tails)


def additions_after(chosen: Chosen, of: Panels) -> tuple[Kernel, ...]:
    """Convolutions that add a signal to their int8 results, where they are ``chosen``."""

    def kernel(tail: PanelTail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            added = addition_fields(step)
            del added["other_step"]
            return Arguments("eu_panels_add_t", {"conv": _conv_fields(step, tail)} | added)

        return _kernel(of, "add", tail, ("eu_panels_conv", "eu_panels_add"), adds, arguments, chosen)

    return tuple(kernel(tail) for tail in of.tails)


def sums(chosen: Chosen, of: Panels) -> tuple[Kernel, ...]:
    """Convolutions over two signals, where they are ``chosen``."""

    def kernel(tail: PanelTail) -> Kernel:
        def arguments(step: Step) -> Arguments:
            parts = tall_parts(step)
            assert parts is not None
            windows = {"a": _window_fields(step, 0, parts[0], 1), "b": _window_fields(step, 1, parts[1], 0)}
            groups: StructFields = {"groups": step.groups, "repeat": parameters(step, ConvSum).repeat}
            return Arguments("eu_panels_sum_t", _fields(step, tail) | groups | windows)

        return _kernel(of, "sum", tail, ("eu_panels_sum",), plain, arguments, chosen)

    return tuple(kernel(tail) for tail in of.summing)


def rows_by_kind(chosen: Chosen, order: str = BURSTS) -> dict[str, tuple[Kernel, ...]]:
    """All of those with int8 weights by kind of step, where they are ``chosen``."""
    return rows_of(with_int8(order), chosen)


def rows_of(family: Panels, chosen: Chosen) -> dict[str, tuple[Kernel, ...]]:
    """All of a family by kind of step, where they are ``chosen``."""
    return {
        "conv": (*convolutions(chosen, family), *additions_after(chosen, family)),
        "conv_sum": sums(chosen, family),
    }
