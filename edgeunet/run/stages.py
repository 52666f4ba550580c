"""Cycles of the stages of a pipeline, from a trace of the image that reads the counter where each begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgeunet.errors import EdgeUNetError, RunError
from edgeunet.run.estimate import Estimator, instructions_in
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.tracing import Rows, Tracer

_MARK = "begins_stage_"
_CALIBRATION_READINGS = 8


@dataclass(frozen=True)
class CountedStage:
    """What the firmware says of a stage: its number, how often it began, and what its counter counted there."""

    index: int
    calls: int
    count: int


def stage_cycles(
    board: Board, image: ElfImage, tracer: Tracer, stages: Sequence[CountedStage]
) -> tuple[int, ...] | None:
    """Return the cycles of each of ``stages`` with memory that never waits, hooks aside.

    ``None`` where the trace does not show what was counted.
    """
    try:
        return _stage_cycles(Estimator(board, image), image, tracer.intervals, stages)
    except EdgeUNetError:
        return None


def _stage_cycles(
    estimator: Estimator, image: ElfImage, intervals: Sequence[Rows], stages: Sequence[CountedStage]
) -> tuple[int, ...]:
    begun = _begun(image, intervals)
    if not begun.get(1):
        raise RunError("the trace shows no stages; build the firmware again")
    # The firmware calls its hook for stage 1, then for none, to see what the hook itself takes.
    hook = begun[1].pop(0)
    found = []
    for stage in stages:
        within = begun.get(stage.index, [])[: stage.calls]
        blocks = estimator.blocks([(_together(within), 1), (hook, -len(within))] if within else [])
        if instructions_in(blocks) != stage.count:
            raise RunError("the trace does not show the stages that the counter counted; build the firmware again")
        _, zero_wait = estimator.cycles(blocks)
        found.append(zero_wait)
    return tuple(found)


def _begun(image: ElfImage, intervals: Sequence[Rows]) -> dict[int, list[Rows]]:
    """Return the intervals of each stage: those in which its mark ran, from its beginning to the next one's."""
    marks = {address: int(name.removeprefix(_MARK)) for address, _, name in image.functions if name.startswith(_MARK)}
    begun: dict[int, list[Rows]] = {}
    for rows in intervals[_CALIBRATION_READINGS:]:
        for address in rows[:, 0].tolist():
            if address in marks:
                begun.setdefault(marks[address], []).append(rows)
                break
    return begun


def _together(intervals: Sequence[Rows]) -> Rows:
    """Return the rows of all ``intervals`` as one, what is of one block added up."""
    rows = np.concatenate(intervals)
    blocks, places = np.unique(rows[:, :2], axis=0, return_inverse=True)
    sums = np.zeros((len(blocks), rows.shape[1] - 2), np.int64)
    np.add.at(sums, places.reshape(-1), rows[:, 2:])
    return np.concatenate([blocks, sums], axis=1)
