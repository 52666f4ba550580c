"""Causal normalization in integers: baseline removal and running gain, sample for sample as in the compiled C.

The input is in thousandths of the signal's unit, microvolts where the signal is in millivolts: int16, or 24 bits of an
int32, which leave room for an electrode's offset. With ``x[n]`` such a sample, ``B`` and ``M`` kept with 14 fraction
bits, ``>>`` rounding down and ``[·]`` to nearest, halves up::

    track(level, target, s) = level + ((target - level + 2^(s-1)) >> s)

    B    = track(B, x[n] * 2^14, s1)                        baseline; B = x[0] * 2^14 before the first sample
    y    = x[n] - [B / 2^14]                                the offset is gone: |y| <= 32767, or the sample is at a rail
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
``s2`` at ``k + 2``, about 4 s. In the *fast* form ``s1`` settles two lower, at ``k - 2``: a time constant of about
0.25 s, a corner at about 0.64 Hz, which most baseline wander does not pass; ``s2`` is the same. Both start three lower
and follow ``floor(log2(n))`` up, as a running mean does, so the first second is already of use.

A sample is *at a rail* at either end of its 16 or 24 bits, or where ``y`` would not fit 16 bits. Nothing is learnt from
it: ``B``, ``M`` and ``n`` stay. After ``L = 2^(k-3)`` of them in a row (1/8 s) the channel's signal is *lost*, and
stays so until ``2 L`` samples in a row are off the rails, by when a resampler before has stopped ringing; ``z`` is 0
meanwhile. Then baseline and gain begin anew, quick as at the first sample, but for ``M``, which is what it was.

Bounds: ``|x * 2^14| <= 2^29``, so with 16 bits every difference fits int32 (with 24, int64: ``|B| <= 2^37``); ``M`` is
below ``2^29``, and ``|y| * 2^13 < 2^29`` fits uint32, ``|y|`` at a rail being taken as 65535 at most.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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
FAST_BITS = 2
"""By how much lower the baseline's shift is in the fast form: a corner four times higher."""

RATES_HZ = (16.0, 8192.0)

NARROW_BITS, WIDE_BITS = 16, 24
"""Widths of a sample in thousandths of the unit: int16, and what an int32 holds of an ADC of more bits."""

LOST_BITS = 3
"""The signal is lost after 2 to the power of ``baseline_shift`` less this many samples at a rail: 1/8 s."""

RETURN_FACTOR = 2
"""Samples off the rails until the signal is back, in multiples of those at a rail until it is lost."""

FURTHEST = 32767
"""Distance from the baseline, in counts, beyond which a sample is at a rail."""

LARGEST_MAGNITUDE = 65535
BLOCK = 1 << 14
"""Samples that are normalized at once; no matter of values."""

Counts = npt.NDArray[np.int16]
WideCounts = npt.NDArray[np.signedinteger[Any]]
"""int16, or 24 bits of an int32."""


def ends_of(bits: int) -> tuple[int, int]:
    """Return the lowest and the highest integer of so many bits: the rails of an ADC."""
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


def type_of(bits: int) -> type[np.signedinteger[Any]]:
    """Return the type of samples in thousandths of the unit of so many bits."""
    return np.int16 if bits == NARROW_BITS else np.int32


def baseline_shift(sample_rate_hz: float, faster_bits: int = 0) -> int:
    """Return ``k``, less ``faster_bits``: the baseline's time constant is ``2 **`` this many samples, about 1 s at 0.

    Raises
    ------
    SignalError
        When the rate is not between 16 Hz (``2 ** faster_bits`` times that for the fast form) and 8192 Hz.
    """
    lowest, highest = RATES_HZ[0] * (1 << faster_bits), RATES_HZ[1]
    if not lowest <= sample_rate_hz <= highest:
        form = "causal-fast" if faster_bits else "causal"
        raise SignalError(
            f"normalization '{form}' works at sample rates from {lowest:g} to {highest:g} Hz, not at "
            f"{sample_rate_hz:g} Hz; resample the signal or choose another normalization"
        )
    return round(math.log2(sample_rate_hz)) - faster_bits


