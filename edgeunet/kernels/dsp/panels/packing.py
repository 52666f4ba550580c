"""Packing for the kernels by four rows of two channels (``eu_panels.c``).

The weights of two channels share 16 bits, ``256 * second + first``, as in ``eu_bare.c``; each two channels' constants
stand behind their weights, so that the chain's pointer runs through both.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.dsp.scaling import Weighted, accumulator_range, flat_weights, folded_bias
from edgeunet.kernels.exact import high_word
from edgeunet.kernels.exact.high_word import HighWord
from edgeunet.program.convolutions import Int32Array

TOGETHER = 2
"""Channels done together; the missing one of an odd count has weights of zero."""

PASS_GROUPS = 6
"""Groups of four inputs that the chain takes at once."""

_LARGEST_INPUT = 128


def first_pass(groups: int) -> int:
    """Groups of the first pass over ``groups``: the others take the whole chain."""
    return (groups - 1) % PASS_GROUPS + 1 if groups else 0


@cache
def shared(conv: Weighted) -> NDArray[np.int64]:
    """``(out / 2, inputs)``: two channels in each number."""
    flat = flat_weights(conv).astype(np.int64)
    whole = np.concatenate([flat, np.zeros((len(flat) % TOGETHER, flat.shape[1]), np.int64)])
    both: NDArray[np.int64] = 256 * whole[1::2] + whole[::2]
    return both


@cache
def shares(conv: Weighted) -> bool:
    """Whether every two channels' weights fit 16 bits together, and 256 times a sum fits 32."""
    sums = _LARGEST_INPUT * np.abs(flat_weights(conv).astype(np.int64)).sum(axis=1)
    return bool(sums.max() < 1 << 23 and int(shared(conv).min()) >= -(1 << 15))


@cache
def high_words(conv: Weighted, scale: int = high_word.SCALE) -> tuple[HighWord, ...] | None:
    """The requantization of ``conv`` by one product per channel, or ``None`` where some channel has none."""
    r, found = conv.requantization, []
    for channel, (multiplier, shift) in enumerate(zip(r.multipliers.tolist(), r.shifts.tolist(), strict=True)):
        one = high_word.fit(multiplier, -shift, r.relative_high, *accumulator_range(conv, channel), scale)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def fits_relu(conv: Weighted, scale: int = high_word.SCALE) -> bool:
    """Exactly what RELU leaves of the int8 range."""
    r = conv.requantization
    return r.relative_low == 0 and r.high == 127 and high_words(conv, scale) is not None


def high_constants(conv: Weighted, scale: int = high_word.SCALE) -> tuple[NDArray[np.int64], int]:
    """``(out, 2)``: multiplier and ``scale * bias + addend``; offset."""
    ones = high_words(conv, scale)
    assert ones is not None
    biases = scale * folded_bias(conv).astype(np.int64) + [one.addend for one in ones]
    constants = np.stack([np.array([one.multiplier for one in ones], np.int64), biases], axis=1)
    return constants, high_word.offset(conv.requantization.zero_point)


def pack_high(conv: Weighted) -> tuple[Int32Array, int]:
    """Per two channels weights, then of the second and of the first multiplier and ``1024 * bias + addend``; offset."""
    constants, scale = high_constants(conv)
    return _packed(conv, constants), scale


def pack_rounded(conv: Weighted) -> tuple[Int32Array, int]:
    """Per two channels weights, then of the second and of the first multiplier and ``64 * bias + shift - 1``;
    ``2 * zero_point + 1``."""
    constants, scale = rounded_constants(conv)
    return _packed(conv, constants), scale


def rounded_constants(conv: Weighted) -> tuple[NDArray[np.int64], int]:
    """``(out, 2)``: multiplier and ``64 * bias + shift - 1``; ``2 * zero_point + 1``."""
    r = conv.requantization
    words = 64 * folded_bias(conv).astype(np.int64) - r.shifts.astype(np.int64) - 1
    return np.stack([r.multipliers.astype(np.int64), words], axis=1), 2 * r.zero_point + 1


def _packed(conv: Weighted, constants: NDArray[np.int64]) -> Int32Array:
    """Weights of each two channels, then their constants."""
    both = shared(conv)
    halves = both.astype("<i2").reshape(len(both), -1, TOGETHER, TOGETHER)  # channels, group, k / 2, k % 2
    words = np.frombuffer(np.ascontiguousarray(halves.transpose(0, 1, 3, 2)).tobytes(), "<i4").reshape(len(both), -1)
    return paired(words, constants)


def paired(words: Int32Array, constants: NDArray[np.int64]) -> Int32Array:
    """``words (out / 2, any)`` of each two channels, then their rows of ``constants (out, any)``, the second one's
    first."""
    filled = np.zeros((TOGETHER * len(words), constants.shape[1]), np.int64)
    filled[: len(constants)] = constants
    swapped = filled.reshape(len(words), TOGETHER, -1)[:, ::-1].reshape(len(words), -1)
    packed: Int32Array = np.concatenate([words, swapped], axis=1).astype(np.int32).reshape(-1)
    return packed
