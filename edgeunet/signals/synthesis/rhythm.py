"""When a synthetic heart beats: heart-rate variability, ectopic beats, atrial fibrillation and flutter, pacing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgeunet.short_repr import short_repr

Floats = npt.NDArray[np.float64]

FASTEST_RR_S = 0.27
SLOWEST_RR_S = 2.6


@dataclass(frozen=True)
class Beat:
    """One heart beat.

    Attributes
    ----------
    time_s : time of the R peak.
    origin : ``"atrial"`` (the usual way, whatever the rhythm), ``"pac"``, ``"pvc"`` or ``"paced"``.
    rr_s : time since the beat before; the QT interval follows it.
    has_p : whether a P wave goes before it.
    """

    time_s: float
    origin: str
    rr_s: float
    has_p: bool

    @property
    def wide(self) -> bool:
        """Whether it began in the ventricles, so that its QRS complex is wide."""
        return self.origin in ("pvc", "paced")


@dataclass(frozen=True)
class Rhythm:
    """What decides the beat times of one recording; rates in hertz, intervals in seconds.

    ``kind`` is ``"sinus"``, ``"no-p"`` (a junctional rhythm), ``"fibrillation"``, ``"flutter"`` or ``"paced"``
    (ventricular pacing, with or without P waves: ``paced_p``).
    """

    kind: str
    mean_rr_s: float
    rr_deviation_s: float
    lf_hf_ratio: float
    breathing_hz: float
    pvc_chance: float
    pac_chance: float
    paced_p: bool = False

    __repr__ = short_repr


def tachogram(rhythm: Rhythm, duration_s: float, rng: np.random.Generator) -> Floats:
    """Return RR deviations from the mean in seconds, 4 per second, with a two-peaked spectrum.

    McSharry et al. 2003 (*IEEE Trans. Biomed. Eng.* 50(3):289): Gaussians at 0.1 Hz (Mayer waves) and at the breathing
    rate, powers in ``lf_hf_ratio``, phases random.
    """
    rate_hz = 4.0
    samples = max(int(duration_s * rate_hz), 64)
    frequency = np.fft.rfftfreq(samples, 1 / rate_hz)
    low = rhythm.lf_hf_ratio * np.exp(-0.5 * ((frequency - 0.1) / 0.02) ** 2)
    high = np.exp(-0.5 * ((frequency - rhythm.breathing_hz) / 0.02) ** 2)
    phases = rng.uniform(0, 2 * np.pi, frequency.size)
    series = np.fft.irfft(np.sqrt(low + high) * np.exp(1j * phases), samples)
    deviation = float(series.std())
    return np.asarray(series * (rhythm.rr_deviation_s / deviation if deviation > 0 else 0.0))


def beats(rhythm: Rhythm, start_s: float, stop_s: float, rng: np.random.Generator) -> list[Beat]:
    """Return all beats with R peaks in ``[start_s, stop_s)``."""
    slow = tachogram(rhythm, stop_s - start_s, rng)
    time_s = start_s + float(rng.uniform(0, rhythm.mean_rr_s))
    result = [_regular_beat(rhythm, time_s, rhythm.mean_rr_s)]
    while True:
        rr_s = _next_rr(rhythm, slow[min(int((time_s - start_s) * 4), len(slow) - 1)], rng)
        beat = _ectopic(rhythm, result[-1], rr_s, rng) or _regular_beat(rhythm, time_s + rr_s, rr_s)
        # After a ventricular ectopic the sinus node keeps its time (full pause); after an atrial one it starts anew.
        if result[-1].origin == "pvc" and beat.origin != "pvc":
            pause_s = float(np.clip(2 * rhythm.mean_rr_s - result[-1].rr_s, FASTEST_RR_S, SLOWEST_RR_S))
            beat = _regular_beat(rhythm, time_s + pause_s, pause_s)
        time_s = beat.time_s
        if time_s >= stop_s:
            return result
        result.append(beat)


def _next_rr(rhythm: Rhythm, slow_s: float, rng: np.random.Generator) -> float:
    if rhythm.kind == "fibrillation":
        rr_s = rhythm.mean_rr_s * float(rng.gamma(20.0, 1 / 20.0))
    elif rhythm.kind == "flutter":
        rr_s = rhythm.mean_rr_s * float(rng.choice([1.0, 1.0, 1.0, 1.5, 0.5 if rhythm.mean_rr_s > 0.7 else 1.0]))
    elif rhythm.kind == "paced":
        rr_s = rhythm.mean_rr_s
    else:
        rr_s = rhythm.mean_rr_s + float(slow_s)
    return float(np.clip(rr_s, FASTEST_RR_S, SLOWEST_RR_S))


def _regular_beat(rhythm: Rhythm, time_s: float, rr_s: float) -> Beat:
    has_p = rhythm.kind == "sinus" or (rhythm.kind == "paced" and rhythm.paced_p)
    return Beat(time_s, "paced" if rhythm.kind == "paced" else "atrial", rr_s, has_p)


def _ectopic(rhythm: Rhythm, before: Beat, rr_s: float, rng: np.random.Generator) -> Beat | None:
    chance, coupling = float(rng.uniform()), float(rng.uniform(0.55, 0.8))
    if before.origin in ("pvc", "pac"):
        return None
    early_s = max(coupling * rr_s, FASTEST_RR_S + 0.1)
    if early_s > 0.9 * rr_s:
        return None
    if chance < rhythm.pvc_chance:
        return Beat(before.time_s + early_s, "pvc", early_s, False)
    if chance < rhythm.pvc_chance + rhythm.pac_chance and rhythm.kind == "sinus":
        return Beat(before.time_s + early_s, "pac", early_s, True)
    return None
