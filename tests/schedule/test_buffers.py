"""Buffers and steps of programs made by hand: when each is alive, what each step reads, which margins are filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, WHOLE, Access, Constant, Node, Program
from edgeunet.program.steps import ARENA, ENTER, LEAVE, Clearance, Step, View
from edgeunet.schedule.build import _Assembly, build_schedule
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.memory import Part
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, stream_timing, window_timing
from tests.rigs.hand_made import ADD, edited, node, signal


class Kernels:
    """What kernels want for themselves, and how far they let an operand lie above its output, node by node."""

    def __init__(self, scratch: Mapping[int, int] = {}, overlaps: Mapping[int, Clearance] = {}) -> None:
        self.scratch, self.overlaps = scratch, overlaps

    def scratch_bytes(self, step: Step) -> int:
        return self.scratch.get(step.node, 0)

    def overlap(self, step: Step, position: int) -> Clearance | None:
        return self.overlaps.get(step.node)


def built(program: Program, timing: Timing | None = None, kernels: Any = None, **options: Any) -> Schedule:
    timing = timing or window_timing(program)
    return build_schedule("net", program, timing, kernels or Kernels(), search=False, **options)


def step(sources: tuple[Any, ...], output: int, *accesses: Access, **more: Any) -> Node:
    return node("conv", sources, output, None, *accesses, **more)


def chain(rows: int = 8, first: Access = EACH, last: Access = EACH) -> Program:
    """x -> a -> b -> y."""
    signals = tuple(signal(name, rows) for name in "xaby")
    nodes = (step((0,), 1, macs=16 * rows), step((1,), 2, first, macs=8 * rows), step((2,), 3, last, macs=4 * rows))
    return Program(signals, nodes, (0,), (3,))


def filled(made: Schedule) -> list[list[tuple[int, int]]]:
    """Per step its margins: first byte from the begin of the buffer's data, and rows."""
    return [[((m.view.offset_bytes - made.buffers[m.view.buffer].data_offset_bytes), m.view.rows) for m in s.margins]
            for s in made.steps]  # fmt: skip


def check_lives(made: Schedule) -> None:
    """Every buffer is alive from the first step that touches it to the last."""
    touched: dict[int, list[int]] = {}
    for index, found in enumerate(made.steps):
        views = [found.output, found.scratch, *found.inputs, *(m.view for m in found.margins)]
        for view in views:
            if isinstance(view, View):
                touched.setdefault(view.buffer, []).append(index)
    for number, buffer in enumerate(made.buffers):
        assert (buffer.first_step, buffer.last_step) == (min(touched[number]), max(touched[number])), buffer.name


@pytest.mark.parametrize("without", [(), ("caller_memory",), ("in_place", "side_by_side")])
def test_a_buffer_is_alive_while_it_is_touched(without: tuple[str, ...]) -> None:
    signals = (*(signal(name, 8) for name in "xabcd"), signal("j", 8, 4))
    nodes = (
        step((0,), 1), step((1,), 2), node("add", (1, 2), 3, ADD), step((0,), 4),
        node("concat", (3,), 5, Copy(1, 8, 2)), node("concat", (4,), 5, Copy(1, 8, 2, out_offset=2)),
    )  # fmt: skip
    for outputs in ((5,), (3, 5), (5, 3, 2)):
        program = Program(signals, nodes, (0,), outputs)
        check_lives(built(program, kernels=Kernels({0: 8, 3: 4}), without=without))
        if len(outputs) == 1:
            check_lives(built(program, stream_timing(program, 2), Kernels({0: 8, 3: 4}), without=without))


def test_what_is_given_and_never_read_is_alive_at_the_first_step() -> None:
    program = replace(chain(), signals=(*chain().signals, signal("more", 8, 3)), inputs=(0, 4))
    made = built(program)
    (unused,) = [b for b in made.buffers if b.name == "more"]
    assert (unused.first_step, unused.last_step, unused.before, unused.after) == (0, 0, 0, 0)
    assert unused.offset_bytes == 16
    assert {(b.before, b.after) for b in made.buffers} == {(0, 0)}


def assembled(program: Program, timing: Timing, staging: int = 0) -> _Assembly:
    kernels: Any = Kernels()
    return _Assembly(program, timing, set(), kernels, None, Ledger(), staging)


def test_a_history_lives_through_every_step_and_its_new_rows_do_not() -> None:
    program = chain(16, Access(1, -2, 0, 0), Access(1, -5, 0, 0))
    timing = stream_timing(program, 4)
    made = assembled(program, timing)
    last = len(made.schedule("net", False).steps) - 1
    assert last == 4
    parts = {item.name: item.parts for item in made.items}
    assert parts["conv1"] == (Part(0, 4, 0, last), Part(4, 8, 1, 2))
    assert parts["conv2"] == (Part(0, 10, 0, last), Part(10, 8, 2, 3))
    assert parts["conv3"] == (Part(0, 8, 3, 4),)


