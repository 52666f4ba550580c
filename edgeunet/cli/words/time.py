"""Cycles, and the time that a board's clock makes of them, as lines for the terminal."""

from __future__ import annotations

from edgeunet.timing.call_time import CallTime


def time_lines(time: CallTime) -> list[str]:
    """Return cycles and milliseconds of a call with how far they can be trusted; nothing where there are none."""
    if isinstance(time.cycles, str):
        return [f"cycles        not estimated: {time.cycles}"]
    if time.cycles is None:
        return []
    if time.microseconds_measured is not None and time.clock_hz:
        return [
            f"time          {time.microseconds_measured:,.1f} µs at {time.clock_hz / 1e6:g} MHz, measured on the board"
            f"{_busy(time)}"
        ]
    if not time.cycles.estimated:
        return []
    waiting = time.cycles.count - (time.cycles.zero_wait_count or 0)
    waits = f", {waiting:,} of them waiting for flash" if waiting else ""
    lines = [f"cycles        {time.cycles.count:,} ({time.cycles.caveat()}){waits}"]
    if time.milliseconds is not None and time.clock_hz:
        lines.append(f"time          {time.milliseconds:,.3f} ms at {time.clock_hz / 1e6:g} MHz{_busy(time)}")
    return lines


def _busy(time: CallTime) -> str:
    share = time.realtime_share
    return f", {100 * share:.3g} % of real time: {1 / share:,.0f} such streams at once" if share else ""


def clock_line(time: CallTime, instructions_per_second: float) -> str:
    """Return the clock that keeps up with the signal: by the cycles, or where there are none by the instructions."""
    if time.cycles_per_second is None:
        return f"real time     {instructions_per_second / 1e6:,.2f} MHz at one cycle per instruction (an estimate)"
    return f"real time     {time.cycles_per_second / 1e6:,.2f} MHz keep up with the signal, by the cycles"
