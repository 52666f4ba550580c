"""The report as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.emit.template import MarkdownPage, render
from edgeunet.escaping.markdown import Markdown, MarkdownCode, MarkdownText, markdown_code, markdown_text
from edgeunet.report.results import Results
from edgeunet.report.sections import (
    Provenance,
    Table,
    accuracy_table,
    conditions,
    counting_notes,
    provenances,
    quantization_table,
    targets_table,
)


@dataclass(frozen=True)
class MarkdownTable:
    """A table; ``rules`` say on which side a column stands."""

    head: tuple[MarkdownText, ...]
    rules: tuple[Markdown, ...]
    lines: tuple[tuple[Markdown, ...], ...]


@dataclass(frozen=True)
class Measured:
    """Where the figures of one target come from."""

    target: MarkdownText
    tools: MarkdownText
    flags: MarkdownCode | None


@dataclass(frozen=True, eq=False)
class ReportPage(MarkdownPage):
    """The whole report; ``picture`` is the file name of the picture beside it."""

    template = "report/pages/report.md.jinja"

    accuracy: MarkdownTable
    conditions: tuple[MarkdownText, ...]
    picture: MarkdownText | None
    targets: MarkdownTable | None
    counting: tuple[MarkdownText, ...]
    provenance: tuple[Measured, ...]
    quantization: MarkdownTable | None
    files: tuple[MarkdownCode, ...]


def to_markdown(results: Results, *, plot: str | None = None) -> str:
    """Return the report; ``plot`` is the file name of the picture beside it."""
    targets, quantization = targets_table(results), quantization_table(results)
    return render(
        ReportPage(
            accuracy=_table(accuracy_table(results)),
            conditions=tuple(map(markdown_text, conditions(results))),
            picture=markdown_text(plot) if plot else None,
            targets=_table(targets) if targets else None,
            counting=tuple(map(markdown_text, counting_notes(results))),
            provenance=tuple(map(_measured, provenances(results))),
            quantization=_table(quantization) if quantization else None,
            files=tuple(markdown_code(result.origin) for result in results.results),
        )
    )


def _measured(one: Provenance) -> Measured:
    tools = " on ".join(tool for tool in (one.compiler, one.emulator) if tool)
    return Measured(markdown_text(one.target), markdown_text(tools), markdown_code(one.flags) if one.flags else None)


def _table(table: Table) -> MarkdownTable:
    """Return ``table`` with every ``no`` under "exact" in bold: the one cell nobody may overlook."""
    place = table.header.index("exact") if "exact" in table.header else None
    rules = (Markdown("---" if column < table.left else "---:") for column in range(len(table.header)))
    lines = (
        tuple(
            Markdown("**no**") if number == place and cell == "no" else markdown_text(cell)
            for number, cell in enumerate(line)
        )
        for line in table.lines
    )
    return MarkdownTable(tuple(map(markdown_text, table.header)), tuple(rules), tuple(lines))
