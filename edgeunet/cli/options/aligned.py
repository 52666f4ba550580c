"""The option ``--aligned``, the same wherever a model is compiled."""

from __future__ import annotations

import click

aligned_option = click.option(
    "--aligned",
    is_flag=True,
    help="Load and store no word but at a multiple of four, for cores that trap it (UNALIGN_TRP, device memory).",
)
