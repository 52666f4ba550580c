"""``edgeunet doctor``."""

from __future__ import annotations

import click

from edgeunet.escaping.terminal import print_json, say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """List the compilers, emulators and libraries edgeunet can use here, what each enables, and how to get the rest."""
    from edgeunet.run.doctor import document, examine, table

    findings = examine()
    if as_json:
        print_json(document(findings), indent=2)
    else:
        say(*table(findings))
