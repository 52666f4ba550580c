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
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals import disturbances
from edgeunet.signals.record import CLASSES, Labels, Record, Wave, paint_labels
from edgeunet.signals.synthesis.ecg_parameters import SyntheticECG
from edgeunet.signals.synthesis.heart import LEADS, Component, Floats, electrode_matrix, scaled, shifted, vector_matrix
from edgeunet.signals.synthesis.rhythm import Beat, beats
from edgeunet.signals.synthesis.virtual_patient import VirtualPatient, draw_patient

SEEN = 0.05
"""A component this much weaker than the strongest of its wave in a lead does not show there."""

MARGIN_S = 2.0
"""Beats are made this long before and after the record, so that it begins and ends anywhere within a beat."""


GAP_S = 0.006
"""Least distance between two waves."""

ASPECTS = ("heart", "rhythm", "disturbance", "beats", "shapes", "atria", "noise")
"""What draws from random numbers of its own; the order is part of what a seed means."""


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

    def __repr__(self) -> str:
        return cut(
            f"<SyntheticSource: {self.records} records, seed {self.seed}, leads {', '.join(self.parameters.leads)}>",
            LONGEST,
        )

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
    # One stream of random numbers for each aspect, so that a change of noise leaves the beats as they were.
    seeds = (seed,) if isinstance(seed, int) else tuple(seed)
    rng_of = {aspect: np.random.default_rng((*seeds, index)) for index, aspect in enumerate(ASPECTS)}
    patient = draw_patient(parameters, rng_of)
    samples = round(parameters.duration_s * parameters.sample_rate_hz)
    waves = place_waves(
        patient, beats(patient.rhythm, -MARGIN_S, parameters.duration_s + MARGIN_S, rng_of["beats"]), rng_of["shapes"]
    )
    projection = vector_matrix(patient.chest_gain, patient.chest_turn_deg)
    columns = [LEADS.index(lead) for lead in parameters.leads]
    heart = render(waves, samples, parameters) + _atrial_activity(patient, samples, parameters, rng_of["atria"])
    signal = heart @ projection + disturb(patient, samples, parameters, rng_of["noise"]) @ electrode_matrix()
    seen = [project_wave(w, projection[:, columns], parameters.sample_rate_hz) for w in waves if w.kind in CLASSES]
    truth = [lead_truth(seen, lead, samples, parameters.visible_mv) for lead in range(len(columns))]
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
    """Return every wave of every beat in time; no two that are labelled overlap.

    A P wave for which the last T wave leaves no room is left out (it is buried there); a T wave that the next QRS
    complex would cut is shortened.
    """
    placed: list[PlacedWave] = []
    heart, last_end_s = patient.heart, -np.inf
    for beat, following in zip(rhythm, [*rhythm[1:], None], strict=True):
        jitter = 1 + patient.beat_variation * np.clip(rng.normal(size=8), -2.5, 2.5)
        breath = 1 + 0.05 * np.sin(2 * np.pi * patient.rhythm.breathing_hz * beat.time_s)
        upright = -1.0 if beat.origin == "pac" and rng.uniform() < 0.5 else 1.0
        qrs = shifted(heart.pvc if beat.wide else heart.qrs, beat.time_s, jitter[0])
        start_s, stop_s = min(part.start_s for part in qrs), max(part.stop_s for part in qrs)
        if beat.has_p:
            p = shifted(heart.p, start_s - heart.pr_s * min(1.0, beat.rr_s**0.3) * jitter[1])
            if p[0].start_s > last_end_s + GAP_S and max(part.stop_s for part in p) < start_s - GAP_S:
                placed.append(PlacedWave("P", scaled(p, upright * jitter[2])))
        placed.append(PlacedWave("QRS", scaled(qrs, jitter[3] * breath)))
        if beat.origin == "paced":
            placed.append(PlacedWave("spike", (Component("spike", start_s, 0.002, 0.003, (0.8, 1.0, 0.3)),)))
        if not beat.wide:
            placed.append(PlacedWave("ST", shifted(heart.st, stop_s)))
        limit_s = np.inf
        if following is not None:
            limit_s = following.time_s + 1.15 * heart.qrs_edges_s(following.wide)[0] - GAP_S
        t = _place_t(patient, beat, start_s, stop_s, limit_s, jitter[4])
        last_end_s = max([stop_s, *(part.stop_s for part in t)])
        if t:
            placed.append(PlacedWave("T", scaled(t, jitter[5] * breath)))
            placed.append(PlacedWave("U", shifted(heart.u, last_end_s)))
    return placed


