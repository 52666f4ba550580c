"""Compare figures with their budget and with a stored baseline: what broke, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from edgeunet.errors import BudgetExceededError, ReportError, shown
from edgeunet.files import is_there, read_json, write_json
from edgeunet.report.absence import absence, cure, meant
from edgeunet.report.budget import Budget, Limit
from edgeunet.report.documents import is_figure
from edgeunet.report.figures import Standing, canonical, higher_is_better, is_share, show, standing
from edgeunet.report.results import Figure, Results, Subject
from edgeunet.short_repr import short_repr

SCHEMA = "edgeunet.check/1"
BASELINE_SCHEMA = "edgeunet.baseline/1"
_ROUNDING = 1e-9
"""Relative; a figure exactly at its bound must not break it by the rounding of binary fractions."""


@dataclass(frozen=True)
class Comparison:
    """One figure against one bound.

    ``value`` is ``None`` when no result has the figure, and ``reason`` says why where a result does; ``baseline`` is
    set when the bound was allowed for from there; ``standing`` says of a figure of time or energy how far to trust it.
    """

    subject: Subject
    figure: str
    value: Figure | None
    bound: float
    side: str
    baseline: Figure | None = None
    standing: Standing | None = None
    reason: str = ""

    __repr__ = short_repr

    @property
    def ok(self) -> bool:
        if self.value is None:
            return False
        slack = _ROUNDING * abs(self.bound)
        return self.value <= self.bound + slack if self.side == "max" else self.value >= self.bound - slack

    def sentence(self) -> str:
        """Say in one clause how the figure stands to its bound."""
        if self.value is None:
            how = self.reason or cure(self.figure, self.subject)
            return f"{self.subject}: no result has '{self.figure}'; {how}"
        return f"{self.subject}: {self.figure} {show(self.figure, self.value)} {self.clause()}{self.trust()}"

    def clause(self) -> str:
        """How a figure that was measured stands to its bound, without its name and value."""
        bound = show(self.figure, self.bound)
        origin = "limit" if self.baseline is None else f"baseline {show(self.figure, self.baseline)}"
        if self.ok:
            return f"{'≤' if self.side == 'max' else '≥'} {bound} ({origin})"
        side = "over" if self.side == "max" else "under"
        return f"is {side} {bound} ({origin}) by {self._excess()}"

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as a plain document."""
        return {
            "model": self.subject.model,
            "format": self.subject.format or None,
            "target": self.subject.target or None,
            "figure": self.figure,
            "value": self.value,
            "bound": self.bound,
            "side": self.side,
            "baseline": self.baseline,
            "ok": self.ok,
            "estimated": None if self.standing is None else self.standing.is_estimate,
            "error_percent": None if self.standing is None else self.standing.error_percent,
        }

    def trust(self) -> str:
        """Say how far a figure of time or energy can be trusted, and whether the verdict is within its error.

        A baseline has the same error, so that a difference from it is none.
        """
        if self.standing is None:
            return ""
        assert self.value is not None
        error = self.standing.error_percent
        is_close = (
            self.baseline is None
            and error is not None
            and abs(self.value - self.bound) <= abs(self.value) * error / 100
        )
        return f"; {self.standing.words}" + (", which the bound lies within" if is_close else "")

    def _excess(self) -> str:
        assert self.value is not None
        excess = abs(self.value - self.bound)
        if is_share(self.figure):
            return f"{100 * excess:.2f} points"
        share = f" ({100 * excess / abs(self.bound):.1f} %)" if self.bound else ""
        return f"{show(self.figure, round(excess, 9))}{share}"


def check(results: Results, budget: Budget, *, needs_baseline: bool = True) -> list[Comparison]:
    """Compare ``results`` with every limit of ``budget``, then with its baseline.

    Parameters
    ----------
    needs_baseline : whether a baseline that is not there yet is an error; else the limits alone are compared.

    Raises
    ------
    ReportError
        When a limit fits several results, or the baseline is missing or malformed.
    """
    comparisons = [_limit(results, limit) for limit in budget.limits]
    if budget.baseline is not None and (needs_baseline or is_there(budget.baseline)):
        comparisons += _against_baseline(results, budget)
    return comparisons


def broken(comparisons: list[Comparison]) -> list[Comparison]:
    """Return the figures that were measured and lie beyond their bound."""
    return [comparison for comparison in comparisons if comparison.value is not None and not comparison.ok]


def missing(comparisons: list[Comparison]) -> list[Comparison]:
    """Return the comparisons whose figure no result has."""
    return [comparison for comparison in comparisons if comparison.value is None]


def undecided(comparisons: list[Comparison]) -> bool:
    """Return whether there is no verdict: no figure is beyond its bound, but one is missing."""
    return bool(missing(comparisons)) and not broken(comparisons)


