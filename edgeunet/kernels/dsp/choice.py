"""Which way a layer goes on a core with the DSP extension: the one that its cycles are fewest of.

The kernels by quads are what windows and streams share. The others are taken in streams alone where a call is worth it,
and in a window where quads do not fit (the table says in which order).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf

from edgeunet.kernels.dsp.bare import rows as bare
from edgeunet.kernels.dsp.depthwise.any_window import any_windows
from edgeunet.kernels.dsp.depthwise.phases import phased
from edgeunet.kernels.dsp.depthwise.rows import depthwises
from edgeunet.kernels.dsp.depthwise.words import words
from edgeunet.kernels.dsp.pairs import rows as pairs
from edgeunet.kernels.dsp.panels import rows as panels
from edgeunet.kernels.dsp.quads import rows as quads
from edgeunet.kernels.dsp.quads.unaligned import unaligned_convolutions
from edgeunet.kernels.dsp.single.rows import ones
from edgeunet.kernels.dsp.tall import rows as tall
from edgeunet.kernels.dsp.trios import rows as trios
from edgeunet.kernels.kernel import Kernel, anything
from edgeunet.kernels.prediction import CoreCycles
from edgeunet.program.steps import Step

BARE_WORTH = 1.0
PANELS_WORTH = 1.12
TRIOS_WORTH = 0.95
PAIRS_WORTH = 0.97
TALL_WORTH = 0.98
"""A layer goes that way where it costs less than this part of what it costs otherwise: scratch memory and code have
their price. Panels may cost a little more than quads, as few networks then need the code of both."""

MOST_TALL_ROWS = 64
"""Longer calls stay with quads, whose code a network has anyway."""

MOST_WORD_ROWS = 16
"""Longer depthwise calls stay with the kernels that go channel by channel."""

QUADS = (
    *quads.convolutions(False),
    *quads.convolutions(True),
    *ones(),
    *quads.narrow_convolutions(),
    *unaligned_convolutions(),
    *quads.additions_after(),
)
PAIRS = (*pairs.convolutions(anything), *pairs.additions_after(anything))
TALL = (*tall.convolutions(anything), *tall.additions_after(anything))
BARE = (*bare.convolutions(anything), *bare.additions_after(anything))
WAYS = {
    "quads": {"conv": QUADS, "conv_sum": quads.sums()},
    "pairs": {"conv": PAIRS, "conv_sum": pairs.sums(anything)},
    "tall": {"conv": TALL, "conv_sum": tall.sums(anything)},
    "panels": panels.rows_by_kind(anything),
    "trios": trios.rows_by_kind(anything),
    "bare": {"conv": BARE, "conv_sum": bare.sums(anything)},
    "sliding": {"depthwise": depthwises()},
    "phases": {"depthwise": phased()},
    "rows": {"depthwise": any_windows()},
    "words": {"depthwise": words()},
}
"""The kernels of each way by kind of step; the first that accepts a step is the way's."""

KNOWN_STEPS = 64


def is_one_row(step: Step) -> bool:
    """Whether the call is of one row, whose weights are read once: widening them first costs more than it saves."""
    return step.output.rows == 1


class Choice:
    """The choices by the cycles of one core."""

    def __init__(self, cycles: CoreCycles) -> None:
        self._cycles = cycles
        self._of = lru_cache(maxsize=KNOWN_STEPS)(self._cost)

    def _cost(self, way: str, step: Step) -> float:
        """What ``step`` takes that way; without end where it does not fit."""
        kernel = _first(WAYS[way].get(step.kind, ()), step)
        return inf if kernel is None else self._cycles.of_kernel(kernel, step)

    def bare_is_cheapest(self, step: Step) -> bool:
        """Whether nothing takes fewer cycles than going without scratch memory."""
        return self._of("bare", step) < BARE_WORTH * min(
            self._of(way, step) for way in ("tall", "quads", "pairs", "panels")
        )

    def bare_beats_quads(self, step: Step) -> bool:
        """Whether quads and panels take more cycles than going without scratch memory."""
        return self._of("bare", step) < BARE_WORTH * min(self._of("quads", step), self._of("panels", step))

    def panels_beat_quads(self, step: Step) -> bool:
        """Whether four rows of two channels at a time take fewer cycles than four channels of a row."""
        return self._of("panels", step) < PANELS_WORTH * self._of("quads", step)

    def trios_beat_panels(self, step: Step) -> bool:
        """Whether three rows of two channels at a time take fewer cycles than any other way."""
        return self._of("trios", step) < TRIOS_WORTH * min(
            self._of(way, step) for way in ("bare", "tall", "quads", "pairs", "panels")
        )

    def pairs_are_cheapest(self, step: Step) -> bool:
        """Whether four channels or four rows at a time with one operand widened cost more than widening both."""
        return self._of("pairs", step) < PAIRS_WORTH * min(self._of(way, step) for way in ("tall", "quads", "panels"))

    def tall_beats_quads(self, step: Step) -> bool:
        """Whether the call has few enough rows to be worth four rows at a time."""
        return step.output.rows <= MOST_TALL_ROWS and self._of("tall", step) < TALL_WORTH * min(
            self._of("quads", step), self._of("panels", step)
        )

    def words_beat_sliding(self, step: Step) -> bool:
        """Whether the call has so few rows that four channels of a row at a time take fewer cycles."""
        sliding = self._of("sliding", step)
        by_channel = sliding if sliding < inf else min(self._of("phases", step), self._of("rows", step))
        return step.groups <= MOST_WORD_ROWS and self._of("words", step) < by_channel

    def phases_beat_rows(self, step: Step) -> bool:
        """Whether the phases of a dilated window have enough rows to be worth sliding over each."""
        return self._of("phases", step) < self._of("rows", step)


def _first(kernels: Sequence[Kernel], step: Step) -> Kernel | None:
    return next((kernel for kernel in kernels if kernel.accepts(step)), None)
