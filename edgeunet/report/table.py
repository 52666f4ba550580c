"""The accuracy-against-size table: one row per model and number format, and one per target measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeunet.report.figures import show
from edgeunet.report.results import HOP, Figure, Results, Subject
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.report/1"
FLOAT_BYTES = 4

Column = tuple[str, tuple[str, ...]]
"""Heading, and the figures it may be taken from, the first that is there."""

SIZE_COLUMNS: tuple[Column, ...] = (
    ("parameters", ("parameters",)),
    ("MACs per window", ("macs",)),
    ("model bytes", ("model_bytes",)),
    ("SQNR dB", ("output_sqnr_db",)),
)
TARGET_COLUMNS: tuple[Column, ...] = (
    ("exact", ("exact",)),
    ("cycles", ("cycles.count",)),
    ("ms", ("milliseconds",)),
    ("ms per second of signal", ("milliseconds_per_second",)),
    ("instructions", ("instructions",)),
    ("instructions per sample", ("instructions_per_sample",)),
    ("µJ", ("microjoules",)),
    ("average µA", ("energy.average_ua",)),
    ("battery days", ("energy.battery_days",)),
    ("wall ns", ("wall_ns",)),
    ("RAM bytes", ("ram_bytes",)),
    ("of it arena", ("arena_bytes",)),
    ("of it stack", ("stack_bytes",)),
    ("flash bytes", ("flash_bytes",)),
    ("of it weights", ("weights_bytes",)),
)
MACRO_F1: Column = ("macro F1", ("samples.macro_f1", "macro_f1"))
_FORMAT_ORDER = ("keras", "float32", "int16x8", "int8")


@dataclass(frozen=True)
class Row:
    """One line of the report.

    Attributes
    ----------
    subject : model and format.
    figures : all figures that hold for it, none of any target.
    size_bytes : what it takes in flash: measured where a target was, else its file, else its weights in float.
    size_note : which of these.
    """

    subject: Subject
    figures: Mapping[str, Figure]
    size_bytes: Figure | None
    size_note: str

    __repr__ = short_repr

    @property
    def label(self) -> str:
        return str(self.subject)

    @property
    def mean_f1(self) -> float | None:
        """Mean F1 over all wave boundaries; by sample where there are no waves."""
        scores = [value for figure, value in self.figures.items() if is_boundary_f1(figure)]
        if scores:
            return float(sum(scores) / len(scores))
        by_sample = [value for figure, value in self.figures.items() if figure.endswith("macro_f1")]
        return float(by_sample[0]) if by_sample else None


def is_boundary_f1(figure: str) -> bool:
    """Return whether ``figure`` is the usual F1 of a wave boundary (``boundaries.QRS.onset.f1``)."""
    parts = figure.split(".")
    return len(parts) == 4 and parts[0] == "boundaries" and parts[3] == "f1"


def rows(results: Results) -> list[Row]:
    """Return one row per model and number format, in order of models and from float to int8."""
    models = results.models()
    subjects = {Subject(s.model, s.format) for s in results.figures}
    named = {s for s in subjects if s.format}
    bare = {s for s in subjects if not s.format and not any(n.model == s.model for n in named)}
    return [
        _row(results, s) for s in sorted(named | bare, key=lambda s: (models.index(s.model), _format_rank(s.format)))
    ]


def target_rows(results: Results) -> list[Subject]:
    """Return every model, format and target that was measured."""
    models = results.models()
    measured = [s for s in results.figures if s.target]
    return sorted(measured, key=lambda s: (models.index(s.model), _format_rank(s.format), *_place_and_hop(s.target)))


def _place_and_hop(target: str) -> tuple[str, int]:
    place, _, hop = target.partition(HOP)
    return place, int(hop) if hop else 0


def boundary_columns(table: Sequence[Row]) -> list[Column]:
    """Return a column per wave boundary that any row has, in order of appearance."""
    figures = dict.fromkeys(figure for row in table for figure in row.figures if is_boundary_f1(figure))
    return [(f"{figure.split('.')[1]} {figure.split('.')[2]} F1", (figure,)) for figure in figures]


def to_document(results: Results) -> dict[str, Any]:
    """Return everything as one JSON object: every subject with all its figures."""
    return {
        "schema": SCHEMA,
        "rows": [
            {
                "model": s.model,
                "format": s.format or None,
                "target": s.target or None,
                "figures": dict(results.figures[s]),
            }
            for s in results.figures
        ],
        "sources": [result.origin for result in results.results],
    }


def pick(figures: Mapping[str, Figure], column: Column) -> str:
    """Return the cell of ``column``, as text."""
    found = next((figure for figure in column[1] if figure in figures), None)
    return show(column[1][0], None) if found is None else show(found, figures[found])


def _row(results: Results, subject: Subject) -> Row:
    figures = results.of(subject)
    size, note = _size(results, subject, figures)
    return Row(subject, figures, size, note)


def _size(results: Results, subject: Subject, figures: Mapping[str, Figure]) -> tuple[Figure | None, str]:
    measured = [
        (values["flash_bytes"], s.target)
        for s, values in results.figures.items()
        if s.target and (s.model, s.format) == (subject.model, subject.format) and "flash_bytes" in values
    ]
    if measured:
        size, target = min(measured)
        return size, f"flash on {target}"
    if "model_bytes" in figures:
        return figures["model_bytes"], ".tflite file"
    if "parameters" in figures and subject.format in ("", "keras", "float32"):
        return FLOAT_BYTES * figures["parameters"], "weights in float32"
    return None, ""


def _format_rank(number_format: str) -> tuple[int, str]:
    known = number_format in _FORMAT_ORDER
    return (_FORMAT_ORDER.index(number_format) if known else len(_FORMAT_ORDER), number_format)
