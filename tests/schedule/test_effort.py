"""Planning is bounded by counts: no stage looks at more than its limit, and what it leaves out is said."""

from __future__ import annotations

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.program import Program
from edgeunet.rewrite import simplify
from edgeunet.rewrite.rewrites import rewrite_program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import Effort, Ledger, Untried
from edgeunet.schedule.memory import Item, Part, count_pairs, plan_memory
from edgeunet.schedule.order import order_nodes
from edgeunet.schedule.plan import schedule_graph
from edgeunet.schedule.retiming import retime
from edgeunet.schedule.stacking import stack_items
from edgeunet.schedule.timing import stream_timing
from tests.networks.many_layers import chain, parallel
from tests.networks.pass_networks import NETWORKS


def program_of(model: bytes) -> Program:
    return lower(simplify(read_tflite(model)))


def test_no_node_of_a_chain_is_moved_anywhere() -> None:
    ledger = Ledger()
    program = program_of(chain(300))
    assert order_nodes(program, ledger=ledger).nodes == program.nodes
    assert ledger.spent == {"order": [300]}, "each node counted once: the order that there is"


@pytest.mark.parametrize("factor", [1, 2])
def test_orders_counted_end_at_the_limit(small_limits: None, factor: int) -> None:
    ledger = Ledger(Effort(factor))
    order_nodes(program_of(parallel(30)), ledger=ledger)
    ((counted,),) = ledger.spent.values()
    assert 800 * factor - 60 <= counted <= 800 * factor
    ((text, _),) = ledger.cuts.values()
    assert text.endswith((" of 30 nodes were not moved", " of 30 nodes were not moved again"))


def test_readers_asked_end_at_the_limit_and_the_lags_still_suit(small_limits: None) -> None:
    program = rewrite_program(program_of(NETWORKS["retiming"]()))
    ledger, timing = Ledger(), stream_timing(program, 4)
    made = retime(program, timing, ledger=ledger)
    assert ledger.spent["lags"][0] <= 300
    assert "lags" in ledger.cuts
    assert made.lags[program.outputs[0]] == timing.lags[program.outputs[0]]
    for number, node in enumerate(program.nodes):
        for position in range(len(node.operands)):
            assert made.end_row(program, number, position) <= made.rows[node.signals[position]]


def eternal(count: int) -> list[Item]:
    return [Item(f"{i}", (Part(0, 6 + i % 3, 0, count), Part(8, 4, i, i + 1))) for i in range(count)]


def test_pairs_are_counted_before_they_are_made() -> None:
    items = [Item(name, (Part(0, 4, first, last),)) for name, first, last in (("a", 0, 3), ("b", 1, 1), ("c", 2, 4))]
    assert count_pairs(items) == 2
    assert count_pairs([Item("empty", (Part(0, 0, 0, 4),)), *items]) == 2


def test_too_many_pairs_are_stacked(small_limits: None) -> None:
    items = eternal(20)
    ledger = Ledger()
    plan = plan_memory(items, ledger=ledger)
    assert plan.arena_bytes == 20 * 12
    assert sorted(plan.offsets) == list(range(0, 240, 12))
    assert "pairs" in ledger.cuts
    assert "search" not in ledger.spent


def test_what_is_stacked_takes_the_lowest_hole_and_gives_it_back() -> None:
    # a lives for ever; b and c leave a hole of 16 + 8 bytes, into which d and e fit, and f behind them does not
    lives = [(0, 9), (0, 1), (0, 2), (3, 5), (3, 6), (4, 9)]
    offsets, end = stack_items([4, 16, 8, 12, 12, 4], lives)
    assert offsets[0] == 0
    assert sorted(offsets[1:3]) == [4, 12]
    assert sorted(offsets[3:5]) == [4, 16]
    assert (offsets[5], end) == (28, 32)


def test_holes_side_by_side_are_one() -> None:
    offsets, end = stack_items([8, 8, 8, 24], [(0, 3), (0, 2), (0, 1), (4, 4)])
    assert (offsets, end) == ([0, 8, 16, 0], 24)


def test_the_search_for_offsets_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    chained = [Item(f"{i}", (Part(0, 4 * (1 + i * 7 % 5), i, i + 1 + i % 3),)) for i in range(40)]
    each = 1 + 2 * count_pairs(chained)
    monkeypatch.setitem(efforts.LIMITS, "search", 3 * each)
    for factor in (1, 2):
        ledger = Ledger(Effort(factor))
        plan = plan_memory(chained, ledger=ledger)
        assert plan.arena_bytes > plan.lower_bound_bytes
        assert ledger.spent["search"] == [3 * factor * each]
        assert ledger.cuts["search"] == (f"the search for offsets ended after {3 * factor} attempts for 40 buffers", 14)


def test_no_effort_is_refused() -> None:
    with pytest.raises(CompileError, match="--effort 0 is no multiple of the usual effort; use 1 or more"):
        schedule_graph(read_tflite(chain(1)), effort=0)


def test_the_sentence() -> None:
    assert not Untried()
    said = Untried(("3 of 4 nodes were not moved", "7 skips were not computed again"), 8).sentence()
    assert said == (
        "planning stopped early: 3 of 4 nodes were not moved, 7 skips were not computed again; "
        "--effort 8 tries all of it"
    )
