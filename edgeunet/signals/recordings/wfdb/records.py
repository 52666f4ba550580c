"""Which WFDB records a directory holds, and which of them share samples.

A header is a record unless it is hidden (``._r.hea`` beside ``r.hea`` on a disk that a Mac wrote to), or a segment or
the layout of a record in several segments: those samples are that record's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from edgeunet.errors import SignalError
from edgeunet.files import LARGEST_TEXT_BYTES, is_file, is_hidden, read_bytes
from edgeunet.signals.recordings.wfdb.header import segments_named


def find_records(directory: Path) -> dict[str, Path]:
    """Return record name → path without extension: as ``RECORDS`` lists them, else every header below ``directory``.

    The name is that of the header, with its directory where two are alike.

    Raises
    ------
    SignalError
        When there is none.
    """
    bases = _listed(directory) or sorted(
        (path.with_suffix("") for path in directory.rglob("*.hea") if not is_hidden(path, directory)), key=_natural
    )
    wholes = segments_of(bases)
    parts = {segment for segments in wholes.values() for segment in segments} - set(wholes)
    bases = [base for base in bases if base not in parts]
    if not bases:
        raise SignalError(
            f"'{directory}' holds no WFDB records (*.hea) and no .edf, .npz or .csv files; "
            "give the directory that holds your recordings"
        )
    short = [base.name for base in bases]
    return {
        base.name if short.count(base.name) == 1 else base.relative_to(directory).as_posix(): base for base in bases
    }


def segments_of(bases: Iterable[Path]) -> dict[Path, tuple[Path, ...]]:
    """Return record → its segments and layout, for those of ``bases`` that are in several (paths, no extension)."""
    found = ((base, segments_named(base.with_name(f"{base.name}.hea"))) for base in bases)
    return {base: tuple(base.with_name(name) for name in names) for base, names in found if names}


def related_records(records: Mapping[str, Path]) -> dict[str, str]:
    """Return record name → a name for all records that share samples with it, where there are any.

    Records share samples where one is a segment of the other, or both have a segment, or are segments, of a third,
    whether or not that third is a record here (``RECORDS`` may list segments only).
    """
    directories = {base.parent for base in records.values()}
    headers = (path.with_suffix("") for each in directories for path in sorted(each.glob("*.hea")))
    group: dict[Path, Path] = {}

    def root(base: Path) -> Path:
        while base in group:
            base = group[base]
        return base

    for whole, segments in segments_of(base for base in headers if not base.name.startswith(".")).items():
        for segment in segments:
            if root(segment) != root(whole):
                group[root(segment)] = root(whole)
    roots = {name: root(base) for name, base in records.items()}
    names = {base: name for name, base in records.items()}
    return {name: names.get(found, found.name) for name, found in roots.items() if found != records[name]}


def _listed(directory: Path) -> list[Path]:
    """Return what a RECORDS file lists, as far as the headers are there."""
    try:
        lines = read_bytes(directory / "RECORDS", SignalError, LARGEST_TEXT_BYTES).decode("utf-8").split()
    except (SignalError, UnicodeDecodeError):
        return []
    inside = (Path(line) for line in lines if not Path(line).is_absolute() and ".." not in Path(line).parts)
    return [directory / line for line in dict.fromkeys(inside) if is_file(directory / f"{line}.hea")]


def _natural(path: Path) -> tuple[str, list[tuple[int, str]]]:
    digits = path.name if path.name.isdecimal() and len(path.name) < 20 else ""
    return str(path.parent), [(int(digits or -1), path.name)]
