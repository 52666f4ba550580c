"""Which limits of waiting rooms are tried, and which steps keep their overlaps."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

import pytest

from edgeunet.program.steps import ARENA, OUTPUT, Buffer, Step, View
from edgeunet.schedule.schedule import Schedule, Span
from edgeunet.schedule.sparing import build_sparing, live_apart
from edgeunet.schedule.staging import LIMITS_BYTES, stagings
from edgeunet.schedule.timing import Timing
from tests.rigs.hand_made import signal

STREAM = Timing(4, (4, 4), (0, 3), (3,), (Fraction(1), Fraction(1)), 4)


@pytest.mark.parametrize(
    ("histories", "limits"),
    [
        ([], ()),
        ([1], (32,)),
        ([32], (32,)),
        ([33], (64,)),
        ([0], ()),
        ([10, 20, 64, 65, 1024, 1025], (32, 64, 96, 1024)),
        ([100, 200, 300, 400, 600], (128, 256, 384, 512, 1024)),
        ([192, 192], (192,)),
    ],
)
def test_limits_that_let_another_history_wait(histories: list[int], limits: tuple[int, ...]) -> None:
    assert stagings(histories, STREAM) == limits
    assert {*limits} <= {*LIMITS_BYTES}
    assert stagings(histories, STREAM, {"waiting_room"}) == ()
    assert stagings(histories, replace(STREAM, hop=None)) == ()


def buffer(size: int, first: int, last: int, space: str = ARENA, **more: object) -> Buffer:
    return Buffer("b", space, size, 1, 0, 0, first, last, 0, **more)  # type: ignore[arg-type]


def schedule(buffers: list[Buffer], nodes: tuple[int, ...], bound: int) -> Schedule:
    view = View(0, ARENA, 0, 1, 1, 1)
    steps = tuple(Step("copy", str(n), (), view, 1, None, ("COPY",), 0, n) for n in nodes)
    signals = (signal("x", 32), signal("y", 35))
    return Schedule("net", signals, STREAM, tuple(buffers), steps, (0,), (1,), 0, bound, 0)


def test_bytes_alive_if_no_buffer_shared_any() -> None:
    made = schedule([buffer(5, 0, 1), buffer(7, 1, 2), buffer(100, 0, 2, OUTPUT), buffer(11, 2, 2)], (4, 5, 6), 0)
    assert live_apart(made) == [5, 12, 18]


def test_only_steps_that_would_not_fit_keep_their_overlaps() -> None:
    rough = schedule([buffer(5, 0, 1), buffer(7, 1, 2), buffer(11, 2, 2)], (4, 5, 6), 12)
    asked: list[tuple[bool, Collection[int] | None]] = []

    def build(*, search: bool = True, overlapping: Collection[int] | None = None) -> Schedule:
        asked.append((search, overlapping))
        return rough

    assert build_sparing(build) is rough
    assert asked == [(False, None), (True, {6})]


def test_where_a_signal_begins_and_ends() -> None:
    made = schedule([], (), 0)
    assert made.span(0) == Span(4, Fraction(1), 0)
    assert made.span(1) == Span(4, Fraction(1), 3)
    half = replace(made, timing=replace(STREAM, rates=(Fraction(1), Fraction(1, 2)), rows=(4, 2)))
    assert half.span(1) == Span(2, Fraction(1, 2), 35 - 16)
    assert made.lookahead_rows == 3


@pytest.mark.parametrize(
    ("before", "rows", "lag", "hops"),
    [(0, 4, 0, 1), (1, 4, 0, 2), (4, 4, 0, 2), (5, 4, 0, 3), (3, 4, 1, 2), (3, 4, 2, 3), (0, 4, 9, 4), (3, 0, 0, 4)],
)
def test_hops_until_nothing_is_from_before_the_beginning(before: int, rows: int, lag: int, hops: int) -> None:
    other = buffer(1, 0, 0)
    made = schedule([other, Buffer("b", ARENA, rows, 1, before, 0, 0, 0, 0, True, lag)], (), 0)
    assert made.settling_hops == hops
