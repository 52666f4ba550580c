"""``--prefer``, the same of every command that compiles."""

from __future__ import annotations

import click

from edgeunet.kernels.flavour import FAST, PREFERENCES

prefer_option = click.option(
    "--prefer",
    type=click.Choice(PREFERENCES),
    default=FAST,
    show_default=True,
    help="The fewest cycles; fewer bytes of flash where a percent of them costs at most a percent of cycles; the "
    "fewest bytes of flash that the kernels allow.",
)
