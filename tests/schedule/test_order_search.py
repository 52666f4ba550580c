"""The search for an order, against one that counts everything anew, on programs at random."""

from __future__ import annotations

from random import Random

import pytest

from edgeunet.program.parameters import Copy, Fill
from edgeunet.program.program import Node, Program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import Effort, Ledger
from edgeunet.schedule.order import _ROUNDS, _cost, order_nodes
from tests.rigs.hand_made import node, signal


def random_program(seed: int) -> Program:
    """Nodes that read one or two signals made before; some signals are filled first, then written in two parts."""
    numbers = Random(seed)
    signals, nodes = [signal("x", 1, 9)], list[Node]()
    for _ in range(numbers.randrange(3, 7)):
        made = range(len(signals))
        sources = tuple(numbers.choice(made) for _ in range(numbers.choice((1, 1, 2))))
        if numbers.random() < 0.2:
            nodes.append(node("fill", (), len(signals), Fill(0)))
            nodes += [node("copy", (source,), len(signals), Copy(1, 1, 1)) for source in sources]
        else:
            nodes.append(node("conv", sources, len(signals), None))
        signals.append(signal(str(len(signals)), 1, numbers.randrange(1, 30)))
    last = len(signals) - 1
    outputs = (last,) if numbers.random() < 0.6 else (last, numbers.randrange(1, last + 1))
    return Program(tuple(signals), tuple(nodes), (0,), tuple(dict.fromkeys(outputs)))


def alive(program: Program, order: list[int]) -> tuple[int, int]:
    """Bytes at the busiest moment, and summed, from which moments touch what."""
    moments = [{*program.nodes[n].signals, program.nodes[n].output} for n in order]
    spans: dict[int, list[int]] = {}
    for moment, touched in enumerate(moments):
        for found in touched - {*program.inputs}:
            spans.setdefault(found, []).append(moment)
    for found in program.outputs:
        spans[found].append(len(order) - 1)
    live = [
        sum(program.signals[s].size_bytes for s, at in spans.items() if min(at) <= moment <= max(at))
        for moment in range(len(order))
    ]
    return max(live), sum(live)


def must_wait(program: Program, first: int, second: int) -> bool:
    """Whether ``second`` reads what ``first`` writes, or writes into what ``first`` fills."""
    a, b = program.nodes[first], program.nodes[second]
    return first != second and (a.output in b.signals or (a.output == b.output and a.kind == "fill"))


def searched(program: Program, late: bool, limit: int) -> tuple[list[int], int, int, bool]:
    """The order, the nodes counted, those not moved in the last round, and whether that was not the first."""
    count = len(program.nodes)
    order, counted, left, again = list(range(count)), count, 0, 0
    best = alive(program, order)
    for number in range(_ROUNDS):
        before, again = best, number
        for moved in range(count):
            rest = [n for n in order if n != moved]
            earliest = max((i + 1 for i, n in enumerate(rest) if must_wait(program, n, moved)), default=0)
            latest = min((i for i, n in enumerate(rest) if must_wait(program, moved, n)), default=count - 1)
            if earliest == latest == order.index(moved):
                continue
            if counted + 2 * count > limit:
                left += 1
                continue
            now = order.index(moved)
            for place in (earliest, latest):
                if place != now:
                    counted += count
                    attempt = [*rest[:place], moved, *rest[place:]]
                    cost = alive(program, attempt)
                    if cost < best or (late and cost == best and place > now):
                        order, best, now = attempt, cost, place
        if left or best == before:
            break
    return order, counted, left, again > 0


@pytest.mark.parametrize("late", [False, True])
def test_the_order_is_that_of_a_search_that_counts_everything_anew(monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    cut = 0
    for seed in range(120):
        program = random_program(seed)
        count = len(program.nodes)
        limit = (1 << 30, 6 * count, 9 * count)[seed % 3]
        monkeypatch.setitem(efforts.LIMITS, "order", limit)
        ledger = Ledger(Effort(1))
        made = order_nodes(program, late=late, ledger=ledger)
        order, counted, left, again = searched(program, late, limit)
        assert [program.nodes.index(n) for n in made.nodes] == order, seed
        assert ledger.spent == {"order": [counted]}, seed
        if left:
            words = f"{left} of {count} nodes were not moved{' again' if again else ''}"
            assert ledger.cuts == {"order": (words, -(-2 * count * count * _ROUNDS // limit))}, seed
            cut += 1
        else:
            assert not ledger.cuts, seed
    assert 10 < cut < 80


def test_a_node_may_not_move_where_it_would_exceed_the_limit_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two orders are to be counted for a node that may move, and that is known before."""
    signals = tuple(signal(str(i), 1, size) for i, size in enumerate((1, 9, 1, 1)))
    program = Program(signals, (node("conv", (0,), 1, None), node("conv", (0,), 2, None),
                                node("conv", (1, 2), 3, None)), (0,), (3,))  # fmt: skip
    for limit, kinds in ((9, [2, 1, 3]), (8, [1, 2, 3])):
        monkeypatch.setitem(efforts.LIMITS, "order", limit)
        assert [n.output for n in order_nodes(program).nodes] == kinds


def test_what_no_node_touches_costs_nothing() -> None:
    """Neither a signal that a rewrite left behind nor an output that is nobody's."""
    signals = tuple(signal(str(i), 1, size) for i, size in enumerate((1, 9, 2, 4)))
    nodes = (node("conv", (0,), 1, None), node("conv", (1,), 2, None), node("conv", (2,), 3, None))
    program = Program(signals, nodes, (0,), (3,))
    assert _cost(program, range(3)) == (11, 9 + 11 + 6)
    more = Program((*signals, signal("left", 1, 100), signal("out", 1, 50)), nodes, (0,), (3, 5))
    assert _cost(more, range(3)) == (11, 9 + 11 + 6)
