"""Requantization in one multiply, additions and single-channel convolutions as lines: equal to TFLite's arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier, quantize_multiplier
from edgeunet.kernels.exact import one_input, one_multiply, straight_add
from edgeunet.program.parameters import Add

MULTIPLIERS = st.integers(1 << 30, (1 << 31) - 1) | st.sampled_from([1 << 30, (1 << 30) + 1, (1 << 31) - 1])


def reference(x: np.ndarray, multiplier: int, exponent: int, low: int, high: int) -> np.ndarray:
    return np.clip(multiply_by_quantized_multiplier(x, multiplier, -exponent), low, high) - low


def interesting(multiplier: int, exponent: int, low: int, high: int, least: int, greatest: int) -> np.ndarray:
    """Every threshold, its neighbours, both ends and zero."""
    _, reached = one_multiply.thresholds(multiplier, exponent, low, high)
    x = np.concatenate([reached - 1, reached, reached + 1, [least, least + 1, greatest - 1, greatest, -1, 0, 1]])
    return x[(x >= least) & (x <= greatest)]


@given(MULTIPLIERS, st.integers(5, 14), st.integers(-128, 127), st.integers(1, 1 << 21), st.integers(1, 1 << 21))
@settings(max_examples=300, deadline=None)
def test_one_multiply_is_exact_where_it_is_offered(m: int, e: int, zero_point: int, below: int, above: int) -> None:
    for low, high in ((0, max(127 - zero_point, 1)), (-128 - zero_point, 127 - zero_point)):
        one = one_multiply.fit(m, e, low, high, -below, above)
        if one is None:
            continue
        x = interesting(m, e, low, high, -below, above)
        for offset in {one.first, one.end - 1}:
            got = np.clip((x * one.multiplier + offset) >> one_multiply.SHIFT, 0, high - low)
            assert np.array_equal(got, reference(x, m, e, low, high))


def test_one_multiply_is_offered_for_nearly_every_relu() -> None:
    numbers = np.random.default_rng(5)
    found = [
        one_multiply.fit(int(numbers.integers(1 << 30, 1 << 31)), int(e), 0, 255, -200_000, 200_000)
        for e in numbers.integers(6, 12, 400)
    ]
    assert sum(one is not None for one in found) > 390


@pytest.mark.parametrize("exponent", [1, 5, 9, 14])
def test_thresholds_are_where_the_result_steps(exponent: int) -> None:
    for multiplier in (1 << 30, 1_234_567_891, (1 << 31) - 1):
        values, reached = one_multiply.thresholds(multiplier, exponent, -128, 127)
        unclamped = multiply_by_quantized_multiplier(np.stack([reached - 1, reached]), multiplier, -exponent)
        assert (unclamped[0] < values).all()
        assert (unclamped[1] >= values).all()


@given(st.floats(0.001, 0.2), st.floats(0.001, 0.2), st.floats(0.002, 0.3), st.integers(-128, 127))
@settings(max_examples=40, deadline=None)
def test_straight_addition_is_exact_where_it_is_offered(a: float, b: float, out: float, zero_point: int) -> None:
    twice = 2 * max(a, b)
    parts = [quantize_multiplier(a / twice), quantize_multiplier(b / twice)]
    scale = quantize_multiplier(twice / (out * (1 << 20)))
    multipliers = (parts[0].multiplier, parts[1].multiplier)
    shifts = (parts[0].shift, parts[1].shift)
    add = Add(20, (3, zero_point), multipliers, shifts, scale.multiplier, scale.shift, -zero_point, -128, 127)
    line = straight_add.fit(add)
    if line is not None:
        q = np.arange(-128, 128, dtype=np.int64)
        total = q[:, None] * line.a_slope + q[None, :] * line.b_slope + line.offset
        assert np.abs(total).max() < 1 << 31
        assert np.array_equal(np.clip(total >> straight_add.SHIFT, -128, 127), straight_add.add_results(add))


@given(st.integers(-127, 127), st.integers(-30_000, 30_000), MULTIPLIERS, st.integers(4, 12))
@settings(max_examples=60, deadline=None)
def test_single_input_line_is_exact_where_it_is_offered(weight: int, bias: int, m: int, e: int) -> None:
    line = one_input.fit(weight, bias, m, -e, -121, 134)
    if line is not None:
        q = np.arange(-128, 128, dtype=np.int64)
        total = q * line.slope + line.offset
        assert np.abs(total).max() + (128 << one_input.SHIFT) < 1 << 31
        assert np.array_equal(np.clip(total >> one_input.SHIFT, 0, 255), reference(bias + q * weight, m, e, -121, 134))
