"""``edgeunet doctor``."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """List the compilers, emulators and libraries edgeunet can use here, what each enables, and how to get the rest."""
    from edgeunet.run.doctor import document, examine, table

    findings = examine()
    click.echo(json.dumps(document(findings), indent=2) if as_json else table(findings))