@pytest.mark.parametrize(("staging", "stored"), [(0, []), (3, []), (4, [4]), (9, [4]), (10, [4, 10])])
def test_histories_up_to_the_limit_wait_elsewhere(staging: int, stored: list[int]) -> None:
    program = chain(16, Access(1, -2, 0, 0), Access(1, -5, 0, 0))
    made = assembled(program, stream_timing(program, 4), staging)
    assert made.histories() == [4, 10]
    stores = [item.parts for item in made.items if item.name.endswith("/history")]
    assert stores == [(Part(0, size, 0, 4),) for size in stored]
    parts = {item.name: item.parts for item in made.items}
    assert parts["conv1"] == ((Part(0, 12, 1, 2),) if 4 in stored else (Part(0, 4, 0, 4), Part(4, 8, 1, 2)))
    places = [b.store_bytes for b in made.schedule("net", False).buffers if b.store_bytes is not None]
    assert len(places) == len(stored)


def test_multiplications_of_a_signal_of_one_row_and_of_none() -> None:
    assert [s.macs for s in built(chain(1)).steps] == [16, 8, 4]
    assert [s.macs for s in built(chain(0)).steps] == [0, 0, 0]
    program = chain(16)
    assert [s.macs for s in built(program, stream_timing(program, 4)).steps] == [0, 64, 32, 16, 0]


def overlapping(program: Program, number: int, **options: Any) -> int:
    """Bytes at least when the output of node ``number`` may lie over what it reads."""
    made = built(program, kernels=Kernels(overlaps={number: Clearance(0)}), **options)
    apart = built(program, **options)
    assert made.lower_bound_bytes <= apart.lower_bound_bytes
    return apart.lower_bound_bytes - made.lower_bound_bytes


def test_an_output_runs_into_any_operand_that_it_may() -> None:
    """Whatever the operand before it is: the caller's, a constant, or one that is read later."""
    program = chain()
    assert overlapping(program, 1) == 16
    constant = Constant(np.zeros((1, 2), np.int8))
    for other in (0, constant):
        assert overlapping(edited(program, 1, operands=(other, 1), accesses=(EACH, EACH)), 1) == 16
    signals = tuple(signal(name, 8) for name in "xabcy")
    later = (step((0,), 1), step((0,), 2), step((1, 2), 3), step((3, 1), 4))
    assert overlapping(Program(signals, later, (0,), (4,)), 2) == 16


def test_a_constant_before_a_signal_hides_nothing() -> None:
    constant = Constant(np.zeros((1, 2), np.int8))
    program = edited(chain(), 1, operands=(constant, 1), accesses=(EACH, Access(1, -1, 0, 3)))
    made = built(program).steps[1]
    assert made.inputs[0] is constant
    assert isinstance(made.inputs[1], View)
    assert [m.value for m in made.margins] == [3]
    assert made.signal == 1


def test_a_step_says_which_signal_it_reads_first_and_how_it_moves_on() -> None:
    signals = tuple(signal(name) for name in "xaby")
    program = Program(signals, (step((0,), 1), step((0,), 2), step((1, 2), 3, EACH, WHOLE)), (0,), (3,))
    made = built(program).steps[-1]
    assert (made.signal, made.input_strides) == (1, (1, 0))


def test_a_buffer_of_several_writers_has_the_name_of_the_first() -> None:
    signals = (signal("x", 4), signal("a", 8), signal("y", 8))
    first, second = (step((0,), 1, repeat=2, phase=phase) for phase in (0, 1))
    program = Program(signals, (replace(first, name="even"), replace(second, name="odd"), step((1,), 2)), (0,), (2,))
    assert [b.name for b in built(program).buffers if b.space == ARENA] == ["even"]


def test_rows_that_are_not_read_need_no_margin() -> None:
    """A kernel that begins at row 1 has nothing outside before; one that ends a row early nothing behind."""
    assert filled(built(chain(8, EACH, Access(1, 1, 1, 0))))[2] == [(16, 1)]
    assert filled(built(chain(8, EACH, Access(1, -1, -1, 0))))[2] == [(-2, 1)]


def test_margins_that_are_known_to_hold_the_value() -> None:
    """What two steps have filled between them is not filled again; more than that is."""
    reads = [Access(1, -2, 0, 7), Access(1, -1, 1, 7), Access(1, -2, 1, 7), Access(1, -2, 2, 7), Access(1, 0, 2, 7),
             Access(1, -3, 0, 7), Access(1, -3, 2, 7), Access(1, -1, 1, 2), Access(1, -2, 1, 2)]  # fmt: skip
    signals = tuple(signal(str(n)) for n in range(2 + len(reads)))
    nodes = (step((0,), 1), *(step((1,), 2 + n, access) for n, access in enumerate(reads)))
    made = built(Program(signals, nodes, (0,), tuple(range(2, len(signals)))))
    assert filled(made)[1:] == [
        [(-4, 2)], [(-2, 1), (16, 1)], [], [(-4, 2), (16, 2)], [], [(-6, 3)], [], [(-2, 1), (16, 1)],
        [(-4, 2), (16, 1)],
    ]  # fmt: skip


def test_copies_from_and_to_the_caller() -> None:
    program = chain(16)
    made = built(program, stream_timing(program, 4))
    enter, leave = made.steps[0], made.steps[-1]
    for found, covers, name, signal_ in ((enter, ENTER, "input", 0), (leave, LEAVE, "output", 3)):
        assert (found.covers, found.name, found.signal, found.node) == ((covers,), name, signal_, -1)
        assert (found.parameters, found.groups, found.macs, found.kind) == (Copy(1, 4, 2), 4, 0, "copy")