def _place_t(
    patient: VirtualPatient, beat: Beat, start_s: float, stop_s: float, limit_s: float, jitter: float
) -> tuple[Component, ...]:
    """Return the T wave after a QRS from ``start_s`` to ``stop_s``; none where ``limit_s`` leaves under 60 ms."""
    heart = patient.heart
    template = heart.pvc_t if beat.wide else heart.t
    length_s = max(part.stop_s for part in template)
    stretch = float(np.clip(beat.rr_s ** (1 / 3), 0.65, 1.15)) * jitter
    end_s = min(start_s + (heart.pvc_qt_s if beat.wide else heart.qt_s) * stretch, limit_s)
    begin_s = max(end_s - length_s * stretch, stop_s + GAP_S)
    return shifted(template, begin_s, (end_s - begin_s) / length_s) if end_s - begin_s >= 0.06 else ()


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


@dataclass(frozen=True)
class WaveInLeads:
    """Where one wave lies in each lead, and how large its strongest component is there; arrays ``(leads,)``."""

    kind: str
    onset: npt.NDArray[np.int64]
    peak: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]
    size_mv: Floats


def project_wave(wave: PlacedWave, projection: Floats, rate_hz: float) -> WaveInLeads:
    """Return ``wave`` in the leads of ``projection`` ``(3, leads)``.

    In a lead it reaches from the first to the last edge of those components whose projection is at least `SEEN` of the
    strongest one's.
    """
    sizes = np.abs(np.array([part.vector_mv for part in wave.parts]) @ projection)
    seen = sizes >= SEEN * sizes.max(axis=0)
    start_s, stop_s, centre_s = (
        np.array([getattr(part, name) for part in wave.parts])[:, None] for name in ("start_s", "stop_s", "centre_s")
    )
    onset = np.ceil(np.where(seen, start_s, np.inf).min(axis=0) * rate_hz).astype(np.int64)
    offset = np.maximum(np.floor(np.where(seen, stop_s, -np.inf).max(axis=0) * rate_hz).astype(np.int64), onset)
    peak = np.rint(centre_s[sizes.argmax(axis=0), 0] * rate_hz).astype(np.int64)
    return WaveInLeads(wave.kind, onset, np.clip(peak, onset, offset), offset, sizes.max(axis=0))


def lead_truth(
    waves: list[WaveInLeads], lead: int, samples: int, visible_mv: float
) -> tuple[tuple[Wave, ...], tuple[int, int], Labels]:
    """Return the waves of one lead, its annotated range and its labels.

    A wave cut by an end of the record, or smaller than ``visible_mv``, leaves its samples unknown.
    """
    kept: list[Wave] = []
    hidden: list[tuple[int, int]] = []
    start, stop = 0, samples
    for wave in waves:
        onset, offset = int(wave.onset[lead]), int(wave.offset[lead])
        if offset < 0 or onset >= samples:
            continue
        if onset < 0:
            start = max(start, offset + 1)
        elif offset >= samples:
            stop = min(stop, onset)
        elif wave.size_mv[lead] < visible_mv:
            hidden.append((onset, offset + 1))
        else:
            kept.append(Wave(wave.kind, onset, int(wave.peak[lead]), offset))
    inside = tuple(w for w in sorted(kept, key=lambda w: w.onset) if start <= w.onset and w.offset < stop)
    span = start, max(stop, start)
    return inside, span, paint_labels(samples, inside, span, unknown=hidden)


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
