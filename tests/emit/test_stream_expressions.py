"""The expressions for where a signal begins and ends."""

from __future__ import annotations

from fractions import Fraction

import pytest

from edgeunet.emit.stream import begin_expression, end_expression
from edgeunet.schedule.schedule import Span


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
    assert (str(begin_expression(span)), str(end_expression(span))) == (begin, end)
