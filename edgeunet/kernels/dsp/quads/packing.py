"""Packing for the quad kernels of ``kernels/dsp``: four output channels at a time, weights in groups of four inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.exact.one_multiply import SHIFT, OneMultiply, fit
from edgeunet.program.parameters import Conv, ConvSum, Depthwise, DepthwiseUpsampled, Int8Array, Int32Array

Weighted: TypeAlias = Conv | ConvSum

GROUP = 4
"""Inputs per word of weights, and outputs per quad."""

LONGEST_RUN = 48
"""Inputs that the unrolled chain of most quad kernels takes at once."""

_OFFSET_SHIFTS = range(24, 3, -1)


@dataclass(frozen=True)
class Runs:
    """A window as ``count`` runs of ``length`` input bytes, ``gap`` bytes between them."""

    length: int
    count: int
    gap: int

    @property
    def inputs(self) -> int:
        return self.length * self.count

    @property
    def groups(self) -> int:
        return self.length // GROUP


def window_runs(weights: Int8Array, dilation: int, pitch_bytes: int, longest: int = LONGEST_RUN) -> Runs | None:
    """How a window of ``weights (out, kernel, in)`` falls into runs; ``None`` where quad kernels cannot read it."""
    taps, channels = weights.shape[1], weights.shape[2]
    if channels % GROUP or pitch_bytes % GROUP:
        return None
    if taps == 1 or (dilation == 1 and pitch_bytes == channels):
        return split_run(taps * channels, longest)
    inner = split_run(channels, longest)
    return Runs(channels, taps, dilation * pitch_bytes - channels) if inner.count == 1 else None


def split_run(inputs: int, longest: int) -> Runs:
    """``inputs`` neighbouring bytes as equal runs, as few as the chain allows."""
    groups = inputs // GROUP
    count = next(n for n in range(1, groups + 1) if groups % n == 0 and groups // n * GROUP <= longest)
    return Runs(inputs // count, count, 0)


@cache
def flat_weights(conv: Weighted) -> Int8Array:
    """``(out, inputs)``: taps after each other, operands after each other."""
    parts = conv.weights if isinstance(conv, ConvSum) else (conv.weights,)
    return np.concatenate([w.reshape(w.shape[0], -1) for w in parts], axis=1)


@cache
def folded_bias(conv: Weighted) -> Int32Array:
    """Biases with the input zero point folded in."""
    return conv.folded_bias


def quads(conv: Weighted) -> list[slice]:
    """The output channels of each quad."""
    return [slice(n, n + GROUP) for n in range(0, flat_weights(conv).shape[0], GROUP)]


def accumulator_range(conv: Weighted, channel: int) -> tuple[int, int]:
    """Least and greatest accumulator that int8 inputs can give, bias included."""
    w = flat_weights(conv)[channel].astype(np.int64)
    bias = int(folded_bias(conv)[channel])
    up, down = int(w[w > 0].sum()), int(w[w < 0].sum())
    return bias - 128 * up + 127 * down, bias + 127 * up - 128 * down


@cache
def one_multiplies(conv: Weighted) -> tuple[OneMultiply, ...] | None:
    """One multiply-add per channel for the requantization of ``conv``, or ``None`` when some channel has none."""
    r = conv.requantization
    found = []
    for channel in range(flat_weights(conv).shape[0]):
        least, greatest = accumulator_range(conv, channel)
        if not -(1 << 31) <= least <= greatest < 1 << 31:
            return None
        exponent = -int(r.shifts[channel])
        one = fit(int(r.multipliers[channel]), exponent, r.relative_low, r.relative_high, least, greatest)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


@dataclass(frozen=True)
class Offsets:
    """Offsets of all channels as 32-bit numbers times ``2^shift``."""

    shift: int
    values: tuple[int, ...]


@cache
def scaled_offsets(conv: Weighted, lift: int, with_bias: bool) -> Offsets | None:
    """Offsets for the one-multiply requantization of ``conv`` with results counted from low plus ``lift``.

    ``with_bias`` adds ``bias * multiplier``, so that accumulators may start from zero. ``None`` where some channel has
    no multiply, or no offset in its interval that is a 32-bit number times a power of two common to all channels.
    """
    ones = one_multiplies(conv)
    if ones is None:
        return None
    intervals = []
    for bias, one in zip(folded_bias(conv).tolist(), ones, strict=True):
        moved = (lift << SHIFT) + (bias * one.multiplier if with_bias else 0)
        intervals.append((one.first + moved, one.end + moved))
    for shift in _OFFSET_SHIFTS:
        values = [-(-first >> shift) for first, _ in intervals]
        inside = all(first <= value << shift < end for value, (first, end) in zip(values, intervals, strict=True))
        if inside and all(-(1 << 31) <= value < 1 << 31 for value in values):
            return Offsets(shift, tuple(values))
    return None


def group_weights(weights: Int8Array) -> NDArray[np.int32]:
    """``weights (out, inputs)`` of one quad (fewer channels are filled up with zeros) as words ``(groups * 4)``."""
    full = np.zeros((GROUP, weights.shape[1]), np.int8)
    full[: weights.shape[0]] = weights
    grouped = np.ascontiguousarray(full.reshape(GROUP, -1, GROUP).transpose(1, 0, 2))
    return np.frombuffer(grouped.tobytes(), "<i4").astype(np.int32)


def four(values: Any, fill: int = 0) -> Int32Array:
    """Up to four numbers as four int32."""
    listed = [int(v) for v in values]
    return np.array(listed + [fill] * (GROUP - len(listed)), np.int64).astype(np.int32)


def pack_one_multiply(conv: Weighted, lift: int, with_bias: bool) -> tuple[Int32Array, int]:
    """Packed quads for ``EU_QUAD_SCALE`` and the shift of their offsets; biases go first unless they are in those."""
    ones, offsets = one_multiplies(conv), scaled_offsets(conv, lift, with_bias)
    assert ones is not None
    assert offsets is not None
    parts = []
    for quad in quads(conv):
        if not with_bias:
            parts.append(four(folded_bias(conv)[quad]))
        parts += [
            group_weights(flat_weights(conv)[quad]),
            four(one.multiplier for one in ones[quad]),
            four(offsets.values[quad]),
        ]
    return np.concatenate(parts), offsets.shift


def pack_double_rounding(conv: Weighted) -> Int32Array:
    """Packed quads for ``EU_QUAD_ROUND``."""
    parts = []
    for quad in quads(conv):
        multipliers, _, shifts = double_rounding(conv, quad)
        bytes_of_shifts = np.frombuffer(four(shifts, 1).astype(np.int8).tobytes(), "<i4").astype(np.int32)
        parts += [four(folded_bias(conv)[quad]), group_weights(flat_weights(conv)[quad]), four(multipliers)]
        parts.append(bytes_of_shifts)
    return np.concatenate(parts)


def double_rounding(
    conv: Weighted | Depthwise | DepthwiseUpsampled, channels: slice
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Multipliers, ``2^(shift-1) + zero_point * 2^shift`` and right shifts of some output channels."""
    r = conv.requantization
    shifts = -r.shifts[channels].astype(np.int64)
    roundings = (1 << (shifts - 1)) + (r.zero_point << shifts)
    return r.multipliers[channels].astype(np.int32), roundings.astype(np.int32), shifts.astype(np.int32)


def rounding_fits(conv: Weighted | Depthwise | DepthwiseUpsampled) -> bool:
    """Whether ``EU_QUAD_ROUND`` is exact: right shifts, and no sum of the doubled form leaves int32."""
    r = conv.requantization
    shifts = -r.shifts.astype(np.int64)
    if (shifts < 1).any() or (shifts > 22).any() or (r.multipliers < 1 << 30).any():
        return False
    rounding = (1 << (shifts - 1)) + (abs(r.zero_point) << shifts)
    doubled = 2 * conv.accumulator_bound
    return bool((doubled < 1 << 31).all() and (doubled // 2 + rounding + 2 < 1 << 31).all())
