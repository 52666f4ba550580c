"""Directories of WFDB records with delineation annotations, in the layouts of LUDB and of the QT database.

- *Per lead* (LUDB): one annotation file per lead, its extension being the lead's name (``1.i`` … ``1.v6``).
- *Joint* (QT database): one annotation file for all leads (``sel100.q1c``); ``pu0``, ``pu1`` … are per lead by number.
- *Beats* (MIT-BIH): only when each beat was (``.atr``), which gives weak labels (`edgeunet.signals.recordings.beats`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import is_file
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals.record import (
    CLASSES,
    UNKNOWN,
    Labels,
    Record,
    Signal,
    Wave,
    missing_shares,
    paint_labels,
    without_missing,
)
from edgeunet.signals.recordings.beats import beat_labels, beats_without_t, other_beats, unmarked_beats
from edgeunet.signals.recordings.marks import marks_to_waves
from edgeunet.signals.recordings.patients import map_patients
from edgeunet.signals.recordings.units import parse_adc_units
from edgeunet.signals.recordings.wfdb.records import find_records, related_records
from edgeunet.signals.recordings.wfdb.signal import WfdbSignal, read_signal
from edgeunet.signals.recordings.wfdb_annotations import read_wfdb_marks

BEAT_ANNOTATOR = "atr"
"""Taken where there are no delineations."""

JOINT_ANNOTATORS = ("q1c", "q2c", "pu{index}", "pu")
"""Looked for in this order when there are no annotation files named after the leads."""

GAP_FACTOR = 1.75
"""In a joint file, QRS complexes further apart than this many median distances have unannotated beats between them."""


class WfdbSource:
    """The WFDB records below a directory.

    Parameters
    ----------
    directory : holds ``.hea`` files, at any depth; a ``RECORDS`` file, where there is one, fixes which and their order.
    leads : channels to read; all when ``None``.
    annotator : extension of the annotation files; ``{lead}`` stands for the lead's name and ``{index}`` for its number.
        ``None`` looks at what is there: the leads' names, then `JOINT_ANNOTATORS`; ``"none"`` reads signals only, and
        ``"any"`` does so where ``None`` finds nothing.
    adc_units : see `edgeunet.signals.recordings.units`.
    patients : file that says whose each record is (see `edgeunet.signals.recordings.patients`).
    missing : ``"error"`` or ``"mask"`` for samples that the file marks invalid.
    """

    classes = CLASSES

    def __init__(
        self,
        directory: Path | str,
        *,
        leads: Sequence[str] | None = None,
        annotator: str | None = None,
        adc_units: str | float = "auto",
        patients: Path | str | None = None,
        missing: str = "error",
    ) -> None:
        self.directory = Path(directory)
        self.leads = tuple(leads) if leads else None
        self.annotator = annotator
        self.adc_units = adc_units
        self.missing = missing
        parse_adc_units(adc_units)
        self._patients = map_patients(self.names(), self.directory, patients, related_records(self._bases))

    def __repr__(self) -> str:
        return cut(f"<WfdbSource {self.directory}: leads {', '.join(self.leads or ['all'])}>", LONGEST)

    def names(self) -> tuple[str, ...]:
        """Return the names of all records: that of the header file, with its directory where two are alike."""
        return tuple(self._bases)

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient."""
        return self._patients

    def describe(self) -> dict[str, Any]:
        """Return the name of the directory, the number of records and the options that decide what is read."""
        return {
            "source": "wfdb",
            "directory": self.directory.resolve().name,
            "records": len(self._bases),
            "annotator": self.annotator or "auto",
            "adc_units": self.adc_units,
        }

    @cached_property
    def _bases(self) -> dict[str, Path]:
        """Record name → path without extension."""
        return find_records(self.directory)

    def read(self, name: str) -> Record:
        """Read one record: signal in millivolts, waves and labels per lead.

        Raises
        ------
        SignalError
            When a file is missing, cut short or not what it should be, or there is no such record or lead.
        """
        if name not in self._bases:
            raise SignalError(f"'{self.directory}' holds no record '{name}'; it has {_some(self.names())}")
        base = self._bases[name]
        found = read_signal(base, self.adc_units, self.leads)
        truth = [self._lead_truth(base, found, place) for place in range(len(found.columns))]
        labels = np.stack([labels for _, _, labels in truth], axis=1)
        gap = f" ({found.gap_samples} samples lie in gaps between segments)" if found.gap_samples else ""
        filled, labels = without_missing(found.signal, labels, f"record '{base}'{gap}", self.missing)
        return Record(
            name=name,
            patient=self._patients[name],
            sample_rate_hz=found.rate_hz,
            leads=tuple(found.all_leads[column] for column in found.columns),
            signal=filled,
            waves=tuple(waves for waves, _, _ in truth),
            annotated=tuple(span for _, span, _ in truth),
            labels=labels,
            missing=missing_shares(found.signal),
            units=found.units,
            notes=found.notes,
        )

    def _lead_truth(
        self, base: Path, found: WfdbSignal, place: int
    ) -> tuple[tuple[Wave, ...], tuple[int, int] | None, Labels]:
        try:
            return self._annotated_truth(base, found, place)
        except SignalError:
            if self.annotator != "any":
                raise
            return _unknown_truth(len(found.signal))

    def _annotated_truth(
        self, base: Path, found: WfdbSignal, place: int
    ) -> tuple[tuple[Wave, ...], tuple[int, int] | None, Labels]:
        column = found.columns[place]
        asked, samples = (None if self.annotator == "any" else self.annotator), len(found.signal)
        file = None if asked == "none" else annotation_file(base, found.all_leads, column, asked)
        if file is None:
            return _unknown_truth(samples)
        path, per_lead = file
        at, symbols = read_wfdb_marks(path, samples, found.rate_hz, found.frame_rate_hz)
        if symbols and not {"(", ")"} & set(symbols):
            return (), None, beat_labels(path, base, samples, found.rate_hz, found.frame_rate_hz)
        marks = marks_to_waves(at, symbols, peak_is_onset=per_lead)
        gaps = [] if per_lead else unannotated_gaps(marks.waves)
        if not per_lead:
            others = other_beats(base, path, samples, found.rate_hz, found.frame_rate_hz)
            gaps += unmarked_beats(marks.waves, others, found.signal[:, place], found.rate_hz)
        without_t = [] if per_lead else beats_without_t(marks.waves)
        labels = paint_labels(samples, marks.waves, marks.annotated, unknown=[*marks.unknown, *gaps, *without_t])
        return marks.waves, marks.annotated, labels


