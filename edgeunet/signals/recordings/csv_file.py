"""What stands in a ``.csv`` file: a header, a row for each sample, and notes before the header."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError, shown
from edgeunet.files import read_bytes, require_regular
from edgeunet.signals.record import checked_classes, checked_rate
from edgeunet.signals.recordings.csv_columns import Column, sort_columns, time_in_seconds
from edgeunet.signals.recordings.recording import Recording

NOTES = ("sample_rate_hz", "classes", "patient")
"""Keys of the lines ``# key: value`` before the header."""

RATE_TOLERANCE = 0.01
"""Two sample rates for one recording may differ by this share, for times are often rounded."""

LARGEST_BYTES = 1 << 28
"""Of a ``.csv``, whose text takes ten times its size in memory; longer recordings are for ``.npz``."""

Notes = dict[str, str]


def read_csv(file: Path) -> Recording:
    """Read a ``.csv`` with a header: signal columns, and if present a time column and a label column.

    Lines ``# key: value`` before the header give ``sample_rate_hz``, ``classes`` (separated by commas) or ``patient``.

    Raises
    ------
    SignalError
        When a value is not a number, rows differ in length, a column's name says that it is no signal, two sample rates
        contradict each other, or there is no signal column.
    """
    notes, rows = _notes_and_rows(file)
    columns = sort_columns(_columns(rows, file), file)
    label = columns.label
    return Recording(
        signal=np.stack([column.numbers(file) for column in columns.signal], axis=1),
        labels=np.array([value.strip() for value in label.values]) if label else None,
        sample_rate_hz=_sample_rate(notes, columns.time, file),
        classes=_classes(notes, file),
        leads=tuple(column.name for column in columns.signal),
        patient=notes.get("patient"),
        notes=columns.notes,
    )


def _classes(notes: Notes, file: Path) -> tuple[str, ...] | None:
    if "classes" not in notes:
        return None
    return checked_classes([name.strip() for name in notes["classes"].split(",")], f"'{file}'")


def read_notes(file: Path) -> Notes:
    """Return the notes of a ``.csv``, by key."""
    return _notes_and_rows(file)[0]


def require_one_rate(file: Path, said_hz: float, where: str, found_hz: float, where_found: str) -> None:
    """Raise where two places give a recording different sample rates.

    Raises
    ------
    SignalError
        Naming both.
    """
    if abs(said_hz - found_hz) > RATE_TOLERANCE * max(said_hz, found_hz):
        raise SignalError(
            f"'{file}': {where} says {said_hz:g} Hz and {where_found} {found_hz:g} Hz; correct one (a time column that "
            "is not in seconds is named time_ms or time_us)"
        )


def _sample_rate(notes: Notes, time: Column | None, file: Path) -> float | None:
    """Return the rate that the notes or the time column give; where both do, they must agree."""
    said = notes.get("sample_rate_hz")
    said_hz = None if said is None else checked_rate(said, f"'{file}', 'sample_rate_hz'")
    if time is None:
        return said_hz
    found_hz = _rate_of(time, file)
    if said_hz is None:
        return found_hz
    require_one_rate(file, said_hz, "'sample_rate_hz'", found_hz, f"the time column '{time.name}'")
    return said_hz


def _rate_of(time: Column, file: Path) -> float:
    time_s = time_in_seconds(time, file)
    steps = np.diff(time_s)
    step = float(np.median(steps)) if steps.size else 0.0
    if not step > 0 or not float(np.abs(steps - step).max()) <= 0.5 * step:
        raise SignalError(
            f"'{file}': the time column '{time.name}' does not go up in even steps; resample the recording, or leave "
            "the column out and give 'sample_rate_hz'"
        )
    rate_hz = steps.size / float(time_s[-1] - time_s[0])
    return round(checked_rate(rate_hz, f"'{file}', time column '{time.name}'"), 6)


def _columns(rows: Sequence[str], file: Path) -> list[Column]:
    """Return the columns in the order of the header; every row must have a value for each."""
    try:
        table = list(csv.reader(rows))
    except csv.Error as error:
        raise SignalError(f"'{file}' is not CSV text ({error}); write a row of numbers for each sample") from error
    if len(table) < 2:
        raise SignalError(f"'{file}' has no samples; give a header line and one row per sample")
    header, *samples = table
    for number, row in enumerate(samples, start=1):
        if len(row) != len(header):
            raise SignalError(
                f"'{file}': sample {number} has {len(row)} values, the header {len(header)}; make them equal"
            )
    return [Column(name.strip(), values) for name, values in zip(header, zip(*samples, strict=True), strict=True)]


def _notes_and_rows(file: Path) -> tuple[Notes, list[str]]:
    notes: Notes = {}
    lines = _lines(file)
    for number, line in enumerate(lines):
        if line.strip() and not line.startswith("#"):
            return notes, [row for row in lines[number:] if row.strip()]
        key, colon, value = (part.strip() for part in line.lstrip("# ").partition(":"))
        if not colon or key not in NOTES:
            continue
        if notes.setdefault(key, value) != value:
            raise SignalError(
                f"'{file}' gives '{key}' twice, as {shown(notes[key])} and as {shown(value)}; leave one out"
            )
    return notes, []


def _lines(file: Path) -> list[str]:
    require_regular(file, SignalError)
    try:
        return read_bytes(file, SignalError, LARGEST_BYTES).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise SignalError(f"'{file}' is not text; save it as CSV in UTF-8") from error
