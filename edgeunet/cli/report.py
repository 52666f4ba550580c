"""``edgeunet report``: results of every command in one table."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("report")
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Directory for report.md, report.json, report.png."
)
@click.option("--no-plot", is_flag=True, help="Leave the picture out (it needs matplotlib).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of Markdown.")
def command(results: tuple[Path, ...], output: Path | None, no_plot: bool, as_json: bool) -> None:
    """Collect RESULTS into one table of accuracy against size.

    RESULTS are the JSON files that build, quantize, evaluate and bench write with --json, or directories of them.
    """
    from edgeunet.report import collect, to_document, to_markdown, write_report

    collected = collect(results)
    click.echo(json.dumps(to_document(collected), indent=2) if as_json else to_markdown(collected), nl=as_json)
    if output is not None:
        for path in write_report(collected, output, plot=not no_plot):
            click.echo(f"wrote {path}", err=True)
