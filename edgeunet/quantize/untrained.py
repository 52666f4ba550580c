"""The int8 model that a network will be, before it is trained: the same operators, shapes and sizes, any weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgeunet.quantize.convert import convert
from edgeunet.spec import UNetSpec

if TYPE_CHECKING:
    import keras

WINDOWS = 4
"""Windows of noise that ranges are taken from: a range's size changes no shape, only numbers."""

_CENTRED, _POSITIVE, _SPREAD = ("bias", "beta", "moving_mean"), ("gamma", "moving_variance"), 0.2


def untrained_model(spec: UNetSpec, seed: int = 0) -> bytes:
    """Return the network of ``spec`` as an int8 ``.tflite`` file with weights as training might leave them.

    Initial biases are all zero and scales all one, so that tables would be shared that no trained network shares:
    they are scattered.

    Raises
    ------
    QuantizeError
        When TensorFlow cannot convert the network.
    """
    from edgeunet.model import build_model

    rng = np.random.default_rng(seed)
    model = build_model(spec, batch_size=1, seed=seed)
    _scatter(model, rng)
    windows = rng.standard_normal((WINDOWS, *spec.input_shape)).astype(np.float32)
    return convert(model, "int8", windows)


def _scatter(model: keras.Model, rng: np.random.Generator) -> None:
    for weight in model.weights:
        if weight.name in _CENTRED:
            weight.assign(_SPREAD * rng.standard_normal(weight.shape))
        elif weight.name in _POSITIVE:
            weight.assign(rng.uniform(1 - _SPREAD, 1 + _SPREAD, weight.shape))
