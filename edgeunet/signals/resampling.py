"""Change of sample rate: a linear-phase low-pass against aliasing, and the labels moved along."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.signals.record import MOST_SAMPLES, UNKNOWN, Labels, Record, Signal, Wave, paint_waves

HALF_LENGTH_PERIODS = 10
"""The filter reaches this many samples of the slower rate to either side (as `scipy.signal.resample_poly`)."""

KAISER_BETA = 5.0
"""Kaiser window: about 53 dB of stop-band attenuation."""


def resample(record: Record, rate_hz: float) -> Record:
    """Return ``record`` at ``rate_hz`` samples per second.

    The signal passes a linear-phase low-pass at the lower of the two Nyquist frequencies, so nothing folds back and
    nothing moves in time. Sample ``i`` comes to lie at ``round(i * rate_hz / record.sample_rate_hz)``: waves keep their
    time to half a new sample (and exactly in `Wave.instant`, by which they are scored), none vanishes, and going up and
    back down gives every wave back unchanged. Waves that touch still touch afterwards: the first then ends just before
    the second begins.

    Raises
    ------
    SignalError
        When ``rate_hz`` is not positive, or so far from the record's rate that no ratio up to 10,000 reaches it, or
        more than `MOST_SAMPLES` would come out.
    """
    ratio = rate_ratio(record.sample_rate_hz, rate_hz, record.name)
    if ratio == 1:
        return record
    samples = resampled_length(record.samples, ratio)
    if samples * len(record.leads) > MOST_SAMPLES:
        raise SignalError(
            f"record '{record.name}' would have {samples} samples in each of {len(record.leads)} leads at "
            f"{rate_hz:g} Hz, and {MOST_SAMPLES} in all can be held; check its sample rate, or cut it up"
        )
    moved = tuple(move_waves(waves, ratio, samples) for waves in record.waves)
    annotated = tuple(
        None if span is None else (_moved(span[0], ratio), min(_moved(span[1] - 1, ratio) + 1, samples))
        for span in record.annotated
    )
    labels = resample_labels(record.labels, ratio)
    for lead, waves in enumerate(moved):
        if record.waves[lead]:
            labels[:, lead] = _repaint(labels[:, lead], waves, annotated[lead], record.classes)
    return replace(
        record,
        sample_rate_hz=float(rate_hz),
        signal=resample_signal(record.signal, ratio),
        labels=labels,
        waves=moved,
        annotated=annotated,
    )


def rate_ratio(from_hz: float, to_hz: float, name: str = "signal") -> Fraction:
    """Return ``to_hz / from_hz`` as a small fraction.

    Raises
    ------
    SignalError
        When either is not a positive number or the ratio is out of bounds.
    """
    if not (np.isfinite(to_hz) and to_hz > 0 and np.isfinite(from_hz) and from_hz > 0):
        raise SignalError(f"record '{name}': cannot go from {from_hz} Hz to {to_hz} Hz; give two positive rates")
    ratio = Fraction(to_hz).limit_denominator(1_000_000) / Fraction(from_hz).limit_denominator(1_000_000)
    ratio = ratio.limit_denominator(10_000)
    if not Fraction(1, 1000) <= ratio <= 1000:
        raise SignalError(f"record '{name}': {from_hz} Hz to {to_hz} Hz is more than a factor of 1000; check the rates")
    return ratio


def resampled_length(samples: int, ratio: Fraction) -> int:
    """Return the length after resampling: every old sample keeps a place."""
    return -(-samples * ratio.numerator // ratio.denominator)


def resample_signal(signal: Signal, ratio: Fraction) -> Signal:
    """Return ``signal`` ``(time, channels)`` at ``ratio`` times its rate; both ends are continued by their last value.

    Polyphase form (Crochiere and Rabiner, *Multirate Digital Signal Processing*, 1983): output ``n`` at phase
    ``p = n * down % up`` is ``sum_k h[p + k * up] * x[n * down // up - k]``, ``h`` being a Kaiser-windowed sinc cut
    off at the lower Nyquist frequency with gain ``up``.
    """
    up, down = ratio.numerator, ratio.denominator
    if ratio == 1 or not signal.size:
        return signal
    half = HALF_LENGTH_PERIODS * max(up, down)
    taps = low_pass(half, 1.0 / max(up, down)) * up
    reach = half // up + 1
    padded = np.pad(signal.astype(np.float64), ((reach, reach), (0, 0)), mode="edge")
    samples = resampled_length(len(signal), ratio)
    result = np.empty((samples, signal.shape[1]), np.float32)
    for first in range(min(up, samples)):
        # Outputs first, first + up, … share a phase; their inputs are `down` samples apart.
        centre = first * down + half
        phase, newest = centre % up, centre // up
        kernel = taps[phase::up]
        kernel = kernel / kernel.sum()
        count = len(range(first, samples, up))
        start = newest - len(kernel) + 1 + reach
        windows = _strided(padded, start, len(kernel), down, count)
        result[first::up] = windows @ kernel[::-1]
    return result


def _strided(
    padded: npt.NDArray[np.float64], start: int, length: int, step: int, count: int
) -> npt.NDArray[np.float64]:
    """Return a view ``(count, channels, length)``: window ``i`` begins at ``start + i * step``."""
    short = start + (count - 1) * step + length - len(padded)
    if start < 0 or short > 0:
        padded = np.pad(padded, ((max(-start, 0), max(short, 0)), (0, 0)), mode="edge")
        start = max(start, 0)
    view = np.lib.stride_tricks.sliding_window_view(padded, length, axis=0)
    return view[start::step][:count]


def low_pass(half: int, cutoff: float) -> npt.NDArray[np.float64]:
    """Return ``2 * half + 1`` taps of a Kaiser-windowed sinc; ``cutoff`` is relative to the Nyquist frequency."""
    taps = np.sinc(cutoff * np.arange(-half, half + 1)) * np.kaiser(2 * half + 1, KAISER_BETA)
    return np.asarray(taps / taps.sum())


def resample_labels(labels: Labels, ratio: Fraction) -> Labels:
    """Return ``labels`` ``(time, ...)`` at ``ratio`` times their rate, each new sample taking the nearest old one's."""
    new = np.arange(resampled_length(len(labels), ratio), dtype=np.int64)
    nearest = (2 * new * ratio.denominator + ratio.numerator) // (2 * ratio.numerator)
    return np.asarray(labels[np.minimum(nearest, max(len(labels) - 1, 0))])


def move_waves(waves: Sequence[Wave], ratio: Fraction, samples: int) -> tuple[Wave, ...]:
    """Return ``waves`` (in order of onset) at ``ratio`` times their rate, within a record of ``samples``."""
    moved = [move_wave(wave, ratio, samples) for wave in waves]
    for index, (before, after) in enumerate(pairwise(waves)):
        if after.onset == before.offset + 1:
            offset = max(moved[index + 1].onset - 1, moved[index].onset)
            moved[index] = replace(moved[index], offset=offset)
    return tuple(moved)


def move_wave(wave: Wave, ratio: Fraction, samples: int) -> Wave:
    """Return ``wave`` at ``ratio`` times its rate, within a record of ``samples``."""
    onset, exact_onset = _placed(wave.instant("onset"), ratio, samples)
    offset, exact_offset = _placed(wave.instant("offset"), ratio, samples)
    return replace(
        wave,
        onset=onset,
        peak=None if wave.peak is None else min(_moved(wave.peak, ratio), samples - 1),
        offset=offset,
        exact_onset=exact_onset,
        exact_offset=exact_offset,
    )


def _placed(instant: float, ratio: Fraction, samples: int) -> tuple[int, float | None]:
    """Return the sample that stands for an instant at the new rate, and the instant where it lies between two."""
    exact = Fraction(instant).limit_denominator(10_000) * ratio
    sample = min(_moved(exact, Fraction(1)), samples - 1)
    return sample, None if exact.denominator == 1 or exact > samples - 1 else float(exact)


def _moved(sample: int | Fraction, ratio: Fraction) -> int:
    """Round half up, so that moving is monotonic and does not depend on the number being even."""
    return math.floor(sample * ratio + Fraction(1, 2))


def _repaint(
    nearest: Labels, waves: tuple[Wave, ...], annotated: tuple[int, int] | None, classes: tuple[str, ...]
) -> Labels:
    """Return ``nearest`` with its waves put where they moved to; what they leave is background, or unknown outside."""
    ordered = sorted(waves, key=lambda wave: (wave.onset, wave.offset))
    painted = paint_waves(np.minimum(nearest, 0).astype(np.int8), ordered, classes)
    start, stop = annotated or (0, 0)
    outside = np.ones(len(nearest), bool)
    outside[start:stop] = False
    return np.where(outside & (painted == 0), UNKNOWN, painted).astype(np.int8)
