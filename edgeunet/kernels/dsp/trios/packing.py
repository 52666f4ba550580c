"""Packing for the kernels by three rows of two channels (``eu_trios.c``): weights as in ``eu_panels.c``, but the taps
of two inputs after each other."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.dsp.panels.packing import TOGETHER, high_constants, paired, shared
from edgeunet.kernels.dsp.scaling import Weighted
from edgeunet.program.convolutions import ConvSum, Int32Array


def pack(conv: Weighted) -> tuple[Int32Array, int]:
    """Per two channels, of each signal and each two inputs the taps; constants as of ``eu_panels``; offset."""
    constants, scale = high_constants(conv)
    parts = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    ends = np.cumsum([w[0].size for w in parts])
    words = [
        _taps_together(part, w.shape[1])
        for part, w in zip(np.split(shared(conv), ends[:-1], axis=1), parts, strict=True)
    ]
    return paired(np.concatenate(words, axis=1), constants), scale


def _taps_together(weights: np.ndarray, taps: int) -> Int32Array:
    """Words of inputs (k, k + 2), of ``weights (out / 2, taps * in)`` in 16 bits: group, k, tap."""
    halves = weights.astype("<i2").reshape(len(weights), taps, -1, TOGETHER, TOGETHER)  # channels, tap, group, k/2, k%2
    ordered = np.ascontiguousarray(halves.transpose(0, 2, 4, 1, 3))
    words: Int32Array = np.frombuffer(ordered.tobytes(), "<i4").reshape(len(weights), -1)
    return words
