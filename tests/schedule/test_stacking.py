"""What is stacked lies where bytes counted one by one say that the lowest free place is."""

from __future__ import annotations

from random import Random

import pytest

from edgeunet.schedule.stacking import stack_items


def stacked(sizes: list[int], lives: list[tuple[int, int]]) -> tuple[list[int], int]:
    """``stack_items`` with a set of bytes for each item that lives."""
    offsets, end = [0] * len(sizes), 0
    living: dict[int, set[int]] = {}
    for item in sorted(range(len(sizes)), key=lambda i: (lives[i][0], -lives[i][1], -sizes[i], i)):
        living = {other: taken for other, taken in living.items() if lives[other][1] >= lives[item][0]}
        taken = set().union(*living.values())
        start = 0
        while taken & set(range(start, start + sizes[item])):
            start += 4
        offsets[item] = start
        living[item] = set(range(start, start + sizes[item]))
        end = max(end, start + sizes[item])
    return offsets, end


@pytest.mark.parametrize("seed", range(40))
def test_the_lowest_free_place(seed: int) -> None:
    numbers = Random(seed)
    count = numbers.randrange(1, 25)
    sizes = [4 * numbers.randrange(1, 6) for _ in range(count)]
    firsts = [numbers.randrange(10) for _ in range(count)]
    lives = [(first, first + numbers.choice((0, 1, 2, 5, 20))) for first in firsts]
    assert stack_items(sizes, lives) == stacked(sizes, lives)


def test_what_has_no_bytes_takes_none() -> None:
    offsets, end = stack_items([8, 0, 8, 0, 4], [(0, 0), (0, 0), (1, 2), (1, 1), (2, 2)])
    assert (offsets[0], offsets[2], offsets[4], end) == (0, 0, 8, 12)
    assert stack_items([], []) == ([], 0)
