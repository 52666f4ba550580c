"""``--scratch``, the same of every command that compiles."""

from __future__ import annotations

import click

scratch_option = click.option(
    "--scratch",
    type=click.IntRange(min=0),
    metavar="BYTES",
    help="Most memory that a kernel may have beside its inputs and outputs: less of it, fewer bytes and more cycles.  "
    "[default: what the fastest wants]",
)
