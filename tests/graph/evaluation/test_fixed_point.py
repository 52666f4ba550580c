"""Fixed-point functions equal, bit for bit, to gemmlowp's formulation of them in plain integers."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph.evaluation import fixed_point
from tests.rigs.gemmlowp import (
    LEAST,
    MOST,
    by_power,
    exponential,
    inverse_square_root,
    logistic,
    tanh,
    twice_reciprocal,
)

RAWS = sorted({*range(-(1 << 31) + 1, 0, 98_765_431), *(-(1 << n) + d for n in range(31) for d in (-1, 0, 1)), -3, 0})
RAWS = [raw for raw in RAWS if LEAST < raw <= 0]


@pytest.mark.parametrize("bits", [0, 1, 2, 3, 4, 5])
def test_exponentials_are_gemmlowp_s(bits: int) -> None:
    found = fixed_point.exp_on_negative_values(np.array(RAWS), bits).tolist()
    assert found == [exponential(raw, bits) for raw in RAWS]


@pytest.mark.parametrize("bits", [3, 4])
def test_logistic_and_tanh_are_gemmlowp_s(bits: int) -> None:
    both = [*RAWS, *(-raw for raw in RAWS)]
    assert fixed_point.logistic(np.array(both), bits).tolist() == [logistic(raw, bits) for raw in both]
    assert fixed_point.tanh(np.array(both), bits).tolist() == [tanh(raw, bits) for raw in both]


def test_reciprocals_are_gemmlowp_s() -> None:
    unit = [-raw for raw in RAWS]
    assert fixed_point.one_over_one_plus(unit).tolist() == [by_power(twice_reciprocal(raw), 1) for raw in unit]
    found = fixed_point.one_minus_over_one_plus(unit).tolist()
    assert found == [by_power(twice_reciprocal(raw) - (1 << 29), 2) for raw in unit]
    for value in (1, 2, 3, 5, 255, 1 << 12, (1 << 19) + 7, (1 << 28) - 1, 1 << 30, MOST):
        zeros = 32 - value.bit_length()
        shifted = value * 2**zeros - 2**31
        assert fixed_point.reciprocal(value, 12) == (by_power(twice_reciprocal(shifted), 1), 12 - zeros)


def test_inverse_square_roots_are_tflite_s() -> None:
    edges = {(1 << n) + d for n in range(31) for d in (-1, 0, 1)} | {MOST, 3, 5, 6, 7, 10, 100, 12345}
    assert {value: fixed_point.inverse_square_root(value) for value in edges} == {
        value: inverse_square_root(value) for value in edges
    }


@pytest.mark.parametrize(
    ("value", "exponent", "expected"),
    [
        (5, 0, 5),
        (5, 1, 10),
        (5, -1, 3),
        (-5, -1, -3),
        (1 << 30, 1, MOST),
        ((1 << 30) - 1, 1, MOST - 1),
        (-(1 << 30), 1, LEAST),
        (-(1 << 30) - 1, 1, LEAST),
    ],
)
def test_shifts_saturate_upward_and_round_downward(value: int, exponent: int, expected: int) -> None:
    assert int(fixed_point.saturating_shift(value, exponent)) == expected
