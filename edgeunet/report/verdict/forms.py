"""A check in each of its forms, printed or kept as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.escaping.github import GithubCommand
from edgeunet.escaping.html import Markup
from edgeunet.escaping.markdown import Markdown
from edgeunet.escaping.terminal import JsonText, json_text
from edgeunet.files import FileSet
from edgeunet.report.budget import Budget
from edgeunet.report.check import Comparison, check_document
from edgeunet.report.results import Results
from edgeunet.report.verdict.github import annotated
from edgeunet.report.verdict.junit import to_junit
from edgeunet.report.verdict.markdown import to_markdown
from edgeunet.report.verdict.metrics import bencher, github_action_benchmark
from edgeunet.report.verdict.rows import Verdict, verdicts
from edgeunet.short_repr import short_repr

SMALLER, BIGGER = "github-action-benchmark", "github-action-benchmark-bigger"
PAGES = ("markdown", "json", "junit", "bencher", SMALLER, BIGGER)
"""Forms that are one document; ``text`` and ``github`` are lines."""

FILES: Mapping[str, str] = {
    "check.md": "markdown",
    "check.json": "json",
    "check.xml": "junit",
    "bencher.json": "bencher",
    "smaller-is-better.json": SMALLER,
    "bigger-is-better.json": BIGGER,
}
"""What a directory gets."""


@dataclass(frozen=True, eq=False)
class Checked:
    """Results, what they were compared with, and what was found."""

    results: Results
    budget: Budget
    comparisons: tuple[Comparison, ...]

    __repr__ = short_repr

    @property
    def verdicts(self) -> list[Verdict]:
        """A row per figure."""
        return verdicts(self.comparisons)

    def page(self, form: str) -> Markup | Markdown | JsonText:
        """The document in ``form``, one of `PAGES`."""
        if form == "markdown":
            return Markdown(to_markdown(self.verdicts, self.results))
        if form == "junit":
            return Markup(to_junit(self.verdicts))
        return JsonText(f"{json_text(self._document(form), indent=2)}\n")

    def annotations(self) -> list[GithubCommand]:
        """A command of a GitHub workflow for each figure that broke or is missing."""
        return annotated(self.verdicts, self.budget.path)

    def write(self, directory: Path) -> Sequence[Path]:
        """Write `FILES` to ``directory`` and return them.

        Raises
        ------
        EdgeUNetError
            When they cannot be written.
        """
        with FileSet(directory) as files:
            for name, form in FILES.items():
                files.write_text(directory / name, self.page(form).text)
        return [directory / name for name in FILES]

    def _document(self, form: str) -> Any:
        if form == "bencher":
            return bencher(self.verdicts)
        if form in (SMALLER, BIGGER):
            return github_action_benchmark(self.verdicts, bigger=form == BIGGER)
        return check_document(list(self.comparisons))
