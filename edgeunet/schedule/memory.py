"""Offsets in one arena for items with lifetimes: best fit, searched until it meets its lower bound.

An item is one or more *parts* at fixed distances from its start, each with its own size and lifetime (a stream buffer
keeps its history for ever and its new rows only until they are consumed). Two parts may share bytes when no step needs
both. An output may also run into the input it is made from, where the kernel never writes a byte before it has read it for
the last time (an *overlap*). The lower bound is the largest sum of parts live at one step, less what its overlaps can
share; no plan is smaller.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALIGNMENT_BYTES = 4
_ATTEMPTS = 400
_WORK_LIMIT = 4_000_000


@dataclass(frozen=True)
class Part:
    """``size_bytes`` bytes at ``start_bytes`` from the item's offset, needed from step ``first`` to step ``last``."""

    start_bytes: int
    size_bytes: int
    first: int
    last: int


@dataclass(frozen=True)
class Item:
    """Something to place: its parts in ascending order of ``start_bytes``."""

    name: str
    parts: tuple[Part, ...]

    @property
    def size_bytes(self) -> int:
        return max(part.start_bytes + part.size_bytes for part in self.parts)


@dataclass(frozen=True)
class Overlap:
    """At step ``step``, item ``output`` may share bytes with item ``source`` that lies at least ``distance`` bytes higher."""

    step: int
    output: int
    source: int
    distance_bytes: int


@dataclass(frozen=True)
class Plan:
    """Offset per item (same order as given), total size, and the bound it is compared with."""

    offsets: tuple[int, ...]
    arena_bytes: int
    lower_bound_bytes: int


def plan_memory(items: Sequence[Item], overlaps: Sequence[Overlap] = ()) -> Plan:
    """Place ``items`` so that parts that live together never overlap; offsets are multiples of ``ALIGNMENT_BYTES``.

    Deterministic: orders are tried from the most promising (largest first, longest first) to shuffles from a fixed seed,
    until the lower bound is met or the effort is spent.
    """
    bound = lower_bound(items, overlaps)
    conflicts = [[_conflicts(a, b) for b in items] for a in items]
    for overlap in overlaps:
        a, b, distance = overlap.output, overlap.source, overlap.distance_bytes
        conflicts[a][b] = tuple((max(low, 1 - distance), high) for low, high in conflicts[a][b])
        conflicts[b][a] = tuple((low, min(high, distance)) for low, high in conflicts[b][a])
    best: Plan | None = None
    effort = 0
    for order in _orders(items):
        offsets = _place(items, order, conflicts)
        arena = max((offsets[i] + items[i].size_bytes for i in range(len(items))), default=0)
        arena = _aligned(arena)
        if best is None or arena < best.arena_bytes:
            best = Plan(tuple(offsets), arena, bound)
        effort += len(items) ** 2
        if best.arena_bytes <= _aligned(bound) or effort > _WORK_LIMIT:
            break
    assert best is not None
    return best


def lower_bound(items: Sequence[Item], overlaps: Sequence[Overlap] = ()) -> int:
    """Bytes live at the busiest step, when every overlap is used to the full."""
    live = live_bytes(items)
    for overlap in overlaps:
        output, source = items[overlap.output].size_bytes, items[overlap.source].size_bytes
        live[overlap.step] -= max(0, output + source - max(output, overlap.distance_bytes + source))
    return max(live, default=0)


def live_bytes(items: Iterable[Item]) -> list[int]:
    """Bytes live at each step."""
    parts = [part for item in items for part in item.parts]
    steps = max((part.last for part in parts), default=-1) + 1
    live = [0] * steps
    for part in parts:
        for step in range(part.first, part.last + 1):
            live[step] += part.size_bytes
    return live


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


def _conflicts(a: Item, b: Item) -> tuple[tuple[int, int], ...]:
    """Half-open ranges of ``offset(a) - offset(b)`` that are forbidden because parts live together and overlap."""
    return tuple(
        (q.start_bytes - p.start_bytes - p.size_bytes + 1, q.start_bytes + q.size_bytes - p.start_bytes)
        for p in a.parts
        for q in b.parts
        if p.first <= q.last and q.first <= p.last and p.size_bytes and q.size_bytes
    )


def _orders(items: Sequence[Item]) -> Iterable[list[int]]:
    indices = list(range(len(items)))
    size = [item.size_bytes for item in items]
    first = [min(part.first for part in item.parts) for item in items]
    life = [max(part.last for part in item.parts) - first[i] for i, item in enumerate(items)]
    yield sorted(indices, key=lambda i: (-size[i], first[i], i))
    yield sorted(indices, key=lambda i: (-life[i] * size[i], i))
    yield sorted(indices, key=lambda i: (-life[i], -size[i], i))
    yield sorted(indices, key=lambda i: (first[i], -size[i], i))
    live = live_bytes(items)
    peak = live.index(max(live)) if live else 0
    yield sorted(indices, key=lambda i: (not _lives_at(items[i], peak), -size[i], i))
    rng = random.Random(0)
    base = sorted(indices, key=lambda i: (-size[i], first[i], i))
    for attempt in range(_ATTEMPTS):
        order = list(base)
        for _ in range(1 + attempt % max(2, len(items) // 2)):
            a, b = rng.randrange(len(items)), rng.randrange(len(items))
            order.insert(b, order.pop(a))
        yield order


def _lives_at(item: Item, step: int) -> bool:
    return any(part.first <= step <= part.last for part in item.parts)


def _place(
    items: Sequence[Item], order: Sequence[int], conflicts: Sequence[Sequence[tuple[tuple[int, int], ...]]]
) -> list[int]:
    """Put the items, in ``order``, each at the lowest offset free of conflicts with those already there."""
    offsets = [0] * len(items)
    placed: list[int] = []
    for i in order:
        ranges = sorted(
            (offsets[j] + low, offsets[j] + high)
            for j in placed
            for low, high in conflicts[i][j]
            if offsets[j] + high > 0
        )
        offset = 0
        for low, high in ranges:
            if offset < low:
                break
            if offset < high:
                offset = _aligned(high)
        offsets[i] = offset
        placed.append(i)
    return offsets
