"""What other recorders, leads and hearts make of a training window: steps of `edgeunet.signals.augment`."""

from __future__ import annotations

import numpy as np

from edgeunet.signals.record import CLASSES, Labels, Signal

Rng = np.random.Generator

HIGH_PASS_HZ = (0.05, 0.67)
LOW_PASS_HZ = (25.0, 150.0)
ADC_BITS = (8, 24)
ADC_SPANS = 20.0
"""What an ADC's range is of a window's standard deviation."""

PADDING_S = 2.0
P, QRS, T = (CLASSES.index(kind) for kind in ("P", "QRS", "T"))


def bandwidth(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Pass through the band of another recorder: a causal high-pass of one pole, a low-pass without delay.

    Corners are drawn by their logarithm, from 0.05 to 0.67 Hz and from 25 to 150 Hz; one at or above half the sample
    rate does nothing.
    """
    low_hz, high_hz = (float(np.exp(rng.uniform(*np.log(corners)))) for corners in (HIGH_PASS_HZ, LOW_PASS_HZ))
    pad = min(round(PADDING_S * rate_hz), len(x) - 1)
    padded = np.pad(x.astype(np.float64), ((pad, pad), (0, 0)), mode="reflect")
    frequency = np.fft.rfftfreq(len(padded), 1 / rate_hz)[:, None]
    gain = 1j * frequency / (1j * frequency + low_hz)
    if high_hz < rate_hz / 2:
        gain = gain / np.sqrt(1 + (frequency / high_hz) ** 4)
    filtered = np.fft.irfft(np.fft.rfft(padded, axis=0) * gain, len(padded), axis=0)
    return np.asarray(filtered[pad : pad + len(x)], np.float32), y


def adc(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Round to the steps of an ADC of 8 to 24 bits over `ADC_SPANS` standard deviations, and saturate there."""
    bits = int(rng.integers(ADC_BITS[0], ADC_BITS[1] + 1))
    span = ADC_SPANS * np.maximum(x.std(axis=0, keepdims=True), 1e-9)
    middle = x.mean(axis=0, keepdims=True)
    step = span / (1 << bits)
    return np.asarray(middle + np.clip(np.round((x - middle) / step) * step, -span / 2, span / 2), np.float32), y


def offset(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Add an electrode's offset, up to ``strength`` standard deviations, to each channel."""
    added = rng.uniform(-strength, strength, (1, x.shape[1])) * x.std(axis=0, keepdims=True)
    return np.asarray(x + added, np.float32), y


def spikes(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Put a pacing spike of about 2 ms and up to ``strength`` standard deviations just before every QRS complex."""
    size = rng.uniform(0.3, 1.0) * strength * rng.choice([-1.0, 1.0]) * x.std(axis=0)
    x, width = x.copy(), max(1, round(0.002 * rate_hz))
    for onset in _starts(y, QRS):
        x[max(onset - width, 0) : onset] += np.asarray(size, np.float32)
    return x, y


def missed(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Draw a line in place of each P wave with a chance of ``strength``."""
    x, y = x.copy(), y.copy()
    for start, stop in _runs(y, P):
        if rng.uniform() < strength:
            _erase(x, y, start, stop, round(0.012 * rate_hz))
    return x, y


def block(x: Signal, y: Labels, strength: float, rate_hz: float, rng: Rng) -> tuple[Signal, Labels]:
    """Drop QRS complexes, each with a chance of ``strength``, with their T waves: P waves not conducted (AV block)."""
    x, y = x.copy(), y.copy()
    waves_of_t = _runs(y, T)
    for start, stop in _runs(y, QRS):
        after = next(((a, b) for a, b in waves_of_t if a >= stop), None)
        if after is None or after[0] - stop > 0.4 * rate_hz or rng.uniform() >= strength:
            continue
        # Only where the whole stretch is annotated: what is unknown in it would be lost.
        if (y[start : after[1]] >= 0).all():
            _erase(x, y, start, after[1], round(0.008 * rate_hz))
    return x, y


def _erase(x: Signal, y: Labels, start: int, stop: int, margin: int) -> None:
    """Draw a straight line from ``margin`` before ``start`` to as much after ``stop`` and label it background."""
    place = np.arange(max(start - margin, 0), min(stop + margin, len(x)))
    x[place] = np.linspace(x[place[0]], x[place[-1]], len(place))
    y[start:stop] = 0


def _runs(y: Labels, label: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], y == label, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _starts(y: Labels, label: int) -> list[int]:
    """Return where runs of a label begin whose beginning is annotated."""
    return [start for start, _ in _runs(y, label) if start and y[start - 1] >= 0]
