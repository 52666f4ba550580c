"""The table of ``docs/ENERGY.md``: energies from estimated cycles beside published ones, a model left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing.histogram import Histogram, memory_facts
from benchmarks.timing.submission import ST
from edgeunet.errors import RunError
from edgeunet.power.modes import find_mode

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ENERGY.md"
BEGIN, END = "<!-- begin: predicted -->", "<!-- end: predicted -->"


@dataclass(frozen=True)
class Prediction:
    """One model on one board.

    Attributes
    ----------
    cycles : estimated, with the board's memory.
    cycles_error_percent : of ``cycles`` against the published median.
    pj_per_cycle : mean over the other models.
    published_microjoules : the median of an inference.
    """

    board: str
    model: str
    cycles: float
    cycles_error_percent: float
    pj_per_cycle: float
    published_microjoules: float

    @property
    def microjoules(self) -> float:
        """What is predicted: as `edgeunet bench --energy` does, from figures that this model has no part in."""
        return self.cycles * self.pj_per_cycle / 1e6

    @property
    def error_percent(self) -> float:
        return 100 * (self.microjoules / self.published_microjoules - 1)


def predict(histograms: Sequence[Histogram]) -> list[Prediction]:
    """Return every image's energy by today's tables, each from the energy per cycle of the board's other models.

    Raises
    ------
    RunError
        When a board's memory is no longer what the waits of a histogram were counted with.
    """
    boards = {name: ST.board(system) for system, name in ST.boards.items()}
    found = []
    for histogram in histograms:
        board, mode = boards[histogram.board], find_mode(histogram.board)
        if memory_facts(board) != histogram.memory:
            raise RunError(f"the memory of {board.name} changed since its histograms were made; make validate-time")
        cycles, _ = histogram.cycles(board.core.name)
        published = histogram.published_cycles(mode.clock_hz)
        microjoules = published * mode.by_model[histogram.model] / 1e6
        others = mode.without(histogram.model)
        error = 100 * (cycles / published - 1)
        found.append(Prediction(board.name, histogram.model, cycles, error, others, microjoules))
    return found


def markdown(predictions: Sequence[Prediction]) -> str:
    """Return the table."""
    lines = [
        "| board | model | estimated, cycles | error | pJ per cycle of the others | predicted, µJ | published, µJ "
        "| error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for found in predictions:
        lines.append(
            f"| `{found.board}` | {found.model} | {found.cycles:,.0f} | {found.cycles_error_percent:+.1f} % | "
            f"{found.pj_per_cycle:.1f} | {found.microjoules:,.1f} | {found.published_microjoules:,.1f} | "
            f"{found.error_percent:+.1f} % |"
        )
    return "\n".join(lines)
