"""Lines of ``--explain`` for schedules made by hand: what is counted, shown, and taken for what sets the memory."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from edgeunet.program.program import Constant
from edgeunet.program.steps import ARENA, INPUT, OUTPUT, Buffer, Step, View
from edgeunet.schedule.explain import _curve_lines, _plan_line, _signal_lines, _stream_peak, _window_peak
from edgeunet.schedule.schedule import Schedule
from edgeunet.schedule.timing import Timing
from tests.rigs.hand_made import signal

WINDOW = Timing(None, (8, 8), (0, 0), (0,))
STREAM = Timing(4, (4, 4), (0, 3), (3,), (Fraction(1), Fraction(1)), 2, 9)


def buffer(name: str, rows: int, pitch: int, first: int = 0, last: int = 0, **more: Any) -> Buffer:
    return Buffer(name, **{"space": ARENA, "before": 0, "after": 0, "offset_bytes": 0} | more, rows=rows,
                  pitch_bytes=pitch, first_step=first, last_step=last)  # fmt: skip


def history(name: str, rows: int, pitch: int, offset: int = 0) -> Buffer:
    return buffer(name, 4, pitch, before=rows, persistent=True, offset_bytes=offset)


def step(name: str, *inputs: View | Constant) -> Step:
    covers = ("PAD", "CONV_2D")
    return Step("conv", name, inputs, View(0, ARENA, 0, 1, 1, 1), 1, None, covers, 0, 0)  # type: ignore[arg-type]


def reading(index: int, found: Buffer, rows_before: int) -> View:
    """A view from ``rows_before`` rows before the new ones on."""
    start = found.data_offset_bytes - rows_before * found.pitch_bytes
    return View(index, ARENA, start, found.pitch_bytes, 4, found.pitch_bytes)


def schedule(
    buffers: tuple[Buffer, ...], steps: tuple[Step, ...] = (), timing: Timing = WINDOW, arena: int = 0, bound: int = 0
) -> Schedule:
    return Schedule("net", (signal("x"), signal("y")), timing, buffers, steps, (0,), (1,), arena, bound, 77)


@pytest.mark.parametrize(("arena", "bound", "over"), [(0, 0, "0.0"), (4, 1, "300.0"), (201, 200, "0.5"), (8, 8, "0.0")])
def test_how_far_the_plan_is_above_its_bound(arena: int, bound: int, over: str) -> None:
    line = f"arena {arena} bytes; lower bound (largest live set) {bound}; the plan is {over} % above it"
    assert _plan_line(schedule((), arena=arena, bound=bound)) == line


def test_the_peak_is_the_first_of_the_busiest_steps_the_largest_buffer_first() -> None:
    buffers = (
        buffer("a", 2, 3, 0, 1), buffer("b;more;words", 5, 2, 1, 2), buffer("c", 3, 2, 2, 2), buffer("d", 3, 2, 1, 1),
        buffer("caller", 999, 1, 0, 9, space=INPUT),
    )  # fmt: skip
    steps = (step("first"), step("second"), step("third"))
    assert _window_peak(schedule(buffers, steps)) == [
        "the peak is at step 1, layer 'second' (PAD+CONV_2D), when these are alive:",
        "        10 bytes  5 x 2  steps 1..2       b",
        "         6 bytes  2 x 3  steps 0..1       a",
        "         6 bytes  3 x 2  steps 1..1       d",
        "        22 bytes in all (the plan lets outputs run into inputs, so the arena may be smaller)",
        "knob: fewer channels at layer 'second', a shorter window, or --mode stream lower the peak",
    ]
    tied = (buffer("a", 5, 2, 0, 0), buffer("b", 5, 2, 1, 1), buffer("c", 1, 1, 2, 2))
    assert _window_peak(schedule(tied, steps))[0].startswith("the peak is at step 0, layer 'first'")


def test_only_a_buffer_that_waits_more_than_four_steps_is_named() -> None:
    steps = tuple(map(step, "abcdefgh"))
    peak = buffer("peak", 9, 9, 3, 3)
    for last, waits in ((4, False), (5, True)):
        long, longer_elsewhere = buffer("long;tail", 4, 3, 0, last), buffer("late", 1, 1, 6, 7)
        knob = _window_peak(schedule((peak, long, longer_elsewhere), steps))[-1]
        if waits:
            assert knob == (
                "knob: 'long' waits longest (12 bytes); fewer channels there, a shorter window, or --mode stream lower "
                "the peak"
            )
        else:
            assert knob == "knob: fewer channels at layer 'd', a shorter window, or --mode stream lower the peak"


def test_the_eight_longest_histories_are_shown_and_all_of_them_counted() -> None:
    kept = tuple(history(f"h{n};x", n, 2, 100 * n) for n in (3, 1, 9, 4, 5, 2, 8, 6, 7))
    other = (buffer("new rows only", 4, 50, before=3), buffer("padding", 4, 50))
    steps = (step("early;x", reading(2, kept[2], 4)), step("late;x", reading(2, kept[2], 9), reading(0, kept[0], 3)))
    lines = _stream_peak(schedule((*kept, *other), steps, STREAM))
    assert lines[:2] == [
        "hop 4 of any multiple of 2; look-ahead 3 output rows; receptive field 9 input rows; 77 MACs per hop",
        f"{2 * sum(range(1, 10))} bytes are history, most of it here:",
    ]
    assert lines[2:-1] == [f"  {2 * n:8d} bytes  {n} rows x 2  h{n}" for n in range(9, 1, -1)]
    assert lines[-1].startswith("knob: the skip from 'h9' sets the peak: 9 rows wait for layer 'late', behind the path")


def test_a_stream_without_history_has_no_knob() -> None:
    lines = _stream_peak(schedule((buffer("a", 4, 2, before=3),), (), STREAM))
    assert lines[1:] == ["0 bytes are history, most of it here:"]


def test_of_histories_it_is_bytes_that_count_and_the_rows_still_needed() -> None:
    """Many rows of one channel weigh less than few of many; a view may begin after the first row kept."""
    long, wide = history("long", 9, 1), history("wide", 5, 8, 40)
    made = schedule((long, wide), (step("reader", Constant(None), reading(0, long, 9), reading(1, wide, 2)),), STREAM)  # type: ignore[arg-type]
    assert _stream_peak(made)[2].endswith("wide")
    assert _stream_peak(made)[-1].startswith("knob: 'wide' sets the peak, no skip: 2 rows wait for layer 'reader'; ")


def test_a_skip_is_what_one_reader_needs_longer_than_the_others() -> None:
    found = history("found", 6, 2, 20)
    outside = View(-1, INPUT, 0, 2, 4, 2)
    for first, second, skip in ((6, 6, False), (6, 5, True), (5, 6, True)):
        steps = (step("one", outside, reading(0, found, first)), step("two", reading(0, found, second)))
        knob = _stream_peak(schedule((found,), steps, STREAM))[-1]
        assert ("the skip from 'found'" in knob) == skip
        assert f"6 rows wait for layer '{'two' if second > first else 'one'}'" in knob


def test_signals_with_a_place_of_their_own() -> None:
    buffers = (
        history("kept;x", 3, 5), buffer("new", 2, 7, before=9, lag_rows=11), buffer("scratch of conv", 4, 1),
        buffer("nothing", 0, 4), buffer("caller", 4, 1, space=OUTPUT), buffer("scratchy", 12, 1),
    )  # fmt: skip
    assert list(_signal_lines(schedule(buffers, (), STREAM))) == [
        "signal                              rate  row bytes     lag  history    bytes",
        "kept                                   1         5       0        3       15",
        "new                                  1/2         7      11        0        0",
        "scratchy                               3         1       0        0        0",
    ]


def test_bars_are_as_long_as_what_they_stand_for() -> None:
    """40 characters for the largest, one for the smallest, and a mark at the plan that is explained."""
    of_stream = schedule((), (), STREAM, arena=400)  # with counters, input and output 400 + 8 + 4 * 2 + 4 * 2 bytes
    title, *lines = _curve_lines([(2, 5), (4, 424), (8, 848)], 636, of_stream)
    assert title.startswith("RAM against the hop: state, input and output of a call")
    assert lines == [
        f"  hop      2         5 bytes  {'#'}",
        f"  hop      4       424 bytes  {'#' * 20} <- this one",
        f"  hop      8       848 bytes  {'#' * 40}",
        f"  window           636 bytes  {'#' * 30}",
    ]
    off = list(_curve_lines([(4, 425), (8, 424)], 424, of_stream))
    assert [line.endswith("<- this one") for line in off[1:]] == [False, False, False, True]
    assert off[-1].startswith("  hop      4       424 bytes")
    of_window = list(_curve_lines([(4, 40)], 48, schedule((), arena=16)))
    assert [line.endswith("<- this one") for line in of_window[1:]] == [False, True]
    assert len(of_window) == 3


def test_what_keeps_nothing_says_so() -> None:
    outside = (buffer("x", 8, 2, space=INPUT), buffer("y", 8, 2, space=OUTPUT))
    assert _window_peak(schedule(outside, (step("lone"),))) == [
        "nothing is kept between layers: each reads the caller's input and writes the caller's output"
    ]
