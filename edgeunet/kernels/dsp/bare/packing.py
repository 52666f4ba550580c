"""Packing for the kernels without scratch memory (``eu_bare.c``): four output channels at a time.

The weights of two channels share 16 bits: ``256 * second + first``. ``SXTB16`` takes the first out of them, and the
sums tell the second's apart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.dsp.scaling import Weighted, flat_weights, folded_bias, one_multiplies, scaled_offsets
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.program.convolutions import Int32Array

_LARGEST_INPUT = 128


def quad_starts(outputs: int) -> list[int]:
    """The first channel of each quad; a last one of fewer channels overlaps the one before."""
    return [min(n, outputs - GROUP) for n in range(0, outputs, GROUP)]


def shares(conv: Weighted) -> bool:
    """Whether every two channels' weights fit 16 bits together, and 256 times a sum fits 32."""
    flat = flat_weights(conv).astype(np.int64)
    if flat.shape[0] < GROUP or flat.shape[1] % GROUP:
        return False
    sums = _LARGEST_INPUT * np.abs(flat).sum(axis=1)
    return bool(sums.max() < 1 << 23 and min(int(_shared(conv, n).min()) for n in quad_starts(len(flat))) >= -(1 << 15))


def pack_scaled(conv: Weighted, lift: int, with_bias: bool = True) -> tuple[Int32Array, int]:
    """Per quad weights, multipliers and offsets (the biases come first unless they are in the offsets); ``2^shift``."""
    ones, offsets = one_multiplies(conv), scaled_offsets(conv, lift, with_bias)
    assert ones is not None
    assert offsets is not None
    rows = [[one.multiplier for one in ones], list(offsets.values)]
    if not with_bias:
        rows.insert(0, folded_bias(conv).tolist())
    columns = np.array(rows, np.int64)
    return _packed(conv, lambda n: columns[:, n : n + GROUP].reshape(-1)), 1 << offsets.shift


def pack_rounded(conv: Weighted) -> tuple[Int32Array, int]:
    """Per quad weights, then per channel multiplier and ``64 * bias + shift - 1``; ``2 * zero_point + 1``."""
    r = conv.requantization
    words = 64 * folded_bias(conv).astype(np.int64) - r.shifts.astype(np.int64) - 1
    rows = np.stack([r.multipliers.astype(np.int64), words], axis=1)
    return _packed(conv, lambda n: rows[n : n + GROUP].reshape(-1)), 2 * r.zero_point + 1


def _shared(conv: Weighted, first: int) -> NDArray[np.int64]:
    """``(2, inputs)``: two channels of the quad that begins with ``first`` in each number."""
    quad = flat_weights(conv)[first : first + GROUP].astype(np.int64)
    return 256 * quad[1::2] + quad[::2]


def _packed(conv: Weighted, constants: Callable[[int], NDArray[np.int64]]) -> Int32Array:
    """Per group of four inputs: inputs (0, 2) and (1, 3) of two channels, the same of the other two."""
    parts = []
    for first in quad_starts(flat_weights(conv).shape[0]):
        halves = _shared(conv, first).astype("<i2").reshape(2, -1, 2, 2)  # channels, group, k / 2, k % 2
        words = np.ascontiguousarray(halves.transpose(1, 0, 3, 2))
        parts += [np.frombuffer(words.tobytes(), "<i4").astype(np.int32), constants(first).astype(np.int32)]
    return np.concatenate(parts)
