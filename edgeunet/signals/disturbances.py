"""What spoils a recording, in millivolts at an electrode: baseline wander, mains hum, muscle noise, pops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def baseline_wander(
    samples: int, rate_hz: float, size_mv: float, breathing_hz: float, rng: np.random.Generator
) -> Floats:
    """Return slow drift ``(samples,)``: breathing, its half, and drift below 0.1 Hz; RMS ``size_mv``."""
    if size_mv == 0:
        return np.zeros(samples)
    time_s = np.arange(samples) / rate_hz
    drift = np.zeros(samples)
    for centre_hz, weight in ((breathing_hz, 1.0), (breathing_hz / 2, 0.5), (0.05, 0.8), (0.02, 0.8)):
        frequency = centre_hz * rng.uniform(0.8, 1.2)
        wobble = 0.5 * np.sin(2 * np.pi * 0.03 * time_s + rng.uniform(0, 2 * np.pi))
        drift += (
            weight * rng.uniform(0.3, 1.0) * np.sin(2 * np.pi * frequency * time_s + wobble + rng.uniform(0, 2 * np.pi))
        )
    return _with_rms(drift, size_mv)


def mains_hum(samples: int, rate_hz: float, size_mv: float, mains_hz: float, rng: np.random.Generator) -> Floats:
    """Return hum ``(samples,)`` of RMS ``size_mv`` at ``mains_hz`` and its third harmonic, slowly swelling."""
    if size_mv == 0:
        return np.zeros(samples)
    time_s = np.arange(samples) / rate_hz
    true_hz = mains_hz * (1 + rng.uniform(-0.001, 0.001))
    swell = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.05, 0.3) * time_s + rng.uniform(0, 2 * np.pi))
    hum = np.sin(2 * np.pi * true_hz * time_s + rng.uniform(0, 2 * np.pi))
    if 3 * mains_hz < rate_hz / 2:
        hum = hum + 0.2 * np.sin(2 * np.pi * 3 * true_hz * time_s + rng.uniform(0, 2 * np.pi))
    return _with_rms(hum * swell, size_mv)


def muscle_noise(samples: int, rate_hz: float, size_mv: float, rng: np.random.Generator) -> Floats:
    """Return noise ``(samples,)`` of RMS ``size_mv`` that comes and goes in bursts.

    Its band is that of muscles, 15 to 120 Hz; at sample rates below 250 Hz and above 1 kHz, where the signal is likely
    none of the heart's, it moves along (0.06 of the rate upwards, or up to 0.12 of it).
    """
    if size_mv == 0:
        return np.zeros(samples)
    noise = band_noise(samples, rate_hz, min(15.0, 0.06 * rate_hz), max(120.0, 0.12 * rate_hz), rng)
    envelope = 0.4 + np.abs(band_noise(samples, rate_hz, 0.05, 0.6, rng))
    return _with_rms(noise * envelope, size_mv)


def electrode_pops(samples: int, rate_hz: float, size_mv: float, per_minute: float, rng: np.random.Generator) -> Floats:
    """Return sudden offsets ``(samples,)`` up to ``size_mv`` that fade in 0.05 to 0.6 s, ``per_minute`` on average."""
    pops = np.zeros(samples)
    for _ in range(int(rng.poisson(per_minute * samples / rate_hz / 60))):
        start = int(rng.integers(samples))
        fade_s = rng.uniform(0.05, 0.6)
        time_s = np.arange(samples - start) / rate_hz
        pops[start:] += rng.choice([-1, 1]) * rng.uniform(0.2, 1.0) * size_mv * np.exp(-time_s / fade_s)
    return pops


def fibrillatory_waves(samples: int, rate_hz: float, size_mv: float, rng: np.random.Generator) -> Floats:
    """Return f-waves ``(samples,)`` of RMS ``size_mv``: a sawtooth-like 4 to 8 Hz whose rate and size wander.

    After Stridh and Sörnmo 2001 (*IEEE Trans. Biomed. Eng.* 48(1):105).
    """
    return _sawtooth(samples, rate_hz, size_mv, rng.uniform(4.5, 8.0), 0.25, 0.6, rng)


def flutter_waves(samples: int, rate_hz: float, size_mv: float, flutter_hz: float, rng: np.random.Generator) -> Floats:
    """Return flutter waves ``(samples,)``: a steady sawtooth at ``flutter_hz``."""
    return _sawtooth(samples, rate_hz, size_mv, flutter_hz, 0.01, 0.05, rng)


def band_noise(samples: int, rate_hz: float, low_hz: float, high_hz: float, rng: np.random.Generator) -> Floats:
    """Return Gaussian noise ``(samples,)`` of RMS 1 between two frequencies (its spectrum is flat there)."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / rate_hz)
    spectrum[(frequency < low_hz) | (frequency > high_hz)] = 0
    return _with_rms(np.fft.irfft(spectrum, samples), 1.0)


def _sawtooth(
    samples: int,
    rate_hz: float,
    size_mv: float,
    centre_hz: float,
    wander: float,
    swell: float,
    rng: np.random.Generator,
) -> Floats:
    pace = centre_hz * np.clip(1 + wander * band_noise(samples, rate_hz, 0.05, 1.0, rng), 0.5, 1.6)
    phase = 2 * np.pi * np.cumsum(pace) / rate_hz + rng.uniform(0, 2 * np.pi)
    course = sum((-1) ** k * np.sin(k * phase) / k for k in range(1, 6))
    size = np.clip(1 + swell * band_noise(samples, rate_hz, 0.05, 1.0, rng), 0.2, 2.0)
    return _with_rms(np.asarray(course) * size, size_mv)


def _with_rms(course: Floats, size: float) -> Floats:
    rms = float(np.sqrt(np.mean(course**2))) if course.size else 0.0
    return course * (size / rms) if rms > 0 else np.zeros_like(course)
