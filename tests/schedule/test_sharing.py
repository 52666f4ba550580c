"""Who may share a buffer, and what is asked when a plan has to fit: what else could be taken for it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Graph, Quantization, Tensor
from edgeunet.program.parameters import Copy
from edgeunet.program.program import FusedAdd, Program
from edgeunet.program.steps import ARENA, OUTPUT, Buffer, Step, View
from edgeunet.schedule import choice
from edgeunet.schedule.choice import Choice, choose, ram_of
from edgeunet.schedule.explain import _window_peak
from edgeunet.schedule.layout import Layout, signal_extents
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, window_timing
from tests.rigs.hand_made import ADD, node, signal


def laid_out(program: Program, **options: Any) -> Layout:
    return Layout(program, window_timing(program), **options)


def test_of_a_fused_sum_only_the_last_operand_is_written_over() -> None:
    """The one before it may be free and as large: the kernel reads it row by row."""
    signals = tuple(signal(name) for name in "xabcsy")
    nodes = (
        node("conv", (0,), 1, None), node("conv", (0,), 2, None), node("conv", (0,), 3, None),
        node("conv_sum", (1, 2, 3), 4, None, epilogue=(FusedAdd(ADD, False),)), node("conv", (4, 3), 5, None),
    )  # fmt: skip
    program = Program(signals, nodes, (0,), (5,))
    assert laid_out(program).members(4) == [4]
    free = replace(program, nodes=(*nodes[:4], node("conv", (4,), 5, None)))
    assert laid_out(free).members(4) == [3, 4]


def test_an_output_that_is_put_beside_others_is_copied_there() -> None:
    signals = (signal("x"), signal("a", 8, 3), signal("b", 8, 2), signal("j", 8, 5), signal("y", 8, 5))
    nodes = (
        node("conv", (0,), 1, None), node("conv", (0,), 2, None), node("concat", (1,), 3, Copy(1, 8, 3)),
        node("concat", (2,), 3, Copy(1, 8, 2, out_offset=3)), node("conv", (3,), 4, None),
    )  # fmt: skip
    made = laid_out(Program(signals, nodes, (0,), (4, 1)))
    assert (made.space[1], made.root(1), made.skipped) == (OUTPUT, (1, 0), {3})


def test_an_output_that_others_read_early_waits_for_the_slowest() -> None:
    signals = tuple(signal(name) for name in "xay")
    nodes = (node("conv", (0,), 1, None), node("conv", (1,), 2, None))
    program = Program(signals, nodes, (0,), (1, 2))
    timing = Timing(4, (4,) * 3, (0, 1, 6), (1, 1))
    assert [e.before for e in signal_extents(program, timing)] == [1, 5, 0]


def test_how_long_a_buffer_waits_is_not_when() -> None:
    """Steps 3 to 6 are no long wait, however late they are."""

    def buffer(name: str, size: int, first: int, last: int) -> Buffer:
        return Buffer(name, ARENA, size, 1, 0, 0, first, last, 0)

    view = View(0, ARENA, 0, 1, 1, 1)
    steps = tuple(Step("conv", n, (view,), view, 1, None, ("C",), 0, 0) for n in "abcdefg")  # type: ignore[arg-type]
    timing = Timing(None, (8, 8), (0, 0), (0,))
    made = Schedule("net", (signal("x"), signal("y")), timing, (buffer("kept", 9, 3, 6),), steps, (0,), (1,), 0, 0, 0)
    assert _window_peak(made)[-1].startswith("knob: fewer channels at layer 'd'")


def test_buffers_by_the_steps_that_begin_and_end_them() -> None:
    buffers = tuple(Buffer(n, ARENA, 1, 1, 0, 0, first, last, 0) for n, first, last in (("a", 0, 2), ("b", 1, 2),
                                                                                         ("c", 0, 1)))  # fmt: skip
    timing = Timing(None, (8, 8), (0, 0), (0,))
    made = Schedule("net", (signal("x"), signal("y")), timing, buffers, (), (0,), (1,), 0, 0, 0)
    a, b, c = buffers
    assert made.begun == {0: [a, c], 1: [b]}
    assert made.done == {2: [a, b], 1: [c]}


GRAPH = Graph("net", (Tensor("x", (1, 1, 64, 2), "int8", Quantization((0.5,), (3,))),), (), (0,), (0,), "")


def planned(arena: int, hop: int | None) -> Schedule:
    rows = 64 if hop is None else 4
    timing = Timing(hop, (rows, rows), (0, 0), (), (Fraction(1), Fraction(1)), 4)
    return Schedule("net", (signal("x"), signal("y")), timing, (), (), (0,), (1,), arena, arena, 0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How many skips the streams that are planned compute again; there are three."""
    found: list[int | None] = []

    def plan(graph: Graph, **options: Any) -> Schedule:
        if options.get("mode") != "stream":
            return planned(100_000, None)
        skips = options.get("recompute")
        found.append(skips)
        if (skips or 0) > 3:
            raise CompileError("no more skips")
        return planned(1000 - 10 * (skips or 0), 4)

    monkeypatch.setattr(choice, "schedule_graph", plan)
    return found


def test_skips_are_added_one_by_one_until_there_are_no_more(asked: list[int | None]) -> None:
    with pytest.raises(CompileError, match="and 3 skips computed again"):
        choose(GRAPH, "portable", Choice("auto"), 100)
    assert asked == [None, 1, 2, 3, 4]


def test_a_stream_that_fits_to_the_byte_is_taken_as_it_is(asked: list[int | None]) -> None:
    needed = ram_of(planned(1000, 4))
    assert choose(GRAPH, "portable", Choice("auto"), needed) == Choice("stream", 4)
    assert asked == [None]
    assert choose(GRAPH, "portable", Choice("auto"), needed - 1) == Choice("stream", 4, 1)
    assert asked == [None, None, 1]