def settling_samples(sample_rate_hz: float) -> int:
    """Return after how many samples (two time constants of the gain, about 8 s) the start hardly matters any more."""
    return int(2 << (baseline_shift(sample_rate_hz) + GAIN_SLOWER_BITS))


def to_counts(signal: npt.NDArray[np.floating[Any]], bits: int = NARROW_BITS) -> WideCounts:
    """Return ``signal`` in thousandths of its unit: float32 arithmetic, halves away from zero, saturating.

    NaN becomes 0. 16 ``bits`` are int16, 24 int32.
    """
    low, high = ends_of(bits)
    limit = 1.25 * (high + 1) / COUNTS_PER_UNIT
    within = np.clip(np.nan_to_num(np.asarray(signal, np.float32), nan=0.0), -limit, limit)
    scaled = within * np.float32(COUNTS_PER_UNIT)
    whole = np.trunc(scaled)
    whole += np.where(np.abs(scaled - whole) >= np.float32(0.5), np.copysign(np.float32(1), scaled), np.float32(0))
    return np.asarray(np.clip(whole, low, high), type_of(bits))


def normalize_counts(
    counts: npt.NDArray[np.integer[Any]], sample_rate_hz: float, bits: int = NARROW_BITS, faster_bits: int = 0
) -> Counts:
    """Return ``z``: int16 with 10 fraction bits, of ``counts`` (``(time, channels)``), each channel by itself.

    Parameters
    ----------
    counts : thousandths of the signal's unit, see `to_counts`.
    sample_rate_hz : sets the time constants.
    bits : 16 or 24, at whose ends the rails are.
    faster_bits : by how much the baseline's shift is lower than ``k``; the gain keeps its own.
    """
    return normalize_and_watch(counts, sample_rate_hz, bits, faster_bits)[0]


def normalize_and_watch(
    counts: npt.NDArray[np.integer[Any]], sample_rate_hz: float, bits: int = NARROW_BITS, faster_bits: int = 0
) -> tuple[Counts, npt.NDArray[np.bool_]]:
    """Return what `normalize_counts` does, and where each channel's signal was lost, both ``(time, channels)``."""
    shift = baseline_shift(sample_rate_hz, faster_bits) + faster_bits
    result, lost = np.zeros(counts.shape, np.int16), np.zeros(counts.shape, np.bool_)
    for place in range(counts.shape[1]):
        x = counts[:, place].astype(np.int64)
        ends = np.flatnonzero(np.isin(x, ends_of(bits)))
        channel, at = _Channel(shift, ends_of(bits), faster_bits), 0
        while at < len(x):
            if channel.railed == 0:
                after = int(np.searchsorted(ends, at))
                rail = int(ends[after]) if after < len(ends) else len(x)
                run = channel.follow(x[at : min(rail, at + BLOCK)])
                result[at : at + len(run), place] = run
                at += len(run)
            if at < len(x):
                result[at, place], lost[at, place] = channel.take(int(x[at]))
                at += 1
    return result, lost


def causal(signal: Signal, sample_rate_hz: float, bits: int = NARROW_BITS, faster_bits: int = 0) -> Signal:
    """Return a whole recording ``(time, channels)`` normalized: float32 that are multiples of 1/1024, within ±4.

    With 16 ``bits`` it may go to ±32.767 units; with 24 an electrode's offset may take it to ±8388.607.

    Raises
    ------
    SignalError
        When the rate is out of bounds, or most of the signal lies beyond these (it is in other units then).
    """
    counts = to_counts(signal, bits)
    if counts.size and np.mean(np.isin(counts, ends_of(bits))) > 0.5:
        limit = ends_of(bits)[1] / COUNTS_PER_UNIT
        raise SignalError(
            f"normalization 'causal' takes signals within ±{limit:.3f} units (millivolts for ECG) and most samples lie "
            "beyond; scale the signal down or choose another normalization"
        )
    normalized = normalize_counts(counts, sample_rate_hz, bits, faster_bits).astype(np.float32)
    return np.asarray(normalized / np.float32(1 << OUTPUT_FRACTION_BITS), np.float32)


