"""What a measured model draws: its cycles, the published energy per cycle of the board, and the rate of the signal."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.errors import RunError
from edgeunet.power.estimate import AS_PUBLISHED, Energy, Supply, estimate_energy
from edgeunet.power.modes import Mode, find_mode
from edgeunet.run.machines.boards import HOST, Board
from edgeunet.run.measurement import Measurement
from edgeunet.short_repr import short_repr


@dataclass(frozen=True)
class EnergyRequest:
    """What ``bench --energy`` asks for: one of the board's modes (``None``: its first), and what feeds it."""

    mode: str | None = None
    supply: Supply = AS_PUBLISHED

    __repr__ = short_repr

    def mode_of(self, board: Board | None) -> Mode:
        """Return the mode to take; to be called before the long run, not after.

        Raises
        ------
        RunError
            When no energy of the board is known, or none in that mode.
        """
        return find_mode(board.name if board else HOST, self.mode)


def consumption(measurement: Measurement, mode: Mode, supply: Supply) -> Energy:
    """Return what a call of ``measurement`` takes in ``mode``.

    Raises
    ------
    RunError
        When its cycles are not known.
    """
    cycles = measurement.known_cycles
    if cycles is None:
        why = f" ({measurement.cycles})" if measurement.cycles else ""
        raise RunError(
            f"the cycles of {measurement.model} on {measurement.target} are not known{why}, and energy follows from "
            "them; run it in an emulator, or on the board with --port"
        )
    rate = measurement.sample_rate_hz
    calls_per_second = rate / measurement.rows_per_call if rate else None
    return estimate_energy(cycles.count, mode, calls_per_second=calls_per_second, supply=supply)
