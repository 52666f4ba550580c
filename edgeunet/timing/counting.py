"""Cycles of a block on a core that issues one instruction after the other: a sum, and what neighbours add."""

from __future__ import annotations

from collections.abc import Sequence

from edgeunet.timing.instruction import Instruction
from edgeunet.timing.table import Table

_DATA_PROCESSING = ("alu", "multiply", "divide")


def counted_cycles(instructions: Sequence[Instruction], table: Table) -> float:
    """Return the cycles of the block with memory that never waits, its closing branch not taken."""
    total = 0.0
    before: Instruction | None = None
    for instruction in instructions:
        row = table.row(instruction.kind)
        total += row.cycles + row.per_word * instruction.words
        total += _indexed_store(instruction, before, table)
        if before is not None:
            total += _after_load(instruction, before, table)
            total += _address_of_result(instruction, before, table)
        before = instruction
    return total


def _indexed_store(instruction: Instruction, before: Instruction | None, table: Table) -> float:
    """An address made of two registers takes a cycle more, but behind a load, which hides it."""
    if instruction.kind == "store" and instruction.indexed and not (before and _is_single_load(before)):
        return table.rules.get("indexed_store", 0)
    return 0


def _after_load(instruction: Instruction, before: Instruction, table: Table) -> float:
    if not before.is_load:
        return 0
    used = bool(instruction.reads & ~instruction.late & before.writes)
    extra = table.rules.get("load_use", 0) if used else 0
    address_is_new = instruction.early & before.writes
    if _is_single_load(instruction) and _is_single_load(before) and not address_is_new:
        extra += table.rules.get("load_after_load", 0)
    return extra


def _address_of_result(instruction: Instruction, before: Instruction, table: Table) -> float:
    """An address that data processing has just made waits until it is in its register."""
    access = instruction.is_load or instruction.is_store
    if access and before.kind.startswith(_DATA_PROCESSING) and instruction.early & before.writes:
        return table.rules.get("address_of_result", 0)
    return 0


def _is_single_load(instruction: Instruction) -> bool:
    return instruction.kind in ("load", "load.narrow", "float_load")
