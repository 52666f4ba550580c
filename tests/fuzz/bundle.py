"""Several files as one input: what a folder of recordings or of results holds.

``%%name size`` and a line end before the bytes of each file. Whatever does not read so is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_HEAD = re.compile(rb"%%([A-Za-z0-9_][A-Za-z0-9_.-]{0,39}) ([0-9]{1,7})\n")


def pack(files: Mapping[str, bytes]) -> bytes:
    """One input of ``files``, by name."""
    return b"".join(b"%%%%%s %d\n%s" % (name.encode(), len(data), data) for name, data in files.items())


def unpack(data: bytes) -> dict[str, bytes]:
    """The files in an input."""
    files: dict[str, bytes] = {}
    at = 0
    while head := _HEAD.match(data, at):
        at = head.end() + int(head[2])
        files[head[1].decode()] = data[head.end() : at]
    return files


def write(data: bytes, folder: Path) -> list[str]:
    """Write the files in an input into ``folder``; their names."""
    files = unpack(data)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return list(files)
