"""A power trace of a real board: energy of each inference, from the pulses of its trigger pin."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import RunError
from edgeunet.power.columns import Layout, Trigger, read_header
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.energy/1"
_LARGEST_BYTES = 1 << 31


@dataclass(frozen=True)
class Trace:
    """Power over time.

    Attributes
    ----------
    seconds, watts : of each sample; the power holds until the next one.
    high : whether the trigger was high.
    trigger : name of its column.
    """

    seconds: NDArray[np.float64]
    watts: NDArray[np.float64]
    high: NDArray[np.bool_]
    trigger: str

    __repr__ = short_repr


@dataclass(frozen=True)
class MeasuredEnergy:
    """Energy by pulse of the trigger.

    Attributes
    ----------
    microjoules, microseconds : of each pulse, in order.
    idle_microwatts : mean power outside of the pulses; ``None`` where the trace holds nothing else.
    cut : pulses that the trace began or ended in, which are not counted.
    """

    trigger: str
    microjoules: tuple[float, ...]
    microseconds: tuple[float, ...]
    idle_microwatts: float | None
    cut: int

    __repr__ = short_repr

    def first(self, calls: int) -> MeasuredEnergy:
        """Return the pulses of the first ``calls`` inferences: those of ``bench``, before its run with trace hooks.

        Raises
        ------
        RunError
            When there are fewer.
        """
        if len(self.microjoules) < calls:
            raise RunError(
                f"the trace holds {len(self.microjoules)} whole pulses of {self.trigger} and the run made {calls} "
                "calls; record from before the reset of the board until it has finished"
            )
        return MeasuredEnergy(
            self.trigger, self.microjoules[:calls], self.microseconds[:calls], self.idle_microwatts, self.cut
        )

    def document(self) -> dict[str, Any]:
        """Return the object that ``edgeunet energy --json`` prints."""
        return {
            "schema": SCHEMA,
            "trigger": self.trigger,
            "inferences": len(self.microjoules),
            "cut": self.cut,
            "microjoules_measured": round(float(np.median(self.microjoules)), 4),
            "microjoules_lowest": round(min(self.microjoules), 4),
            "microjoules_highest": round(max(self.microjoules), 4),
            "microseconds_measured": round(float(np.median(self.microseconds)), 3),
            "idle_microwatts": None if self.idle_microwatts is None else round(self.idle_microwatts, 3),
        }


def read_trace(path: Path, *, voltage_v: float | None = None, trigger: str | None = None) -> Trace:
    """Read the CSV of an instrument.

    Parameters
    ----------
    voltage_v : supply, for traces of a current without a voltage.
    trigger : its column; by default the only digital one that changes.

    Raises
    ------
    RunError
        When the file cannot be read, a number is none, time runs backwards, or there is no trigger.
    """
    header, body = _split(path)
    layout = read_header(header, path)
    numbers = _numbers(layout, body, path)
    seconds = _quantity(layout, numbers, "time")
    watts = _watts(layout, numbers, path, voltage_v)
    if not (np.isfinite(seconds).all() and np.isfinite(watts).all()):
        raise RunError(f"'{path}' holds samples that are not finite; leave out the gaps of the recording")
    if not (np.diff(seconds) > 0).all():
        row = int(np.argmin(np.diff(seconds) > 0)) + 2
        raise RunError(f"time does not go on at sample {row} of '{path}'; export the trace as it was recorded")
    name, high = _trigger(layout, numbers, path, trigger)
    return Trace(seconds, watts, high, name)


def measure_pulses(trace: Trace) -> MeasuredEnergy:
    """Return the energy of each whole pulse: the sum of power times the time to the next sample.

    Raises
    ------
    RunError
        When there is no whole pulse.
    """
    steps = np.diff(trace.seconds)
    energy = trace.watts[:-1] * steps
    edges = np.diff(trace.high.astype(np.int8))
    rises, falls = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    cut = int(trace.high[0]) + int(trace.high[-1])
    falls = falls[falls > rises[0]] if len(rises) else falls[:0]
    rises = rises[: len(falls)]
    if not len(rises):
        raise RunError(
            f"the trigger {trace.trigger} makes no whole pulse in the trace; connect the board's trigger pin "
            "(docs/ENERGY.md) and record a whole run"
        )
    sums = np.concatenate([[0.0], np.cumsum(energy)])
    outside = ~trace.high[:-1]
    idle = energy[outside].sum() / steps[outside].sum() if outside.any() else None
    return MeasuredEnergy(
        trigger=trace.trigger,
        microjoules=tuple(1e6 * (sums[falls] - sums[rises])),
        microseconds=tuple(1e6 * (trace.seconds[falls] - trace.seconds[rises])),
        idle_microwatts=None if idle is None else 1e6 * float(idle),
        cut=cut,
    )


def _split(path: Path) -> tuple[str, str]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise RunError(f"'{path}' is larger than 2 GB; export the part of the run alone")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RunError(f"cannot read the trace '{path}': {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise RunError(f"'{path}' is no text; export the trace as CSV") from error
    header, _, body = text.partition("\n")
    return header.strip(), body


def _numbers(layout: Layout, body: str, path: Path) -> dict[int, NDArray[np.float64]]:
    """Return the columns that ``layout`` uses, by their index."""
    if layout.separator == ";":
        body = body.replace(",", ".")
    if not body.strip():
        raise RunError(f"'{path}' holds a header and no samples; record for longer")
    of_triggers = {each.index for each in layout.triggers}
    columns = sorted({each.index for each in layout.quantities.values()} | of_triggers)
    try:
        table = np.loadtxt(StringIO(body), delimiter=layout.separator, usecols=columns, ndmin=2)
    except ValueError as error:
        raise RunError(f"'{path}' holds something that is no number ({error}); export the trace again") from error
    if len(table) < 2:
        raise RunError(f"'{path}' holds {len(table)} samples, which is no trace; record for longer")
    return {index: table[:, place] for place, index in enumerate(columns)}


def _quantity(layout: Layout, numbers: dict[int, NDArray[np.float64]], kind: str) -> NDArray[np.float64]:
    column = layout.quantities[kind]
    return numbers[column.index] * column.scale


def _watts(
    layout: Layout, numbers: dict[int, NDArray[np.float64]], path: Path, voltage_v: float | None
) -> NDArray[np.float64]:
    if "power" in layout.quantities:
        return _quantity(layout, numbers, "power")
    amperes = _quantity(layout, numbers, "current")
    if "voltage" in layout.quantities:
        return amperes * _quantity(layout, numbers, "voltage")
    if voltage_v is None:
        raise RunError(f"'{path}' holds a current and no voltage; say what the board was fed with: --voltage 3.0")
    return amperes * voltage_v


def _trigger(
    layout: Layout, numbers: dict[int, NDArray[np.float64]], path: Path, asked: str | None
) -> tuple[str, NDArray[np.bool_]]:
    known = ", ".join(each.name for each in layout.triggers)
    if not layout.triggers:
        raise RunError(
            f"'{path}' holds no trigger column (trigger, D0 to D7, GPI1, IN0 …); record the board's trigger pin as well"
        )
    chosen = [each for each in layout.triggers if asked is None or each.name.lower() == asked.lower()]
    if not chosen:
        raise RunError(f"'{path}' holds no trigger '{asked}'; choose one of: {known}")
    levels = {each.name: _levels(each, numbers[each.index]) for each in chosen}
    moving = [name for name, high in levels.items() if high.any() and not high.all()]
    if len(moving) != 1:
        what = f"{', '.join(moving)} all change" if moving else f"none of {known} ever changes"
        raise RunError(
            f"in '{path}' {what}; name the board's trigger pin with --trigger, and check that it is connected"
        )
    return moving[0], levels[moving[0]]


def _levels(trigger: Trigger, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    if trigger.bit is not None:
        digits = np.floor(values / 10.0 ** (7 - trigger.bit)) % 10.0
        return np.asarray(digits == 1.0)
    lowest, highest = values.min(), values.max()
    return np.asarray(values > (lowest + highest) / 2.0)
