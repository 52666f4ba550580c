"""Where weights lie: an option of several commands."""

from __future__ import annotations

import click

weights_option = click.option(
    "--weights",
    type=click.Choice(["flash", "ram"]),
    default="flash",
    show_default=True,
    help="Leave weights and tables in flash, or copy them into RAM at start.",
)
