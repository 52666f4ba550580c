"""Which way a depthwise convolution goes on a core with Helium: the one that its cycles are fewest of."""

from __future__ import annotations

from functools import lru_cache

from edgeunet.kernels.kernel import Kernel, anything
from edgeunet.kernels.mve.channels.rows import channels
from edgeunet.kernels.mve.lanes.rows import DEPTHWISE
from edgeunet.kernels.prediction import CoreCycles
from edgeunet.program.steps import Step

MOST_ROWS = 16
"""Longer calls stay with lanes over time: constants of lanes over channels are loaded for every row."""

CHANNELS = channels(anything)

KNOWN_STEPS = 64


class Choice:
    """The choices by the cycles of one core."""

    def __init__(self, cycles: CoreCycles) -> None:
        self._cycles = cycles
        self._of = lru_cache(maxsize=KNOWN_STEPS)(self._cost)

    def _cost(self, kernel: Kernel, step: Step) -> float:
        return self._cycles.of_kernel(kernel, step)

    def channels_beat_lanes(self, step: Step) -> bool:
        """Whether lanes over channels take fewer cycles than lanes over time, which have limits of their own."""
        if not DEPTHWISE.accepts(step):
            return True
        return step.groups <= MOST_ROWS and self._of(CHANNELS, step) < self._of(DEPTHWISE, step)
