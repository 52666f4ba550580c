"""Lags that keep least history, against all lags there are; and skips computed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from edgeunet.errors import CompileError
from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import EACH, Access, Constant, Node, Program
from edgeunet.schedule.recompute import (
    CHEAP,
    find_skips,
    macs_per_stride,
    recompute_skips,
    timed_stream,
)
from edgeunet.schedule.retiming import history_bytes, retime
from edgeunet.schedule.timing import Timing, stream_timing, total_stride
from tests.rigs.hand_made import node, signal


def step(sources: tuple[int, ...], output: int, *accesses: Access, repeat: int = 1, macs: int = 0) -> Node:
    parameters = Repeat(repeat) if repeat > 1 else Copy(1, 1, 1)
    return node("conv", sources, output, parameters, *accesses, repeat=repeat, macs=macs)


def window(taps: int, stride: int = 1) -> Access:
    return Access(stride, -(taps // 2), taps // 2, 0)


def bypass(channels: tuple[int, ...] = (1, 12, 4, 12, 3)) -> Program:
    """x -> a (a projection); x -> b by 9 taps; b -> c by 5; a + c -> y."""
    signals = tuple(signal(name, 32, n) for name, n in zip("xabcy", channels, strict=True))
    nodes = (
        step((0,), 1, macs=32 * 12), step((0,), 2, window(9), macs=32 * 40), step((2,), 3, window(5), macs=32 * 300),
        step((1, 3), 4, EACH, EACH, macs=32 * 40),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (4,))


def level(channels: tuple[int, ...] = (1, 8, 8, 6, 6, 8, 2)) -> Program:
    """x -> a; a -> b at half the rate; b -> c; c -> d; d repeated -> u; a + u -> y."""
    rows = (32, 32, 16, 16, 16, 32, 32)
    signals = tuple(signal(name, n, c) for name, n, c in zip("xabcduy", rows, channels, strict=True))
    nodes = (
        step((0,), 1, window(3)), step((1,), 2, Access(2, 0, 1, 0)), step((2,), 3, window(5)),
        step((3,), 4, window(3)), step((4,), 5, repeat=2), step((1, 5), 6, window(3), EACH),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (6,))


def history(program: Program, lags: tuple[int, ...]) -> int | None:
    """Bytes of history at these lags, signal by signal; ``None`` where a node would run before what it reads."""
    total = 0
    for index, found in enumerate(program.signals):
        kept = 0
        for n in program.nodes:
            for operand, access in zip(n.operands, n.accesses, strict=True):
                if operand == index:
                    if lags[n.output] % n.repeat:
                        return None
                    group = lags[n.output] // n.repeat
                    # after a hop the newest group reads up to row -group * stride - 1 + stride ... of the operand
                    if (1 + lags[index] + access.last) > (group + 1) * access.stride:
                        return None
                    kept = max(kept, group * access.stride - access.first - lags[index])
        total += kept * found.channels
    return total


def all_lags(program: Program, output_lag: int, most: int) -> Iterator[tuple[int, ...]]:
    inner = len(program.signals) - 2
    for middle in product(range(most + 1), repeat=inner):
        yield (0, *middle, output_lag)


@pytest.mark.parametrize("channels", [(1, 12, 4, 12, 3), (9, 1, 4, 12, 3), (3, 3, 3, 3, 3), (1, 1, 9, 2, 1)])
def test_no_lags_keep_less_history(channels: tuple[int, ...]) -> None:
    program = bypass(channels)
    early = stream_timing(program, 1)
    made = retime(program, early)
    assert made.lags[4] == early.lags[4] == 6
    found = history(program, made.lags)
    assert found == history_bytes(program, made)
    assert found == min(h for lags in all_lags(program, 6, 7) if (h := history(program, lags)) is not None)
    assert history(program, early.lags) == history_bytes(program, early)


def test_no_lags_keep_less_history_across_rates() -> None:
    program = level()
    early = stream_timing(program, 2)
    made = retime(program, early)
    assert made.lags[6] == early.lags[6]
    assert history(program, early.lags) == history_bytes(program, early)
    assert history(program, made.lags) == history_bytes(program, made) <= history_bytes(program, early)
    for n, group_lag in zip(program.nodes, made.group_lags, strict=True):
        assert group_lag == made.lags[n.output] // n.repeat
        assert made.lags[n.output] % n.repeat == 0
    best = min(
        h
        for a, b, c, d, u in product(range(14), range(7), range(7), range(7), range(0, 14, 2))
        if (h := history(program, (0, a, b, c, d, u, made.lags[6]))) is not None
    )
    assert history_bytes(program, made) == best


def test_signals_that_are_to_be_late_are() -> None:
    """Where it makes no difference to the bytes, the search keeps what it was first given."""
    program = bypass((1, 1, 1, 1, 1))
    early = stream_timing(program, 1)
    assert retime(program, early).lags[0] == 0
    assert history_bytes(program, retime(program, early, (1,))) == history_bytes(program, retime(program, early))


def test_the_skip_that_waits() -> None:
    """``a`` of the level is read at once by ``b`` and late by ``y``."""
    program = level()
    timing = stream_timing(program, 2)
    rows = [max(0, -timing.first_row(program, number, position)) for number, position in ((1, 0), (5, 0))]
    (skip,) = find_skips(program)
    assert (skip.signal, skip.reader, skip.waiting_bytes) == (1, 5, (rows[1] - rows[0]) * 8)
    assert not find_skips(bypass())  # every signal has one reader but the input


def test_a_skip_computed_again_just_before_it_is_read() -> None:
    program = level()
    assert recompute_skips(program, 0).nodes == program.nodes or len(recompute_skips(program, 0).nodes) == 6
    made = recompute_skips(program, 1)
    assert [n.output for n in made.nodes] == [1, 2, 3, 4, 5, 7, 6]
    again = made.nodes[5]
    assert (again.name, again.operands, made.signals[7].name) == ("conv1/again", (0,), "a/again")
    assert made.nodes[6].operands == (7, 5)
    assert made.nodes[1].operands == (1,)
    with pytest.raises(CompileError, match=r"--recompute 2 asks for more skips than the network has, 1; use .* 0 to 1"):
        recompute_skips(program, 2)


def two_levels() -> Program:
    """Skips ``a`` at the full rate and ``c`` at half of it, whose copies share the node that makes ``a``."""
    rows = (64, 64, 32, 32, 16, 16, 32, 32, 64, 64)
    channels = (1, 8, 8, 6, 6, 6, 6, 6, 8, 2)
    signals = tuple(signal(name, n, c) for name, n, c in zip("xabcdeuvwy", rows, channels, strict=True))
    nodes = (
        step((0,), 1, window(3), macs=64 * 2), step((1,), 2, Access(2, 0, 1, 0)), step((2,), 3, window(3), macs=32 * 5),
        step((3,), 4, Access(2, 0, 1, 0)), step((4,), 5, window(9), macs=16 * 900), step((5,), 6, repeat=2),
        step((3, 6), 7, EACH, EACH), step((7,), 8, repeat=2), step((1, 8), 9, EACH, EACH),
    )  # fmt: skip
    return Program(signals, nodes, (0,), (9,))


def test_skips_share_the_nodes_that_are_computed_again_for_both() -> None:
    program = two_levels()
    assert [(s.signal, s.reader) for s in find_skips(program)] == [(1, 8), (3, 6)]
    waiting = [s.waiting_bytes for s in find_skips(program)]
    assert waiting == sorted(waiting, reverse=True)
    made = recompute_skips(program, 2)
    names = [n.name for n in made.nodes]
    assert names == ["conv1", "conv2", "conv3", "conv4", "conv5", "conv6", "conv1/again", "conv2/again", "conv3/again",
                     "conv7", "conv8", "conv9"]  # fmt: skip
    assert made.nodes[9].operands == (made.nodes[8].output, 6)
    assert made.nodes[11].operands == (made.nodes[6].output, 8)
    assert [n.name for n in recompute_skips(program, 1).nodes][-2:] == ["conv1/again", "conv9"]


def test_products_per_input_row() -> None:
    assert macs_per_stride(bypass()) == 12 + 40 + 300 + 40
    assert macs_per_stride(two_levels()) == Fraction(64 * 2 + 32 * 5 + 16 * 900, 64)


def kept(made: tuple[Program, Timing]) -> int:
    return history_bytes(*made)


def test_by_default_the_smallest_hop_computes_cheap_skips_again() -> None:
    program = two_levels()
    stride = total_stride(program)
    made, timing = timed_stream(program, None)
    assert (stride, timing.hop) == (4, 4)
    counts = [timed_stream(program, stride, count) for count in range(3)]
    assert kept(counts[0]) > kept(counts[1])
    assert len(made.nodes) > len(program.nodes)
    assert kept((made, timing)) == min(kept(found) for found in counts)
    assert len(timed_stream(program, 8)[0].nodes) == len(program.nodes)
    assert len(timed_stream(program, None, without={"recompute"})[0].nodes) == len(program.nodes)
    assert timed_stream(program, 8, 1)[1].hop == 8
    assert len(timed_stream(program, 8, 1)[0].nodes) == len(program.nodes) + 1


@pytest.mark.parametrize("more", [0, 1])
def test_cheap_is_a_20th_of_all_products(more: int) -> None:
    """With 20 times the skip's products in all the others it is computed again, with one less it is not."""
    program = two_levels()
    nodes = list(program.nodes)
    nodes = [replace(n, macs=0) for n in nodes]
    nodes[0] = replace(nodes[0], macs=10)
    nodes[4] = replace(nodes[4], macs=10 * CHEAP - 10 - more)
    made, _ = timed_stream(replace(program, nodes=tuple(nodes)), None)
    assert (len(made.nodes) > len(nodes)) == (more == 0)
    assert CHEAP == 20


def test_without_retiming_every_node_runs_as_soon_as_it_can() -> None:
    program = bypass()
    assert timed_stream(program, 1, without={"retiming"})[1] == stream_timing(program, 1)
    assert timed_stream(program, 1)[1].lags == retime(program, stream_timing(program, 1)).lags


def test_a_constant_has_no_lag() -> None:
    program = bypass()
    nodes = list(program.nodes)
    nodes[3] = replace(nodes[3], operands=(Constant(None), 3))  # type: ignore[arg-type]
    made = Program(program.signals, (*nodes[1:],), (0,), (4,))
    assert retime(made, stream_timing(made, 1)).lags[4] == 6
    assert not find_skips(made)
