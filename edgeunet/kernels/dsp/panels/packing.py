"""Packing for the kernels by four rows of two channels (``eu_panels.c``).

The weights of two channels share 16 bits, ``256 * second + first``, as in ``eu_bare.c``; each two channels' constants
stand behind their weights, so that the chain's pointer runs through both.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.dsp.scaling import Weighted, flat_weights, folded_bias
from edgeunet.kernels.dsp.windows import GROUP
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
def _shared(conv: Weighted) -> NDArray[np.int64]:
    """``(out / 2, inputs)``: two channels in each number."""
    flat = flat_weights(conv).astype(np.int64)
    whole = np.concatenate([flat, np.zeros((len(flat) % TOGETHER, flat.shape[1]), np.int64)])
    return 256 * whole[1::2] + whole[::2]


@cache
def shares(conv: Weighted) -> bool:
    """Whether every two channels' weights fit 16 bits together, and 256 times a sum fits 32."""
    sums = _LARGEST_INPUT * np.abs(flat_weights(conv).astype(np.int64)).sum(axis=1)
    return bool(sums.max() < 1 << 23 and int(_shared(conv).min()) >= -(1 << 15))


def pack_rounded(conv: Weighted) -> Int32Array:
    """Per two channels weights, then of the second and of the first multiplier and ``64 * bias + shift - 1``."""
    r, shared = conv.requantization, _shared(conv)
    halves = shared.astype("<i2").reshape(len(shared), -1, TOGETHER, TOGETHER)  # channels, group, k / 2, k % 2
    words = np.frombuffer(np.ascontiguousarray(halves.transpose(0, 1, 3, 2)).tobytes(), "<i4").reshape(len(shared), -1)
    constants = np.zeros((TOGETHER * len(shared), 2), np.int64)
    constants[: len(r.multipliers), 0] = r.multipliers
    constants[: len(r.multipliers), 1] = 64 * folded_bias(conv).astype(np.int64) - r.shifts.astype(np.int64) - 1
    swapped = constants.reshape(len(shared), TOGETHER, 2)[:, ::-1].reshape(len(shared), -1)
    packed: Int32Array = np.concatenate([words, swapped], axis=1).astype(np.int32).reshape(-1)
    assert shared.shape[1] % GROUP == 0
    return packed
