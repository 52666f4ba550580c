"""Writing files, alone or as a set that belongs together, so that nothing half-written or mixed is ever seen."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from edgeunet.errors import EdgeUNetError
from edgeunet.files.commit import commit, is_awaited, settle
from edgeunet.files.locking import claim
from edgeunet.files.places import require_writable
from edgeunet.files.staging import lock_path, open_staging, remove_leftovers

_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
"""Errors that are about where something is written, wherever they are met."""


class FileSet:
    """Files below one directory that are put in place together when the ``with`` block ends without an error.

    Until then, and after an error, the directory has what it had. Leftovers of killed runs are removed from it.

    Parameters
    ----------
    directory : is made where it is not there.
    outdated : returns files of an earlier set that go when the new one comes, as paths below ``directory``; called when
        no other process can change what is there.

    Raises
    ------
    EdgeUNetError
        When the directory cannot be made or written to.
    """

    def __init__(self, directory: Path, outdated: Callable[[], Iterable[str]] = tuple) -> None:
        self.directory = Path(directory)
        self._outdated = outdated
        self._moved: dict[str, None] = {}
        self._removed: dict[str, None] = {}

    def __enter__(self) -> FileSet:
        require_writable(self.directory / "file")
        self._made = _missing(self.directory)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            settle(self.directory)
            remove_leftovers(self.directory)
            self._staging = open_staging(self.directory)
        except OSError as error:
            _remove_empty(self._made)
            raise EdgeUNetError(
                f"cannot write to '{self.directory}': {error.strerror}; choose an output directory you may write to"
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        done = False
        try:
            if kind is None and (self._moved or self._removed):
                commit(self.directory, self._staging, self._moved, self._removed, self._outdated)
                done = True
        finally:
            if not is_awaited(self.directory, self._staging):
                self._staging.remove()
            if not done:
                _remove_empty(self._made)

    @contextmanager
    def replacing(self, path: Path) -> Iterator[Path]:
        """Yield where to write the file that shall lie at ``path``: another directory, the same name.

        Raises
        ------
        EdgeUNetError
            When the disk is full, and the like.
        """
        path = Path(path)
        name = self._name(path)
        staged = self._staging.files / name
        try:
            staged.parent.mkdir(parents=True, exist_ok=True)
            yield staged
        except OSError as error:
            if error.errno not in _OF_THE_DISK:
                raise
            raise EdgeUNetError(
                f"cannot write '{path}': {error.strerror}; make room, or choose another path"
            ) from error
        self._moved[name] = None
        self._removed.pop(name, None)

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Write ``data`` to the file that shall lie at ``path``."""
        with self.replacing(path) as staged:
            staged.write_bytes(data)

    def write_text(self, path: Path, text: str) -> None:
        """Write ``text`` as UTF-8 with Unix line ends."""
        self.write_bytes(path, text.encode("utf-8"))

    def write_json(self, path: Path, document: Mapping[str, Any]) -> None:
        """Write ``document`` as indented JSON with a final newline, keys in the order given."""
        self.write_text(path, json.dumps(document, indent=2) + "\n")

    def remove(self, path: Path) -> None:
        """Let there be no file at ``path``."""
        name = self._name(path)
        self._removed[name] = None
        self._moved.pop(name, None)

    def written(self, path: Path) -> Path:
        """Return where to read the file for ``path`` until the set is in place: the new one, or the one that stays."""
        name = self._name(path)
        return self._staging.files / name if name in self._moved else Path(path)

    def _name(self, path: Path) -> str:
        return Path(path).relative_to(self.directory).as_posix()


def _missing(directory: Path) -> list[Path]:
    """Return ``directory`` and those above it that are not there, the deepest first."""
    return [place for place in (directory, *directory.parents) if not place.exists()]


def _remove_empty(directories: list[Path]) -> None:
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path of the same name that takes the place of ``path`` when the block ends without an error.

    Raises
    ------
    EdgeUNetError
        When the directory cannot be made or written.
    """
    path = Path(path)
    require_writable(path)
    with FileSet(path.parent) as files, files.replacing(path) as staged:
        yield staged


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` in one step: either the old content or the new is there, never a part."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 with Unix line ends, in one step."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write ``document`` as indented JSON with a final newline, keys in the order given."""
    write_text(path, json.dumps(document, indent=2) + "\n")


@contextmanager
def claiming(path: Path, doing: str) -> Iterator[None]:
    """Keep others, for the length of a block, from what would be mixed up: a long job with ``path`` as its output.

    Parameters
    ----------
    path : a file, or a directory that is there; the lock lies beside the one or in the other.
    doing : what another process is at that has it, for the message: ``demo``.

    Raises
    ------
    EdgeUNetError
        When another process has it.
    """
    place = lock_path(path, doing) if path.is_dir() else lock_path(path.parent, path.name)
    made = _missing(place.parent)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = claim(place)
    except OSError as error:
        require_writable(path)
        raise EdgeUNetError(f"cannot write '{path}': {error.strerror}; choose another output path") from error
    if lock is None:
        raise EdgeUNetError(f"another {doing} is writing '{path}'; wait for its end, or choose another output path")
    try:
        yield
    finally:
        lock.release()
        _remove_empty(made)
