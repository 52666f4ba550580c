"""How a board's memory answers its core: clock, flash, caches. Every fact stands in ``boards.json`` with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from edgeunet.short_repr import short_repr

PLACES = ("flash", "ram", "itcm")
"""Where instructions can be fetched from."""
DATA_PLACES = ("ram", "dtcm")
"""Where state, stack and buffers can lie."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Cache:
    """A cache of ``lines`` lines of ``line_bytes`` bytes in sets of ``ways``; fully associative where both agree."""

    lines: int
    line_bytes: int
    ways: int

    @property
    def sets(self) -> int:
        return self.lines // self.ways

    @property
    def size_bytes(self) -> int:
        return self.lines * self.line_bytes


@dataclass(frozen=True)
class FlashPath:
    """What lies between the core and the flash (or whatever holds code and constants).

    Attributes
    ----------
    fetch_bytes : bytes of one read of the array.
    wait_states : cycles that a read takes beyond the first, at the clock of the `MemorySystem`.
    prefetch : whether the next read of instructions is begun before it is asked for.
    instruction_cache, data_cache : ``None`` where there is none.
    unified : constants read from flash go through the instruction cache (a cache on the code bus).
    """

    fetch_bytes: int
    wait_states: int
    prefetch: bool
    instruction_cache: Cache | None
    data_cache: Cache | None
    unified: bool


@dataclass(frozen=True)
class MemorySystem:
    """One board at one clock.

    Attributes
    ----------
    clock_hz : clock of the core that estimates are for; the firmware template itself runs at the clock after reset.
    supply_v : supply of the microcontroller as the board comes.
    ram_wait_states : cycles that a load from RAM takes beyond the first.
    code_in : one of `PLACES`. data_in : one of `DATA_PLACES`.
    ram_cached : loads from RAM go through the flash path's data cache (level-1 caches).
    sources : by the name of the fact (``flash.wait_states``), what it is from.
    """

    clock_hz: int
    supply_v: float
    flash: FlashPath
    ram_wait_states: int
    code_in: str
    data_in: str
    ram_cached: bool
    sources: Mapping[str, str]

    __repr__ = short_repr

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Names of the facts whose source says that nobody looked them up."""
        return tuple(name for name, source in self.sources.items() if "unchecked" in source)


def read_memory_system(row: Mapping[str, Any]) -> MemorySystem:
    """Return the memory system that a board's ``timing`` describes; each leaf is ``[value, source]``.

    Raises
    ------
    KeyError, TypeError, ValueError
        When a fact is missing, has no source or is out of range; the caller names board and file.
    """
    facts = _Facts(row, {})
    path = row["flash"]
    if not isinstance(path, Mapping):
        raise ValueError("timing.flash is no object")
    flash = _Facts(path, facts.sources, "flash.")
    return MemorySystem(
        clock_hz=facts.take("clock_hz", _whole(1)),
        supply_v=facts.take("supply_v", _volts),
        flash=FlashPath(
            fetch_bytes=flash.take("fetch_bytes", _whole(1)),
            wait_states=flash.take("wait_states", _whole(0)),
            prefetch=flash.take("prefetch", _flag),
            instruction_cache=flash.take("instruction_cache", _cache),
            data_cache=flash.take("data_cache", _cache),
            unified=flash.take("unified", _flag),
        ),
        ram_wait_states=facts.take("ram_wait_states", _whole(0)),
        code_in=facts.take("code_in", _one_of(PLACES)),
        data_in=facts.take("data_in", _one_of(DATA_PLACES)),
        ram_cached=facts.take("ram_cached", _flag),
        sources=MappingProxyType(facts.sources),
    )


@dataclass(frozen=True)
class _Facts:
    """Facts of one object of the table; what they are from is gathered in ``sources``."""

    row: Mapping[str, Any]
    sources: dict[str, str]
    prefix: str = ""

    def take(self, key: str, check: Callable[[Any], _T]) -> _T:
        name = f"{self.prefix}{key}"
        if key not in self.row:
            raise KeyError(f"timing.{name}")
        fact = self.row[key]
        if not (isinstance(fact, list) and len(fact) == 2 and isinstance(fact[1], str) and fact[1].strip()):
            raise ValueError(f'timing.{name} is no pair of [value, "source"]')
        try:
            value = check(fact[0])
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"timing.{name}: {error}") from error
        self.sources[name] = fact[1]
        return value


def _whole(lowest: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if type(value) is not int or value < lowest:
            raise ValueError(f"{value!r} is no whole number from {lowest} on")
        return value

    return check


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _volts(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.5 <= value <= 6.0:
        raise ValueError(f"{value!r} is no voltage from 0.5 to 6 V")
    return float(value)


def _one_of(places: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in places:
            raise ValueError(f"{value!r} is none of {', '.join(places)}")
        return str(value)

    return check


def _cache(value: Any) -> Cache | None:
    if value is None:
        return None
    positive = _whole(1)
    cache = Cache(positive(value["lines"]), positive(value["line_bytes"]), positive(value["ways"]))
    if cache.lines % cache.ways or cache.line_bytes & (cache.line_bytes - 1):
        raise ValueError(f"{cache.lines} lines of {cache.line_bytes} bytes do not make sets of {cache.ways} ways")
    return cache
