"""What boards are known to draw: ``figures.json``, each figure with its source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from types import MappingProxyType
from typing import Any

from edgeunet.errors import RunError
from edgeunet.files import read_json
from edgeunet.short_repr import short_repr

FIGURES = Path(__file__).with_name("figures.json")
REGULATORS = ("smps", "ldo")


@dataclass(frozen=True)
class Mode:
    """One board at one clock and supply.

    Attributes
    ----------
    text : clock, memory, regulator and supply in words.
    regulator : ``smps`` keeps the power when the supply changes, ``ldo`` the current.
    by_model : pJ per cycle by the model it was measured on; one entry ``data sheet`` where nobody published more.
    sleep_ua : microamperes between calls, the RAM kept.
    source, date : of the energies; ``sleep_source`` of the current between calls.
    """

    board: str
    name: str
    text: str
    clock_hz: int
    supply_v: float
    regulator: str
    by_model: Mapping[str, float]
    sleep_ua: float
    source: str
    date: str
    sleep_source: str

    __repr__ = short_repr

    @property
    def pj_per_cycle(self) -> float:
        """Mean over the models."""
        return fmean(self.by_model.values())

    def without(self, model: str) -> float:
        """Return the pJ per cycle of the other models: how an unknown model is predicted."""
        return fmean(value for name, value in self.by_model.items() if name != model)

    @property
    def error_percent(self) -> float | None:
        """Largest miss over the models, each predicted from the others; ``None`` where there are no others."""
        if len(self.by_model) < 2:
            return None
        return max(abs(100.0 * (self.without(name) / value - 1.0)) for name, value in self.by_model.items())


@cache
def load_modes() -> Mapping[str, tuple[Mode, ...]]:
    """Return the modes of each board, the one to take unasked first.

    Raises
    ------
    RunError
        When the file is missing or malformed.
    """
    document = read_json(FIGURES, RunError)
    try:
        return MappingProxyType(
            {board: tuple(_mode(board, row) for row in rows) for board, rows in document["boards"].items()}
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"'{FIGURES}' has a missing or malformed field ({error}); install edgeunet again") from error


def find_mode(board: str, name: str | None = None) -> Mode:
    """Return the mode called ``name`` of ``board``, by default its first.

    Raises
    ------
    RunError
        When no energy of the board was published, or none in such a mode; the message lists what there is.
    """
    modes = load_modes()
    if board not in modes:
        raise RunError(
            f"no energy per cycle is known for '{board}'; name one of these boards as --target: {', '.join(modes)}"
        )
    for mode in modes[board]:
        if name in (None, mode.name):
            return mode
    known = ", ".join(mode.name for mode in modes[board])
    raise RunError(f"no energy of {board} is known in the mode '{name}'; choose one of: {known}")


def _mode(board: str, row: Mapping[str, Any]) -> Mode:
    if row["regulator"] not in REGULATORS:
        raise ValueError(f"regulator {row['regulator']!r}")
    clock_hz, supply_v = int(row["clock_hz"]), float(row["supply_v"])
    return Mode(
        board=board,
        name=row["mode"],
        text=row["text"],
        clock_hz=clock_hz,
        supply_v=supply_v,
        regulator=row["regulator"],
        by_model=MappingProxyType(_picojoules(row, clock_hz, supply_v)),
        sleep_ua=float(row["sleep_ua"]),
        source=row["source"],
        date=row["date"],
        sleep_source=row["sleep_source"],
    )


def _picojoules(row: Mapping[str, Any], clock_hz: int, supply_v: float) -> dict[str, float]:
    """Return pJ per cycle: uJ per inference x inferences per second / clock; of a data sheet uA per MHz x V."""
    if "microamperes_per_mhz" in row:
        return {"data sheet": float(row["microamperes_per_mhz"]) * supply_v}
    return {
        model: 1e6 * float(microjoules) * float(per_second) / clock_hz
        for model, (microjoules, per_second) in row["measured"].items()
    }
