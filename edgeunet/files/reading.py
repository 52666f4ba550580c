"""Reading files: what is missing, endless, too large or something else is a sentence."""

from __future__ import annotations

import hashlib
import json
import stat
import sys
from pathlib import Path
from typing import Any

from edgeunet.errors import EdgeUNetError
from edgeunet.files.commit import settle
from edgeunet.files.places import can_be_named, special_kind

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST_READ_BYTES = 1 << 30
LARGEST_TEXT_BYTES = 1 << 24
"""Of a document that becomes Python objects (JSON, TOML), which take twenty times the memory of their text."""


def read_bytes(path: Path, error: type[EdgeUNetError] = EdgeUNetError, most_bytes: int = LARGEST_READ_BYTES) -> bytes:
    """Return the content of an ordinary file, which is at hand and has an end; nothing waits for a pipe or a device.

    Raises
    ------
    EdgeUNetError
        ``error``, when it is missing, something else, too large, or may not be read.
    """
    path = Path(path)
    require_named(path, error)
    settle(path.parent)
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


def file_digest(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> str:
    """Return the SHA-256 of a file in hexadecimal digits.

    Raises
    ------
    EdgeUNetError
        ``error``, as `read_bytes` does.
    """
    return hashlib.sha256(read_bytes(path, error)).hexdigest()


def require_named(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> None:
    """Raise ``error`` where ``path`` is the name of no file: names stand in cards, budgets and headers too."""
    if not can_be_named(Path(path)):
        raise error(f"cannot read '{path}': no file can have that name here; check the path")


def require_regular(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> None:
    """Raise where ``path`` is a pipe, a device, a socket or a directory; reading one could wait or go on for ever.

    A path where nothing is passes: opening it says so.

    Raises
    ------
    EdgeUNetError
        Of the class ``error``.
    """
    kind = special_kind(Path(path))
    if kind is not None:
        raise error(f"'{path}' is {kind}, not a file; save the data in a file and give that")


def read_json(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> dict[str, Any]:
    """Read a JSON object; anything else is an ``error`` naming the file and the cure."""
    document = read_any_json(path, error)
    if not isinstance(document, dict):
        kind = {list: "list", str: "text", bool: "truth value", type(None): "null"}.get(type(document), "number")
        raise error(f"'{path}' holds a JSON {kind}, not an object; pass the file edgeunet wrote")
    return document


def read_toml(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> dict[str, Any]:
    """Read a TOML file; one that is none is an ``error`` naming it and the cure."""
    require_named(path, error)
    require_regular(path, error)
    try:
        return tomllib.loads(read_bytes(path, error, LARGEST_TEXT_BYTES).decode("utf-8").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as cause:
        raise error(f"'{path}' is not valid TOML: {cause}; mend it at that place") from None


def is_there(path: Path) -> bool:
    """Return whether anything is at ``path``; never where a system takes no such name, as from a file."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Return whether an ordinary file is at ``path``, which may be a name that no system takes (`is_there`)."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_any_json(path: Path, error: type[EdgeUNetError] = EdgeUNetError) -> Any:
    """Read a JSON value of any kind; a file that holds none is an ``error`` naming it and the cure."""
    require_named(path, error)
    require_regular(path, error)
    try:
        text = read_bytes(path, error, LARGEST_TEXT_BYTES).decode("utf-8")
        if not text.strip():
            raise error(f"'{path}' is empty; write it again with the command that made it")
        return json.loads(text)
    except (ValueError, RecursionError) as cause:
        said = str(cause).replace("\n", " ")
        raise error(f"'{path}' is not valid JSON ({said}); write it again with the command that made it") from cause
