"""Integer arithmetic against exact rational arithmetic and against constants published with the algorithms."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.graph.evaluation import arithmetic, fixed_point
from edgeunet.graph.ir import Quantization

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)


@given(INT32, INT32)
def test_high_mul_is_the_doubled_product_rounded_to_the_nearest_high_word(a: int, b: int) -> None:
    exact = Fraction(a * b, 1 << 31)
    expected = min(math.floor(exact + Fraction(1, 2)), (1 << 31) - 1)
    assert int(arithmetic.saturating_rounding_doubling_high_mul(a, b)) == expected


@given(INT32, st.integers(0, 31))
def test_division_by_a_power_of_two_rounds_halves_away_from_zero(value: int, exponent: int) -> None:
    exact = Fraction(abs(value), 1 << exponent)
    expected = math.floor(exact + Fraction(1, 2)) * (1 if value >= 0 else -1)
    assert int(arithmetic.rounding_divide_by_pot(value, exponent)) == expected


@given(st.floats(1e-9, 1e6))
def test_quantized_multipliers_are_within_half_a_unit_of_31_bits(real: float) -> None:
    factor = arithmetic.quantize_multiplier(real)
    assert 1 << 30 <= factor.multiplier < 1 << 31
    assert abs(factor.real - real) <= real * 2.0**-31


@pytest.mark.parametrize(
    ("real", "multiplier", "shift"),
    [
        (0.0, 0, 0),
        (1.0, 1 << 30, 1),
        (0.5, 1 << 30, 0),
        (1 - 2.0**-33, 1 << 30, 1),
        (2.0**-33, 0, 0),
        (3.0, 3 << 29, 2),
    ],
)
def test_quantized_multipliers_at_their_edges(real: float, multiplier: int, shift: int) -> None:
    assert arithmetic.quantize_multiplier(real) == arithmetic.Multiplier(multiplier, shift)


@given(st.integers(-(1 << 20), 1 << 20), st.floats(1e-6, 100.0))
def test_rescaling_is_within_one_of_the_real_product(value: int, real: float) -> None:
    assert abs(int(arithmetic.rescale(value, arithmetic.quantize_multiplier(real))) - value * real) <= 1.01


def test_a_left_shift_out_of_int32_wraps() -> None:
    assert int(arithmetic.multiply_by_quantized_multiplier(1 << 30, 1 << 30, 2)) == 0


@pytest.mark.parametrize(
    ("activation", "scale", "zero_point", "expected"),
    [
        ("NONE", 0.1, 3, (-128, 127)),
        ("RELU", 0.1, -128, (-128, 127)),
        ("RELU", 0.1, 5, (5, 127)),
        ("RELU6", 6 / 255, -128, (-128, 127)),
        ("RELU6", 0.1, -100, (-100, -40)),
        ("RELU6", 0.5, -1, (-1, 11)),
        ("RELU_N1_TO_1", 0.1, 0, (-10, 10)),
        ("RELU_N1_TO_1", 1 / 128, 0, (-128, 127)),
    ],
)
def test_activations_clamp_stored_values(
    activation: str, scale: float, zero_point: int, expected: tuple[int, int]
) -> None:
    assert arithmetic.activation_range(activation, Quantization((scale,), (zero_point,))) == expected


@given(st.integers(-(1 << 20), 1 << 20), st.integers(1, 400))
def test_averages_round_halves_away_from_zero(total: int, count: int) -> None:
    exact = Fraction(abs(total), count)
    expected = math.floor(exact + Fraction(count // 2, count)) * (1 if total >= 0 else -1)
    assert int(arithmetic.rounded_average(total, count)) == expected


def test_fixed_point_constants_are_the_published_ones() -> None:
    published = {
        math.exp(-1 / 8): 1895147668,
        1 / 3: 715827883,
        math.exp(-0.25): 1672461947,
        math.exp(-0.5): 1302514674,
    }
    published |= {math.exp(-1): 790015084, math.exp(-2): 290630308, math.exp(-4): 39332535, math.exp(-8): 720401}
    published |= {math.exp(-16): 242, math.sqrt(2) / 2: 1518500250}
    assert {real: fixed_point.constant(real, 0) for real in published} == published
    assert fixed_point.constant(48 / 17, 2) == 1515870810
    assert fixed_point.constant(-32 / 17, 2) == -1010580540


def test_fixed_point_functions_approximate_the_real_ones() -> None:
    raws = np.arange(-(1 << 31), 0, 7_654_321, dtype=np.int64)
    for bits in (4, 5):
        reals = np.ldexp(raws.astype(np.float64), bits - 31)
        found = np.ldexp(fixed_point.exp_on_negative_values(raws, bits).astype(np.float64), -31)
        np.testing.assert_allclose(found, np.exp(reals), atol=2e-7)
    both = np.concatenate([raws, -raws - 1])
    reals = np.ldexp(both.astype(np.float64), -27)
    sigmoid = np.ldexp(fixed_point.logistic(both, 4).astype(np.float64), -31)
    np.testing.assert_allclose(sigmoid, 1 / (1 + np.exp(-reals)), atol=3e-7)
    np.testing.assert_allclose(np.ldexp(fixed_point.tanh(both, 4).astype(np.float64), -31), np.tanh(reals), atol=4e-7)


@given(st.integers(1, (1 << 31) - 1))
def test_inverse_square_roots_are_close(value: int) -> None:
    multiplier, right_shift = fixed_point.inverse_square_root(value)
    assert math.isclose(math.ldexp(multiplier, -31 - right_shift), value**-0.5, rel_tol=2e-6)


@given(st.integers(1 << 19, (1 << 28) - 1))
def test_reciprocals_are_close(value: int) -> None:
    scale, bits_over_unit = fixed_point.reciprocal(value, 12)
    assert math.isclose(math.ldexp(scale, -31 - bits_over_unit), math.ldexp(1, 19) / value, rel_tol=1e-6)
