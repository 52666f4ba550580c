"""What the HTML report is made of, ready to be written: tables, and plots as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.escaping.html import HtmlNumber, HtmlText, Markup


@dataclass(frozen=True)
class Cell:
    """One cell; ``kind`` is how it looks, ``percent`` how much of it a bar fills."""

    text: HtmlText
    kind: Markup | None = None
    percent: HtmlNumber | None = None
    is_code: bool = False


@dataclass(frozen=True)
class HtmlTable:
    """A table with one line of headings."""

    head: tuple[Cell, ...]
    lines: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Shape:
    """A dot: a circle around ``x`` and ``y``, or the polygon of ``corners``."""

    colour: int
    x: HtmlNumber
    y: HtmlNumber
    corners: Markup | None


@dataclass(frozen=True)
class Mark:
    """A dot with what a pointer over it is told."""

    tip: HtmlText
    shape: Shape


@dataclass(frozen=True)
class Line:
    """A straight line of the grid or an axis."""

    kind: Markup
    x1: HtmlNumber
    y1: HtmlNumber
    x2: HtmlNumber
    y2: HtmlNumber


@dataclass(frozen=True)
class Label:
    """Text in a plot; ``is_turned`` where it is read from below."""

    x: HtmlNumber
    y: HtmlNumber
    anchor: Markup
    text: HtmlText
    is_turned: bool = False


@dataclass(frozen=True)
class Path:
    """Dots that are joined."""

    colour: int
    points: Markup


@dataclass(frozen=True)
class Plot:
    """One plot; what comes later is drawn over what comes before."""

    width: int
    height: int
    title: HtmlText
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    paths: tuple[Path, ...]
    marks: tuple[Mark, ...]
    names: tuple[Label, ...]


@dataclass(frozen=True)
class Figure:
    """A plot under its title."""

    title: HtmlText
    plot: Plot
    is_wide: bool


@dataclass(frozen=True)
class KeyItem:
    """What a colour and a shape stand for."""

    name: HtmlText
    shape: Shape


@dataclass(frozen=True)
class Gallery:
    """Plots side by side over their key."""

    figures: tuple[Figure, ...]
    key: tuple[KeyItem, ...]
