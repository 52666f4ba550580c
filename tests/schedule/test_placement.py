"""Placement in parts: forbidden distances, orders, bounds and offsets, exactly."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from edgeunet.program.steps import Clearance
from edgeunet.schedule.memory import (
    Item,
    Overlap,
    Part,
    _between,
    _conflict_table,
    _conflicts,
    _orders,
    _perturbed,
    _place,
    live_bytes,
    lower_bound,
    plan_memory,
    quick_plan,
)


def item(name: str, size: int, first: int, last: int) -> Item:
    return Item(name, (Part(0, size, first, last),))


def overlapping(a: Item, b: Item, distance: int) -> bool:
    """Whether parts that live together share a byte with ``a`` at ``distance`` from ``b``: byte by byte."""
    return any(
        set(range(distance + p.start_bytes, distance + p.start_bytes + p.size_bytes))
        & set(range(q.start_bytes, q.start_bytes + q.size_bytes))
        for p in a.parts
        for q in b.parts
        if set(range(p.first, p.last + 1)) & set(range(q.first, q.last + 1))
    )


PAIRS = [
    (item("a", 5, 0, 1), item("b", 3, 1, 2)),
    (item("a", 5, 0, 1), item("b", 3, 2, 3)),
    (item("a", 5, 2, 3), item("b", 3, 0, 2)),
    (item("a", 5, 3, 3), item("b", 3, 0, 2)),
    (item("a", 0, 0, 1), item("b", 3, 0, 2)),
    (item("a", 1, 0, 1), item("b", 1, 0, 2)),
    (Item("a", (Part(0, 6, 0, 9), Part(6, 4, 2, 3))), item("b", 3, 1, 1)),
    (Item("a", (Part(0, 6, 0, 9), Part(6, 4, 2, 3))), Item("b", (Part(0, 2, 0, 9), Part(2, 7, 3, 4)))),
]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_forbidden_distances_are_those_at_which_live_bytes_meet(a: Item, b: Item) -> None:
    forbidden = {d for low, high in _conflicts(a, b) for d in range(low, high)}
    assert forbidden == {d for d in range(-30, 31) if overlapping(a, b, d)}


@pytest.mark.parametrize(
    ("low", "high", "clearance", "left"),
    [
        (-9, 20, Clearance(4), [(-9, 4)]),
        (-9, 20, Clearance(25), [(-9, 20)]),
        (-9, 20, Clearance(4, 6), [(-9, 4), (5, 10), (11, 16), (17, 20)]),
        (-9, 20, Clearance(20, 6), [(-9, 20)]),
        (-9, 20, Clearance(19, 6), [(-9, 19)]),
        (0, 200, Clearance(0, 10), [(1, 10), (11, 20), (21, 30), (31, 200)]),
    ],
)
def test_what_a_clearance_leaves_forbidden(
    low: int, high: int, clearance: Clearance, left: list[tuple[int, int]]
) -> None:
    assert _between(low, high, clearance) == left


def test_conflicts_are_the_same_seen_from_either_item() -> None:
    items = [item("source", 12, 0, 1), item("output", 8, 1, 2), item("other", 4, 0, 2), item("later", 4, 3, 3)]
    table = _conflict_table(items, [Overlap(1, 1, 0, Clearance(3, 3))])
    seen = [{(i, j): set() for j in range(4)} for i in range(4)]
    for i, found in enumerate(table):
        for j, low, high in found:
            seen[i][i, j] |= set(range(low, high))
    for i in range(4):
        for j in range(4):
            assert seen[i][i, j] == {-d for d in seen[j][j, i]}
    assert seen[0][0, 1] == {*range(-11, 8)} - {3, 6}
    assert seen[0][0, 2] == {*range(-11, 4)}
    assert seen[1][1, 2] == {*range(-7, 4)}
    assert not seen[0][0, 3]
    assert not seen[3][3, 2]


def test_bytes_alive_at_each_step_and_the_bound_they_set() -> None:
    items = [item("a", 10, 0, 1), item("b", 20, 1, 2), Item("c", (Part(0, 3, 0, 3), Part(3, 5, 2, 2)))]
    assert live_bytes(items) == [13, 33, 28, 3]
    assert lower_bound(items) == 33
    assert live_bytes([]) == []
    assert lower_bound([]) == 0
    # b (20 bytes) below a (10 bytes): apart 30, with clearance 4 the larger end, 20; the next busiest step has 28
    assert lower_bound(items, [Overlap(1, 1, 0, Clearance(4))]) == 28
    # clearance 15: a ends at 25, so that 5 of the 30 bytes are shared
    assert lower_bound(items, [Overlap(1, 1, 0, Clearance(15))]) == 28
    assert lower_bound(items, [Overlap(1, 1, 0, Clearance(18))]) == 33 - 2
    # more clearance than the output is long: nothing is shared
    assert lower_bound(items, [Overlap(1, 1, 0, Clearance(21))]) == 33


def test_items_go_to_the_lowest_free_offset() -> None:
    items = [item("a", 6, 0, 1), item("b", 5, 0, 2), item("c", 7, 2, 2), item("d", 2, 0, 0)]
    sizes, conflicts = [i.size_bytes for i in items], _conflict_table(items, [])
    assert _place(sizes, [0, 1, 2, 3], conflicts, 99) == ([0, 8, 0, 16], 20)
    assert _place(sizes, [1, 0, 2, 3], conflicts, 99) == ([8, 0, 8, 16], 20)
    assert _place(sizes, [3, 1, 0, 2], conflicts, 99) == ([12, 4, 12, 0], 20)
    # a hole that fits exactly is used, one that is a byte too short is not
    hole = [item("low", 4, 0, 0), item("wide", 4, 1, 1), item("high", 4, 0, 1), item("new", 4, 0, 0)]
    assert _place([4, 4, 4, 4], [0, 1, 2, 3], _conflict_table(hole, []), 99) == ([0, 0, 4, 8], 12)


def test_placing_goes_on_from_what_is_placed_and_gives_up_above_the_limit() -> None:
    items = [item("a", 6, 0, 1), item("b", 5, 0, 2), item("c", 7, 1, 2)]
    sizes, conflicts = [6, 5, 7], _conflict_table(items, [])
    assert _place(sizes, [0, 1, 2], conflicts, 99, {0: 4}) == ([4, 12, 20], 28)
    assert _place(sizes, [0, 1, 2], conflicts, 99, {0: 12, 1: 0}) == ([12, 0, 20], 28)
    assert _place(sizes, [0, 1, 2], conflicts, 99, {0: 0, 1: 8, 2: 16}) == ([0, 8, 16], 24)
    assert _place(sizes, [0, 1, 2], conflicts, 23)[1] == 24  # exactly at the limit once rounded up
    nowhere = _place(sizes, [0, 1, 2], conflicts, 12)
    assert nowhere[0][:2] == [0, 8]
    assert nowhere[0][2] < -(1 << 40)
    assert nowhere[1] == 13


def test_orders_to_start_from() -> None:
    items = [item("a", 4, 0, 5), item("b", 9, 1, 2), item("c", 9, 2, 3), item("d", 1, 3, 6), item("e", 6, 4, 4)]
    orders = list(_orders(items))
    assert len(orders) == 3 + 6 * 3
    assert orders[:3] == [
        [2, 1, 4, 0, 3],  # largest, then latest
        [0, 1, 2, 3, 4],  # longest times largest (20, 9, 9, 3, 0)
        [4, 3, 2, 1, 0],  # latest
    ]
    assert orders[3:6] == [[0, 3, 1, 2, 4], [3, 0, 4, 2, 1], [0, 3, 4, 2, 1]]  # those that live 2 steps and more first
    assert orders[9:12] == [[0, 1, 2, 3, 4], [0, 4, 3, 2, 1], [0, 4, 3, 2, 1]]  # 4 steps and more
    assert orders[12:15] == [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [4, 3, 2, 1, 0]]  # 6: none


def test_a_perturbed_order_is_a_permutation_that_differs_little() -> None:
    order = [4, 0, 3, 1, 2, 5]
    seen = set()
    for seed in range(300):
        assert sorted(_perturbed(order, Random(seed), [4])) == sorted(order)  # also where the top item is the first
        changed = _perturbed(order, Random(seed), [3])
        assert sorted(changed) == sorted(order)
        seen.add(tuple(changed))
    assert len(seen) > 100
    assert order == [4, 0, 3, 1, 2, 5]
    firsts = sum(_perturbed(order, Random(seed), [5])[0] == 5 for seed in range(300))
    assert firsts > 25  # the top item often comes earlier; at random it would be first in one of about sixteen


def smallest(items: list[Item]) -> int:
    """The smallest arena over all orders, each item at the lowest offset that no live byte of another takes."""
    best = 1 << 30
    for order in permutations(range(len(items))):
        offsets: dict[int, int] = {}
        for i in order:
            at = 0
            while any(overlapping(items[i], items[j], at - other) for j, other in offsets.items()):
                at += 4
            offsets[i] = at
        best = min(best, max(at + items[i].size_bytes for i, at in offsets.items()))
    return -(-best // 4) * 4


@pytest.mark.parametrize("seed", range(6))
def test_the_plan_is_the_best_of_all_orders(seed: int) -> None:
    numbers = Random(seed)
    items = []
    for index in range(5):
        first = numbers.randrange(4)
        items.append(item(str(index), numbers.randrange(1, 30), first, first + numbers.randrange(3)))
    plan = plan_memory(items)
    best = smallest(items)
    assert best <= plan.arena_bytes <= max(best, -(-(plan.lower_bound_bytes * 65 // 64) // 4) * 4)
    assert plan.arena_bytes <= quick_plan(items)
    assert plan_memory(items, search=False).arena_bytes == quick_plan(items)


def test_no_items_need_no_arena() -> None:
    plan = plan_memory([])
    assert (plan.offsets, plan.arena_bytes, plan.lower_bound_bytes) == ((), 0, 0)
