"""The option ``--kernels``, the same wherever a model is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from edgeunet.kernels.flavours import FLAVOURS

Command = TypeVar("Command", bound=Callable[..., Any])


def kernels_option(*aliases: str, everywhere: bool = False) -> Callable[[Command], Command]:
    """``--kernels``, passed on as ``kernels``: the fastest that run on the target's core; without a target, where
    ``everywhere``, ``auto``: those of every flavour."""
    titles = "; ".join(flavour.title for flavour in FLAVOURS.values())
    auto = ["auto"] if everywhere else []
    known = f"  [default: {'auto; with --target ' if everywhere else ''}the core's fastest]"
    all_of_them = "; auto: all of them, the compiler's macros choose" if everywhere else ""
    return click.option(
        "--kernels",
        *aliases,
        "kernels",
        type=click.Choice([*auto, *FLAVOURS]),
        default=None,
        help=f"Kernels, in this order: {titles}{all_of_them}.{known}",
    )
