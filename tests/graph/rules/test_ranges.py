"""Limits of scales and accumulators, each at the last value that is taken and the first that is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from tests.networks.tflite_writer import ModelWriter

S = (1, 1, 6, 4)
MOST = (1 << 31) - 1


def fully_connected(weight: int, bias: int, zero_point: int, out_scale: float = 1.0) -> bytes:
    """One output of one input: its accumulator reaches ``|bias| + |weight| * largest |x - zero_point|``."""
    writer = ModelWriter()
    x = writer.tensor((1, 1), "int8", 0.5, zero_point)
    weights = writer.tensor((1, 1), "int8", 0.5, data=np.array([[weight]], np.int8))
    biases = writer.tensor((1,), "int32", 0.25, data=np.array([bias], np.int32))
    y = writer.tensor((1, 1), "int8", out_scale, name="net/head/MatMul")
    return writer.build([x], [writer.op("FULLY_CONNECTED", [x, weights, biases], y)])


@pytest.mark.parametrize(("zero_point", "largest"), [(0, 128), (1, 129), (-1, 128), (-2, 129), (127, 255), (-128, 255)])
@pytest.mark.parametrize(("weight", "sign"), [(1, 1), (-3, -1)])
def test_an_accumulator_of_int32_is_taken_and_one_more_refused(
    zero_point: int, largest: int, weight: int, sign: int
) -> None:
    room = MOST - abs(weight) * largest
    assert len(read_tflite(fully_connected(weight, sign * room, zero_point)).ops) == 1
    with pytest.raises(UnsupportedOpError, match=f"'head': channel 0 may sum up to {1 << 31}, scaled by 0.25: over"):
        read_tflite(fully_connected(weight, sign * (room + 1), zero_point))


def test_the_left_shift_of_the_requantization_counts() -> None:
    """A factor of 0.25 / 2**-5 is 8 = 2**4 / 2: the accumulator is shifted left by 4 first."""
    room = (MOST >> 4) - 128
    assert len(read_tflite(fully_connected(1, room, 0, 2.0**-5)).ops) == 1
    with pytest.raises(UnsupportedOpError, match=f"may sum up to {(MOST >> 4) + 1}, scaled by 8: over int32"):
        read_tflite(fully_connected(1, room + 1, 0, 2.0**-5))


@pytest.mark.parametrize("scale", [2.0**60, 2.0**-60])
def test_scales_to_2_to_the_60_are_taken_and_beyond_refused(one_operator: Any, scale: float) -> None:
    assert len(read_tflite(one_operator("RELU", S, S, (scale, 0))).ops) == 1
    beyond = scale / 2 if scale < 1 else scale * 2
    with pytest.raises(UnsupportedOpError, match=rf"has scale {beyond:.3g}; quantize".replace("+", r"\+")):
        read_tflite(one_operator("RELU", S, S, (beyond, 0)))


def scaled_weights(scales: list[float]) -> bytes:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, 1), "int8", 2.0**-60)
    weights = writer.tensor((2, 1, 1, 1), "int8", scales, data=np.ones((2, 1, 1, 1), np.int8))
    y = writer.tensor((1, 1, 6, 2), "int8", 2.0, name="net/mix/Conv2D")
    return writer.build([x], [writer.op("CONV_2D", [x, weights], y, strideH=1, strideW=1)])


def test_scales_of_weights_to_2_to_the_60_are_taken_and_beyond_refused() -> None:
    assert len(read_tflite(scaled_weights([1.0, 2.0**60])).ops) == 1
    with pytest.raises(UnsupportedOpError, match=r"'mix': its weights have scale 2.31e\+18; quantize the model again"):
        read_tflite(scaled_weights([1.0, 2.0**61]))


def test_bytes_are_copied_where_scales_agree_to_one_in_a_million(one_operator: Any) -> None:
    for ratio, taken in ((1 + 8e-7, True), (1 - 8e-7, True), (1 + 1.3e-6, False), (1 - 1.3e-6, False)):
        model = one_operator("RESHAPE", S, (1, 24), (0.5 * ratio, 3), (0.5, 3))
        if taken:
            assert [op.kind for op in read_tflite(model).ops] == ["RESHAPE"]
        else:
            with pytest.raises(UnsupportedOpError, match=r"differ from the output's 0\.5 and 3; quantize"):
                read_tflite(model)
