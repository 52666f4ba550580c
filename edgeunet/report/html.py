"""The report as one HTML file, no network, no script: tables as in Markdown, plots, layers, and where it is from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeunet.emit.template import HtmlPage, render
from edgeunet.escaping.html import HtmlText, Markup, html_number, html_text
from edgeunet.report.figures import show, standing
from edgeunet.report.html_parts import Cell, Gallery, HtmlTable
from edgeunet.report.html_style import STYLE
from edgeunet.report.maps.memory import memory_maps
from edgeunet.report.plots_html import plots, stream_plot
from edgeunet.report.results import HOP, Figure, Result, Results, Subject
from edgeunet.report.sections import (
    EMPTY,
    ESTIMATES,
    Table,
    accuracy_table,
    conditions,
    counting_notes,
    is_timed,
    provenances,
    quantization_table,
    sureness,
    targets_table,
)
from edgeunet.report.table import rows, target_rows
from edgeunet.report.verdict.history import Entry
from edgeunet.report.verdict.trends import trends

_MOST_TILES = 3
_NOT_EXACT = "not exact"
_COUNTS = (("cycles", "cycles"), ("instructions", "instructions"), ("wall_ns", "nanoseconds"))
"""Keys of a layer, and what they count: what a layer's part is told in comes first."""
_COSTS = (
    ("milliseconds", "ms per {call}"),
    ("cycles.count", "cycles per {call}"),
    ("instructions", "instructions per {call}"),
    ("wall_ns", "nanoseconds per {call}"),
    ("microjoules", "µJ per {call}"),
    ("energy.battery_days", "days of battery"),
    ("ram_bytes", "RAM, bytes"),
    ("flash_bytes", "flash, bytes"),
)
_NAME, _WIDE, _SHARE, _GOOD, _BAD = (Markup(kind) for kind in ("name", "name wide", "share", "good", "bad"))


@dataclass(frozen=True)
class Tile:
    """A figure large enough to be read first."""

    title: HtmlText
    value: HtmlText
    is_bad: bool


@dataclass(frozen=True)
class Headline:
    """The tiles of one model on one target."""

    subject: HtmlText
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class LayerTable:
    """The layers of one model on one target, to open."""

    subject: HtmlText
    summary: HtmlText
    table: HtmlTable
    is_open: bool


@dataclass(frozen=True, eq=False)
class ReportPage(HtmlPage):
    """The whole report."""

    template = "report/pages/report.html.jinja"

    style: Markup
    models: HtmlText
    headlines: tuple[Headline, ...]
    plots: Gallery | None
    accuracy: HtmlTable
    conditions: tuple[HtmlText, ...]
    targets: HtmlTable | None
    counting: tuple[HtmlText, ...]
    stream: Gallery | None
    quantization: HtmlTable | None
    memory: tuple[Markup, ...]
    trends: Gallery | None
    layers: tuple[LayerTable, ...]
    provenance: HtmlTable | None
    files: tuple[HtmlText, ...]


def to_html(results: Results, history: Sequence[Entry] = ()) -> str:
    """Return the report as the text of one file that a browser shows without fetching anything.

    ``history`` has the figures of earlier commits, oldest first (`edgeunet.report.read_history`).
    """
    targets, quantization = targets_table(results), quantization_table(results)
    return render(
        ReportPage(
            style=Markup(STYLE),
            models=html_text(", ".join(results.models())),
            headlines=_headlines(results),
            plots=plots(results),
            accuracy=_table(accuracy_table(results)),
            conditions=tuple(map(html_text, conditions(results))),
            targets=_table(targets) if targets else None,
            counting=tuple(map(html_text, counting_notes(results))),
            stream=stream_plot(results),
            quantization=_table(quantization) if quantization else None,
            memory=memory_maps(results),
            trends=trends(results.models(), history),
            layers=_layers(results),
            provenance=_provenance(results),
            files=tuple(html_text(result.origin) for result in results.results),
        )
    )


def _headlines(results: Results) -> tuple[Headline, ...]:
    """Return the headline figures of each model on each target, where these are few enough to be headlines."""
    subjects = target_rows(results)
    return tuple(_headline(results, subject) for subject in subjects) if len(subjects) <= _MOST_TILES else ()


def _headline(results: Results, subject: Subject) -> Headline:
    figures = results.of(subject)
    row = next(
        (r for r in rows(results) if (r.subject.model, r.subject.format) == (subject.model, subject.format)), None
    )
    accuracy = [("mean F1", f"{100 * row.mean_f1:.2f} %")] if row is not None and row.mean_f1 is not None else []
    unit = "hop" if HOP in subject.target else "window"
    cost = [
        (_tile_title(name, title.format(call=unit), figures), show(name, figures[name]))
        for name, title in _COSTS
        if name in figures
    ]
    exact = [("all output bytes", "exact" if figures["exact"] else _NOT_EXACT)] if "exact" in figures else []
    tiles = (
        Tile(html_text(title), html_text(value), value == _NOT_EXACT) for title, value in (*accuracy, *cost, *exact)
    )
    return Headline(html_text(str(subject)), tuple(tiles))


