"""Networks in which every Helium convolution has something to do, around its edges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from tests.networks.helium_table import ACTIVATIONS, SideBySide

ALIKE = (1.0, 1.0001)


APART = SideBySide.scales


def network(seed: int, scales: tuple[float, float]) -> SideBySide:
    made = SideBySide(seed)
    made.scales = scales
    return made


def activations(seed: int) -> Iterator[tuple[str, int]]:
    found = cycle(ACTIVATIONS)
    for _ in range(seed):
        next(found)
    return found


def column_network(seed: int, scales: tuple[float, float], rows: int) -> SideBySide:
    """Every width of a row with every count of taps, alone and beside another operand."""
    made, kinds, outputs = network(seed, scales), activations(seed), cycle((3, 4, 1, 5))
    for channels in (8, 9, 12, 16, 32):
        x = made.input(rows, channels)
        for taps in (3, 5) if channels == 8 else (2, 3, 4, 5):
            made.convolution(x, next(outputs), taps, next(kinds))
        for taps in (3, 5):
            made.joined(made.pool(x, 2, 1), x, next(outputs), taps, next(kinds))
    return made


def blocks_network(seed: int, scales: tuple[float, float]) -> SideBySide:
    """Few inputs, rows in fours, each convolution followed by a layer, so that its output is in the arena."""
    made, kinds = network(seed, scales), activations(seed)
    for rows, channels, taps, outputs in ((4, 2, 1, 4), (8, 8, 1, 12), (12, 12, 1, 24), (4, 14, 1, 8), (20, 16, 1, 16)):
        y = made.convolution(made.input(rows, channels), outputs, taps, next(kinds))
        made.results.pop()
        made.pool(y, 2, 2)
    for channels, taps in ((4, 3), (2, 5), (5, 2)):
        y = made.convolution(made.input(24, channels), 12, taps, next(kinds), stride=1 + taps % 2)
        y = made.convolution(y, 12, 1, next(kinds))
        del made.results[-2:]
        made.convolution(y, 12, 1, next(kinds))
    return made


def runs_network(seed: int, scales: tuple[float, float]) -> SideBySide:
    """Windows longer than loads reach, with gaps, rows far apart; operands read once for up to four rows."""
    made, kinds = network(seed, scales), activations(seed)
    for rows, channels, taps, outputs in ((5, 50, 5, 6), (4, 96, 3, 9), (1, 300, 1, 4), (8, 131, 3, 3), (3, 40, 9, 5)):
        x = made.input(rows, channels)
        made.convolution(x, outputs, taps, next(kinds), padding="SAME")
        made.convolution(x, outputs + 1, taps, next(kinds), stride=2)
        if taps > 1 and rows > 3:
            made.convolution(x, outputs, taps, next(kinds), dilation=2)
    for repeat in (2, 3, 4):
        x = made.input(12, 100)
        made.joined(made.pool(x, 2, repeat), x, 5, 1, next(kinds), repeat=repeat)
    for channels in (3, 16, 20):
        made.convolution(made.input(9, channels), 6, 3, next(kinds), dilation=2)
    return made
