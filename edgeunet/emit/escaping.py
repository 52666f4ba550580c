"""Text on its way into a generated file: one type for each place where it may stand, one function that makes it fit.

Names come from model files, cards and command lines, so anything may be in them. A template takes nothing but integers
and these types (see `edgeunet.emit.template`); a raw ``str`` is an error, for mypy and when it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\(?:["\\]|[0-7]{3}))*"')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ASCII = range(32, 127)


@dataclass(frozen=True)
class Written:
    """Text that may stand in a generated file as it is.

    Not a ``str``, so that no function of strings makes another from it unnoticed.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuses text that its place cannot hold; here, none."""

    def __str__(self) -> str:
        return self.text


class CText(Written):
    """C that the generator itself wrote: expressions, calls, tables. Never a name from a file."""


class CIdentifier(Written):
    """A C identifier.

    Raises
    ------
    ValueError
        When ``text`` is none.
    """

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no C identifier")

    @property
    def upper(self) -> CIdentifier:
        """The same in capitals, the way macros begin."""
        return CIdentifier(self.text.upper())


class CComment(Written):
    """Words within a ``/* */`` comment, on one line.

    Raises
    ------
    ValueError
        When ``text`` opens or ends a comment, or a line; `c_comment` makes it fit.
    """

    def __post_init__(self) -> None:
        if _CONTROL.search(self.text) or "*/" in self.text or "/*" in self.text:
            raise ValueError(f"{self.text!r} does not fit into a C comment")


class CString(Written):
    """A string literal, quotes included.

    Raises
    ------
    ValueError
        When ``text`` is none; `c_string` makes one.
    """

    def __post_init__(self) -> None:
        if not _STRING.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no C string literal")


class CMakeComment(Written):
    """The rest of a line after ``#`` in a CMake file.

    Raises
    ------
    ValueError
        When ``text`` ends the line; `cmake_comment` makes it fit.
    """

    def __post_init__(self) -> None:
        if _CONTROL.search(self.text):
            raise ValueError(f"{self.text!r} does not fit into a line of CMake")


def c_comment(text: str) -> CComment:
    """``text`` for a comment: one line, unable to end the comment or to open another."""
    plain = _CONTROL.sub("?", text)
    return CComment(re.sub(r"\*(?=/)", "* ", re.sub(r"/(?=\*)", "/ ", plain)))


def c_ascii_comment(text: str) -> CComment:
    """``text`` for a comment in which what is not printable ASCII is a question mark."""
    return c_comment("".join(c if ord(c) in _ASCII else "?" for c in text))


def c_string(text: str) -> CString:
    """``text`` as a string literal in UTF-8; readable, so what is not ASCII stays as it is, and no trigraph."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\077")
    return CString('"' + _CONTROL.sub(lambda found: _octal(found.group()), quoted) + '"')


def c_ascii_string(text: str) -> CString:
    """``text`` as a string literal of ASCII: what is not printable, a quote, a backslash or a question mark (of which
    two begin a trigraph) is octal bytes of UTF-8."""
    return CString('"' + "".join(c if ord(c) in _ASCII and c not in '"\\?' else _octal(c) for c in text) + '"')


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode(errors="replace"))


def cmake_comment(text: str) -> CMakeComment:
    """``text`` for a ``#`` comment of a CMake file."""
    return CMakeComment(_CONTROL.sub("?", text))


def comma_list(parts: Iterable[Written | int]) -> CText:
    """``parts`` between commas: the operands of a call, the values of an initialiser.

    Raises
    ------
    TypeError
        When one of them is neither an integer nor `Written`.
    """
    return CText(", ".join(written(part) for part in parts))


def written(value: object) -> str:
    """The text of what may stand in a generated file: `Written`, or an integer.

    Raises
    ------
    TypeError
        For anything else; a name from a file first goes through the function for the place where it is to stand.
    """
    if isinstance(value, Written):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{value!r} cannot go into a template: it is no integer and no text made to stand there")
