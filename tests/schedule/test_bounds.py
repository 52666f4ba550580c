"""How far planning goes: the longest hop, the bytes that are near enough to the bound, the rounds of a search."""

from __future__ import annotations

import pytest

from edgeunet.errors import CompileError
from edgeunet.program.program import Access, Program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.memory import Item, Part, plan_memory
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.timing import stream_timing
from tests.rigs.hand_made import node, signal


def test_a_hop_is_65536_samples_at_most() -> None:
    signals = (signal("x", 12, 1), signal("y", 4, 1))
    program = Program(signals, (node("conv", (0,), 1, None, Access(3, 0, 2, 0)),), (0,), (1,))
    assert stream_timing(program, 65535).hop == 65535
    sentence = "hop of 65538 samples is more than the 65536 that a call can take; use --hop 65535 or less"
    with pytest.raises(CompileError, match=sentence):
        stream_timing(program, 65538)
    same = Program((signals[0], signal("y", 12, 1)), (node("conv", (0,), 1, None),), (0,), (1,))
    assert stream_timing(same, 65536).hop == 65536
    with pytest.raises(CompileError, match="use --hop 65536 or less"):
        stream_timing(same, 65537)


@pytest.mark.parametrize(
    ("sizes", "bound", "arena", "searched"),
    [((78, 78, 82, 82), 320, 328, False), ((78, 78, 78, 82), 316, 324, True)],
)
def test_a_64th_above_the_bound_is_near_enough(sizes: tuple[int, ...], bound: int, arena: int, searched: bool) -> None:
    """320 and 5 bytes are 328 when aligned; 316 and 4 are 320, which four odd sizes never meet."""
    ledger = Ledger()
    plan = plan_memory([Item(str(i), (Part(0, size, 0, 1),)) for i, size in enumerate(sizes)], ledger=ledger)
    assert (plan.lower_bound_bytes, plan.arena_bytes) == (bound, arena)
    assert (ledger.spent["search"] != [0]) == searched


def test_an_order_is_gone_through_six_times_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what an effort has to suffice for: every node to two places, each time."""
    monkeypatch.setitem(efforts.LIMITS, "order", 1)
    signals = tuple(signal(name) for name in "xaby")
    nodes = (node("conv", (0,), 1, None), node("conv", (0,), 2, None), node("conv", (1, 2), 3, None))
    ledger = Ledger()
    order_nodes(Program(signals, nodes, (0,), (3,)), ledger=ledger)
    assert ledger.untried.effort == 2 * 3 * 3 * 6
