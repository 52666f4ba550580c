"""``edgeunet inspect``."""

from __future__ import annotations

import click

from edgeunet.cli.options.data import DataRequest, data_options
from edgeunet.escaping.terminal import print_json, say


@click.command(short_help="Say what a directory of records holds, and which cannot be read.")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def command(request: DataRequest, as_json: bool) -> None:
    """Read every record once: patients, leads, rates, classes, waves, records without P waves, records refused."""
    from edgeunet.signals.inspection import describe_inspection, inspect

    document = inspect(request.open())
    if as_json:
        print_json(document)
    else:
        say(*describe_inspection(document))
