"""Energy of one call, and what a battery makes of many: cycles times the pJ per cycle of a named board.

Energy per cycle of one board hardly depends on the model (``docs/ENERGY.md``), so a count of cycles, estimated or
measured, is enough. What comes out is an estimate either way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeunet.errors import RunError
from edgeunet.power.modes import Mode
from edgeunet.short_repr import short_repr

_HOURS_PER_DAY = 24.0
LOWEST_V, HIGHEST_V = 0.8, 5.5


@dataclass(frozen=True)
class Supply:
    """What the board is fed from: a battery of ``capacity_mah`` at ``voltage_v``; ``None`` where nobody said."""

    capacity_mah: float | None = None
    voltage_v: float | None = None


AS_PUBLISHED = Supply()
"""The voltage that the energies were published for, and no battery."""


@dataclass(frozen=True)
class Energy:
    """Energy of one call and the average over many.

    Attributes
    ----------
    microjoules : of one window or hop, while the core computes.
    duty : share of the time in which the core computes; ``None`` where nobody knows how often it is called.
    average_ua : average current at ``supply_v``, sleep included; ``None`` without ``duty``, or where it exceeds 1.
    battery_days : ``None`` without a capacity or an average.
    error_percent : largest miss over published models; ``None`` where there are too few.
    assumptions : what the figures rest on, in sentences.
    """

    mode: Mode
    microjoules: float
    pj_per_cycle: float
    supply_v: float
    duty: float | None
    average_ua: float | None
    battery_days: float | None
    error_percent: float | None
    assumptions: tuple[str, ...]

    __repr__ = short_repr

    def document(self) -> dict[str, Any]:
        """Return the keys that ``bench --energy --json`` adds."""
        return {"microjoules": round(self.microjoules, 4), "energy": self._details()}

    def _details(self) -> dict[str, Any]:
        return {
            "board": self.mode.board,
            "mode": self.mode.name,
            "pj_per_cycle": round(self.pj_per_cycle, 2),
            "supply_v": self.supply_v,
            "sleep_ua": self.mode.sleep_ua,
            "duty": None if self.duty is None else round(self.duty, 6),
            "average_ua": None if self.average_ua is None else round(self.average_ua, 2),
            "battery_days": None if self.battery_days is None else round(self.battery_days, 1),
            "error_percent": None if self.error_percent is None else round(self.error_percent, 1),
            "assumptions": list(self.assumptions),
        }


def estimate_energy(
    cycles: int, mode: Mode, *, calls_per_second: float | None = None, supply: Supply = AS_PUBLISHED
) -> Energy:
    """Return the energy of a call of ``cycles`` cycles on the board of ``mode``.

    Parameters
    ----------
    calls_per_second : windows or hops per second of signal; without it there is no average.
    supply : of another voltage than the published one, a linear regulator keeps the current and a switching one the
        power.

    Raises
    ------
    RunError
        When cycles, voltage or capacity are out of range.
    """
    supply_v = _voltage(mode, supply.voltage_v)
    _require_amounts(cycles, supply.capacity_mah)
    per_cycle = mode.pj_per_cycle * (supply_v / mode.supply_v if mode.regulator == "ldo" else 1.0)
    microjoules = cycles * per_cycle / 1e6
    duty = None if calls_per_second is None else cycles * calls_per_second / mode.clock_hz
    average = None
    if duty is not None and calls_per_second is not None and duty <= 1.0:
        average = microjoules * calls_per_second / supply_v + mode.sleep_ua * (1.0 - duty)
    days = None
    if average and supply.capacity_mah is not None:
        days = supply.capacity_mah * 1000.0 / average / _HOURS_PER_DAY
    return Energy(
        mode=mode,
        microjoules=microjoules,
        pj_per_cycle=per_cycle,
        supply_v=supply_v,
        duty=duty,
        average_ua=average,
        battery_days=days,
        error_percent=mode.error_percent,
        assumptions=_assumptions(mode, supply_v, duty),
    )


def _require_amounts(cycles: int, capacity_mah: float | None) -> None:
    if cycles < 0:
        raise RunError(f"a call cannot take {cycles} cycles; give a count from 0 on")
    if capacity_mah is not None and not capacity_mah > 0:
        raise RunError(f"a battery of {capacity_mah:g} mAh holds nothing; give --capacity-mah above 0")


def _voltage(mode: Mode, asked_v: float | None) -> float:
    if asked_v is None:
        return mode.supply_v
    if not LOWEST_V <= asked_v <= HIGHEST_V:
        raise RunError(f"--voltage {asked_v:g} is no supply of a microcontroller; give {LOWEST_V} to {HIGHEST_V} V")
    return asked_v


def _assumptions(mode: Mode, supply_v: float, duty: float | None) -> tuple[str, ...]:
    said = [
        f"{mode.pj_per_cycle:.0f} pJ per cycle of {mode.board} at {mode.text}: {mode.source}, {mode.date}",
        f"between calls {mode.sleep_ua:g} uA with the RAM kept: {mode.sleep_source}",
    ]
    if supply_v != mode.supply_v:
        kept = "power" if mode.regulator == "smps" else "current"
        said.append(f"at {supply_v:g} V its regulator keeps the {kept} it has at {mode.supply_v:g} V")
    if duty is None:
        said.append("no average: the model's card has no sample rate")
    elif duty > 1.0:
        said.append(f"no average: the core would have to compute {duty:.2f} times as fast to keep up with the signal")
    else:
        said.append(
            "core and memories only: no sensor, no radio, no wake-up time, no losses or ageing of the battery; the "
            "calls come at the rate of the signal"
        )
    return tuple(said)
