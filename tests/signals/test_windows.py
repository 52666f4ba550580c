"""Records cut into windows: nothing lost, nothing invented, one record in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN, Record, streams, windows
from edgeunet.signals.record import Labels, Signal
from edgeunet.signals.windows import joint_labels, window_starts


def ramp(samples: int, leads: int = 1, name: str = "r") -> Record:
    """Each sample is its own index (plus 1000 per lead), each label that index modulo 4."""
    signal = np.arange(samples, dtype=np.float32)[:, None] + 1000 * np.arange(leads, dtype=np.float32)
    return Record(
        name=name,
        patient=name,
        sample_rate_hz=100.0,
        leads=tuple(f"l{i}" for i in range(leads)),
        signal=signal,
        waves=((),) * leads,
        annotated=((0, samples),) * leads,
        labels=np.tile((np.arange(samples) % 4).astype(np.int8)[:, None], (1, leads)),
    )


@given(st.integers(1, 500), st.integers(1, 80), st.integers(1, 120))
def test_windows_reach_every_sample_when_they_overlap_or_touch(samples: int, window: int, hop: int) -> None:
    hop = min(hop, window)
    seen: set[int] = set()
    for x, y in windows([ramp(samples)], window, hop):
        assert x.shape == (window, 1)
        assert y.shape == (window,)
        known = y != UNKNOWN
        np.testing.assert_array_equal(x[known, 0] % 4, y[known])
        np.testing.assert_array_equal(np.diff(x[known, 0]), 1)
        seen |= set(x[known, 0].astype(int).tolist())
    assert seen == set(range(samples))


def test_a_short_record_is_continued_by_its_last_value_with_unknown_labels() -> None:
    ((x, y),) = windows([ramp(5)], 8, 4)
    np.testing.assert_array_equal(x[:, 0], [0, 1, 2, 3, 4, 4, 4, 4])
    np.testing.assert_array_equal(y, [0, 1, 2, 3, 0, -1, -1, -1])


def test_window_starts_end_with_the_record() -> None:
    assert window_starts(10, 4, 3) == [0, 3, 6]
    assert window_starts(11, 4, 3) == [0, 3, 6, 7]
    assert window_starts(11, 4, 3, first=2) == [2, 5, 7]
    assert window_starts(3, 4, 3, first=2) == [0]


def test_leads_one_by_one_or_all_together() -> None:
    record = ramp(8, leads=2)
    each = list(windows([record], 8, 8))
    assert [x[0, 0] for x, _ in each] == [0, 1000]
    ((x, y),) = windows([record], 8, 8, channels="all")
    assert x.shape == (8, 2)
    np.testing.assert_array_equal(y, np.arange(8) % 4)
    assert [stream.signal.shape for stream in streams(record)] == [(8, 1), (8, 1)]


def test_joint_labels_are_what_most_leads_say_and_unknown_where_they_tie() -> None:
    record = ramp(6, leads=3)
    record.labels[:] = [[1, 1, 2], [1, 2, 3], [-1, -1, 2], [-1, -1, -1], [0, 0, 3], [-1, 1, 2]]
    np.testing.assert_array_equal(joint_labels(record), [1, -1, 2, -1, 0, -1])


def test_windows_without_known_labels_are_left_out() -> None:
    record = ramp(30)
    record.labels[:20] = UNKNOWN
    assert [int(x[0, 0]) for x, _ in windows([record], 10, 10)] == [20]
    assert [int(x[0, 0]) for x, _ in windows([record], 10, 5, min_known=6)] == [20]
    assert [int(x[0, 0]) for x, _ in windows([record], 10, 10, min_known=0)] == [0, 10, 20]


def test_a_generator_moves_the_first_window_and_stays_reproducible() -> None:
    def firsts(seed: int) -> list[int]:
        made = windows([ramp(200)], 20, 20, rng=np.random.default_rng(seed))
        return [int(x[0, 0]) for x, _ in made]

    assert firsts(1) == firsts(1)
    assert len({firsts(seed)[0] for seed in range(20)}) > 5
    assert all(firsts(seed)[-1] == 180 for seed in range(5))


def test_augmentation_comes_before_normalization() -> None:
    def shift(x: Signal, y: Labels, rate_hz: float, rng: np.random.Generator) -> tuple[Signal, Labels]:
        assert rate_hz == 100.0
        return x + 100, y

    for x, _ in windows([ramp(40)], 20, 20, augment=shift, normalization="zscore"):
        assert abs(float(x.mean())) < 1e-5
        assert float(x.std()) == pytest.approx(1.0)


def test_records_are_read_one_at_a_time() -> None:
    read: list[str] = []

    def records() -> Iterator[Record]:
        for name in ("a", "b", "c"):
            read.append(name)
            yield ramp(20, name=name)

    made = windows(records(), 10, 10)
    next(made)
    assert read == ["a"]
    next(made), next(made)
    assert read == ["a", "b"]


@pytest.mark.parametrize(("window", "hop"), [(0, 1), (1, 0), (-3, 5)])
def test_impossible_windows_are_refused(window: int, hop: int) -> None:
    with pytest.raises(SignalError, match="both must be at least 1"):
        next(windows([ramp(9)], window, hop))


def test_unknown_names_are_refused_with_those_there_are() -> None:
    with pytest.raises(SignalError, match="normalization 'minmax' is unknown; choose one of none"):
        next(windows([ramp(9)], 3, 3, normalization="minmax"))
    with pytest.raises(SignalError, match="channels 'some': choose each or all"):
        next(windows([ramp(9)], 3, 3, channels="some"))
