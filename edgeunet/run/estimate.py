"""From traces of an emulated run to cycles of a call and of each layer, by the model of the core.

The firmware reads its counter in a fixed order (``measure.c``), and a trace has one interval per reading, so that what
the counter said of a stretch and what was executed in it can be held against each other, instruction by instruction:
where they differ, nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from edgeunet.errors import EdgeUNetError, RunError
from edgeunet.run.machines.boards import Board
from edgeunet.run.machines.elf import ElfImage
from edgeunet.run.machines.tracing import Rows, Tracer
from edgeunet.short_repr import short_repr
from edgeunet.timing.block import Block, wait_cycles, zero_wait_cycles
from edgeunet.timing.cycles import Cycles
from edgeunet.timing.decoders import decoder_for
from edgeunet.timing.instruction import Instruction
from edgeunet.timing.table import Table, load_table

NO_TRACE = "cycles are estimated from an emulator's trace, and this run was on none"
_CALIBRATION_READINGS = 8
_TRACE_READINGS = 2
_CALL_READINGS = 6
_STARTED, _OVERHEAD = 2, 4
"""Of the readings around a call (a probe of the stack, the call, nothing): those that begin the call and nothing."""


@dataclass(frozen=True)
class Traced:
    """One image, what ran of it, and what its counter said: of each call, and of each layer."""

    image: ElfImage
    tracer: Tracer
    calls: tuple[int, ...]
    layers: tuple[int, ...] = ()
    rounds: int = 1

    __repr__ = short_repr


class Estimator:
    """The model of one board's cycles over the traces of one image."""

    def __init__(self, board: Board, image: ElfImage) -> None:
        self.table: Table = load_table(board.core.name)
        self._image = image
        self._decode: Callable[[bytes, int], tuple[Instruction, ...]] = decoder_for(board.core.name, image.path)
        self._known: dict[tuple[int, int], tuple[Instruction, ...]] = {}

    @cached_property
    def _segments(self) -> list[tuple[int, bytes]]:
        return [(segment.address, segment.data) for segment in self._image.segments]

    def _instructions(self, address: int, size: int) -> tuple[Instruction, ...]:
        key = address, size
        if key not in self._known:
            for start, data in self._segments:
                if start <= address < start + len(data):
                    self._known[key] = self._decode(data[address - start : address - start + size], address)
                    break
            else:
                raise RunError(f"code at 0x{address:08x} is not in '{self._image.path}'; build it again")
        return self._known[key]

    def blocks(self, intervals: Iterable[tuple[Rows, int]]) -> list[Block]:
        """Return what ran in all ``intervals`` together, each taken as often as the number with it says."""
        sums: dict[tuple[int, int], list[int]] = {}
        for rows, times in intervals:
            for address, size, *counts in rows.tolist():
                held = sums.setdefault((address, size), [0] * 6)
                sums[address, size] = [a + times * b for a, b in zip(held, counts, strict=True)]
        return [
            Block(self._instructions(address, size), address % 4 == 0, *counts)
            for (address, size), counts in sums.items()
            if any(counts)
        ]

    def cycles(self, blocks: Sequence[Block]) -> tuple[int, int]:
        """Return the cycles of ``blocks`` with the board's memory, and with memory that never waits."""
        zero_wait = zero_wait_cycles(blocks, self.table)
        return round(zero_wait + wait_cycles(blocks, self.table)), round(zero_wait)


def instructions_in(blocks: Iterable[Block]) -> int:
    """Return how many instructions ``blocks`` stand for."""
    return sum(block.count * len(block.instructions) for block in blocks)


def estimate(board: Board, plain: Traced, traced: Traced, call: int) -> Cycles | str:
    """Return the cycles of call number ``call`` of ``plain``, and of the layers that ``traced`` reports, or why not.

    Parameters
    ----------
    board : of the core to estimate for; the traces hold the waits for its memory.
    """
    try:
        cycles = estimate_call(board, plain, call)
        return replace(cycles, layers=layer_cycles(Estimator(board, traced.image), traced))
    except EdgeUNetError as error:
        return str(error)


