"""The header of a power trace: which column is time, current, power, voltage or a trigger, and in which unit.

A name without a unit is refused, for a factor of a thousand shows in no other place. Known by their own exports: Nordic
Power Profiler (``Timestamp(ms),Current(uA),D0-D7``, or ``D0,...,D7``) and Joulescope
(``#time (s),current (A),voltage (V)``). What Otii and STM32CubeMonitor-Power write is read as long as names and units
follow the same grammar, with ``;`` between the fields too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import RunError

_PREFIX = {"": 1.0, "m": 1e-3, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "n": 1e-9}
_UNITS = {"s": "time", "A": "current", "W": "power", "V": "voltage"}
_NAMES = {
    "time": ("time", "timestamp"),
    "current": ("current", "main current"),
    "power": ("power", "main power"),
    "voltage": ("voltage", "main voltage"),
}
_NAMED = re.compile(r"^(?P<name>.*?)\s*[(\[]\s*(?P<unit>[^)\]]*?)\s*[)\]]$")
_TRIGGER = re.compile(r"^(trigger|trig|d[0-7]|gpi[12]?|gpo[12]?|in[0-3])$")
_BITS = "d0-d7"


@dataclass(frozen=True)
class Column:
    """One column that is used: ``scale`` times its numbers are seconds, amperes, watts or volts."""

    index: int
    scale: float


@dataclass(frozen=True)
class Trigger:
    """A digital column; ``bit`` counts from the left where a column holds several digits (D0 first)."""

    name: str
    index: int
    bit: int | None = None


@dataclass(frozen=True)
class Layout:
    """What a header says."""

    separator: str
    quantities: dict[str, Column]
    triggers: tuple[Trigger, ...]


def read_header(line: str, path: Path) -> Layout:
    """Return what the columns of ``line`` are; columns of other names are left alone.

    Raises
    ------
    RunError
        When time, or both current and power, are missing; when a unit is missing or unknown; when a quantity comes
        twice.
    """
    separator = next((mark for mark in (";", "\t", ",") if mark in line), ",")
    names = [name.strip().strip('"') for name in line.lstrip("#\ufeff ").split(separator)]
    quantities: dict[str, Column] = {}
    triggers: list[Trigger] = []
    for index, name in enumerate(names):
        plain = name.lower()
        if plain == _BITS:
            triggers += [Trigger(f"D{bit}", index, bit) for bit in range(8)]
        elif _TRIGGER.match(plain):
            triggers.append(Trigger(name, index))
        else:
            _take(name, index, quantities, path)
    if "time" not in quantities or not {"current", "power"} & set(quantities):
        raise RunError(
            f"'{path}' holds the columns {', '.join(names)}, and a power trace needs a time and a current or a power, "
            "each with its unit, such as Timestamp(ms) and Current(uA); export it with its header"
        )
    return Layout(separator, quantities, tuple(triggers))


def _take(name: str, index: int, quantities: dict[str, Column], path: Path) -> None:
    found = _NAMED.match(name)
    said = (found["name"] if found else name).strip().lower()
    kind = next((kind for kind, known in _NAMES.items() if said in known), None)
    if kind is None:
        return
    scale = _scale(found["unit"] if found else "", kind)
    if scale is None:
        raise RunError(
            f"the column '{name}' of '{path}' names no unit of {kind} that is known; write it as {kind} "
            f"(m{_unit(kind)}), with n, u, m or nothing before the {_unit(kind)}"
        )
    if kind in quantities:
        raise RunError(f"'{path}' holds two columns of {kind}; leave only the one of the board in it")
    quantities[kind] = Column(index, scale)


def _scale(unit: str, kind: str) -> float | None:
    if not unit or _UNITS.get(unit[-1]) != kind:
        return None
    return _PREFIX.get(unit[:-1])


def _unit(kind: str) -> str:
    return next(unit for unit, of in _UNITS.items() if of == kind)
