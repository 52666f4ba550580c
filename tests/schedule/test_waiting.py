"""Whether a stream gains at the low rate: the lag decides first, then, at the smallest hop only, the history."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgeunet.program.parameters import Copy
from edgeunet.program.program import Access, Node, Program
from edgeunet.schedule.waiting import gains_in_stream
from tests.rigs.hand_made import edited, node, signal

STRIDE = 2


def step(sources: tuple[int, ...], output: int, *accesses: Access) -> Node:
    return node("conv", sources, output, Copy(1, 1, 1), *accesses)


def halved(reach: int, before: int = 0) -> Program:
    """x -> a at half the rate -> y, which waits for ``reach`` rows of ``a`` and remembers ``before``."""
    signals = (signal("x", 16), signal("a", 8), signal("y", 8))
    nodes = (step((0,), 1, Access(STRIDE, 0, 1, 0)), step((1,), 2, Access(1, -before, reach, 0)))
    return Program(signals, nodes, (0,), (2,))


def upsampled(program: Program) -> Program:
    return edited(program, 1, kind="conv_upsampled")


def test_what_has_no_window_at_the_low_rate_is_taken_whatever_it_waits() -> None:
    assert gains_in_stream(halved(5), halved(1), None)


@pytest.mark.parametrize("hop", [None, STRIDE, 3 * STRIDE])
def test_a_later_output_is_no_gain_and_an_earlier_one_is(hop: int | None) -> None:
    assert not gains_in_stream(upsampled(halved(2)), halved(1, 9), hop)
    assert gains_in_stream(upsampled(halved(1, 9)), halved(2), hop)
    assert gains_in_stream(upsampled(halved(2, 3)), halved(2, 3), hop)


@pytest.mark.parametrize(("hop", "gains"), [(None, False), (STRIDE, False), (3 * STRIDE, True)])
def test_more_history_matters_at_the_smallest_hop(hop: int | None, gains: bool) -> None:
    assert gains_in_stream(upsampled(halved(1, 4)), halved(1, 3), hop) == gains
    assert gains_in_stream(upsampled(halved(1, 3)), halved(1, 4), hop)


def test_of_kinds_the_ending_counts() -> None:
    program = edited(halved(2), 1, kind="upsampled_conv")
    assert gains_in_stream(program, halved(1), None)
    both = replace(program, nodes=(replace(program.nodes[0], kind="depthwise_upsampled"), program.nodes[1]))
    assert not gains_in_stream(both, halved(1), None)
