"""Where signals lie: each way to share a buffer alone, and each condition of it broken alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, RESHAPED, Access, FusedAdd, Program
from edgeunet.program.steps import ARENA, INPUT, OUTPUT
from edgeunet.schedule.layout import Extent, Layout, signal_extents
from edgeunet.schedule.timing import Timing, stream_timing, window_timing
from tests.rigs.hand_made import ADD, edited, node, outputs_too, read_again, signal

WINDOW = Access(1, -1, 2, 0)


def laid_out(program: Program, **options: Any) -> Layout:
    return Layout(program, window_timing(program), **options)


def sums() -> Program:
    """x -> a, x -> b, a + b -> s, s -> y by a window."""
    signals = (signal("x"), signal("a"), signal("b"), signal("s"), signal("y"))
    nodes = (
        node("conv", (0,), 1, None), node("conv", (0,), 2, None), node("add", (1, 2), 3, ADD),
        node("conv", (3,), 4, None, WINDOW),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (4,))


def test_rows_around_a_signal_are_those_its_readers_want() -> None:
    program = sums()
    assert signal_extents(program, window_timing(program)) == [Extent()] * 3 + [Extent(1, 2), Extent()]
    twice = edited(program, 2, accesses=(Access(1, -3, 0, 0), Access(1, 0, 1, 0)))
    assert signal_extents(twice, window_timing(twice))[1:3] == [Extent(3, 0), Extent(0, 1)]
    more = read_again(program, 3)
    assert signal_extents(more, window_timing(more))[3] == Extent(1, 2)


def test_of_two_outputs_of_a_stream_the_earlier_waits() -> None:
    program = sums()
    timing = Timing(4, (4,) * 5, (0, 0, 0, 2, 5), (0, 0, 0, 5))
    assert signal_extents(replace(program, outputs=(3, 4)), timing)[3].before >= 3


def test_input_and_output_stay_with_the_caller() -> None:
    assert laid_out(sums()).space == [INPUT, ARENA, ARENA, ARENA, OUTPUT]
    assert laid_out(sums(), without=("caller_memory",)).space == [ARENA] * 5
    padded = edited(sums(), 0, accesses=(WINDOW,))
    assert laid_out(padded).space[0] == ARENA
    for access in (Access(1, -1, 0, 0), Access(1, 0, 1, 0)):
        assert laid_out(edited(sums(), 0, accesses=(access,))).space[0] == ARENA
        tail = replace(sums(), signals=(*sums().signals, signal("z")), nodes=(*sums().nodes, node(
            "conv", (4,), 5, None, access)), outputs=(4, 5))  # fmt: skip
        assert laid_out(tail).space[4:] == [ARENA, OUTPUT]
    through = replace(sums(), outputs=(0, 4))
    assert laid_out(through).space == [INPUT, ARENA, ARENA, ARENA, OUTPUT]
    stream = Layout(sums(), stream_timing(sums(), 4))
    assert stream.space == [ARENA] * 5


def test_a_sum_lies_over_the_larger_operand_that_nothing_reads_later() -> None:
    made = laid_out(sums())
    assert (made.root(1), made.root(3), made.root(2)) == ((3, 0), (3, 0), (2, 0))
    assert made.members(3) == [1, 3]
    assert made.extent(3) == Extent(1, 2)
    assert laid_out(sums(), without=("in_place",)).root(1) == (1, 0)
    assert laid_out(read_again(sums(), 1)).root(2) == (3, 0)
    fused = edited(sums(), 2, kind="conv", epilogue=(FusedAdd(ADD, False),))
    assert (laid_out(fused).root(1), laid_out(fused).root(2)) == ((1, 0), (3, 0))
    assert laid_out(edited(sums(), 2, kind="conv")).members(3) == [3]


@pytest.mark.parametrize("kind", ["add", "mul", "table", "squared_difference", "maximum", "prelu"])
def test_kinds_that_may_write_over_an_operand(kind: str) -> None:
    assert laid_out(edited(sums(), 2, kind=kind)).members(3) == [1, 3]


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: read_again(read_again(p, 1), 2),
        lambda p: replace(p, signals=(*p.signals[:3], signal("s", 4, 4), p.signals[4])),
        lambda p: replace(p, signals=(*p.signals[:3], signal("s", 8, 3), p.signals[4])),
        lambda p: replace(p, signals=(*p.signals[:3], signal("s", 9, 2), p.signals[4])),
        lambda p: edited(p, 2, operands=(0, 0)),
        lambda p: replace(p, nodes=(*p.nodes[:3], node("fill", (), 3, None), p.nodes[3])),
        lambda p: edited(p, 2, kind="softmax"),
    ],
)
def test_a_sum_that_needs_bytes_of_its_own(broken: Callable[[Program], Program]) -> None:
    assert laid_out(broken(sums())).members(3) == [3]


def test_the_last_sum_is_written_to_the_caller() -> None:
    """Over an operand only where that has no rows around it: those would be the caller's."""
    program = replace(sums(), nodes=sums().nodes[:3], outputs=(3,), signals=sums().signals[:4])
    made = laid_out(program)
    assert (made.space[3], made.members(3)) == (OUTPUT, [1, 3])
    padded = edited(program, 1, operands=(1,), accesses=(WINDOW,))
    assert laid_out(padded).members(3) == [2, 3]
    both = edited(program, 2, accesses=(WINDOW, WINDOW))
    assert laid_out(both).members(3) == [3]
    given = replace(edited(program, 2, operands=(0, 1)), inputs=(0,))
    assert laid_out(given, without=("caller_memory",)).members(3) == [0, 3]
    kept = laid_out(given)
    assert (kept.space[0], kept.members(3)) == (INPUT, [1, 3])


