"""Where a file can be written, as far as one can tell beforehand."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from edgeunet.errors import EdgeUNetError

_SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a directory"),
)

_OF_NAMES = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
"""What a system answers where it takes no such name."""


def special_kind(path: Path) -> str | None:
    """Return what lies at ``path`` where that is no ordinary file: ``a pipe``, ``a directory`` …

    Links are followed; ``None`` for a file, and where nothing is.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None
    return next((kind for is_kind, kind in _SPECIAL if is_kind(mode)), None)


def can_be_named(path: Path) -> bool:
    """Return whether a file can be called so here: no NUL, no half of a character, not too long for the system."""
    try:
        path.lstat()
    except ValueError:
        return False
    except OSError as error:
        return error.errno not in _OF_NAMES
    return True


def require_writable(path: Path, suffix: str = "") -> None:
    """Raise where a file could not be written to ``path``, as far as one can tell; for before long work, not after.

    Raises
    ------
    EdgeUNetError
        When ``path`` does not end in ``suffix``, is the name of no file, is a directory or device, lies below a file,
        or in a directory that may not be written to.
    """
    if not can_be_named(path):
        raise EdgeUNetError(f"cannot write '{path}': no file can have that name here; choose a shorter or plainer one")
    if not path.name.lower().endswith(suffix):
        raise EdgeUNetError(f"'{path}' does not end in {suffix}, the format that is written; name the file so")
    kind = special_kind(path)
    if kind is not None:
        cure = "name a file in it" if kind == "a directory" else "name a file"
        raise EdgeUNetError(f"cannot write '{path}': it is {kind}; {cure}")
    nearest = next(parent for parent in path.absolute().parents if parent.exists())
    if not nearest.is_dir():
        raise EdgeUNetError(f"cannot write '{path}': '{_as_given(path, nearest)}' is no directory; choose another path")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise EdgeUNetError(
            f"cannot write '{path}': no permission in '{_as_given(path, nearest)}'; choose another path"
        )


def _as_given(path: Path, parent: Path) -> Path:
    """Return ``parent``, an absolute path above ``path``, as seen from where ``path`` was given."""
    return parent if path.is_absolute() or not parent.is_relative_to(Path.cwd()) else parent.relative_to(Path.cwd())


def make_directory(path: Path) -> Path:
    """Make the directory ``path``, and those above it, where they are not there yet.

    Raises
    ------
    EdgeUNetError
        When something else has the name, or a file lies on the way.
    """
    require_writable(path / "file")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EdgeUNetError(f"cannot make the directory '{path}': {error.strerror}; choose another one") from error
    return path


def is_hidden(path: Path, below: Path) -> bool:
    """Return whether ``path``, or a directory on the way to it from ``below``, has a name that begins with a dot."""
    return any(part.startswith(".") for part in path.relative_to(below).parts)
