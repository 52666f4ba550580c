"""``edgeunet report``: results of every command in one table."""

from __future__ import annotations

from pathlib import Path

import click

from edgeunet.escaping.terminal import print_page, say


@click.command("report")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Write report.html, .md or .json to this file, or all of them and report.png to this directory.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html", "json"]),
    default="markdown",
    show_default=True,
    help="What to print.",
)
@click.option(
    "--history", type=click.Path(path_type=Path), help="Draw the figures of this file, which check appends to (HTML)."
)
@click.option("--no-plot", is_flag=True, help="Leave report.png out (it needs matplotlib).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, as --format json does.")
def command(
    results: tuple[Path, ...], output: Path | None, form: str, history: Path | None, no_plot: bool, as_json: bool
) -> None:
    """Collect RESULTS into one table of accuracy against cost.

    RESULTS are the JSON files that build, quantize, evaluate and bench write with --json, or directories of them. The
    HTML report is one file that fetches nothing: the tables, plots, layers, and the compiler and flags of every figure.
    """
    from edgeunet.report import FORMS, collect, read_history, write_report

    collected = collect(results)
    earlier = [] if history is None else read_history(history)
    written = write_report(collected, output, plot=not no_plot, history=earlier) if output is not None else []
    print_page(FORMS["json" if as_json else form](collected, earlier))
    for path in written:
        say(f"wrote {path}", err=True)
