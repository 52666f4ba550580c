"""The ``.npz`` and ``.csv`` files of a directory, and what stands in each."""

from __future__ import annotations

from pathlib import Path

from edgeunet.files import is_hidden
from edgeunet.signals.recordings.csv_file import read_csv, read_notes
from edgeunet.signals.recordings.npz_file import count_npz, patient_in_npz, read_npz
from edgeunet.signals.recordings.recording import Recording

SUFFIXES = (".npz", ".csv")


def array_files(path: Path) -> list[Path]:
    """Return the array files at ``path``: itself, or those in the directory that are not hidden, in order of name."""
    if not path.is_dir():
        return [path] if path.suffix.lower() in SUFFIXES and path.is_file() else []
    found = (each for each in path.iterdir() if each.is_file() and each.suffix.lower() in SUFFIXES)
    return sorted(each for each in found if each.name != "patients.csv" and not is_hidden(each, path))


def count_recordings(file: Path) -> int:
    """Return how many recordings ``file`` holds, reading as little as it takes."""
    return 1 if _is_csv(file) else count_npz(file)


def recorded_patient(file: Path, index: int) -> str | None:
    """Return the patient that ``file`` itself names for its recording number ``index``."""
    return read_notes(file).get("patient") if _is_csv(file) else patient_in_npz(file, index)


def read_recordings(file: Path) -> list[Recording]:
    """Read all recordings in ``file``.

    Raises
    ------
    SignalError
        When it is not what its name says.
    """
    return [read_csv(file)] if _is_csv(file) else read_npz(file)


def _is_csv(file: Path) -> bool:
    return file.suffix.lower() == ".csv"
