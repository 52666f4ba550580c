"""Plots as SVG that takes its colours from the page around it: dots over a cost, and dots by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgeunet.escaping.html import Markup, html_number, html_text
from edgeunet.report.html_parts import Label, Line, Mark, Path, Plot, Shape

WIDTH, WIDE, HEIGHT = 520, 1090, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 16, 14, 44
COLOURS = 7
_MARKS = {"keras": "square", "float32": "square", "int16x8": "triangle", "int8": "circle"}
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "circle": (),
    "square": ((-5, -5), (5, -5), (5, 5), (-5, 5)),
    "triangle": ((0, -6.5), (6.5, 5), (-6.5, 5)),
    "diamond": ((0, -7), (7, 0), (0, 7), (-7, 0)),
}
_MARGIN = 1.6
"""Factor between the cheapest dot and the left end of its axis, the dearest and the right end."""

_CHARACTER = 7.3
"""Pixels that a character of a label takes, about: only to keep labels apart."""


@dataclass(frozen=True)
class Dot:
    """One dot: where, what it is called, which colour and number format, and what a pointer over it is told.

    Attributes
    ----------
    line : dots of one line are joined, in the order given; empty for none.
    """

    x: float
    y: float
    name: str
    colour: int
    format: str
    tip: str
    line: str = ""


@dataclass(frozen=True)
class _Axes:
    """The frame: from values to pixels."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: int = WIDTH

    @property
    def right(self) -> int:
        return self.width - _RIGHT

    def x(self, value: float) -> float:
        return _LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (self.right - _LEFT)

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (value - self.y_low) / (self.y_high - self.y_low) * (HEIGHT - _TOP - _BOTTOM)


@dataclass(frozen=True)
class Scale:
    """What an axis shows.

    Attributes
    ----------
    label : what stands beside it.
    text : how a number on it is written.
    base : 2 or 10: what the marks on a logarithmic axis are round numbers of.
    percent : shares of 100; such an axis need not start at 0.
    """

    label: str
    text: Callable[[float], str] = "{:g}".format
    base: int = 10
    percent: bool = False


def over_cost(dots: Sequence[Dot], cost: Scale, other: Scale, *, width: int = WIDTH) -> Plot:
    """Return a plot of ``dots`` over a logarithmic axis of ``cost``, which is above 0; upwards is ``other``."""
    least, most = min(dot.x for dot in dots) / _MARGIN, max(dot.x for dot in dots) * _MARGIN
    axes = _Axes(math.log(least), math.log(most), *_bounds([dot.y for dot in dots], other), width)
    lines, labels = _y_axis(axes, other)
    for tick in _log_ticks(least, most, cost.base):
        x = axes.x(math.log(tick))
        lines.append(_line("grid", x, _TOP, x, HEIGHT - _BOTTOM))
        labels.append(_label(x, HEIGHT - _BOTTOM + 17, cost.text(tick), "middle"))
    labels.append(_label((_LEFT + axes.right) / 2, HEIGHT - 6, cost.label, "middle"))
    places = [(axes.x(math.log(dot.x)), axes.y(dot.y)) for dot in dots]
    marks = [_mark(x, y, dot) for (x, y), dot in zip(places, dots, strict=True)]
    title = html_text(f"{other.label} over {cost.label}")
    paths, names = _paths(dots, places), _names(dots, places, width)
    return Plot(width, HEIGHT, title, tuple(lines), tuple(labels), tuple(paths), tuple(marks), tuple(names))


def by_name(names: Sequence[str], rows: Sequence[Sequence[Dot | None]], scale: Scale, *, width: int = WIDTH) -> Plot:
    """Return a plot with a place on the x axis for each of ``names``; every row has a dot, or none, at each."""
    values = [dot.y for row in rows for dot in row if dot is not None]
    axes = _Axes(-0.5, len(names) - 0.5, *_bounds(values, scale), width)
    lines, labels = _y_axis(axes, scale)
    for place, name in enumerate(names):
        first, _, second = name.partition(" ")
        labels.append(_label(axes.x(place), HEIGHT - _BOTTOM + 17, first, "middle"))
        labels.append(_label(axes.x(place), HEIGHT - _BOTTOM + 32, second, "middle"))
    step = min(0.22, 0.8 / max(1, len(rows)))
    marks: list[Mark] = []
    for index, row in enumerate(rows):
        shift = (index - (len(rows) - 1) / 2) * step
        marks += [_mark(axes.x(i + shift), axes.y(dot.y), dot) for i, dot in enumerate(row) if dot is not None]
    title = html_text(f"{scale.label} by {', '.join(names)}")
    return Plot(width, HEIGHT, title, tuple(lines), tuple(labels), (), tuple(marks), ())


