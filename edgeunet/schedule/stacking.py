"""Offsets without a look at pairs: each item at the lowest free place when its time comes.

Thousands of histories that all live for ever are millions of pairs; no search over these ends in time, and there is
little to find: what never ends lies one above the other, in whatever order. What comes and goes takes the lowest hole
that is free from its first step to its last.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from heapq import heappop, heappush


def stack_items(sizes: Sequence[int], lives: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """An offset for each item of ``sizes`` bytes that lives from the first to the last step of ``lives``, and the end.

    ``sizes`` are multiples of the alignment, and so are the offsets. Items that begin together are placed by how long
    they live and then by size, the most first.
    """
    offsets = [0] * len(sizes)
    holes = _Holes()
    living: list[tuple[int, int]] = []
    order = sorted(range(len(sizes)), key=lambda i: (lives[i][0], -lives[i][1], -sizes[i], i))
    for item in order:
        while living and living[0][0] < lives[item][0]:
            _, gone = heappop(living)
            holes.give(offsets[gone], sizes[gone])
        offsets[item] = holes.take(sizes[item])
        heappush(living, (lives[item][1], item))
    return offsets, holes.end


class _Holes:
    """Free bytes below ``end``, lowest first; no two holes touch."""

    def __init__(self) -> None:
        self.holes: list[tuple[int, int]] = []
        """(start, end) of each."""
        self.end = 0

    def take(self, size: int) -> int:
        """The lowest place with room for ``size`` bytes; behind everything where no hole has."""
        for number, (start, end) in enumerate(self.holes):
            if end - start >= size:
                self.holes[number : number + 1] = [(start + size, end)] if end - start > size else []
                return start
        start = self.end
        if self.holes and self.holes[-1][1] == self.end:
            start, _ = self.holes.pop()
        self.end = start + size
        return start

    def give(self, start: int, size: int) -> None:
        """Free the ``size`` bytes at ``start``."""
        if not size:
            return
        end = start + size
        after = bisect_left(self.holes, (start, end))
        if after < len(self.holes) and self.holes[after][0] == end:
            _, end = self.holes.pop(after)
        if after and self.holes[after - 1][1] == start:
            start, _ = self.holes.pop(after - 1)
        insort(self.holes, (start, end))
