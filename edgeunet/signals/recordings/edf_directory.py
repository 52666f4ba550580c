"""The EDF and EDF+ files of a directory, or one of them, as a source: signals in millivolts, nothing annotated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import is_hidden
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals.record import CLASSES, UNKNOWN, Record, checked_rate
from edgeunet.signals.recordings.edf_files import EdfHeader, read_header, read_signals
from edgeunet.signals.recordings.patients import map_patients

SUFFIX = ".edf"


def edf_files(path: Path) -> list[Path]:
    """Return the EDF files at ``path``: itself, or those below the directory that are not hidden, in order of name."""
    found = (each for each in path.rglob("*") if not is_hidden(each, path)) if path.is_dir() else (path,)
    return sorted(each for each in found if each.suffix.lower() == SUFFIX and each.is_file())


class EdfSource:
    """Recordings in EDF and EDF+ files, each a record; labels are unknown, for the format has no waves.

    Parameters
    ----------
    path : an ``.edf`` file, or a directory with some, at any depth.
    leads : labels of the signals to read; all when ``None``, which must then be of one sample rate.
    patients : file that says whose each record is (see `edgeunet.signals.recordings.patients`); without it the
        patient code of an EDF+ header.

    Raises
    ------
    SignalError
        When there is no such file.
    """

    classes = CLASSES

    def __init__(
        self, path: Path | str, *, leads: Sequence[str] | None = None, patients: Path | str | None = None
    ) -> None:
        self.path = Path(path)
        self.leads = tuple(leads) if leads else None
        self._given_patients = patients
        if not self._files:
            raise SignalError(f"'{path}' is not an .edf file, nor a directory with some; give one of these")

    def __repr__(self) -> str:
        return cut(f"<EdfSource {self.path}: leads {', '.join(self.leads or ['all'])}>", LONGEST)

    def names(self) -> tuple[str, ...]:
        """Return the names of all records: that of the file, with its directory where two are alike."""
        return tuple(self._files)

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient."""
        return self._owners

    def describe(self) -> dict[str, Any]:
        """Return the name of the file or directory, and how many records it has."""
        return {"source": "edf", "directory": self.path.resolve().name, "records": len(self._files)}

    def read(self, name: str) -> Record:
        """Read one record: signals in millivolts (others than volts in their own unit).

        Raises
        ------
        SignalError
            When the file is not what EDF says, there is no such record or lead, or the leads differ in rate.
        """
        if name not in self._files:
            raise SignalError(f"'{self.path}' holds no record '{name}'; it has {', '.join(self.names()[:8])}")
        file = self._files[name]
        header = read_header(file)
        chosen = self._chosen(file, header)
        rates = {index: header.rate_hz(header.signals[index]) for index in chosen}
        other = next((index for index in chosen if rates[index] != rates[chosen[0]]), None)
        if other is not None:
            one, two = (f"'{header.signals[i].label}' ({rates[i]:g} Hz)" for i in (chosen[0], other))
            raise SignalError(f"'{file}': signals {one} and {two} have different sample rates; name leads of one rate")
        rate_hz = checked_rate(rates[chosen[0]], f"'{file}'")
        signal = read_signals(file, header, chosen)
        if len(signal) < 2:
            raise SignalError(f"'{file}' has {len(signal)} sample(s), at least 2 are needed; leave it out")
        return Record(
            name=name,
            patient=self._owners[name],
            sample_rate_hz=rate_hz,
            leads=tuple(header.signals[index].label for index in chosen),
            signal=signal,
            waves=((),) * len(chosen),
            annotated=(None,) * len(chosen),
            labels=np.full(signal.shape, UNKNOWN, np.int8),
            units=tuple("mV" if header.signals[index].is_voltage else header.signals[index].unit for index in chosen),
        )

    def _chosen(self, file: Path, header: EdfHeader) -> list[int]:
        """Which signals to read; letter case aside, and with or without the kind that EDF+ puts before (``ECG II``)."""
        labels = {i: signal.label for i, signal in enumerate(header.signals) if not signal.is_annotations}
        if not labels:
            raise SignalError(f"'{file}' holds annotations and no signal; give a file with signals")
        if self.leads is None:
            return list(labels)
        chosen = []
        for lead in self.leads:
            folded = lead.casefold()
            exact = [i for i, label in labels.items() if label.casefold() == folded]
            found = exact or [i for i, label in labels.items() if label.casefold().partition(" ")[2] == folded]
            if len(found) != 1:
                several = "several signals" if found else "no signal"
                raise SignalError(f"'{file}' has {several} '{lead}'; it has {', '.join(labels.values())}")
            chosen.append(found[0])
        return chosen

    @cached_property
    def _files(self) -> dict[str, Path]:
        files = edf_files(self.path)
        short = [file.stem for file in files]
        return {
            file.stem if short.count(file.stem) == 1 else file.relative_to(self.path).with_suffix("").as_posix(): file
            for file in files
        }

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        directory = self.path if self.path.is_dir() else self.path.parent
        mapped = map_patients(self.names(), directory, self._given_patients)
        return {
            name: (read_header(self._files[name]).patient_code or name) if patient == name else patient
            for name, patient in mapped.items()
        }
