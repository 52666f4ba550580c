"""A list of the files of a set, with their digests, kept beside them: what of it may go, as nobody changed it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from edgeunet.files.reading import read_json


def listed_digests(directory: Path, manifest: str) -> dict[str, str]:
    """Return path → SHA-256 of the files that were written, as the object ``files`` of the JSON ``manifest`` says.

    Empty where there is no manifest; an entry that leads out of ``directory`` is passed over.

    Raises
    ------
    EdgeUNetError
        When the manifest is no JSON object.
    """
    path = directory / manifest
    listed = read_json(path).get("files") if path.is_file() else None
    return {
        name: digest
        for name, digest in (listed.items() if isinstance(listed, dict) else ())
        if isinstance(digest, str) and not PurePosixPath(name).is_absolute() and ".." not in PurePosixPath(name).parts
    }


def outdated_files(directory: Path, manifest: str) -> Iterator[str]:
    """Yield the files that the manifest lists and that are as they were written."""
    for name, digest in listed_digests(directory, manifest).items():
        place = directory / name
        if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == digest:
            yield name


def text_digests(files: Mapping[str, str]) -> dict[str, str]:
    """Return path → SHA-256 of the text of each of ``files``, in the order of paths."""
    return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(files.items())}


def changed_files(directory: Path, manifest: str, digests: Mapping[str, str]) -> set[str]:
    """Return which files the user changed since the manifest was written, of those to be written now.

    Parameters
    ----------
    digests : of what will be written, by path. A file that has its new content already is not a changed one.
    """
    written = listed_digests(directory, manifest)
    there = {
        path: hashlib.sha256((directory / path).read_bytes()).hexdigest()
        for path in digests
        if (directory / path).is_file()
    }
    return {path for path, found in there.items() if found not in (digests[path], written.get(path))}
