"""Directories in which files wait until all of them are written, and what killed runs left of theirs.

A staging directory holds ``lock``, which tells whether its owner lives, and ``files``. It is removed by its owner, or,
where that was killed, by the next run that writes to the same place.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import EdgeUNetError
from edgeunet.files.locking import Lock, claim, take_over

PREFIX = ".edgeunet-"
"""How the name of everything begins that lies beside files only while they are written."""

_SCRATCH_PREFIX = "edgeunet-tmp-"
_RANDOM = re.compile(r"\w{8}")
"""What ``mkdtemp`` puts after a prefix."""
_LOCK, _FILES = "lock", "files"
_LOCK_SUFFIX = "lock"


@dataclass(frozen=True)
class Staging:
    """A staging directory of this process."""

    place: Path
    lock: Lock

    @property
    def files(self) -> Path:
        """The directory for what is written."""
        return self.place / _FILES

    def remove(self) -> None:
        """Remove it with all that is in it; what cannot be removed stays for the next run."""
        _remove(self.place, self.lock)


def lock_path(directory: Path, name: str = "") -> Path:
    """Return where a lock of ``directory`` lies, of the whole or of something in it."""
    return directory / f"{PREFIX}{name}{'-' if name else ''}{_LOCK_SUFFIX}"


def open_staging(directory: Path, prefix: str = PREFIX) -> Staging:
    """Make a staging directory in ``directory``.

    Raises
    ------
    OSError
        When nothing can be made there.
    """
    while True:
        place = Path(tempfile.mkdtemp(prefix=prefix, dir=directory))
        try:
            lock = claim(place / _LOCK)
        except FileNotFoundError:
            continue  # taken for a leftover, as it was still empty
        except OSError:
            place.rmdir()
            raise
        if lock is not None:
            break
    staging = Staging(place, lock)
    try:
        staging.files.mkdir()
    except OSError:
        staging.remove()
        raise
    return staging


def remove_leftovers(directory: Path, prefix: str = PREFIX) -> None:
    """Remove from ``directory`` what killed runs left; what belongs to living ones stays."""
    try:
        entries = [entry for entry in os.scandir(directory) if entry.name.startswith(prefix)]
    except OSError:
        return
    for entry in entries:
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False) and _RANDOM.fullmatch(entry.name.removeprefix(prefix)):
                _remove_leftover(Path(entry.path))
            elif prefix == PREFIX and entry.name.endswith(_LOCK_SUFFIX):
                lock = take_over(Path(entry.path))
                if lock is not None:
                    lock.release()


def _remove_leftover(place: Path) -> None:
    try:
        lock = take_over(place / _LOCK)
    except FileNotFoundError:
        place.rmdir()  # killed before it had a lock, or just after it gave it up; what is not empty is not ours
        return
    if lock is not None:
        _remove(place, lock)


def _remove(place: Path, lock: Lock) -> None:
    """Remove a directory whose lock this process has: the lock last, so that what is left can still be told."""
    shutil.rmtree(place / _FILES, ignore_errors=True)
    with suppress(OSError):
        for entry in list(os.scandir(place)):
            if entry.name != _LOCK:
                os.unlink(entry.path)
    lock.release()
    with suppress(OSError):
        place.rmdir()


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """Yield an empty directory in the system's place for temporary files; it goes when the block ends.

    What killed runs left of theirs goes with it.

    Raises
    ------
    EdgeUNetError
        When none can be made.
    """
    directory = Path(tempfile.gettempdir())
    remove_leftovers(directory, _SCRATCH_PREFIX)
    try:
        staging = open_staging(directory, _SCRATCH_PREFIX)
    except OSError as error:
        raise EdgeUNetError(
            f"cannot make a temporary directory in '{directory}': {error.strerror}; name another place in TMPDIR"
        ) from error
    try:
        yield staging.files
    finally:
        staging.remove()


@contextmanager
def own_temporary_files() -> Iterator[None]:
    """Let the temporary files of this process, and of what it starts, lie in a directory that goes when the block ends.

    Libraries leave some behind when they are killed (TensorFlow does), or until the process ends. Where no directory
    can be made all stays as it is.
    """
    with ExitStack() as stack:
        try:
            place = str(stack.enter_context(scratch_directory()))
        except EdgeUNetError:
            yield
            return
        before, tempfile.tempdir = tempfile.tempdir, place
        set_before, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), place
        try:
            yield
        finally:
            tempfile.tempdir = before
            if set_before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = set_before
