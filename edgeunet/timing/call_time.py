"""The time of one call, a window or a hop: its cycles, the clock that makes time of them, and how often it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeunet.short_repr import short_repr
from edgeunet.timing.cycles import Cycles


@dataclass(frozen=True)
class CallTime:
    """What is known about the time of a call.

    Attributes
    ----------
    cycles : measured or estimated; why there are none; ``None`` on the host.
    clock_hz : ``None`` where no board says one.
    calls_per_second : of signal; ``None`` without a sample rate.
    """

    cycles: Cycles | str | None
    clock_hz: int | None
    calls_per_second: float | None

    __repr__ = short_repr

    @property
    def known_cycles(self) -> Cycles | None:
        """Cycles of a call, measured or estimated, where there are any."""
        return self.cycles if isinstance(self.cycles, Cycles) else None

    @property
    def cycles_per_second(self) -> float | None:
        """Cycles per second of signal, which is the clock in Hz that keeps up with it."""
        cycles = self.known_cycles
        return None if cycles is None or not self.calls_per_second else cycles.count * self.calls_per_second

    @property
    def milliseconds(self) -> float | None:
        """Time of one call, ``None`` without cycles or a clock."""
        cycles = self.known_cycles
        return None if cycles is None or not self.clock_hz else 1000 * cycles.count / self.clock_hz

    @property
    def realtime_share(self) -> float | None:
        """Part of the time that a call's samples take which the call takes: 1 is as fast as the signal comes."""
        if self.milliseconds is None or not self.calls_per_second:
            return None
        return self.milliseconds / 1000 * self.calls_per_second

    @property
    def microseconds_measured(self) -> float | None:
        """Time of one call by a board's own cycle counter; ``None`` where nothing measured it, never an estimate."""
        cycles, milliseconds = self.known_cycles, self.milliseconds
        return None if cycles is None or cycles.estimated or milliseconds is None else round(1000 * milliseconds, 3)

    def realtime_mhz(self, instructions_per_second: float | None) -> float | None:
        """Return the clock that keeps up with the signal: by the cycles, or one cycle per instruction without them."""
        per_second = instructions_per_second if self.cycles_per_second is None else self.cycles_per_second
        return None if per_second is None else round(per_second / 1e6, 3)

    def document(self) -> dict[str, Any]:
        """Return the keys of ``bench --json`` about time."""
        cycles, milliseconds, share = self.known_cycles, self.milliseconds, self.realtime_share
        return {
            "cycles": None if cycles is None else cycles.document(),
            "cycles_reason": self.cycles if isinstance(self.cycles, str) else None,
            "clock_hz": self.clock_hz,
            "milliseconds": None if milliseconds is None else round(milliseconds, 6),
            "realtime_share": None if share is None else round(share, 8),
            "milliseconds_per_second": None if share is None else round(1000 * share, 6),
            "cycles_per_second": None if self.cycles_per_second is None else round(self.cycles_per_second),
            "streams": None if not share else int(1 / share),
            "microseconds_measured": self.microseconds_measured,
        }
