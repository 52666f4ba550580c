"""Waves from class sequences: merging, cleaning, and painting them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN, Record, Wave, labels_to_waves, paint_labels


def spans(labels: str, **options: object) -> list[tuple[str, int, int]]:
    """Waves of a string of labels at 1000 Hz, where a sample is a millisecond; ``.`` is background."""
    values = np.array([0 if c == "." else int(c) for c in labels], np.int8)
    waves = labels_to_waves(values, 1000.0, **options)  # type: ignore[arg-type]
    return [(wave.kind, wave.onset, wave.offset) for wave in waves]


def test_each_run_is_a_wave_with_its_last_sample_included() -> None:
    assert spans("..11.2233") == [("P", 2, 3), ("QRS", 5, 6), ("T", 7, 8)]
    assert spans("1") == [("P", 0, 0)]
    assert spans("....") == spans("") == []


def test_runs_of_one_class_merge_over_short_background() -> None:
    assert spans("11..11", merge_ms=2) == [("P", 0, 5)]
    assert spans("11...11", merge_ms=2) == [("P", 0, 1), ("P", 5, 6)]
    assert spans("11.2.11", merge_ms=9) == [("P", 0, 1), ("QRS", 3, 3), ("P", 5, 6)]


def test_short_waves_go_after_merging() -> None:
    assert spans("11..222", min_ms=3) == [("QRS", 4, 6)]
    assert spans("1.1.1", min_ms=4, merge_ms=1) == [("P", 0, 4)]


def test_durations_may_differ_by_class() -> None:
    assert spans("1.22.333", min_ms={"T": 4, "P": 1}) == [("P", 0, 0), ("QRS", 2, 3)]
    assert spans("1.1.2.2", merge_ms={"QRS": 1}) == [("P", 0, 0), ("P", 2, 2), ("QRS", 4, 6)]


def test_unknown_counts_as_background() -> None:
    waves = labels_to_waves(np.array([-1, 2, 2, -1]), 100.0)
    assert waves == (Wave("QRS", 1, None, 2),)


@given(st.lists(st.integers(0, 3), max_size=60))
def test_painting_the_waves_gives_the_labels_back(values: list[int]) -> None:
    labels = np.array(values, np.int8)
    waves = labels_to_waves(labels, 250.0)
    np.testing.assert_array_equal(paint_labels(len(labels), waves, (0, len(labels))), labels)


def test_unmarked_ends_leave_the_way_to_the_neighbour_unknown() -> None:
    waves = [Wave("P", 2, 3, 4), Wave("T", 7, 7, 8, onset_marked=False), Wave("QRS", 11, 11, 11, offset_marked=False)]
    labels = paint_labels(15, waves, (1, 14))
    np.testing.assert_array_equal(labels, [-1, 0, 1, 1, 1, -1, -1, 3, 3, 0, 0, 2, -1, -1, -1])


def test_overlapping_waves_share_what_is_common() -> None:
    labels = paint_labels(10, [Wave("P", 0, None, 5), Wave("QRS", 4, None, 9)], (0, 10))
    np.testing.assert_array_equal(labels, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2])


def test_unknown_ranges_lie_under_the_waves() -> None:
    labels = paint_labels(8, [Wave("P", 2, None, 3)], (0, 8), unknown=[(1, 5)])
    np.testing.assert_array_equal(labels, [0, -1, 1, 1, -1, 0, 0, 0])
    assert (paint_labels(4, [], None) == UNKNOWN).all()


def test_a_record_checks_its_shapes_and_knows_its_leads() -> None:
    signal, labels = np.zeros((5, 2), np.float32), np.zeros((5, 2), np.int8)
    record = Record("r", "p", 100.0, ("I", "V1"), signal, ((), ()), (None, None), labels)
    assert record.pick(["v1"]).leads == ("V1",)
    assert not record.has_p
    with pytest.raises(SignalError, match="no lead 'x'; it has I, V1"):
        record.lead_index("x")
    with pytest.raises(SignalError, match="no class 'U'"):
        record.has("U")
    with pytest.raises(SignalError, match=r"must both be \(time, 1 leads\)"):
        Record("r", "p", 100.0, ("I",), signal, ((),), (None,), labels)
