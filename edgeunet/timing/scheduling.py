"""Cycles of a block on a core that issues two instructions in a cycle, in order."""

from __future__ import annotations

import math
from collections.abc import Sequence

from edgeunet.timing.instruction import FLAGS, Instruction
from edgeunet.timing.table import Row, Table

_ROUNDS = 3
_FLAGS_BIT = FLAGS.bit_length() - 1


def scheduled_cycles(instructions: Sequence[Instruction], table: Table) -> int:
    """Return how much later the block starts again when it follows itself: its cost in a loop.

    An instruction issues when its operands are there, a slot of the cycle is free and so are its units. Registers
    needed early (addresses, shifted operands, factors) must be there a cycle sooner, those needed late (sums, data to
    be stored) may come a cycle later.
    """
    ready: dict[int, int] = {}
    free: dict[str, list[int]] = {unit: [0] * count for unit, count in table.units.items()}
    now, left, held_until = 0, table.width, 0
    starts = []
    for _ in range(_ROUNDS):
        for place, instruction in enumerate(instructions):
            row = table.row(instruction.kind)
            beats = table.beats(instruction)
            slots = table.width if _writes_back(instruction) else row.slots
            if left < slots:
                now, left = now + 1, table.width
            at = max(now, _operands_at(instruction, ready, row.early), held_until - row.latency - 1)
            at = _units_at(at, row.units, free)
            # What had to wait has its cycle to itself.
            now, left = (at, 0) if at > now else (now, left - slots)
            if place == 0:
                starts.append(now)
            held_until = now + beats + row.latency if row.in_order else held_until
            _take(now, beats, row.units, free)
            _write(now, beats, instruction, row, ready)
    return starts[-1] - starts[-2] if instructions else 0


def _writes_back(instruction: Instruction) -> bool:
    """Whether an address is written back beside a loaded word."""
    return bool(instruction.is_load and instruction.early & instruction.writes and instruction.words == 1)


def _write(now: int, beats: int, instruction: Instruction, row: Row, ready: dict[int, int]) -> None:
    for bit in _bits(instruction.writes):
        ready[bit] = now + row.latency + beats - max(1, math.ceil(row.cycles))
        if instruction.words and instruction.early >> bit & 1:
            ready[bit] = now + 1
        elif bit == _FLAGS_BIT:
            ready[bit] = now + (1 if instruction.writes == FLAGS else row.flags)


def _operands_at(instruction: Instruction, ready: dict[int, int], early: str) -> int:
    at = 0
    for bit in _bits(instruction.reads):
        needed = 0
        if instruction.late >> bit & 1:
            needed = 1
        elif early == "all" or (early != "none" and instruction.early >> bit & 1):
            needed = -1
        at = max(at, ready.get(bit, -9) - needed)
    return at


def _units_at(at: int, units: Sequence[str], free: dict[str, list[int]]) -> int:
    for unit in units:
        at = max(at, sorted(free[unit])[units.count(unit) - 1])
    return at


def _take(now: int, beats: int, units: Sequence[str], free: dict[str, list[int]]) -> None:
    for unit in units:
        slots = free[unit]
        slots[slots.index(min(slots))] = now + beats


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
