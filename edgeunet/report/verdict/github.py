"""A check as annotations of a GitHub workflow: what broke stands at the budget file in the pull request."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from edgeunet.escaping.github import GithubCommand, github_command
from edgeunet.report.verdict.markdown import title
from edgeunet.report.verdict.rows import OK, Verdict, summary


def annotated(found: Sequence[Verdict], budget: Path) -> list[GithubCommand]:
    """Return an error for each figure that broke or is missing; where there is none, one notice."""
    worse = [verdict for verdict in found if verdict.state != OK]
    if not worse:
        return [github_command("notice", f"{title(found)}: {summary(found)}", title="edgeunet")]
    return [
        github_command("error", v.sentence(), file=budget.as_posix(), title=f"{v.subject}: {v.figure}") for v in worse
    ]
