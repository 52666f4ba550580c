"""Skips: who waits longest for a signal of several readers, and what is not worth computing again."""

from __future__ import annotations

import pytest

from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import Access, Node, Program
from edgeunet.schedule.recompute import Skip, find_skips, timed_stream
from edgeunet.schedule.retiming import history_bytes
from edgeunet.schedule.timing import stream_timing
from tests.rigs.hand_made import node, signal


def step(sources: tuple[int, ...], output: int, *accesses: Access, repeat: int = 1) -> Node:
    parameters = Repeat(repeat) if repeat > 1 else Copy(1, 1, 1)
    return node("conv", sources, output, parameters, *accesses, repeat=repeat)


def ahead(taps: int) -> Access:
    return Access(1, 0, taps, 0)


def test_of_three_readers_the_last_waits_longer_than_the_second() -> None:
    """``a`` is read at once, by what has waited for 2 rows, and by what has waited for 7."""
    signals = tuple(signal(name, 16, 3) for name in "xabcdy")
    nodes = (
        step((0,), 1), step((1,), 2, ahead(2)), step((2, 1), 3), step((3,), 4, ahead(5)), step((4, 1), 5),
    )  # fmt: skip
    program = Program(signals, nodes, (0,), (5,))
    timing = stream_timing(program, 1)
    assert [-timing.first_row(program, number, position) for number, position in ((1, 0), (2, 1), (4, 1))] == [2, 2, 7]
    assert find_skips(program) == [Skip(1, 4, (7 - 2) * 3)]


def test_rows_that_a_reader_leaves_out_make_no_other_wait_longer() -> None:
    """``p`` reads the last two of every four rows: it needs none from before, and none less than that."""
    signals = (signal("x", 16), signal("a", 16, 5), signal("p", 4), signal("q", 4), signal("u", 16), signal("y", 16))
    nodes = (
        step((0,), 1), step((1,), 2, Access(4, 2, 3, 0)), step((2,), 3, ahead(1)), step((3,), 4, repeat=4),
        step((1, 4), 5),
    )  # fmt: skip
    program = Program(signals, nodes, (0,), (5,))
    timing = stream_timing(program, 4)
    assert (timing.first_row(program, 1, 0), timing.first_row(program, 4, 0)) == (2, -4)
    assert find_skips(program) == [Skip(1, 4, 4 * 5)]


@pytest.mark.parametrize(("channels", "again"), [(7, True), (8, False), (9, False)])
def test_a_skip_is_computed_again_only_where_that_keeps_less(channels: int, again: bool) -> None:
    """The input waits instead of the skip: of as many channels it keeps as many bytes."""
    signals = tuple(signal(name, 16, n) for name, n in zip("xabcy", (channels, 8, 1, 1, 2), strict=True))
    nodes = (step((0,), 1), step((1,), 2), step((2,), 3, ahead(6)), step((1, 3), 4))
    program = Program(signals, nodes, (0,), (4,))
    kept = [history_bytes(*timed_stream(program, 1, count)) for count in (0, 1)]
    assert kept == [6 * 8 + 6, 6 * min(channels, 8) + 6]
    made, _ = timed_stream(program, None)
    assert (len(made.nodes) == 5) == again


def test_what_is_its_own_output_streams() -> None:
    program = Program((signal("x", 16),), (), (0,), (0,))
    made, timing = timed_stream(program, None)
    assert (made.nodes, timing.hop, timing.lags) == ((), 1, (0,))
