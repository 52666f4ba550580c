"""Recordings run window by window give what one pass over the whole recording gives."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.train.stitching import needed_overlap, plan_cuts, predict_record


@dataclass(frozen=True)
class Neighbours:
    """A network by hand: pairs of samples are pooled, then each sample's score is a sum over ``reach`` pooled ones."""

    window_samples: int = 64
    channels: int = 1
    output_samples: int = 64
    classes: int = 2
    total_stride: int = 2
    reach: int = 3
    halo: int | None = None

    def scores(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        pooled = windows[:, :, 0].reshape(len(windows), -1, 2).max(axis=2)
        kernel = np.arange(1, 2 * self.reach + 2)
        summed = np.stack([np.convolve(row, kernel, "same") for row in pooled])
        full = np.repeat(summed, 2, axis=1)
        margin = (windows.shape[1] - self.output_samples) // 2
        inner = full[:, margin : margin + self.output_samples] if self.output_samples < self.window_samples else full
        return np.stack([inner, -inner], axis=2).astype(np.float32)


sizes_of_windows = st.sampled_from([(64, 64), (64, 40), (800, 800), (572, 388)])


@given(st.integers(1, 2000), sizes_of_windows, st.sampled_from([1, 2, 4, 16]), st.floats(0, 0.9))
def test_every_reachable_sample_is_taken_from_exactly_one_window(
    samples: int, sizes: tuple[int, int], stride: int, overlap: float
) -> None:
    window, output = sizes
    margin = (window - output) // 2
    cuts = plan_cuts(samples, window, output, stride, overlap)
    assert cuts[0].keep[0] == margin
    assert cuts[-1].keep[1] == min(samples, cuts[-1].start + margin + output)
    assert cuts[-1].start + window >= samples
    for before, after in pairwise(cuts):
        assert before.keep[1] == after.keep[0]
        assert after.start > before.start
    for cut in cuts:
        assert cut.start % stride == 0
        assert cut.start + margin <= cut.keep[0]
        assert cut.keep[1] <= cut.start + margin + output


@given(st.integers(70, 700))
def test_stitched_windows_equal_one_pass_over_the_whole_recording(samples: int) -> None:
    signal = np.random.default_rng(samples).standard_normal((samples - samples % 2, 1)).astype(np.float32)
    stitched = predict_record(Neighbours(), signal)
    whole = Neighbours(window_samples=len(signal), output_samples=len(signal)).scores(signal[None])[0]
    np.testing.assert_allclose(stitched, whole, rtol=1e-5)


def test_samples_that_unpadded_convolutions_cannot_reach_are_background() -> None:
    signal = np.ones((200, 1), np.float32)
    scores = predict_record(Neighbours(output_samples=40), signal)
    assert (scores[:12].argmax(axis=1) == 0).all()
    assert (scores[12:-12, 0] > 1).all()


def test_a_recording_shorter_than_a_window_is_continued() -> None:
    scores = predict_record(Neighbours(), np.ones((17, 1), np.float32))
    assert scores.shape == (17, 2)


@pytest.mark.parametrize("samples", [0, 1, 15])
def test_a_recording_with_next_to_nothing_in_it_is_an_error(samples: int) -> None:
    with pytest.raises(TrainError, match=f"has {samples} samples"):
        predict_record(Neighbours(), np.ones((samples, 1), np.float32))


def test_another_number_of_channels_is_an_error() -> None:
    with pytest.raises(TrainError, match="3 channels but the model takes 1"):
        predict_record(Neighbours(), np.ones((100, 3), np.float32))


@pytest.mark.parametrize("overlap", [-0.1, 0.95, float("nan")])
def test_an_impossible_overlap_is_an_error(overlap: float) -> None:
    with pytest.raises(TrainError, match="overlap is"):
        plan_cuts(100, 64, 64, 2, overlap)


@pytest.mark.parametrize("samples", [260, 777, 1500])
def test_a_network_gives_window_by_window_what_it_gives_in_one_pass(samples: int) -> None:
    from dataclasses import replace

    from edgeunet.model import build_model, card_of
    from edgeunet.train.predictors import KerasPredictor, locality_of
    from tests.train.conftest import SMALL_SPEC

    samples -= samples % 4
    small, whole = build_model(SMALL_SPEC, seed=1), build_model(replace(SMALL_SPEC, input_shape=(samples, 1)))
    whole.set_weights(small.get_weights())
    signal = np.random.default_rng(0).standard_normal((samples, 1)).astype(np.float32)
    predictor = KerasPredictor(small, locality_of(card_of(SMALL_SPEC)))
    assert 0 < needed_overlap(predictor) < 0.5
    stitched = predict_record(predictor, signal)
    np.testing.assert_allclose(stitched, whole(signal[None]).numpy()[0], atol=1e-5)


def test_the_overlap_is_what_the_receptive_field_needs() -> None:
    assert needed_overlap(Neighbours()) == 0.5
    assert needed_overlap(Neighbours(halo=8)) == 0.25
    assert needed_overlap(Neighbours(halo=8, output_samples=40)) == 0.0
    assert needed_overlap(Neighbours(halo=1000)) == 0.75
