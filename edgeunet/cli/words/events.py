"""Events as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.escaping.terminal import cell
from edgeunet.pipeline.reference import Event

SHOWN = 12


def event_lines(events: Sequence[Event], rate_hz: float) -> list[str]:
    """Return a heading, the first `SHOWN` events in seconds, and how many are left."""
    lines = [f"{'class':<12}{'onset s':>9}{'peak s':>9}{'offset s':>10}{'confidence':>12}"]
    for event in events[:SHOWN]:
        onset, peak, offset = (at / rate_hz for at in (event.onset, event.peak, event.offset))
        lines.append(f"{cell(event.kind):<12}{onset:>9.3f}{peak:>9.3f}{offset:>10.3f}{event.confidence:>12}")
    left = len(events) - SHOWN
    return [*lines, *([f"… and {left} more"] if left > 0 else [])]
