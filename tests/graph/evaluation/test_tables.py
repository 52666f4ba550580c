"""Tables of 256 entries against the kernels' C written in plain integers, one value at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edgeunet.graph.evaluation import lookup, softmax
from edgeunet.graph.evaluation.arithmetic import Multiplier, quantize_multiplier
from edgeunet.graph.evaluation.float_functions import FloatStep
from edgeunet.graph.ir import Quantization
from tests.rigs import gemmlowp as slow

F = np.float32


def quantization(scale: float, zero_point: int) -> Quantization:
    return Quantization((float(F(scale)),), (zero_point,))


def limited(value: int) -> int:
    return min(max(value, -128), 127)


def rescaled(value: int, factor: Multiplier) -> int:
    high = slow.times(value << max(factor.shift, 0), factor.multiplier)
    return slow.by_power(high, min(factor.shift, 0))


def table(kind: str, given: Quantization, made: Quantization, **attributes: Any) -> list[int]:
    found = lookup.lookup_table(kind, attributes, given, made)
    assert (found.dtype, found.shape, found.flags.writeable) == (np.int8, (256,), False)
    return [int(value) for value in found]


def each(given: Quantization, result: Callable[[int], int]) -> list[int]:
    return [limited(result(stored - given.zero_point)) for stored in range(-128, 128)]


CASES = [(0.02, -128, 0.02, -100), (0.05, 3, 0.031, -7), (1.7, 127, 0.9, 20), (0.3, 0, 4.1, 5), (1e-4, -2, 2e-5, 0)]
"""Scale and zero point of input and output."""


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH"])
def test_curves(kind: str, case: tuple[float, int, float, int]) -> None:
    given = quantization(*case[:2])
    factor = quantize_multiplier(given.scale * 2**27)
    radius = math.floor(15 * 2.0**27 / 2.0**factor.shift)
    assert lookup.input_factor(given.scale, 4) == (factor, radius)

    def result(value: int) -> int:
        if abs(value) >= radius:
            return -128 if value < 0 else 127
        raw = rescaled(value, factor)
        return (
            slow.by_power(slow.logistic(raw, 4), -23) - 128
            if kind == "LOGISTIC"
            else slow.by_power(slow.tanh(raw, 4), -24)
        )

    assert table(kind, given, given) == each(given, result)


@pytest.mark.parametrize(
    ("bits", "shift", "radius"), [(4, 0, 15 << 27), (5, 25, 62), (4, 27, 15), (4, 28, 7), (4, 24, 120)]
)
def test_radii(bits: int, shift: int, radius: int) -> None:
    assert lookup.input_radius(bits, shift) == radius


@pytest.mark.parametrize(
    "case", [(0.02, -128, 0.02, -128), (0.5, -100, 0.011, -90), (2.0, 100, 0.1, -128), (1e-4, -1, 1.5, 3)]
)
def test_inverse_roots(case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])
    factor = quantize_multiplier(1.0 / float(np.sqrt(F(given.scale)) * F(made.scale)))
    assert lookup.rsqrt_factor(given, made) == factor

    def result(value: int) -> int:
        if value <= 0:
            return 127
        multiplier, right = slow.inverse_square_root(value)
        root = rescaled(1, Multiplier(multiplier, 20 - right))
        return rescaled(root, Multiplier(factor.multiplier, factor.shift - 20)) + made.zero_point

    assert table("RSQRT", given, made) == each(given, result)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("kind", "low", "high"), [("RELU", 0.0, None), ("RELU6", 0.0, 6.0), ("RELU_N1_TO_1", -1.0, 1.0)]
)
def test_clamps(kind: str, low: float, high: float | None, case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])
    factor = quantize_multiplier(float(F(given.scale) / F(made.scale)))

    def stored(real: float) -> int:
        quotient = float(F(real) / F(made.scale))
        return made.zero_point + math.floor(abs(quotient) + 0.5) * (-1 if quotient < 0 else 1)

    least, most = max(-128, stored(low)), 127 if high is None else min(127, stored(high))
    assert table(kind, given, made) == each(
        given, lambda v: min(max(rescaled(v, factor) + made.zero_point, least), most)
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("alpha", [0.2, -0.7, 3.0])
def test_leaky_slopes(alpha: float, case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])
    one = quantize_multiplier(float(F(given.scale) / F(made.scale)))
    slope = quantize_multiplier(float(F(given.scale) * F(abs(alpha)) / F(made.scale)))

    def result(value: int) -> int:
        scaled = rescaled(value, one) if value >= 0 else rescaled(value, slope) * (-1 if alpha < 0 else 1)
        return scaled + made.zero_point

    assert table("LEAKY_RELU", given, made, alpha=alpha) == each(given, result)


@pytest.mark.parametrize("case", CASES)
def test_requantization_and_absolute_values(case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])
    factor = quantize_multiplier(given.scale / made.scale)
    assert table("QUANTIZE", given, made) == each(given, lambda v: rescaled(v, factor) + made.zero_point)
    factor = quantize_multiplier(float(F(given.scale) / F(made.scale)))
    same = given.scale == made.scale
    assert table("ABS", given, made) == each(
        given, lambda v: (abs(v) if same else rescaled(abs(v), factor)) + made.zero_point
    )


@pytest.mark.parametrize("case", CASES)
def test_negation_in_float32(case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])

    def result(value: int) -> int:
        quotient = float(F(-F(given.scale * value)) / F(made.scale))
        return math.floor(abs(quotient) + 0.5) * (-1 if quotient < 0 else 1) + made.zero_point

    assert table("FLOAT_FUNCTION", given, made, steps=(FloatStep("NEG", (0,)),)) == each(given, result)


def test_negation_of_bytes_leaves_the_lowest() -> None:
    both = quantization(0.1, 0)
    assert table("NEG", both, both) == [-128, *range(127, -128, -1)]


SWISH = [
    (0.02, -128, 0.02, -100),
    (0.05, 3, 0.031, -7),
    (0.2, 100, 0.9, 20),
    (3.0, 0, 4.1, 5),
    (1e-3, -2, 2e-3, 0),
    (9.0, 5, 9.0, 5),
]


@pytest.mark.parametrize("case", SWISH)
def test_hard_swish(case: tuple[float, int, float, int]) -> None:
    given, made = quantization(*case[:2]), quantization(*case[2:])
    fine = F(1 / 128) * F(given.scale)
    to_out = quantize_multiplier(float(fine / F(made.scale)))
    to_clip = quantize_multiplier(float(fine / (F(3) / F(32768))))
    assert lookup.hard_swish_factors(given, made) == (to_out, to_clip)

    def int16(value: int) -> int:
        return min(max(value, -(1 << 15)), (1 << 15) - 1)

    def high(a: int, factor: Multiplier) -> int:
        return math.floor(a * min((factor.multiplier + 32768) >> 16, 32767) / 32768 + 0.5)

    def result(value: int) -> int:
        large = value * 128
        clip = large
        if to_clip.shift > 0:
            clip = int16(clip << (to_clip.shift - 1))
        clip = high(clip, to_clip)
        clip = int16(2 * clip) if to_clip.shift > 0 else slow.by_power(clip, to_clip.shift)
        product = ((clip + 32768) >> 1) * high(large, to_out)
        truncated = abs(product) // 32768 * (1 if product >= 0 else -1)
        return slow.by_power(truncated, to_out.shift) + made.zero_point

    assert table("HARD_SWISH", given, made) == each(given, result)


@pytest.mark.parametrize(("beta", "scale"), [(1.0, 0.05), (0.7, 0.3), (2.0, 4.0), (1.0, 1e-4), (1.0, 1e6)])
def test_softmax(beta: float, scale: float) -> None:
    real = min(beta * scale * 2**26, 2.0**31 - 1)
    factor = quantize_multiplier(real)
    largest = min(math.floor(31 * 2.0**26 / 2.0**factor.shift), 255)
    made = softmax.softmax_table(beta, scale)
    exponentials = [slow.exponential(rescaled(-d, factor), 5) if d <= largest else 0 for d in range(256)]
    assert (made.factor, made.largest_difference, made.exponentials.tolist()) == (factor, largest, exponentials)
    assert (made.exponentials.dtype, made.exponentials.flags.writeable) == (np.int32, False)
    rng = np.random.default_rng(1)
    rows = rng.integers(-128, 128, (20, 5)).astype(np.int8)
    rows[0] = rows[0, 0]
    found = softmax.softmax(rows, made)
    assert found.dtype == np.int8
    for row, result in zip(rows.tolist(), found.tolist(), strict=True):
        given = [max(row) - value for value in row]
        total = sum(slow.by_power(exponentials[d], -12) for d in given if d <= largest)
        zeros = 32 - total.bit_length()
        share = slow.by_power(slow.twice_reciprocal((total << zeros) - 2**31), 1)
        expected = [slow.by_power(slow.times(exponentials[d], share), -(12 - zeros + 23)) - 128 for d in given]
        assert result == [limited(value) for value in expected]
