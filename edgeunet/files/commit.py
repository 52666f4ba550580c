"""Several files put in place as one: after a kill at any moment all are the old ones, or all become the new ones.

The new files wait in a staging directory. A journal beside the files, which appears in one step, says where each goes;
from then on the set is the new one. Whoever reads or writes there next finishes what the journal says.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from edgeunet.errors import EdgeUNetError
from edgeunet.files.locking import held
from edgeunet.files.places import require_writable
from edgeunet.files.staging import PREFIX, Staging, lock_path

_JOURNAL = f"{PREFIX}journal"
_STAGING = re.compile(re.escape(PREFIX) + r"\w+/files")


@dataclass(frozen=True)
class _Journal:
    """What is to be done: files to be moved from ``staging`` to the same names below the directory, files to go."""

    staging: str
    moved: tuple[str, ...]
    removed: tuple[str, ...]


def commit(
    directory: Path,
    staging: Staging,
    moved: Iterable[str],
    removed: Iterable[str] = (),
    outdated: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Move files from a staging directory of ``directory`` to their places, and remove others, in one step.

    Parameters
    ----------
    moved : paths below the staging directory, and below ``directory``; with forward slashes.
    removed : paths below ``directory``.
    outdated : more of these, those of ``moved`` left out; called when no other process can change what is there.

    Raises
    ------
    EdgeUNetError
        When a place cannot be written to; nothing has been replaced then, unless the message says so.
    """
    names = tuple(moved)
    for name in names:
        require_writable(directory / name)
    try:
        with held(lock_path(directory), str(directory)):
            _finish(directory)
            gone = tuple(sorted({*removed, *outdated()} - set(names)))
            if len(names) == 1 and not gone:
                os.replace(staging.files / names[0], directory / names[0])
                return
            journal = _Journal(staging.files.relative_to(directory).as_posix(), names, gone)
            prepared = staging.place / _JOURNAL
            prepared.write_text(json.dumps(asdict(journal)), encoding="utf-8")
            os.replace(prepared, directory / _JOURNAL)
            _finish_own(directory)
    except OSError as error:
        where = directory / names[0] if names else directory
        raise EdgeUNetError(f"cannot write '{where}': {error.strerror}; choose another output path") from error


def settle(directory: Path) -> None:
    """Finish what a run began that was killed while it put files of ``directory`` in place; wait for a living one.

    Raises
    ------
    EdgeUNetError
        When it cannot be finished here.
    """
    if not os.path.exists(directory / _JOURNAL):
        return
    try:
        with held(lock_path(directory), str(directory)):
            _finish(directory)
    except OSError as error:
        raise EdgeUNetError(
            f"a run was killed while it replaced files in '{directory}', and they cannot be put in order "
            f"({error.strerror}); make the directory writable, or write them again with the command that made them"
        ) from error


def is_awaited(directory: Path, staging: Staging) -> bool:
    """Return whether the journal of ``directory`` still needs the files of ``staging``."""
    with suppress(OSError, EdgeUNetError):
        return _read(directory).staging == staging.files.relative_to(directory).as_posix()
    return False


def _finish_own(directory: Path) -> None:
    """Do what the journal just written says, to the end even where Ctrl-C comes between."""
    try:
        _finish(directory)
    except OSError as error:
        (directory / _JOURNAL).unlink(missing_ok=True)
        raise EdgeUNetError(
            f"cannot replace a file in '{directory}': {error.strerror}; files of two runs are there now, so write to "
            "another directory"
        ) from error
    except KeyboardInterrupt:
        _finish(directory)
        raise


def _finish(directory: Path) -> None:
    """Do what the journal of ``directory`` says, as far as it was not done yet; to be called with its lock held."""
    try:
        journal = _read(directory)
    except FileNotFoundError:
        return
    for name in journal.moved:
        source, target = directory / journal.staging / name, directory / name
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, target)
    for name in journal.removed:
        (directory / name).unlink(missing_ok=True)
    (directory / _JOURNAL).unlink()


def _read(directory: Path) -> _Journal:
    path = directory / _JOURNAL
    with path.open("rb") as file:
        content = file.read(1 << 28)
    try:
        document: dict[str, Any] = json.loads(content)
        journal = _Journal(document["staging"], tuple(document["moved"]), tuple(document["removed"]))
        is_ours = _STAGING.fullmatch(journal.staging) is not None and _stay_below(directory, journal)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        raise EdgeUNetError(f"'{path}' is not what edgeunet wrote; delete it, and check the files beside it")
    return journal


def _stay_below(directory: Path, journal: _Journal) -> bool:
    """Return whether all that is moved or removed lies below ``directory`` and nowhere else, links included."""
    names = [PurePosixPath(name) for name in (*journal.moved, *journal.removed)]
    if any(name.is_absolute() or ".." in name.parts for name in names):
        return False
    places = {place / name.parent for name in names for place in (directory, directory / journal.staging)}
    root = directory.resolve()
    return all(place.resolve().is_relative_to(root) for place in places)
