"""Everything that can be chosen about synthetic ECG, in one frozen dataclass."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.synthesis.heart import LEADS

Range = tuple[float, float]
"""Lowest and highest value; each record draws its own in between. Twice the same number fixes it."""


@dataclass(frozen=True)
class SyntheticECG:
    """Parameters of the generator. A ``Range`` is drawn anew for each record; a chance is a probability.

    Attributes
    ----------
    sample_rate_hz, duration_s, leads : form of a record; ``leads`` from i ii iii avr avl avf v1 … v6.
    heart_rate_bpm : mean rate; all RR intervals between the two limits are equally likely.
    rr_deviation : standard deviation of the RR interval relative to its mean (heart-rate variability).
    lf_hf_ratio : power of the 0.1 Hz rhythm over that of the breathing rhythm.
    breathing_hz : breathing rate; it moves heart rate, amplitude and baseline.
    fibrillation_chance, flutter_chance, paced_chance, no_p_chance : rhythm of a record (otherwise sinus): atrial
        fibrillation (irregular, f-waves, no P), atrial flutter (sawtooth, no P), ventricular pacing (spike, wide QRS),
        junctional rhythm (regular, no P).
    f_wave_mv : RMS of fibrillatory and flutter waves.
    ectopy_chance : records with premature beats; ``pvc_chance`` and ``pac_chance`` are per beat in those.
    p_ms, p_mv, p_axis_deg : P wave: duration, size, axis in the frontal plane (0 = left, 90 = down).
    pr_ms : P onset to QRS onset at 60 beats per minute.
    qrs_ms, qrs_mv, qrs_axis_deg : QRS complex.
    wide_qrs_chance, wide_qrs_ms : bundle-branch blocks: wide, with a second peak and a discordant T wave.
    st_mv : level of the ST segment.
    t_ms, t_mv, t_axis_deg : T wave; its axis is relative to that of the QRS.
    inverted_t_chance, biphasic_t_chance : T waves against the QRS, and T waves of two signs.
    qt_ms : QRS onset to T offset at 60 beats per minute; it follows the cube root of RR (Fridericia).
    beat_variation : relative beat-to-beat change of sizes and durations.
    u_mv : U wave, which is background: no label stands for it.
    wander_mv, mains_mv, muscle_mv : RMS of baseline wander, mains hum and muscle noise at the electrodes; drawn as the
        cube of a uniform number, so that most recordings are clean and a few are bad.
    mains_hz : frequencies of mains to choose from.
    pops_per_minute, pop_mv : electrode pops per electrode, and their largest size.
    p_edge, qrs_edge, t_edge : a wave begins and ends where its outermost component is this fraction of that component's
        peak. The defaults put the marks where LUDB's annotators put theirs.
    visible_mv : where a wave is smaller than this in a lead, its samples there are unknown rather than labelled.
    """

    sample_rate_hz: float = 500.0
    duration_s: float = 10.0
    leads: tuple[str, ...] = LEADS
    heart_rate_bpm: Range = (44, 120)
    rr_deviation: Range = (0.01, 0.08)
    lf_hf_ratio: Range = (0.3, 3.0)
    breathing_hz: Range = (0.15, 0.4)
    fibrillation_chance: float = 0.1
    flutter_chance: float = 0.03
    paced_chance: float = 0.05
    no_p_chance: float = 0.03
    f_wave_mv: Range = (0.01, 0.06)
    ectopy_chance: float = 0.15
    pvc_chance: Range = (0.02, 0.2)
    pac_chance: Range = (0.02, 0.15)
    p_ms: Range = (75, 130)
    p_mv: Range = (0.04, 0.17)
    p_axis_deg: Range = (10, 85)
    pr_ms: Range = (115, 220)
    qrs_ms: Range = (75, 115)
    qrs_mv: Range = (0.6, 2.2)
    qrs_axis_deg: Range = (-50, 100)
    wide_qrs_chance: float = 0.12
    wide_qrs_ms: Range = (115, 165)
    st_mv: Range = (-0.05, 0.08)
    t_ms: Range = (130, 240)
    t_mv: Range = (0.1, 0.55)
    t_axis_deg: Range = (-50, 50)
    inverted_t_chance: float = 0.15
    biphasic_t_chance: float = 0.1
    u_mv: Range = (0.0, 0.04)
    qt_ms: Range = (350, 450)
    beat_variation: Range = (0.01, 0.05)
    wander_mv: Range = (0.0, 0.2)
    mains_mv: Range = (0.0, 0.025)
    muscle_mv: Range = (0.0, 0.035)
    mains_hz: tuple[float, ...] = (50.0, 60.0)
    pops_per_minute: Range = (0.0, 0.6)
    pop_mv: float = 1.0
    p_edge: float = 0.1
    qrs_edge: float = 0.01
    t_edge: float = 0.08
    visible_mv: float = 0.012

    __repr__ = short_repr

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "Range" and not (len(value) == 2 and -math.inf < value[0] <= value[1] < math.inf):
                raise SignalError(f"SyntheticECG: {field.name} must be (lowest, highest), not {value}; order the two")
            if field.name.endswith(("_ms", "_bpm", "_hz")) and not min(np.atleast_1d(value), default=1.0) > 0:
                raise SignalError(f"SyntheticECG: {field.name} must be above 0, not {value}")
            if field.name.endswith("_chance") and field.type == "float" and not 0 <= value <= 1:
                raise SignalError(f"SyntheticECG: {field.name} is {value}; a chance lies between 0 and 1")
        strange = [lead for lead in self.leads if lead not in LEADS]
        if strange or not self.leads:
            named = f"lead '{strange[0]}'" if strange else "no lead"
            raise SignalError(f"synthetic ECG was asked for {named}; choose from {', '.join(LEADS)}")
        if not all(0 < edge < 1 for edge in (self.p_edge, self.qrs_edge, self.t_edge)):
            raise SignalError("SyntheticECG: p_edge, qrs_edge and t_edge are fractions of a peak; give 0 < edge < 1")
        if not (self.sample_rate_hz > 0 and self.duration_s * self.sample_rate_hz >= 2):
            raise SignalError(
                f"SyntheticECG: {self.duration_s} s at {self.sample_rate_hz} Hz is less than 2 samples; make it longer"
            )
        if not self.mains_hz:
            raise SignalError("SyntheticECG: mains_hz is empty; give 50 or 60, and set mains_mv=(0, 0) for no hum")

    def edge(self, wave: str) -> float:
        """Return the fraction of its peak at which a component of ``wave`` begins and ends."""
        return {"P": self.p_edge, "QRS": self.qrs_edge, "T": self.t_edge}.get(wave, 0.05)
