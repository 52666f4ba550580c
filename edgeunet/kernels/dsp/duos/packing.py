"""How the kernels for int16 values want weights and factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import reduced_multiplier
from edgeunet.program.convolutions import Bias, Int8Array, Int32Array, Requantization

FRACTION = 15
"""Fraction bits of a reduced multiplier."""
CUT = 16
"""Bits that ``smlaw`` cuts off, beyond which one is needed to round."""


def shifts(r: Requantization) -> NDArray[np.int64]:
    """Shift per channel that is left after 16 bits are cut off."""
    left: NDArray[np.int64] = FRACTION - r.shifts.astype(np.int64) - CUT
    return left


def scales(r: Requantization) -> bool:
    """Whether every channel can be scaled so: at least one bit is left to round by, and half a step fits int32."""
    return bool(((shifts(r) >= 1) & (shifts(r) <= 30)).all())


def paired_stream(weights: Int8Array, bias: Bias, r: Requantization) -> Int32Array:
    """What ``eu_duos_conv`` reads for ``weights (out, runs, length)``, ``(out / 2, words)``: per two channels biases,
    words of two inputs (channel, other channel, channel, other channel), multipliers in halves, shifts in bytes."""
    out, runs, length = weights.shape
    odd = out % 2
    padded = np.pad(weights, ((0, odd), (0, 0), (0, length % 2)))
    inputs = padded.reshape(-1, 2, runs, (length + 1) // 2, 2).transpose(0, 2, 3, 4, 1)
    words = np.ascontiguousarray(inputs).reshape(len(inputs), -1).view("<i4")
    first, second = np.pad(shifts(r), (0, odd), constant_values=1).reshape(-1, 2).T
    biases = np.pad(bias.astype(np.int32), (0, odd)).reshape(-1, 2)
    stream = np.hstack([biases, words, _multipliers(r, odd), (first | second << 8)[:, None]])
    return np.ascontiguousarray(stream.astype(np.int32))


def channel_stream(weights: Int8Array, bias: Bias, r: Requantization) -> Int32Array:
    """What ``eu_duos_depthwise`` reads for ``weights (taps, channels)``, ``(channels / 2, words)``: per two channels
    weights in halves, tap by tap, multipliers in halves, biases, half steps, shifts."""
    taps, channels = weights.shape
    halves = weights.astype("<i2").reshape(taps, channels // 2, 2).transpose(1, 0, 2)
    words = np.ascontiguousarray(halves).reshape(channels // 2, -1).view("<i4")
    each = [bias.astype(np.int32), 1 << (shifts(r) - 1), shifts(r)]
    stream = np.hstack([words, _multipliers(r, 0), *(values.reshape(-1, 2) for values in each)])
    return np.ascontiguousarray(stream.astype(np.int32))


def _multipliers(r: Requantization, odd: int) -> Int32Array:
    """Reduced multipliers of two channels in the halves of a word, ``(out / 2, 1)``."""
    halves = np.pad(reduced_multiplier(r.multipliers).astype("<i2"), (0, odd))
    words: Int32Array = halves.view("<i4").astype(np.int32)[:, None]
    return words


def both_halves(value: int) -> int:
    """An int16 in both halves of a word."""
    return int(np.array([value, value], "<i2").view("<i4")[0])
