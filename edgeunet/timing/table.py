"""What instructions cost on one core: a JSON page per core, each row with its source."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from edgeunet.errors import RunError
from edgeunet.files import read_json
from edgeunet.short_repr import short_repr
from edgeunet.timing.instruction import Instruction

TABLES = Path(__file__).with_name("tables")


@dataclass(frozen=True)
class Row:
    """One class of instructions.

    Attributes
    ----------
    cycles : of the instruction alone, or until the next may issue.
    per_word : further cycles for each word moved.
    latency : cycles until a result can be used.
    flags : cycles until the flags that it sets beside a result can be used.
    units : what is busy; a unit named twice is needed twice.
    early : ``all`` when every operand but the late ones is needed a cycle early, ``none`` when none is; else those that
        make an address or are shifted.
    slots : how many instructions of a cycle it counts for.
    in_order : what follows must not have its result sooner.
    source : where the figure stands.
    """

    cycles: float = 1
    per_word: float = 0
    latency: int = 1
    flags: int = 1
    units: tuple[str, ...] = ()
    early: str = ""
    slots: int = 1
    in_order: bool = False
    source: str = ""

    __repr__ = short_repr


@dataclass(frozen=True)
class Table:
    """One core's costs.

    Attributes
    ----------
    model : name of the model: ``in-order`` (a sum over classes) or ``dual-issue`` (a schedule).
    rules : what neighbours add; ``docs/TIME.md`` says what each does.
    width, units : instructions that issue in one cycle, and how many there are of each unit.
    bus_words : words that the data bus carries in a cycle.
    error_band_percent : largest error on published boards, ``None`` where none validates the core.
    """

    core: str
    model: str
    rows: Mapping[str, Row]
    rules: Mapping[str, float]
    width: int
    units: Mapping[str, int]
    bus_words: float
    error_band_percent: float | None
    source: str

    __repr__ = short_repr

    def row(self, kind: str) -> Row:
        """Return the row of ``kind``, or of the class that it narrows."""
        found = self.rows.get(kind)
        return found if found is not None else self.rows[kind.partition(".")[0]]

    def beats(self, instruction: Instruction) -> int:
        """Return for how many cycles the instruction holds its units."""
        row = self.row(instruction.kind)
        if self.bus_words and instruction.words > self.bus_words:
            return math.ceil(instruction.words / self.bus_words)
        return max(1, math.ceil(row.cycles))


@cache
def load_table(core: str) -> Table:
    """Return the table of ``core``.

    Raises
    ------
    RunError
        When there is none.
    """
    path = TABLES / f"{core}.json"
    if not path.is_file():
        known = ", ".join(sorted(page.stem for page in TABLES.glob("*.json")))
        raise RunError(f"there is no table of cycles for {core}; there are: {known}")
    return _table(core, read_json(path, RunError))


def _table(core: str, document: Mapping[str, Any]) -> Table:
    return Table(
        core=core,
        model=document["model"],
        rows={
            kind: Row(**{**fields, "units": tuple(fields.get("units", ()))})
            for kind, fields in document["rows"].items()
        },
        rules={name: rule["cycles"] for name, rule in document.get("rules", {}).items()},
        width=document.get("width", 1),
        units=document.get("units", {}),
        bus_words=document.get("bus_words", 0),
        error_band_percent=document.get("error_band_percent"),
        source=document["source"],
    )
