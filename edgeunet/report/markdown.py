"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.report.results import Results
from edgeunet.report.sections import (
    INSTRUCTIONS_NOTE,
    Provenance,
    Table,
    accuracy_table,
    conditions,
    provenances,
    quantization_table,
    targets_table,
)


def to_markdown(results: Results, *, plot: str | None = None) -> str:
    """Return the report; ``plot`` is the file name of the picture beside it."""
    parts = ["# Accuracy against size", _table(accuracy_table(results)), "\n".join(conditions(results))]
    if plot:
        parts.append(f"![Accuracy against size, and F1 by wave boundary]({plot})")
    targets, quantization = targets_table(results), quantization_table(results)
    if targets:
        parts += ["## On the target", _table(_with_emphasis(targets)), INSTRUCTIONS_NOTE]
        parts.append("\n".join(_provenance(one) for one in provenances(results)))
    if quantization:
        parts += ["## What quantization cost", _table(quantization)]
    parts.append("Made by `edgeunet report` from:\n\n" + "\n".join(f"- `{r.origin}`" for r in results.results))
    return "\n\n".join(part for part in parts if part) + "\n"


def _with_emphasis(table: Table) -> Table:
    """Return ``table`` with every ``no`` under "exact" in bold: the one cell nobody may overlook."""
    if "exact" not in table.header:
        return table
    place = table.header.index("exact")
    lines = tuple(
        (*line[:place], "**no**", *line[place + 1 :]) if line[place] == "no" else line for line in table.lines
    )
    return Table(table.header, lines, table.left)


def _provenance(one: Provenance) -> str:
    tools = " on ".join(tool for tool in (one.compiler, one.emulator) if tool)
    return f"- {one.target}: {tools}" + (f", `{one.flags}`" if one.flags else "")


def _table(table: Table) -> str:
    rule = ["---" if column < table.left else "---:" for column in range(len(table.header))]
    return "\n".join(_line(cells) for cells in (table.header, rule, *table.lines))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
