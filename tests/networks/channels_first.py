"""A U-Net as converters of PyTorch write it: ``(1, channels, time)`` between layers, a TRANSPOSE before and after each
convolution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tests.networks.tflite_writer import ModelWriter

TO_FIRST, TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


@dataclass(frozen=True)
class _Signal:
    """``(1, channels, time)``."""

    index: int
    channels: int
    time: int
    scale: float = 0.05
    zero_point: int = 4


class _Writing:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.writer = ModelWriter()

    def signal(self, channels: int, time: int, scale: float = 0.05, zero_point: int = 4) -> _Signal:
        scale = float(np.float32(scale))
        return _Signal(
            self.writer.tensor((1, channels, time), "int8", scale, zero_point), channels, time, scale, zero_point
        )

    def tensor(self, like: _Signal, shape: tuple[int, ...]) -> int:
        return self.writer.tensor(shape, "int8", like.scale, like.zero_point)

    def image(self, x: _Signal) -> int:
        """``x`` as ``(1, 1, time, channels)``, by a RESHAPE and a TRANSPOSE."""
        first = self.tensor(x, (1, x.channels, 1, x.time))
        self.writer.op("RESHAPE", [x.index, self.writer.constant([1, x.channels, 1, x.time])], first)
        last = self.tensor(x, (1, 1, x.time, x.channels))
        return self.writer.op("TRANSPOSE", [first, self.writer.constant(TO_LAST)], last)

    def back(self, image: int, like: _Signal) -> _Signal:
        first = self.tensor(like, (1, like.channels, 1, like.time))
        self.writer.op("TRANSPOSE", [image, self.writer.constant(TO_FIRST)], first)
        self.writer.op("RESHAPE", [first, self.writer.constant([1, like.channels, like.time])], like.index)
        return like

    def convolution(self, x: _Signal, channels: int, taps: int = 5) -> _Signal:
        made = self.signal(channels, x.time, 0.06, -3)
        weights, bias = self.weights((channels, 1, taps, x.channels), x)
        image = self.tensor(made, (1, 1, x.time, channels))
        self.writer.op("CONV_2D", [self.image(x), weights, bias], image, padding="SAME", strideH=1, strideW=1,
                       fusedActivationFunction="RELU")  # fmt: skip
        return self.back(image, made)

    def weights(self, shape: tuple[int, ...], x: _Signal) -> tuple[int, int]:
        scale = np.float32(0.3 / np.sqrt(np.prod(shape[1:])) / 40)
        weights = self.writer.tensor(
            shape, "int8", float(scale), data=self.rng.integers(-127, 128, shape, dtype=np.int8)
        )
        data = self.rng.integers(-800, 800, shape[0]).astype(np.int32)
        return weights, self.writer.tensor((shape[0],), "int32", float(np.float32(x.scale) * scale), data=data)

    def pool(self, x: _Signal) -> _Signal:
        made = self.signal(x.channels, x.time // 2, x.scale, x.zero_point)
        image = self.tensor(made, (1, 1, made.time, x.channels))
        self.writer.op(
            "MAX_POOL_2D", [self.image(x)], image, padding="VALID", strideH=1, strideW=2, filterHeight=1, filterWidth=2
        )
        return self.back(image, made)

    def upsampled(self, x: _Signal) -> _Signal:
        """``repeat_interleave``: an axis more, a TILE along it, and the reshape."""
        apart, tiled = self.tensor(x, (1, x.channels, x.time, 1)), self.tensor(x, (1, x.channels, x.time, 2))
        self.writer.op("RESHAPE", [x.index, self.writer.constant([1, x.channels, x.time, 1])], apart)
        self.writer.op("TILE", [apart, self.writer.constant([1, 1, 1, 2])], tiled)
        made = self.signal(x.channels, 2 * x.time, x.scale, x.zero_point)
        self.writer.op("RESHAPE", [tiled, self.writer.constant([1, x.channels, 2 * x.time])], made.index)
        return made

    def transposed(self, x: _Signal, channels: int) -> _Signal:
        made = self.signal(channels, 2 * x.time, 0.07, 2)
        weights, bias = self.weights((channels, 1, 2, x.channels), x)
        image = self.tensor(made, (1, 1, made.time, channels))
        shape = self.writer.constant([1, 1, made.time, channels])
        self.writer.op(
            "TRANSPOSE_CONV", [shape, weights, self.image(x), bias], image, padding="SAME", strideH=1, strideW=2
        )
        return self.back(image, made)

    def scaled(self, x: _Signal) -> _Signal:
        """A batch normalization that was not folded: a factor per channel."""
        made = self.signal(x.channels, x.time, 0.05, 0)
        factor = self.writer.tensor((1, x.channels, 1), "int8", 0.01,
                                    data=self.rng.integers(20, 128, (1, x.channels, 1), dtype=np.int8))  # fmt: skip
        self.writer.op("MUL", [x.index, factor], made.index, fusedActivationFunction="NONE")
        return made

    def joined(self, *parts: _Signal) -> _Signal:
        """Side by side along the channels, each in the scale of the first."""
        first, like = parts[0], []
        for part in parts:
            if (part.scale, part.zero_point) != (first.scale, first.zero_point):
                same = replace(self.signal(part.channels, part.time, first.scale, first.zero_point))
                self.writer.op("QUANTIZE", [part.index], same.index)
                part = same
            like.append(part)
        made = self.signal(sum(part.channels for part in parts), first.time, first.scale, first.zero_point)
        self.writer.op("CONCATENATION", [part.index for part in like], made.index, axis=1)
        return made


def channels_first_unet(time: int = 32, channels: int = 3, classes: int = 4, seed: int = 0) -> bytes:
    """Two levels, one by a transposed convolution and one by repeated samples; ``(1, channels, time)`` in."""
    net = _Writing(seed)
    x = given = net.signal(channels, time)
    skips = []
    for width in (4, 6):
        x = net.scaled(net.convolution(x, width))
        skips.append(x)
        x = net.pool(x)
    x = net.convolution(x, 8)
    x = net.joined(net.transposed(x, 6), skips.pop())
    x = net.joined(net.upsampled(net.convolution(x, 5)), skips.pop())
    x = net.convolution(x, classes, taps=1)
    return net.writer.build([given.index], [x.index])


def channels_first_classifier(time: int = 12, channels: int = 3, seed: int = 0) -> bytes:
    """A convolution, ``flatten(1)`` and a dense layer, whose weights are in the order of ``(channels, time)``."""
    net = _Writing(seed)
    given = net.signal(channels, time)
    x = net.convolution(given, 4)
    flat = net.tensor(x, (1, 4 * time))
    net.writer.op("RESHAPE", [x.index, net.writer.constant([1, 4 * time])], flat)
    weights, bias = net.weights((5, 4 * time), x)
    made = net.writer.tensor((1, 5), "int8", 0.2, 1)
    net.writer.op("FULLY_CONNECTED", [flat, weights, bias], made)
    return net.writer.build([given.index], [made])
