"""The published networks, written once more in plain numpy, give the outputs ours give with the same weights."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.model import build_model
from edgeunet.spec import UNetSpec, load_spec
from tests.model.narrow import narrowed

Array = NDArray[np.float64]


def conv(x: Array, kernel: Array, bias: Array, padded: bool = True) -> Array:
    """Correlate ``(height, width, in)`` with ``(rows, columns, in, out)``, zeros around."""
    rows, columns = kernel.shape[:2]
    if padded:
        x = np.pad(x, ((rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)))
    height, width = x.shape[0] - rows + 1, x.shape[1] - columns + 1
    y = np.zeros((height, width, kernel.shape[3])) + bias
    for r in range(rows):
        for c in range(columns):
            y += x[r : r + height, c : c + width] @ kernel[r, c]
    return y


def transposed(x: Array, kernel: Array, bias: Array) -> Array:
    """Stride-2 transposed convolution as seed 004 explains it: lay a weighted kernel down per pixel, add, then crop.

    ``kernel`` is ``(rows, columns, out, in)``. Of the ``2 n + rows - 2`` laid-down rows, ``2 n`` are kept.
    """
    rows, columns, filters, _ = kernel.shape
    height, width = x.shape[0], x.shape[1]
    laid = np.zeros((2 * height + rows - 2, 2 * width + columns - 2, filters))
    for i in range(height):
        for j in range(width):
            laid[2 * i : 2 * i + rows, 2 * j : 2 * j + columns] += kernel @ x[i, j]
    return laid[: 2 * height, : 2 * width] + bias


def halved(x: Array) -> Array:
    return x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2, x.shape[2]).max(axis=(1, 3))


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def centre(x: Array, like: Array) -> Array:
    top, left = (x.shape[0] - like.shape[0]) // 2, (x.shape[1] - like.shape[1]) // 2
    return x[top : top + like.shape[0], left : left + like.shape[1]]


def classic(x: Array, weights: Iterator[Array], padded: bool = True) -> Array:
    """Seed 001 (and 003 without padding): the skip comes first in the concatenation."""

    def block(x: Array) -> Array:
        for _ in range(2):
            x = relu(conv(x, next(weights), next(weights), padded))
        return x

    encoded = []
    for _ in range(4):
        x = block(x)
        encoded.append(x)
        x = halved(x)
    x = block(x)
    for skip in reversed(encoded):
        x = transposed(x, next(weights), next(weights))
        x = block(np.concatenate([centre(skip, x), x], axis=2))
    return conv(x, next(weights), next(weights))


def classic_batchnorm(x: Array, weights: Iterator[Array]) -> Array:
    """Seed 002: batch norm after each ReLU, the upsampled half first, a softmax at the end."""

    def block(x: Array) -> Array:
        for _ in range(2):
            x = relu(conv(x, next(weights), next(weights)))
            gamma, beta, mean, variance = (next(weights) for _ in range(4))
            x = (x - mean) / np.sqrt(variance + 1e-3) * gamma + beta
        return x

    encoded = []
    for _ in range(4):
        x = block(x)
        encoded.append(x)
        x = halved(x)
    x = block(x)
    for skip in reversed(encoded):
        x = block(np.concatenate([transposed(x, next(weights), next(weights)), skip], axis=2))
    powers = np.exp(conv(x, next(weights), next(weights)))
    softmax: Array = powers / powers.sum(axis=2, keepdims=True)
    return softmax


def he_dropout(x: Array, weights: Iterator[Array]) -> Array:
    """Seed 004: dropout is the identity here, the upsampled half comes first, one more 3×3 before the head."""

    def twice(x: Array) -> Array:
        for _ in range(2):
            x = relu(conv(x, next(weights), next(weights)))
        return x

    encoded = []
    for _ in range(4):
        x = twice(x)
        encoded.append(x)
        x = halved(x)
    x = twice(x)
    for skip in reversed(encoded):
        x = twice(np.concatenate([transposed(x, next(weights), next(weights)), skip], axis=2))
    x = relu(conv(x, next(weights), next(weights)))
    return conv(x, next(weights), next(weights))


def randomised(model: Any, rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """Give ``model`` biases and statistics that are not neutral; return its weights."""
    weights = [np.asarray(value) for value in model.get_weights()]
    for index, variable in enumerate(model.weights):
        if "kernel" not in variable.path:
            weights[index] = rng.uniform(0.5, 1.5, weights[index].shape).astype(np.float32) * (
                1 if "gamma" in variable.path or "variance" in variable.path else 0.2
            )
    model.set_weights(weights)
    return weights


def assert_same(spec: UNetSpec, independent: Any, **rest: Any) -> None:
    rng = np.random.default_rng(3)
    model = build_model(spec, seed=3)
    weights = randomised(model, rng)
    x = rng.standard_normal(spec.input_shape).astype(np.float32)
    ours = np.asarray(model(x[None], training=False))[0]
    theirs = independent(x.astype(np.float64), iter([w.astype(np.float64) for w in weights]), **rest)
    assert ours.shape == theirs.shape
    assert np.abs(theirs).max() > 0.1
    np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3 * np.abs(theirs).max())


def test_classic_equals_an_independent_one() -> None:
    assert_same(load_spec("classic", input_shape=(16, 32, 1)), classic)


def test_classic_valid_equals_an_independent_one() -> None:
    """An eighth as wide, since the smallest window that unpadded convolutions leave anything of is 188 pixels."""
    spec = load_spec("classic-valid", input_shape=(188, 188, 1))
    assert_same(narrowed(spec), classic, padded=False)


def test_classic_batchnorm_equals_an_independent_one() -> None:
    assert_same(narrowed(load_spec("classic-batchnorm", input_shape=(32, 16, 1))), classic_batchnorm)


def test_he_dropout_equals_an_independent_one() -> None:
    assert_same(load_spec("he-dropout", input_shape=(32, 48, 3)), he_dropout)


def test_heartkit_equals_the_reference(shared: Path) -> None:
    """Layer for layer: the weights of the reference go in as they come out, and the outputs are the same."""
    found = importlib.util.spec_from_file_location("reference", shared / "models" / "make_reference_models.py")
    assert found is not None
    assert found.loader is not None
    reference = importlib.util.module_from_spec(found)
    found.loader.exec_module(reference)
    theirs = reference.heartkit_unet(800, 1, (12, 24, 32, 48), 2, 1, 5, 3, 2, 5, 5)
    ours = build_model(load_spec("heartkit"), batch_size=1)
    rng = np.random.default_rng(5)
    reference.randomise(theirs, rng)
    ours.set_weights(theirs.get_weights())
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.weights]
    x = rng.standard_normal((1, 800, 1)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(ours(x)), np.asarray(theirs(x)), rtol=1e-5, atol=1e-5)


def test_he_dropout_drops_in_training_only() -> None:
    model = build_model(load_spec("he-dropout", input_shape=(16, 16, 3)), seed=1)
    x = np.ones((1, 16, 16, 3), np.float32)
    still = [np.asarray(model(x, training=False)) for _ in range(2)]
    shaken = [np.asarray(model(x, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(still[0], still[1])
    assert np.abs(shaken[0] - shaken[1]).max() > 0
