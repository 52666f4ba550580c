"""Two channels' weights in 16 bits: what is packed gives both back, up to the largest sums that are accepted."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.kernels.dsp.bare import packing as bare
from edgeunet.kernels.dsp.scaling import flat_weights
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.program.convolutions import Conv, Requantization

CONSTANTS = 2 * GROUP


def convolution(weights: np.ndarray) -> Conv:
    outputs = len(weights)
    scaling = Requantization(np.full(outputs, 1 << 30, np.int32), np.full(outputs, -9, np.int8), 3, -128, 127)
    return Conv(weights[:, None, :].astype(np.int8), np.arange(outputs, dtype=np.int32), -5, scaling)


def sums(words: np.ndarray, inputs: np.ndarray) -> list[int]:
    """What the kernel adds up, wrapped to 32 bits as it is there."""
    halves = words.view("<i2").reshape(-1, 2, 2, 2)  # group, channels, k % 2, k / 2
    x = inputs.reshape(-1, 1, 2, 2).transpose(0, 1, 3, 2).astype(np.int64)
    found = []
    for pair in range(2):
        both = halves[:, pair : pair + 1].astype(np.int64)
        first = (x * both.astype(np.int8)).sum()
        apart = np.int64(x.reshape(-1) @ both.reshape(-1) - first).astype(np.int32)
        found += [int(first), int(apart) >> 8]
    return found


@pytest.mark.parametrize("outputs", [4, 5, 7, 12])
def test_both_sums_come_out_of_one_word(outputs: int) -> None:
    rng = np.random.default_rng(outputs)
    conv = convolution(rng.integers(-127, 128, (outputs, 24)))
    assert bare.shares(conv)
    words, _ = bare.pack_rounded(conv)
    inputs = rng.integers(-128, 128, 24)
    quads = words.reshape(-(-outputs // GROUP), -1)[:, :-CONSTANTS]
    for start, quad in zip(bare.quad_starts(outputs), quads, strict=True):
        assert (
            sums(np.ascontiguousarray(quad), inputs) == (flat_weights(conv).astype(int) @ inputs)[start:][:4].tolist()
        )


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_largest_sums_that_are_accepted_do_not_wrap(sign: int) -> None:
    conv = convolution(np.full((4, 516), sign * 127))
    assert bare.shares(conv)
    words, _ = bare.pack_rounded(conv)
    assert sums(words[:-CONSTANTS], np.full(516, -128)) == [-128 * 127 * 516 * sign] * 4
    assert not bare.shares(convolution(np.full((4, 520), sign * 127)))


def test_what_does_not_fit_16_bits_or_whole_groups_is_refused() -> None:
    weights = np.zeros((4, 8), int)
    assert bare.shares(convolution(weights))
    weights[:2, 3] = -1, -128
    assert not bare.shares(convolution(weights))
    weights[:2, 3] = -128, -1
    assert bare.shares(convolution(weights))
    assert not bare.shares(convolution(weights[:3]))
    assert not bare.shares(convolution(weights[:, :6]))
