"""The options of ``--energy``: mode of the board, and what feeds it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edgeunet.cli.options.parameters import FiniteRange

if TYPE_CHECKING:
    from edgeunet.run.consumption import EnergyRequest

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class EnergyOptions:
    """What was asked for; the rest is ignored unless ``wanted``."""

    wanted: bool
    mode: str | None
    capacity_mah: float | None
    voltage_v: float | None

    def request(self) -> EnergyRequest | None:
        """Return it as ``bench`` takes it, ``None`` where nobody asked."""
        if not self.wanted:
            return None
        from edgeunet.power.estimate import Supply
        from edgeunet.run.consumption import EnergyRequest

        return EnergyRequest(self.mode, Supply(self.capacity_mah, self.voltage_v))


_OPTIONS = (
    click.option(
        "--energy", is_flag=True, help="Say what a call draws, from its cycles and a board's published energy."
    ),
    click.option(
        "--energy-mode", help="energy: regulator and supply it was published for.  [default: the board's first]"
    ),
    click.option("--capacity-mah", type=FiniteRange(min=0, min_open=True), help="energy: what the battery holds."),
    click.option("--voltage", type=FiniteRange(min=0, min_open=True), help="energy: supply in volts."),
)


def energy_options(command: Command) -> Command:
    """Add the options of energy to a command; it gets them as one argument, ``energy: EnergyOptions``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        wanted, mode = values.pop("energy"), values.pop("energy_mode")
        chosen = EnergyOptions(wanted, mode, values.pop("capacity_mah"), values.pop("voltage"))
        if not wanted and chosen != EnergyOptions(False, None, None, None):
            raise click.UsageError("--energy-mode, --capacity-mah and --voltage are for --energy; add it.")
        return command(*args, energy=chosen, **values)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]
