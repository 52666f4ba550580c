"""The option ``--kernels``, the same wherever a model is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from edgeunet.kernels.flavours import FLAVOURS

Command = TypeVar("Command", bound=Callable[..., Any])


def kernels_option(*aliases: str, otherwise: str = "") -> Callable[[Command], Command]:
    """``--kernels``, passed on as ``kernels``: the fastest that run on the target's core, ``otherwise`` without a
    target."""
    titles = "; ".join(flavour.title for flavour in FLAVOURS.values())
    known = f"  [default: {f'{otherwise}; with --target ' if otherwise else ''}the core's fastest]"
    return click.option(
        "--kernels",
        *aliases,
        "kernels",
        type=click.Choice(list(FLAVOURS)),
        default=None,
        help=f"Kernels, in this order: {titles}.{known}",
    )
