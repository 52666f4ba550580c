"""Text that nothing else will change on its way out, and what all destinations share: showing what cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"  # ends of lines, directions, what has no width
    "\ud800-\udfff]"  # bytes of a file name that are no UTF-8
)
"""Characters that nobody sees as they are; a list, as what Python calls printable differs between its versions."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Written:
    """Text that may stand in its destination as it is.

    Not a ``str``, so that no function of strings makes another from it unnoticed.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuses text that its place cannot hold; here, none."""

    def __str__(self) -> str:
        return self.text


def written(value: object, kind: type[Written] = Written) -> str:
    """The text of what may stand in a file of one kind: ``kind`` itself, or an integer.

    Raises
    ------
    TypeError
        For anything else; a name from a file first goes through the function for the place where it is to stand.
    """
    if isinstance(value, kind):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"{value!r} cannot go into a template: it is no integer and no text made to stand there")


def visible(text: str) -> str:
    r"""``text`` with everything that cannot be seen as an escape: ``\n``, ``\x1b``, ``\u202e``."""
    return HIDDEN.sub(lambda found: _SHORT.get(found.group()) or code_point(found.group()), text)


def code_point(character: str) -> str:
    """The number of ``character`` as an escape."""
    code = ord(character)
    width, letter = (2, "x") if code < 0x100 else (4, "u") if code < 0x10000 else (8, "U")
    return f"\\{letter}{code:0{width}x}"


def shortened(text: str, most: int) -> str:
    """``text``, its middle left out where it has more than ``most`` characters, and how many these were.

    The end stays, as that of an error says what to do.
    """
    if len(text) <= most:
        return text
    tail = most // 4
    head = most - tail
    return f"{text[:head]} … ({len(text) - most:,} characters left out) … {text[-tail:]}"


def between_commas(parts: Iterable[object], kind: type[Written]) -> str:
    """``parts``, see `written`, between commas."""
    return ", ".join(written(part, kind) for part in parts)
