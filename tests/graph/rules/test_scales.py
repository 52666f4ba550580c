"""Rules about scales by themselves: the last that is taken, the first that is refused, the sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.graph.ir import Graph, Quantization, Tensor
from edgeunet.graph.rules import ranges
from edgeunet.graph.rules.operands import Subject
from tests.rigs.subjects import AGAIN, S, shaped, subject, tensor, weighted


def scaled(
    rule: Any, given: tuple[float, int], made: tuple[float, int], dtype: str = "int8", **attributes: Any
) -> str | None:
    tensors = (tensor(scale=given[0], zero=given[1], dtype=dtype), tensor(scale=made[0], zero=made[1]))
    found: str | None = rule(subject("ANY", *tensors, **attributes))
    return found


def test_outputs_of_curves() -> None:
    rule = ranges.probability_output
    assert scaled(rule, (1.0, 0), (1 / 256, -128)) is None
    sentence = "its output has scale {} and zero point {}, not 1/256, -128; quantize again"
    assert scaled(rule, (1.0, 0), (1 / 256, -127)) == sentence.format("0.00390625", -127)
    assert scaled(rule, (1.0, 0), (0.5, -128)) == sentence.format("0.5", -128)
    rule = ranges.symmetric_unit_output
    assert scaled(rule, (1.0, 0), (1 / 128, 0)) is None
    sentence = "its output has scale {} and zero point {}, not 1/128 and 0; quantize again"
    assert scaled(rule, (1.0, 0), (1 / 128, 1)) == sentence.format("0.0078125", 1)
    assert scaled(rule, (1.0, 0), (0.5, 0)) == sentence.format("0.5", 0)


def test_inputs_of_curves() -> None:
    def found(scale: float) -> str | None:
        return scaled(ranges.curve_input, (scale, 0), (1.0, 0))

    sentence = "its input has scale {}, outside 2**-28 to 8" + AGAIN
    assert found(2.0**-28) is None
    assert found(2.0**-29) == sentence.format("1.86e-09")
    assert found(7.999) is None
    assert found(8.0) == sentence.format("8")


@pytest.mark.parametrize(("depth", "taken"), [(511, True), (512, False)])
def test_classes(depth: int, taken: bool) -> None:
    sentence = "it has 512 classes and 511 fit; leave it out (the largest class is the same)"
    assert shaped(ranges.softmax_depth, (1, 1, 1, depth), (1, 1, 1, depth)) == (None if taken else sentence)


def test_inputs_of_softmax() -> None:
    assert scaled(ranges.softmax_input, (2.0**-26, 0), (1.0, 0), beta=1.01) is None
    assert (
        scaled(ranges.softmax_input, (2.0**-26, 0), (1.0, 0), beta=1.0)
        == "its input has scale 1.49e-08, under 2**-26" + AGAIN
    )


def two(rule: Any, kind: str, first: float, second: float, made: float) -> str | None:
    found: str | None = rule(subject(kind, tensor(scale=first), tensor(scale=second), tensor(scale=made)))
    return found


@pytest.mark.parametrize(("kind", "limit"), [("ADD", -19), ("SUB", -19), ("SQUARED_DIFFERENCE", -12)])
def test_scales_of_sums(kind: str, limit: int) -> None:
    sentence = "scales 1 and 0.5 are too far from the output's" + AGAIN
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**limit * 1.001) is None
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**limit * 0.999) == sentence
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**40) == sentence


def test_scales_of_products() -> None:
    assert two(ranges.product_scales, "MUL", 2.0, 4.0, 2.0**-11 * 1.001) is None
    assert (
        two(ranges.product_scales, "MUL", 2.0, 4.0, 2.0**-11) == "scales 2 and 4 are too far from the output's" + AGAIN
    )


def test_ratios_of_scales() -> None:
    rule, sentence = ranges.ratio_of_scales, "its scales {} and 1 are too far apart" + AGAIN
    assert scaled(rule, (2.0**22 - 1, 0), (1.0, 0)) is None
    assert scaled(rule, (2.0**22, 0), (1.0, 0)) == sentence.format("4.19e+06")
    assert scaled(rule, (2.0**21, 0), (1.0, 0), alpha=-2.0) == sentence.format("2.1e+06")
    assert scaled(rule, (2.0**21, 0), (1.0, 0), alpha=0.1) is None
    assert scaled(rule, (2.0**22, 0), (1.0, 0), alpha=0.1) is not None
    assert scaled(rule, (2.0**22, 0), (2.0, 0)) is None
    rule = ranges.ratio_of_scales_of_integers
    assert scaled(rule, (2.0**22, 0), (1.0, 0)) == sentence.format("4.19e+06")
    assert scaled(rule, (2.0**22, 0), (1.0, 0), dtype="float32") is None


def test_scales_of_hard_swish() -> None:
    sentence = "its input and output scales are too far apart" + AGAIN
    assert scaled(ranges.swish_scales, (127.9, 0), (1.0, 0)) is None
    assert scaled(ranges.swish_scales, (128.0, 0), (1.0, 0)) == sentence
    assert scaled(ranges.swish_scales, (2.0**-8, 0), (1.0, 0)) is None
    assert scaled(ranges.swish_scales, (2.0**-10, 0), (1.0, 0)) == sentence


def averaged(count: int, given: float, made: float) -> str | None:
    one, two_ = tensor((1, 1, count, 4), given), tensor((1, 1, 1, 4), made)
    found: str | None = ranges.averaged_range(subject("MEAN", one, two_, axes=(2,)))
    return found


def test_averages() -> None:
    assert averaged(7, 1.0, 1.0) is None
    assert averaged(1, 2.0**19, 1.0) is None
    assert averaged(3, 2.0**23, 2.0) == "it sums 3 values scaled by 4.19e+06: over int32; average in two steps"
    assert averaged(1, 2.0**22, 1.0) == "it sums 1 values scaled by 4.19e+06: over int32; average in two steps"
    most = ((1 << 31) - 1) // 255
    assert averaged(most, 1.0, 1.0) is None
    assert averaged(most + 1, 1.0, 1.0) == f"it sums {most + 1} values scaled by 1: over int32; average in two steps"


def test_averages_shifted_left_and_far_right() -> None:
    """The shift is at most 20, where eight values of 255 just fit, and at least -31."""
    assert averaged(8, 2.0**22, 1.0) is None
    assert averaged(16, 2.0**24, 1.0) == "it sums 16 values scaled by 1.68e+07: over int32; average in two steps"
    assert averaged(1, 2.0**-32, 1.0) is None
    assert averaged(1, 2.0**20, 1.0) == "it sums 1 values scaled by 1.05e+06: over int32; average in two steps"


def test_scales_of_roots() -> None:
    """Input scale 1: the factor is one over the output's scale; its shift is one more than its logarithm."""
    sentence = "its input and output scales are too far apart" + AGAIN
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**-29, 0)) is None
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**-30, 0)) == sentence
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**12, 0)) is None
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**13, 0)) == sentence


