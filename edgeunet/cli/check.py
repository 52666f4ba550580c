"""``edgeunet check``: results against limits and against a baseline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edgeunet.escaping.terminal import print_json, print_page, say

if TYPE_CHECKING:
    from edgeunet.report import Checked

FORMS = (
    "text",
    "markdown",
    "json",
    "junit",
    "github",
    "bencher",
    "github-action-benchmark",
    "github-action-benchmark-bigger",
)
SUMMARY = "GITHUB_STEP_SUMMARY"
"""The file whose Markdown GitHub shows on the page of a job."""


@click.command("check")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--budget",
    type=click.Path(path_type=Path),
    default=Path("edgeunet.toml"),
    show_default=True,
    help="Limits, and where the baseline lies.",
)
@click.option("--update-baseline", is_flag=True, help="Store the figures of RESULTS as the new baseline.")
@click.option("--first", is_flag=True, help="Where there is no baseline yet, check the limits alone.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="What to print; github: annotations, and the Markdown on the page of the job.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Also write check.md, check.json, check.xml (JUnit) and the formats of services to this directory.",
)
@click.option("--history", type=click.Path(path_type=Path), help="Append the figures to this file, a line a commit.")
@click.option("--commit", default="", help="What names the commit there [default: what the CI server or git says].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as --format json does.")
def command(
    results: tuple[Path, ...],
    budget: Path,
    update_baseline: bool,
    first: bool,
    form: str,
    output: Path | None,
    history: Path | None,
    commit: str,
    as_json: bool,
) -> None:
    """Compare RESULTS with a budget; exit with 1 when a figure broke it.

    RESULTS are the JSON files that build, quantize, evaluate and bench write with --json, or directories of them.
    """
    from edgeunet.report import Checked, append, check, collect, load_budget, require
    from edgeunet.report import update_baseline as store_baseline

    limits = load_budget(budget)
    collected = collect(results)
    if update_baseline:
        say(f"wrote {store_baseline(collected, limits)}", err=True)
    checked = Checked(collected, limits, tuple(check(collected, limits, needs_baseline=not first)))
    _print("json" if as_json else form, checked)
    if output is not None:
        for path in checked.write(output):
            say(f"wrote {path}", err=True)
    if history is not None:
        say(f"wrote {history}: commit {append(checked.verdicts, history, commit).commit}", err=True)
    require(list(checked.comparisons))


def _print(form: str, checked: Checked) -> None:
    from edgeunet.report import check_document, lines, undecided

    if form == "json":
        print_json(check_document(list(checked.comparisons)), indent=2)
    elif form in ("text", "github"):
        if form == "github":
            say(*checked.annotations())
            _summarize(checked)
        say(*lines(checked.comparisons), err=undecided(list(checked.comparisons)))
    else:
        print_page(checked.page(form))


def _summarize(checked: Checked) -> None:
    """Put the Markdown on the page of the job, where GitHub runs it."""
    if summary := os.environ.get(SUMMARY):
        with Path(summary).open("a", encoding="utf-8") as page:
            page.write(checked.page("markdown").text)