@dataclass
class _Channel:
    """What runs along a channel: levels with 14 fraction bits, samples learnt from, and at a rail.

    ``railed`` counts samples in a row at a rail up to ``L``; from there on the signal is lost, it starts at ``3 L`` and
    counts down to ``L`` while samples are off the rails.
    """

    shift: int
    ends: tuple[int, int]
    faster_bits: int = 0
    baseline: int = 0
    spread: int = FIRST_SPREAD << STATE_FRACTION_BITS
    rows: int = 0
    railed: int = 0

    def follow(self, x: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return ``z`` of ``x`` up to the first that is too far from the baseline; none is at an end, or was before."""
        if not x.size:
            return x
        targets = x << STATE_FRACTION_BITS
        start = self.baseline if self.rows else int(targets[0])
        baseline = _tracked(targets, start, self.shift - self.faster_bits, self.rows)
        y: npt.NDArray[np.int64] = x - _whole(baseline)
        far = np.flatnonzero(np.abs(y) > FURTHEST)
        y = y[: far[0]] if far.size else y
        if not y.size:
            return y
        slower = self.shift + GAIN_SLOWER_BITS
        spread = _tracked(np.abs(y) << STATE_FRACTION_BITS, self.spread, slower, self.rows, limited=True)
        self.baseline, self.spread = int(baseline[len(y) - 1]), int(spread[-1])
        self.rows += len(y)
        return _gained(y, spread)

    def take(self, x: int) -> tuple[int, bool]:
        """Return ``z`` of one sample, wherever it is, and whether the signal is lost."""
        target, limit = x << STATE_FRACTION_BITS, 1 << (self.shift - LOST_BITS)
        baseline = target
        if self.rows:
            shift = self.shift - self.faster_bits
            baseline = int(_tracked(np.array([target]), self.baseline, shift, self.rows)[0])
        y = x - int(_whole(baseline))
        at_rail = x in self.ends or abs(y) > FURTHEST
        if at_rail:
            self.railed = self.railed + 1 if self.railed + 1 < limit else (1 + RETURN_FACTOR) * limit
        else:
            self.railed = self.railed - 1 if self.railed > limit + 1 else 0
        if self.railed > limit:
            self.rows = 0
            return 0, True
        magnitude = min(abs(y), LARGEST_MAGNITUDE)
        if not at_rail:
            shift, targets = self.shift + GAIN_SLOWER_BITS, np.array([magnitude << STATE_FRACTION_BITS])
            (spread,) = _tracked(targets, self.spread, shift, self.rows, limited=True)
            self.baseline, self.spread, self.rows = baseline, int(spread), self.rows + 1
        z = _gained(np.array([magnitude]), np.array([self.spread]))
        return (-int(z[0]) if y < 0 else int(z[0])), False


def _whole(level: Any) -> Any:
    """Return a level without its fraction bits, to nearest."""
    return (level + (1 << (STATE_FRACTION_BITS - 1))) >> STATE_FRACTION_BITS


def _gained(y: npt.NDArray[np.int64], spread: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return ``z``: ``y`` over twice its running mean magnitude, bent and limited."""
    m = np.maximum(spread >> (STATE_FRACTION_BITS - SPREAD_FRACTION_BITS), LEAST_SPREAD << SPREAD_FRACTION_BITS)
    quotient = ((np.abs(y) << (OUTPUT_FRACTION_BITS - 1 + SPREAD_FRACTION_BITS)) + (m >> 1)) // m
    bent = np.where(quotient > BEND, BEND + ((quotient - BEND) >> BEND_BITS), quotient)
    result: npt.NDArray[np.int64] = np.sign(y) * np.minimum(bent, LARGEST)
    return result


def _tracked(
    targets: npt.NDArray[np.int64], level: int, shift: int, rows: int, *, limited: bool = False
) -> npt.NDArray[np.int64]:
    """Return the level after each target, ``rows`` before them; the shift in use grows to ``shift`` from 3 less."""
    levels: list[int] = []
    first = 0
    for current in range(shift - STARTING_BITS, shift + 1):
        stop = len(targets) if current == shift else max(first, (1 << (current + 1)) - rows)
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
