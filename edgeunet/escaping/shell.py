"""Words for a printed command line, to be copied into a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import PurePath

from edgeunet.escaping.written import HIDDEN, Written

_WORD = re.compile(r"""(?:[A-Za-z0-9@%+=:,./_-]|\\?'[^']*'|"'")+|\$'(?:[^'\\]|\\['\\]|\\[0-7]{3})*'""")


class ShellWord(Written):
    """One word of a command line, quoted where it must be.

    Raises
    ------
    ValueError
        When a shell would read it as something else; `shell_word` makes it fit.
    """

    def __post_init__(self) -> None:
        if HIDDEN.search(self.text) or not _WORD.fullmatch(self.text):
            raise ValueError(f"{self.text!r} is no word for a shell")


def shell_word(text: str) -> ShellWord:
    """``text`` as a word; what cannot be seen is octal bytes between ``$'`` and ``'``."""
    if not HIDDEN.search(text):
        return ShellWord(shlex.quote(text))
    plain = text.replace("\\", "\\\\").replace("'", "\\'")
    return ShellWord("$'" + HIDDEN.sub(lambda found: _octal(found.group()), plain) + "'")


def _octal(character: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


def shell_path(path: PurePath) -> ShellWord:
    """``path`` as a word that no program takes for an option: ``-o`` is ``./-o``."""
    text = str(path)
    return shell_word(f"./{text}" if text.startswith("-") else text)


def tcl_word(text: str) -> Written:
    """``text`` as a word of a command that OpenOCD reads, whose language is Tcl."""
    return Written(
        "".join(c if c.isalnum() or c in "./_-" else f"\\u{ord(c):04x}" if ord(c) < 32 else f"\\{c}" for c in text)
    )


class ShellLine(Written):
    """A command line of `ShellWord`."""


def shell_line(words: Iterable[str]) -> ShellLine:
    """The words of a command, which has its paths right already, as a line."""
    return ShellLine(" ".join(shell_word(word).text for word in words))