def test_scales_of_biases() -> None:
    """Products have the scale 0.25, the output 0.5: two hundredths of that are 0.01."""

    def found(scale: float | None, several: bool = False) -> str | None:
        made = weighted("FULLY_CONNECTED", S, (5, 4), (1, 2, 6, 5), tensor((5,), scale, dtype="int32"))
        if several:
            tensors = list(made.graph.tensors)
            tensors[1] = Tensor("w", (5, 4), "int8", Quantization((0.5, 0.5), (0, 0)), tensors[1].data)
            made = Subject(made.op, Graph("n", tuple(tensors), (), (), (), ""))
        return ranges.bias_scale(made)

    sentence = "its bias has scale {} where the products have 0.25" + AGAIN
    assert [found(scale) for scale in (0.25, 0.259, 0.241)] == [None] * 3
    assert found(0.261) == sentence.format("0.261")
    assert found(0.239) == sentence.format("0.239")
    assert found(None) == sentence.format("0")
    assert found(9.0, several=True) is None
    assert ranges.bias_scale(weighted("FULLY_CONNECTED", S, (5, 4), (1, 2, 6, 5))) is None


def test_accumulators_are_bounded_channel_by_channel() -> None:
    """Weights of one and a bias near the limit, in the second channel; 128 is the largest stored distance from zero."""
    limit = (1 << 31) - 1 - 4 * 128
    for kind, weights, terms in (("CONV_2D", (2, 1, 1, 4), 4), ("DEPTHWISE_CONV_2D", (1, 2, 2, 2), 4)):
        assert terms == 4
        for more in (0, 1):
            bias = tensor((2,), dtype="int32", data=np.array([0, -limit - more], np.int32))
            found = ranges.accumulator_range(weighted(kind, S, weights, (1, 2, 6, 2), bias))
            sentence = f"channel 1 may sum up to {1 << 31}, scaled by 0.5: over int32; quantize again"
            assert found == (sentence if more else None)
