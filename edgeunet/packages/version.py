"""Semantic versions of packages: what a caller must change decides the number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edgeunet.errors import CompileError

_VERSION = re.compile(r"(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})\.(0|[1-9][0-9]{0,4})")


@dataclass(frozen=True, order=True)
class Version:
    """Three numbers, as https://semver.org/ means them."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)


def parse_version(text: str) -> Version:
    """Return the version that ``text`` says.

    Raises
    ------
    CompileError
        When it is not three numbers.
    """
    found = _VERSION.fullmatch(text)
    if not found:
        raise CompileError(
            f"'{text[:40]}' is no version of a package; use three numbers up to 99999 without leading zeros, as 1.2.0"
        )
    return Version(*(int(part) for part in found.groups()))


def following(version: Version, *, same_interface: bool, same_content: bool) -> Version:
    """Return the version after ``version``: itself for the same files, the next patch where only weights or kernels
    are others, the next major where callers have something to change."""
    if same_interface and same_content:
        return version
    if same_interface:
        return Version(version.major, version.minor, version.patch + 1)
    return Version(version.major + 1, 0, 0)
