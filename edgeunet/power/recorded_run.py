"""The run of ``bench`` that a power trace was recorded over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import RunError
from edgeunet.files import read_json
from edgeunet.power.trace import MeasuredEnergy

_BENCH = "edgeunet.bench/"
_LARGEST_RATIO = 1.5


@dataclass(frozen=True)
class RecordedRun:
    """What ``bench --json`` said: how many calls it made, and how long one took by the board's own counter."""

    model: str
    board: str
    calls: int
    microseconds: float | None

    def pulses(self, found: MeasuredEnergy) -> MeasuredEnergy:
        """Return the pulses of this run's calls: the first ones, for the run with trace hooks comes after.

        Raises
        ------
        RunError
            When there are too few, or when they are of another length than the calls.
        """
        pulses = found.first(self.calls)
        measured = pulses.document()["microseconds_measured"]
        if self.microseconds and not 1 / _LARGEST_RATIO < measured / self.microseconds < _LARGEST_RATIO:
            raise RunError(
                f"a pulse of {found.trigger} lasts {measured:,.1f} us and a call on {self.board} "
                f"{self.microseconds:,.1f}; the trace is of another run, or its trigger is another pin"
            )
        return pulses


def read_run(path: Path) -> RecordedRun:
    """Return the run in ``path``.

    Raises
    ------
    RunError
        When it is not what ``bench --json`` writes.
    """
    document = read_json(path, RunError)
    calls, microseconds = document.get("calls"), document.get("microseconds_measured")
    if not str(document.get("schema")).startswith(_BENCH) or type(calls) is not int or calls < 1:
        raise RunError(f"'{path}' is not what bench --json writes; give the run that was recorded with --run")
    known = microseconds if isinstance(microseconds, int | float) and microseconds > 0 else None
    return RecordedRun(str(document.get("model")), str(document.get("board")), calls, known)
