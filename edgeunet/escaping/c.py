"""Text for generated C and CMake: names come from model files, cards and command lines, so anything may be in them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from edgeunet.escaping.written import HIDDEN, Written, between_commas, shortened

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STRING = re.compile(r'"(?:[^"\\]|\\(?:["\\]|[0-7]{3}))*"')
_ARGUMENT = re.compile(r'"(?:[^"\\$;@]|\\["\\$])*"')
_ASCII = range(32, 127)
LONGEST_COMMENT = 400
"""Characters of a comment; a compiler need not take a line of more than 4,095."""


class Source(Written):
    """Text that may stand in C or CMake."""


class CText(Source):
    """C that the generator itself wrote: expressions, calls, tables. Never a name from a file."""


class CIdentifier(Source):
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


class CComment(Source):
    """Words within a ``/* */`` comment, on one line.

    Raises
    ------
    ValueError
        When ``text`` opens or ends a comment, or cannot be seen as it is; `c_comment` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or "*/" in self.text or "/*" in self.text:
            raise ValueError(f"{self.text!r} does not fit into a C comment")


class CString(Source):
    """A string literal, quotes included.

    Raises
    ------
    ValueError
        When ``text`` is none; `c_string` makes one.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or not _STRING.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no C string literal")


class CMakeComment(Source):
    """The rest of a line after ``#`` and a space in a CMake file.

    Raises
    ------
    ValueError
        When ``text`` ends the line, or cannot be seen as it is; `cmake_comment` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text):
            raise ValueError(f"{self.text!r} does not fit into a line of CMake")


class CMakeString(Source):
    """A quoted argument of CMake, quotes included.

    Raises
    ------
    ValueError
        When ``text`` is none; `cmake_string` makes one.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or not _ARGUMENT.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no quoted argument of CMake")


def c_comment(text: str) -> CComment:
    """``text`` for a comment: one line of bounded length, unable to end the comment or to open another."""
    plain = _printable(shortened(text, LONGEST_COMMENT))
    return CComment(re.sub(r"\*(?=/)", "* ", re.sub(r"/(?=\*)", "/ ", plain)))


def c_ascii_comment(text: str) -> CComment:
    """``text`` for a comment in which what is not printable ASCII is a question mark."""
    return c_comment("".join(c if ord(c) in _ASCII else "?" for c in text))


def c_string(text: str) -> CString:
    """``text`` as a string literal in UTF-8; readable, so what is not ASCII stays as it is, and no trigraph."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\077")
    return CString('"' + HIDDEN.sub(lambda found: _octal(found.group()), quoted) + '"')


def c_ascii_string(text: str) -> CString:
    """``text`` as a string literal of ASCII: what is not printable, a quote, a backslash or a question mark (of which
    two begin a trigraph) is octal bytes of UTF-8."""
    return CString('"' + "".join(c if ord(c) in _ASCII and c not in '"\\?' else _octal(c) for c in text) + '"')


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode(errors="replace"))


def cmake_comment(text: str) -> CMakeComment:
    """``text`` for a ``#`` comment of a CMake file."""
    return CMakeComment(_printable(shortened(text, LONGEST_COMMENT)))


def cmake_string(text: str) -> CMakeString:
    """``text`` as a quoted argument. Semicolons, which make lists later, are commas, and ``@`` is a question mark."""
    plain = _printable(shortened(text, LONGEST_COMMENT)).replace(";", ",").replace("@", "?")
    return CMakeString('"' + re.sub(r'(["\\$])', r"\\\1", plain) + '"')


def _printable(text: str) -> str:
    """``text`` with a question mark for what cannot be seen: controls, marks that turn the direction of writing."""
    return HIDDEN.sub("?", text)


def comma_list(parts: Iterable[Source | int]) -> CText:
    """``parts`` between commas: the operands of a call, the values of an initialiser.

    Raises
    ------
    TypeError
        When one of them is neither an integer nor `Source`.
    """
    return CText(between_commas(parts, Source))
