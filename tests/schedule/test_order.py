"""The order of nodes: the one of fewest bytes among all, every signal written before it is read."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from edgeunet.program.parameters import Copy, Fill
from edgeunet.program.program import Node, Program
from edgeunet.schedule.order import _around, _cost, order_nodes
from tests.rigs.hand_made import node, signal


def copy(sources: tuple[int, ...], output: int) -> Node:
    return node("copy", sources, output, Copy(1, 8, 1))


def branches(sizes: tuple[int, ...]) -> Program:
    """Signal 0 is read by ``1`` and ``2``; 2 becomes 3, then 4; 4 and 1 join in 5."""
    signals = tuple(signal(str(i), 1, size) for i, size in enumerate(sizes))
    nodes = (copy((0,), 1), copy((0,), 2), copy((2,), 3), copy((3,), 4), copy((4, 1), 5))
    return Program(signals, nodes, (0,), (5,))


def valid(program: Program, order: tuple[int, ...]) -> bool:
    at = {number: place for place, number in enumerate(order)}
    return all(
        at[writer] < at[reader]
        for signal in range(len(program.signals))
        for writer in program.writers(signal)
        for reader in program.readers(signal)
    )


SIZES = [(4, 16, 2, 8, 2, 3), (4, 1, 2, 8, 2, 3), (4, 6, 6, 6, 6, 6), (0, 9, 1, 5, 30, 2), (7, 3, 20, 1, 1, 1)]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("late", [False, True])
def test_no_order_keeps_fewer_bytes_alive(sizes: tuple[int, ...], late: bool) -> None:
    program = branches(sizes)
    made = order_nodes(program, late=late)
    order = tuple(program.nodes.index(n) for n in made.nodes)
    assert valid(program, order)
    costs = [_cost(program, other) for other in permutations(range(5)) if valid(program, other)]
    assert _cost(program, order) == min(costs)


def test_bytes_alive_counted_by_hand() -> None:
    program = branches((100, 16, 2, 8, 4, 3))
    # moments of the given order: {1}, {1, 2}, {1, 2, 3}, {1, 3, 4}, {1, 4, 5}; the input does not count
    assert _cost(program, range(5)) == (28, 16 + 18 + 26 + 28 + 23)
    # 1 last but one: {2}, {2, 3}, {3, 4}, {4, 1}, {4, 1, 5}
    assert _cost(program, (1, 2, 3, 0, 4)) == (23, 2 + 10 + 12 + 20 + 23)
    # an output stays alive to the end
    early = replace(program, outputs=(1, 5))
    assert _cost(early, (0, 1, 2, 3, 4)) == (28, 16 + 18 + 26 + 28 + 23)
    assert _cost(replace(program, outputs=(2, 5)), (1, 2, 3, 0, 4)) == (25, 2 + 10 + 14 + 22 + 25)


def test_a_projection_moves_to_where_it_is_read() -> None:
    made = order_nodes(branches((4, 16, 2, 8, 2, 3)))
    assert [n.output for n in made.nodes] == [2, 3, 4, 1, 5]


def test_where_it_costs_the_same_a_node_stays_or_goes_late() -> None:
    program = branches((4, 1, 1, 1, 3, 1))
    assert [n.output for n in order_nodes(program).nodes] == [1, 2, 3, 4, 5]
    assert [n.output for n in order_nodes(program, late=True).nodes] == [2, 3, 1, 4, 5]


def test_a_signal_is_filled_before_it_is_written_in_part() -> None:
    fill, write = node("fill", (), 1, Fill(0)), copy((0,), 1)
    signals = tuple(signal(str(i), 1, 2) for i in range(3))
    program = Program(signals, (fill, write, copy((1,), 2)), (0,), (2,))
    for late in (False, True):
        assert [n.kind for n in order_nodes(program, late=late).nodes] == ["fill", "copy", "copy"]
    late = Program(signals, (fill, write, write, copy((1,), 2)), (0,), (2,))
    assert [_around(late, number) for number in range(4)] == [
        (set(), {1, 2, 3}),
        ({0}, {3}),
        ({0}, {3}),
        ({0, 1, 2}, set()),
    ]
    over = Program(signals, (copy((0,), 1), node("add", (1, 1), 1, None), copy((1,), 2)), (0,), (2,))
    assert _around(over, 1) == ({0}, {2}), "a node that writes over its operand does not wait for itself"