def test_in_a_stream_only_signals_of_one_lag_and_without_history_share() -> None:
    program = sums()
    timing = stream_timing(program, 4)
    assert Layout(program, timing).members(3) == [1, 3]
    late = replace(timing, lags=(0, 0, 1, 1, timing.lags[4]))
    assert Layout(program, late).members(3) == [2, 3]
    remembered = edited(program, 2, accesses=(Access(1, -1, 0), Access(1, -1, 0)))
    assert Layout(remembered, stream_timing(remembered, 4)).members(3) == [3]


def reshaped(last: Access = RESHAPED) -> Program:
    """x -> a -> the same bytes as fewer rows -> y."""
    signals = (signal("x", 8, 2), signal("a", 8, 2), signal("r", 4, 4), signal("y", 4, 4))
    nodes = (
        node("conv", (0,), 1, None), node("reshape", (1,), 2, Copy(1, 1, 16), RESHAPED, contiguous_output=True),
        node("conv", (2,), 3, None, last),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (3,))


def test_a_reshape_is_the_same_buffer_with_rows_of_its_own() -> None:
    made = laid_out(reshaped(EACH))
    assert (made.members(2), made.skipped, made.pitch(1), made.pitch(2)) == ([1, 2], {1}, 2, 4)
    assert laid_out(reshaped(EACH), without=("reshapes",)).skipped == set()
    assert laid_out(reshaped(WINDOW)).skipped == set(), "rows around the result would lie in others' bytes"
    before = edited(reshaped(EACH), 1, accesses=(WINDOW,))
    assert laid_out(before).skipped == set()
    smaller = replace(reshaped(EACH), signals=(*reshaped().signals[:2], signal("r", 4, 3), signal("y", 4, 4)))
    assert laid_out(smaller).skipped == set()
    assert laid_out(edited(reshaped(EACH), 1, kind="add")).members(2) == [2]


def joined() -> Program:
    """x -> a and b, side by side in j, j -> y."""
    signals = (signal("x"), signal("a", 8, 3), signal("b", 8, 2), signal("j", 8, 5), signal("y", 8, 5))
    nodes = (
        node("conv", (0,), 1, None), node("conv", (0,), 2, None), node("concat", (1,), 3, Copy(1, 8, 3)),
        node("concat", (2,), 3, Copy(1, 8, 2, out_offset=3)), node("conv", (3,), 4, None, WINDOW),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (4,))


def test_operands_of_a_concatenation_are_written_where_it_wants_them() -> None:
    made = laid_out(joined())
    assert (made.root(1), made.root(2), made.skipped) == ((3, 0), (3, 3), {2, 3})
    assert (made.pitch(1), made.pitch(2), made.pitch(3)) == (5, 5, 5)
    assert laid_out(joined(), copied={2}).skipped == {3}
    assert laid_out(joined(), without=("side_by_side",)).skipped == set()


def test_a_concatenation_within_another_adds_their_places() -> None:
    signals = (*joined().signals[:4], signal("c", 8, 1), signal("k", 8, 6), signal("y", 8, 6))
    nodes = (*joined().nodes[:4], node("conv", (0,), 4, None), node("concat", (4,), 5, Copy(1, 8, 1)),
             node("concat", (3,), 5, Copy(1, 8, 5, out_offset=1)), node("conv", (5,), 6, None))  # fmt: skip
    made = laid_out(Program(signals, nodes, (0,), (6,)))
    assert [made.root(i) for i in (1, 2, 3, 4)] == [(5, 1), (5, 4), (5, 1), (5, 0)]
    assert {made.pitch(i) for i in (1, 2, 3, 4, 5)} == {6}


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: edited(p, 2, kind="copy"),
        lambda p: edited(p, 2, operands=(), accesses=()),
        lambda p: edited(p, 0, contiguous_output=True),
        lambda p: edited(read_again(p, 1), 5, accesses=(RESHAPED,)),
        lambda p: edited(p, 2, operands=(0,)),
    ],
)
def test_an_operand_that_is_copied(broken: Callable[[Program], Program]) -> None:
    assert 2 not in laid_out(broken(joined())).skipped
    assert 3 in laid_out(broken(joined())).skipped


def test_an_input_is_copied_even_where_it_lies_in_the_arena() -> None:
    program = edited(joined(), 2, operands=(0,))
    assert 2 not in laid_out(program, without=("caller_memory",)).skipped


def test_what_lies_at_the_caller_cannot_have_rows_around_it() -> None:
    program = replace(joined(), nodes=joined().nodes[:4], outputs=(3,), signals=joined().signals[:4])
    assert laid_out(program).skipped == {2, 3}
    padded = edited(program, 1, operands=(1,), accesses=(WINDOW,))
    assert laid_out(padded).skipped == {3}


def test_a_signal_that_is_put_in_two_places_is_copied_to_the_first() -> None:
    program = edited(joined(), 3, operands=(1,), parameters=Copy(1, 8, 3, out_offset=2))
    made = laid_out(program)
    assert (made.skipped, made.root(1)) == ({3}, (3, 2))


def test_in_a_stream_both_sides_of_a_concatenation_lag_alike() -> None:
    program = joined()
    timing = stream_timing(program, 4)
    assert Layout(program, timing).skipped == {2, 3}
    assert Layout(program, replace(timing, lags=(0, 1, 0, 0, 2))).skipped == {3}


def test_outputs_of_buffers_that_are_shared_stay_what_they_are() -> None:
    made = laid_out(outputs_too(sums(), 1))
    assert made.space[1] == OUTPUT
    assert made.members(3) == [2, 3]
