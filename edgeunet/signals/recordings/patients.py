"""Whose each record is: every record its own patient unless a file says otherwise."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from edgeunet.errors import SignalError, shown
from edgeunet.files import read_json, require_regular

FILE_NAMES = ("patients.json", "patients.csv")
"""Looked for in the data directory when no file is given."""


def map_patients(
    names: Iterable[str],
    directory: Path,
    given: Path | str | None = None,
    related: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return record name → patient for ``names``.

    The file is a JSON object ``{"record": "patient", …}``, or a CSV whose header has ``record`` and ``patient``.
    Records it leaves out are patients of their own, but for those that are ``related``: record → what they are parts
    of. All with one such whole are one patient.

    Raises
    ------
    SignalError
        When the file cannot be read, names a record that is not there, or gives related records two patients.
    """
    names = tuple(names)
    path = (
        Path(given)
        if given is not None
        else next((directory / n for n in FILE_NAMES if (directory / n).is_file()), None)
    )
    related = related or {}
    if path is None:
        return {name: related.get(name, name) for name in names}
    mapping = _read_csv(path) if path.suffix.lower() == ".csv" else _read_json(path)
    strange = sorted(set(mapping) - set(names))
    if strange:
        raise SignalError(
            f"'{path}' names record '{strange[0]}', which is not among the {len(names)} records; correct it"
        )
    patients: dict[str, str] = {}
    for name in names:
        whole = related.get(name, name)
        given_here = mapping.get(name)
        if given_here is not None and patients.setdefault(whole, given_here) != given_here:
            raise SignalError(
                f"'{path}' gives record '{name}' the patient '{given_here}' and another part of '{whole}' the patient "
                f"'{patients[whole]}', but they hold the same samples; give them one patient"
            )
    return {name: patients.get(related.get(name, name), related.get(name, name)) for name in names}


def _read_json(path: Path) -> Mapping[str, str]:
    document = read_json(path, SignalError)
    for record, patient in document.items():
        if not isinstance(patient, (str, int)):
            raise SignalError(f"'{path}': the patient of record '{record}' must be text or a whole number")
    return {str(record): str(patient) for record, patient in document.items()}


def _read_csv(path: Path) -> Mapping[str, str]:
    require_regular(path, SignalError)
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise SignalError(f"cannot read '{path}': {error.strerror}; check the path") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SignalError(f"'{path}' is not CSV text ({error}); give columns 'record' and 'patient'") from error
    if not rows or not {"record", "patient"} <= set(rows[0]):
        raise SignalError(f"'{path}' must have a header with the columns 'record' and 'patient' and at least one row")
    mapping: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        record, patient = ((row[key] or "").strip() for key in ("record", "patient"))
        if not record or not patient:
            raise SignalError(f"'{path}': row {number} lacks a record or its patient; fill both columns")
        if mapping.setdefault(record, patient) != patient:
            raise SignalError(f"'{path}' gives record {shown(record)} two patients; leave one row out")
    return mapping
