"""Recorded noise (baseline wander, muscle, electrode motion) laid over training windows at a drawn SNR.

As the MIT-BIH Noise Stress Test defines it (Moody, Muldrow and Mark 1984, *Computers in Cardiology* 11:381)::

    S     = mean(pp^2) / 8      pp: peak-to-peak of each QRS complex, the largest and smallest 5 % left out
    N     = mean(P)             P: mean square about the mean of each second, those 5 % left out
    SNR   = 10 log10(S / (N a^2))        solved for the gain a of the noise
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.record import CLASSES, Labels, Signal
from edgeunet.signals.recordings.wfdb.records import find_records
from edgeunet.signals.recordings.wfdb.signal import read_signal
from edgeunet.signals.resampling import rate_ratio, resample_signal

SNR_DB = (0.0, 24.0)
"""Range of the ratios that are drawn."""

PROBABILITY = 0.5
"""Share of training windows that get noise."""

TRIMMED = 0.05
QRS_MARGIN_S = 0.04
"""A complex is measured so far beyond its label, for weak labels hold only its middle."""

LEAST_GAIN_SPREAD = 1e-9


@dataclass(frozen=True, eq=False)
class RecordedNoise:
    """Noise ready to be added.

    Attributes
    ----------
    kinds : name of a recording → its first channel ``(time,)`` at ``rate_hz``.
    rate_hz : samples per second.
    snr_db : lowest and highest ratio.
    probability : share of windows that get noise.
    """

    kinds: dict[str, npt.NDArray[np.float32]]
    rate_hz: float
    snr_db: tuple[float, float] = SNR_DB
    probability: float = PROBABILITY

    __repr__ = short_repr

    def __call__(self, x: Signal, y: Labels, rng: np.random.Generator) -> Signal:
        """Return ``x`` ``(time, channels)`` with noise of one kind, drawn per channel, or as it is."""
        if rng.uniform() >= self.probability:
            return x
        noise = self.kinds[str(rng.choice(sorted(self.kinds)))]
        snr_db = rng.uniform(*self.snr_db)
        result = x.copy()
        for channel in range(x.shape[1]):
            start = int(rng.integers(len(noise) - len(x) + 1)) if len(noise) > len(x) else 0
            piece = np.resize(noise[start : start + len(x)], len(x))
            gain = noise_gain(x[:, channel], y, piece, self.rate_hz, snr_db)
            result[:, channel] += np.float32(gain) * (piece - piece.mean())
        return result


def read_noise(directory: Path, rate_hz: float, channel: int = 0) -> RecordedNoise:
    """Return the noise of all WFDB records in a directory, of their channel number ``channel``.

    Raises
    ------
    SignalError
        When there are none, or one cannot be read, lacks the channel or is shorter than 10 s.
    """
    kinds = {}
    for name, base in find_records(directory).items():
        found = read_signal(base)
        if found.signal.shape[1] <= channel:
            raise SignalError(f"noise '{base}' has no channel number {channel}; it has {found.signal.shape[1]}")
        signal = np.nan_to_num(found.signal[:, channel : channel + 1])
        if len(signal) < 10 * found.rate_hz:
            raise SignalError(f"noise '{base}' lasts less than 10 s; give longer recordings")
        kinds[name] = resample_signal(signal, rate_ratio(found.rate_hz, rate_hz, name))[:, 0]
    return RecordedNoise(kinds, rate_hz)


def noise_gain(
    signal: npt.NDArray[np.float32], labels: Labels, noise: npt.NDArray[np.float32], rate_hz: float, snr_db: float
) -> float:
    """Return the gain ``a`` of ``noise`` for a ratio of ``snr_db`` to ``signal`` (both ``(time,)``); 0 for flat."""
    power, disturbance = signal_power(signal, labels, rate_hz), noise_power(noise, rate_hz)
    if power <= LEAST_GAIN_SPREAD**2 or disturbance <= LEAST_GAIN_SPREAD**2:
        return 0.0
    return float(np.sqrt(power / (disturbance * 10 ** (snr_db / 10))))


def signal_power(signal: npt.NDArray[np.float32], labels: Labels, rate_hz: float) -> float:
    """Return ``S`` of a signal ``(time,)``: from its labelled QRS complexes, or from each second where none is."""
    margin = round(QRS_MARGIN_S * rate_hz)
    inside = np.concatenate(([False], labels == CLASSES.index("QRS"), [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(inside))
    pieces = [signal[max(a - margin, 0) : b + margin] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if not pieces:
        pieces = _seconds(signal, rate_hz)
    return _trimmed_mean([float(np.ptp(piece)) ** 2 for piece in pieces]) / 8


def noise_power(noise: npt.NDArray[np.float32], rate_hz: float) -> float:
    """Return ``N`` of noise ``(time,)``."""
    return _trimmed_mean([float(np.var(piece, dtype=np.float64)) for piece in _seconds(noise, rate_hz)])


def _seconds(signal: npt.NDArray[np.float32], rate_hz: float) -> list[npt.NDArray[np.float32]]:
    length = max(1, round(rate_hz))
    return [signal[at : at + length] for at in range(0, max(len(signal) - length, 0) + 1, length)]


def _trimmed_mean(values: Sequence[float]) -> float:
    ordered = np.sort(np.asarray(values, np.float64))
    cut = int(TRIMMED * len(ordered))
    return float(ordered[cut : len(ordered) - cut].mean())
