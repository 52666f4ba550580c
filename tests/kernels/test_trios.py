"""Three rows of two channels: words in the loop's order give both channels' sums, blocks leave no row out."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.kernels.dsp.panels.packing import high_constants, shares
from edgeunet.kernels.dsp.trios import packing
from edgeunet.kernels.dsp.trios.rows import TAPS, blocks
from edgeunet.program.convolutions import Conv, ConvSum, Requantization

CONSTANTS = 4
EXPONENT = 8


def scaling(outputs: int) -> Requantization:
    multipliers = np.full(outputs, (1 << 30) + 12345, np.int32)
    return Requantization(multipliers, np.full(outputs, -EXPONENT, np.int8), -128, -128, 127)


def sums(words: np.ndarray, inputs: np.ndarray, taps: int) -> list[int]:
    """What the loop adds up for one row of two channels of ``inputs (taps, channels)``, wrapped to 32 bits."""
    both = words.view("<i2").reshape(-1, 2, taps, 2).astype(np.int64)  # group, k % 2, tap, k / 2
    x = inputs.reshape(taps, -1, 2, 2).transpose(1, 3, 0, 2).astype(np.int64)
    first = int((x * both.astype(np.int8)).sum())
    return [first, int(np.int64((x * both).sum() - first).astype(np.int32)) >> 8]


@pytest.mark.parametrize("taps", TAPS)
@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_words_hold_the_taps_of_two_inputs_after_each_other(taps: int, outputs: int) -> None:
    rng = np.random.default_rng(taps + outputs)
    weights = rng.integers(-127, 128, (outputs, taps, 12)).astype(np.int8)
    conv = Conv(weights, np.arange(outputs, dtype=np.int32), 0, scaling(outputs))
    assert shares(conv)
    words, _ = packing.pack(conv)
    rows = words.reshape(-(-outputs // 2), -1)
    inputs = rng.integers(-128, 128, (taps, 12))
    found = [s for row in rows for s in sums(np.ascontiguousarray(row[:-CONSTANTS]), inputs, taps)]
    assert found[:outputs] == np.einsum("ntc,tc->n", weights.astype(int), inputs).tolist()
    constants, _ = high_constants(conv)
    assert rows[0, -2:].tolist() == constants[0].tolist()


def test_a_second_signal_stands_behind_the_first() -> None:
    rng = np.random.default_rng(3)
    a, b = (rng.integers(-127, 128, (4, 5, channels)).astype(np.int8) for channels in (8, 4))
    one = scaling(4)
    bias = np.zeros(4, np.int32)
    words, _ = packing.pack(ConvSum((a, b), bias, 0, one, 1))
    apart = [packing.pack(Conv(w, bias, 0, one))[0].reshape(2, -1)[:, :-CONSTANTS] for w in (a, b)]
    assert np.array_equal(words.reshape(2, -1)[:, :-CONSTANTS], np.concatenate(apart, axis=1))


@pytest.mark.parametrize("taps", TAPS)
def test_blocks_take_every_row_and_leave_three_or_more(taps: int) -> None:
    for rows in range(3, 80):
        found = blocks(rows, taps)
        assert sum(found) == rows
        assert min(found) >= 3
        assert all(block % 3 == 0 for block in found[:-1])
        assert max(found) + taps - 1 <= 16
