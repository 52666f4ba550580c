"""Change of sample rate in integers, output by output as in the compiled C: `resampling`'s filter with rounded taps.

Output ``n`` lies at time ``n * down / up`` of the input and is ``(sum_k h[phase, k] x[newest - k] + 2^13) >> 14`` with
``n * down + delay = newest * up + phase``: a sample comes ``delay / up`` input samples late, and nothing moves in time.
Both ends are continued by their last value. The taps of each phase are int16 and sum to exactly 2^14, so a constant
stays what it is; their magnitudes sum to less than 2^16, so no sum of products leaves int32 (with samples of 24 bits,
int64).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.causal import NARROW_BITS, WideCounts, ends_of, type_of
from edgeunet.signals.resampling import HALF_LENGTH_PERIODS, low_pass, resampled_length

TAP_FRACTION_BITS = 14
MOST_TAPS = 1 << 15
"""Taps of all phases together: 64 KiB of constants."""


@dataclass(frozen=True, eq=False)
class Resampler:
    """A rational change of rate.

    Attributes
    ----------
    ratio : new rate over old rate, ``up / down``.
    delay : half the length of the filter, in units of 1 / (``up`` × old rate).
    taps : int16 ``(up, taps)``, newest sample first.
    """

    ratio: Fraction
    delay: int
    taps: npt.NDArray[np.int16]

    __repr__ = short_repr

    @property
    def up(self) -> int:
        return self.ratio.numerator

    @property
    def down(self) -> int:
        return self.ratio.denominator


def design_resampler(ratio: Fraction) -> Resampler:
    """Return the integer filter for ``ratio``.

    Raises
    ------
    SignalError
        When it would take more than 32,768 taps.
    """
    up, down = ratio.numerator, ratio.denominator
    half = HALF_LENGTH_PERIODS * max(up, down)
    length = -(-(2 * half + 1) // up)
    if length * up > MOST_TAPS:
        raise SignalError(
            f"resampling by {up}/{down} on the device takes {length * up} filter taps, the limit is {MOST_TAPS}; "
            "sample at a rate in a simpler ratio to the model's"
        )
    prototype = np.zeros(length * up)
    prototype[: 2 * half + 1] = low_pass(half, 1.0 / max(up, down))
    phases = prototype.reshape(length, up).T
    whole = 1 << TAP_FRACTION_BITS
    taps = np.rint(phases / phases.sum(axis=1, keepdims=True) * whole).astype(np.int64)
    largest = np.abs(taps).argmax(axis=1)
    taps[np.arange(up), largest] += whole - taps.sum(axis=1)
    assert np.abs(taps).sum(axis=1).max() < 4 * whole
    return Resampler(ratio, half, taps.astype(np.int16))


def resample_counts(counts: npt.NDArray[np.integer[Any]], resampler: Resampler, bits: int = NARROW_BITS) -> WideCounts:
    """Return ``counts`` (``(time, channels)``, of 16 or 24 ``bits``) at the new rate.

    It is as long as `resampling.resampled_length` says.
    """
    total = resampled_length(len(counts), resampler.ratio)
    result = np.empty((total, counts.shape[1]), type_of(bits))
    if not total:
        return result
    at = np.arange(total, dtype=np.int64) * resampler.down + resampler.delay
    newest, phase = np.divmod(at, resampler.up)
    values = counts.astype(np.int64)
    sums = np.full(result.shape, 1 << (TAP_FRACTION_BITS - 1), np.int64)
    for k in range(resampler.taps.shape[1]):
        sums += resampler.taps[phase, k].astype(np.int64)[:, None] * values[np.clip(newest - k, 0, len(values) - 1)]
    result[:] = np.clip(sums >> TAP_FRACTION_BITS, *ends_of(bits))
    return result
