"""Lags of programs at random: valid, the output's as before, and none that could be moved alone to keep fewer bytes."""

from __future__ import annotations

from random import Random

import pytest

from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import EACH, Access, Node, Program
from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.retiming import history_bytes, retime
from edgeunet.schedule.timing import Timing, stream_timing, total_stride
from tests.rigs.hand_made import node, signal

ROWS = {1: 32, 2: 16}


def random_program(seed: int) -> Program:
    """Windows, pools and repeats at the full and at half the rate, and sums of what has one rate; one output."""
    numbers = Random(seed)
    signals, rates, nodes = [signal("x", 32, 2)], [1], list[Node]()

    def add(sources: tuple[int, ...], rate: int, *accesses: Access, repeat: int = 1) -> None:
        rates.append(rate)
        parameters = Repeat(repeat) if repeat > 1 else Copy(1, 1, 1)
        nodes.append(node("conv", sources, len(signals), parameters, *accesses, repeat=repeat))
        signals.append(signal(str(len(signals)), ROWS[rate], numbers.choice((1, 2, 8, 12))))

    def window() -> Access:
        return Access(1, -numbers.randrange(5), numbers.randrange(5), 0)

    for _ in range(numbers.randrange(4, 8)):
        source = numbers.randrange(max(0, len(signals) - 3), len(signals))
        others = [i for i, rate in enumerate(rates) if rate == rates[source] and i != source]
        if others and numbers.random() < 0.4:
            add((source, numbers.choice(others)), rates[source], window(), window())
        elif numbers.random() < 0.4:
            if rates[source] == 1:
                add((source,), 2, Access(2, -numbers.randrange(2), numbers.randrange(3), 0))
            else:
                add((source,), 1, EACH, repeat=2)
        else:
            add((source,), rates[source], window())
    read = {s for n in nodes for s in n.signals}
    loose = [i for i in range(1, len(signals)) if i not in read]
    for rate in (2, 1):  # what nobody reads is summed up: one output
        mine = [i for i in loose if rates[i] == rate]
        while len(mine) > 1:
            add((mine.pop(), mine.pop()), rate, EACH, window())
            mine.append(len(signals) - 1)
        if rate == 2 and mine and any(rates[i] == 1 for i in loose):
            add((mine[0],), 1, EACH, repeat=2)
            loose.append(len(signals) - 1)
    return Program(tuple(signals), tuple(nodes), (0,), (len(signals) - 1,))


def history(program: Program, lags: tuple[int, ...]) -> int | None:
    """Bytes of history at these lags, reader by reader; ``None`` where a node would run before what it reads."""
    total = 0
    for index, found in enumerate(program.signals):
        kept = 0
        for n in program.nodes:
            if lags[n.output] % n.repeat:
                return None
            group = lags[n.output] // n.repeat
            for operand, access in zip(n.operands, n.accesses, strict=True):
                if operand == index:
                    if 1 + lags[index] + access.last > (group + 1) * access.stride:
                        return None
                    kept = max(kept, group * access.stride - access.first - lags[index])
        total += kept * found.channels
    return total


def moved(program: Program, timing: Timing, signal: int, lag: int) -> int | None:
    return history(program, (*timing.lags[:signal], lag, *timing.lags[signal + 1 :]))


PROGRAMS = [random_program(seed) for seed in range(60)]


def test_no_lag_can_be_moved_alone_to_keep_fewer_bytes() -> None:
    gains = 0
    for seed, program in enumerate(PROGRAMS):
        early = stream_timing(program, 2 * total_stride(program))
        before = history(program, early.lags)
        made = retime(program, early)
        kept = history(program, made.lags)
        assert before is not None
        assert kept is not None, f"{seed}: a node runs before what it reads"
        assert (kept, before) == (history_bytes(program, made), history_bytes(program, early)), seed
        assert kept <= before, seed
        assert (made.lags[0], made.lags[-1]) == (0, early.lags[-1]), seed
        assert made.group_lags == tuple(made.lags[n.output] // n.repeat for n in program.nodes), seed
        for s in range(1, len(program.signals) - 1):
            others = [h for lag in range(early.lags[-1] + 2) if (h := moved(program, made, s, lag)) is not None]
            assert kept <= min(others, default=kept), (seed, s)
        gains += kept < before
    assert gains > 20


def test_a_start_with_some_signals_late_finds_no_worse() -> None:
    for program in PROGRAMS[:20]:
        early = stream_timing(program, total_stride(program))
        plain = history_bytes(program, retime(program, early))
        for late in ({1}, {1, 2, 3}):
            made = retime(program, early, late)
            assert history(program, made.lags) == history_bytes(program, made)
            assert made.lags[-1] == early.lags[-1]
            assert history_bytes(program, made) <= max(plain, history_bytes(program, early))


@pytest.mark.parametrize("limit", [0, 30, 90, 300])
def test_a_search_cut_short_leaves_lags_that_suit(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setitem(efforts.LIMITS, "lags", max(limit, 1))
    cut = 0
    for program in PROGRAMS:
        early = stream_timing(program, total_stride(program))
        ledger = Ledger()
        made = retime(program, early, {1, 2}, ledger)
        kept, before = history(program, made.lags), history(program, early.lags)
        assert kept is not None
        assert before is not None
        assert kept <= before
        assert made.lags[-1] == early.lags[-1]
        (asked,) = ledger.spent["lags"]
        assert asked <= max(limit, 1)
        if "lags" in ledger.cuts:
            cut += 1
            words, effort = ledger.cuts["lags"]
            number, rest = words.split(" of ")
            assert rest == f"{len(program.signals)} signals were not moved in time"
            assert 0 < int(number) < len(program.signals)
            full = Ledger(efforts.Effort(effort))
            retime(program, early, {1, 2}, full)
            assert not full.cuts
        else:
            free = Ledger(efforts.Effort(10**6))
            assert made.lags == retime(program, early, {1, 2}, free).lags
            assert free.spent == ledger.spent
    assert cut > 10


def test_the_same_readers_are_asked_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much a search looks at and leaves out, so that one effort gives one plan on any machine."""
    found = dict[int, list[tuple[int, int, int]]]()
    for limit in (90, 30, 1):
        monkeypatch.setitem(efforts.LIMITS, "lags", limit)
        for number in (0, 3, 5, 7):
            ledger = Ledger()
            retime(PROGRAMS[number], stream_timing(PROGRAMS[number], total_stride(PROGRAMS[number])), {1, 2}, ledger)
            words, effort = ledger.cuts["lags"]
            found.setdefault(limit, []).append((*ledger.spent["lags"], int(words.split()[0]), effort))
    assert found == {
        90: [(52, 1, 78), (72, 1, 51), (84, 1, 77), (78, 2, 59)],
        30: [(16, 2, 232), (0, 2, 152), (0, 1, 231), (0, 2, 176)],
        1: [(0, 2, 6960), (0, 2, 4560), (0, 1, 6912), (0, 2, 5280)],
    }
