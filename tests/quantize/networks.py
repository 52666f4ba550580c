"""Untrained networks whose every layer has something to say, and smooth windows to calibrate them on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.model import build_model, to_static
from edgeunet.spec import UNetSpec


def lively(spec: UNetSpec, seed: int = 0) -> Any:
    """Return a static model of ``spec`` with random norms and biases, as training would leave them.

    Fresh weights alone let the signal fade layer by layer, and a constant output would agree with anything.
    """
    model = to_static(build_model(spec, seed=seed))
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        for weight in layer.weights:
            weight.assign(_value(weight.path.rsplit("/", 1)[-1], weight.numpy(), rng))
    return model


def _value(name: str, value: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    if name == "moving_variance":
        return rng.uniform(0.5, 2.0, value.shape).astype(np.float32)
    if name == "gamma":
        return rng.uniform(0.5, 1.5, value.shape).astype(np.float32)
    if name in ("beta", "bias", "moving_mean"):
        return rng.normal(0, 0.2, value.shape).astype(np.float32)
    return value


def smooth_windows(spec: UNetSpec, count: int, seed: int = 0) -> NDArray[np.float32]:
    """Return windows ``(count, *input_shape)`` of band-limited noise: correlated, as signals are."""
    rng = np.random.default_rng(seed)
    raw = rng.standard_normal((count, spec.input_shape[0] + 8, *spec.input_shape[1:]))
    total = np.cumsum(raw, axis=1)
    return ((total[:, 8:] - total[:, :-8]) / 3).astype(np.float32)
