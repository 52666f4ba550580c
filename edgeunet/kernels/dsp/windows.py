"""How the window of a convolution falls into runs of neighbouring bytes."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.conditions import convolution, source
from edgeunet.program.convolutions import ConvSum, Int8Array
from edgeunet.program.steps import Step

GROUP = 4
"""Inputs per word of weights, and outputs per quad."""

LONGEST_RUN = 48
"""Inputs that the unrolled chain of most quad kernels takes at once."""

TALL_ROWS = 4
"""Rows that the kernels of few rows do together."""


@dataclass(frozen=True)
class Runs:
    """A window as ``count`` runs of ``length`` input bytes, ``gap`` bytes between them."""

    length: int
    count: int
    gap: int

    @property
    def inputs(self) -> int:
        return self.length * self.count

    @property
    def groups(self) -> int:
        return self.length // GROUP


def window_runs(weights: Int8Array, dilation: int, pitch_bytes: int, longest: int = LONGEST_RUN) -> Runs | None:
    """How a window of ``weights (out, kernel, in)`` falls into runs; ``None`` where quad kernels cannot read it."""
    taps, channels = weights.shape[1], weights.shape[2]
    if channels % GROUP or pitch_bytes % GROUP:
        return None
    if taps == 1 or (dilation == 1 and pitch_bytes == channels):
        return split_run(taps * channels, longest)
    inner = split_run(channels, longest)
    return Runs(channels, taps, dilation * pitch_bytes - channels) if inner.count == 1 else None


def split_run(inputs: int, longest: int) -> Runs:
    """``inputs`` neighbouring bytes as equal runs, as few as the chain allows."""
    groups = inputs // GROUP
    count = next(n for n in range(1, groups + 1) if groups % n == 0 and groups // n * GROUP <= longest)
    return Runs(inputs // count, count, 0)


def tall_runs(weights: Int8Array, dilation: int, pitch_bytes: int) -> Runs | None:
    """How a window of ``weights (out, kernel, in)`` falls into runs of whole groups; ``None`` where it does not."""
    taps, channels = weights.shape[1], weights.shape[2]
    if taps == 1 or (dilation == 1 and pitch_bytes == channels):
        return Runs(taps * channels, 1, 0) if taps * channels % GROUP == 0 else None
    return Runs(channels, taps, dilation * pitch_bytes - channels) if channels % GROUP == 0 else None


def tall_parts(step: Step) -> list[Runs] | None:
    """How the window over each signal falls into runs of whole groups; ``None`` where one does not."""
    conv = convolution(step)
    weights = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    found = [tall_runs(w, conv.dilation, source(step, i).pitch_bytes) for i, w in enumerate(weights)]
    return [runs for runs in found if runs is not None] if None not in found else None
