"""The Keras layers that Keras has no microcontroller-clean version of. Importing this module imports TensorFlow."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class NearestUp(keras.layers.Layer):  # type: ignore[misc]
    """Repeat every position: one RESIZE_NEAREST_NEIGHBOR, where ``UpSampling2D`` becomes TILE and shape arithmetic."""

    def __init__(self, factors: tuple[int, int], **rest: Any) -> None:
        super().__init__(**rest)
        self.factors = (int(factors[0]), int(factors[1]))

    def call(self, x: Any) -> Any:
        size = (x.shape[1] * self.factors[0], x.shape[2] * self.factors[1])
        return tf.raw_ops.ResizeNearestNeighbor(images=x, size=size)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, height, width, channels = shape
        assert height is not None
        assert width is not None
        return batch, height * self.factors[0], width * self.factors[1], channels

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factors": self.factors}


class CenterCrop(keras.layers.Layer):  # type: ignore[misc]
    """Cut the middle out: one SLICE, where ``Cropping2D`` becomes STRIDED_SLICE."""

    def __init__(self, size: tuple[int, int], **rest: Any) -> None:
        super().__init__(**rest)
        self.size = (int(size[0]), int(size[1]))

    def call(self, x: Any) -> Any:
        top, left = ((x.shape[1] - self.size[0]) // 2, (x.shape[2] - self.size[1]) // 2)
        return tf.slice(x, (0, top, left, 0), (x.shape[0] or -1, *self.size, x.shape[3]))

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape[0], *self.size, shape[3]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


class LayerNorm(keras.layers.Layer):  # type: ignore[misc]
    """Layer normalization from MEAN, SUB, MUL, ADD and RSQRT alone, all of which have int8 kernels in TFLM.

    ``axes`` are those averaged over; the learned scale and offset have one value per position along them, which is what
    ``keras.layers.LayerNormalization(axis=axes)`` computes.
    """

    def __init__(self, axes: tuple[int, ...], epsilon: float = 1e-3, **rest: Any) -> None:
        super().__init__(**rest)
        self.axes = tuple(int(axis) for axis in axes)
        self.epsilon = float(epsilon)

    def build(self, shape: tuple[int | None, ...]) -> None:
        sizes = tuple(shape[axis] if axis in self.axes else 1 for axis in range(1, len(shape)))
        self.gamma = self.add_weight(name="gamma", shape=sizes, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=sizes, initializer="zeros")

    def call(self, x: Any) -> Any:
        centred = x - tf.reduce_mean(x, axis=self.axes, keepdims=True)
        variance = tf.reduce_mean(centred * centred, axis=self.axes, keepdims=True)
        return centred * tf.math.rsqrt(variance + self.epsilon) * self.gamma + self.beta

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "epsilon": self.epsilon}


class ExponentialUnit(keras.layers.Layer):  # type: ignore[misc]
    """ELU and SELU from RELU, LOGISTIC, RSQRT, MUL, SUB and ADD.

    ``scale * (x if x > 0 else alpha * (exp(x) - 1))``; Clevert et al. 2015, Klambauer et al. 2017. LiteRT's reference
    kernels have no ELU, and TFLM no int8 EXP and no SELECT, so ``exp`` of what is at most 0 is taken from the logistic
    function s, which both have: ``exp(x) = s / (1 - s)`` with ``s`` at most ½.
    """

    def __init__(self, alpha: float = 1.0, scale: float = 1.0, **rest: Any) -> None:
        super().__init__(**rest)
        self.alpha, self.scale = float(alpha), float(scale)

    def call(self, x: Any) -> Any:
        positive = tf.nn.relu(x)
        logistic = tf.sigmoid(x - positive)
        root = tf.math.rsqrt(1.0 - logistic)
        below = logistic * root * root - 1.0
        if self.alpha != 1.0:
            below = below * (self.alpha * self.scale)
        return (positive * self.scale if self.scale != 1.0 else positive) + below

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha, "scale": self.scale}


CUSTOM_OBJECTS = {layer.__name__: layer for layer in (NearestUp, CenterCrop, LayerNorm, ExponentialUnit)}
