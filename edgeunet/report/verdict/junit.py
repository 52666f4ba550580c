"""A check as JUnit's XML, which most CI servers show: a test case per figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgeunet.emit.template import HtmlPage, render
from edgeunet.escaping.html import HtmlText, html_text
from edgeunet.report.verdict.rows import BROKEN, MISSING, Verdict


@dataclass(frozen=True)
class Case:
    """One figure."""

    subject: HtmlText
    figure: HtmlText
    sentence: HtmlText
    broken: bool
    missing: bool


@dataclass(frozen=True, eq=False)
class JunitPage(HtmlPage):
    """All of them; what stands in an attribute of HTML may stand in one of XML."""

    template = "report/verdict/pages/junit.xml.jinja"

    tests: int
    failures: int
    errors: int
    cases: tuple[Case, ...]


def to_junit(found: Sequence[Verdict]) -> str:
    """Return the document: a figure that broke is a failure, one that is missing an error."""
    cases = tuple(
        Case(
            html_text(str(verdict.subject)),
            html_text(verdict.figure),
            html_text(verdict.sentence()),
            verdict.state == BROKEN,
            verdict.state == MISSING,
        )
        for verdict in found
    )
    return render(
        JunitPage(
            tests=len(cases),
            failures=sum(case.broken for case in cases),
            errors=sum(case.missing for case in cases),
            cases=cases,
        )
    )
