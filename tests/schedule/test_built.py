"""Schedules of programs made by hand, to the byte: views, margins, scratch memory, overlaps, and what lives on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from edgeunet.program.parameters import Copy, Fill, Mean, Reduce
from edgeunet.program.program import EACH, Access, Node, Program
from edgeunet.program.steps import ARENA, ENTER, INPUT, LEAVE, OUTPUT, Clearance, Margin, Step, View
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, stream_timing, window_timing
from tests.rigs.hand_made import node, signal


class Kernels:
    """What kernels want for themselves, and how far they let an operand lie above its output, node by node."""

    def __init__(self, scratch: Mapping[int, int] = {}, overlaps: Mapping[int, Clearance] = {}) -> None:
        self.scratch, self.overlaps = scratch, overlaps

    def scratch_bytes(self, step: Step) -> int:
        return self.scratch.get(step.node, 0)

    def overlap(self, step: Step, position: int) -> Clearance | None:
        return self.overlaps.get(step.node)


def built(program: Program, timing: Timing | None = None, kernels: Kernels | None = None, **options: Any) -> Schedule:
    timing = timing or window_timing(program)
    return build_schedule("net", program, timing, kernels or Kernels(), search=False, **options)  # type: ignore[arg-type]


def step(sources: tuple[int, ...], output: int, *accesses: Access, **more: Any) -> Node:
    return node("conv", sources, output, None, *accesses, **more)


def chain(rows: int = 8, last: Access = EACH) -> Program:
    """x -> a -> b -> y, in which ``last`` says how ``b`` is read."""
    signals = tuple(signal(name, rows) for name in "xaby")
    nodes = (step((0,), 1, macs=160), step((1,), 2, macs=80), step((2,), 3, last, macs=40))
    return Program(signals, nodes, (0,), (3,))


def filled(made: Schedule) -> list[list[tuple[int, int, int, int]]]:
    """Per step its margins: first byte, channels, rows, value."""
    return [[(m.view.offset_bytes, m.view.channels, m.view.rows, m.value) for m in s.margins] for s in made.steps]


def test_rows_around_a_signal_are_filled_when_they_do_not_hold_the_value_yet() -> None:
    reads = [Access(1, -1, 1, 5), Access(1, -2, 1, 5), Access(1, -1, 0, 7), Access(1, -1, 1, 7), Access(1, -2, 1),
             Access(1, -1, 0, 7), Access(1, 0, 1, 5), Access(1, 0, 0, 3)]  # fmt: skip
    signals = tuple(signal(str(n)) for n in range(2 + len(reads)))
    nodes = (step((0,), 1), *(step((1,), 2 + n, access) for n, access in enumerate(reads)))
    made = built(Program(signals, nodes, (0,), tuple(range(2, len(signals)))))
    assert filled(made)[1:] == [
        [(2, 2, 1, 5), (20, 2, 1, 5)], [(0, 2, 2, 5), (20, 2, 1, 5)], [(2, 2, 1, 7)], [(2, 2, 1, 7), (20, 2, 1, 7)], [],
        [], [(20, 2, 1, 5)], [],
    ]  # fmt: skip
    assert (made.lower_bound_bytes, made.arena_bytes) == (22, 24)


def test_filling_beside_other_channels_makes_what_these_held_unknown() -> None:
    signals = (signal("x"), signal("a", 8, 3), signal("b", 8, 2), signal("j", 8, 5), *map(signal, "pqrst"))
    five, seven = Access(1, -1, 0, 5), Access(1, -1, 0, 7)
    nodes = (
        step((0,), 1), step((0,), 2), node("concat", (1,), 3, Copy(1, 8, 3)),
        node("concat", (2,), 3, Copy(1, 8, 2, out_offset=3)),
        step((3,), 4, five), step((1,), 5, seven), step((3,), 6, five), step((2,), 7, five), step((3,), 8, five),
    )  # fmt: skip
    made = built(Program(signals, nodes, (0,), (4, 5, 6, 7, 8)))
    assert [s.node for s in made.steps] == [0, 1, 4, 5, 6, 7, 8]
    assert filled(made)[2:] == [[(0, 5, 1, 5)], [(0, 3, 1, 7)], [(0, 5, 1, 5)], [(3, 2, 1, 5)], []]
    assert {m.view.pitch_bytes for s in made.steps for m in s.margins} == {5}


def test_scratch_memory_lives_for_one_step() -> None:
    made = built(chain(), kernels=Kernels({1: 12}))
    (index,) = [i for i, b in enumerate(made.buffers) if b.name == "scratch of conv2"]
    found = made.buffers[index]
    assert (found.size_bytes, found.first_step, found.last_step, found.pitch_bytes, found.rows) == (12, 1, 1, 1, 12)
    assert [s.scratch for s in made.steps] == [None, View(index, ARENA, found.offset_bytes, 1, 12, 1), None]
    assert made.lower_bound_bytes == 16 + 16 + 12


@pytest.mark.parametrize(
    ("overlapping", "bytes_needed"), [(None, 20), ({1}, 20), ({0, 1, 2}, 20), (set(), 32), ({0, 2}, 32)]
)
def test_an_output_runs_into_its_operand_where_it_may(overlapping: set[int] | None, bytes_needed: int) -> None:
    made = built(chain(), kernels=Kernels(overlaps={1: Clearance(4)}), overlapping=overlapping)
    assert (made.arena_bytes, made.lower_bound_bytes) == (bytes_needed, bytes_needed)


def test_an_operand_that_is_read_later_is_not_run_into() -> None:
    program = chain()
    later = Program(program.signals, (*program.nodes[:2], step((2, 1), 3)), (0,), (3,))
    assert built(later, kernels=Kernels(overlaps={1: Clearance(4)})).arena_bytes == 32


def test_the_distance_of_an_overlap_counts_from_the_views() -> None:
    """Two rows before ``b`` mean that its data begins 4 bytes into its buffer."""
    made = built(chain(last=Access(1, -2, 0, 0)), kernels=Kernels(overlaps={1: Clearance(6)}))
    a, b = (next(v for v in made.buffers if v.name == f"conv{n}") for n in (1, 2))
    assert a.offset_bytes - b.data_offset_bytes >= 6
    assert made.lower_bound_bytes == 6 + 4 + 16


def test_rows_of_phases_and_of_wide_groups() -> None:
    signals = (signal("x", 4), signal("y", 8), signal("z", 8))
    nodes = (step((0,), 1, repeat=2, phase=0), step((0,), 1, repeat=2, phase=1), step((0,), 2, repeat=2, wide=True))
    made = built(Program(signals, nodes, (0,), (1, 2)))
    assert [s.output for s in made.steps] == [
        View(1, OUTPUT, 0, 4, 4, 2), View(1, OUTPUT, 2, 4, 4, 2), View(2, OUTPUT, 16, 4, 4, 4),
    ]  # fmt: skip
    assert [(s.groups, s.first_group, s.input_strides, s.signal) for s in made.steps] == [(4, 0, (1,), 0)] * 3


def test_copies_begin_where_they_read_and_write() -> None:
    signals = (signal("x", 8, 3), signal("y", 8, 4))
    nodes = (node("fill", (), 1, Fill(0)), node("concat", (0,), 1, Copy(1, 99, 2, in_offset=1, out_offset=2)))
    fill, copy = built(Program(signals, nodes, (0,), (1,)), without=("side_by_side",)).steps
    assert (fill.kind, fill.signal, copy.kind, copy.name) == ("fill", -1, "copy", "concat1")
    assert (copy.inputs[0], copy.output) == (View(0, INPUT, 1, 3, 8, 3), View(1, OUTPUT, 2, 4, 8, 4))
    assert copy.parameters == Copy(1, 8, 2, in_offset=1, out_offset=2)


def test_a_stream_brings_its_input_and_keeps_its_history() -> None:
    program = chain(16, Access(1, -2, 0, 9))
    made = built(program, stream_timing(program, 4))
    assert [s.covers for s in made.steps] == [(ENTER,), ("CONV",), ("CONV",), ("CONV",), (LEAVE,)]
    assert [s.macs for s in made.steps] == [0, 40, 20, 10, 0]
    assert made.macs == 70
    enter, _, _, last, leave = made.steps
    assert (enter.inputs[0], leave.output) == (View(-1, INPUT, 0, 2, 4, 2), View(-1, OUTPUT, 0, 2, 4, 2))
    (kept,) = [b for b in made.buffers if b.persistent]
    assert (kept.name, kept.rows, kept.before, kept.after) == ("conv2", 4, 2, 0)
    assert (kept.lag_rows, kept.store_bytes) == (0, None)
    reads = View(made.buffers.index(kept), ARENA, kept.offset_bytes, 2, 6, 2)
    assert (last.inputs, last.margins) == ((reads,), (Margin(reads, 9, 2, -2),))


def test_what_lags_is_written_out_late() -> None:
    program = chain(16, Access(1, 0, 3, 9))
    made = built(program, stream_timing(program, 4))
    (kept,) = [b for b in made.buffers if b.persistent]
    last = made.steps[3]
    assert (kept.name, kept.before, last.first_group, made.lookahead_rows) == ("conv2", 3, -3, 3)
    assert last.margins[0].first_index == -3
    assert [b.lag_rows for b in made.buffers if b.name == "conv3"] == [3]


def test_two_outputs_lie_one_after_the_other() -> None:
    program = chain()
    made = built(Program(program.signals, program.nodes, (0,), (1, 3)), without=("caller_memory",))
    assert [s.covers for s in made.steps] == [(ENTER,), ("CONV",), ("CONV",), ("CONV",), (LEAVE,), (LEAVE,)]
    assert [s.output.offset_bytes for s in made.steps[-2:]] == [0, 16]
    direct = built(Program(program.signals, program.nodes, (0,), (1, 3)))
    assert [(b.name, b.space, b.offset_bytes) for b in direct.buffers if b.space != ARENA] == [
        ("x", INPUT, 0), ("a", OUTPUT, 0), ("y", OUTPUT, 16),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "parameters", [Mean(16, 1, 2, 3, 1 << 30, 0, -3), Reduce(16, 1, 2, False), Fill(0)], ids=lambda p: type(p).__name__
)
def test_a_reduction_of_each_row_reduces_the_rows_of_a_call(parameters: Any) -> None:
    """One over the whole window keeps its own count."""
    signals = (signal("x", 16), signal("y", 16))
    program = Program(signals, (node("mean", (0,), 1, parameters),), (0,), (1,))
    (_, found, _) = built(program, stream_timing(program, 4), without=("caller_memory",)).steps
    expected = parameters if isinstance(parameters, Fill) else replace(parameters, outer=4)
    assert found.parameters == expected
    whole = Program(
        (signals[0], signal("y", 1)), (node("mean", (0,), 1, parameters, Access(0, 0, 15, whole=True)),), (0,), (1,)
    )
    (kept,) = built(whole).steps
    assert kept.parameters == parameters


@pytest.mark.parametrize(("rows", "second"), [(7, 16), (8, 16), (9, 32), (17, 48)])
def test_scratch_memory_is_asked_for_with_buffers_side_by_side(rows: int, second: int) -> None:
    """At whole 16 bytes, so that kernels for aligned words count; the caller's memory begins where it does."""
    asked: list[tuple[int, int]] = []

    class Asking(Kernels):
        def scratch_bytes(self, step: Step) -> int:
            (given,) = step.inputs
            assert isinstance(given, View)
            asked.append((given.offset_bytes, step.output.offset_bytes))
            return 0

    built(chain(rows), kernels=Asking(overlaps={1: Clearance(0)}))
    assert asked == [(0, 0), (0, second), (second, 0)]
