"""Causal normalization in integers: baseline removal and running gain, sample for sample as in the compiled C.

The input is int16 in thousandths of the signal's unit: microvolts where the signal is in millivolts. With ``x[n]`` such
a sample, ``B`` and ``M`` kept with 14 fraction bits, ``>>`` rounding down and ``[·]`` to nearest, halves up::

    track(level, target, s) = level + ((target - level + 2^(s-1)) >> s)

    B    = track(B, x[n] * 2^14, s1)                        baseline; B = x[0] * 2^14 before the first sample
    y    = x[n] - [B / 2^14]                                |y| <= 65535
    M    = track(M, min(|y| * 2^14, 16 M), s2)              running mean of |y|; 100 units before the first sample
    m    = max(M >> 10, 10 * 2^4)                           with 4 fraction bits
    q    = (|y| * 2^13 + (m >> 1)) / m                      |y| over twice its running mean, 10 fraction bits
    z[n] = sign(y) * min(q > 2^11 ? 2^11 + ((q - 2^11) >> 2) : q, 2^12)

so ``z / 1024`` is ``y`` over twice its running mean magnitude (about one standard deviation), bent: as it is up to 2,
a quarter as steep from there on, and 4 from 10 on. Of LUDB's samples 3 % lie beyond 2 (the tips of R and S waves) and
0.02 % beyond 10. Unbent, those few would take four fifths of the 256 steps that an int8 network has for its input, and
P waves, at 0.3 to 1, would be left with a few. A sample counts at most sixteenfold in ``M``, so that an electrode pop
does not turn the gain down; the floor of 10 units keeps a channel that carries nothing from being blown up.

``s1`` settles at ``k = round(log2(sample rate))``, a time constant of about 1 s (the corner lies at about 0.16 Hz), and
``s2`` at ``k + 2``, about 4 s. Both start three lower and follow ``floor(log2(n))`` up, as a running mean does, so the
first second is already of use.

Bounds: ``|x * 2^14| <= 2^29`` and ``M < 2^30``, hence every difference fits int32; ``|y| * 2^13 < 2^29`` fits uint32.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.signals.record import Signal

COUNTS_PER_UNIT = 1000
"""Integer steps per unit of the signal: a count is a microvolt where the signal is in millivolts."""

STATE_FRACTION_BITS = 14
SPREAD_FRACTION_BITS = 4
OUTPUT_FRACTION_BITS = 10
FIRST_SPREAD = 100
"""Mean magnitude, in counts, that the gain starts from."""

LEAST_SPREAD = 10
"""Mean magnitude, in counts, below which the gain does not grow any more."""

BEND = 2 << OUTPUT_FRACTION_BITS
"""Normalized magnitude from which on the output rises a quarter as fast."""

BEND_BITS = 2
LARGEST = 4 << OUTPUT_FRACTION_BITS
"""The output saturates here, reached by a normalized magnitude of 10."""

OUTLIER_BITS = 4
"""A sample moves the running magnitude as if it were at most 2 to this power times it."""

GAIN_SLOWER_BITS = 2
STARTING_BITS = 3
RATES_HZ = (16.0, 8192.0)

Counts = npt.NDArray[np.int16]


def baseline_shift(sample_rate_hz: float) -> int:
    """Return ``k``: the baseline follows with a time constant of ``2 ** k`` samples, about 1 s.

    Raises
    ------
    SignalError
        When the rate is not between 16 and 8192 Hz.
    """
    if not RATES_HZ[0] <= sample_rate_hz <= RATES_HZ[1]:
        raise SignalError(
            f"normalization 'causal' works at sample rates from {RATES_HZ[0]:g} to {RATES_HZ[1]:g} Hz, not at "
            f"{sample_rate_hz:g} Hz; resample the signal or choose another normalization"
        )
    return round(math.log2(sample_rate_hz))


def settling_samples(sample_rate_hz: float) -> int:
    """Return after how many samples (two time constants of the gain, about 8 s) the start hardly matters any more."""
    return int(2 << (baseline_shift(sample_rate_hz) + GAIN_SLOWER_BITS))


def to_counts(signal: npt.NDArray[np.floating[Any]]) -> Counts:
    """Return ``signal`` in thousandths of its unit as int16: float32 arithmetic, halves away from zero, saturating.

    NaN becomes 0.
    """
    within = np.clip(np.nan_to_num(np.asarray(signal, np.float32), nan=0.0), -40, 40)
    scaled = within * np.float32(COUNTS_PER_UNIT)
    whole = np.trunc(scaled)
    whole += np.where(np.abs(scaled - whole) >= np.float32(0.5), np.copysign(np.float32(1), scaled), np.float32(0))
    return np.asarray(np.clip(whole, -32768, 32767), np.int16)


def normalize_counts(counts: npt.NDArray[np.integer[Any]], sample_rate_hz: float) -> Counts:
    """Return ``z``: int16 with 10 fraction bits, of ``counts`` (int16 ``(time, channels)``), each channel by itself.

    Parameters
    ----------
    counts : thousandths of the signal's unit, see `to_counts`.
    sample_rate_hz : sets the time constants.
    """
    shift = baseline_shift(sample_rate_hz)
    result = np.empty(counts.shape, np.int16)
    for channel in range(counts.shape[1]):
        result[:, channel] = _normalize_channel(counts[:, channel].astype(np.int64), shift)
    return result


def causal(signal: Signal, sample_rate_hz: float) -> Signal:
    """Return a whole recording ``(time, channels)`` normalized: float32 that are multiples of 1/1024, within ±4.

    Raises
    ------
    SignalError
        When the rate is out of bounds, or most of the signal lies beyond ±32.767 (it is in other units then).
    """
    counts = to_counts(signal)
    if counts.size and np.mean((counts == 32767) | (counts == -32768)) > 0.5:
        raise SignalError(
            "normalization 'causal' takes signals within ±32.767 units (millivolts for ECG) and most samples lie "
            "beyond; scale the signal down or choose another normalization"
        )
    scaled = normalize_counts(counts, sample_rate_hz).astype(np.float32) / np.float32(1 << OUTPUT_FRACTION_BITS)
    return np.asarray(scaled, np.float32)


def _normalize_channel(x: npt.NDArray[np.int64], shift: int) -> npt.NDArray[np.int64]:
    if not x.size:
        return x
    targets = x << STATE_FRACTION_BITS
    baseline = _tracked(targets, int(targets[0]), shift)
    y = x - ((baseline + (1 << (STATE_FRACTION_BITS - 1))) >> STATE_FRACTION_BITS)
    magnitude = np.abs(y)
    start = FIRST_SPREAD << STATE_FRACTION_BITS
    spread = _tracked(magnitude << STATE_FRACTION_BITS, start, shift + GAIN_SLOWER_BITS, limited=True)
    m = np.maximum(spread >> (STATE_FRACTION_BITS - SPREAD_FRACTION_BITS), LEAST_SPREAD << SPREAD_FRACTION_BITS)
    quotient = ((magnitude << (OUTPUT_FRACTION_BITS - 1 + SPREAD_FRACTION_BITS)) + (m >> 1)) // m
    bent = np.where(quotient > BEND, BEND + ((quotient - BEND) >> BEND_BITS), quotient)
    result: npt.NDArray[np.int64] = np.sign(y) * np.minimum(bent, LARGEST)
    return result


def _tracked(targets: npt.NDArray[np.int64], level: int, shift: int, *, limited: bool = False) -> npt.NDArray[np.int64]:
    """Return the level after each target; the shift in use grows from ``shift - 3`` to ``shift``."""
    levels: list[int] = []
    first = 0
    for current in range(shift - STARTING_BITS, shift + 1):
        stop = len(targets) if current == shift else 1 << (current + 1)
        part = targets[first:stop].tolist()
        half = 1 << (current - 1)

        def follow(at: int, target: int, half: int = half, current: int = current) -> int:
            return at + ((target - at + half) >> current)

        def follow_limited(at: int, target: int, half: int = half, current: int = current) -> int:
            target = at << OUTLIER_BITS if target >> OUTLIER_BITS > at else target
            return at + ((target - at + half) >> current)

        reached = accumulate(part, follow_limited if limited else follow, initial=level)
        next(reached)
        levels.extend(reached)
        level = levels[-1] if levels else level
        first = stop
    return np.array(levels, np.int64)