def estimate_call(board: Board, traced: Traced, call: int) -> Cycles:
    """Return the cycles of call number ``call`` of an image, whoever made what it calls, without layers.

    Raises
    ------
    RunError
        When the trace is not what the counter counted.
    """
    return _of_calls(board, traced, [call])


def estimate_calls(board: Board, plain: Traced, calls: Sequence[int]) -> Cycles | str:
    """Return the cycles that all ``calls`` of ``plain`` take together, without layers, or why there are none."""
    try:
        return _of_calls(board, plain, calls)
    except EdgeUNetError as error:
        return str(error)


def _of_calls(board: Board, plain: Traced, calls: Sequence[int]) -> Cycles:
    if not plain.tracer.intervals:
        raise RunError("cycles need a compiler for this machine to trace with; pip install 'edgeunet[emulate]'")
    estimator = Estimator(board, plain.image)
    count, zero_wait = estimator.cycles(_blocks_of(estimator, plain, calls))
    table = estimator.table
    return Cycles(
        count=count,
        estimated=True,
        model=f"{table.model} model of the {board.core.name}",
        error_band_percent=table.error_band_percent,
        zero_wait_count=zero_wait,
        layers=(),
    )


def _blocks_of(estimator: Estimator, traced: Traced, calls: Sequence[int]) -> list[Block]:
    """Return what ran in ``calls``, what is measured around nothing taken off each."""
    intervals = traced.tracer.intervals
    firsts = [_CALIBRATION_READINGS + _CALL_READINGS * call + 1 for call in calls]
    if max(firsts) + _OVERHEAD >= len(intervals):
        raise RunError("the trace ends before the call does; build the firmware again")
    spans = [(first + place, times) for first in firsts for place, times in ((_STARTED, 1), (_OVERHEAD, -1))]
    blocks = estimator.blocks((intervals[place], times) for place, times in spans)
    # `overhead` in measure.c leaves out the one instruction in which nothing() returns.
    _require_equal(instructions_in(blocks) + len(calls), sum(traced.calls[call] for call in calls))
    return blocks


def layer_cycles(estimator: Estimator, traced: Traced) -> tuple[int, ...]:
    """Return the cycles of each layer: between its hook and the next one's, over all rounds, hooks aside."""
    intervals, layers, rounds = traced.tracer.intervals, len(traced.layers), traced.rounds
    hook = intervals[_CALIBRATION_READINGS + 1]
    readings = rounds * (layers + 1)
    first = _CALIBRATION_READINGS + _TRACE_READINGS + 1 + _STARTED + 1
    # The layers reported are those of the last call that is no flush, whose place depends on rounds before it.
    for start in range(first, len(intervals) - readings + 1):
        groups = [[intervals[start + turn * (layers + 1) + layer] for turn in range(rounds)] for layer in range(layers)]
        if _lengths_agree(estimator, groups, hook, traced):
            return tuple(estimator.cycles(_blocks_between(estimator, group, hook))[0] for group in groups)
    raise RunError("the trace does not show the layers that the counter counted; build the firmware again")


def _lengths_agree(estimator: Estimator, groups: Sequence[Sequence[Rows]], hook: Rows, traced: Traced) -> bool:
    for group, counted in zip(groups, traced.layers, strict=True):
        if max(0, instructions_in(_blocks_between(estimator, group, hook))) != counted:
            return False
    return True


def _blocks_between(estimator: Estimator, group: Sequence[Rows], hook: Rows) -> list[Block]:
    """Return what ran in the intervals of ``group``, each of which a hook ends, without the hooks."""
    return estimator.blocks([*((rows, 1) for rows in group), (hook, -len(group))])


def _require_equal(traced: int, counted: int) -> None:
    if traced != counted:
        raise RunError(
            f"the trace shows {traced} instructions where the counter counted {counted}, so no cycles are estimated; "
            "build the firmware again"
        )


def call_of_interest(mode: str, calls: int) -> int:
    """Return the call that a measurement reports: the first window, or the last hop."""
    return calls - 1 if mode == "stream" else 0