def check_document(comparisons: list[Comparison]) -> dict[str, Any]:
    """Return the comparisons as one JSON object."""
    return {
        "schema": SCHEMA,
        "ok": all(comparison.ok for comparison in comparisons),
        "comparisons": [comparison.to_dict() for comparison in comparisons],
    }


def require(comparisons: list[Comparison]) -> None:
    """Raise unless every comparison holds.

    Raises
    ------
    BudgetExceededError
        When a figure broke its limit or fell behind its baseline.
    ReportError
        When none did but a figure is missing.
    """
    worse, absent = broken(comparisons), missing(comparisons)
    if worse:
        more = f" (and {len(worse) - 1} more)" if len(worse) > 1 else ""
        raise BudgetExceededError(f"the budget is broken: {worse[0].sentence()}{more}")
    if undecided(comparisons):
        more = f" (and {len(absent) - 1} more are missing)" if len(absent) > 1 else ""
        raise ReportError(f"the budget cannot be checked: {absent[0].sentence()}{more}")


def update_baseline(results: Results, budget: Budget) -> Path:
    """Store the figures that ``[baseline.allow]`` names, of every model with a budget, and return the file.

    Raises
    ------
    ReportError
        When the budget has no baseline, or no result has any of its figures.
    """
    if budget.baseline is None:
        raise ReportError(f"'{budget.path}' has no baseline to update; add [baseline] with 'file' and 'allow'")
    entries = [
        {"model": s.model, "format": s.format, "target": s.target, "figures": dict(sorted(figures.items()))}
        for s, figures in sorted(_covered(results, budget))
    ]
    if not entries:
        raise ReportError(f"no result has a figure that '{budget.path}' allows to change; correct [baseline.allow]")
    write_json(budget.baseline, {"schema": BASELINE_SCHEMA, "subjects": entries})
    return budget.baseline


def _limit(results: Results, limit: Limit) -> Comparison:
    value = _find(results, limit.subject, limit.figure)
    return _comparison(results, limit.subject, limit.figure, value, limit.bound, limit.side)


def _comparison(
    results: Results,
    subject: Subject,
    figure: str,
    value: Figure | None,
    bound: float,
    side: str,
    baseline: Figure | None = None,
) -> Comparison:
    how = None if value is None else standing(figure, results.of(subject))
    reason = (absence(results, subject, figure) or meant(results, subject, figure)) if value is None else ""
    return Comparison(subject, figure, value, bound, side, baseline, how, reason)


def _find(results: Results, subject: Subject, figure: str) -> Figure | None:
    """Return the figure of ``subject``; without a format given, of the only format that has it."""
    value = results.of(subject).get(figure)
    if value is not None or subject.format:
        return value
    found = {
        s.format: results.of(s)[figure]
        for s in results.figures
        if s.model == subject.model and s.target == subject.target and figure in results.of(s)
    }
    if len(set(found.values())) > 1:
        raise ReportError(
            f"'{figure}' of {subject} differs between the formats {', '.join(sorted(found))}; "
            "name one with 'format' in its [[budget]]"
        )
    return next(iter(found.values()), None)


def _against_baseline(results: Results, budget: Budget) -> Iterator[Comparison]:
    assert budget.baseline is not None
    stored = _read_baseline(budget.baseline)
    for subject, figures in stored.items():
        if not budget.concerns(subject):
            continue
        for figure, old in figures.items():
            allowance = next((a for a in budget.allowances if fnmatchcase(figure, a.figure)), None)
            if allowance is None:
                continue
            upward = higher_is_better(figure)
            bound = old - allowance.slack(old) if upward else old + allowance.slack(old)
            value = results.figures.get(subject, {}).get(figure)
            yield _comparison(results, subject, figure, value, bound, "min" if upward else "max", old)


def _covered(results: Results, budget: Budget) -> Iterator[tuple[Subject, Mapping[str, Figure]]]:
    for subject, figures in results.figures.items():
        if not budget.concerns(subject):
            continue
        kept = {
            figure: value
            for figure, value in figures.items()
            if any(fnmatchcase(figure, allowance.figure) for allowance in budget.allowances)
        }
        if kept:
            yield subject, kept


def _read_baseline(path: Path) -> dict[Subject, dict[str, Figure]]:
    if not is_there(path):
        raise ReportError(f"there is no baseline '{path}' yet; write it with: edgeunet check --update-baseline")
    document = read_json(path, ReportError)
    try:
        if document["schema"] != BASELINE_SCHEMA:
            raise KeyError("schema")
        return {
            Subject(str(entry["model"]), str(entry["format"]), str(entry["target"])): {
                canonical(str(figure)): _stored(value) for figure, value in entry["figures"].items()
            }
            for entry in document["subjects"]
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError(
            f"'{path}' is no baseline ({shown(error, 200)}); write it with: edgeunet check --update-baseline"
        ) from error


def _stored(value: object) -> Figure:
    if not is_figure(value):
        raise ValueError(f"{shown(value)} is no finite number")
    return value
