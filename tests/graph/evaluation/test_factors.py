"""Factors, averages and indices at their edges, against exact fractions and sources' formulas written out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.evaluation import arithmetic
from edgeunet.graph.evaluation.arithmetic import Multiplier
from edgeunet.graph.evaluation.quantization import channel_factors, quantization_of
from edgeunet.graph.ir import Op, Quantization, Tensor


@pytest.mark.parametrize(("value", "expected"), [(0.5, 1), (-0.5, -1), (1.49, 1), (-1.49, -1), (0.0, 0), (-2.5, -3)])
def test_halves_go_away_from_zero(value: float, expected: int) -> None:
    assert arithmetic.round_half_away(value) == expected


@pytest.mark.parametrize(
    ("real", "multiplier", "shift"),
    [(2.0**-32, 1 << 30, -31), (0.75, 3 << 29, 0), (-0.75, -3 << 29, 0), (-1.0, -1 << 30, 1)],
)
def test_the_smallest_factor_is_kept(real: float, multiplier: int, shift: int) -> None:
    assert arithmetic.quantize_multiplier(real) == Multiplier(multiplier, shift)
    assert arithmetic.quantize_multiplier(real).real == real


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1 << 31, -(1 << 31)), ((1 << 31) - 1, (1 << 31) - 1), ((1 << 33) + 5, 5), (-(1 << 31) - 1, (1 << 31) - 1)],
)
def test_int32_wraps_as_twos_complement(value: int, expected: int) -> None:
    assert int(arithmetic.wrap_int32(value)) == expected


def test_shifts_of_both_signs_and_per_channel() -> None:
    values = np.array([[100, 100, 100], [-7, -7, -7]])
    found = arithmetic.multiply_by_quantized_multiplier(values, np.full(3, 1 << 30), np.array([2, 0, -1]))
    assert found.tolist() == [[200, 50, 25], [-14, -3, -2]]
    assert arithmetic.rescale(100, Multiplier(1 << 30, 2)).tolist() == 200


def test_limits_of_activations_are_quotients_of_float32() -> None:
    """6 over 0.8 as float32 has it (0.800000012) is under 7.5, but float32 arithmetic rounds the quotient to 7.5."""
    scale = float(np.float32(0.8))
    assert 6.0 / scale < 7.5
    assert arithmetic.quantized_float32(6.0, Quantization((scale,), (1,))) == 9
    assert arithmetic.quantized_float32(-1.0, Quantization((2.0,), (10,))) == 9


def test_one_scale_of_weights_counts_for_every_channel() -> None:
    one = Quantization((0.5,), (0,))
    assert arithmetic.convolution_factors(3.0, one, 2.0, 3) == (Multiplier(3 << 29, 0),) * 3
    assert arithmetic.fully_connected_factors(3.0, one, 2.0, 3) == (Multiplier(3 << 29, 0),) * 3


def test_every_scale_of_weights_has_its_factor() -> None:
    several = Quantization((0.5, 1.0, 4.0), (0, 0, 0))
    expected = (Multiplier(3 << 29, 0), Multiplier(3 << 29, 1), Multiplier(3 << 29, 3))
    assert arithmetic.convolution_factors(3.0, several, 2.0, 3) == expected
    assert arithmetic.fully_connected_factors(3.0, several, 2.0, 3) == expected
    two = Quantization((0.5, 4.0), (0, 0))
    assert arithmetic.convolution_factors(3.0, two, 2.0, 2) == expected[::2]
    assert arithmetic.fully_connected_factors(3.0, two, 2.0, 2) == expected[::2]


def test_dense_layers_round_the_product_of_scales_to_float32() -> None:
    scale_in, scale, scale_out = (float(np.float32(x)) for x in (0.1, 0.013, 0.9))
    weights = Quantization((scale,), (0,))
    rounded = float(np.float32(scale_in * scale))
    (found,) = arithmetic.fully_connected_factors(scale_in, weights, scale_out, 1)
    assert found == arithmetic.quantize_multiplier(rounded / scale_out)
    assert found != arithmetic.convolution_factors(scale_in, weights, scale_out, 1)[0]


def tensor(name: str, shape: tuple[int, ...], scale: float | None) -> Tensor:
    return Tensor(name, shape, "int8", None if scale is None else Quantization((scale,), (0,)))


@pytest.mark.parametrize("kind", ["CONV_2D", "FULLY_CONNECTED"])
def test_factors_of_an_operator(kind: str) -> None:
    scales = [float(np.float32(x)) for x in (0.1, 0.013, 0.9)]
    given, weights, out = (tensor(name, (1, 1, 2, 5), scale) for name, scale in zip("xwy", scales, strict=True))
    asked = arithmetic.fully_connected_factors if kind == "FULLY_CONNECTED" else arithmetic.convolution_factors
    found = channel_factors(Op(kind, "layer", (0, 1, -1), (2,)), given, weights, out)
    assert found == asked(scales[0], Quantization((scales[1],), (0,)), scales[2], 5)


def test_a_tensor_without_quantization_is_named() -> None:
    with pytest.raises(GraphError, match=r"^tensor 'x' is not quantized; quantize the model to int8$"):
        quantization_of(tensor("x", (1,), None))
    assert quantization_of(tensor("x", (1,), 0.5)) == Quantization((0.5,), (0,))


@pytest.mark.parametrize("kind", ["ADD", "SUB"])
def test_sums_have_20_bits_of_fraction(kind: str) -> None:
    factors = arithmetic.sum_factors(kind, 0.5, 0.125, 0.75)
    assert factors.left_shift == 20
    assert (factors.first.real, factors.second.real) == (0.5, 0.125)
    assert factors.out == arithmetic.quantize_multiplier(1.0 / (0.75 * 2**20))
    assert arithmetic.sum_factors(kind, 0.125, 0.5, 0.75).out == factors.out


def test_squared_differences_have_7_bits_of_fraction() -> None:
    factors = arithmetic.sum_factors("SQUARED_DIFFERENCE", 0.25, 1.5, 0.75)
    assert factors.left_shift == 7
    assert factors.first == arithmetic.quantize_multiplier(0.25 / 3)
    assert factors.second.real == 0.5
    assert factors.out == arithmetic.quantize_multiplier(9.0 / (0.75 * 2**14))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 100, 1 << 20])
@pytest.mark.parametrize(("scale_in", "scale_out"), [(1.0, 1.0), (0.3, 0.7), (2.0**-20, 1.0), (3.0, 0.01)])
def test_means_divide_in_the_multiplier(count: int, scale_in: float, scale_out: float) -> None:
    found, whole = (
        arithmetic.mean_factor(scale_in, scale_out, count),
        arithmetic.quantize_multiplier(scale_in / scale_out),
    )
    shift = 0
    while 2 ** (shift + 1) <= count and shift < 32 and whole.shift - shift > -31:
        shift += 1
    assert found.shift == whole.shift - shift
    assert found.multiplier == Fraction(whole.multiplier * 2**shift, count).__floor__()


@pytest.mark.parametrize("count", [(1 << 32) - 1, 1 << 32, 1 << 33, 1 << 34])
def test_means_of_very_many_shift_by_32_at_most(count: int) -> None:
    assert arithmetic.mean_factor(4.0, 1.0, count).shift == 3 - min(count.bit_length() - 1, 32)


@pytest.mark.parametrize(
    ("total", "count", "expected"),
    [(5, 2, 3), (-5, 2, -3), (0, 5, 0), (7, 5, 1), (8, 5, 2), (-8, 5, -2), (1, 1, 1), (1, 2, 1), (-1, 3, 0)],
)
def test_averages_at_their_halves(total: int, count: int, expected: int) -> None:
    assert int(arithmetic.rounded_average(total, count)) == expected


@pytest.mark.parametrize(("corners", "centers"), [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("sizes", [(1, 1), (1, 4), (5, 1), (2, 5), (5, 2), (3, 7), (7, 3), (4, 8)])
def test_nearest_indices(sizes: tuple[int, int], corners: bool, centers: bool) -> None:
    size_in, size_out = sizes
    less = 1 if corners and size_out > 1 else 0
    expected = []
    for place in range(size_out):
        position = (np.float32(place) + np.float32(0.5 * centers)) * (
            np.float32(size_in - less) / np.float32(size_out - less)
        )
        nearest = int(np.floor(position + np.float32(0.5))) if corners else int(np.floor(position))
        expected.append(min(nearest, size_in - 1))
    assert arithmetic.nearest_indices(size_in, size_out, corners, centers).tolist() == expected
