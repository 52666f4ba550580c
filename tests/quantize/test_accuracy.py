"""What counts as a loss of accuracy."""

from __future__ import annotations

import pytest

from edgeunet.quantize.accuracy import drops, worst_drop


def document(p: float | None, macro: float) -> dict[str, object]:
    return {
        "boundaries": {"P": {"onset": {"f1": p, "se": 0.1}}, "T": {"onset": {"f1": 0.9}}},
        "strict": {"boundaries": {"P": {"onset": {"f1": 0.0}}}},
        "samples": {"classes": {"P": {"f1": macro}}},
    }


def test_boundaries_count_and_samples_do_not() -> None:
    changes = drops(document(0.95, 0.9), document(0.93, 0.1))
    assert [(change.label, round(change.points, 6)) for change in changes] == [("P onset", 2.0), ("T onset", 0.0)]
    worst = worst_drop(changes)
    assert worst is not None
    assert worst.label == "P onset"


def test_without_waves_the_samples_count() -> None:
    before, after = ({"samples": {"classes": {"on": {"f1": f1}}}} for f1 in (0.9, 0.8))
    (only,) = drops(before, after)
    assert only.points == pytest.approx(10)


def test_a_figure_that_could_not_be_taken_is_left_out() -> None:
    assert [change.label for change in drops(document(None, 0.9), document(0.9, 0.9))] == ["T onset"]
    assert worst_drop([]) is None
