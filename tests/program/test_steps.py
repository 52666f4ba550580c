"""Buffers, views and clearances: where bytes lie."""

from __future__ import annotations

import pytest

from edgeunet.program.steps import ARENA, ENTER, INPUT, LEAVE, OUTPUT, Buffer, Clearance, Margin, Step, View


def test_a_buffer_is_its_data_between_the_rows_around_it() -> None:
    buffer = Buffer("b", ARENA, 10, 4, 3, 2, 0, 1, 100)
    assert buffer.data_offset_bytes == 112
    assert buffer.size_bytes == 60
    assert (buffer.persistent, buffer.lag_rows, buffer.store_bytes) == (False, 0, None)


def test_a_step_writes_the_rows_of_its_output() -> None:
    view = View(0, ARENA, 8, 4, 7, 3)
    step = Step("copy", "s", (view,), view, 5, None, ("RESHAPE",), 0, 0)
    assert step.rows == 7
    assert (step.input_strides, step.margins, step.epilogue) == ((), (), ())
    assert (step.first_group, step.signal, step.scratch) == (0, -1, None)
    assert Margin(view, -3, 1).first_index == 0


def test_a_row_of_a_view_has_the_bytes_of_its_values() -> None:
    assert View(0, ARENA, 0, 8, 2, 3).row_bytes == 3
    assert View(0, ARENA, 0, 8, 2, 3, 2).row_bytes == 6


def test_the_spaces_and_the_ways_in_and_out_are_told_apart() -> None:
    assert (ARENA, INPUT, OUTPUT) == ("arena", "input", "output")
    assert ENTER != LEAVE


@pytest.mark.parametrize(
    ("clearance", "by_bytes", "moved"),
    [
        (Clearance(5), 3, Clearance(8)),
        (Clearance(5), -5, Clearance(0)),
        (Clearance(5), -6, Clearance(0)),
        (Clearance(0), 0, Clearance(0)),
        (Clearance(5, 4), -6, Clearance(3, 4)),
        (Clearance(5, 4), -5, Clearance(0, 4)),
        (Clearance(5, 4), -4, Clearance(1, 4)),
        (Clearance(0, 7), -15, Clearance(6, 7)),
    ],
)
def test_a_clearance_between_views_that_start_elsewhere(clearance: Clearance, by_bytes: int, moved: Clearance) -> None:
    """The least distance that is one of those allowed, and not negative."""
    assert clearance.moved(by_bytes) == moved
    allowed = {clearance.least_bytes + by_bytes + k * clearance.period_bytes for k in range(50)}
    assert moved.least_bytes == min(at for at in allowed if at >= 0)
