"""Offsets in one arena for items with lifetimes: best fit, searched until it meets its lower bound.

An item is one or more *parts* at fixed distances from its start, each with its own size and lifetime (a stream buffer
keeps its history for ever and its new rows only until they are consumed). Two parts may share bytes when no step
needs both. An output may also run into the input it is made from, where the kernel never writes a byte before it has
read it for the last time (an *overlap*, with the *clearance* that this takes). The lower bound is the largest sum of
parts live at one step, less what its overlaps can share; no plan is smaller. How many places are looked at is counted
(``edgeunet.schedule.effort``).
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from edgeunet.program.steps import Clearance
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.stacking import stack_items
from edgeunet.short_repr import short_repr

ALIGNMENT_BYTES = 4
_ATTEMPTS = 120
_PERIODS = 4
"""Places tried for an operand that must lie a multiple of something above its output."""
_NOWHERE = -1 << 48
"""Offset of an item not yet placed: below everything, so that it is in nobody's way."""
_GOOD_ENOUGH = 64
"""The search ends within one part in so many of the lower bound."""


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

    __repr__ = short_repr

    @property
    def size_bytes(self) -> int:
        return max(part.start_bytes + part.size_bytes for part in self.parts)


@dataclass(frozen=True)
class Overlap:
    """At ``step``, item ``output`` may share bytes with item ``source`` that lies ``clearance`` higher."""

    step: int
    output: int
    source: int
    clearance: Clearance


@dataclass(frozen=True)
class Plan:
    """Offset per item (same order as given), total size, and the bound it is compared with."""

    offsets: tuple[int, ...]
    arena_bytes: int
    lower_bound_bytes: int

    __repr__ = short_repr


