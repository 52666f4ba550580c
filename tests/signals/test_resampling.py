"""Resampling: against scipy, against aliasing, and the laws of moved waves."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN, Record, Wave, paint_labels, resample
from edgeunet.signals.resampling import move_wave, resample_labels, resample_signal, resampled_length

RATES = st.sampled_from([100.0, 128.0, 250.0, 257.0, 360.0, 500.0, 1000.0])


def record_of(waves: tuple[Wave, ...], samples: int, rate_hz: float, span: tuple[int, int] | None = None) -> Record:
    span = span or (0, samples)
    return Record(
        name="r",
        patient="r",
        sample_rate_hz=rate_hz,
        leads=("i",),
        signal=np.zeros((samples, 1), np.float32),
        waves=(waves,),
        annotated=(span,),
        labels=paint_labels(samples, waves, span)[:, None],
    )


@st.composite
def annotated_records(draw: st.DrawFn) -> Record:
    gaps = draw(st.lists(st.integers(0, 60), min_size=1, max_size=12))
    at, waves = draw(st.integers(0, 50)), []
    start = at
    for gap in gaps:
        onset = at + gap
        offset = onset + draw(st.integers(0, 80))
        peak = draw(st.none() | st.integers(onset, offset))
        waves.append(Wave(draw(st.sampled_from(["P", "QRS", "T"])), onset, peak, offset))
        at = offset + 1
    return record_of(tuple(waves), at + draw(st.integers(1, 50)), draw(RATES), (start + gaps[0], at))


@given(annotated_records(), RATES)
def test_waves_keep_their_time_to_half_a_new_sample(record: Record, rate_hz: float) -> None:
    moved = resample(record, rate_hz)
    assert moved.samples == len(moved.labels) == resampled_length(record.samples, _ratio(record, rate_hz))
    half_s, waves = 0.5 / rate_hz + 1e-9, record.waves[0]
    for index, (before, after) in enumerate(zip(waves, moved.waves[0], strict=True)):
        assert after.kind == before.kind
        assert abs(after.onset / rate_hz - before.onset / record.sample_rate_hz) <= half_s
        touching = index + 1 < len(waves) and waves[index + 1].onset == before.offset + 1
        slack_s = 1 / record.sample_rate_hz + 1 / rate_hz if touching else 0.0
        assert abs(after.offset / rate_hz - before.offset / record.sample_rate_hz) <= half_s + slack_s
        assert (after.peak is None) == (before.peak is None)


@given(annotated_records(), RATES)
def test_labels_agree_with_the_moved_waves_and_the_moved_range(record: Record, rate_hz: float) -> None:
    moved = resample(record, rate_hz)
    assert moved.annotated[0] is not None
    np.testing.assert_array_equal(moved.labels[:, 0], paint_labels(moved.samples, moved.waves[0], moved.annotated[0]))


@given(annotated_records(), st.sampled_from([2, 3, Fraction(3, 2), Fraction(25, 18), 4]))
def test_up_and_back_down_changes_nothing(record: Record, factor: Fraction) -> None:
    there = resample(record, float(record.sample_rate_hz * factor))
    back = resample(there, record.sample_rate_hz)
    assert back.waves == record.waves
    assert back.annotated == record.annotated
    np.testing.assert_array_equal(back.labels[: record.samples], record.labels)


@given(annotated_records())
def test_down_and_back_up_moves_no_boundary_far(record: Record) -> None:
    back = resample(resample(record, record.sample_rate_hz / 2), record.sample_rate_hz)
    for before, after in zip(record.waves[0], back.waves[0], strict=True):
        assert abs(after.onset - before.onset) <= 1
        assert abs(after.offset - before.offset) <= 2  # two where waves came to touch at the lower rate


@given(st.lists(st.tuples(st.sampled_from(["P", "QRS", "T"]), st.integers(3, 20)), min_size=1, max_size=8), RATES)
def test_waves_that_touch_still_touch(runs: list[tuple[str, int]], rate_hz: float) -> None:
    at, waves = 10, []
    for kind, length in runs:
        waves.append(Wave(kind, at, None, at + length - 1))
        at += length
    moved = resample(record_of(tuple(waves), at + 10, 250), rate_hz)
    assert all(a.offset + 1 == b.onset for a, b in pairwise(moved.waves[0]))
    inside = moved.labels[moved.waves[0][0].onset : moved.waves[0][-1].offset + 1]
    assert (inside > 0).all()


def test_unknown_gaps_and_unmarked_ends_move_along() -> None:
    waves = (Wave("QRS", 100, 110, 120), Wave("T", 200, 200, 240, onset_marked=False), Wave("P", 400, 410, 420))
    record = record_of(waves, 500, 500, (100, 421))
    record.labels[300:350] = UNKNOWN
    moved = resample(record, 250)
    labels = moved.labels[:, 0]
    assert (labels[61:100] == UNKNOWN).all()
    assert (labels[100:121] == 3).all()
    assert (labels[150:175] == UNKNOWN).all()
    assert labels[149] == labels[175] == 0
    assert not moved.waves[0][1].onset_marked


@given(st.integers(1, 12), st.integers(1, 12), st.integers(30, 300), st.integers(0, 1000))
def test_signals_equal_those_of_scipy_away_from_the_ends(up: int, down: int, samples: int, seed: int) -> None:
    signal = pytest.importorskip("scipy.signal")
    x = np.random.default_rng(seed).normal(size=(samples, 2)).astype(np.float32)
    ratio = Fraction(up, down)
    mine = resample_signal(x, ratio)
    if ratio == 1:
        np.testing.assert_array_equal(mine, x)
        return
    theirs = signal.resample_poly(x.astype(np.float64), ratio.numerator, ratio.denominator, axis=0)
    assert mine.shape == theirs.shape
    edge = -(-10 * max(ratio.numerator, ratio.denominator) // ratio.denominator) + 1
    inner = slice(edge, len(mine) - edge)
    # scipy leaves each phase's gain as the window makes it (within a few thousandths of 1); ours is exactly 1.
    np.testing.assert_allclose(mine[inner], theirs[inner], atol=0.02)


def test_a_constant_stays_constant_to_the_last_sample() -> None:
    for ratio in (Fraction(1, 2), Fraction(25, 36), Fraction(18, 25), Fraction(7, 3)):
        flat = resample_signal(np.full((123, 1), 2.5, np.float32), ratio)
        np.testing.assert_allclose(flat, 2.5, rtol=1e-6)


def test_what_the_new_rate_cannot_hold_is_removed_and_the_rest_kept() -> None:
    time_s = np.arange(5000) / 500
    for frequency, gain in ((10, 1.0), (40, 1.0), (90, 1.0), (160, 0.0), (200, 0.0), (240, 0.0)):
        x = np.sin(2 * np.pi * frequency * time_s).astype(np.float32)[:, None]
        y = resample_signal(x, Fraction(1, 2))[200:-200]
        assert np.sqrt(2 * np.mean(y**2)) == pytest.approx(gain, abs=0.01), frequency


def test_nothing_moves_in_time() -> None:
    x = np.exp(-0.5 * ((np.arange(1000) - 400) / 12.0) ** 2).astype(np.float32)[:, None]
    assert int(resample_signal(x, Fraction(1, 2)).argmax()) == 200
    assert int(resample_signal(x, Fraction(3, 1)).argmax()) == 1200


def test_labels_alone_take_the_nearest_old_sample() -> None:
    labels = np.array([0, 0, 1, 1, -1, -1], np.int8)
    np.testing.assert_array_equal(resample_labels(labels, Fraction(1, 2)), [0, 1, -1])
    np.testing.assert_array_equal(
        resample_labels(labels, Fraction(2, 1)), np.array([0, 0, 0, 1, 1, 1, 1, -1, -1, -1, -1, -1])
    )


@pytest.mark.parametrize("rate_hz", [0, -5, float("nan"), float("inf"), 1e-9, 1e9])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    with pytest.raises(SignalError, match="record 'r'"):
        resample(record_of((), 10, 250), rate_hz)


def test_the_same_rate_is_the_same_record() -> None:
    record = record_of((), 10, 250)
    assert resample(record, 250) is record


def _ratio(record: Record, rate_hz: float) -> Fraction:
    return Fraction(rate_hz) / Fraction(record.sample_rate_hz)


def test_a_boundary_keeps_its_exact_time_there_and_back() -> None:
    wave = Wave("P", 501, 510, 521)
    half = move_wave(wave, Fraction(1, 2), 1000)
    assert (half.onset, half.instant("onset"), half.instant("offset")) == (251, 250.5, 260.5)
    odd = move_wave(wave, Fraction(25, 36), 1000)
    assert odd.instant("onset") == pytest.approx(501 * 25 / 36)
    back = move_wave(half, Fraction(2), 2000)
    assert (back, back.exact_onset, back.exact_offset) == (Wave("P", 501, 510, 521), None, None)
