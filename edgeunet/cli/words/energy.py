"""Energy and battery life as lines for the terminal."""

from __future__ import annotations

from edgeunet.power.estimate import Energy


def energy_lines(energy: Energy, call: str, *, assumed: bool = True) -> list[str]:
    """Return what ``bench --energy`` adds to its table; ``call`` is a window or a hop.

    ``assumed`` says what the figures rest on, which needs no second time for the pipeline around a network.
    """
    error = energy.error_percent
    known = "of unknown error" if error is None else f"±{error:.0f} % on published models"
    band = f", {known} beside what the cycles are off by"
    lines = ["", f"energy    {energy.microjoules:,.2f} µJ per {call}, estimated{band}"]
    if energy.average_ua is not None:
        lines.append(
            f"average   {energy.average_ua:,.1f} µA at {energy.supply_v:g} V, "
            f"computing {_percent(energy.duty)} of the time"
        )
    if energy.battery_days is not None:
        lines.append(f"battery   {energy.battery_days:,.0f} days")
    return [*lines, *(f"assumed   {text}" for text in energy.assumptions if assumed)]


def _percent(duty: float | None) -> str:
    return "none" if duty is None else f"{100 * duty:.3g} %"
