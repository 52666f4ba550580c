"""Augmentation: every step keeps its shape, is drawn from its generator, and keeps labels with the signal."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN
from edgeunet.signals.augment import RECIPES, STEPS, Augmentation, Chance
from edgeunet.signals.record import Labels, Signal

RATE_HZ = 250.0


def pulse(channels: int = 1) -> tuple[Signal, Labels]:
    """A pulse in the middle of noise, labelled 2."""
    y = np.zeros(1000, np.int8)
    y[480:521] = 2
    x = np.random.default_rng(0).normal(0, 0.01, size=(1000, channels)).astype(np.float32)
    x[480:521] += 1
    return x, y


def apply(name: str, strength: float = 0.5, channels: int = 1, seed: int = 0) -> tuple[Signal, Labels]:
    x, y = pulse(channels)
    return STEPS[name](x, y, strength, RATE_HZ, np.random.default_rng(seed))


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_step_keeps_shapes_types_and_its_input_and_is_reproducible(name: str, channels: int) -> None:
    x, y = pulse(channels)
    made_x, made_y = STEPS[name](x, y, 0.5, RATE_HZ, np.random.default_rng(1))
    assert made_x.shape == x.shape
    assert made_x.dtype == np.float32
    assert made_y.shape == y.shape
    assert made_y.dtype == np.int8
    assert np.isfinite(made_x).all()
    for array, same in zip((x, y), pulse(channels), strict=True):
        np.testing.assert_array_equal(array, same)
    again_x, again_y = STEPS[name](x, y, 0.5, RATE_HZ, np.random.default_rng(1))
    np.testing.assert_array_equal(made_x, again_x)
    np.testing.assert_array_equal(made_y, again_y)


@pytest.mark.parametrize("name", [name for name in STEPS if name not in ("pops", "block", "missed")])
def test_a_step_does_something(name: str) -> None:
    assert any(not np.array_equal(apply(name, seed=seed)[0], pulse()[0]) for seed in range(3))


@pytest.mark.parametrize("name", ["scale", "flip", "wander", "mains", "noise", "pops"])
def test_what_keeps_time_keeps_labels(name: str) -> None:
    np.testing.assert_array_equal(apply(name)[1], pulse()[1])


@pytest.mark.parametrize("seed", range(8))
def test_stretching_takes_the_labels_along(seed: int) -> None:
    x, y = apply("stretch", 0.3, seed=seed)
    inside = np.flatnonzero(x[:, 0] > 0.5)
    labelled = np.flatnonzero(y == 2)
    assert abs(int(inside[0]) - int(labelled[0])) <= 1
    assert abs(int(inside[-1]) - int(labelled[-1])) <= 1
    assert 41 / 1.31 - 2 <= len(labelled) <= 41 * 1.31 + 2
    outside = y == UNKNOWN
    assert (x[outside, 0] == x[np.flatnonzero(outside)[0], 0]).sum() >= outside.sum() / 3 if outside.any() else True


def test_stretching_goes_both_ways() -> None:
    lengths = [int((apply("stretch", 0.3, seed=seed)[1] == 2).sum()) for seed in range(20)]
    assert min(lengths) < 38
    assert max(lengths) > 44


def test_flip_turns_the_sign() -> None:
    np.testing.assert_array_equal(apply("flip")[0], -pulse()[0])


def test_scale_is_within_its_octaves() -> None:
    gains = [float(apply("scale", 1.0, seed=seed)[0][500, 0] / pulse()[0][500, 0]) for seed in range(50)]
    assert 0.5 <= min(gains) < 0.7
    assert 1.4 < max(gains) <= 2.0


def test_hum_needs_a_sample_rate_that_can_hold_it() -> None:
    x, y = pulse()
    for seed in range(5):
        made, _ = STEPS["mains"](x, y, 1.0, 90.0, np.random.default_rng(seed))
        np.testing.assert_array_equal(made, x)


def test_a_lead_fallen_off_is_unknown_only_where_no_other_lead_is_left() -> None:
    x, y = apply("dropout", 0.3, channels=1)
    flat = np.flatnonzero(np.diff(x[:, 0]) == 0)
    assert len(flat) > 10
    assert (y[flat] == UNKNOWN).all()
    _, y = apply("dropout", 0.3, channels=2)
    np.testing.assert_array_equal(y, pulse()[1])


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipes_run_and_are_reproducible(recipe: str) -> None:
    augment = Augmentation(recipe)
    first = [augment(*pulse(2), RATE_HZ, rng) for rng in [np.random.default_rng(5)] for _ in range(20)]
    again = [augment(*pulse(2), RATE_HZ, rng) for rng in [np.random.default_rng(5)] for _ in range(20)]
    for (x, y), (same_x, same_y) in zip(first, again, strict=True):
        np.testing.assert_array_equal(x, same_x)
        np.testing.assert_array_equal(y, same_y)
    changed = sum(not np.array_equal(x, pulse(2)[0]) for x, _ in first)
    assert changed == 0 if recipe == "none" else changed > 8


def test_a_recipe_of_ones_own() -> None:
    x, _ = Augmentation({"flip": Chance(1.0)})(*pulse(), RATE_HZ, np.random.default_rng(0))
    np.testing.assert_array_equal(x, -pulse()[0])


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("strong", "augmentation 'strong' is unknown; choose one of none, light, ecg"),
        ({"mirror": Chance(0.5)}, "step 'mirror' is unknown"),
        ({"flip": Chance(1.5)}, "probability of 0 … 1"),
        ({"scale": Chance(0.5, -1)}, "no negative strength"),
    ],
)
def test_impossible_recipes_are_refused(recipe: str | dict[str, Chance], message: str) -> None:
    with pytest.raises(SignalError, match=message):
        Augmentation(recipe)
