"""The arena over the layers: what lies where for how long, and which layer sets its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeunet.emit.template import HtmlPage, render
from edgeunet.escaping.html import HtmlNumber, HtmlText, Markup, html_number, html_text
from edgeunet.report.figures import show
from edgeunet.report.results import HOP, Result, Results
from edgeunet.report.table import target_rows

WIDTH, HEIGHT = 1090, 340
LEFT, RIGHT, TOP, BOTTOM = 70, 16, 14, 44
COLOURS = {"signal": 0, "history": 2, "scratch": 3}
"""Kinds of extents and the colours of the page that they have."""

MEANINGS = {
    "signal": "rows that a layer writes and another reads",
    "history": "rows that a stream keeps from call to call",
    "scratch": "what a kernel has for itself",
}
NARROWEST_NAME = 60
"""Pixels of a rectangle that has room for its name."""

MOST_EXTENTS = 5000


@dataclass(frozen=True)
class Rectangle:
    """One extent; ``name`` where there is room for it."""

    x: HtmlNumber
    y: HtmlNumber
    width: HtmlNumber
    height: HtmlNumber
    colour: int
    tip: HtmlText
    name: HtmlText | None
    name_x: HtmlNumber
    name_y: HtmlNumber


@dataclass(frozen=True)
class Tick:
    """A number at an axis."""

    x: HtmlNumber
    y: HtmlNumber
    text: HtmlText


@dataclass(frozen=True, eq=False)
class MemoryMap(HtmlPage):
    """One map, with the sentences under it."""

    template = "report/maps/pages/memory.html.jinja"

    title: HtmlText
    rectangles: tuple[Rectangle, ...]
    upward: tuple[Tick, ...]
    along: tuple[Tick, ...]
    peak_x: HtmlNumber
    peak_width: HtmlNumber
    sentences: tuple[HtmlText, ...]


@dataclass(frozen=True)
class Extent:
    """Bytes of the arena and the layers over which they are in use."""

    name: str
    kind: str
    offset: int
    size: int
    first: int
    last: int


def memory_maps(results: Results) -> tuple[Markup, ...]:
    """Return a map for every measurement that says what lies where."""
    order = target_rows(results)
    measured = [result for result in results.results if result.command == "bench" and _extents(result.document)]
    return tuple(Markup(render(_map(r))) for r in sorted(measured, key=lambda r: order.index(r.subject)))


def _extents(document: Mapping[str, Any]) -> list[Extent]:
    """What of ``document`` can be drawn."""
    rows = document.get("memory")
    found = []
    for row in rows[:MOST_EXTENTS] if isinstance(rows, list) else []:
        numbers = [row.get(key) for key in ("offset_bytes", "size_bytes", "first_step", "last_step")]
        if all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 40 for n in numbers):
            offset, size, first, last = numbers
            if size and first <= last:
                found.append(Extent(str(row.get("name", "")), str(row.get("kind", "")), offset, size, first, last))
    return found


def _map(result: Result) -> MemoryMap:
    extents, layers = _extents(result.document), result.document.get("layers") or []
    steps = max(extent.last for extent in extents) + 1
    arena = max(extent.offset + extent.size for extent in extents)
    across, up = (WIDTH - LEFT - RIGHT) / steps, (HEIGHT - TOP - BOTTOM) / arena
    peak = _peak(extents, steps)
    bottom = HEIGHT - BOTTOM
    return MemoryMap(
        title=html_text(str(result.subject)),
        rectangles=tuple(_rectangle(extent, across, up) for extent in extents),
        upward=tuple(
            Tick(html_number(LEFT - 8), html_number(bottom - value * up + 4), html_text(show("bytes", value)))
            for value in _round_numbers(arena)
        ),
        along=tuple(
            Tick(html_number(LEFT + (value + 0.5) * across), html_number(bottom + 17), html_text(str(value)))
            for value in range(0, steps, -(-steps // 16))
        ),
        peak_x=html_number(LEFT + peak * across),
        peak_width=html_number(across),
        sentences=tuple(map(html_text, _sentences(result, extents, layers, peak, arena))),
    )


def _rectangle(extent: Extent, across: float, up: float) -> Rectangle:
    x, width = LEFT + extent.first * across, (extent.last - extent.first + 1) * across
    height = max(extent.size * up, 1.0)
    y = HEIGHT - BOTTOM - (extent.offset + extent.size) * up
    tip = (
        f"{extent.name}: {show('bytes', extent.size)} bytes from {show('bytes', extent.offset)}, "
        f"layers {extent.first} to {extent.last} ({MEANINGS.get(extent.kind, extent.kind)})"
    )
    room = width >= NARROWEST_NAME and height >= 13
    name = extent.name[: int((width - 8) / 7)] if room else ""
    return Rectangle(
        html_number(x),
        html_number(y),
        html_number(width),
        html_number(height),
        COLOURS.get(extent.kind, 6),
        html_text(tip),
        html_text(name) if name else None,
        html_number(x + 4),
        html_number(y + height / 2 + 4),
    )


def _peak(extents: Sequence[Extent], steps: int) -> int:
    """The layer during which most bytes are in use."""
    return max(range(steps), key=lambda step: _used(extents, step))


def _used(extents: Sequence[Extent], step: int) -> int:
    """Bytes in use during ``step``, those that two extents share counted once."""
    spans = sorted((e.offset, e.offset + e.size) for e in extents if e.first <= step <= e.last)
    total = end = 0
    for start, stop in spans:
        total += max(0, stop - max(start, end))
        end = max(end, stop)
    return total


def _sentences(
    result: Result, extents: Sequence[Extent], layers: Sequence[Mapping[str, Any]], peak: int, arena: int
) -> list[str]:
    layer = str(layers[peak].get("name", peak)) if peak < len(layers) else str(peak)
    live = [extent for extent in extents if extent.first <= peak <= extent.last]
    longest = max(live, key=lambda extent: (extent.kind == "signal", extent.size * (extent.last - extent.first + 1)))
    said = [
        f"{show('bytes', arena)} bytes; most are in use during layer {peak}, '{layer}': "
        f"{show('bytes', _used(extents, peak))}."
    ]
    if HOP in result.subject.target:
        kept = sum(extent.size for extent in extents if extent.kind == "history")
        said.append(f"{show('bytes', kept)} bytes are kept from call to call; a smaller hop shrinks the others.")
    elif longest.last - longest.first > 4:
        said.append(
            f"'{longest.name}' waits longest of them ({show('bytes', longest.size)} bytes over "
            f"{longest.last - longest.first + 1} layers): fewer channels there, a shorter window or a stream lower the "
            "peak."
        )
    return said


def _round_numbers(most: int) -> list[int]:
    """About five round numbers from 0 to ``most``."""
    step = 1
    while most / step > 6:
        step *= 5 if str(step)[0] == "2" else 2
        if str(step)[0] == "4":
            step = step // 4 * 5
    return list(range(0, most + 1, step))
