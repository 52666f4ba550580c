"""The table of ``docs/TIME.md``: estimated beside published, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing.histogram import Histogram, memory_facts
from edgeunet.errors import RunError
from edgeunet.files import write_text
from edgeunet.run.machines.boards import load_boards

PAGE = Path(__file__).resolve().parents[2] / "docs" / "TIME.md"
BEGIN, END = "<!-- begin: published -->", "<!-- end: published -->"
FOR_JUDGING = ("nucleo-h7a3zi-q",)
"""Boards that nothing was settled by."""


@dataclass(frozen=True)
class Comparison:
    """One image: cycles estimated and published."""

    board: str
    core: str
    model: str
    estimated: float
    zero_wait: float
    published: float

    @property
    def error_percent(self) -> float:
        return 100 * (self.estimated / self.published - 1)

    @property
    def zero_wait_percent(self) -> float:
        return 100 * (self.zero_wait / self.published - 1)


def compare(histograms: Sequence[Histogram]) -> list[Comparison]:
    """Return every image's cycles by today's tables beside the published ones.

    Raises
    ------
    RunError
        When a board's memory is no longer what the waits of a histogram were counted with.
    """
    boards = load_boards()
    found = []
    for histogram in histograms:
        board = boards.board(histogram.board)
        if board.timing is None or memory_facts(board) != histogram.memory:
            raise RunError(f"the memory of {board.name} changed since its histograms were made; make validate-time")
        estimated, zero_wait = histogram.cycles(board.core.name)
        published = histogram.published_cycles(board.timing.clock_hz)
        found.append(Comparison(board.name, board.core.name, histogram.model, estimated, zero_wait, published))
    return found


def markdown(comparisons: Sequence[Comparison]) -> str:
    """Return the table."""
    lines = [
        "| board | core | model | published, cycles | estimated, cycles | error | with memory that never waits |",
        "|---|---|---|---|---|---|---|",
    ]
    for found in comparisons:
        judged = " (for judging)" if found.board in FOR_JUDGING else ""
        lines.append(
            f"| `{found.board}`{judged} | {found.core} | {found.model} | {found.published:,.0f} | "
            f"{found.estimated:,.0f} | {found.error_percent:+.1f} % | {found.zero_wait_percent:+.1f} % |"
        )
    return "\n".join(lines)


def put(page: Path, begin: str, end: str, text: str) -> None:
    """Write ``text`` between the lines ``begin`` and ``end`` of ``page``."""
    before, rest = page.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    write_text(page, f"{before}{begin}\n{text}\n{end}{after}")
