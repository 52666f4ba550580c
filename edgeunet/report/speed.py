"""Which figure tells the speed of several results best: time, cycles, or instructions where there is no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edgeunet.report.figures import standing
from edgeunet.report.results import Figure, Results, Subject
from edgeunet.report.table import Row, target_rows
from edgeunet.short_repr import short_repr


@dataclass(frozen=True)
class Speed:
    """A figure of speed: its name, what an axis of it is called, what a plot of accuracy over it is, and its unit."""

    figure: str
    label: str
    title: str
    unit: str
    of_streams: bool = False


_OF_ACCURACY = (
    Speed("milliseconds_per_second", "ms per second of signal", "Accuracy against time", "ms per second", True),
    Speed("milliseconds", "ms per window", "Accuracy against time", "ms"),
    Speed("cycles.count", "cycles per window", "Accuracy against cycles", "cycles"),
    Speed("instructions", "instructions per window", "Accuracy against instructions", "instructions"),
)
_OF_STREAMS = (
    Speed("milliseconds_per_second", "ms per second of signal", "", "ms per second of signal", True),
    Speed("cycles_per_sample", "cycles per sample", "", "cycles per sample", True),
    Speed("instructions_per_sample", "instructions per sample", "", "instructions per sample", True),
)


@dataclass(frozen=True)
class Timed:
    """A model that was scored, on a target where its speed is known."""

    row: Row
    subject: Subject
    value: Figure

    __repr__ = short_repr


def speed_of_accuracy(results: Results, scored: Sequence[Row]) -> tuple[Speed, list[Timed]]:
    """Return the figure that most targets of ``scored`` have, time first where as many have it, and who has it.

    A hop and a window compare by the second of signal only.
    """
    found = [(speed, _timed(results, scored, speed)) for speed in _OF_ACCURACY]
    return max(found, key=lambda pair: len(pair[1]))


def speed_of_streams(results: Results) -> tuple[Speed, list[Subject]]:
    """Return the figure that most targets have beside their RAM, time first where as many have it, and who has it."""
    found = [(speed, [s for s in target_rows(results) if _has(results.figures[s], speed)]) for speed in _OF_STREAMS]
    return max(found, key=lambda pair: len(pair[1]))


def axis_label(speed: Speed, results: Results, subjects: Iterable[Subject]) -> str:
    """Return what an axis of ``speed`` is called, with the error of what is drawn for ``subjects`` where it is one.

    The table says it of each.
    """
    found = [standing(speed.figure, results.figures[subject]) for subject in subjects]
    errors = {how.error_percent for how in found if how is not None and how.is_estimate}
    if not errors:
        return speed.label
    error = errors.pop() if len(errors) == 1 else None
    return f"{speed.label} (estimated{f', ±{error:g} %' if error is not None else ''})"


def short_number(value: float) -> str:
    """Return 2,000,000 as ``2 M``."""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def _has(figures: Mapping[str, Figure], speed: Speed) -> bool:
    return bool(figures.get("ram_bytes") and figures.get(speed.figure))


def _timed(results: Results, scored: Sequence[Row], speed: Speed) -> list[Timed]:
    rows = {(row.subject.model, row.subject.format): row for row in scored}
    found = []
    for subject in target_rows(results):
        row, figures = rows.get((subject.model, subject.format)), results.figures[subject]
        value = figures.get(speed.figure)
        if row is not None and row.mean_f1 is not None and value and (speed.of_streams or "hop_samples" not in figures):
            found.append(Timed(row, subject, value))
    return found
