"""Reading and writing files so that nothing half-written is ever left behind."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edgeunet.errors import EdgeUNetError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` (same suffix) that takes its place when the block ends without an error.

    Raises
    ------
    EdgeUNetError
        When the directory cannot be made or written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        require_writable(path)  # says more than the system does, where it can
        raise EdgeUNetError(
            f"cannot write '{path}': {error.strerror}; choose an output directory you may write to"
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        try:
            temporary.replace(path)
        except OSError as error:
            raise EdgeUNetError(f"cannot write '{path}': {error.strerror}; choose another output path") from error
    finally:
        temporary.unlink(missing_ok=True)


def require_writable(path: Path, suffix: str = "") -> None:
    """Raise where a file could not be written to ``path``, as far as one can tell; for before long work, not after.

    Raises
    ------
    EdgeUNetError
        When ``path`` does not end in ``suffix``, is a directory, lies below a file, or in a directory that may not be
        written to.
    """
    if not path.name.lower().endswith(suffix):
        raise EdgeUNetError(f"'{path}' does not end in {suffix}, the format that is written; name the file so")
    if path.is_dir():
        raise EdgeUNetError(f"cannot write '{path}': it is a directory; name a file in it")
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


LARGEST_READ_BYTES = 1 << 30


def read_bytes(path: Path, error: type[EdgeUNetError] = EdgeUNetError, most_bytes: int = LARGEST_READ_BYTES) -> bytes:
    """Return the content of an ordinary file, which is at hand and has an end; nothing waits for a pipe or a device.

    Raises
    ------
    EdgeUNetError
        ``error``, when it is missing, something else, too large, or may not be read.
    """
    path = Path(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "a pipe or device"
            raise error(f"cannot read '{path}': it is not a file but {kind}; pass the path of a file")
        if status.st_size > most_bytes:
            raise error(
                f"'{path}' has {status.st_size} bytes, over the limit of {most_bytes}; check that it is the right file"
            )
        return path.read_bytes()
    except OSError as cause:
        raise error(f"cannot read '{path}': {cause.strerror}; check the path") from cause


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


def is_hidden(path: Path, below: Path) -> bool:
    """Return whether ``path``, or a directory on the way to it from ``below``, has a name that begins with a dot."""
    return any(part.startswith(".") for part in path.relative_to(below).parts)


_SPECIAL = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a directory"),
)


def require_regular(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> None:
    """Raise where ``path`` is a pipe, a device, a socket or a directory; reading one could wait or go on for ever.

    A path where nothing is passes: opening it says so.

    Raises
    ------
    EdgeUNetError
        Of the class ``error``.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return
    for is_kind, kind in _SPECIAL:
        if is_kind(mode):
            raise error(f"'{path}' is {kind}, not a file; save the data in a file and give that")


def read_json(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> dict[str, Any]:
    """Read a JSON object; anything else is an ``error`` naming the file and the cure."""
    document = read_any_json(path, error)
    if not isinstance(document, dict):
        kind = {list: "list", str: "text", bool: "truth value", type(None): "null"}.get(type(document), "number")
        raise error(f"'{path}' holds a JSON {kind}, not an object; pass the file edgeunet wrote")
    return document


def read_any_json(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> Any:
    """Read a JSON value of any kind; a file that holds none is an ``error`` naming it and the cure."""
    require_regular(path, error)
    try:
        text = read_bytes(path, error).decode("utf-8")
        if not text.strip():
            raise error(f"'{path}' is empty; write it again with the command that made it")
        return json.loads(text)
    except (ValueError, RecursionError) as cause:
        said = str(cause).replace("\n", " ")
        raise error(f"'{path}' is not valid JSON ({said}); write it again with the command that made it") from cause
