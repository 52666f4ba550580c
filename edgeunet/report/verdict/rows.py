"""One row per figure that was compared, its limit and its baseline together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeunet.report.check import Comparison
from edgeunet.report.figures import Standing, higher_is_better, is_share, show
from edgeunet.report.results import Figure, Subject
from edgeunet.short_repr import short_repr

OK, BROKEN, MISSING = "ok", "BROKEN", "MISSING"


@dataclass(frozen=True)
class Verdict:
    """A figure and everything it was compared with.

    Attributes
    ----------
    comparisons : in the order of the budget: limits first, then the baseline.
    """

    subject: Subject
    figure: str
    comparisons: tuple[Comparison, ...]

    __repr__ = short_repr

    @property
    def value(self) -> Figure | None:
        """The figure; ``None`` where no result has it."""
        return self.comparisons[0].value

    @property
    def standing(self) -> Standing | None:
        """How far a figure of time or energy can be trusted."""
        return self.comparisons[0].standing

    @property
    def baseline(self) -> Figure | None:
        """What the baseline has."""
        return next((c.baseline for c in self.comparisons if c.baseline is not None), None)

    @property
    def limit(self) -> Comparison | None:
        """The limit nearest to being broken, or the one that is."""
        limits = [c for c in self.comparisons if c.baseline is None]
        return next((c for c in limits if not c.ok), limits[0] if limits else None)

    @property
    def state(self) -> str:
        """``ok``, ``BROKEN`` or ``MISSING``."""
        if self.value is None:
            return MISSING
        return OK if all(c.ok for c in self.comparisons) else BROKEN

    def sentence(self) -> str:
        """How the figure stands to all its bounds; what broke first."""
        if self.value is None or len(self.comparisons) == 1:
            return self.comparisons[0].sentence()
        ordered = sorted(self.comparisons, key=lambda c: c.ok)
        clauses = ", ".join(comparison.clause() for comparison in ordered)
        return f"{self.subject}: {self.figure} {show(self.figure, self.value)} {clauses}{ordered[0].trust()}"

    def change(self) -> str:
        """How the figure differs from the baseline: ``+1.2 %``, ``-0.40 points``; empty without one."""
        if self.value is None or self.baseline is None:
            return ""
        difference = self.value - self.baseline
        if difference == 0:
            return "same"
        if is_share(self.figure):
            return f"{100 * difference:+.2f} points"
        share = f" ({100 * difference / abs(self.baseline):+.1f} %)" if self.baseline else ""
        return f"{'+' if difference > 0 else '-'}{show(self.figure, abs(difference))}{share}"

    @property
    def is_better(self) -> bool | None:
        """Whether the figure is better than the baseline's; ``None`` where it is the same or there is none."""
        if self.value is None or self.baseline is None or self.value == self.baseline:
            return None
        return (self.value > self.baseline) == higher_is_better(self.figure)


def verdicts(comparisons: Sequence[Comparison]) -> list[Verdict]:
    """Return ``comparisons`` by figure, in the order in which each is first named."""
    found: dict[tuple[Subject, str], list[Comparison]] = {}
    for comparison in comparisons:
        found.setdefault((comparison.subject, comparison.figure), []).append(comparison)
    return [Verdict(subject, figure, tuple(each)) for (subject, figure), each in found.items()]


def lines(comparisons: Sequence[Comparison]) -> list[str]:
    """Return one line per figure, and how many held."""
    rows = verdicts(comparisons)
    return [*(f"{row.state:7}  {row.sentence()}" for row in rows), summary(rows)]


def summary(rows: Sequence[Verdict]) -> str:
    """How many of ``rows`` held."""
    return f"{sum(row.state == OK for row in rows)} of {len(rows)} held"
