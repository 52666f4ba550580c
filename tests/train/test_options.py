"""The learning rate over a training, and the plan under a time limit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeunet.errors import TrainError
from edgeunet.train.options import TrainOptions, is_out_of_time, learning_rate_at
from edgeunet.train.recipes import settled

OPTIONS = TrainOptions(epochs=10, learning_rate=1e-3, warmup=0.5, minutes=10.0)


def test_the_rate_rises_then_falls_along_a_cosine_to_a_hundredth() -> None:
    assert learning_rate_at(0.0, 0.0, OPTIONS) < 1e-5
    assert learning_rate_at(0.05, 0.25, OPTIONS) == pytest.approx(0.5e-3, rel=0.02)
    assert learning_rate_at(0.5, 5.0, OPTIONS) == pytest.approx(1e-3 * (0.01 + 0.99 / 2))
    assert learning_rate_at(1.0, 10.0, OPTIONS) == pytest.approx(1e-5)


@given(st.floats(0.05, 1), st.floats(0.05, 1))
def test_the_rate_never_rises_after_the_warm_up(one: float, other: float) -> None:
    early, late = sorted((one, other))
    assert learning_rate_at(early, early * 10, OPTIONS) >= learning_rate_at(late, late * 10, OPTIONS)


def test_time_is_up_when_another_epoch_would_end_beyond_the_limit() -> None:
    assert not is_out_of_time(OPTIONS, 570.0, 30.0)
    assert is_out_of_time(OPTIONS, 570.0, 31.0)
    assert not is_out_of_time(replace(OPTIONS, minutes=None), 1e9, 1e9)


def test_there_is_no_time_limit_unless_one_is_given() -> None:
    assert TrainOptions().minutes is None


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"learning_rate": float("nan")},
        {"averaging": 1.0},
        {"minutes": -1.0},
        {"class_weights": "often"},
        {"class_weights": {"P": -1.0}},
        {"class_weights": {"P": float("nan")}},
        {"augmentation": "loud"},
        {"label_smoothing": 0.6},
        {"seed": -1},
    ],
)
def test_an_impossible_option_is_an_error_that_names_it(change: dict[str, object]) -> None:
    with pytest.raises(TrainError, match=next(iter(change))):
        replace(OPTIONS, **change)  # type: ignore[arg-type]


def test_auto_means_what_suits_the_classes() -> None:
    ecg = settled(OPTIONS, ("background", "P", "QRS", "T"))
    assert (ecg.augmentation, ecg.class_weights) == ("ecg", {"P": 2.0})
    other = settled(OPTIONS, ("background", "P", "S"))
    assert (other.augmentation, other.class_weights) == ("light", "sqrt")
    chosen = replace(OPTIONS, augmentation="none", class_weights="balanced")
    assert settled(chosen, ("background", "P", "QRS", "T")) == chosen
