"""Fixed-point functions equal, bit for bit, to gemmlowp's formulation of them in plain integers."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph.evaluation import fixed_point

MOST, LEAST = (1 << 31) - 1, -(1 << 31)
POWERS = {-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308, 2: 39332535, 3: 720401, 4: 242}
"""``exp(-2**key)`` in Q0, as gemmlowp has them."""


def times(a: int, b: int) -> int:
    """The product rounded by adding half and truncating, as the C does it."""
    if a == b == LEAST:
        return MOST
    product = a * b
    nudged = product + (1 << 30 if product >= 0 else 1 - (1 << 30))
    return abs(nudged) // (1 << 31) * (1 if nudged >= 0 else -1)


def by_power(a: int, exponent: int) -> int:
    if exponent > 0:
        return min(max(a << exponent, LEAST), MOST)
    mask = (1 << -exponent) - 1
    return (a >> -exponent) + ((a & mask) > (mask >> 1) + (a < 0))


def exponential(a: int, bits: int) -> int:
    if a == 0:
        return MOST
    quarter = 1 << (29 - bits)
    in_quarter = a % quarter - quarter
    x = by_power(in_quarter, bits) + (1 << 28)
    x2 = times(x, x)
    inner = by_power(times(by_power(times(x2, x2), -2) + times(x2, x), 715827883) + x2, -1)
    result = 1895147668 + times(1895147668, x + inner)
    for exponent, factor in POWERS.items():
        if exponent < bits and (in_quarter - a) & (1 << (31 - bits + exponent)):
            result = times(result, factor)
    return result


def twice_reciprocal(a: int) -> int:
    half = (a + MOST + 1) // 2
    x = 1515870810 + times(half, -1010580540)
    for _ in range(3):
        x += by_power(times(x, (1 << 29) - times(half, x)), 2)
    return x


def logistic(a: int, bits: int) -> int:
    upper = by_power(twice_reciprocal(exponential(-abs(a), bits)), 1)
    return 1 << 30 if a == 0 else upper if a > 0 else MOST - upper


def tanh(a: int, bits: int) -> int:
    upper = by_power(twice_reciprocal(exponential(-abs(a), bits + 1)) - (1 << 29), 2)
    return 0 if a == 0 else upper if a > 0 else -upper


def inverse_square_root(value: int) -> tuple[int, int]:
    if value <= 1:
        return MOST, 0
    shift = 11
    while value >= 1 << 29:
        value, shift = value // 4, shift + 1
    pairs = (32 - value.bit_length() - 1) // 2 - 1
    shift, value = shift - pairs, value << (2 * pairs)
    half, x = by_power(value >> 1, -1), 1 << 28
    for _ in range(5):
        cube = by_power(times(times(x, x), x), 6)
        x = by_power(times((1 << 28) + (1 << 27), x) - times(half, cube), 3)
    x = times(x, 1518500250)
    return (x << -shift, 0) if shift < 0 else (x, shift)


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
