"""Orders of axes: what a reshape does to them, and the exchanges that lead from one to another, against numpy."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from edgeunet.graph.folding.orders import Exchange, cheapest, exchanges, long_axes, regrouped, reshaped

SHAPE = (2, 3, 4, 5)


def exchanged(values: np.ndarray, steps: list[Exchange]) -> np.ndarray:  # type: ignore[type-arg]
    for step in steps:
        values = values.reshape(step.outer, step.rows, step.columns, step.run).swapaxes(1, 2).reshape(-1)
    return values


def test_every_order_is_reached_from_every_other() -> None:
    values = np.arange(math.prod(SHAPE)).reshape(SHAPE)
    for before, after in itertools.product(itertools.permutations(range(4)), repeat=2):
        steps = exchanges(SHAPE, before, after)
        found = exchanged(values.transpose(before).reshape(-1), steps)
        np.testing.assert_array_equal(found, values.transpose(after).reshape(-1))
        assert len(steps) <= 3
        assert (not steps) == (before == after)


@pytest.mark.parametrize(
    ("shape", "before", "after", "steps"),
    [
        ((1, 3, 8), (0, 1, 2), (0, 2, 1), [Exchange(1, 3, 8, 1)]),
        ((1, 3, 8), (0, 1, 2), (1, 0, 2), []),
        ((1, 3, 4, 5), (0, 1, 2, 3), (0, 2, 3, 1), [Exchange(1, 3, 20, 1)]),
        ((1, 3, 4, 5), (0, 1, 2, 3), (0, 2, 1, 3), [Exchange(1, 3, 4, 5)]),
        ((1, 3, 4, 5), (0, 1, 2, 3), (0, 1, 3, 2), [Exchange(3, 4, 5, 1)]),
        ((2, 3, 4, 5), (3, 0, 1, 2), (0, 1, 2, 3), [Exchange(1, 5, 24, 1)]),
        ((2, 3, 4), (0, 1, 2), (2, 1, 0), [Exchange(1, 6, 4, 1), Exchange(4, 2, 3, 1)]),
    ],
)
def test_blocks_move_as_one(
    shape: tuple[int, ...], before: tuple[int, ...], after: tuple[int, ...], steps: list[Exchange]
) -> None:
    assert exchanges(shape, before, after) == steps


@pytest.mark.parametrize(
    ("shape", "target", "order", "expected"),
    [
        ((1, 8, 1, 9), (1, 8, 9), (0, 2, 3, 1), (0, 2, 1)),
        ((1, 8, 9), (1, 8, 1, 9), (0, 2, 1), (0, 3, 1, 2)),
        ((1, 8, 9), (1, 8, 9, 1), (0, 2, 1), (0, 2, 3, 1)),
        ((1, 8, 9), (1, 2, 4, 9), (0, 2, 1), (0, 3, 1, 2)),
        ((1, 2, 4, 9), (1, 8, 9), (0, 3, 1, 2), (0, 2, 1)),
        ((1, 2, 4, 9), (1, 8, 9), (0, 3, 2, 1), None),
        ((1, 8, 9), (1, 72), (0, 2, 1), None),
        ((1, 8, 9), (1, 72), (0, 1, 2), (0, 1)),
        ((1, 4, 6), (1, 6, 4), (0, 2, 1), None),
        ((1, 1), (1,), (1, 0), (0,)),
    ],
)
def test_reshapes_act_on_neighbours(
    shape: tuple[int, ...], target: tuple[int, ...], order: tuple[int, ...], expected: tuple[int, ...] | None
) -> None:
    found = reshaped(shape, target, order)
    assert found == expected
    if found is not None:
        values = np.arange(math.prod(shape)).reshape(shape)
        np.testing.assert_array_equal(
            values.transpose(order).reshape(-1), values.reshape(target).transpose(found).reshape(-1)
        )


def test_axes_of_length_one_do_not_count() -> None:
    assert long_axes((0, 2, 1, 3), (1, 4, 1, 5)) == (1, 3)


def test_the_order_that_moves_least_is_taken_and_of_equal_ones_the_changed() -> None:
    first, second = (0, 1, 2), (0, 2, 1)
    assert cheapest([(first, 0), (second, 5)], (1, 3, 4)) == first
    assert cheapest([(first, 5), (second, 5)], (1, 3, 4)) == second
    assert cheapest([(first, 5), (second, 4)], (1, 3, 4)) == second
    assert cheapest([(first, 5), (second, 5)], (1, 1, 4)) == first


@pytest.mark.parametrize(
    ("shape", "target", "order", "expected"),
    [
        ((1, 2, 9, 4), (1, 2, 36), (0, 2, 1, 3), (0, 2, 3, 1)),
        ((1, 8, 9), (1, 72), (0, 2, 1), (0, 1, 2)),
        ((1, 2, 4, 9), (1, 8, 9), (0, 3, 2, 1), (0, 3, 1, 2)),
    ],
)
def test_axes_that_are_joined_are_brought_together(
    shape: tuple[int, ...], target: tuple[int, ...], order: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert regrouped(shape, target, order) == expected
    assert reshaped(shape, target, order) is None
    assert reshaped(shape, target, expected) is not None
