"""Lags that a search finds, the same on every machine: where several keep as few bytes, and what it asks for that."""

from __future__ import annotations

import pytest

from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import Access, Node, Program
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.retiming import history_bytes, retime
from edgeunet.schedule.timing import stream_timing, total_stride
from tests.rigs.hand_made import node, signal

Reads = tuple[tuple[int, int, int, int], ...]
"""Per operand the signal, the stride, and the first and the last row of a group."""


def program(sizes: tuple[tuple[int, int], ...], *reads: Reads) -> Program:
    """Signals of so many rows and channels; node ``i`` makes signal ``i + 1``, twice the rows where that has them."""
    signals = tuple(signal(str(i), *size) for i, size in enumerate(sizes))
    nodes = list[Node]()
    for output, operands in enumerate(reads, 1):
        source, stride, _, _ = operands[0]
        repeat = sizes[output][0] * stride // sizes[source][0]
        accesses = tuple(Access(*rows, 0) for _, *rows in operands)
        parameters = Repeat(repeat) if repeat > 1 else Copy(1, 1, 1)
        sources = tuple(s for s, *_ in operands)
        nodes.append(node("conv", sources, output, parameters, *accesses, repeat=repeat))
    return Program(signals, tuple(nodes), (0,), (len(signals) - 1,))


SUM_AT_HALF = program(
    ((32, 2), (16, 12), (16, 12), (32, 2), (16, 8), (32, 12), (32, 1)),
    ((0, 2, 0, 1),), ((0, 2, 0, 2),), ((0, 1, -2, 4),), ((2, 1, -3, 0), (1, 1, -3, 3)), ((4, 1, 0, 0),),
    ((5, 1, 0, 0), (3, 1, -3, 4)),
)  # fmt: skip
DOWN_AND_UP = program(
    ((32, 2), (32, 12), (32, 2), (16, 2), (32, 1), (32, 1), (32, 8)),
    ((0, 1, -2, 2),), ((1, 1, -4, 3),), ((2, 2, 0, 0),), ((1, 1, -4, 2), (0, 1, -1, 3)), ((3, 1, 0, 0),),
    ((5, 1, 0, 0), (4, 1, -3, 4)),
)  # fmt: skip
TWO_BRANCHES = program(
    ((32, 2), (32, 12), (32, 12), (32, 1), (16, 8), (32, 2), (32, 8)),
    ((0, 1, -1, 1),), ((1, 1, -4, 2), (0, 1, -3, 4)), ((0, 1, -2, 0),), ((3, 2, -1, 0),), ((4, 1, 0, 0),),
    ((5, 1, 0, 0), (2, 1, -3, 3)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("made", "early", "lags", "kept", "asked"),
    [
        (SUM_AT_HALF, (0, 0, 1, 4, 3, 6, 8), (0, 1, 4, 4, 4, 8, 8), 138, 216),
        (DOWN_AND_UP, (0, 2, 5, 2, 4, 4, 8), (0, 2, 5, 3, 4, 8, 8), 105, 176),
        (TWO_BRANCHES, (0, 1, 4, 0, 0, 0, 7), (0, 2, 4, 5, 3, 6, 7), 162, 280),
    ],
)
def test_of_lags_that_keep_as_few_bytes_the_latest(
    made: Program, early: tuple[int, ...], lags: tuple[int, ...], kept: int, asked: int
) -> None:
    timing, ledger = stream_timing(made, total_stride(made)), Ledger()
    found = retime(made, timing, {1, 2}, ledger)
    assert timing.lags == early
    assert (found.lags, history_bytes(made, found), ledger.spent) == (lags, kept, {"lags": [asked]})


def test_the_receptive_field_is_that_of_the_row_that_needs_most() -> None:
    """Row 0 of the output reads the first pair of samples, row 1 the first two pairs."""
    made = program(((16, 1), (8, 1), (16, 1), (16, 1)), ((0, 2, 0, 1),), ((1, 1, 0, 0),), ((2, 1, 0, 1),))
    assert stream_timing(made, 2).receptive_field == 4
