"""One line of at most 200 characters for a dataclass that holds arrays, texts or hundreds of others.

A class takes it with ``__repr__ = short_repr`` or from the base ``ShortRepr``. Classes whose ``repr`` is hashed into
the names of C functions (shapes of kernels) must not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

LONGEST = 200
"""Characters of a ``repr``."""
LONGEST_VALUE = 48
"""Characters of one value within."""
MOST_ITEMS = 4
"""Plain items of a sequence that are shown; of more than that their number is."""


def short_repr(self: Any) -> str:
    """Return the class and its fields: arrays by type and shape, long texts cut, long sequences counted.

    A field that has its default is left out.
    """
    shown = [
        f"{field.name}={brief(value)}"
        for field in fields(self)
        if field.repr and not _is_default(value := getattr(self, field.name), field.default)
    ]
    return cut(f"{type(self).__name__}({', '.join(shown)})", LONGEST)


class ShortRepr:
    """A base for dataclasses made with ``repr=False``."""

    __repr__ = short_repr


def brief(value: Any) -> str:
    """Return ``value`` in at most ``LONGEST_VALUE`` characters of one line."""
    if getattr(value, "shape", ()) and hasattr(value, "dtype"):
        return cut(f"{value.dtype} {tuple(value.shape)}", LONGEST_VALUE)
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, Mapping):
        return f"{{{cut(', '.join(str(key) for key in value), LONGEST_VALUE - 2)}}}"
    if isinstance(value, tuple | list) and value:
        plain = all(item is None or isinstance(item, bool | int | float | str) for item in value)
        if not plain or len(value) > MOST_ITEMS:
            kinds = sorted({type(item).__name__ for item in value})
            return cut(f"<{len(value)} {'/'.join(kinds)}>", LONGEST_VALUE)
    if is_dataclass(value):
        whole = " ".join(repr(value).split())
        return whole if len(whole) <= LONGEST_VALUE else f"{type(value).__name__}(…)"
    return cut(" ".join(repr(value).split()), LONGEST_VALUE)


def cut(text: str, longest: int) -> str:
    """Return ``text``, or its beginning and its last character where it is longer than ``longest``."""
    return text if len(text) <= longest else f"{text[: longest - 2]}…{text[-1]}"


def _is_default(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, int | float | str | tuple) and bool(value == default))
