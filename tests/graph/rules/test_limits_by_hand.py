"""Limits of scales that only show where a bound is met exactly, or where nothing but a shift goes too far."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from edgeunet.graph.rules import ranges
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.subjects import AGAIN, subject, tensor

S = (1, 1, 6, 4)


def dense(given: float, weight: int, bias_scale: float, made: float) -> bytes:
    """One output of one input, with weights of scale 1 and a bias of zero."""
    writer = ModelWriter()
    x = writer.tensor((1, 1), "int8", given)
    w = writer.tensor((1, 1), "int8", 1.0, data=np.array([[weight]], np.int8))
    b = writer.tensor((1,), "int32", bias_scale, data=np.zeros(1, np.int32))
    y = writer.tensor((1, 1), "int8", made, name="net/head/MatMul")
    return writer.build([x], [writer.op("FULLY_CONNECTED", [x, w, b], y)])


def test_a_bias_may_differ_by_two_hundredths_of_the_output() -> None:
    assert 1 / 50 == 0.02
    assert len(read_tflite(dense(2.0, 1, 1.0, 50.0)).ops) == 1
    with pytest.raises(UnsupportedOpError, match=r"its bias has scale 0\.996 where the products have 2; quantize"):
        read_tflite(dense(2.0, 1, 0.99609375, 50.0))


def test_scales_a_millionth_apart_are_the_same(one_operator: Any) -> None:
    assert 1e-6 * 1e6 == 1.0
    assert [op.kind for op in read_tflite(one_operator("RESHAPE", S, (1, 24), (1e6 + 1, 3), (1e6, 3))).ops] == [
        "RESHAPE"
    ]
    with pytest.raises(UnsupportedOpError, match="differ from the output's"):
        read_tflite(one_operator("RESHAPE", S, (1, 24), (1e6 + 2, 3), (1e6, 3)))


def test_a_shift_over_thirty_is_refused_even_where_nothing_is_summed() -> None:
    """The shift of a power of two is one more than its logarithm."""
    assert len(read_tflite(dense(1.0, 0, 1.0, 2.0**-29)).ops) == 1
    with pytest.raises(
        UnsupportedOpError, match=r"channel 0 may sum up to 0, scaled by .*: over int32; quantize again"
    ):
        read_tflite(dense(1.0, 0, 1.0, 2.0**-30))


@pytest.mark.parametrize("made", [2.0**power for power in range(-20, 8)])
def test_every_pair_of_scales_of_hard_swish(made: float) -> None:
    """Both factors as fractions of powers of two, by ``frexp``: their exponents are the shifts."""
    for power in range(-25, 20):
        to_out = math.frexp(2.0**power / 128 / made)[1]
        if to_out < -31:
            continue  # no factor at all
        to_clip = math.frexp(2.0**power / 128 / (3 / 2**15))[1]
        fits = -15 <= to_out <= 0 and -15 <= to_clip <= 30
        found = ranges.swish_scales(subject("HARD_SWISH", tensor(scale=2.0**power), tensor(scale=made)))
        assert found == (None if fits else "its input and output scales are too far apart" + AGAIN), power


def test_the_smallest_and_largest_input_of_hard_swish() -> None:
    for power, taken in ((-22, True), (-23, False), (23, True), (24, False)):
        scale = 2.0**power
        found = ranges.swish_scales(subject("HARD_SWISH", tensor(scale=scale), tensor(scale=scale)))
        assert (found is None) is taken, power


def test_an_average_is_bounded_after_its_shift() -> None:
    """31 values: 15 divide the factor, 19 places are left."""

    def average(count: int) -> str | None:
        one, many = tensor((1, 1, 1, 4), 1.0), tensor((1, 1, count, 4), 2.0**22)
        return ranges.averaged_range(subject("MEAN", many, one, axes=(2,)))

    assert average(16) is None
    assert average(31) == "it sums 31 values scaled by 4.19e+06: over int32; average in two steps"
