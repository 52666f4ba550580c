"""Figures for services that keep their history: Bencher's metric format, and that of github-action-benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edgeunet.report.figures import higher_is_better
from edgeunet.report.verdict.rows import Verdict


def bencher(found: Sequence[Verdict]) -> dict[str, Any]:
    """Return the figures in the Bencher Metric Format: benchmark → measure → ``{"value": number}``.

    https://bencher.dev/docs/reference/bencher-metric-format/ ; a model on a target is a benchmark.
    """
    document: dict[str, dict[str, Any]] = {}
    for verdict in found:
        if verdict.value is not None:
            document.setdefault(str(verdict.subject), {})[verdict.figure] = {"value": verdict.value}
    return document


def github_action_benchmark(found: Sequence[Verdict], *, bigger: bool) -> list[dict[str, Any]]:
    """Return the figures for github-action-benchmark, whose tools take either those of which more is better
    (``customBiggerIsBetter``) or those of which less is (``customSmallerIsBetter``).

    https://github.com/benchmark-action/github-action-benchmark ; the unit is the figure's own, named by it.
    """
    return [
        {"name": f"{verdict.subject}: {verdict.figure}", "unit": _unit(verdict.figure), "value": verdict.value}
        for verdict in found
        if verdict.value is not None and higher_is_better(verdict.figure) == bigger
    ]


def _unit(figure: str) -> str:
    name = figure.removesuffix(".count").rsplit(".", 1)[-1]
    units = {"_bytes": "bytes", "_ms": "ms", "_db": "dB", "_ua": "µA", "_points": "points", "milliseconds": "ms"}
    units |= {"microjoules": "µJ", "f1": "share", "battery_days": "days"}
    return next((unit for end, unit in units.items() if name.endswith(end)), name)
