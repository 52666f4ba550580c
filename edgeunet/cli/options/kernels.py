"""The option ``--kernels``, the same wherever a model is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from edgeunet.kernels.flavours import FLAVOURS

Command = TypeVar("Command", bound=Callable[..., Any])


def kernels_option(*aliases: str, default: str | None = None) -> Callable[[Command], Command]:
    """``--kernels``, passed on as ``kernels``; without a ``default`` the fastest that run on the target's core."""
    titles = "; ".join(flavour.title for flavour in FLAVOURS.values())
    known = "" if default else "  [default: the core's fastest]"
    return click.option(
        "--kernels",
        *aliases,
        "kernels",
        type=click.Choice(list(FLAVOURS)),
        default=default,
        show_default=default is not None,
        help=f"Kernels, in this order: {titles}.{known}",
    )
