"""What a convolution is predicted to cost on a Cortex-M4 against what it took there, measured layer by layer."""

from __future__ import annotations

import pytest

from edgeunet.kernels.dsp.cost import Shape

NEAR = 0.04

MEASURED = [
    (Shape(48, 4, 12), "relu", False, 48, (10989, 10310, 9278)),
    (Shape(32, 16, 8), "linear", True, 128, (18525, 17504, 18900)),
    (Shape(48, 8, 12), "linear", True, 96, (21155, 19661, 18839)),
    (Shape(24, 16, 8), "relu", False, 128, (12883, 12242, 14162)),
    (Shape(48, 8, 12, adds=True), "relu", False, 96, (22098, 20036, 20517)),
    (Shape(8, 16, 10), "relu", False, 40, (5230, 4955, 6478)),
    (Shape(32, 8, 8, repeat=2, low_groups=8), "saturated", False, 96, (13881, 13882, 13200)),
]
"""Shape, tail, whether requantization rounds twice, groups of inputs widened; instructions in quads, pairs and tall."""


@pytest.mark.parametrize(("shape", "tail", "rounded", "inputs", "measured"), MEASURED)
def test_costs_are_near_what_was_measured(
    shape: Shape, tail: str, rounded: bool, inputs: int, measured: tuple[int, int, int]
) -> None:
    costs = (shape.quads_cost(rounded), shape.pairs_cost(rounded, 1, inputs), shape.tall_cost(tail))
    assert costs == pytest.approx(measured, rel=NEAR)


BARE = [
    (Shape(48, 2, 8), "saturated", 1, 4610),
    (Shape(48, 2, 12), "linear", 1, 6646),
    (Shape(48, 1, 12), "clamped", 1, 3125),
    (Shape(32, 1, 40), "saturated", 1, 5809),
    (Shape(32, 1, 8), "linear", 1, 1731),
    (Shape(16, 2, 20), "saturated", 1, 3183),
    (Shape(48, 2, 12, adds=True), "relu", 1, 6855),
    (Shape(16, 2, 20, low_groups=20), "saturated", 2, 6021),
    (Shape(32, 4, 8, repeat=2, low_groups=8), "saturated", 2, 10854),
]
"""Shape, tail, runs; instructions without scratch memory."""


@pytest.mark.parametrize(("shape", "tail", "runs", "measured"), BARE)
def test_costs_without_scratch_memory_are_near_what_was_measured(
    shape: Shape, tail: str, runs: int, measured: int
) -> None:
    assert shape.bare_cost(tail, runs) == pytest.approx(measured, rel=NEAR)


def test_one_row_is_cheapest_with_nothing_widened_before_and_four_are_not() -> None:
    one, four = Shape(48, 1, 12), Shape(48, 4, 12)
    assert one.bare_cost("saturated", 1) < min(one.tall_cost("saturated"), one.quads_cost(False))
    assert four.bare_cost("saturated", 1) > four.tall_cost("saturated")


def test_few_rows_are_cheapest_tall_and_many_in_quads() -> None:
    few, many = Shape(48, 4, 12), Shape(12, 64, 3)
    assert few.tall_cost("relu") < few.pairs_cost(False, 1, 48) < few.quads_cost(False)
    assert many.quads_cost(False) < min(many.tall_cost("relu"), many.pairs_cost(False, 2, 192))
