"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edgeunet.report.figures import show
from edgeunet.report.results import Results
from edgeunet.report.table import (
    SIZE_COLUMNS,
    TARGET_COLUMNS,
    Column,
    Row,
    boundary_columns,
    pick,
    rows,
    target_rows,
)


def to_markdown(results: Results, *, plot: str | None = None) -> str:
    """Return the report; ``plot`` is the file name of the picture beside it."""
    table = rows(results)
    parts = ["# Accuracy against size", _accuracy(results, table)]
    if plot:
        parts.append(f"![Accuracy against size, and F1 by wave boundary]({plot})")
    parts += [_targets(results), _quantization(results)]
    parts.append("Made by `edgeunet report` from:\n\n" + "\n".join(f"- `{r.origin}`" for r in results.results))
    return "\n\n".join(part for part in parts if part) + "\n"


def _accuracy(results: Results, table: Sequence[Row]) -> str:
    boundaries = boundary_columns(table)
    used = [column for column in SIZE_COLUMNS if any(pick(row.figures, column) != "–" for row in table)]
    other: list[Column] = [] if boundaries else [("macro F1", ("samples.macro_f1", "macro_f1"))]
    columns = [*used, *boundaries, *other]
    header = ["model", "format", "bytes in flash", *(heading for heading, _ in columns)]
    lines = [
        [
            row.subject.model,
            row.subject.format or "–",
            show("bytes", row.size_bytes) + (f" ({row.size_note})" if row.size_note else ""),
            *(pick(row.figures, column) for column in columns),
        ]
        for row in table
    ]
    return "\n\n".join(part for part in (_table(header, lines, left=2), _conditions(results)) if part)


def _conditions(results: Results) -> str:
    """Say what the scores were taken on, once for each way of scoring that occurs."""
    sentences = dict.fromkeys(
        sentence for r in results.results if r.command == "evaluate" and (sentence := _condition(r.document))
    )
    return "\n".join(sentences)


def _condition(document: Mapping[str, Any]) -> str:
    facts = []
    if "part" in document:
        facts.append(f"part '{document['part']}'")
    data = document.get("data")
    if isinstance(data, Mapping):
        facts.append(f"data {' '.join(str(data[key]) for key in ('source', 'directory') if key in data)}")
    elif isinstance(data, str):
        facts.append(f"data {data}")
    if isinstance(document.get("records"), int):
        facts.append(f"{document['records']} records")
    tolerance = document.get("tolerance_ms")
    if isinstance(tolerance, (int, float)):
        facts.append(f"boundaries within {tolerance:g} ms")
    return f"Scored on {', '.join(facts)}." if facts else ""


def _targets(results: Results) -> str:
    subjects = target_rows(results)
    if not subjects:
        return ""
    used = [c for c in TARGET_COLUMNS if any(pick(results.figures[s], c) != "–" for s in subjects)]
    header = ["model", "target", *(heading for heading, _ in used)]
    lines = [[s.model, s.target, *(_target_cell(results, s, c) for c in used)] for s in subjects]
    note = "Instructions are counted in emulation and are not cycles; the measuring harness is not counted."
    return "\n\n".join(["## On the target", _table(header, lines, left=2), note, _toolchains(results)]).rstrip()


def _target_cell(results: Results, subject: Any, column: Column) -> str:
    cell = pick(results.figures[subject], column)
    return "**no**" if column[0] == "exact" and cell == "no" else cell


def _toolchains(results: Results) -> str:
    notes = dict.fromkeys(_toolchain(r.subject.target, r.document) for r in results.results if r.command == "bench")
    return "\n".join(note for note in notes if note)


def _toolchain(target: str, document: Mapping[str, Any]) -> str:
    """Return compiler, flags and emulator with their versions: without them a count means nothing."""
    tools = [document.get(f"{tool}_version") or document.get(tool) for tool in ("toolchain", "emulator")]
    named = " on ".join(str(tool) for tool in tools if tool)
    flags = document.get("flags")
    return f"- {target}: {named}" + (f", `{flags}`" if flags else "") if named else ""


def _quantization(results: Results) -> str:
    lines = []
    for result in results.results:
        document = result.document
        if result.command != "quantize" or not document.get("worst_layer"):
            continue
        validation = document.get("validation")
        drop = validation.get("worst_drop_points") if isinstance(validation, Mapping) else None
        lines.append(
            [
                result.subject.model,
                result.subject.format,
                _decibels(document.get("output_sqnr_db")),
                f"{document['worst_layer']} ({_decibels(document.get('worst_layer_sqnr_db'))} dB)",
                f"{document.get('lossiest_layer')} ({_decibels(document.get('lossiest_layer_lost_db'))} dB)",
                "–" if drop is None else f"{drop:.2f}",
            ]
        )
    if not lines:
        return ""
    header = ["model", "format", "output SQNR dB", "worst layer", "loses most itself", "largest F1 drop, points"]
    return "## What quantization cost\n\n" + _table(header, lines, left=2)


def _decibels(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, (int, float)) else "–"


def _table(header: Sequence[str], lines: Iterable[Sequence[str]], *, left: int) -> str:
    """Return a Markdown table, the first ``left`` columns aligned left, the others right."""
    rule = ["---" if column < left else "---:" for column in range(len(header))]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in (header, rule, *lines))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
