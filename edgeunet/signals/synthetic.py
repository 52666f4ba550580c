"""Synthetic ECG with exact wave boundaries, the default source everywhere, so that nothing needs a download.

Each wave is a sum of asymmetric Gaussians along heart vectors, as in the dynamical model of McSharry et al. 2003
(*IEEE Trans. Biomed. Eng.* 50(3):289, ECGSYN) but placed beat by beat in time, so every onset and offset is known. The
vectors are projected on twelve leads; disturbances act on the nine electrodes. Hence II = I + III, always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.signals import disturbances
from edgeunet.signals.ecg_parameters import SyntheticECG
from edgeunet.signals.heart import LEADS, Component, Floats, electrode_matrix, shifted, vector_matrix
from edgeunet.signals.record import CLASSES, UNKNOWN, Record, Wave, paint_labels
from edgeunet.signals.rhythm import Beat, beats
from edgeunet.signals.virtual_patient import VirtualPatient, draw_patient

MARGIN_S = 2.0
"""Beats are made this long before and after the record, so that it begins and ends anywhere within a beat."""


@dataclass(frozen=True)
class PlacedWave:
    """The components of one wave of one beat, in seconds from the start of the record."""

    kind: str
    parts: tuple[Component, ...]


class SyntheticSource:
    """Endless synthetic patients, one record each, made when they are read: ``synthetic-0000``, ``synthetic-0001`` …

    Parameters
    ----------
    records : how many.
    seed : the same seed gives the same records, on any machine, whatever the order of reading.
    parameters : see `SyntheticECG`.
    leads : leads to make, instead of those in ``parameters``.
    """

    def __init__(
        self,
        records: int = 200,
        seed: int = 0,
        parameters: SyntheticECG | None = None,
        leads: Sequence[str] | None = None,
    ) -> None:
        if records < 1:
            raise SignalError(f"synthetic ECG: {records} records were asked for; ask for at least 1")
        self.parameters = parameters or SyntheticECG()
        if leads is not None:
            self.parameters = replace(self.parameters, leads=tuple(lead.lower() for lead in leads))
        self.seed = seed
        self.records = records

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the labels."""
        return CLASSES

    def names(self) -> tuple[str, ...]:
        """Return the names of all records."""
        return tuple(f"synthetic-{index:04d}" for index in range(self.records))

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient: each record is one."""
        return {name: name for name in self.names()}

    def describe(self) -> dict[str, Any]:
        """Return the seed and the number of records."""
        return {"source": "synthetic", "seed": self.seed, "records": self.records}

    def read(self, name: str) -> Record:
        """Make the record called ``name``."""
        prefix, _, number = name.rpartition("-")
        if prefix != "synthetic" or not number.isdigit() or int(number) >= self.records:
            raise SignalError(
                f"there is no synthetic record '{name}'; they run from synthetic-0000 to {self.names()[-1]}"
            )
        return synthesize(self.parameters, (self.seed, int(number)), name)


def synthesize(parameters: SyntheticECG, seed: int | tuple[int, ...], name: str = "synthetic") -> Record:
    """Return one record: signal in millivolts, waves and labels per lead."""
    rng = np.random.default_rng(seed)
    patient = draw_patient(parameters, rng)
    samples = round(parameters.duration_s * parameters.sample_rate_hz)
    waves = place_waves(patient, beats(patient.rhythm, -MARGIN_S, parameters.duration_s + MARGIN_S, rng), rng)
    projection = vector_matrix(patient.chest_gain, patient.chest_turn_deg)
    columns = [LEADS.index(lead) for lead in parameters.leads]
    heart = render(waves, samples, parameters) + _atrial_activity(patient, samples, parameters, rng)
    signal = heart @ projection + disturb(patient, samples, parameters, rng) @ electrode_matrix()
    truth = [lead_truth(waves, projection[:, column], samples, parameters) for column in columns]
    return Record(
        name=name,
        patient=name,
        sample_rate_hz=parameters.sample_rate_hz,
        leads=parameters.leads,
        signal=signal[:, columns].astype(np.float32),
        waves=tuple(waves for waves, _, _ in truth),
        annotated=tuple(span for _, span, _ in truth),
        labels=np.stack([labels for _, _, labels in truth], axis=1),
    )


def place_waves(patient: VirtualPatient, rhythm: list[Beat], rng: np.random.Generator) -> list[PlacedWave]:
    """Return every wave of every beat in time; a P wave that would begin before the last T wave ended is left out."""
    placed: list[PlacedWave] = []
    heart, last_end_s = patient.heart, -np.inf
    for beat in rhythm:
        wide = beat.origin in ("pvc", "paced")
        jitter = 1 + patient.beat_variation * np.clip(rng.normal(size=8), -2.5, 2.5)
        breath = 1 + 0.05 * np.sin(2 * np.pi * patient.rhythm.breathing_hz * beat.time_s)
        onset_s, _ = heart.qrs_edges_s(wide)
        onset_s = beat.time_s + onset_s * jitter[0]
        if beat.has_p:
            p_axis = -1.0 if beat.origin == "pac" and rng.uniform() < 0.5 else 1.0
            p_s = onset_s - heart.pr_s * min(1.0, beat.rr_s**0.3) * jitter[1]
            parts = tuple(part.scaled(p_axis * jitter[2]) for part in shifted(heart.p, p_s))
            p_stop_s = max(part.stop_s for part in parts)
            if p_s > last_end_s and p_stop_s < onset_s:
                placed.append(PlacedWave("P", parts))
        qrs = shifted(heart.pvc if wide else heart.qrs, beat.time_s, jitter[0])
        placed.append(PlacedWave("QRS", tuple(part.scaled(jitter[3] * breath) for part in qrs)))
        qrs_stop_s = max(part.stop_s for part in qrs)
        if beat.origin == "paced":
            placed.append(PlacedWave("spike", (Component("spike", onset_s, 0.002, 0.003, (0.8, 1.0, 0.3)),)))
        if not wide:
            placed.append(PlacedWave("ST", shifted(heart.st, qrs_stop_s)))
        template = heart.pvc_t if wide else heart.t
        t_length_s = max(part.stop_s for part in template)
        stretch = float(np.clip(beat.rr_s ** (1 / 3), 0.65, 1.15)) * jitter[4]
        t_stop_s = onset_s + (heart.pvc_qt_s if wide else heart.qt_s) * stretch
        t_start_s = max(t_stop_s - t_length_s * stretch, qrs_stop_s + 0.005)
        t_parts = shifted(template, t_start_s, (t_stop_s - t_start_s) / t_length_s)
        placed.append(PlacedWave("T", tuple(part.scaled(jitter[5] * breath) for part in t_parts)))
        placed.append(PlacedWave("U", shifted(heart.u, t_stop_s)))
        last_end_s = t_stop_s
    return placed


def render(waves: list[PlacedWave], samples: int, parameters: SyntheticECG) -> Floats:
    """Return the heart vector ``(time, 3)`` in millivolts."""
    vector = np.zeros((samples, 3))
    rate_hz = parameters.sample_rate_hz
    for wave in waves:
        for part in wave.parts:
            # Beyond three half-widths a Gaussian at 10 % by its edge is below 1e-9 of its peak.
            first = max(0, int((part.centre_s - 3 * part.rise_s) * rate_hz))
            last = min(samples, int((part.centre_s + 3 * part.fall_s) * rate_hz) + 2)
            if first < last:
                time_s = np.arange(first, last) / rate_hz
                vector[first:last] += part.shape(time_s, parameters.edge(part.wave))[:, None] * part.vector_mv
    return vector


def lead_truth(
    waves: list[PlacedWave], projection: Floats, samples: int, parameters: SyntheticECG
) -> tuple[tuple[Wave, ...], tuple[int, int], Any]:
    """Return the waves of one lead, its annotated range and its labels.

    A wave reaches from the first to the last edge of those components whose projection is at least 5 % of the wave's
    strongest one. A wave cut by an end of the record, or smaller than ``visible_mv``, leaves its samples unknown.
    """
    kept: list[Wave] = []
    hidden: list[tuple[int, int]] = []
    start, stop = 0, samples
    for wave in waves:
        if wave.kind not in CLASSES:
            continue
        sizes = [abs(float(np.dot(part.vector_mv, projection))) for part in wave.parts]
        seen = [part for part, size in zip(wave.parts, sizes, strict=True) if size >= 0.05 * max(sizes)]
        onset = int(np.ceil(min(part.start_s for part in seen) * parameters.sample_rate_hz))
        offset = int(np.floor(max(part.stop_s for part in seen) * parameters.sample_rate_hz))
        peak = round(
            seen[int(np.argmax([abs(float(np.dot(p.vector_mv, projection))) for p in seen]))].centre_s
            * parameters.sample_rate_hz
        )
        if offset < 0 or onset >= samples:
            continue
        if onset < 0:
            start = max(start, offset + 1)
        elif offset >= samples:
            stop = min(stop, onset)
        elif max(sizes) < parameters.visible_mv:
            hidden.append((onset, offset + 1))
        else:
            kept.append(Wave(wave.kind, onset, min(max(peak, onset), offset), max(offset, onset)))
    kept.sort(key=lambda wave: wave.onset)
    inside = tuple(w for w in kept if start <= w.onset and w.offset < stop)
    labels = paint_labels(samples, inside, (start, max(stop, start)), unknown=hidden)
    labels[:start] = UNKNOWN
    return inside, (start, max(stop, start)), labels


def _atrial_activity(
    patient: VirtualPatient, samples: int, parameters: SyntheticECG, rng: np.random.Generator
) -> Floats:
    """Return f-waves or flutter waves as a heart vector ``(time, 3)``; zeros in other rhythms."""
    vector = np.zeros((samples, 3))
    size_mv, rate_hz = patient.disturbance.f_wave_mv, parameters.sample_rate_hz
    if patient.rhythm.kind == "fibrillation":
        for axis, weight in enumerate((0.5, 0.8, 1.0)):
            vector[:, axis] = disturbances.fibrillatory_waves(samples, rate_hz, weight * size_mv, rng)
    elif patient.rhythm.kind == "flutter":
        course = disturbances.flutter_waves(samples, rate_hz, 2 * size_mv, float(rng.uniform(4.2, 5.5)), rng)
        vector = course[:, None] * np.array([0.2, -1.0, 0.6])
    return vector


def disturb(patient: VirtualPatient, samples: int, parameters: SyntheticECG, rng: np.random.Generator) -> Floats:
    """Return all disturbances ``(time, 9 electrodes)`` in millivolts."""
    kinds, rate_hz, electrodes = patient.disturbance, parameters.sample_rate_hz, []
    for _ in range(9):
        gain = rng.uniform(0.3, 1.2, size=3)
        electrodes.append(
            disturbances.baseline_wander(samples, rate_hz, gain[0] * kinds.wander_mv, patient.rhythm.breathing_hz, rng)
            + disturbances.mains_hum(samples, rate_hz, gain[1] * kinds.mains_mv, kinds.mains_hz, rng)
            + disturbances.muscle_noise(samples, rate_hz, gain[2] * kinds.muscle_mv, rng)
            + disturbances.electrode_pops(samples, rate_hz, kinds.pop_mv, kinds.pops_per_minute, rng)
        )
    return np.stack(electrodes, axis=1)
