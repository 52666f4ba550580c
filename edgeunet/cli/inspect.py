"""``edgeunet inspect``."""

from __future__ import annotations

import json

import click

from edgeunet.cli.options.data import DataRequest, data_options


@click.command(short_help="Say what a directory of records holds, and which cannot be read.")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def command(request: DataRequest, as_json: bool) -> None:
    """Read every record once: patients, leads, rates, classes, waves, records without P waves, records refused."""
    from edgeunet.signals.inspection import describe_inspection, inspect

    document = inspect(request.open())
    click.echo(json.dumps(document) if as_json else describe_inspection(document))
