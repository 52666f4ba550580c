"""The option ``--target`` of commands that come before there is a trained model, and the estimate it asks for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from edgeunet.cli.options.completion import board_names
from edgeunet.escaping.terminal import say

if TYPE_CHECKING:
    from edgeunet.run.forecast import Forecast
    from edgeunet.spec import UNetSpec

target_option = click.option(
    "--target",
    metavar="BOARD|CORE",
    shell_complete=board_names,
    help="Say first what time, energy, RAM and flash the network will take there, from untrained weights.",
)


def first_estimate(spec: UNetSpec, target: str, seed: int = 0) -> Forecast:
    """Return what the network of ``spec`` will take on ``target``."""
    from edgeunet.run.forecast import forecast

    return forecast(spec, target, seed=seed, note=partial(say, err=True))


def estimate_document(estimate: Forecast | None) -> dict[str, Any]:
    """Return the key that ``--json`` gets, if any."""
    return {} if estimate is None else {"first_estimate": estimate.document()}
