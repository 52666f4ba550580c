"""A line per layer of a schedule with what it will take, where that can be predicted: ``--explain`` begins with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeunet.schedule.schedule import Schedule
from edgeunet.short_repr import short_repr

_NOT_KNOWN = "–"


@dataclass(frozen=True)
class Predicted:
    """Cycles of each step of a schedule before anything is compiled.

    Attributes
    ----------
    cycles : per step; ``None`` where nothing predicts its kernel.
    core : whose cycles they are.
    caveat : how far they can be trusted, in words.
    clock_hz : of the board that was asked for; ``None`` for a core alone.
    """

    cycles: tuple[float | None, ...]
    core: str
    caveat: str
    clock_hz: int | None = None

    __repr__ = short_repr


def layer_lines(schedule: Schedule, predicted: Predicted) -> list[str]:
    """Return cycles, and with a clock milliseconds, of each layer in the order they run, and in all."""
    known = sum(count for count in predicted.cycles if count is not None)
    missing = sum(count is None for count in predicted.cycles)
    head = [*_amounts_head(predicted), "share", "layer", "kernel", "op"]
    rows = [
        [
            *_amounts(count, predicted),
            _share(count, known),
            step.name.split(";")[0],
            kernel.function,
            "+".join(step.covers),
        ]
        for count, step, kernel in zip(predicted.cycles, schedule.steps, schedule.kernels, strict=True)
    ]
    call = "hop" if schedule.timing.streams else "window"
    rest = f"; not predicted: {missing} of {len(rows)}" if missing else ""
    total = [*_amounts(known, predicted), "100.0 %" if known else "", f"all layers, per {call}", "", ""]
    title = f"cycles of a {predicted.core}, predicted ({predicted.caveat}){rest}:"
    return [title, *_aligned([head, *rows, total], right=len(_amounts_head(predicted)) + 1)]


def _amounts_head(predicted: Predicted) -> list[str]:
    return ["cycles"] if predicted.clock_hz is None else ["cycles", "ms"]


def _amounts(count: float | None, predicted: Predicted) -> list[str]:
    if count is None:
        return [_NOT_KNOWN] * len(_amounts_head(predicted))
    cells = [f"{count:,.0f}"]
    return cells if predicted.clock_hz is None else [*cells, f"{1000 * count / predicted.clock_hz:,.3f}"]


def _share(count: float | None, total: float) -> str:
    return f"{100 * count / total:.1f} %" if count is not None and total else _NOT_KNOWN


def _aligned(rows: Sequence[Sequence[str]], right: int) -> list[str]:
    """Return ``rows`` as lines, their first ``right`` columns aligned at their ends."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place < right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
