"""The order in which nodes run: one that keeps fewer bytes alive.

Converters emit branches in an arbitrary order (a projection long before the sum that wants it). A node may run anywhere
between its last producer and its first reader; each is moved to where the busiest moment, and then the sum over all
moments, is smallest, until nothing improves or the effort is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edgeunet.program.program import Program
from edgeunet.schedule.effort import Ledger

_ROUNDS = 6


def order_nodes(program: Program, *, late: bool = False, ledger: Ledger | None = None) -> Program:
    """``program`` in an order that keeps fewer bytes alive; every signal is written before it is read.

    Where two places cost the same a node stays, or with ``late`` moves to the later one: which is better depends on
    what the kernels can overlap. ``ledger`` says how many orders are tried, and hears of what was not.
    """
    ledger = ledger or Ledger()
    search = _Search(program, late, ledger.limit("order"))
    nodes = len(program.nodes)
    for again in range(_ROUNDS):
        before = search.best
        for node in range(nodes):
            search.move(node)
        if search.not_moved:
            left_out = f"{search.not_moved:,} of {nodes:,} nodes were not moved{' again' if again else ''}"
            ledger.cut("order", left_out, 2 * nodes * nodes * _ROUNDS)
            break
        if search.best == before:
            break
    ledger.spend("order", search.counted)
    return replace(program, nodes=tuple(program.nodes[i] for i in search.order))


class _Search:
    """The order so far, what it costs, and how many nodes were counted to know that."""

    def __init__(self, program: Program, late: bool, limit: int) -> None:
        self.late, self.limit = late, limit
        self.order = list(range(len(program.nodes)))
        self.at = list(self.order)
        """Number of a node → its place in the order."""
        self.around = [_around(program, node) for node in self.order]
        self.lifetimes = _Lifetimes(program)
        self.best = self.lifetimes.cost(self.order)
        self.counted = len(self.order)
        self.not_moved = 0
        """Nodes that might go elsewhere, and had no try in this round."""

    def move(self, node: int) -> None:
        """Move ``node`` to the better of two places: right after its producers or right before its readers."""
        now = self.at[node]
        before, after = self.around[node]
        places = (
            max((self._without(i, now) + 1 for i in before), default=0),
            min((self._without(i, now) for i in after), default=len(self.order) - 1),
        )
        if places == (now, now):
            return
        if self.counted + len(places) * len(self.order) > self.limit:
            self.not_moved += 1
            return
        rest = [i for i in self.order if i != node]
        for place in places:
            if place == now:
                continue  # the order that there is
            attempt = [*rest[:place], node, *rest[place:]]
            self.counted += len(attempt)
            cost = self.lifetimes.cost(attempt)
            if cost < self.best or (self.late and cost == self.best and place > now):
                self.order, self.best, now = attempt, cost, place
        for place, other in enumerate(self.order):
            self.at[other] = place

    def _without(self, other: int, now: int) -> int:
        """The place of ``other`` in the order without what stands at ``now``."""
        place = self.at[other]
        return place - (place > now)


def _around(program: Program, number: int) -> tuple[set[int], set[int]]:
    """The nodes that must run before node ``number``, and those that must run after it.

    It runs after what writes its operands, and after what fills the signal that it writes into.
    """
    node = program.nodes[number]
    beside = [other for other in program.writers(node.output) if other != number]
    before = {writer for signal in node.signals for writer in program.writers(signal)}
    before |= {other for other in beside if program.nodes[other].kind == "fill"}
    after = {*program.readers(node.output), *(beside if node.kind == "fill" else ())}
    return before - {number}, after - {number}


class _Lifetimes:
    """What each node touches, and how large it is: all that the cost of an order depends on."""

    def __init__(self, program: Program) -> None:
        self.touched = [tuple(dict.fromkeys((*node.signals, node.output))) for node in program.nodes]
        self.sizes = [signal.size_bytes for signal in program.signals]
        for signal in program.inputs:
            self.sizes[signal] = 0
        self.outputs = program.outputs

    def cost(self, order: Sequence[int]) -> tuple[int, int]:
        """Bytes alive at the busiest moment, and summed over moments; the caller's inputs do not count."""
        last = [-1] * len(self.sizes)
        live = [0] * (len(order) + 1)
        for moment, node in enumerate(order):
            for signal in self.touched[node]:
                if last[signal] < 0:
                    live[moment] += self.sizes[signal]
                last[signal] = moment
        for signal in self.outputs:
            last[signal] = len(order) - 1 if last[signal] >= 0 else -1
        for size, end in zip(self.sizes, last, strict=True):
            if end >= 0:
                live[end + 1] -= size
        peak = total = now = 0
        for change in live[:-1]:
            now += change
            peak, total = max(peak, now), total + now
        return peak, total


def _cost(program: Program, order: Sequence[int]) -> tuple[int, int]:
    """Bytes alive at the busiest moment of ``order``, and summed over moments."""
    return _Lifetimes(program).cost(order)
