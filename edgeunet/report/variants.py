"""Measurements of one model on one target that were made in different ways, told apart by what differs: compiler,
kernels, where weights lie, measured or estimated, mode of the energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeunet.report.results import HOP, Result, Subject

Way = tuple[str, ...]
"""Toolchain, kernel flavour, where weights lie, whether cycles are estimated, and mode of the energy, as words of a
target's name; empty where the document does not say."""

WEIGHTS_IN_RAM, ESTIMATED = "weights-in-ram", "estimated"
_USUAL = ("gcc", "")
_PLAIN_KERNELS = "portable"


def told_apart(results: Sequence[Result]) -> list[Result]:
    """Return ``results`` with what is unusual in the target's name where a target was measured in several ways.

    The usual way, gcc and the core's own kernels, weights in flash, keeps the plain name, so that budgets find it. What
    a board's counter measured is the usual way where it is there, and its estimate is called so.
    """
    ways: dict[Subject, list[Way]] = {}
    for result in results:
        if result.command == "bench" and _way(result) not in ways.setdefault(result.subject, []):
            ways[result.subject].append(_way(result))
    return [
        replace(result, subject=_named(result, min(ways[result.subject], key=_rank)))
        if result.command == "bench"
        else result
        for result in results
    ]


def _way(result: Result) -> Way:
    document = result.document
    energy = document.get("energy")
    return (
        str(document.get("toolchain") or ""),
        str(document.get("kernels") or ""),
        WEIGHTS_IN_RAM if document.get("weights_in") == "ram" else "",
        ESTIMATED if result.figures.get("cycles.estimated") else "",
        str(energy.get("mode") or "") if isinstance(energy, Mapping) else "",
    )


def _rank(way: Way) -> tuple[bool, bool, Way]:
    toolchain, kernels, *_ = way
    return toolchain not in _USUAL, kernels == _PLAIN_KERNELS, way[2:] + way[:2]


def _named(result: Result, usual: Way) -> Subject:
    place, _, hop = result.subject.target.partition(HOP)
    unusual = [mine for mine, theirs in zip(_way(result), usual, strict=True) if mine and mine != theirs]
    target = " ".join([place, *unusual]) + (f"{HOP}{hop}" if hop else "")
    return replace(result.subject, target=target)
