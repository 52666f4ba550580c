"""Orders of axes: how the bytes of a tensor lie, and how a reshape and a change of order act on that.

An *order* lists the axes of a tensor of shape ``S`` from the slowest to the fastest of the bytes: ``(0, 1, 2)`` is the
natural one, ``(0, 2, 1)`` of a ``(1, channels, time)`` signal is channels-last. Axes of length 1 may stand anywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Shape = tuple[int, ...]
Order = tuple[int, ...]


def natural(shape: Shape) -> Order:
    """The order in which a file's own tensor lies."""
    return tuple(range(len(shape)))


def long_axes(order: Order, shape: Shape) -> Order:
    """``order`` without axes of length 1: two orders that agree in it are the same bytes."""
    return tuple(axis for axis in order if shape[axis] != 1)


def in_order(shape: Shape, order: Order) -> Shape:
    """The sizes of ``shape``'s axes in ``order``."""
    return tuple(shape[axis] for axis in order)


def reshaped(shape: Shape, target: Shape, order: Order) -> Order | None:
    """The order of ``target`` that has the bytes of ``shape`` in ``order``.

    A reshape splits and joins neighbours: where those that it joins still lie side by side, it acts on them alone. None
    where they do not: then the values must be brought into their natural order first.
    """
    places = long_axes(order, shape)
    following = _ones_after(target)
    made = list(following.get(-1, ()))
    parts = {given[0]: (given, after) for given, after in _segments(shape, target)}
    position = 0
    while position < len(places):
        part = parts.get(places[position])
        if part is None or places[position : position + len(part[0])] != part[0]:
            return None
        for axis in part[1]:
            made += [axis, *following.get(axis, ())]
        position += len(part[0])
    return tuple(made)


def regrouped(shape: Shape, target: Shape, order: Order) -> Order:
    """``order`` with the axes that a reshape to ``target`` joins brought side by side, where the first of them lies."""
    parts = {axis: given for given, _ in _segments(shape, target) for axis in given}
    made: list[int] = []
    for axis in order:
        made += [other for other in parts.get(axis, (axis,)) if other not in made]
    return tuple(made)


def _ones_after(shape: Shape) -> dict[int, list[int]]:
    """Axes of length 1 by the last longer axis before them (-1 where there is none)."""
    found: dict[int, list[int]] = {}
    last = -1
    for axis, size in enumerate(shape):
        if size == 1:
            found.setdefault(last, []).append(axis)
        else:
            last = axis
    return found


def _segments(shape: Shape, target: Shape) -> list[tuple[Order, Order]]:
    """The shortest runs of axes of ``shape`` and ``target`` (ones left out) that have equally many elements."""
    given = [axis for axis, size in enumerate(shape) if size != 1]
    made = [axis for axis, size in enumerate(target) if size != 1]
    found = []
    while given and made:
        first, second = [given.pop(0)], [made.pop(0)]
        while (one := math.prod(shape[a] for a in first)) != (two := math.prod(target[a] for a in second)):
            rest, part = (given, first) if one < two else (made, second)
            if not rest:
                return []
            part.append(rest.pop(0))
        found.append((tuple(first), tuple(second)))
    return found


@dataclass(frozen=True)
class Exchange:
    """``(outer, rows, columns, run)`` values become ``(outer, columns, rows, run)``."""

    outer: int
    rows: int
    columns: int
    run: int


def exchanges(shape: Shape, before: Order, after: Order) -> list[Exchange]:
    """How the bytes of ``shape`` in the order ``before`` come into the order ``after``.

    Axes that stay together move as one. Whatever comes next is brought forward past all that lies before it: one
    exchange where a block of axes changes place with another, which is nearly always all.
    """
    blocks = _blocks(long_axes(before, shape), long_axes(after, shape))
    wanted = sorted(blocks, key=lambda block: long_axes(after, shape).index(block[0]))
    found = []
    for place, block in enumerate(wanted):
        here = blocks.index(block)
        if here != place:
            sizes = [math.prod(shape[axis] for axis in part) for part in blocks]
            found.append(
                Exchange(
                    math.prod(sizes[:place]), math.prod(sizes[place:here]), sizes[here], math.prod(sizes[here + 1 :])
                )
            )
            blocks.insert(place, blocks.pop(here))
    return found


def _blocks(before: Order, after: Order) -> list[Order]:
    """Runs of axes that follow each other in both orders."""
    blocks: list[list[int]] = []
    for axis in before:
        if blocks and after.index(axis) == after.index(blocks[-1][-1]) + 1:
            blocks[-1].append(axis)
        else:
            blocks.append([axis])
    return [tuple(block) for block in blocks]


def cheapest(candidates: Sequence[tuple[Order, int]], shape: Shape) -> Order:
    """The order in which fewest elements have to be moved; of equal ones the first that is not the natural one, from
    which
    networks that begin channels-first go back to the order of their convolutions."""
    least = min(cost for _, cost in candidates)
    orders = [order for order, cost in candidates if cost == least]
    usual = long_axes(natural(shape), shape)
    return next((order for order in orders if long_axes(order, shape) != usual), orders[0])
