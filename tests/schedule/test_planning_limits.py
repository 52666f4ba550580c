"""Where planning stops: at its limits and not one before, with the words and the effort that go with it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import EACH, Access, Node, Program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import LIMITS, Effort, Ledger
from edgeunet.schedule.memory import Item, Part, count_pairs, lower_bound, plan_memory, quick_plan
from edgeunet.schedule.recompute import find_skips, macs_per_stride, timed_stream
from edgeunet.schedule.retiming import history_bytes, retime
from edgeunet.schedule.timing import stream_timing, total_stride
from tests.rigs.hand_made import node, signal


def test_the_limits_and_what_an_effort_makes_of_them() -> None:
    assert LIMITS == {
        "order": 1_000_000, "pairs": 60_000, "search": 2_500_000, "candidates": 20_000, "lags": 600_000,
        "skips": 20_000, "rewrites": 400_000,
    }  # fmt: skip
    assert Effort() == Effort(1)
    assert Ledger(Effort(3)).limit("pairs") == 180_000
    ledger = Ledger()
    ledger.cut("pairs", "some pairs", 60_001)
    ledger.cut("order", "some nodes", 1_000_000)
    assert (ledger.untried.parts, ledger.untried.effort) == (("some pairs", "some nodes"), 2)
    ledger.cut("rewrites: low_rate", "some places", 400_000 * 4, "rewrites")
    assert ledger.untried.effort == 4
    ledger.cut("pairs", "other pairs", 1)
    assert ledger.cuts["pairs"] == ("other pairs", 1)


def items(count: int = 12) -> list[Item]:
    """Parts of which every two live together, or two of three."""
    return [Item(str(i), (Part(0, 3 + i, i % 3, 2), Part(3 + i, 0, 0, 5))) for i in range(count)]


@pytest.mark.parametrize(("spare", "stacked"), [(0, False), (-1, True)])
def test_pairs_are_compared_up_to_the_limit(monkeypatch: pytest.MonkeyPatch, spare: int, stacked: bool) -> None:
    pairs = count_pairs(items())
    assert pairs == 12 * 11 // 2
    monkeypatch.setitem(efforts.LIMITS, "pairs", pairs + spare)
    ledger = Ledger()
    plan = plan_memory(items(), ledger=ledger)
    if stacked:
        words = "66 pairs of buffers that live together were not compared, the buffers stacked instead"
        assert ledger.cuts == {"pairs": (words, 2)}
        assert not ledger.spent
        assert sorted(plan.offsets) == [0, 16, 32, 44, 56, 68, 80, 88, 96, 104, 112, 116]
        assert plan.arena_bytes == 120 == sum(-(-item.size_bytes // 4) * 4 for item in items())
        assert plan.lower_bound_bytes == lower_bound(items())
    else:
        assert not ledger.cuts
        assert ledger.spent["pairs"] == [pairs]
    quick = Ledger()
    assert quick_plan(items(), ledger=quick) == plan.arena_bytes
    assert (quick.cuts, quick.spent.get("pairs")) == (ledger.cuts, ledger.spent.get("pairs"))


def levels(count: int) -> Program:
    """Skips around halves of the rate, each of which gains by being computed again."""
    rows, signals, nodes, sources = 64, [signal("x", 64, 1)], list[Node](), list[int]()
    at = 0

    def add(sources: tuple[int, ...], rows: int, *accesses: Access, repeat: int = 1) -> int:
        signals.append(signal(str(len(signals)), rows, 8))
        parameters = Repeat(repeat) if repeat > 1 else Copy(1, 1, 1)
        nodes.append(node("conv", sources, len(signals) - 1, parameters, *accesses, repeat=repeat))
        return len(signals) - 1

    for _ in range(count):
        at = add((at,), rows, Access(1, -1, 1, 0))
        sources.append(at)
        rows //= 2
        at = add((at,), rows, Access(2, 0, 1, 0))
    at = add((at,), rows, Access(1, -9, 9, 0))
    for source in reversed(sources):
        rows *= 2
        at = add((source, add((at,), rows, EACH, repeat=2)), rows, EACH, EACH)
    return Program(tuple(signals), tuple(nodes), (0,), (at,))


@pytest.mark.parametrize("room", [1, 2, 3])
def test_skips_are_computed_again_up_to_the_limit(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    program = levels(3)
    nodes = len(program.nodes)
    assert (nodes, len(find_skips(program))) == (13, 3)
    kept = [history_bytes(*timed_stream(program, None, count)) for count in range(4)]
    gaining = next((n for n in range(3) if kept[n + 1] >= kept[n]), 3)
    assert gaining == 3, kept
    for limit in (nodes * room, nodes * room + nodes - 1, 1 if room == 1 else nodes * room):
        monkeypatch.setitem(efforts.LIMITS, "skips", limit)
        ledger = Ledger()
        made = timed_stream(program, None, ledger=ledger)
        assert history_bytes(*made) == kept[room]
        assert ledger.spent["skips"] == [nodes] * room
        if room == 3:
            assert "skips" not in ledger.cuts
        else:
            words = f"{3 - room} of 3 skips were not computed again"
            assert ledger.cuts["skips"] == (words, -(-3 * nodes // limit))


def test_a_program_without_products_is_cheap_to_compute_again() -> None:
    assert macs_per_stride(levels(1)) == Fraction(0)


def together(count: int, size: int) -> list[Item]:
    return [Item(str(i), (Part(0, size, 0, 1),)) for i in range(count)]


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_what_never_meets_its_bound_is_changed_120_times_per_buffer(factor: int) -> None:
    """Three times 5 bytes end at 21, since the second and the third begin at multiples of 4: the bound is 15."""
    ledger = Ledger(Effort(factor))
    plan = plan_memory(together(3, 5), ledger=ledger)
    assert (plan.arena_bytes, plan.lower_bound_bytes) == (24, 15)
    assert ledger.spent["search"] == [120 * factor * 3 * (1 + 2 * 3)]
    assert not ledger.cuts


@pytest.mark.parametrize(("limit", "attempts"), [(21, 3), (20, 2), (1, 0)])
def test_a_search_of_fewer_attempts_than_buffers_is_cut_short(
    monkeypatch: pytest.MonkeyPatch, limit: int, attempts: int
) -> None:
    monkeypatch.setitem(efforts.LIMITS, "search", limit)
    ledger = Ledger()
    plan_memory(together(3, 5), ledger=ledger)
    assert ledger.spent["search"] == [7 * attempts]
    words = f"the search for offsets ended after {attempts} attempts for 3 buffers"
    assert ledger.cuts == ({} if attempts == 3 else {"search": (words, -(-21 // limit))})


def test_what_meets_its_bound_at_once_is_not_cut_short() -> None:
    ledger = Ledger()
    assert plan_memory(together(3, 8), ledger=ledger).arena_bytes == 24
    assert (ledger.spent["search"], ledger.cuts) == ([0], {})


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_search_for_lags_ends_with_the_first_round_that_moves_nothing(count: int) -> None:
    """In eight rounds 288 readers would be asked."""
    program, ledger = levels(count), Ledger()
    retime(program, stream_timing(program, total_stride(program)), {1, 2}, ledger)
    assert (ledger.spent, ledger.cuts) == ({"lags": [48]}, {})
