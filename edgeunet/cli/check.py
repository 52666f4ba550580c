"""``edgeunet check``: results against limits and against a baseline."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.escaping.terminal import print_json, say


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(results: tuple[Path, ...], budget: Path, update_baseline: bool, as_json: bool) -> None:
    """Compare RESULTS with a budget; exit with 1 when a figure broke it.

    RESULTS are the JSON files that build, quantize, evaluate and bench write with --json, or directories of them.
    """
    from edgeunet.report import check, check_document, collect, lines, load_budget, require, undecided
    from edgeunet.report import update_baseline as store_baseline

    limits = load_budget(budget)
    collected = collect(results)
    if update_baseline:
        say(f"wrote {store_baseline(collected, limits)}", err=True)
    comparisons = check(collected, limits)
    if as_json:
        print_json(check_document(comparisons), indent=2)
    else:
        say(*lines(comparisons), err=undecided(comparisons))
    require(comparisons)
