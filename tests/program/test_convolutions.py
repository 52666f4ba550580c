"""Parameters of convolutions: biases with the zero point folded in and bounds of sums, against sums written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.program.convolutions import (
    INT32_LIMIT,
    Conv,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    Depthwise2d,
    DepthwiseUpsampled,
    Image,
    Requantization,
    largest_input,
)
from edgeunet.program.parameters import Add, AveragePool, Copy, Table
from tests.rigs.dataclasses_of import classes_of, compared_by_identity, dataclasses_of, thawed

SCALING = Requantization(np.array([5, 7], np.int32), np.array([-1, 2], np.int8), 3, -100, 90)
BIAS = np.array([1000, -77], np.int32)
ZERO_POINT = -5


def weights(*shape: int, low: int = -128, high: int = 128, dtype: type = np.int8) -> Any:
    return np.random.default_rng(sum(shape)).integers(low, high, shape).astype(dtype)


def sums(per_output: list[list[int]]) -> tuple[list[int], list[int]]:
    """Folded bias and bound of outputs with these weights, one multiplication after the other."""
    folded = [int(BIAS[n]) - sum(ZERO_POINT * w for w in row) for n, row in enumerate(per_output)]
    bounds = [abs(folded[n]) + sum(128 * abs(w) for w in row) for n, row in enumerate(per_output)]
    return folded, bounds


def test_a_convolution() -> None:
    conv = Conv(weights(2, 3, 4), BIAS, ZERO_POINT, SCALING)
    folded, bounds = sums([[int(w) for w in conv.weights[n].ravel()] for n in range(2)])
    assert conv.folded_bias.tolist() == folded
    assert conv.accumulator_bound.tolist() == bounds
    assert conv.folded_bias.dtype == np.int32
    assert (conv.stride, conv.dilation) == (1, 1)


def test_a_convolution_over_two_signals() -> None:
    a, b = weights(2, 1, 4), weights(2, 3, 5)
    conv = ConvSum((a, b), BIAS, ZERO_POINT, SCALING)
    folded, bounds = sums([[int(w) for part in (a, b) for w in part[n].ravel()] for n in range(2)])
    assert conv.folded_bias.tolist() == folded
    assert conv.accumulator_bound.tolist() == bounds
    assert (conv.repeat, conv.stride, conv.dilation) == (1, 1, 1)


def test_a_depthwise_convolution() -> None:
    conv = Depthwise(weights(5, 2), BIAS, ZERO_POINT, SCALING)
    folded, bounds = sums([[int(w) for w in conv.weights[:, n]] for n in range(2)])
    assert conv.folded_bias.tolist() == folded
    assert conv.accumulator_bound.tolist() == bounds
    assert (conv.repeat, conv.stride, conv.dilation) == (1, 1, 1)


@pytest.mark.parametrize("other", [None, weights(2, 3, 2)])
def test_a_convolution_at_the_low_rate_is_bounded_by_its_largest_phase(other: Any) -> None:
    """Weights that sum to the same in every phase, the second of which has the larger magnitudes."""
    first = weights(2, 3, 4, low=-200, high=200, dtype=np.int16)
    second = first.copy()
    second[:, 0, 0] += 500
    second[:, 0, 1] -= 500
    conv = ConvUpsampled(np.stack([first, second]), BIAS, ZERO_POINT, SCALING, (0, 1), other=other)
    beside = [[] if other is None else [int(w) for w in other[n].ravel()] for n in range(2)]
    phases = [sums([[*(int(w) for w in part[n].ravel()), *beside[n]] for n in range(2)]) for part in (first, second)]
    assert conv.folded_bias.tolist() == phases[0][0] == phases[1][0]
    assert conv.accumulator_bound.tolist() == [max(phases[0][1][n], phases[1][1][n]) for n in range(2)]
    assert conv.accumulator_bound.tolist() == phases[1][1]
    assert (conv.dilation, conv.other_stride, conv.other_dilation) == (1, 1, 1)


def test_a_depthwise_convolution_at_the_low_rate_is_bounded_by_its_largest_phase() -> None:
    first = weights(4, 2, low=-200, high=200, dtype=np.int16)
    second = first.copy()
    second[0] += 500
    second[1] -= 500
    conv = DepthwiseUpsampled(np.stack([first, second]), BIAS, ZERO_POINT, SCALING, (0, 1))
    phases = [sums([[int(w) for w in part[:, n]] for n in range(2)]) for part in (first, second)]
    assert conv.folded_bias.tolist() == phases[0][0]
    assert conv.accumulator_bound.tolist() == [max(phases[0][1][n], phases[1][1][n]) for n in range(2)]
    assert conv.accumulator_bound.tolist() != phases[0][1]
    assert (conv.repeat, conv.dilation, conv.window, conv.base) == (1, 1, None, 0)


def test_a_single_phase_is_all_there_is() -> None:
    """A window whose stride is the factor of the upsampling."""
    given = weights(2, 3, 4, dtype=np.int16)
    conv = ConvUpsampled(given[None], BIAS, ZERO_POINT, SCALING, (0,))
    assert conv.folded_bias.tolist() == sums([[int(w) for w in given[n].ravel()] for n in range(2)])[0]
    depthwise = DepthwiseUpsampled(given[None, :, :, 0].transpose(0, 2, 1), BIAS, ZERO_POINT, SCALING, (0,))
    assert depthwise.folded_bias.tolist() == sums([[int(w) for w in given[n, :, 0]] for n in range(2)])[0]


def test_biases_fold_modulo_int32_and_bounds_do_not() -> None:
    given = np.array([[[127, 1]], [[-3, 2]]], np.int8)
    conv = Conv(given, np.array([-(1 << 31), 5], np.int32), 1, SCALING)
    assert conv.folded_bias.tolist() == [(1 << 31) - 128, 6]
    assert conv.accumulator_bound.tolist() == [(1 << 31) + 128 + 128 * 128, 6 + 128 * 5]
    assert INT32_LIMIT == 2147483648


def test_a_requantization_repeated_for_copies_of_its_channels() -> None:
    three = SCALING.repeated(3)
    assert three.multipliers.tolist() == [5, 7, 5, 7, 5, 7]
    assert three.shifts.tolist() == [-1, 2, -1, 2, -1, 2]
    assert (three.zero_point, three.low, three.high) == (3, -100, 90)
    assert (SCALING.relative_low, SCALING.relative_high) == (-103, 87)


def test_what_is_not_said_is_the_plain_case() -> None:
    image = Image(4, 5, 6, 7, 2, 3)
    assert (image.stride_height, image.stride_width, image.dilation_height, image.dilation_width) == (1, 1, 1, 1)
    assert (image.top, image.left) == (0, 0)
    copy = Copy(2, 3, 4)
    assert (copy.in_offset, copy.in_pitch, copy.in_jump) == (0, None, 0)
    assert (copy.out_offset, copy.out_pitch, copy.out_jump) == (0, None, 0)
    assert Add(7, (0, 0), (1, 1), (0, 0), 1, 0, 0, -128, 127).sign == 1
    assert Depthwise2d(image, weights(2, 3, 2), BIAS, 0, SCALING).repeat == 1


def test_nobody_changes_a_program() -> None:
    assert not thawed("edgeunet.program")
    assert [*dataclasses_of("edgeunet.program")] == [*classes_of("edgeunet.program")]
    with pytest.raises(AttributeError):
        AveragePool(2, 2, 0, 8, -128, 127).kernel = 3  # type: ignore[misc]


def test_what_holds_arrays_is_compared_by_identity() -> None:
    """Numbers compare by value; two arrays have no single truth, and two equal nodes are still two."""
    assert compared_by_identity("edgeunet.program") == {
        "Requantization", "Conv", "ConvSum", "Depthwise", "ConvUpsampled", "DepthwiseUpsampled", "Table", "Conv2d",
        "Depthwise2d", "Softmax", "WideSoftmax", "Curve", "Constant", "Node", "Program", "Step", "WeightedSum",
    }  # fmt: skip
    table = Table(np.zeros(256, np.int8))
    assert table != Table(table.values)
    assert len({table, Table(table.values)}) == 2


def test_inputs_are_as_large_as_the_type_that_the_bias_tells() -> None:
    assert largest_input(np.zeros(1, np.int32)) == 128
    assert largest_input(np.zeros(1, np.int64)) == 32768
