"""Which way a convolution goes on a Cortex-M4: the cheapest of the four in ``edgeunet.kernels.dsp.cost``.

The kernels by quads are what windows and streams share. The others are taken in streams alone where a call is worth it,
and in a window where quads do not fit (the table says in which order).
"""

from __future__ import annotations

from edgeunet.kernels.dsp.bare import rows as bare
from edgeunet.kernels.dsp.pairs import rows as pairs
from edgeunet.kernels.dsp.quads import rows as quads
from edgeunet.kernels.dsp.tall import rows as tall
from edgeunet.program.steps import Step

BARE_WORTH = 1.0
PAIRS_WORTH = 0.97
TALL_WORTH = 0.98
"""A layer goes that way where it costs less than this part of what it costs otherwise: scratch memory and code have
their price."""

MOST_TALL_ROWS = 64
"""Longer calls stay with quads, whose code a network has anyway."""


def bare_is_cheapest(step: Step) -> bool:
    """Whether nothing takes fewer instructions than going without scratch memory."""
    return bare.cost(step) < BARE_WORTH * min(tall.cost(step), quads.cost(step), pairs.cost(step))


def is_one_row(step: Step) -> bool:
    """Whether the call is of one row, whose weights are read once: widening them first costs more than it saves."""
    return step.output.rows == 1


def bare_beats_quads(step: Step) -> bool:
    """Whether quads take more instructions than going without scratch memory."""
    return bare.cost(step) < BARE_WORTH * quads.cost(step)


def pairs_are_cheapest(step: Step) -> bool:
    """Whether four channels or four rows at a time with one operand widened cost more than widening both."""
    return pairs.cost(step) < PAIRS_WORTH * min(tall.cost(step), quads.cost(step))


def tall_beats_quads(step: Step) -> bool:
    """Whether the call has few enough rows to be worth four rows at a time."""
    return step.output.rows <= MOST_TALL_ROWS and tall.cost(step) < TALL_WORTH * quads.cost(step)
