"""What lies where in the arena while which steps run: the plan as rectangles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeunet.program.steps import ARENA, Buffer
from edgeunet.schedule.schedule import Schedule

SIGNAL, HISTORY, SCRATCH = "signal", "history", "scratch"
"""Rows that a step writes and another reads; rows that a stream keeps from call to call; what a kernel has for
itself."""


@dataclass(frozen=True)
class Extent:
    """Bytes ``offset_bytes`` to ``offset_bytes + size_bytes`` of the arena, in use from a step to another, both
    included.

    Extents may share bytes at the same time: an output that runs into the input it replaces does.
    """

    name: str
    kind: str
    offset_bytes: int
    size_bytes: int
    first_step: int
    last_step: int

    def to_dict(self) -> dict[str, Any]:
        """The extent as a plain document."""
        return {
            "name": self.name,
            "kind": self.kind,
            "offset_bytes": self.offset_bytes,
            "size_bytes": self.size_bytes,
            "first_step": self.first_step,
            "last_step": self.last_step,
        }


def memory_map(schedule: Schedule) -> tuple[Extent, ...]:
    """Everything that lies in the arena of ``schedule``, in the order of first steps."""
    scratch = {step.scratch.buffer for step in schedule.steps if step.scratch is not None}
    found = [
        extent
        for number, buffer in enumerate(schedule.buffers)
        if buffer.space == ARENA
        for extent in _of_buffer(schedule, buffer, SCRATCH if number in scratch else SIGNAL)
    ]
    return tuple(sorted(found, key=lambda extent: (extent.first_step, extent.offset_bytes)))


def _of_buffer(schedule: Schedule, buffer: Buffer, kind: str) -> list[Extent]:
    history_bytes, last = buffer.before * buffer.pitch_bytes, len(schedule.steps) - 1
    if not buffer.persistent:
        return [_extent(buffer, kind, buffer.offset_bytes, buffer.size_bytes, buffer.first_step, buffer.last_step)]
    if buffer.store_bytes is not None:
        kept = _extent(buffer, HISTORY, buffer.store_bytes, history_bytes, 0, last)
        used = _extent(buffer, SIGNAL, buffer.offset_bytes, buffer.size_bytes, buffer.first_step, buffer.last_step)
        return [kept, used]
    rest = buffer.size_bytes - history_bytes
    kept = _extent(buffer, HISTORY, buffer.offset_bytes, history_bytes, 0, last)
    used = _extent(buffer, SIGNAL, buffer.data_offset_bytes, rest, buffer.first_step, buffer.last_step)
    return [extent for extent in (kept, used) if extent.size_bytes]


def _extent(buffer: Buffer, kind: str, offset: int, size: int, first: int, last: int) -> Extent:
    return Extent(buffer.name, kind, offset, size, first, last)