def in_order(names: Sequence[str], dots: Sequence[Dot], scale: Scale, *, width: int = WIDTH) -> Plot:
    """Return a plot of ``dots`` whose ``x`` are places in ``names``, as commits are; dots of a line are joined.

    The axis upwards need not start at 0, as a change of a few percent is what such a plot is for; its numbers say where
    it does.
    """
    values = [dot.y for dot in dots]
    room = max(max(values) - min(values), 0.1 * abs(max(values)), 1e-9)
    low, high = min(values) - 0.35 * room, max(values) + 0.35 * room
    axes = _Axes(-0.5, len(names) - 0.5, max(low, 0.0), min(high, 100.0) if scale.percent else high, width)
    lines, labels = _y_axis(axes, scale)
    every = -(-len(names) // (width // 80))
    for place in range(len(names) - 1, -1, -every):
        labels.append(_label(axes.x(place), HEIGHT - _BOTTOM + 17, names[place], "middle"))
    places = [(axes.x(dot.x), axes.y(dot.y)) for dot in dots]
    marks = [_mark(x, y, dot) for (x, y), dot in zip(places, dots, strict=True)]
    title = html_text(f"{scale.label} by commit")
    return Plot(width, HEIGHT, title, tuple(lines), tuple(labels), tuple(_paths(dots, places)), tuple(marks), ())


def key_shape(dot: Dot) -> Shape:
    """Return what stands for ``dot`` in a key, in a picture of 14 by 14."""
    return _shape(7, 7, dot.format, dot.colour)


def _y_axis(axes: _Axes, scale: Scale) -> tuple[list[Line], list[Label]]:
    lines, labels = [], []
    for tick in _ticks(axes.y_low, min(axes.y_high, 100.0) if scale.percent else axes.y_high):
        y = axes.y(tick)
        lines.append(_line("grid", _LEFT, y, axes.right, y))
        labels.append(_label(_LEFT - 8, y + 4, scale.text(tick), "end"))
    bottom = HEIGHT - _BOTTOM
    lines.append(_line("axis", _LEFT, bottom, axes.right, bottom))
    labels.append(_label(13, (_TOP + bottom) / 2, scale.label, "middle", is_turned=True))
    return lines, labels


def _paths(dots: Sequence[Dot], places: Sequence[tuple[float, float]]) -> list[Path]:
    lines: dict[str, list[int]] = {}
    for index, dot in enumerate(dots):
        if dot.line:
            lines.setdefault(dot.line, []).append(index)
    return [
        Path(dots[chosen[0]].colour, _points([places[index] for index in chosen]))
        for chosen in lines.values()
        if len(chosen) > 1
    ]


def _points(places: Sequence[tuple[float, float]]) -> Markup:
    return Markup(" ".join(f"{html_number(x)},{html_number(y)}" for x, y in places))


def _names(dots: Sequence[Dot], places: Sequence[tuple[float, float]], width: int) -> list[Label]:
    """Return the dots' names, each where it covers neither a dot nor another name, or else left out."""
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in places]
    names = []
    for dot, (x, y) in zip(dots, places, strict=True):
        length = len(dot.name) * _CHARACTER
        for anchor, dx, dy in (("start", 10, 4), ("end", -10, 4), ("middle", 0, -12), ("middle", 0, 21)):
            left = x + dx - {"start": 0.0, "end": length, "middle": length / 2}[anchor]
            box = (left, y + dy - 11, left + length, y + dy + 3)
            inside = box[0] >= _LEFT and box[2] <= width - 2 and box[1] >= 0 and box[3] <= HEIGHT - _BOTTOM
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                names.append(_label(x + dx, y + dy, dot.name, anchor))
                break
    return names


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _mark(x: float, y: float, dot: Dot) -> Mark:
    return Mark(html_text(dot.tip), _shape(x, y, dot.format, dot.colour))


def _shape(x: float, y: float, number_format: str, colour: int) -> Shape:
    corners = _CORNERS[_MARKS.get(number_format, "diamond")]
    drawn = _points([(x + dx, y + dy) for dx, dy in corners]) if corners else None
    return Shape(colour % COLOURS, html_number(x), html_number(y), drawn)


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Line:
    return Line(Markup(kind), html_number(x1), html_number(y1), html_number(x2), html_number(y2))


def _label(x: float, y: float, text: str, anchor: str, *, is_turned: bool = False) -> Label:
    return Label(html_number(x), html_number(y), Markup(anchor), html_text(text), is_turned)


def _bounds(values: Sequence[float], scale: Scale) -> tuple[float, float]:
    """Return limits of an axis that leave room for names; one of percents seldom starts at 0, so ticks must tell."""
    low, high = min(values), max(values)
    if not scale.percent:
        return 0.0, 1.15 * high
    room = max(high - low, 1.0)
    return max(0.0, low - 0.35 * room), min(100.0 + 0.12 * room, high + 0.35 * room)


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers from ``low`` to ``high``."""
    rough = (high - low) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [round(k * step, 6) for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _log_ticks(low: float, high: float, base: int) -> list[float]:
    """Return round numbers from ``low`` to ``high``, eight at most: 1, 1.5 times powers of 2, or 1, 2, 5 of 10."""
    factors: tuple[float, ...] = (1, 2, 5) if base == 10 else (1, 1.5) if high < 12 * low else (1,)
    powers = range(math.floor(math.log(low, base)), math.ceil(math.log(high, base)) + 1)
    ticks = [tick for power in powers for factor in factors if low <= (tick := factor * float(base) ** power) <= high]
    return ticks[:: -(-len(ticks) // 8)] if ticks else []
