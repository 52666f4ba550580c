"""What a schedule says of itself, and plans that are asked for twice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from edgeunet.graph import read_tflite
from edgeunet.program.program import Access, Program
from edgeunet.program.steps import ARENA, Buffer
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.recompute import find_skips
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.networks.pass_networks import NETWORKS
from tests.rigs.hand_made import conv, signal

WINDOW = Timing(None, (8, 8), (0, 0), (0,), (Fraction(1), Fraction(1, 2)))
NOTHING = Schedule("net", (signal("x"), signal("y")), WINDOW, (), (), (0,), (1,), 12, 10, 77)


def test_a_schedule_in_a_line() -> None:
    assert repr(NOTHING) == "<Schedule net: 0 steps, a window per call, 0 buffers, arena 12 bytes, 77 MACs>"
    made = replace(NOTHING, timing=replace(WINDOW, hop=4), buffers=(Buffer("b", ARENA, 1, 1, 0, 0, 0, 0, 0),))
    assert repr(made) == "<Schedule net: 0 steps, 4 samples per call, 1 buffers, arena 12 bytes, 77 MACs>"


def test_without_buffers_one_hop_settles() -> None:
    assert NOTHING.settling_hops == 1


def test_an_end_between_two_rows_is_a_fault() -> None:
    made = replace(NOTHING, signals=(signal("x", 7), signal("y")))
    with pytest.raises(AssertionError):
        made.span(1)


def test_a_plan_that_is_asked_for_again_is_the_same_one() -> None:
    graph = read_tflite(NETWORKS["in_place"]())
    assert schedule_graph(graph) is schedule_graph(graph, without=[])
    assert schedule_graph(graph) is not schedule_graph(graph, without=["in_place"])


def test_readers_that_need_a_signal_equally_long_are_no_skip() -> None:
    """And of two that do not, the rows between them wait, whatever is read ahead."""
    signals = tuple(signal(str(n), 32, 5) for n in range(6))
    nodes = (conv(0, 1, 5, 5), conv(1, 2, 5, 5), conv(1, 3, 5, 5), conv(2, 4, 5, 5), conv(3, 5, 5, 5))
    program = Program(signals, nodes, (0,), (5,))
    assert find_skips(program) == []
    longer = replace(nodes[2], accesses=(Access(1, -3, 0, 0),))
    (skip,) = find_skips(replace(program, nodes=(*nodes[:2], longer, *nodes[3:])))
    assert (skip.signal, skip.reader, skip.waiting_bytes) == (1, 2, 15)
