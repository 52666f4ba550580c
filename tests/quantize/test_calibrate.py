"""Calibration windows: of training patients only, evenly, repeatably, and never noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.errors import EdgeUNetError, QuantizeError, SignalError
from edgeunet.modelcard import ModelCard
from edgeunet.quantize.calibrate import check_windows, draw_windows, limit_range, prepare
from edgeunet.signals import Record, Split, SyntheticSource, make_split

CARD = ModelCard("net", sample_rate_hz=100.0, normalization="zscore")
SHAPE = (128, 1)


class Witness:
    """A source that remembers what was read from it."""

    def __init__(self, source: SyntheticSource) -> None:
        self.source = source
        self.reads: Counter[str] = Counter()
        self.classes = source.classes

    def names(self) -> tuple[str, ...]:
        return self.source.names()

    def patients(self) -> Mapping[str, str]:
        return self.source.patients()

    def describe(self) -> dict[str, object]:
        return self.source.describe()

    def read(self, name: str) -> Record:
        self.reads[name] += 1
        return self.source.read(name)


@pytest.fixture
def witness() -> Witness:
    return Witness(SyntheticSource(records=10, seed=3))


def test_only_training_patients_are_read(witness: Witness) -> None:
    split = make_split(witness, val=0.3, test=0.2)
    windows = draw_windows(witness, split, "train", CARD, SHAPE, 12)
    assert windows.shape == (12, *SHAPE)
    assert windows.dtype == np.float32
    assert set(witness.reads) == set(split.train)
    assert set(witness.reads.values()) == {1}


class Shifted(Witness):
    """Its electrodes have an offset of 20 mV."""

    def read(self, name: str) -> Record:
        record = super().read(name)
        return replace(record, signal=record.signal + np.float32(20))


def test_what_is_implausible_about_calibration_data_is_said() -> None:
    source = SyntheticSource(records=10, seed=3)
    split = make_split(source)
    for kind, said in ((Witness, 0), (Shifted, 1)):
        prepared = prepare(kind(source), CARD)
        draw_windows(prepared, split, "train", CARD, SHAPE, 4)
        assert len(prepared.warnings()) == said
        assert all("offset" in warning or "middle" in warning for warning in prepared.warnings())


def test_the_same_seed_gives_the_same_windows_and_another_others(witness: Witness) -> None:
    split = make_split(witness)
    first, again = (draw_windows(witness, split, "train", CARD, SHAPE, 6, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, draw_windows(witness, split, "train", CARD, SHAPE, 6, seed=2))


def test_windows_are_normalized_and_gains_vary_before_that(witness: Witness) -> None:
    split = make_split(witness)
    windows = draw_windows(witness, split, "train", CARD, SHAPE, 8, vary_gain=True)
    np.testing.assert_allclose(windows.std(axis=1), 1, atol=1e-3)
    plain = ModelCard("net", sample_rate_hz=100.0)
    same = draw_windows(witness, split, "train", plain, SHAPE, 8)
    varied = draw_windows(witness, split, "train", plain, SHAPE, 8, vary_gain=True)
    ratios = np.abs(varied).max(axis=(1, 2)) / np.abs(same).max(axis=(1, 2))
    np.testing.assert_allclose(ratios, [1, 1, 1, 0.8, 1, 1, 1, 1.25], rtol=1e-5)


def test_several_channels_come_together(witness: Witness) -> None:
    split = make_split(witness)
    leads = witness.read(witness.names()[0]).leads
    windows = draw_windows(witness, split, "train", CARD, (128, len(leads)), 2)
    assert windows.shape == (2, 128, len(leads))
    with pytest.raises(QuantizeError, match="with --lead"):
        draw_windows(witness, split, "train", CARD, (128, 7), 2)


def test_requests_that_make_no_sense_are_refused(witness: Witness) -> None:
    split = make_split(witness)
    with pytest.raises(QuantizeError, match="quantize_model"):
        draw_windows(witness, split, "train", CARD, (96, 128, 3), 2)
    with pytest.raises(QuantizeError, match="at least 1"):
        draw_windows(witness, split, "train", CARD, SHAPE, 0)
    with pytest.raises(SignalError, match="made for it"):
        draw_windows(witness, Split(train=("nobody",)), "train", CARD, SHAPE, 2)


def smooth() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(0).standard_normal((8, *SHAPE)).cumsum(axis=1).astype(np.float32)


def test_a_signal_passes_the_check() -> None:
    check_windows(smooth(), SHAPE)


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        (np.random.default_rng(0).standard_normal((8, *SHAPE)).astype(np.float32), "white noise"),
        (np.random.default_rng(0).uniform(-1, 1, (64, *SHAPE)).astype(np.float32), "white noise"),
        (np.ones((8, *SHAPE), np.float32), "constant"),
        (np.where(np.arange(128)[None, :, None] == 5, np.nan, smooth()), "NaN"),
        (smooth()[:, :100], "windows of that shape"),
        (smooth()[:0], "windows of that shape"),
    ],
)
def test_what_shows_no_range_is_refused(
    windows: np.ndarray[tuple[int, ...], np.dtype[np.float32]], message: str
) -> None:
    with pytest.raises(QuantizeError, match=message) as caught:
        check_windows(windows, SHAPE)
    assert "\n" not in str(caught.value)


def test_the_range_leaves_out_the_rarest_samples() -> None:
    windows = smooth()
    windows[3, 70] = 1e4
    limited = limit_range(windows, 99.5)
    assert limited.max() < 100
    assert (limited != windows).mean() == pytest.approx(0.005, abs=0.002)
    np.testing.assert_array_equal(limit_range(windows, 100), windows)
    with pytest.raises(EdgeUNetError, match="from 90 to 100"):
        limit_range(windows, 50)
