"""Window normalizations: what they promise, and windows that are constant or empty of anything usual."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import NORMALIZATIONS, normalize

WINDOW = (np.random.default_rng(0).normal(3, 2, size=(400, 2)) * [1, 50]).astype(np.float32)


@pytest.mark.parametrize("name", NORMALIZATIONS)
def test_every_method_keeps_shape_and_type_and_leaves_its_input_alone(name: str) -> None:
    before = WINDOW.copy()
    result = normalize(WINDOW, name)
    assert result.shape == WINDOW.shape
    assert result.dtype == np.float32
    np.testing.assert_array_equal(WINDOW, before)


@pytest.mark.parametrize("name", ["zscore", "median-mad"])
def test_offset_and_scale_of_each_channel_do_not_matter(name: str) -> None:
    np.testing.assert_allclose(normalize(WINDOW, name), normalize(7 * WINDOW - 40, name), atol=1e-4)


def test_zscore_has_mean_0_and_deviation_1() -> None:
    result = normalize(WINDOW, "zscore").astype(float)
    np.testing.assert_allclose(result.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(result.std(axis=0), 1, rtol=1e-6)


def test_median_mad_hardly_notices_a_pop() -> None:
    popped = WINDOW.copy()
    popped[100:105] += 1000
    np.testing.assert_allclose(normalize(popped, "median-mad")[200:], normalize(WINDOW, "median-mad")[200:], atol=0.1)


@pytest.mark.parametrize("name", ["zscore", "median-mad", "centre"])
@pytest.mark.parametrize("value", [0.0, 1.0, -3.7e4])
def test_a_constant_window_becomes_zeros(name: str, value: float) -> None:
    np.testing.assert_array_equal(normalize(np.full((50, 2), value, np.float32), name), 0)


def test_one_sample_is_constant_too() -> None:
    np.testing.assert_array_equal(normalize(np.full((1, 1), 5.0, np.float32), "zscore"), 0)


def test_centre_keeps_the_scale() -> None:
    np.testing.assert_allclose(normalize(WINDOW, "centre").std(axis=0), WINDOW.std(axis=0), rtol=1e-5)


def test_none_changes_nothing() -> None:
    np.testing.assert_array_equal(normalize(WINDOW, "none"), WINDOW)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(SignalError, match="choose one of none, centre, zscore, median-mad, causal"):
        normalize(WINDOW, "batch")
