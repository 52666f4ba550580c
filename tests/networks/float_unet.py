"""A float U-Net of one level, written without any converter: ``(1, time, 1)`` to ``(1, time, classes)``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests.networks.tflite_writer import ModelWriter

TIME, CLASSES, WIDTH = 64, 4, 6


class FloatNetwork:
    """Collects float layers over ``(1, 1, time, channels)`` with weights of a fixed seed."""

    def __init__(self, seed: int = 0) -> None:
        self.writer, self._numbers = ModelWriter(), np.random.default_rng(seed)

    def signal(self, time: int, channels: int, name: str) -> int:
        return self.writer.tensor((1, 1, time, channels), "float32", name=name)

    def convolution(self, x: int, time: int, inputs: int, outputs: int, name: str, activation: str = "RELU") -> int:
        weights = self._numbers.normal(0, 1 / np.sqrt(5 * inputs), (outputs, 1, 5, inputs)).astype(np.float32)
        weights *= np.linspace(0.1, 2, outputs, dtype=np.float32)[:, None, None, None]  # scales per channel differ
        bias = self._numbers.normal(0, 0.1, outputs).astype(np.float32)
        operands = [
            x,
            self.writer.tensor(weights.shape, "float32", data=weights, name=f"{name}/weights"),
            self.writer.tensor(bias.shape, "float32", data=bias, name=f"{name}/bias"),
        ]
        options = {"strideW": 1, "strideH": 1, "padding": "SAME", "fusedActivationFunction": activation}
        y = self.signal(time, outputs, name)
        return self.writer.op("CONV_2D", operands, y, **options, dilationWFactor=1, dilationHFactor=1)

    def reshaped(self, x: int, shape: Sequence[int], name: str) -> int:
        y = self.writer.tensor(shape, "float32", name=name)
        return self.writer.op("RESHAPE", [x, self.writer.constant(shape)], y, newShape=list(shape))


def float_unet(seed: int = 0, name: str = "input") -> bytes:
    """Return the file; ``name`` is that of its input tensor."""
    n = FloatNetwork(seed)
    source = n.writer.tensor((1, TIME, 1), "float32", name=name)
    skip = n.convolution(n.reshaped(source, (1, 1, TIME, 1), "to_2d"), TIME, 1, WIDTH, "enc")
    low = n.signal(TIME // 2, WIDTH, "pool")
    pool = {"strideW": 2, "strideH": 1, "filterWidth": 2, "filterHeight": 1, "padding": "VALID"}
    n.writer.op("MAX_POOL_2D", [skip], low, **pool)
    bottom = n.convolution(low, TIME // 2, WIDTH, WIDTH, "bottom")
    up = n.writer.op("RESIZE_NEAREST_NEIGHBOR", [bottom, n.writer.constant([1, TIME])], n.signal(TIME, WIDTH, "up"))
    joined = n.signal(TIME, 2 * WIDTH, "join")
    n.writer.op("CONCATENATION", [skip, up], joined, axis=3)
    scores = n.convolution(joined, TIME, 2 * WIDTH, CLASSES, "head", "NONE")
    return n.writer.build([source], [n.reshaped(scores, (1, TIME, CLASSES), "output")])


def smooth(count: int, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Windows ``(count, time, 1)`` of band-limited noise."""
    raw = np.cumsum(np.random.default_rng(seed).standard_normal((count, TIME + 8, 1)), axis=1)
    return ((raw[:, 8:] - raw[:, :-8]) / 3).astype(np.float32)
