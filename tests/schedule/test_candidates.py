"""Candidates that are laid out: each operand of a concatenation placed or copied, each limit of the waiting room."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from edgeunet.program.parameters import Copy
from edgeunet.program.program import Access, Node, Program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.build import build_schedule
from edgeunet.schedule.effort import Effort, Ledger
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing, stream_timing, window_timing
from tests.rigs.hand_made import node, signal


class Kernels:
    """Kernels that want no scratch memory and share no bytes."""

    def scratch_bytes(self, step: Any) -> int:
        return 0

    def overlap(self, step: Any, position: int) -> None:
        return None


def step(source: int, output: int, *accesses: Access) -> Node:
    return node("conv", (source,), output, None, *accesses)


def beside(source: int, output: int, channels: int, offset: int) -> Node:
    return node("concat", (source,), output, Copy(1, 4, channels, out_offset=offset))


def waits(wide: tuple[int, ...]) -> Program:
    """Per number one ``a`` that waits, while a signal of so many channels comes and goes, to be put beside ``b``."""
    signals, nodes, before = [signal("x", 4, 1)], [], 0
    for channels in wide:
        a, h, g, b, j, end = (len(signals) + i for i in range(6))
        signals += [signal(name, 4, n) for name, n in zip("ahgbje", (1, channels, 2, 20, 21, 1), strict=True)]
        nodes += [
            step(before, a), step(before, h), step(h, g), step(g, b), beside(a, j, 1, 0), beside(b, j, 20, 1),
            step(j, end),
        ]  # fmt: skip
        before = end
    return Program(tuple(signals), tuple(nodes), (0,), (before,))


def built(program: Program, timing: Timing, ledger: Ledger | None = None, **options: Any) -> Schedule:
    kernels: Any = Kernels()
    return build_schedule("net", program, timing, kernels, search=False, ledger=ledger, **options)


def copied(made: Schedule) -> list[str]:
    return [s.name for s in made.steps if s.kind == "copy"]


def test_what_waits_long_for_what_it_is_put_beside_is_copied() -> None:
    """Written in place it would keep all channels of the result alive: 21 instead of 1 beside the widest signal."""
    program = waits((40, 38))
    made = built(program, window_timing(program))
    assert copied(made) == ["concat5", "concat11"]
    assert made.lower_bound_bytes == 4 * (1 + 40 + 2)
    narrow = waits((1,))
    assert copied(built(narrow, window_timing(narrow))) == []
    assert copied(built(program, window_timing(program), without=("side_by_side",))) == [
        "concat5", "concat5", "concat11", "concat11",
    ]  # fmt: skip


EACH = 14
"""Nodes of ``waits`` twice; its buffers are no ten pairs."""


@pytest.mark.parametrize(
    ("limit", "tried", "names"),
    [(5 * EACH, 4, ["concat5", "concat11"]), (4 * EACH, 3, ["concat5", "concat11"]), (3 * EACH + 13, 2, ["concat5"]),
     (2 * EACH, 1, ["concat5"]), (1, 1, ["concat5"])],
)  # fmt: skip
def test_operands_are_tried_as_copies_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch, limit: int, tried: int, names: list[str]
) -> None:
    monkeypatch.setitem(efforts.LIMITS, "candidates", limit)
    program, ledger = waits((40, 38)), Ledger()
    made = built(program, window_timing(program), ledger)
    each = ledger.spent["candidates"][0] // (1 + tried)
    assert ledger.spent["candidates"] == [each * (1 + tried)]
    assert (each, copied(made)) == (EACH, names)
    if tried == 4:
        assert "candidates" not in ledger.cuts
        return
    words = f"{4 - tried} of 4 operands of concatenations were not tried as copies"
    assert ledger.cuts["candidates"] == (words, -(-5 * EACH // limit))
    more = Ledger(Effort(ledger.untried.effort))
    assert copied(built(program, window_timing(program), more)) == ["concat5", "concat11"]
    assert not more.untried


def histories(count: int = 12) -> Program:
    """Convolutions in a row, whose operands keep 0, 30, 60, 90 … bytes."""
    widths = (1, *[30] * (count - 1), 1)
    signals = tuple(signal(str(i), 8, n) for i, n in enumerate(widths))
    nodes = tuple(step(i, i + 1, Access(1, -i, 0, 0)) for i in range(count))
    return Program(signals, nodes, (0,), (count,))


@pytest.mark.parametrize(("limit", "tried"), [(99, 7), (8, 7), (7, 6), (3, 2), (2, 1), (0, 1)])
def test_limits_of_the_waiting_room_are_tried_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch, limit: int, tried: int
) -> None:
    """Up to 32, 64, 96, 128, 192, 256 and 384 bytes there are others each time."""
    program = histories()
    timing, each = stream_timing(program, 2), 12 + 210 // 10  # nodes, and a tenth of the pairs that live together
    monkeypatch.setitem(efforts.LIMITS, "candidates", max(each * limit, 1))
    ledger = Ledger()
    built(program, timing, ledger)
    assert ledger.spent["candidates"] == [each * (1 + tried)]
    if tried == 7:
        assert not ledger.untried
        return
    words = f"{7 - tried} of 7 limits of the waiting room were not tried"
    assert ledger.cuts["candidates"] == (words, -(-each * 8 // max(each * limit, 1)))


def test_the_limit_that_needs_least_is_taken() -> None:
    program = histories(5)
    timing = stream_timing(program, 4)
    kept, room = (built(program, timing, without=without) for without in (("waiting_room",), ()))
    stores = {b.before * b.pitch_bytes: b.store_bytes for b in room.buffers if b.persistent}
    assert all(b.store_bytes is None for b in kept.buffers)
    assert None not in stores.values()
    assert room.arena_bytes < kept.arena_bytes
    assert [*stores] == [30, 60, 90, 120]
    ends = sorted((start, start + size) for size, start in stores.items() if start is not None)
    assert all(before[1] <= after[0] for before, after in pairwise(ends))
    assert ends[-1][1] <= room.arena_bytes


def test_both_are_said_where_both_are_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(efforts.LIMITS, "candidates", 1)
    first = histories(5)
    signals = (*first.signals, signal("j", 8, 2))
    nodes = (*first.nodes, *(node("concat", (5,), 6, Copy(1, 8, 1, out_offset=i)) for i in range(2)))
    program, ledger = Program(signals, nodes, (0,), (6,)), Ledger()
    built(program, stream_timing(program, 2), ledger)
    assert ledger.cuts["candidates"][0] == (
        "3 of 4 limits of the waiting room were not tried, 2 of 2 operands of concatenations were not tried as copies"
    )
