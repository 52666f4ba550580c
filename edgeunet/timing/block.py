"""Blocks of a run, and what they cost on a core."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from edgeunet.short_repr import short_repr
from edgeunet.timing.counting import counted_cycles
from edgeunet.timing.instruction import Instruction
from edgeunet.timing.scheduling import scheduled_cycles
from edgeunet.timing.table import Table


@dataclass(frozen=True)
class Block:
    """A straight run of instructions and how it was met.

    Attributes
    ----------
    aligned : whether it starts at a multiple of four.
    count : times it ran.
    taken : times it was left for somewhere else than what follows in memory.
    entered : times it was entered so.
    split : accesses across a word boundary.
    fetch_waits, data_waits : cycles spent waiting for flash.
    """

    instructions: tuple[Instruction, ...]
    aligned: bool
    count: int
    taken: int
    entered: int
    split: int
    fetch_waits: int
    data_waits: int

    __repr__ = short_repr


@lru_cache(maxsize=20000)
def block_cycles(instructions: tuple[Instruction, ...], core: str) -> float:
    """Return the cycles of one pass through ``instructions`` with memory that never waits."""
    from edgeunet.timing.table import load_table

    table = load_table(core)
    work = scheduled_cycles if table.model == "dual-issue" else counted_cycles
    return work(instructions, table)


def zero_wait_cycles(blocks: Iterable[Block], table: Table) -> float:
    """Return the cycles of a run on the core of ``table`` with memory that never waits."""
    return sum(_cycles(block, table) for block in blocks)


def _cycles(block: Block, table: Table) -> float:
    rules, instructions = table.rules, block.instructions
    total = block.count * block_cycles(instructions, table.core)
    looped = bool(instructions) and instructions[-1].kind == "branch.loop"
    refill = rules.get("taken_loop" if looped else "taken", 0)
    total += block.taken * refill + block.split * rules.get("split", 0)
    if not block.aligned and instructions and instructions[0].size_bytes == 4:
        total += block.entered * rules.get("unaligned_target", 0)
    return total


def wait_cycles(blocks: Sequence[Block], table: Table) -> float:
    """Return the cycles of a run spent waiting for flash: what the core of ``table`` does not hide."""
    fetches, loads = (table.rules.get(name, 1) for name in ("fetch_waits", "data_waits"))
    return sum(block.fetch_waits * fetches + block.data_waits * loads for block in blocks)
