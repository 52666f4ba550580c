"""Signals of any kind from ``.npz`` and ``.csv`` files: PPG, EMG, seismic … without new code (docs/SIGNALS.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals.record import (
    MOST_LEADS,
    UNKNOWN,
    Labels,
    Record,
    Wave,
    checked_classes,
    checked_rate,
    missing_shares,
    without_missing,
)
from edgeunet.signals.recordings.array_files import array_files, count_recordings, read_recordings, recorded_patient
from edgeunet.signals.recordings.csv_file import require_one_rate
from edgeunet.signals.recordings.dataset_file import DATASET_FILE, read_dataset
from edgeunet.signals.recordings.patients import map_patients
from edgeunet.signals.recordings.recording import Recording
from edgeunet.signals.recordings.units import unit_of_values
from edgeunet.signals.segments import label_runs

_LABEL = re.compile("[0-9]{1,9}")


class ArraySource:
    """Recordings in ``.npz`` and ``.csv`` files, one or more to a file.

    The file read last stays in memory, so put large data sets in many files.

    Parameters
    ----------
    path : such a file, or a directory of them.
    leads : channels to take, in this order; all when ``None``.
    classes, sample_rate_hz : used where neither the files nor ``dataset.json`` say.
    patients : file that says whose each record is.
    missing : ``"error"`` or ``"mask"`` for NaN samples.

    Raises
    ------
    SignalError
        When there is no such file, or ``dataset.json`` is wrong.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        leads: Sequence[str] | None = None,
        classes: Sequence[str] | None = None,
        sample_rate_hz: float | None = None,
        patients: Path | str | None = None,
        missing: str = "error",
    ) -> None:
        self.path = Path(path)
        self.leads = tuple(leads) if leads else None
        self.files = [file for file in array_files(self.path) if patients is None or file != Path(patients)]
        if not self.files:
            raise SignalError(f"'{path}' is not a .npz or .csv file, nor a directory with some; give one of these")
        self.directory = self.path if self.path.is_dir() else self.path.parent
        self._dataset = read_dataset(self.directory / DATASET_FILE)
        self._given_classes = checked_classes(classes, "the option classes") if classes else self._dataset.classes
        self._given_rate_hz = sample_rate_hz or self._dataset.sample_rate_hz
        self._given_patients = patients
        self.missing = missing
        self._latest: tuple[Path, list[Recording]] | None = None

    def __repr__(self) -> str:
        return cut(f"<ArraySource {self.path}: leads {', '.join(self.leads or ['all'])}>", LONGEST)

    def names(self) -> tuple[str, ...]:
        """Return the names of all records: that of the file, with a number where it holds several."""
        return tuple(self._places)

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient."""
        return self._owners

    def describe(self) -> dict[str, Any]:
        """Return the name of the file or directory, how many records it has, and what the numbers in it are."""
        about = {"source": "arrays", "directory": self.path.resolve().name, "records": len(self.names())}
        return {**about, **self._dataset.calibration.describe()}

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """Class names: as declared, or ``background, class1 …`` as far as the labels in the files go."""
        if self._given_classes:
            return tuple(self._given_classes)
        highest = 0
        for file in self.files:
            for recording in read_recordings(file):
                if recording.classes:
                    return recording.classes
                if recording.labels is not None:
                    highest = max(highest, int(_integers(recording.labels, None, str(file)).max(initial=0)))
        return ("background", *(f"class{label}" for label in range(1, highest + 1)))

    @cached_property
    def _places(self) -> dict[str, tuple[Path, int]]:
        places: dict[str, tuple[Path, int]] = {}
        for file in self.files:
            count = count_recordings(file)
            for index in range(count):
                name = file.stem if count == 1 else f"{file.stem}-{index:04d}"
                if name in places:
                    raise SignalError(f"'{file}' and '{places[name][0]}' both give a record '{name}'; rename one file")
                places[name] = (file, index)
        return places

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        mapped = map_patients(self.names(), self.directory, self._given_patients)
        declared = self._dataset.patients or {}
        strange = sorted(set(declared) - set(mapped))
        if strange:
            raise SignalError(f"'{self.directory / DATASET_FILE}' names record '{strange[0]}', which is not there")
        owners = {}
        for name, patient in mapped.items():
            owners[name] = str(declared.get(name, patient))
            if owners[name] == name:
                file, index = self._places[name]
                owners[name] = recorded_patient(file, index) or name
        return owners

    def read(self, name: str) -> Record:
        """Read one record.

        Raises
        ------
        SignalError
            When it is malformed, or its sample rate or classes are nowhere given.
        """
        if name not in self._places:
            raise SignalError(
                f"'{self.path}' holds no record '{name}'; the {len(self._places)} begin with {next(iter(self._places))}"
            )
        file, index = self._places[name]
        recording = self._recordings(file)[index]
        where = f"'{file}'" if name == file.stem else f"'{file}', record {index}"
        rate_hz = self._rate_of(recording, file, where)
        if recording.classes and recording.classes != self.classes:
            raise SignalError(
                f"{where} has classes {', '.join(recording.classes)}, but the data set has {', '.join(self.classes)}; "
                "give all files the same"
            )
        calibrated = self._dataset.calibration.apply(recording.signal, where)
        record = build_record(
            replace(recording, signal=calibrated),
            name,
            self._owners[name],
            rate_hz,
            self.classes,
            self._leads_of(recording, where),
            where,
            self.missing,
        )
        unit = unit_of_values(self._dataset.calibration.unit)
        record = replace(record, units=(unit,) * len(record.leads))
        return record.pick(self.leads) if self.leads else record

    def _rate_of(self, recording: Recording, file: Path, where: str) -> float:
        rate_hz, declared_hz = recording.sample_rate_hz, self._dataset.sample_rate_hz
        if rate_hz is not None and declared_hz is not None:
            require_one_rate(file, rate_hz, "the file", declared_hz, DATASET_FILE)
        rate_hz = rate_hz or self._given_rate_hz
        if not rate_hz:
            raise SignalError(
                f"{where} does not say its sample rate; add 'sample_rate_hz' to the file or to {DATASET_FILE} beside it"
            )
        return checked_rate(rate_hz, where)

    def _recordings(self, file: Path) -> list[Recording]:
        if self._latest is None or self._latest[0] != file:
            self._latest = (file, read_recordings(file))
        return self._latest[1]

    def _leads_of(self, recording: Recording, where: str) -> tuple[str, ...]:
        channels = recording.signal.shape[1]
        if channels > MOST_LEADS:
            raise SignalError(
                f"{where} has {channels} channels, at most {MOST_LEADS} can be; is it turned on its side?"
            )
        names = recording.leads or self._dataset.leads or tuple(f"ch{index}" for index in range(channels))
        if len(names) != channels:
            raise SignalError(f"{where} has {channels} channels but {len(names)} lead names; give one name per channel")
        folded = [name.casefold() for name in names]
        if len(set(folded)) < len(folded):
            twice = next(name for name in names if folded.count(name.casefold()) > 1)
            raise SignalError(f"{where} has two leads called {shown(twice)}; name them apart")
        return tuple(names)


def build_record(
    recording: Recording,
    name: str,
    patient: str,
    rate_hz: float,
    classes: tuple[str, ...],
    leads: tuple[str, ...],
    where: str,
    missing: str = "error",
) -> Record:
    """Return ``recording`` as a checked `Record`; each run of one class becomes a wave.

    Raises
    ------
    SignalError
        When samples are not finite, lengths differ, or a label is not a class.
    """
    with np.errstate(over="ignore"):
        signal = np.asarray(recording.signal).astype(np.float32)
    if len(signal) < 2:
        raise SignalError(f"{where} has {len(signal)} sample(s); a recording needs at least 2")
    labels = np.full(signal.shape, UNKNOWN, np.int8)
    if recording.labels is not None:
        integers = _integers(recording.labels, classes, where)
        if len(integers) != len(signal) or (integers.ndim == 2 and integers.shape[1] not in (1, signal.shape[1])):
            raise SignalError(f"{where}: labels {integers.shape} do not fit signal {signal.shape}; give one per sample")
        labels[:] = integers.reshape(len(signal), -1)
    filled, labels = without_missing(signal, labels, where, missing)
    return Record(
        name=name,
        patient=patient,
        sample_rate_hz=rate_hz,
        leads=leads,
        signal=filled,
        waves=tuple(waves_of_labels(labels[:, lead], classes) for lead in range(signal.shape[1])),
        annotated=tuple(_known_span(labels[:, lead]) for lead in range(signal.shape[1])),
        labels=labels,
        classes=classes,
        missing=missing_shares(signal),
        notes=recording.notes,
    )


def waves_of_labels(labels: Labels, classes: Sequence[str]) -> tuple[Wave, ...]:
    """Return a wave per run of one class; a boundary next to unknown samples or an end of the record is not marked."""

    def known(sample: int) -> bool:
        return 0 <= sample < len(labels) and labels[sample] >= 0

    return tuple(
        Wave(classes[label], start, None, stop - 1, onset_marked=known(start - 1), offset_marked=known(stop))
        for label, start, stop in label_runs(labels)
    )


def _known_span(labels: Labels) -> tuple[int, int] | None:
    known = np.flatnonzero(labels >= 0)
    return (int(known[0]), int(known[-1]) + 1) if known.size else None


def _integers(labels: npt.NDArray[Any], classes: tuple[str, ...] | None, where: str) -> npt.NDArray[np.int64]:
    """Return labels as integers; class names are looked up, NaN, empty and -1 are ``UNKNOWN``."""
    if labels.ndim not in (1, 2):
        raise SignalError(
            f"{where}: labels have the shape {labels.shape}; give one per sample, or one per sample and lead"
        )
    if labels.dtype.kind in "US":
        text = labels.astype(str)
        numbers = {str(value): _label_number(str(value), classes, where) for value in np.unique(text)}
        return np.vectorize(numbers.__getitem__, otypes=[np.int64])(text) if text.size else text.astype(np.int64)
    if labels.dtype.kind == "f":
        labels = np.where(np.isnan(labels), UNKNOWN, labels)
    elif labels.dtype.kind not in "iub":
        raise SignalError(f"{where}: labels are of type {labels.dtype}; give whole numbers or class names")
    with np.errstate(invalid="ignore"):  # infinite ones differ from any whole number, and are refused below
        integers = labels.astype(np.int64)
    top = 127 if classes is None else len(classes) - 1
    bad = (integers != labels) | (integers < UNKNOWN) | (integers > top)
    if bad.any():
        value, at = labels[bad][0], np.argwhere(bad)[0][0]
        raise SignalError(
            f"{where}: label {value} at sample {at} is not -1 (unknown) … {top}; correct it or declare more classes"
        )
    return np.asarray(integers)


def _label_number(value: str, classes: tuple[str, ...] | None, where: str) -> int:
    value = value.strip()
    if value in ("", "-1", "nan", "NaN"):
        return UNKNOWN
    if _LABEL.fullmatch(value):
        if classes is not None and int(value) >= len(classes):
            raise SignalError(f"{where}: label {value} is beyond the {len(classes)} classes; declare more classes")
        return int(value)
    if classes is None:
        raise SignalError(
            f"{where}: label {shown(value)} is a name; declare 'classes' (background first) in {DATASET_FILE}"
        )
    if value not in classes:
        raise SignalError(f"{where}: label {shown(value)} is not among the classes {', '.join(classes)}")
    return classes.index(value)
