"""Rows of the kernels by three rows of two channels (``eu_trios.c``): windows of 3, 5 and 7 taps with RELU, for
Cortex-M4 and M33."""

from __future__ import annotations

from edgeunet.kernels.conditions import convolution, plain, source
from edgeunet.kernels.dsp.alignment import windows_align
from edgeunet.kernels.dsp.panels.packing import fits_relu, shares
from edgeunet.kernels.dsp.trios.packing import pack
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.kernel import Arguments, Chosen, Kernel, StructFields
from edgeunet.program.convolutions import ConvSum
from edgeunet.program.steps import Clearance, Step

TAPS = (5, 3, 7)
"""Taps that there is a loop for."""

ROWS = 3
"""Rows done together."""

_PANEL_ROWS = 16
"""Rows that are widened at once."""


def blocks(rows: int, taps: int) -> list[int]:
    """Output rows of each block: as many threes as fit the panel, three or more in the last (``eu_trios_block``)."""
    most, found = (_PANEL_ROWS + 1 - taps) // ROWS * ROWS, []
    while rows > most:
        found.append(most - ROWS if rows < most + ROWS else most)
        rows -= found[-1]
    return [*found, rows]


def taps_of(step: Step) -> int:
    """Taps of the window over each signal."""
    conv = convolution(step)
    return int((conv.weights[0] if isinstance(conv, ConvSum) else conv.weights).shape[-2])


def groups_of(step: Step) -> list[int]:
    """Groups of four channels of each signal."""
    conv = convolution(step)
    parts = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    return [w.shape[-1] // GROUP for w in parts]


def _fits(step: Step) -> bool:
    """A window that moves on by one row, over whole groups of channels."""
    conv = convolution(step)
    parts = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    whole = all(w.shape[-1] % GROUP == 0 and source(step, i).pitch_bytes % GROUP == 0 for i, w in enumerate(parts))
    dense = whole and len({w.shape[-2] for w in parts}) == 1 and (conv.stride, conv.dilation) == (1, 1)
    if not dense or step.groups < ROWS or (isinstance(conv, ConvSum) and conv.repeat > 1):
        return False
    return shares(conv) and fits_relu(conv)


def _scratch(step: Step) -> int:
    return 2 * 4 * _PANEL_ROWS * sum(groups_of(step))


def _overlap(step: Step, position: int) -> Clearance | None:
    """Inputs of a block are widened before the first of its outputs is written."""
    if step.output.rows != step.groups:
        return None
    out_bytes, in_bytes, end, least = step.output.pitch_bytes, source(step, position).pitch_bytes, 0, []
    for block in blocks(step.groups, taps_of(step)):
        least.append((end + block) * out_bytes - end * in_bytes)
        end += block
    return Clearance(max(least))


def _arguments(step: Step) -> Arguments:
    words, scale = pack(convolution(step))
    groups = [*groups_of(step), 0][:2]
    fields: StructFields = {
        "weights": words,
        "rows": step.groups,
        "out_step": step.output.pitch_bytes,
        "outputs": step.output.channels,
        "scale": scale,
        "step": source(step).pitch_bytes,
        "groups": groups[0],
        "other_step": source(step, 1).pitch_bytes if groups[1] else 0,
        "other_groups": groups[1],
    }
    return Arguments("eu_trios_t", fields)


def _kernel(signals: str, taps: int, chosen: Chosen) -> Kernel:
    def accepts(step: Step) -> bool:
        return plain(step) and taps_of(step) == taps and _fits(step) and chosen(step)

    return Kernel(
        f"eu_trios_{signals}_{taps}",
        "dsp",
        accepts,
        _arguments,
        ("eu_trios_widen", "eu_trios", f"eu_trios_loop_{taps}"),
        scratch_bytes=_scratch,
        overlap=_overlap,
        words_align=windows_align,
    )


def rows_by_kind(chosen: Chosen) -> dict[str, tuple[Kernel, ...]]:
    """All of them by kind of step, where they are ``chosen``."""
    return {
        "conv": tuple(_kernel("conv", taps, chosen) for taps in TAPS),
        "conv_sum": tuple(_kernel("sum", taps, chosen) for taps in TAPS),
    }
