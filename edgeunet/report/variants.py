"""Measurements of one model on one target that were made in different ways, told apart by what differs: compiler,
kernels, where weights lie, measured or estimated, mode of the energy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeunet.power.modes import load_modes
from edgeunet.report.results import HOP, Result, Subject

Way = tuple[str, str, str, str, str]
"""Toolchain, kernel flavour, where weights lie, how the cycles are known and mode of the energy, as words of a target's
name; empty where the document does not say."""

WEIGHTS = ("weights-in-flash", "weights-in-ram")
CYCLES = ("measured", "estimated")
_USUAL = ("gcc", "")
_PLAIN_KERNELS = "portable"


def told_apart(results: Sequence[Result]) -> list[Result]:
    """Return ``results`` with what is unusual in the target's name where a target was measured in several ways.

    The usual way keeps the plain name, so that budgets find it: gcc and the core's own kernels, weights in flash,
    cycles that a board measured where it did, and the board's first mode of energy.
    """
    ways: dict[Subject, list[Way]] = {}
    for result in results:
        if result.command == "bench" and _way(result) not in ways.setdefault(result.subject, []):
            ways[result.subject].append(_way(result))
    usual = {subject: _usual(subject, found) for subject, found in ways.items()}
    return [
        replace(result, subject=_named(result, usual[result.subject])) if result.command == "bench" else result
        for result in results
    ]


def _way(result: Result) -> Way:
    document, figures = result.document, result.figures
    energy = document.get("energy")
    return (
        str(document.get("toolchain") or ""),
        str(document.get("kernels") or ""),
        f"weights-in-{document['weights_in']}" if document.get("weights_in") else "",
        CYCLES[bool(figures.get("cycles.estimated"))] if "cycles.count" in figures else "",
        str(energy.get("mode") or "") if isinstance(energy, Mapping) else "",
    )


def _usual(subject: Subject, ways: Sequence[Way]) -> Way:
    """Return the way that needs no words: compiler and kernels together, the rest one by one of what is said at all."""
    toolchain, kernels, *_ = min(ways, key=_rank)
    modes = [mode.name for mode in load_modes().get(subject.target.partition(HOP)[0], ())]
    orders = (WEIGHTS, CYCLES, modes)
    weights, cycles, mode = (_first({way[place] for way in ways}, order) for place, order in enumerate(orders, start=2))
    return toolchain, kernels, weights, cycles, mode


def _first(words: set[str], order: Sequence[str]) -> str:
    """Return the one of ``words`` that stands first in ``order``, empty where nothing is said."""
    known = [word for word in order if word in words]
    return next(iter([*known, *sorted(words - {""} - set(order))]), "")


def _rank(way: Way) -> tuple[bool, bool, Way]:
    toolchain, kernels, *_ = way
    return toolchain not in _USUAL, kernels == _PLAIN_KERNELS, way


def _named(result: Result, usual: Way) -> Subject:
    place, _, hop = result.subject.target.partition(HOP)
    unusual = [mine for mine, theirs in zip(_way(result), usual, strict=True) if mine and mine != theirs]
    target = " ".join([place, *unusual]) + (f"{HOP}{hop}" if hop else "")
    return replace(result.subject, target=target)