def _tile_title(figure: str, title: str, figures: Mapping[str, Figure]) -> str:
    """Return the title of a tile; of a figure of time or energy with how far it can be trusted."""
    how = standing(figure, figures)
    return title if how is None else f"{title}, {how.words}"


def _table(table: Table, shares: Mapping[int, Sequence[float]] | None = None) -> HtmlTable:
    """Return a table; ``shares`` gives columns whose cells are drawn as bars, with their lengths from 0 to 1."""
    head = (Cell(html_text(cell), _name(place, table)) for place, cell in enumerate(table.header))
    lines = (
        tuple(_cell(table, number, place, (shares or {}).get(place)) for place in range(len(line)))
        for number, line in enumerate(table.lines)
    )
    return HtmlTable(tuple(head), tuple(lines))


def _name(place: int, table: Table) -> Markup | None:
    return _NAME if place < table.left or table.header[place] == ESTIMATES else None


def _cell(table: Table, number: int, place: int, lengths: Sequence[float] | None) -> Cell:
    text = table.lines[number][place]
    if lengths is not None:
        return Cell(html_text(text), _SHARE, html_number(100 * lengths[number]))
    if table.header[place] == ESTIMATES:
        return Cell(html_text(text), _WIDE)
    if table.header[place] == "exact" and text != EMPTY:
        return Cell(html_text(text), _GOOD if text == "yes" else _BAD)
    return Cell(html_text(text), _name(place, table))


def _layers(results: Results) -> tuple[LayerTable, ...]:
    """Return every layer's part of what was measured, a table per target to open."""
    order = target_rows(results)
    measured = [r for r in results.results if r.command == "bench" and _rows(r)]
    measured.sort(key=lambda result: order.index(result.subject))
    few = len(measured) <= _MOST_TILES
    return tuple(_layer_table(result, opened=few and number == 0) for number, result in enumerate(measured))


def _rows(result: Result) -> list[Mapping[str, Any]]:
    """Return the layers in the order they run, those without a figure left out."""
    return [row for row in result.document.get("layers") or () if _count(row) is not None]


def _count(row: Mapping[str, Any]) -> float | None:
    return next((row[key] for key, _ in _COUNTS if row.get(key) is not None), None)


def _layer_table(result: Result, *, opened: bool) -> LayerTable:
    layers = _rows(result)
    key, unit = next(pair for pair in _COUNTS if any(row.get(pair[0]) is not None for row in layers))
    counts = [float(row.get(key) or 0) for row in layers]
    total, largest = sum(counts) or 1.0, max(counts) or 1.0
    columns = [
        ("layer", [str(row.get("name", position)) for position, row in enumerate(layers)]),
        ("op", [str(row.get("op", EMPTY)) for row in layers]),
        ("MACs", [show("macs", row.get("macs")) for row in layers]),
        (unit, [show(unit, count if count % 1 else int(count)) for count in counts]),
        ("share", [f"{100 * count / total:.1f} %" for count in counts]),
        (f"{unit} per MAC", [_per_mac(row, count) for row, count in zip(layers, counts, strict=True)]),
        *_beside(result, layers, key),
    ]
    table = Table(tuple(name for name, _ in columns), tuple(zip(*(cells for _, cells in columns), strict=True)), left=2)
    return LayerTable(
        html_text(str(result.subject)),
        html_text(f"{len(layers)} layers, {total:,.0f} {unit}{_sureness(result, key)}"),
        _table(table, {4: [count / largest for count in counts]}),
        opened,
    )


def _per_mac(row: Mapping[str, Any], count: float) -> str:
    return show("per", round(count / row["macs"], 2)) if row.get("macs") else EMPTY


def _beside(result: Result, layers: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, list[str]]]:
    """Return what stands beside the cycles of layers: their time where a clock is known, and their instructions."""
    if key != "cycles":
        return []
    columns, clock_hz = [], result.document.get("clock_hz")
    if clock_hz:
        columns.append(("ms", [show("ms", 1000 * (row.get("cycles") or 0) / clock_hz) for row in layers]))
    if any(row.get("instructions") is not None for row in layers):
        columns.append(("instructions", [show("instructions", row.get("instructions")) for row in layers]))
    return columns


def _sureness(result: Result, key: str) -> str:
    return f", {sureness(result.figures)}" if key == "cycles" and is_timed(result.figures) else ""


def _provenance(results: Results) -> HtmlTable | None:
    lines = tuple(
        (
            *(Cell(html_text(text or EMPTY), _WIDE) for text in (p.target, p.compiler, p.emulator, p.kernels)),
            Cell(html_text(p.flags or EMPTY), _WIDE, is_code=bool(p.flags)),
        )
        for p in provenances(results)
    )
    head = (Cell(html_text(name), _NAME) for name in ("target", "compiler", "emulator", "kernels", "flags"))
    return HtmlTable(tuple(head), lines) if lines else None
