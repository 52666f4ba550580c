"""Four rows of two channels: what is packed gives both channels' sums, one product's high word the two roundings."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier
from edgeunet.kernels.dsp.panels import packing as panels
from edgeunet.kernels.dsp.scaling import flat_weights
from edgeunet.kernels.exact import high_word
from edgeunet.program.convolutions import Conv, Requantization

CONSTANTS = 4


def convolution(weights: np.ndarray) -> Conv:
    outputs = len(weights)
    scaling = Requantization(np.full(outputs, 1 << 30, np.int32), np.full(outputs, -9, np.int8), 3, -128, 127)
    return Conv(weights[:, None, :].astype(np.int8), np.arange(outputs, dtype=np.int32), -5, scaling)


def sums(words: np.ndarray, inputs: np.ndarray) -> list[int]:
    """What the kernel adds up for one row of two channels, wrapped to 32 bits as it is there."""
    both = words.view("<i2").reshape(-1, 2, 2).astype(np.int64)  # group, k % 2, k / 2
    x = inputs.reshape(-1, 2, 2).transpose(0, 2, 1).astype(np.int64)
    first = int((x * both.astype(np.int8)).sum())
    apart = int(np.int64((x * both).sum() - first).astype(np.int32))
    return [first, apart >> 8]


@pytest.mark.parametrize("outputs", [1, 2, 5, 12])
def test_both_sums_come_out_of_one_word(outputs: int) -> None:
    rng = np.random.default_rng(outputs)
    conv = convolution(rng.integers(-127, 128, (outputs, 24)))
    assert panels.shares(conv)
    words, _ = panels.pack_rounded(conv)
    inputs = rng.integers(-128, 128, 24)
    pairs = np.ascontiguousarray(words.reshape(-(-outputs // 2), -1)[:, :-CONSTANTS])
    found = [total for pair in pairs for total in sums(pair, inputs)]
    assert found[:outputs] == (flat_weights(conv).astype(int) @ inputs).tolist()
    assert not any(found[outputs:])


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_largest_sums_that_are_accepted_do_not_wrap(sign: int) -> None:
    conv = convolution(np.full((2, 516), sign * 127))
    assert panels.shares(conv)
    words, _ = panels.pack_rounded(conv)
    assert sums(words[:-CONSTANTS], np.full(516, -128)) == [-128 * 127 * 516 * sign] * 2
    assert not panels.shares(convolution(np.full((2, 520), sign * 127)))


def test_what_does_not_fit_16_bits_together_is_refused() -> None:
    weights = np.zeros((2, 8), int)
    weights[:, 3] = -1, -128
    assert not panels.shares(convolution(weights))
    weights[:, 3] = -128, -1
    assert panels.shares(convolution(weights))


def by_high_word(one: high_word.HighWord, acc: np.ndarray, zero_point: int) -> np.ndarray:
    """The kernel's arithmetic, negative accumulators counted as zero."""
    lifted = np.maximum(high_word.SCALE * acc + one.addend, 0)
    assert np.abs(lifted).max() < 1 << 31
    return np.clip(((lifted * one.multiplier >> 32) + high_word.offset(zero_point)) >> high_word.SHIFT, -128, 127)


@pytest.mark.parametrize("exponent", range(high_word.LEAST_EXPONENT, 13))
def test_the_high_word_of_one_product_is_relu_after_two_roundings(exponent: int) -> None:
    rng = np.random.default_rng(exponent)
    largest, found = (1 << 21) - 2, 0
    for multiplier in rng.integers(1 << 30, 1 << 31, 40).tolist():
        zero_point = int(rng.integers(-128, 100))
        one = high_word.fit(multiplier, exponent, 127 - zero_point, -largest, largest)
        if one is None:
            continue
        found += 1
        wanted = np.arange(1, 256) * (1 << 31 << exponent) // multiplier
        near = (wanted[:, None] - (1 << exponent) // 2 + np.arange(-3, 4)).reshape(-1)
        acc = np.concatenate([near, rng.integers(-largest, largest, 3000), np.arange(-600, 600), [-largest, largest]])
        acc = acc[np.abs(acc) <= largest]
        exact = np.clip(multiply_by_quantized_multiplier(acc, multiplier, -exponent) + zero_point, zero_point, 127)
        assert np.array_equal(by_high_word(one, acc, zero_point), exact), (multiplier, zero_point)
    assert found >= (36 if exponent <= 10 else 28)


@pytest.mark.parametrize(
    ("multiplier", "exponent", "largest"),
    [(1 << 30, high_word.LEAST_EXPONENT - 1, 9), (1 << 29, 8, 9), (1 << 30, 8, 1 << 21)],
)
def test_scales_and_sums_that_leave_32_bits_are_refused(multiplier: int, exponent: int, largest: int) -> None:
    assert high_word.fit(1 << 30, 8, 255, -9, 9) is not None
    assert high_word.fit(multiplier, exponent, 255, -largest, largest) is None