def _unknown_truth(samples: int) -> tuple[tuple[Wave, ...], None, Labels]:
    return (), None, np.full(samples, UNKNOWN, np.int8)


def annotation_file(base: Path, leads: Sequence[str], column: int, annotator: str | None) -> tuple[Path, bool] | None:
    """Return the annotation file of lead number ``column`` and whether it is the lead's own; ``None`` for no file.

    Raises
    ------
    SignalError
        When the record has no annotation file of the kind asked for, or of any known kind.
    """
    lead = _as_extension(leads[column])

    def with_extension(extension: str) -> Path:
        return base.parent / f"{base.name}.{extension}"

    if annotator is not None:
        path = with_extension(annotator.replace("{lead}", lead).replace("{index}", str(column)).lstrip("."))
        if not is_file(path):
            raise SignalError(f"there is no annotation file '{path}'; files beside it end in {_extensions(base)}")
        return path, "{lead}" in annotator
    if any(is_file(with_extension(_as_extension(each))) for each in leads):
        path = with_extension(lead)
        return (path, True) if is_file(path) else None
    for pattern in JOINT_ANNOTATORS:
        path = with_extension(pattern.replace("{index}", str(column)))
        if is_file(path):
            return path, False
    path = with_extension(BEAT_ANNOTATOR)
    if is_file(path):
        return path, False
    raise SignalError(
        f"record '{base}' has no annotations named after its leads or ending in q1c, q2c, pu0, pu or atr "
        f"(it has {_extensions(base)}); name the extension as annotator, or none"
    )


def _as_extension(lead: str) -> str:
    """Return the end of the name of a lead's annotation file, which no lead's name makes lead out of the folder."""
    return lead.lower().replace("/", ":").replace("\\", ":")


def read_wfdb_signal(base: Path, adc_units: str | float = "auto") -> tuple[Signal, float, tuple[str, ...]]:
    """Return signal ``(time, leads)`` in millivolts (NaN where invalid), sample rate and lead names of a record.

    Raises
    ------
    SignalError
        When the header or signal file is missing, cut short or malformed.
    """
    found = read_signal(base, adc_units)
    return found.signal, found.rate_hz, found.all_leads


def unannotated_gaps(waves: Sequence[Wave]) -> list[tuple[int, int]]:
    """Return the half-open ranges between QRS complexes too far apart, from the last wave before to the first after.

    In the QT database an expert marked only some of the beats; the rest are unknown, not background.
    """
    beats = [wave for wave in waves if wave.kind == "QRS"]
    if len(beats) < 3:
        return []
    distances = np.diff([wave.onset for wave in beats])
    limit = GAP_FACTOR * float(np.median(distances))
    gaps = []
    for before, after, distance in zip(beats, beats[1:], distances, strict=False):
        if distance > limit:
            edges = [w for w in waves if before.onset <= w.onset <= after.onset]
            start, stop = max(((a.offset + 1, b.onset) for a, b in pairwise(edges)), key=lambda s: s[1] - s[0])
            gaps.append((start, stop))
    return gaps


def _extensions(base: Path) -> str:
    return ", ".join(sorted(path.suffix for path in base.parent.glob(f"{base.name}.*"))) or "nothing"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" … ({len(names)} records)" if len(names) > 5 else "")
