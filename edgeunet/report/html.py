"""The report as one HTML file, no network, no script: tables as in Markdown, plots, layers, and where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from edgeunet.report.figures import show
from edgeunet.report.html_style import STYLE
from edgeunet.report.plots_html import plots, stream_plot
from edgeunet.report.results import HOP, Result, Results, Subject
from edgeunet.report.sections import (
    EMPTY,
    INSTRUCTIONS_NOTE,
    Table,
    accuracy_table,
    conditions,
    provenances,
    quantization_table,
    targets_table,
)
from edgeunet.report.table import rows, target_rows

_MOST_TILES = 3
_NOT_EXACT = "not exact"
_COUNTS = (("instructions", "instructions"), ("cycles", "cycles"), ("wall_ns", "nanoseconds"))


def to_html(results: Results) -> str:
    """Return the report as the text of one file that a browser shows without fetching anything."""
    targets, quantization = targets_table(results), quantization_table(results)
    parts = [_tiles(results), _section("Accuracy against cost", _accuracy(results))]
    if targets:
        parts.append(_section("On the target", f"{_table(targets)}{_note(INSTRUCTIONS_NOTE)}{stream_plot(results)}"))
    if quantization:
        parts.append(_section("What quantization cost", _table(quantization)))
    parts += [_layers(results), _provenance(results)]
    models = escape(", ".join(results.models()))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{models} – edgeunet report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{models}</h1>\n<p class="soft" style="margin:0">edgeunet report: accuracy against cost</p>\n'
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _section(title: str, inside: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{inside}\n</section>"


def _note(text: str) -> str:
    return f'\n<p class="soft small">{escape(text)}</p>'


def _tiles(results: Results) -> str:
    """Return the headline figures of each model on each target, where these are few enough to be headlines."""
    subjects = target_rows(results)
    if not 1 <= len(subjects) <= _MOST_TILES:
        return ""
    return "\n".join(_tiles_of(results, subject) for subject in subjects)


def _tiles_of(results: Results, subject: Subject) -> str:
    figures = results.of(subject)
    row = next(
        (r for r in rows(results) if (r.subject.model, r.subject.format) == (subject.model, subject.format)), None
    )
    accuracy = [("mean F1", f"{100 * row.mean_f1:.2f} %")] if row is not None and row.mean_f1 is not None else []
    unit = "hop" if HOP in subject.target else "window"
    counts = ((name, f"{title} per {unit}") for name, title in _COUNTS)
    cost = [
        (title, show(name, figures[name]))
        for name, title in (*counts, ("ram_bytes", "RAM, bytes"), ("flash_bytes", "flash, bytes"))
        if name in figures
    ]
    exact = [("all output bytes", "exact" if figures["exact"] else _NOT_EXACT)] if "exact" in figures else []
    tiles = "".join(_tile(title, value) for title, value in (*accuracy, *cost, *exact))
    return f'<section>\n<h2>{escape(str(subject))}</h2>\n<div class="tiles">{tiles}</div>\n</section>'


def _tile(title: str, value: str) -> str:
    bad = ' class="bad"' if value == _NOT_EXACT else ""
    return f'<div class="tile"><b{bad}>{escape(value)}</b><span>{escape(title)}</span></div>'


def _accuracy(results: Results) -> str:
    notes = "".join(_note(sentence) for sentence in conditions(results))
    return f"{plots(results)}{_table(accuracy_table(results))}{notes}"


def _table(table: Table, shares: Mapping[int, Sequence[float]] | None = None) -> str:
    """Return a table; ``shares`` gives columns whose cells are drawn as bars, with their lengths from 0 to 1."""
    head = "".join(f"<th{_name(place, table)}>{escape(cell)}</th>" for place, cell in enumerate(table.header))
    body = "\n".join(
        "<tr>" + "".join(_cell(table, number, place, (shares or {}).get(place)) for place in range(len(line))) + "</tr>"
        for number, line in enumerate(table.lines)
    )
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _name(place: int, table: Table) -> str:
    return ' class="name"' if place < table.left else ""


def _cell(table: Table, number: int, place: int, lengths: Sequence[float] | None) -> str:
    text = table.lines[number][place]
    if lengths is not None:
        return f'<td class="share" style="background-size:{100 * lengths[number]:.1f}% 70%">{escape(text)}</td>'
    if table.header[place] == "exact" and text != EMPTY:
        return f'<td class="{"good" if text == "yes" else "bad"}">{escape(text)}</td>'
    return f"<td{_name(place, table)}>{escape(text)}</td>"


def _layers(results: Results) -> str:
    """Return every layer's part of what was measured, a table per target to open."""
    order = target_rows(results)
    measured = [r for r in results.results if r.command == "bench" and _rows(r)]
    if not measured:
        return ""
    measured.sort(key=lambda result: order.index(result.subject))
    few = len(measured) <= _MOST_TILES
    tables = "\n".join(_layer_table(result, opened=few and number == 0) for number, result in enumerate(measured))
    return _section("Layers", tables)


def _rows(result: Result) -> list[Mapping[str, Any]]:
    """Return the layers in the order they run, those without a figure left out."""
    return [row for row in result.document.get("layers") or () if _count(row) is not None]


def _count(row: Mapping[str, Any]) -> float | None:
    return next((row[key] for key, _ in _COUNTS if row.get(key) is not None), None)


def _layer_table(result: Result, *, opened: bool) -> str:
    layers = _rows(result)
    counts = [float(_count(row) or 0) for row in layers]
    unit = next(title for key, title in _COUNTS if any(row.get(key) is not None for row in layers))
    total, largest = sum(counts) or 1.0, max(counts) or 1.0
    lines = tuple(
        (
            str(row.get("name", position)),
            str(row.get("op", EMPTY)),
            show("macs", row.get("macs")),
            show(unit, count if count % 1 else int(count)),
            f"{100 * count / total:.1f} %",
            show("per", round(count / row["macs"], 2)) if row.get("macs") else EMPTY,
        )
        for position, (row, count) in enumerate(zip(layers, counts, strict=True))
    )
    table = Table(("layer", "op", "MACs", unit, "share", f"{unit} per MAC"), lines, left=2)
    summary = f"{escape(str(result.subject))} <span class='soft'>– {len(layers)} layers, {total:,.0f} {unit}</span>"
    return (
        f"<details{' open' if opened else ''}><summary>{summary}</summary>\n"
        f"{_table(table, {4: [count / largest for count in counts]})}\n</details>"
    )


def _provenance(results: Results) -> str:
    lines = "\n".join(
        "<tr>"
        + "".join(f'<td class="name wide">{cell}</td>' for cell in _cells(p.target, p.compiler, p.emulator, p.kernels))
        + f'<td class="name wide">{f"<code>{escape(p.flags)}</code>" if p.flags else EMPTY}</td></tr>'
        for p in provenances(results)
    )
    head = "".join(f'<th class="name">{name}</th>' for name in ("target", "compiler", "emulator", "kernels", "flags"))
    table = (
        f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table></div>\n'
        if lines
        else ""
    )
    files = "".join(f"<li><code>{escape(result.origin)}</code></li>" for result in results.results)
    made = '<p class="soft small">Made by <code>edgeunet report</code> from:</p>'
    return _section("Where it comes from", f'{table}{made}\n<ul class="files small">{files}</ul>')


def _cells(*texts: str) -> Iterable[str]:
    return (escape(text) if text else EMPTY for text in texts)
