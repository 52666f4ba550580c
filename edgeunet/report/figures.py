"""What is known about figures by their names: which way is better, how to print one, and how far to trust it.

Figures of time and energy are measured or estimated, and an estimate is never shown without its error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edgeunet.report.results import Figure
from edgeunet.timing.cycles import caveat

PIPELINE = "pipeline."
"""What the names of figures begin with that ``bench --pipeline`` took around the network."""

_TIME = frozenset(
    {
        "cycles",
        "milliseconds",
        "realtime_share",
        "milliseconds_per_second",
        "cycles_per_second",
        "cycles_per_sample",
        "realtime_mhz_estimate",
        "streams",
    }
)
_ENERGY = frozenset({"microjoules", "energy"})
_HIGHER_IS_BETTER = frozenset(
    {
        "f1",
        "se",
        "ppv",
        "iou",
        "precision",
        "recall",
        "accuracy",
        "macro_f1",
        "mean_iou",
        "mcc",
        "sqnr_db",
        "exact",
        "streams",
        "battery_days",
    }
)
_SHARES = _HIGHER_IS_BETTER - {"sqnr_db", "exact", "streams", "battery_days"}
_CYCLES = "cycles"


def canonical(figure: str) -> str:
    """Return the name that results have for ``figure``: ``cycles``, which was a number once, is a count."""
    return f"{figure}.count" if figure.rsplit(".", 1)[-1] == _CYCLES else figure


def higher_is_better(figure: str) -> bool:
    """Return whether a larger value is the better one; cost figures (bytes, instructions, ms) are better small."""
    return _last(figure) in _HIGHER_IS_BETTER or figure.endswith("_f1")


def is_share(figure: str) -> bool:
    """Return whether the figure lies between 0 and 1 and is read as a percentage."""
    return _last(figure) in _SHARES or figure.endswith("_f1")


def show(figure: str, value: float | int | None) -> str:
    """Return ``value`` as a reader wants it: shares in percent, large numbers grouped, others with four digits."""
    if value is None:
        return "–"
    if is_share(figure):
        return f"{100 * value:.2f} %"
    if _last(figure) == "exact":
        return "yes" if value else "no"
    if isinstance(value, int) or abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:,.4g}"


def _last(figure: str) -> str:
    return figure.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Standing:
    """How far a figure can be trusted.

    Attributes
    ----------
    estimated : ``False`` where a board's counter measured it.
    error_band_percent : of the cycles, on published boards; ``None`` where no board validates the core.
    energy_error_percent : of the energy per cycle, for figures of energy; ``None`` where too little was published.
    is_energy : whether the figure is one of energy, which is an estimate even from measured cycles.
    """

    estimated: bool
    error_band_percent: Figure | None
    energy_error_percent: Figure | None = None
    is_energy: bool = False

    @property
    def words(self) -> str:
        cycles = caveat(self.estimated, self.error_band_percent)
        if not self.is_energy:
            return cycles
        error = self.energy_error_percent
        known = "unknown error" if error is None else f"±{error:.0f} % on published models"
        return f"energy estimated, {known}, from cycles {cycles}"

    @property
    def is_estimate(self) -> bool:
        """Whether the figure itself is estimated: energy is, even from measured cycles."""
        return self.estimated or self.is_energy

    @property
    def error_percent(self) -> Figure | None:
        """The error of the figure, of cycles and energy per cycle together; ``None`` where nobody knows one of them."""
        cycles = self.error_band_percent if self.estimated else 0
        energy = self.energy_error_percent if self.is_energy else 0
        return None if cycles is None or energy is None else cycles + energy


def is_time(figure: str) -> bool:
    """Return whether ``figure`` is one of time or energy."""
    return figure.removeprefix(PIPELINE).split(".")[0] in _TIME | _ENERGY


def is_energy(figure: str) -> bool:
    """Return whether ``figure`` is one of energy."""
    return figure.removeprefix(PIPELINE).split(".")[0] in _ENERGY


def standing(figure: str, figures: Mapping[str, Figure]) -> Standing | None:
    """Return how far ``figure`` can be trusted by the others of its subject; ``None`` where it was counted, not timed.

    Cycles of which nothing says that they are estimated are a board's: estimates have said so from the first.
    """
    if not is_time(figure):
        return None
    prefix = PIPELINE if figure.startswith(PIPELINE) else ""
    return Standing(
        estimated=bool(figures.get(f"{prefix}cycles.estimated", 0)),
        error_band_percent=figures.get(f"{prefix}cycles.error_band_percent"),
        energy_error_percent=figures.get(f"{prefix}energy.error_percent") if is_energy(figure) else None,
        is_energy=is_energy(figure),
    )
