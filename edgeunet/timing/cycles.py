"""How many cycles one call takes, and how far the figure can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from edgeunet.short_repr import short_repr


@dataclass(frozen=True)
class Cycles:
    """Cycles of one call, a window or a hop.

    Attributes
    ----------
    count : in all, waits for the board's memory included.
    estimated : ``False`` when a board's own counter measured them.
    model : what made the figure.
    error_band_percent : largest error of the model on published boards, ``None`` where no board validates the core.
    zero_wait_count : with memory that never waits; ``None`` when measured.
    layers : cycles of each layer.
    """

    count: int
    estimated: bool
    model: str
    error_band_percent: float | None
    zero_wait_count: int | None
    layers: tuple[int, ...]

    __repr__ = short_repr

    def document(self) -> dict[str, Any]:
        """Return the object ``cycles`` of ``bench --json``."""
        return {
            "count": self.count,
            "estimated": self.estimated,
            "model": self.model,
            "error_band_percent": self.error_band_percent,
            "zero_wait_count": self.zero_wait_count,
        }

    def scaled(self, share: float) -> Cycles:
        """Return the cycles of a part of what these are of: of one call where these are of many."""
        zero_wait = None if self.zero_wait_count is None else round(share * self.zero_wait_count)
        return replace(self, count=round(share * self.count), zero_wait_count=zero_wait)

    def caveat(self) -> str:
        """Return how far to trust the figure, in words."""
        return caveat(self.estimated, self.error_band_percent)


def caveat(estimated: bool, error_band_percent: float | None) -> str:
    """Return how far to trust cycles, in words."""
    if not estimated:
        return "measured"
    if error_band_percent is None:
        return "estimated, no board validates this core"
    return f"estimated, ±{error_band_percent:g} % on published boards"


def measured_cycles(count: int, core: str, layers: tuple[int, ...] = ()) -> Cycles:
    """Return what a board's own counter said."""
    return Cycles(count, False, f"counter of the {core}", None, None, layers)
