"""Results in one place: the accuracy-against-size report, budgets, and the baseline not to fall behind."""

from __future__ import annotations

from edgeunet.callable_module import make_callable
from edgeunet.report.budget import Budget, load_budget
from edgeunet.report.check import (
    Comparison,
    broken,
    check,
    check_document,
    missing,
    require,
    undecided,
    update_baseline,
)
from edgeunet.report.collect import collect
from edgeunet.report.html import to_html
from edgeunet.report.markdown import to_markdown
from edgeunet.report.plot import write_plot
from edgeunet.report.results import Results, Subject
from edgeunet.report.table import to_document
from edgeunet.report.verdict.forms import Checked
from edgeunet.report.verdict.history import append, read_history
from edgeunet.report.verdict.rows import Verdict, lines, verdicts
from edgeunet.report.writing import FORMS, write_report

__all__ = [
    "FORMS",
    "Budget",
    "Checked",
    "Comparison",
    "Results",
    "Subject",
    "Verdict",
    "append",
    "broken",
    "check",
    "check_document",
    "collect",
    "lines",
    "load_budget",
    "missing",
    "read_history",
    "require",
    "to_document",
    "to_html",
    "to_markdown",
    "undecided",
    "update_baseline",
    "verdicts",
    "write_plot",
    "write_report",
]

make_callable(__name__)
