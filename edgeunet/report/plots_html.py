"""The plots of the HTML report: accuracy against flash and time, F1 by wave boundary, what a hop costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edgeunet.escaping.html import html_text
from edgeunet.report.figures import show, standing
from edgeunet.report.html_parts import Figure as Drawn
from edgeunet.report.html_parts import Gallery, KeyItem
from edgeunet.report.results import HOP, Figure, Results, Subject
from edgeunet.report.speed import Speed, Timed, axis_label, short_number, speed_of_accuracy, speed_of_streams
from edgeunet.report.svg import COLOURS, WIDE, WIDTH, Dot, Scale, by_name, key_shape, over_cost
from edgeunet.report.table import Row, boundary_columns, rows

_F1 = Scale("F1, %", percent=True)
_MEAN_F1 = Scale("mean F1, %", percent=True)


def plots(results: Results) -> Gallery | None:
    """Return the plots of accuracy with their key; ``None`` where no result has an accuracy."""
    scored = [row for row in rows(results) if row.mean_f1 is not None]
    if not scored:
        return None
    colours = _colours([row.subject.model for row in scored])
    sized = [dot for row in scored if (dot := _size_dot(row, colours)) is not None]
    figures = []
    if sized:
        picture = over_cost(sized, Scale("bytes in flash", _bytes, 2), _MEAN_F1)
        figures.append(Drawn(html_text("Accuracy against flash"), picture, False))
    figures += _timed_plot(results, scored, colours)
    columns = boundary_columns(scored)
    if columns:
        names, wide = [heading.removesuffix(" F1") for heading, _ in columns], len(figures) == 2
        dots = [[_boundary_dot(row, names[0], heading, colours) for heading, names in columns] for row in scored]
        picture = by_name(names, dots, _F1, width=WIDE if wide else WIDTH)
        figures.append(Drawn(html_text("F1 by wave boundary"), picture, wide))
    key = {row.label: _dot(row, colours, 1, 1, "", name="") for row in scored}
    return Gallery(tuple(figures), _key(key))


def stream_plot(results: Results) -> Gallery | None:
    """Return what a hop costs, speed against memory, a line per model and core from its smallest hop to the window.

    ``None`` where nothing streams, or there is no second figure to compare with.
    """
    speed, measured = speed_of_streams(results)
    streaming = {_line_of(subject) for subject in measured if HOP in subject.target}
    shown = sorted((s for s in measured if _line_of(s) in streaming), key=lambda s: HOP not in s.target)
    if not streaming or len(shown) < 2:
        return None
    colours = _colours([subject.model for subject in shown])
    dots = [_stream_dot(subject, results.figures[subject], speed, colours) for subject in shown]
    label = axis_label(speed, results, shown)
    picture = over_cost(dots, Scale("RAM, bytes", _bytes, 2), Scale(label, short_number), width=WIDE)
    key = {subject.model: dot for subject, dot in zip(shown, dots, strict=True)}
    return Gallery((Drawn(html_text("What a hop costs"), picture, True),), _key(key))


def _line_of(subject: Subject) -> str:
    return f"{subject.model}, {subject.target.partition(HOP)[0]}"


def _colours(models: Sequence[str]) -> dict[str, int]:
    return {model: index % COLOURS for index, model in enumerate(dict.fromkeys(models))}


def _stream_dot(subject: Subject, figures: Mapping[str, Figure], speed: Speed, colours: dict[str, int]) -> Dot:
    ram, cost = float(figures["ram_bytes"]), _cost_in_words(speed, figures[speed.figure], figures)
    tip = f"{subject}: {show('bytes', int(ram))} bytes of RAM, {cost}"
    name = subject.target if HOP in subject.target else f"{subject.target} window"
    place = float(figures[speed.figure])
    return Dot(ram, place, name, colours[subject.model], subject.format, tip, line=_line_of(subject))


def _size_dot(row: Row, colours: dict[str, int]) -> Dot | None:
    if row.mean_f1 is None or not row.size_bytes:
        return None
    tip = f"{row.label}: mean F1 {100 * row.mean_f1:.2f} %, {show('bytes', row.size_bytes)} bytes, {row.size_note}"
    return _dot(row, colours, row.size_bytes, 100 * row.mean_f1, tip, name=row.label, line=row.subject.model)


def _timed_plot(results: Results, scored: Sequence[Row], colours: dict[str, int]) -> list[Drawn]:
    """Return accuracy against the figure that tells the speed of the targets; nothing where there is one dot only."""
    speed, timed = speed_of_accuracy(results, scored)
    if len(timed) < 2:
        return []
    label = axis_label(speed, results, (one.subject for one in timed))
    dots = [_timed_dot(one, results, speed, colours) for one in timed]
    return [Drawn(html_text(speed.title), over_cost(dots, Scale(label, short_number), _MEAN_F1), False)]


def _timed_dot(one: Timed, results: Results, speed: Speed, colours: dict[str, int]) -> Dot:
    score = 100 * (one.row.mean_f1 or 0.0)
    cost = _cost_in_words(speed, one.value, results.figures[one.subject])
    tip = f"{one.subject}: mean F1 {score:.2f} %, {cost}"
    return _dot(one.row, colours, one.value, score, tip, name=one.subject.target)


def _cost_in_words(speed: Speed, value: Figure, figures: Mapping[str, Figure]) -> str:
    how = standing(speed.figure, figures)
    return f"{show(speed.figure, value)} {speed.unit}" + ("" if how is None else f", {how.words}")


def _boundary_dot(row: Row, figure: str, heading: str, colours: dict[str, int]) -> Dot | None:
    value = row.figures.get(figure)
    if value is None:
        return None
    return _dot(row, colours, 0.0, 100 * value, f"{row.label}: {heading} {100 * value:.2f} %", name="")


def _dot(row: Row, colours: dict[str, int], x: float, y: float, tip: str, *, name: str, line: str = "") -> Dot:
    return Dot(float(x), float(y), name, colours[row.subject.model], row.subject.format, tip, line)


def _key(names: Mapping[str, Dot]) -> tuple[KeyItem, ...]:
    return tuple(KeyItem(html_text(name), key_shape(dot)) for name, dot in names.items())


def _bytes(value: float) -> str:
    return f"{value / 1024:.3g} KiB" if value >= 1024 else f"{value:.0f} B"
