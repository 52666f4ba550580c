"""Text changed word by word: numbers for numbers that nobody expects, lines twice or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Plain = Callable[[bytes], bytes]

NUMBERS = (
    "0", "-0", "1", "-1", "2", "7", "127", "128", "255", "256", "32767", "-32768", "65536", "2147483647", "-2147483648",
    "4294967296", "9223372036854775807", "18446744073709551616", "0.5", "1e-320", "1e-45", "1e308", "1e309", "-1e309",
    "1e18", "nan", "NaN", "inf", "-inf", "Infinity", "1_000", "1,000", "0x10", "0x" + "f" * 4000, "1.0.0", "1e", "+5",
    "٣", "²", "9" * 20, "9" * 5000, "0." + "3" * 400, "True", "",
)  # fmt: skip
"""What stands for a number, or claims to."""

PIECES = (
    "\0", "\x1b[31m", "\r", "\n", "\t", "\x85", "\u2028", "\u202e", "\ufeff", "\ud800", "*/", "/*", "??/", '"', "'",
    "\\", "$(x)", "<b>", "&", ";", "%s", "{0}", "{x.y}", "../", "/", "~", "-o", "#", "=", ",", "a" * 3000, "é", "(",
    "[", "{",
)  # fmt: skip
"""What may stand in a name, and where it comes out should do nothing."""

_NUMBER = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(rb"[^\s,;:=\[\]{}()\"']+")


def encoded(text: str) -> bytes:
    """``text`` in UTF-8, a lone surrogate as the bytes it would have."""
    return text.encode("utf-8", "surrogatepass")


def mutate_text(data: bytes, rng: Random, plain: Plain) -> bytes:
    """One or a few changes of words or lines; now and then of plain bytes."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        data = rng.choice((_number, _number, _swap, _piece, _line, _cut, lambda d, r: plain(d)))(data, rng)
    return data


def _replaced(data: bytes, found: re.Match[bytes], by: bytes) -> bytes:
    return data[: found.start()] + by + data[found.end() :]


def _number(data: bytes, rng: Random) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return _piece(data, rng)
    chosen = rng.choice(found)
    if rng.random() < 0.3 and chosen[0].isdigit() and len(chosen[0]) < 20:
        return _replaced(data, chosen, b"%d" % (int(chosen[0]) + rng.randint(-2, 2)))
    return _replaced(data, chosen, encoded(rng.choice(NUMBERS)))


def _swap(data: bytes, rng: Random) -> bytes:
    """One word in place of another."""
    words = list(_WORD.finditer(data))
    if len(words) < 2:
        return _piece(data, rng)
    return _replaced(data, rng.choice(words), rng.choice(words)[0])


def _piece(data: bytes, rng: Random) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + encoded(rng.choice(PIECES)) + data[at:]


def _line(data: bytes, rng: Random) -> bytes:
    """A line dropped, doubled, emptied or moved."""
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    line = lines.pop(at)
    what = rng.randrange(4)
    if what == 1:
        lines[at:at] = [line, line]
    elif what == 2:
        lines.insert(at, b"")
    elif what == 3:
        lines.insert(rng.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _cut(data: bytes, rng: Random) -> bytes:
    return data[: rng.randint(0, len(data))] if rng.random() < 0.3 else _line(data, rng)
