"""Packing for the kernels of few rows (``eu_tall.c``): one output channel at a time.

Weights stay as they are, each channel's constants behind them, so that the chain's pointer runs through both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.dsp.scaling import (
    Weighted,
    flat_weights,
    folded_bias,
    one_multiplies,
    scaled_offsets,
)
from edgeunet.kernels.dsp.windows import TALL_ROWS, Runs, split_run
from edgeunet.program.convolutions import Int32Array

LONGEST_PASS = 48
"""Inputs that the chain takes at once."""


def passes(inputs: int) -> Runs:
    """The passes in which the chain goes over a channel's weights."""
    return split_run(inputs, LONGEST_PASS)


def pack_scaled(conv: Weighted, lift: int, with_bias: bool) -> tuple[Int32Array, int]:
    """Per channel weights, multiplier and offset (before them the bias unless it is in the offset); ``2^shift``."""
    ones, offsets = one_multiplies(conv), scaled_offsets(conv, lift, with_bias)
    assert ones is not None
    assert offsets is not None
    columns: list[Sequence[int]] = [[one.multiplier for one in ones], offsets.values]
    if not with_bias:
        columns.insert(0, folded_bias(conv).tolist())
    return _interleaved(conv, columns), 1 << offsets.shift


def pack_rounded(conv: Weighted) -> tuple[Int32Array, int]:
    """Per channel weights, multiplier and ``64 * bias + shift - 1``; ``2 * zero_point + 1``."""
    r = conv.requantization
    words = 64 * folded_bias(conv).astype(np.int64) - r.shifts.astype(np.int64) - 1
    return _interleaved(conv, [r.multipliers.tolist(), words.tolist()]), 2 * r.zero_point + 1


def _interleaved(conv: Weighted, columns: Sequence[Sequence[int]]) -> Int32Array:
    weights = np.ascontiguousarray(flat_weights(conv))
    words: NDArray[np.int32] = np.frombuffer(weights.tobytes(), "<i4").reshape(weights.shape[0], -1).astype(np.int32)
    constants = np.array(columns, np.int64).astype(np.int32).T
    return np.concatenate([words, constants], axis=1).reshape(-1)


def wide_words(inputs: int) -> int:
    """Words of scratch for the widened inputs of four rows."""
    return TALL_ROWS * inputs // 2
