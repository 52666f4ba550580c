"""Plots as SVG text that takes its colours from the page around it: dots over a cost, and dots by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, WIDE, HEIGHT = 520, 1090, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 16, 14, 44
COLOURS = 7
_MARKS = {"keras": "square", "float32": "square", "int16x8": "triangle", "int8": "circle"}
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


def over_cost(dots: Sequence[Dot], cost: Scale, other: Scale, *, width: int = WIDTH) -> str:
    """Return a plot of ``dots`` over a logarithmic axis of ``cost``, which is above 0; upwards is ``other``."""
    least, most = min(dot.x for dot in dots) / _MARGIN, max(dot.x for dot in dots) * _MARGIN
    axes = _Axes(math.log(least), math.log(most), *_bounds([dot.y for dot in dots], other), width)
    parts = [*_y_axis(axes, other)]
    for tick in _log_ticks(least, most, cost.base):
        x = axes.x(math.log(tick))
        parts += [
            _line("grid", x, _TOP, x, HEIGHT - _BOTTOM),
            _text(x, HEIGHT - _BOTTOM + 17, cost.text(tick), "middle"),
        ]
    parts.append(_text((_LEFT + axes.right) / 2, HEIGHT - 6, cost.label, "middle"))
    places = [(axes.x(math.log(dot.x)), axes.y(dot.y)) for dot in dots]
    parts += _paths(dots, places)
    parts += [_mark(x, y, dot) for (x, y), dot in zip(places, dots, strict=True)]
    parts += _names(dots, places, width)
    return _svg(parts, f"{other.label} over {cost.label}", width)


def by_name(names: Sequence[str], rows: Sequence[Sequence[Dot | None]], scale: Scale, *, width: int = WIDTH) -> str:
    """Return a plot with a place on the x axis for each of ``names``; every row has a dot, or none, at each."""
    values = [dot.y for row in rows for dot in row if dot is not None]
    axes = _Axes(-0.5, len(names) - 0.5, *_bounds(values, scale), width)
    parts = [*_y_axis(axes, scale)]
    for place, name in enumerate(names):
        first, _, second = name.partition(" ")
        parts.append(_text(axes.x(place), HEIGHT - _BOTTOM + 17, first, "middle"))
        parts.append(_text(axes.x(place), HEIGHT - _BOTTOM + 32, second, "middle"))
    step = min(0.22, 0.8 / max(1, len(rows)))
    for index, row in enumerate(rows):
        shift = (index - (len(rows) - 1) / 2) * step
        parts += [_mark(axes.x(i + shift), axes.y(dot.y), dot) for i, dot in enumerate(row) if dot is not None]
    return _svg(parts, f"{scale.label} by {', '.join(names)}", width)


def key_mark(dot: Dot) -> str:
    """Return the small picture that stands for ``dot`` in a key."""
    return f'<svg viewBox="0 0 14 14" aria-hidden="true">{_shape(7, 7, dot.format, dot.colour)}</svg>'


def _svg(parts: Sequence[str], title: str, width: int) -> str:
    inside = "\n".join(parts)
    return f'<svg viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{escape(title)}">\n{inside}\n</svg>'


def _y_axis(axes: _Axes, scale: Scale) -> list[str]:
    parts = []
    for tick in _ticks(axes.y_low, min(axes.y_high, 100.0) if scale.percent else axes.y_high):
        y = axes.y(tick)
        parts += [_line("grid", _LEFT, y, axes.right, y), _text(_LEFT - 8, y + 4, scale.text(tick), "end")]
    middle, bottom = (_TOP + HEIGHT - _BOTTOM) / 2, HEIGHT - _BOTTOM
    turned = f'<text x="13" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 13 {middle:.1f})">'
    return [*parts, f"{turned}{escape(scale.label)}</text>", _line("axis", _LEFT, bottom, axes.right, bottom)]


def _paths(dots: Sequence[Dot], places: Sequence[tuple[float, float]]) -> list[str]:
    lines: dict[str, list[int]] = {}
    for index, dot in enumerate(dots):
        if dot.line:
            lines.setdefault(dot.line, []).append(index)
    return [
        f'<polyline class="path" fill="none" stroke="var(--c{dots[chosen[0]].colour})" points="'
        + " ".join(f"{places[index][0]:.1f},{places[index][1]:.1f}" for index in chosen)
        + '"/>'
        for chosen in lines.values()
        if len(chosen) > 1
    ]


def _names(dots: Sequence[Dot], places: Sequence[tuple[float, float]], width: int) -> list[str]:
    """Return the dots' names, each where it covers neither a dot nor another name, or else left out."""
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in places]
    parts = []
    for dot, (x, y) in zip(dots, places, strict=True):
        length = len(dot.name) * _CHARACTER
        for anchor, dx, dy in (("start", 10, 4), ("end", -10, 4), ("middle", 0, -12), ("middle", 0, 21)):
            left = x + dx - {"start": 0.0, "end": length, "middle": length / 2}[anchor]
            box = (left, y + dy - 11, left + length, y + dy + 3)
            inside = box[0] >= _LEFT and box[2] <= width - 2 and box[1] >= 0 and box[3] <= HEIGHT - _BOTTOM
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                parts.append(_text(x + dx, y + dy, dot.name, anchor, "name"))
                break
    return parts


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _mark(x: float, y: float, dot: Dot) -> str:
    return f"<g><title>{escape(dot.tip)}</title>{_shape(x, y, dot.format, dot.colour)}</g>"


def _shape(x: float, y: float, number_format: str, colour: int) -> str:
    style = f'class="mark" fill="var(--c{colour % COLOURS})"'
    kind = _MARKS.get(number_format, "diamond")
    if kind == "circle":
        return f'<circle {style} cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    corners = {
        "square": ((-5, -5), (5, -5), (5, 5), (-5, 5)),
        "triangle": ((0, -6.5), (6.5, 5), (-6.5, 5)),
        "diamond": ((0, -7), (7, 0), (0, 7), (-7, 0)),
    }[kind]
    return f'<polygon {style} points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)}"/>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


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
