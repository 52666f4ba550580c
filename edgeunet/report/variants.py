"""Measurements of one model on one target that were made in different ways, told apart by compiler and kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from edgeunet.report.results import HOP, Result, Subject

Way = tuple[str, str]
"""Toolchain and kernel flavour, as the document names them."""

_USUAL = ("gcc", "")
_PLAIN_KERNELS = "portable"


def told_apart(results: Sequence[Result]) -> list[Result]:
    """Return ``results`` with compiler or kernels in the target's name where a target was measured in several ways.

    The usual way, gcc and the core's own kernels, keeps the plain name, so that budgets find it.
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
    return str(result.document.get("toolchain") or ""), str(result.document.get("kernels") or "")


def _rank(way: Way) -> tuple[bool, bool, Way]:
    toolchain, kernels = way
    return toolchain not in _USUAL, kernels == _PLAIN_KERNELS, way


def _named(result: Result, usual: Way) -> Subject:
    place, _, hop = result.subject.target.partition(HOP)
    unusual = [mine for mine, theirs in zip(_way(result), usual, strict=True) if mine and mine != theirs]
    target = " ".join([place, *unusual]) + (f"{HOP}{hop}" if hop else "")
    return replace(result.subject, target=target)