def plan_memory(
    items: Sequence[Item], overlaps: Sequence[Overlap] = (), search: bool = True, ledger: Ledger | None = None
) -> Plan:
    """Place ``items`` so that parts that live together never overlap; offsets are multiples of ``ALIGNMENT_BYTES``.

    Deterministic: promising orders first (largest first, longest first, latest first), then the best one is changed
    at random from a fixed seed, until the lower bound is met or the effort is spent (not at all without ``search``).
    Where more parts live together than ``ledger`` lets it look at, they are stacked (``stack_items``).
    """
    ledger = ledger or Ledger()
    bound = lower_bound(items, overlaps)
    if _too_many(items, ledger):
        offsets, size = _stacked(items)
        return Plan(tuple(offsets), size, bound)
    conflicts = _conflict_table(items, overlaps)
    first = _first_plan(items, [item.size_bytes for item in items], conflicts)
    if search:
        first = _searched(items, conflicts, first, _aligned(bound + bound // _GOOD_ENOUGH), ledger)
    _, size, offsets = first
    return Plan(tuple(offsets), size if items else 0, bound)


def quick_plan(items: Sequence[Item], overlaps: Sequence[Overlap] = (), ledger: Ledger | None = None) -> int:
    """Size of the best plan among the promising orders, without a search."""
    if _too_many(items, ledger or Ledger()):
        return _stacked(items)[1]
    return _first_plan(items, [item.size_bytes for item in items], _conflict_table(items, overlaps))[1]


def count_pairs(items: Sequence[Item]) -> int:
    """Pairs of parts that live together."""
    parts = [part for item in items for part in item.parts if part.size_bytes]
    firsts, lasts = sorted(part.first for part in parts), sorted(part.last for part in parts)
    return sum(before - bisect_left(lasts, first) for before, first in enumerate(firsts))


_Found = tuple[list[int], int, list[int]]
"""A plan during the search: the order in which the items were placed, the size of the arena, the offsets."""


def _too_many(items: Sequence[Item], ledger: Ledger) -> bool:
    """Whether more parts live together than one plan may look at."""
    pairs = count_pairs(items)
    if pairs > ledger.limit("pairs"):
        left_out = f"{pairs:,} pairs of buffers that live together were not compared, the buffers stacked instead"
        ledger.cut("pairs", left_out, pairs)
        return True
    ledger.spend("pairs", pairs)
    return False


def _stacked(items: Sequence[Item]) -> tuple[list[int], int]:
    """Offsets by ``stack_items``, and the size: every item keeps all its bytes while any part of it lives."""
    lives = [(min(part.first for part in item.parts), max(part.last for part in item.parts)) for item in items]
    return stack_items([_aligned(item.size_bytes) for item in items], lives)


def _searched(items: Sequence[Item], conflicts: _ConflictTable, found: _Found, target: int, ledger: Ledger) -> _Found:
    """The best of what random changes of the order make of ``found``, until its size is ``target``."""
    best_order, best_size, best_offsets = found
    sizes = [item.size_bytes for item in items]
    each = 1 + sum(map(len, conflicts))
    attempts = min(_ATTEMPTS * ledger.effort.factor * len(items), ledger.limit("search") // each)
    rng, top, done = random.Random(0), list[int](), 0
    while done < attempts and best_size > target:
        done += 1
        top = top or [i for i in best_order if _aligned(best_offsets[i] + sizes[i]) == best_size]
        order = _perturbed(best_order, rng, top)
        same = next((n for n, (a, b) in enumerate(zip(order, best_order, strict=True)) if a != b), len(order))
        offsets, size = _place(sizes, order, conflicts, best_size, {i: best_offsets[i] for i in order[:same]})
        if size <= best_size:
            best_order, best_size, best_offsets, top = order, size, offsets, []
    ledger.spend("search", done * each)
    if done < len(items) and best_size > target:
        left_out = f"the search for offsets ended after {done:,} attempts for {len(items):,} buffers"
        ledger.cut("search", left_out, len(items) * each)
    return best_order, best_size, best_offsets


def _first_plan(items: Sequence[Item], sizes: Sequence[int], conflicts: _ConflictTable) -> _Found:
    """The best of the promising orders, its size and offsets."""
    best_order, best_size, best_offsets = list[int](), 1 << 62, [0] * len(items)
    for order in map(list, dict.fromkeys(map(tuple, _orders(items)))):
        offsets, size = _place(sizes, order, conflicts, best_size)
        if size < best_size:
            best_order, best_size, best_offsets = order, size, offsets
    return best_order, best_size, best_offsets


def lower_bound(items: Sequence[Item], overlaps: Sequence[Overlap] = ()) -> int:
    """Bytes live at the busiest step, when every overlap is used to the full."""
    live = live_bytes(items)
    for overlap in overlaps:
        output, source = items[overlap.output].size_bytes, items[overlap.source].size_bytes
        live[overlap.step] -= max(0, output + source - max(output, overlap.clearance.least_bytes + source))
    return max(live, default=0)


def live_bytes(items: Iterable[Item]) -> list[int]:
    """Bytes live at each step."""
    parts = [part for item in items for part in item.parts]
    steps = max((part.last for part in parts), default=-1) + 1
    changes = [0] * (steps + 1)
    for part in parts:
        changes[part.first] += part.size_bytes
        changes[part.last + 1] -= part.size_bytes
    return list(accumulate(changes[:steps]))


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


_ConflictTable = list[list[tuple[int, int, int]]]
"""Per item: (other item, low, high), the half-open range of ``offset(item) - offset(other)`` that is forbidden."""


def _conflict_table(items: Sequence[Item], overlaps: Sequence[Overlap]) -> _ConflictTable:
    clearances = {(overlap.output, overlap.source): overlap.clearance for overlap in overlaps}
    table: _ConflictTable = [[] for _ in items]
    for i, others in enumerate(_living_together(items)):
        for j in others:
            for low, high in _conflicts(items[i], items[j]):
                if (i, j) in clearances:
                    ranges = _between(1 - high, 1 - low, clearances[i, j])
                    table[i] += [(j, 1 - end, 1 - start) for start, end in ranges]
                elif (j, i) in clearances:
                    table[i] += [(j, start, end) for start, end in _between(low, high, clearances[j, i])]
                else:
                    table[i].append((j, low, high))
    return table


def _living_together(items: Sequence[Item]) -> list[list[int]]:
    """Per item the others that have a part that lives while one of its own does."""
    beside: list[set[int]] = [set() for _ in items]
    parts = [(part.first, part.last, i) for i, item in enumerate(items) for part in item.parts if part.size_bytes]
    alive: list[tuple[int, int]] = []
    for first, last, i in sorted(parts):
        alive = [(end, j) for end, j in alive if end >= first]
        for _, j in alive:
            beside[i].add(j)
            beside[j].add(i)
        alive.append((last, i))
    return [sorted(others - {i}) for i, others in enumerate(beside)]


def _between(low: int, high: int, clearance: Clearance) -> list[tuple[int, int]]:
    """What remains of the forbidden range of ``offset(source) - offset(output)``: half-open ranges."""
    least, period = clearance.least_bytes, clearance.period_bytes
    if period == 1:
        return [(low, min(high, least))]
    allowed = [least + period * k for k in range(_PERIODS) if least + period * k < high]
    starts, ends = [low, *(at + 1 for at in allowed)], [*allowed, high]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _conflicts(a: Item, b: Item) -> list[tuple[int, int]]:
    """Half-open ranges of ``offset(a) - offset(b)`` that are forbidden because parts live together and overlap."""
    return [
        (q.start_bytes - p.start_bytes - p.size_bytes + 1, q.start_bytes + q.size_bytes - p.start_bytes)
        for p in a.parts
        for q in b.parts
        if p.first <= q.last and q.first <= p.last and p.size_bytes and q.size_bytes
    ]


def _orders(items: Sequence[Item]) -> Iterable[list[int]]:
    """Orders that are good to start from; an output that runs into its input lies below it, so it goes first."""
    indices = list(range(len(items)))
    size = [item.size_bytes for item in items]
    first = [min(part.first for part in item.parts) for item in items]
    last = [max(part.last for part in item.parts) for item in items]
    yield sorted(indices, key=lambda i: (-size[i], -first[i], i))
    yield sorted(indices, key=lambda i: (-(last[i] - first[i]) * size[i], i))
    yield sorted(indices, key=lambda i: (-first[i], -size[i], i))
    for shortest in (2, 3, 4, 6, 8, 12):
        yield sorted(indices, key=lambda i: (last[i] - first[i] < shortest, first[i], i))
        yield sorted(indices, key=lambda i: (last[i] - first[i] < shortest, -first[i], i))
        yield sorted(indices, key=lambda i: (first[i] - last[i] if last[i] - first[i] >= shortest else 0, -first[i], i))


def _perturbed(order: Sequence[int], rng: random.Random, top: Sequence[int]) -> list[int]:
    """``order`` with one to three items moved; often one that ends highest, to an earlier place."""
    changed = list(order)
    if rng.random() < 0.5:
        item = top[rng.randrange(len(top))]
        changed.remove(item)
        changed.insert(rng.randrange(order.index(item) + 1), item)
    for _ in range(rng.randrange(1, 4)):
        changed.insert(rng.randrange(len(changed)), changed.pop(rng.randrange(len(changed))))
    return changed


def _place(
    sizes: Sequence[int],
    order: Sequence[int],
    conflicts: _ConflictTable,
    limit: int,
    placed: Mapping[int, int] | None = None,
) -> tuple[list[int], int]:
    """Put the items, in ``order``, each at the lowest offset free of conflicts with those already there.

    ``placed`` are offsets of the first ones, where these are known. Gives up, with a size over ``limit``, as soon as
    one ends above it.
    """
    offsets = [_NOWHERE] * len(sizes)
    end = 0
    for i, offset in (placed or {}).items():
        offsets[i] = offset
        end = max(end, offset + sizes[i])
    for i in order[len(placed or ()) :]:
        ranges = [(at + low, at + high) for j, low, high in conflicts[i] if (at := offsets[j]) + high > 0]
        ranges.sort()
        offset = 0
        for low, high in ranges:
            if offset < low:
                break
            if offset < high:
                offset = -(-high // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
        offsets[i] = offset
        end = max(end, offset + sizes[i])
        if end > limit:
            return offsets, end
    return offsets, _aligned(end)
