"""Recorded noise at the SNR that the Noise Stress Test defines, and steps that stand for other recorders."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN
from edgeunet.signals.augment import RECIPES, Augmentation, Chance
from edgeunet.signals.recorded_noise import RecordedNoise, noise_gain, read_noise
from edgeunet.signals.recorders import adc, bandwidth, block, missed, spikes
from tests.signals.conftest import WriteRecord

RATE_HZ = 250.0


def beats_of(height: float) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Ten seconds with P, QRS of ``height`` and T each second."""
    x, y = np.zeros((2500, 1), np.float32), np.zeros(2500, np.int8)
    for start in range(50, 2400, 250):
        y[start : start + 20], y[start + 40 : start + 60], y[start + 90 : start + 130] = 1, 2, 3
        x[start : start + 20] = 0.2
        x[start + 45 : start + 50] = height
        x[start + 90 : start + 130] = 0.3
    return x, y


@pytest.mark.parametrize("snr_db", [0.0, 12.0, 24.0])
def test_the_gain_gives_the_ratio_asked_for(snr_db: float) -> None:
    x, y = beats_of(2.0)
    noise = np.random.default_rng(0).standard_normal(2500).astype(np.float32) * 0.37
    gain = noise_gain(x[:, 0], y, noise, RATE_HZ, snr_db)
    signal, disturbance = 2.0**2 / 8, 0.37**2 * gain**2
    assert 10 * np.log10(signal / disturbance) == pytest.approx(snr_db, abs=0.3)


def test_a_complex_of_which_only_the_middle_is_labelled_is_measured_whole() -> None:
    x, y = beats_of(2.0)
    weak = np.full(2500, UNKNOWN, np.int8)
    weak[np.arange(50, 2400, 250) + 52] = 2
    noise = np.ones(2500, np.float32) * np.tile([1, -1], 1250).astype(np.float32)
    assert noise_gain(x[:, 0], weak, noise, RATE_HZ, 6.0) == pytest.approx(noise_gain(x[:, 0], y, noise, RATE_HZ, 6.0))


def test_half_of_the_windows_get_noise_and_labels_stay(write_record: WriteRecord) -> None:
    rng = np.random.default_rng(0)
    directory = write_record(signal=rng.standard_normal((5000, 2)))
    noise = read_noise(directory, 125.0)
    assert [len(kind) for kind in noise.kinds.values()] == [2500]
    x, y = beats_of(1.0)
    augment = Augmentation("none", RecordedNoise(noise.kinds, RATE_HZ))
    made = [augment(x, y, RATE_HZ, rng) for _ in range(200)]
    assert 0.4 < np.mean([not np.array_equal(new, x) for new, _ in made]) < 0.6
    assert all(np.array_equal(labels, y) for _, labels in made)


def test_noise_that_is_too_short_is_refused(write_record: WriteRecord) -> None:
    with pytest.raises(SignalError, match="lasts less than 10 s"):
        read_noise(write_record(samples=2000), 250.0)


def test_a_dropped_beat_keeps_its_p_wave_and_a_missed_p_wave_its_beat() -> None:
    x, y = beats_of(1.0)
    rng = np.random.default_rng(0)
    dropped, labels = block(x, y, 1.0, RATE_HZ, rng)
    assert set(labels) == {0, 1}
    assert dropped.max() < 0.31
    erased, labels = missed(x, y, 1.0, RATE_HZ, rng)
    assert set(labels) == {0, 2, 3}
    assert (np.abs(erased[y == 1]) < 1e-6).all()


def test_a_beat_among_unknown_samples_is_not_dropped() -> None:
    x, y = beats_of(1.0)
    y = np.where(y == 0, UNKNOWN, y).astype(np.int8)
    assert np.array_equal(block(x, y, 1.0, RATE_HZ, np.random.default_rng(0))[1], y)


def test_an_adc_leaves_no_more_values_than_its_bits_have() -> None:
    x = np.random.default_rng(0).standard_normal((5000, 1)).astype(np.float32)
    rngs = [np.random.default_rng(seed) for seed in range(40)]
    values = [len(np.unique(adc(x, np.zeros(5000, np.int8), 0.0, RATE_HZ, rng)[0])) for rng in rngs]
    assert min(values) < 256 < max(values)


def test_another_band_takes_an_offset_away_and_moves_no_wave() -> None:
    x, y = beats_of(1.0)
    made, _ = bandwidth(x + 5, y, 0.0, RATE_HZ, np.random.default_rng(3))
    assert abs(made.mean()) < 1
    assert abs(int(np.argmax(made[300:360, 0])) - int(np.argmax(x[300:360, 0]))) <= 4


def test_a_spike_stands_just_before_each_complex() -> None:
    x, y = beats_of(1.0)
    changed = np.flatnonzero((spikes(x, y, 5.0, RATE_HZ, np.random.default_rng(0))[0] != x)[:, 0])
    assert changed.tolist() == [start + 39 for start in range(50, 2400, 250)]


def test_the_field_recipe_keeps_shapes_and_finite_values() -> None:
    x, y = beats_of(1.0)
    augment = Augmentation({name: Chance(1.0, chance.strength) for name, chance in RECIPES["field"].items()})
    new, labels = augment(x, y, RATE_HZ, np.random.default_rng(0))
    assert new.shape == x.shape
    assert labels.shape == y.shape
    assert np.isfinite(new).all()
    assert new.dtype == np.float32
