"""Overlaps of inputs and outputs only where they lower the peak.

A kernel that runs while its output lies over its input works in blocks, which costs instructions. So the network is
placed twice: once roughly with every overlap allowed, which bounds the size of the arena; then carefully, with only the
overlaps of those steps whose buffers, apart from each other, would not fit that bound.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate
from typing import Protocol

from edgeunet.program.steps import ARENA
from edgeunet.schedule.schedule import Schedule


class Builder(Protocol):
    """``build_schedule`` for one program, timing and selection of kernels."""

    def __call__(self, *, search: bool = True, overlapping: Collection[int] | None = None) -> Schedule: ...


def build_sparing(build: Builder) -> Schedule:
    """What ``build`` makes with as few overlaps as the smallest arena allows."""
    rough = build(search=False)
    busy = {s.node for s, live in zip(rough.steps, live_apart(rough), strict=True) if live > rough.lower_bound_bytes}
    return build(overlapping=busy)


def live_apart(schedule: Schedule) -> list[int]:
    """Bytes of the arena's buffers alive at each step, as if none shared bytes."""
    changes = [0] * (len(schedule.steps) + 1)
    for buffer in schedule.buffers:
        if buffer.space == ARENA:
            changes[buffer.first_step] += buffer.size_bytes
            changes[buffer.last_step + 1] -= buffer.size_bytes
    return list(accumulate(changes[:-1]))
