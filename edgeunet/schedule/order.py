"""The order in which nodes run: one that keeps fewer bytes alive.

Converters emit branches in an arbitrary order (a projection long before the sum that wants it). A node may run anywhere
between its last producer and its first reader; each is moved to where the busiest moment, and then the sum over all
moments, is smallest, until nothing improves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edgeunet.program.program import Program

_ROUNDS = 6


def order_nodes(program: Program, *, late: bool = False) -> Program:
    """``program`` in an order that keeps fewer bytes alive; every signal is written before it is read.

    Where two places cost the same a node stays, or with ``late`` moves to the later one: which is better depends on
    what the kernels can overlap.
    """
    order = list(range(len(program.nodes)))
    best = _cost(program, order)
    for _ in range(_ROUNDS):
        before = best
        for node in range(len(program.nodes)):
            order, best = _moved(program, order, node, best, late)
        if best == before:
            break
    return replace(program, nodes=tuple(program.nodes[i] for i in order))


def _moved(
    program: Program, order: list[int], node: int, best: tuple[int, int], late: bool
) -> tuple[list[int], tuple[int, int]]:
    """The best order with ``node`` elsewhere: right after its producers or right before its readers."""
    rest = [i for i in order if i != node]
    position = {other: index for index, other in enumerate(rest)}
    before, after = _around(program, node)
    earliest = max((position[i] + 1 for i in before), default=0)
    latest = min((position[i] for i in after), default=len(rest))
    now = order.index(node)
    for place in (earliest, latest):
        attempt = [*rest[:place], node, *rest[place:]]
        cost = _cost(program, attempt)
        if cost < best or (late and cost == best and place > now):
            order, best, now = attempt, cost, place
    return order, best


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


def _cost(program: Program, order: Sequence[int]) -> tuple[int, int]:
    """Bytes alive at the busiest moment, and summed over moments; the caller's inputs do not count."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for moment, index in enumerate(order):
        node = program.nodes[index]
        for signal in (*node.signals, node.output):
            first.setdefault(signal, moment)
            last[signal] = moment
    for signal in program.outputs:
        last[signal] = len(order) - 1
    live = [0] * (len(order) + 1)
    for signal, begin in first.items():
        if signal not in program.inputs:
            live[begin] += program.signals[signal].size_bytes
            live[last[signal] + 1] -= program.signals[signal].size_bytes
    peak = total = now = 0
    for change in live[:-1]:
        now += change
        peak, total = max(peak, now), total + now
    return peak, total
