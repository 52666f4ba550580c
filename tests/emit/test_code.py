"""Comments above calls, and the expressions for where a signal begins and ends."""

from __future__ import annotations

from fractions import Fraction

import pytest

from edgeunet.emit.code import _describe
from edgeunet.emit.stream import begin_expression, end_expression
from edgeunet.program.steps import ARENA, Step, View
from edgeunet.schedule.schedule import Span


def step(name: str, covers: tuple[str, ...] = ("ADD",), macs: int = 0) -> Step:
    return Step("add", name, (), View(0, ARENA, 0, 4, 7, 3), 7, None, covers, macs, 0)


def test_no_name_of_a_layer_ends_the_comment_it_stands_in() -> None:
    assert _describe(step("a*/b*/")) == "a* /b* /: ADD -> 7 x 3"
    assert _describe(step("enc1", ("CONV_2D", "ADD"), 40)) == "enc1: CONV_2D+ADD -> 7 x 3, 40 MACs"


@pytest.mark.parametrize(
    ("span", "begin", "end"),
    [
        (Span(4, Fraction(1), 0), "-state->hops * 4", "state->left"),
        (Span(1, Fraction(1), 3), "-state->hops", "state->left + 3"),
        (Span(2, Fraction(1, 2), -5), "-state->hops * 2", "state->left / 2 - 5"),
        (Span(8, Fraction(2), -1), "-state->hops * 8", "state->left * 2 - 1"),
        (Span(6, Fraction(3, 2), 1), "-state->hops * 6", "state->left * 3 / 2 + 1"),
    ],
)
def test_where_a_signal_begins_and_ends(span: Span, begin: str, end: str) -> None:
    assert (begin_expression(span), end_expression(span)) == (begin, end)
