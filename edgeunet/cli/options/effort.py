"""``--effort``, the same of every command that compiles."""

from __future__ import annotations

import click

effort_option = click.option(
    "--effort",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Candidates that planning looks at, as a multiple of the usual number; networks of up to some hundred layers "
    "have all of them with 1.",
)
