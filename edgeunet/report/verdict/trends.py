"""Figures over commits, a plot per figure, a line per model and target."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.escaping.html import html_text
from edgeunet.report.figures import is_share, show
from edgeunet.report.html_parts import Figure, Gallery, KeyItem
from edgeunet.report.results import Subject
from edgeunet.report.speed import short_number
from edgeunet.report.svg import COLOURS, Dot, Scale, in_order, key_shape
from edgeunet.report.verdict.history import Entry

MOST_COMMITS = 60
"""Of a longer history the last are drawn."""

MOST_PLOTS = 12
SHORT = 7
"""Characters of a commit."""


def trends(models: Sequence[str], history: Sequence[Entry]) -> Gallery | None:
    """Return the figures of ``models`` over the commits of ``history``; ``None`` where nothing could be compared.

    Where there are more figures than plots, those come first that changed most, relative to what they are.
    """
    entries = history[-MOST_COMMITS:]
    names = [entry.commit[:SHORT] for entry in entries]
    subjects = sorted({subject for entry in entries for subject in entry.figures if subject.model in models})
    figures = dict.fromkeys(name for entry in entries for of in entry.figures.values() for name in of)
    drawn = [dots for figure in figures if len(dots := _dots(figure, entries, subjects)) > 1]
    if len(entries) < 2 or not drawn:
        return None
    ordered = sorted(drawn, key=_changed, reverse=True)[:MOST_PLOTS]
    plots = tuple(
        Figure(html_text(dots[0].name), in_order(names, dots, _scale(dots[0].name)), False) for dots in ordered
    )
    key = {dot.line: dot for dots in ordered for dot in dots}
    return Gallery(plots, tuple(KeyItem(html_text(name), key_shape(dot)) for name, dot in key.items()))


def _dots(figure: str, entries: Sequence[Entry], subjects: Sequence[Subject]) -> list[Dot]:
    return [
        Dot(
            float(place),
            float(value) * (100 if is_share(figure) else 1),
            figure,
            subjects.index(subject) % COLOURS,
            subject.format,
            f"{subject}: {figure} {show(figure, value)} at {entry.commit[:SHORT]}, {entry.date}",
            str(subject),
        )
        for subject in subjects
        for place, entry in enumerate(entries)
        if (value := entry.figures.get(subject, {}).get(figure)) is not None
    ]


def _changed(dots: Sequence[Dot]) -> float:
    """The largest change of one line, relative."""
    spans = []
    for line in {dot.line for dot in dots}:
        values = [dot.y for dot in dots if dot.line == line]
        spans.append((max(values) - min(values)) / (max(map(abs, values)) or 1.0))
    return max(spans)


def _scale(figure: str) -> Scale:
    return Scale(f"{figure}, %" if is_share(figure) else figure, short_number, percent=is_share(figure))
