"""Rows that an output row depends on, walked back by hand; rates, strides and lags at their edges."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from edgeunet.errors import CompileError
from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, WHOLE, Access, Constant, Node, Program
from edgeunet.schedule.reach import needed_rows, receptive_field
from edgeunet.schedule.timing import (
    MOST_HOP,
    Timing,
    group_lag,
    refuse_whole,
    signal_rates,
    stream_timing,
    total_stride,
    window_timing,
)
from tests.rigs.hand_made import node, signal


def step(sources: tuple[int | Constant, ...], output: int, *accesses: Access, repeat: int = 1,
         phase: int | None = None) -> Node:  # fmt: skip
    return node("conv", sources, output, Copy(1, 1, 1), *accesses, repeat=repeat, phase=phase)


def program(nodes: tuple[Node, ...], rows: tuple[int, ...]) -> Program:
    return Program(tuple(signal(str(i), n) for i, n in enumerate(rows)), nodes, (0,), (len(rows) - 1,))


def test_a_window_reaches_from_its_first_tap_to_its_last() -> None:
    made = program((step((0,), 1, Access(1, -3, 2, 0)),), (32, 32))
    assert needed_rows(made, 10) == (7, 12)
    assert receptive_field(made, 1) == 6


def test_strides_widen_and_repeats_narrow() -> None:
    down = program((step((0,), 1, Access(3, -1, 2, 0)), step((1,), 2, Access(1, -1, 1, 0))), (30, 10, 10))
    assert needed_rows(down, 4) == (3 * 3 - 1, 5 * 3 + 2)
    up = program((step((0,), 1, EACH, repeat=3), step((1,), 2, Access(1, -1, 1, 0))), (10, 30, 30))
    assert [needed_rows(up, row) for row in (9, 10, 11)] == [(2, 3), (3, 3), (3, 4)]
    assert receptive_field(up, 3) == 2
    assert receptive_field(up, 0) == receptive_field(up, 1) == 2


def test_of_two_paths_the_wider_counts_on_each_side() -> None:
    nodes = (step((0,), 1, Access(1, -5, 0, 0)), step((0,), 2, Access(1, 0, 7, 0)), step((1, 2), 3, EACH, EACH))
    assert needed_rows(program(nodes, (32,) * 4), 10) == (5, 17)
    both = (step((0,), 1, EACH), step((1, 1), 2, Access(1, -2, 0, 0), Access(1, 0, 4, 0)))
    assert needed_rows(program(both, (32,) * 3), 10) == (8, 14)


def test_a_phase_counts_only_for_its_own_rows() -> None:
    """Even rows read one row back, odd rows three ahead."""
    nodes = (
        step((0,), 1, Access(1, -1, 0, 0), repeat=2, phase=0), step((0,), 1, Access(1, 0, 3, 0), repeat=2, phase=1),
    )  # fmt: skip
    made = program(nodes, (16, 32))
    assert needed_rows(made, 10) == (4, 5)
    assert needed_rows(made, 11) == (5, 8)
    assert receptive_field(made, 2) == 4
    wider = program((*nodes, step((1,), 2, Access(1, 0, 1, 0))), (16, 32, 32))
    assert needed_rows(wider, 11) == (5, 8)
    assert needed_rows(wider, 10) == (4, 8)


def test_what_the_output_does_not_read_does_not_count() -> None:
    nodes = (step((0,), 1, Access(1, -9, 9, 0)), step((0, Constant(None)), 2, Access(1, -1, 0, 0), EACH))  # type: ignore[arg-type]
    assert needed_rows(program(nodes, (32,) * 3), 10) == (9, 10)


def test_rates_follow_strides_and_repeats() -> None:
    nodes = (step((0,), 1, Access(6, 0, 5, 0)), step((1,), 2, EACH, repeat=4), step((2,), 3, Access(2, 0, 0)))
    made = program(nodes, (24, 4, 16, 8))
    assert signal_rates(made) == (1, Fraction(1, 6), Fraction(2, 3), Fraction(1, 3))
    assert total_stride(made) == 6
    alone = Program((*made.signals, signal("unread", 8)), made.nodes, (0,), (3,))
    assert signal_rates(alone)[4] == 0
    half = program((step((0,), 1, EACH, repeat=2), step((1,), 2, Access(4, 0, 3, 0), repeat=2)), (8, 16, 8))
    assert total_stride(half) == 2, "the node of two rows needs two input rows for a group"


def test_what_needs_the_whole_window_cannot_stream() -> None:
    with pytest.raises(CompileError, match=r"layer 'conv1' \(CONV\) needs the whole window .* use --mode window"):
        refuse_whole(step((0,), 1, WHOLE))
    refuse_whole(step((0,), 1, EACH))
    with pytest.raises(CompileError, match="needs the whole window"):
        stream_timing(program((step((0,), 1, WHOLE),), (8, 8)), 1)


def test_only_one_input_and_one_output_stream() -> None:
    made = program((step((0,), 1, EACH),), (8, 8))
    for inputs, outputs in (((0, 1), (1,)), ((0,), (0, 1))):
        sentence = f"a network with {len(inputs)} inputs and {len(outputs)} outputs cannot run as a stream"
        with pytest.raises(CompileError, match=sentence):
            stream_timing(replace(made, inputs=inputs, outputs=outputs), 1)


def test_hops_from_the_stride_to_the_most() -> None:
    made = program((step((0,), 1, Access(3, 0, 2, 0)),), (9, 3))
    most = MOST_HOP // 3 * 3
    assert MOST_HOP == 65536
    assert stream_timing(made, 3).hop == 3
    assert stream_timing(made, most).rows == (most, most // 3)
    with pytest.raises(CompileError, match=f"hop of 65537 samples is more than the 65536 .* use --hop {most} or less"):
        stream_timing(made, 65537)
    with pytest.raises(CompileError, match="hop of 65536 samples is not a multiple of the network's total stride 3"):
        stream_timing(made, 65536)
    with pytest.raises(CompileError, match="total stride 3; use --hop 6"):
        stream_timing(made, 4)
    assert stream_timing(program((step((0,), 1, EACH),), (8, 8)), 65536).hop == 65536


def test_a_window_that_does_not_fit_the_stride_is_refused() -> None:
    with pytest.raises(CompileError, match="window of 10 samples does not fit its total stride 3"):
        stream_timing(program((step((0,), 1, Access(3, 0, 2, 0)),), (10, 4)), 3)
    valid = stream_timing(program((step((0,), 1, Access(1, 0, 4)),), (10, 6)), 1)
    assert (valid.lags, valid.stride, valid.receptive_field) == ((0, 4), 1, 5)


@pytest.mark.parametrize(
    ("lag", "stride", "last", "expected"),
    [(0, 1, 0, 0), (0, 1, 3, 3), (2, 1, 3, 5), (0, 2, 1, 0), (0, 2, 2, 1), (1, 2, 1, 1), (0, 4, -9, 0), (3, 4, 0, 0)],
)
def test_the_smallest_lag_of_a_group(lag: int, stride: int, last: int, expected: int) -> None:
    """The first group whose newest row is there: by trying."""
    assert group_lag(step((0,), 1, Access(stride, last - 2, last, 0)), [lag]) == expected
    newest = 60 * stride - 1 - lag
    assert expected == next(late for late in range(99) if (59 - late) * stride + last <= newest)


def test_of_two_operands_the_later_decides_and_constants_do_not() -> None:
    both = step((0, 1, Constant(None)), 2, Access(1, 0, 4), EACH, EACH)  # type: ignore[arg-type]
    assert group_lag(both, [0, 1]) == 4
    assert group_lag(both, [0, 9]) == 9


def test_phases_of_a_signal_wait_for_the_last_of_them() -> None:
    nodes = (step((0,), 1, EACH, repeat=2, phase=0), step((0,), 1, Access(1, 0, 3, 0), repeat=2, phase=1))
    made = stream_timing(program(nodes, (16, 32)), 1)
    assert (made.lags, made.group_lags, made.rows) == ((0, 6), (3, 3), (1, 2))


def test_a_whole_window_at_once() -> None:
    made = program((step((0,), 1, Access(2, -1, 1, 0), repeat=4), step((1,), 2, WHOLE)), (8, 16, 3))
    timing = window_timing(made)
    assert timing == Timing(None, (8, 16, 3), (0, 0, 0), (0, 0))
    assert not timing.streams
    assert (timing.stride, timing.receptive_field, timing.rates) == (1, 0, ())
    assert (timing.groups(made, 0), timing.first_row(made, 0, 0), timing.end_row(made, 0, 0)) == (4, -1, 8)
    assert (timing.first_row(made, 1, 0), timing.end_row(made, 1, 0)) == (0, 16)
