"""Drawing a person from `SyntheticECG`: a heart, a rhythm, and how bad the recording is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edgeunet.short_repr import short_repr
from edgeunet.signals.synthesis.ecg_parameters import Range, SyntheticECG
from edgeunet.signals.synthesis.heart import Component, Heart, times, unit_vector
from edgeunet.signals.synthesis.rhythm import Rhythm

Rng = np.random.Generator


@dataclass(frozen=True)
class Disturbance:
    """RMS sizes in millivolts at the electrodes, and the rest of what spoils one recording."""

    wander_mv: float
    mains_mv: float
    mains_hz: float
    muscle_mv: float
    pops_per_minute: float
    pop_mv: float
    f_wave_mv: float


@dataclass(frozen=True)
class VirtualPatient:
    """Everything fixed about one synthetic record before its first beat."""

    heart: Heart
    rhythm: Rhythm
    disturbance: Disturbance
    beat_variation: float
    chest_gain: float
    chest_turn_deg: float

    __repr__ = short_repr


def draw_patient(parameters: SyntheticECG, rng_of: Mapping[str, Rng]) -> VirtualPatient:
    """Return a patient within ``parameters``; ``rng_of`` is for ``heart``, ``rhythm`` and ``disturbance``."""
    rng = rng_of["disturbance"]
    return VirtualPatient(
        heart=_draw_heart(parameters, rng_of["heart"]),
        rhythm=_draw_rhythm(parameters, rng_of["rhythm"]),
        disturbance=Disturbance(
            wander_mv=_mostly_low(parameters.wander_mv, rng),
            mains_mv=_mostly_low(parameters.mains_mv, rng),
            mains_hz=float(rng.choice(parameters.mains_hz)),
            muscle_mv=_mostly_low(parameters.muscle_mv, rng),
            pops_per_minute=_between(parameters.pops_per_minute, rng),
            pop_mv=parameters.pop_mv,
            f_wave_mv=_between(parameters.f_wave_mv, rng),
        ),
        beat_variation=_between(parameters.beat_variation, rng),
        chest_gain=float(rng.uniform(1.0, 2.2)),
        chest_turn_deg=float(rng.uniform(-25, 25)),
    )


def _between(limits: Range, rng: Rng) -> float:
    return float(rng.uniform(limits[0], limits[1]))


def _mostly_low(limits: Range, rng: Rng) -> float:
    return float(limits[0] + (limits[1] - limits[0]) * rng.uniform() ** 3)


def _draw_rhythm(parameters: SyntheticECG, rng: Rng) -> Rhythm:
    chances = [
        ("fibrillation", parameters.fibrillation_chance),
        ("flutter", parameters.flutter_chance),
        ("paced", parameters.paced_chance),
        ("no-p", parameters.no_p_chance),
    ]
    kind, draw = "sinus", float(rng.uniform())
    for name, chance in chances:
        if draw < chance:
            kind = name
            break
        draw -= chance
    slowest_bpm, fastest_bpm = parameters.heart_rate_bpm
    mean_rr_s = _between((60.0 / fastest_bpm, 60.0 / slowest_bpm), rng)
    ectopic = float(rng.uniform()) < parameters.ectopy_chance
    pvc, pac = _between(parameters.pvc_chance, rng), _between(parameters.pac_chance, rng)
    return Rhythm(
        kind=kind,
        mean_rr_s=mean_rr_s,
        rr_deviation_s=mean_rr_s * _between(parameters.rr_deviation, rng),
        lf_hf_ratio=_between(parameters.lf_hf_ratio, rng),
        breathing_hz=_between(parameters.breathing_hz, rng),
        pvc_chance=pvc if ectopic else 0.0,
        pac_chance=pac if ectopic else 0.0,
        paced_p=bool(rng.uniform() < 0.4),
    )


def _draw_heart(parameters: SyntheticECG, rng: Rng) -> Heart:
    wide = float(rng.uniform()) < parameters.wide_qrs_chance
    axis_deg = _between(parameters.qrs_axis_deg, rng)
    size_mv = _between(parameters.qrs_mv, rng)
    qrs_s = _between(parameters.wide_qrs_ms if wide else parameters.qrs_ms, rng) / 1000
    main = unit_vector(axis_deg, float(rng.uniform(-0.6, 0.25)))
    inverted = (float(rng.uniform()) < parameters.inverted_t_chance) != wide
    t_mv = _between(parameters.t_mv, rng)
    t_axis_deg = axis_deg * 0.6 + 20 + _between(parameters.t_axis_deg, rng) + (180 if inverted else 0)
    t_parts = _t_wave(parameters, t_axis_deg, t_mv, rng)
    pvc_s = float(rng.uniform(0.13, 0.18))
    pvc_axis_deg = float(rng.uniform(-180, 180))
    pvc_mv = size_mv * float(rng.uniform(0.9, 1.8))
    return Heart(
        p=_p_wave(parameters, rng),
        qrs=_wide_qrs(qrs_s, main, size_mv, rng) if wide else _narrow_qrs(qrs_s, main, axis_deg, size_mv, rng),
        st=_st_segment(_between(parameters.st_mv, rng), axis_deg, rng),
        t=t_parts,
        u=_u_wave(_between(parameters.u_mv, rng), axis_deg, rng),
        pvc=_wide_qrs(pvc_s, unit_vector(pvc_axis_deg, float(rng.uniform(-0.7, 0.7))), pvc_mv, rng),
        pvc_t=_simple_t(float(rng.uniform(0.18, 0.26)), pvc_axis_deg + 180, 0.35 * pvc_mv, rng),
        pr_s=_between(parameters.pr_ms, rng) / 1000,
        qt_s=_between(parameters.qt_ms, rng) / 1000 + max(0.0, qrs_s - 0.1),
        pvc_qt_s=float(rng.uniform(0.38, 0.46)),
    )


def _p_wave(parameters: SyntheticECG, rng: Rng) -> tuple[Component, ...]:
    """Right atrium first and to the front, left atrium later and to the back: positive-negative in V1."""
    duration_s, size_mv = _between(parameters.p_ms, rng) / 1000, _between(parameters.p_mv, rng)
    axis_deg, lag = _between(parameters.p_axis_deg, rng), float(rng.uniform(0.15, 0.4))
    width_s = duration_s * (1 - lag) / 2
    right = times(size_mv * float(rng.uniform(0.4, 0.8)), unit_vector(axis_deg + 10, float(rng.uniform(0.1, 0.7))))
    left = times(size_mv * float(rng.uniform(0.5, 0.9)), unit_vector(axis_deg - 15, float(rng.uniform(-0.7, 0.0))))
    return (
        Component("P", width_s, width_s, width_s, right),
        Component("P", duration_s - width_s, width_s, width_s, left),
    )


def _narrow_qrs(
    duration_s: float, main: tuple[float, float, float], axis_deg: float, size_mv: float, rng: Rng
) -> tuple[Component, ...]:
    """Septum (right, front), free walls (the axis), base (up, back)."""
    first_s, last_s = duration_s * float(rng.uniform(0.38, 0.55)), duration_s * float(rng.uniform(0.45, 0.62))
    septal = times(size_mv * float(rng.uniform(0.05, 0.3)), unit_vector(float(rng.uniform(140, 230)), 0.6))
    basal = times(
        size_mv * float(rng.uniform(0.1, 0.5)), unit_vector(float(rng.uniform(170, 300)), float(rng.uniform(-0.8, 0)))
    )
    lag_s = float(rng.uniform(0.45, 0.6)) * last_s
    parts = [
        Component("QRS", -0.5 * first_s, 0.5 * first_s, 0.45 * first_s, septal),
        Component("QRS", 0.0, 0.8 * first_s, 0.6 * last_s, times(size_mv, main)),
        Component("QRS", lag_s, 0.8 * lag_s, last_s - lag_s, basal),
    ]
    if rng.uniform() < 0.15:
        notch = times(0.2 * size_mv, unit_vector(axis_deg + float(rng.uniform(60, 120)), float(rng.uniform(-0.5, 0.5))))
        parts.append(Component("QRS", 0.3 * last_s, 0.2 * last_s, 0.2 * last_s, notch))
    return tuple(parts)


def _wide_qrs(duration_s: float, main: tuple[float, float, float], size_mv: float, rng: Rng) -> tuple[Component, ...]:
    """Two late, broad forces some way apart, as in bundle-branch block, ventricular and paced beats."""
    first_s, last_s = duration_s * float(rng.uniform(0.3, 0.45)), duration_s * float(rng.uniform(0.55, 0.7))
    lag_s = float(rng.uniform(0.3, 0.5)) * last_s
    second = times(size_mv * float(rng.uniform(0.3, 0.9)), main)
    turned = tuple(a + 0.4 * size_mv * float(b) for a, b in zip(second, rng.normal(size=3), strict=True))
    return (
        Component("QRS", 0.0, first_s, 0.6 * last_s, times(size_mv, main)),
        Component("QRS", lag_s, 0.6 * (first_s + lag_s), last_s - lag_s, (turned[0], turned[1], turned[2])),
    )


def _st_segment(level_mv: float, axis_deg: float, rng: Rng) -> tuple[Component, ...]:
    direction = unit_vector(axis_deg + float(rng.uniform(-60, 60)), float(rng.uniform(-0.5, 0.8)))
    return (Component("ST", 0.06, 0.07, 0.12, times(level_mv, direction)),)


def _u_wave(size_mv: float, axis_deg: float, rng: Rng) -> tuple[Component, ...]:
    direction = unit_vector(axis_deg, float(rng.uniform(0.0, 0.8)))
    return (Component("U", 0.08, 0.06, 0.08, times(size_mv, direction)),)


def _t_wave(parameters: SyntheticECG, axis_deg: float, size_mv: float, rng: Rng) -> tuple[Component, ...]:
    duration_s = _between(parameters.t_ms, rng) / 1000
    if float(rng.uniform()) < parameters.biphasic_t_chance:
        direction = unit_vector(axis_deg, float(rng.uniform(-0.2, 0.8)))
        first, second = (-1, 1) if rng.uniform() < 0.5 else (1, -1)
        half_s = duration_s * 0.27
        return (
            Component("T", half_s, half_s, half_s, times(0.6 * first * size_mv, direction)),
            Component("T", duration_s - half_s, half_s, half_s, times(0.6 * second * size_mv, direction)),
        )
    return _simple_t(duration_s, axis_deg, size_mv, rng)


def _simple_t(duration_s: float, axis_deg: float, size_mv: float, rng: Rng) -> tuple[Component, ...]:
    """One lobe that rises slower than it falls, its vector turning a little on the way."""
    rise_s = duration_s * float(rng.uniform(0.52, 0.68))
    front = float(rng.uniform(-0.2, 0.8))
    body = Component("T", rise_s, rise_s, duration_s - rise_s, times(size_mv, unit_vector(axis_deg, front)))
    turn = times(0.25 * size_mv, unit_vector(axis_deg + math.copysign(60, float(rng.normal())), -front / 2))
    early_s = 0.7 * rise_s
    return body, Component("T", early_s, early_s * 0.95, 0.6 * (duration_s - early_s), turn)
