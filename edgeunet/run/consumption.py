"""What a measured model draws: its cycles, the published energy per cycle of the board, and the rate of the signal."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.errors import RunError
from edgeunet.power.estimate import AS_PUBLISHED, Energy, Supply, estimate_energy
from edgeunet.power.modes import Mode, find_mode
from edgeunet.run.machines.boards import HOST, Board
from edgeunet.short_repr import short_repr
from edgeunet.timing.call_time import CallTime


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


def consumption(time: CallTime, what: str, mode: Mode, supply: Supply) -> Energy:
    """Return what a call of ``what`` (for the message) takes in ``mode``, by its ``time``.

    Raises
    ------
    RunError
        When its cycles are not known.
    """
    cycles = time.known_cycles
    if cycles is None:
        why = f" ({time.cycles})" if time.cycles else ""
        raise RunError(
            f"the cycles of {what} are not known{why}, and energy follows from them; run it in an emulator, or on the "
            "board with --port"
        )
    return estimate_energy(cycles.count, mode, calls_per_second=time.calls_per_second, supply=supply)
