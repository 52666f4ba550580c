"""The ways from int32 accumulators to int8 on cores with the DSP extension, and when each is exact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from edgeunet.kernels.dsp.windows import GROUP, LONGEST_RUN
from edgeunet.kernels.exact.one_multiply import SHIFT, OneMultiply, fit
from edgeunet.program.convolutions import (
    Conv,
    ConvSum,
    Depthwise,
    DepthwiseUpsampled,
    Int8Array,
    Int32Array,
    Requantization,
)

Weighted: TypeAlias = Conv | ConvSum


_OFFSET_SHIFTS = range(24, 3, -1)


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


def four(values: Iterable[int], fill: int = 0) -> Int32Array:
    """Up to four numbers as four int32."""
    listed = [int(v) for v in values]
    return np.array(listed + [fill] * (GROUP - len(listed)), np.int64).astype(np.int32)


def double_rounding(
    conv: Weighted | Depthwise | DepthwiseUpsampled, channels: slice
) -> tuple[Int32Array, Int32Array, Int32Array]:
    """Multipliers, ``2^(shift-1) + zero_point * 2^shift`` and right shifts of some output channels."""
    r = conv.requantization
    shifts = -r.shifts[channels].astype(np.int64)
    roundings = (1 << (shifts - 1)) + (r.zero_point << shifts)
    return r.multipliers[channels].astype(np.int32), roundings.astype(np.int32), shifts.astype(np.int32)


def rounding_fits(conv: Weighted | Depthwise | DepthwiseUpsampled) -> bool:
    """Whether ``EU_QUADS_ROUND`` is exact: right shifts, and no sum of the doubled form leaves int32."""
    r = conv.requantization
    shifts = -r.shifts.astype(np.int64)
    if (shifts < 1).any() or (shifts > 22).any() or (r.multipliers < 1 << 30).any():
        return False
    rounding = (1 << (shifts - 1)) + (abs(r.zero_point) << shifts)
    doubled = 2 * conv.accumulator_bound
    return bool((doubled < 1 << 31).all() and (doubled // 2 + rounding + 2 < 1 << 31).all())


LOWEST = -128


def is_saturated(r: Requantization) -> bool:
    """The clamp is the int8 range."""
    return (r.low, r.high) == (-128, 127)


def fits_saturated(conv: Weighted) -> bool:
    """One multiply per channel onto the whole int8 range, biases in the offsets."""
    return is_saturated(conv.requantization) and scaled_offsets(conv, LOWEST, True) is not None


def fits_clamped(conv: Weighted) -> bool:
    """Nothing below the zero point comes out; a last quad of fewer channels is cheaper byte by byte where it can be."""
    r = conv.requantization
    words = flat_weights(conv).shape[0] % GROUP == 0 or not is_saturated(r)
    return words and r.relative_low >= 0 and scaled_offsets(conv, 0, True) is not None


def fits_linear(conv: Weighted) -> bool:
    return is_saturated(conv.requantization) and rounding_fits(conv)


def fits_relu(conv: Weighted) -> bool:
    """Exactly what RELU leaves of the int8 range."""
    r = conv.requantization
    return r.relative_low == 0 and r.high == 127 and scaled_offsets(conv, r.zero_point, False) is not None


@dataclass(frozen=True)
class Tail:
    """One way from accumulators to int8: when it is exact, and how its constants are packed (words, ``scale``)."""

    name: str
    accepts: Callable[[Weighted], bool]
    pack: Callable[[Weighted], tuple[Int32Array, int]]
    required: tuple[str, ...] = ()
    """C files that kernels with this tail need, where it is not those of their family."""
    longest_run: int = LONGEST_RUN
    """Bytes that the kernels for one signal take at once."""


_BIAS_LIMIT = 1 << 25


def rounding_packs(conv: Weighted) -> bool:
    """Whether the double rounding is exact (as for quads) and bias and shift fit one word."""
    return rounding_fits(conv) and bool((np.abs(folded_bias(conv).astype(np.int64)) < _BIAS_LIMIT).all())
