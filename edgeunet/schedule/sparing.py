"""Overlaps of inputs and outputs only where they lower the peak.

A kernel that runs while its output lies over its input works in blocks, which costs instructions. So the network is
placed twice: once with every overlap allowed, which gives the arena's size; then with only those of the steps whose
buffers, apart from each other, would not fit that size. The second placement is kept when it is as small as the first.
"""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.schedule.schedule import ARENA, Schedule, Step

Overlaps = Callable[[Step, int], int | None]


def build_sparing(build: Callable[[Overlaps], Schedule], overlap: Overlaps) -> Schedule:
    """What ``build`` makes with as few of the overlaps that ``overlap`` offers as the smallest arena allows."""
    smallest = build(overlap)
    busy = {
        step.node
        for step, live in zip(smallest.steps, live_apart(smallest), strict=True)
        if live > smallest.arena_bytes
    }
    spared = build(lambda step, position: overlap(step, position) if step.node in busy else None)
    return spared if spared.arena_bytes <= smallest.arena_bytes else smallest


def live_apart(schedule: Schedule) -> list[int]:
    """Bytes of the arena's buffers alive at each step, as if none shared bytes."""
    return [
        sum(
            buffer.size_bytes
            for buffer in schedule.buffers
            if buffer.space == ARENA and buffer.first_step <= index <= buffer.last_step
        )
        for index in range(len(schedule.steps))
    ]
