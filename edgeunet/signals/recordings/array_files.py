"""What stands in one ``.npz`` or ``.csv`` file, before anything is made of it."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr

SUFFIXES = (".npz", ".csv")

TIME_COLUMNS = {"time": 1.0, "time_s": 1.0, "t": 1.0, "seconds": 1.0, "time_ms": 1e-3, "time_us": 1e-6}
"""CSV columns that hold the time, and what one unit of it is in seconds."""

LABEL_COLUMNS = ("label", "labels", "class", "annotation")

_ROLES = {**dict.fromkeys(TIME_COLUMNS, "time"), **dict.fromkeys(LABEL_COLUMNS, "label")}
"""What a CSV column of that name holds; any other is a channel of the signal."""

NPZ_KEYS = ("signal", "labels", "sample_rate_hz", "classes", "leads", "patient", "patients")


@dataclass(frozen=True)
class Recording:
    """One recording as it stands in a file; ``None`` for what the file does not say.

    ``signal`` is ``(time, channels)``; ``labels`` is ``(time,)`` or ``(time, channels)``, numbers or class names.
    """

    signal: npt.NDArray[Any]
    labels: npt.NDArray[Any] | None = None
    sample_rate_hz: float | None = None
    classes: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None
    patient: str | None = None

    __repr__ = short_repr


def array_files(path: Path) -> list[Path]:
    """Return the array files at ``path``: itself, or those in the directory, in order of name."""
    if path.is_file():
        return [path] if path.suffix.lower() in SUFFIXES else []
    found = (each for each in path.iterdir() if each.is_file() and each.suffix.lower() in SUFFIXES)
    return sorted(each for each in found if each.name != "patients.csv")


def count_recordings(file: Path) -> int:
    """Return how many recordings ``file`` holds, reading as little as it takes."""
    if file.suffix.lower() == ".csv":
        return 1
    with _open_npz(file) as content:
        shape = _shape(content, "signal", file)
        return shape[0] if len(shape) == 3 else 1


def recorded_patient(file: Path, index: int) -> str | None:
    """Return the patient that ``file`` itself names for its recording number ``index``."""
    if file.suffix.lower() == ".csv":
        return _csv_notes(_csv_lines(file), file)[0].get("patient")
    with _open_npz(file) as content:
        key = next((key for key in ("patients", "patient") if key in content.files), None)
        return None if key is None else _patient(_member(content, key, file), index)


def read_recordings(file: Path) -> list[Recording]:
    """Read all recordings in ``file``.

    Raises
    ------
    SignalError
        When it is not what its name says.
    """
    return [read_csv(file)] if file.suffix.lower() == ".csv" else read_npz(file)


def read_npz(file: Path) -> list[Recording]:
    """Read an ``.npz``: ``signal`` ``(time,)``, ``(time, channels)`` or ``(records, time, channels)``.

    Raises
    ------
    SignalError
        When it is no ``.npz``, has no ``signal``, unknown keys or wrong shapes.
    """
    with _open_npz(file) as content:
        unknown = sorted(set(content.files) - set(NPZ_KEYS))
        if unknown:
            raise SignalError(f"'{file}' has an unknown array '{unknown[0]}'; it may have {', '.join(NPZ_KEYS)}")
        parts = {key: _member(content, key, file) for key in content.files}
        signal = _member(content, "signal", file)
    if signal.ndim not in (1, 2, 3) or signal.dtype.kind not in "iufb":
        raise SignalError(
            f"'{file}': 'signal' is {signal.dtype} {signal.shape}; give numbers shaped (time,), (time, channels) or "
            "(records, time, channels)"
        )
    labels = parts.get("labels")
    if signal.ndim == 3 and labels is not None and (labels.ndim not in (2, 3) or len(labels) != len(signal)):
        raise SignalError(f"'{file}': labels {labels.shape} do not fit signal {signal.shape}; give (records, time)")
    patients = parts.get("patients", parts.get("patient"))

    def recording(index: int, one_signal: npt.NDArray[Any], one_label: npt.NDArray[Any] | None) -> Recording:
        return Recording(
            signal=one_signal.reshape(len(one_signal), -1),
            labels=one_label,
            sample_rate_hz=_number(parts.get("sample_rate_hz"), file),
            classes=_names(parts.get("classes")),
            leads=_names(parts.get("leads")),
            patient=None if patients is None else _patient(patients, index),
        )

    if signal.ndim < 3:
        return [recording(0, signal, labels)]
    return [recording(i, one, None if labels is None else labels[i]) for i, one in enumerate(signal)]


def read_csv(file: Path) -> Recording:
    """Read a ``.csv`` with a header: signal columns, and if present a time column and a label column.

    Lines ``# key: value`` before the header give ``sample_rate_hz``, ``classes`` (separated by commas) or ``patient``.

    Raises
    ------
    SignalError
        When a value is not a number, rows differ in length, or there is no signal column.
    """
    notes, rows = _csv_notes(_csv_lines(file), file)
    columns = _columns_by_role(_csv_columns(rows, file), file)
    rate = _number(notes.get("sample_rate_hz"), file)
    if rate is None and columns["time"]:
        (time,) = columns["time"]
        rate = _rate(_floats(time, file) * TIME_COLUMNS[time.name.lower()], file)
    labels = [np.array([value.strip() for value in column.values]) for column in columns["label"]]
    return Recording(
        signal=np.stack([_floats(column, file) for column in columns["signal"]], axis=1),
        labels=labels[0] if labels else None,
        sample_rate_hz=rate,
        classes=tuple(name.strip() for name in notes["classes"].split(",")) if "classes" in notes else None,
        leads=tuple(column.name for column in columns["signal"]),
        patient=notes.get("patient"),
    )


@dataclass(frozen=True)
class _Column:
    """One column of a ``.csv``, as text."""

    name: str
    values: tuple[str, ...]


def _csv_columns(rows: Sequence[str], file: Path) -> list[_Column]:
    """Return the columns in the order of the header; every row must have a value for each."""
    table = list(csv.reader(rows))
    if len(table) < 2:
        raise SignalError(f"'{file}' has no samples; give a header line and one row per sample")
    header, *samples = table
    for number, row in enumerate(samples, start=1):
        if len(row) != len(header):
            raise SignalError(
                f"'{file}': sample {number} has {len(row)} values, the header {len(header)}; make them equal"
            )
    return [_Column(name.strip(), values) for name, values in zip(header, zip(*samples, strict=True), strict=True)]


def _columns_by_role(columns: Sequence[_Column], file: Path) -> dict[str, list[_Column]]:
    """Return the columns under ``signal`` (one at least), ``time`` and ``label`` (one at most)."""
    roles: dict[str, list[_Column]] = {"signal": [], "time": [], "label": []}
    for column in columns:
        roles[_ROLES.get(column.name.lower(), "signal")].append(column)
    if not roles["signal"] or len(roles["time"]) > 1 or len(roles["label"]) > 1:
        raise SignalError(
            f"'{file}': the header '{','.join(column.name for column in columns)}' must have at least one signal "
            f"column, at most one time column ({', '.join(TIME_COLUMNS)}) and at most one label column "
            f"({', '.join(LABEL_COLUMNS)})"
        )
    return roles


def _csv_lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise SignalError(f"cannot read '{file}': {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise SignalError(f"'{file}' is not text; save it as CSV in UTF-8") from error


def _csv_notes(lines: Sequence[str], file: Path) -> tuple[dict[str, str], list[str]]:
    notes: dict[str, str] = {}
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith("#"):
            return notes, [row for row in lines[number:] if row.strip()]
        key, colon, value = line.lstrip("# ").partition(":")
        if colon and key.strip() in ("sample_rate_hz", "classes", "patient"):
            notes[key.strip()] = value.strip()
    return notes, []


def _floats(column: _Column, file: Path) -> npt.NDArray[np.float64]:
    try:
        return np.array([float(value) if value.strip() else np.nan for value in column.values])
    except ValueError:
        bad = next(i for i, value in enumerate(column.values) if not _is_number(value))
        raise SignalError(
            f"'{file}': column '{column.name}' has '{column.values[bad]}' at sample {bad}; give a number"
        ) from None


def _is_number(value: str) -> bool:
    try:
        float(value or "nan")
    except ValueError:
        return False
    return True


def _rate(time_s: npt.NDArray[np.float64], file: Path) -> float:
    steps = np.diff(time_s)
    step = float(np.median(steps)) if steps.size else 0.0
    if not step > 0 or float(np.abs(steps - step).max()) > 0.5 * step:
        raise SignalError(
            f"'{file}': the time column does not go up in even steps; resample it or give 'sample_rate_hz'"
        )
    return round(1.0 / (float(time_s[-1] - time_s[0]) / steps.size), 6)


@contextmanager
def _open_npz(file: Path) -> Iterator[Any]:
    foreign = SignalError(f"'{file}' is not an .npz file of plain arrays, or cut short; write it with numpy.savez")
    try:
        stream = file.open("rb")
    except OSError as error:
        raise SignalError(f"cannot read '{file}': {error.strerror}; check the path") from error
    with stream:
        if not zipfile.is_zipfile(stream):
            raise foreign
        stream.seek(0)
        try:
            content = np.load(stream, allow_pickle=False)
        except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
            raise foreign from error
        with content:
            yield content


def _member(content: Any, key: str, file: Path) -> npt.NDArray[Any]:
    if key not in content.files:
        raise SignalError(f"'{file}' has no array '{key}'; it has {', '.join(content.files) or 'none'}")
    try:
        return np.asarray(content[key])
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SignalError(f"'{file}': array '{key}' is damaged or not plain numbers; write the file again") from error


def _shape(content: Any, key: str, file: Path) -> tuple[int, ...]:
    """Return the shape of an array from its header alone."""
    try:
        with content.zip.open(f"{key}.npy") as member:
            version = np.lib.format.read_magic(member)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            return tuple(read(member)[0])
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        return _member(content, key, file).shape


def _number(value: Any, file: Path) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise SignalError(f"'{file}': 'sample_rate_hz' is {value!r}; give one number") from error


def _names(values: npt.NDArray[Any] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(str(value) for value in np.atleast_1d(values))


def _patient(values: npt.NDArray[Any], index: int) -> str:
    flat = np.atleast_1d(values)
    return str(flat[index] if index < len(flat) else flat[0])
