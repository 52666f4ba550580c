"""What a report says, as headings, tables and sentences: the same for every form it is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeunet.report.figures import show, standing
from edgeunet.report.results import HOP, Figure, Result, Results, Subject
from edgeunet.report.table import (
    MACRO_F1,
    SIZE_COLUMNS,
    TARGET_COLUMNS,
    Column,
    Row,
    boundary_columns,
    pick,
    rows,
    target_rows,
)

EMPTY = "–"
ESTIMATES = "how sure"
INSTRUCTIONS_NOTE = (
    "Instructions are those of one window, or of one hop where the target says so; they are counted in emulation and "
    "are not cycles. The measuring harness is not counted."
)
TIME_NOTE = (
    "Cycles, time and energy are those of the same call. Estimated ones come from a model of the core, whose error is "
    "the largest on published boards; where no board validates a core, nothing is known of the error."
)


@dataclass(frozen=True)
class Table:
    """Cells as text; the first ``left`` columns are names, the others figures."""

    header: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    left: int


@dataclass(frozen=True)
class Provenance:
    """Where the figures of one target come from, whatever the hop."""

    target: str
    compiler: str
    emulator: str
    kernels: str
    flags: str


def accuracy_table(results: Results) -> Table:
    """Return size and accuracy, a line per model and number format."""
    table = rows(results)
    boundaries = boundary_columns(table)
    used = [column for column in SIZE_COLUMNS if any(pick(row.figures, column) != EMPTY for row in table)]
    by_sample = [] if boundaries else [c for c in (MACRO_F1,) if any(pick(row.figures, c) != EMPTY for row in table)]
    columns = [*used, *boundaries, *by_sample]
    header = ("model", "format", "bytes in flash", *(heading for heading, _ in columns))
    return Table(header, tuple(_accuracy_line(row, columns) for row in table), left=2)


def _accuracy_line(row: Row, columns: Sequence[Column]) -> tuple[str, ...]:
    size = show("bytes", row.size_bytes) + (f" ({row.size_note})" if row.size_note else "")
    cells = (pick(row.figures, column) for column in columns)
    return (row.subject.model, row.subject.format or EMPTY, size, *cells)


def conditions(results: Results) -> tuple[str, ...]:
    """Say what the scores were taken on, once for each way of scoring that occurs."""
    said = (_condition(r.document) for r in results.results if r.command == "evaluate")
    return tuple(dict.fromkeys(sentence for sentence in said if sentence))


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


def targets_table(results: Results) -> Table | None:
    """Return cost and exactness, a line per model and target; ``None`` where nothing was measured."""
    subjects = target_rows(results)
    if not subjects:
        return None
    used = [c for c in TARGET_COLUMNS if any(pick(results.figures[s], c) != EMPTY for s in subjects)]
    lines = [_target_line(results, subject, used) for subject in subjects]
    header = ["model", "target", *(heading for heading, _ in used)]
    if any(is_timed(results.figures[subject]) for subject in subjects):
        header = [*header, ESTIMATES]
        lines = [[*line, sureness(results.figures[s])] for line, s in zip(lines, subjects, strict=True)]
    return Table(tuple(header), tuple(map(tuple, lines)), left=2)


def _target_line(results: Results, subject: Subject, columns: Sequence[Column]) -> list[str]:
    return [subject.model, subject.target, *(pick(results.figures[subject], column) for column in columns)]


def is_timed(figures: Mapping[str, Figure]) -> bool:
    """Return whether ``figures`` have cycles, and so time and energy where a board is known."""
    return "cycles.count" in figures


def sureness(figures: Mapping[str, Figure]) -> str:
    """Say how far the cycles, the time and the energy of a target can be trusted."""
    name = "microjoules" if "microjoules" in figures else "cycles.count"
    how = standing(name, figures) if is_timed(figures) else None
    return EMPTY if how is None else how.words


def counting_notes(results: Results) -> tuple[str, ...]:
    """Say what the figures of the targets are of, and what estimates rest on where there are any."""
    timed = any(is_timed(figures) for figures in results.figures.values())
    return (INSTRUCTIONS_NOTE, TIME_NOTE) if timed else (INSTRUCTIONS_NOTE,)


def provenances(results: Results) -> tuple[Provenance, ...]:
    """Return compiler, emulator and flags with their versions: without them a count means nothing."""
    found = (_provenance(result) for result in results.results if result.command == "bench")
    return tuple(dict.fromkeys(one for one in found if one.compiler or one.emulator or one.flags))


def _provenance(result: Result) -> Provenance:
    document = result.document
    compiler, emulator = (
        str(document.get(f"{tool}_version") or document.get(tool) or "") for tool in ("toolchain", "emulator")
    )
    target = result.subject.target.partition(HOP)[0]
    return Provenance(target, compiler, emulator, str(document.get("kernels") or ""), str(document.get("flags") or ""))


def quantization_table(results: Results) -> Table | None:
    """Return what quantization cost, a line per quantized model; ``None`` where none was."""
    quantized = [r for r in results.results if r.command == "quantize" and r.document.get("worst_layer")]
    if not quantized:
        return None
    header = ("model", "format", "output SQNR dB", "worst layer", "loses most itself", "largest F1 drop, points")
    return Table(header, tuple(dict.fromkeys(_quantization_line(result) for result in quantized)), left=2)


def _quantization_line(result: Result) -> tuple[str, ...]:
    document = result.document
    validation = document.get("validation")
    drop = validation.get("worst_drop_points") if isinstance(validation, Mapping) else None
    return (
        result.subject.model,
        result.subject.format,
        _decibels(document.get("output_sqnr_db")),
        f"{document['worst_layer']} ({_decibels(document.get('worst_layer_sqnr_db'))} dB)",
        f"{document.get('lossiest_layer')} ({_decibels(document.get('lossiest_layer_lost_db'))} dB)",
        EMPTY if drop is None else f"{drop:.2f}",
    )


def _decibels(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, (int, float)) else EMPTY
