"""The checks every field of a spec goes through: each failure names the key, the limit and the cure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from edgeunet.errors import SpecError, did_you_mean, shown

Size = int | tuple[int, int]
"""A size along time, or a ``(height, width)`` pair; in a 1-D network the height is 1."""

Choice = TypeVar("Choice", bound=str)


def check_keys(keys: Iterable[object], known: Collection[str], where: str) -> None:
    """Refuse a key that is not in ``known``, suggesting the nearest that is."""
    for key in keys:
        if key in known:
            continue
        cure = did_you_mean(key, known, 0.5) or f"the keys are {', '.join(sorted(known))}"
        raise SpecError(f"unknown key '{key}' in {where}; {cure}")


def check_int(key: str, value: Any, least: int, most: int = 1 << 20) -> int:
    """Return ``value`` when it is a whole number within ``least…most``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise SpecError(f"{key} = {shown(value)} is not a whole number; give one from {least} to {most}")
    if not least <= value <= most:
        raise SpecError(f"{key} = {shown(value)} is outside {least} to {most}; give a number within that range")
    return value


def check_size(key: str, value: Any, least: int = 1, most: int = 4096) -> Size:
    """Return an int, or a pair of ints as a tuple, each within ``least…most``."""
    if isinstance(value, list | tuple):
        if len(value) != 2:
            raise SpecError(
                f"{key} = {shown(list(value))} has {len(value)} numbers; give one, or a pair such as [1, 5]"
            )
        height, width = (check_int(key, item, least, most) for item in value)
        return height, width
    if isinstance(value, bool) or not isinstance(value, int):
        raise SpecError(f"{key} = {shown(value)} is not a size; give a whole number, or a pair such as [1, 5]")
    return check_int(key, value, least, most)


def check_bool(key: str, value: Any) -> bool:
    """Return ``value`` when it is true or false."""
    if not isinstance(value, bool):
        raise SpecError(f"{key} = {shown(value)} is neither true nor false; give one of the two, without quotes")
    return value


def check_fraction(key: str, value: Any) -> float:
    """Return ``value`` as a float when it is within ``0 ≤ value < 1``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SpecError(f"{key} = {shown(value)} is not a number; give a fraction such as 0.3")
    if not 0 <= value < 1:
        raise SpecError(f"{key} = {shown(value)} is outside 0 to 1 (1 excluded); give a fraction such as 0.3")
    return float(value)


def check_choice(key: str, value: Any, choices: Collection[str]) -> str:
    """Return ``value`` when it is one of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        near = did_you_mean(value, choices, 0.5) if isinstance(value, str) else ""
        hint = f"; {near}" if near else ""
        raise SpecError(f"{key} = {shown(value)} is not one of {', '.join(repr(c) for c in choices)}{hint}")
    return value


def check_label(key: str, value: Any) -> str:
    """Return ``value`` when it is printable text of 1 to 64 characters."""
    if not isinstance(value, str):
        raise SpecError(f"{key} = {shown(value)} is not text; give a name such as 'QRS'")
    if not value or len(value) > 64 or not value.isprintable():
        raise SpecError(f"{key} = {shown(value)} is not a name; give 1 to 64 printable characters")
    return value


def check_name(key: str, value: Any) -> str:
    """Return ``value`` when it is printable text without path separators, at most 64 characters long."""
    if not isinstance(value, str):
        raise SpecError(f"{key} = {shown(value)} is not text; give a name such as 'ecg-tiny'")
    if not value or len(value) > 64 or not value.isprintable() or any(c in value for c in "/\\"):
        raise SpecError(f"{key} = {shown(value)} is not a name; give 1 to 64 printable characters without slashes")
    return value


def as_pair(size: Size) -> tuple[int, int]:
    """Return ``size`` as ``(height, width)`` of a 2-D network."""
    return (size, size) if isinstance(size, int) else size
