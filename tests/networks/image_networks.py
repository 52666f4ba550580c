"""Networks of images: convolutions and depthwise ones around their edges, and twins of the MLPerf Tiny models."""

from __future__ import annotations

import math
from itertools import cycle

from tests.networks.helium_table import SideBySide
from tests.networks.random_layers import Value, out_size

Pair = tuple[int, int]
ACTIVATIONS = (("RELU", -128), ("NONE", 3), ("RELU6", -128), ("RELU", -20), ("NONE", -128))


class ImageNetwork(SideBySide):
    """Layers over images; only what ``only`` names is an output."""

    def image(self, height: int, width: int, channels: int) -> Value:
        """An input of the network."""
        x = self._shaped((height, width, channels), 0.05, int(self.numbers.integers(-128, 128)))
        self.inputs.append(x)
        return x

    def only(self, *outputs: Value) -> bytes:
        self.results = list(outputs)
        return self.build()

    def conv(
        self,
        x: Value,
        outputs: int,
        kernel: Pair,
        activation: tuple[str, int] = ("RELU", -128),
        stride: Pair = (1, 1),
        dilation: Pair = (1, 1),
        padding: str = "SAME",
    ) -> Value:
        shape = (outputs, *kernel, x.shape[2])
        return self._over_image("CONV_2D", x, shape, 0, kernel, activation, stride, dilation, padding)

    def depth(
        self,
        x: Value,
        kernel: Pair,
        activation: tuple[str, int] = ("RELU", -128),
        stride: Pair = (1, 1),
        dilation: Pair = (1, 1),
        padding: str = "SAME",
        multiplier: int = 1,
    ) -> Value:
        shape = (1, *kernel, x.shape[2] * multiplier)
        more = {"depthMultiplier": multiplier}
        return self._over_image("DEPTHWISE_CONV_2D", x, shape, 3, kernel, activation, stride, dilation, padding, **more)

    def up(self, x: Value, outputs: int, kernel: Pair, stride: Pair, padding: str = "SAME") -> Value:
        """A transposed convolution."""
        weights = self._weights((outputs, *kernel, x.shape[2]), 0, 0.7 / (73.0 * math.sqrt(x.shape[2])))
        further = [max(k - s, 0) if padding == "VALID" else 0 for k, s in zip(kernel, stride, strict=True)]
        height, width = (x.shape[i] * stride[i] + further[i] for i in (0, 1))
        made = self._shaped((height, width, outputs), x.scale, -11)
        shape = self.writer.constant([1, height, width, outputs])
        sizes = {"strideH": stride[0], "strideW": stride[1], "padding": padding}
        self.writer.op("TRANSPOSE_CONV", [shape, weights, x.index], made.index, **sizes)
        return made

    def average(self, x: Value, kernel: Pair) -> Value:
        """The mean of windows that do not overlap."""
        made = self._shaped((x.shape[0] // kernel[0], x.shape[1] // kernel[1], x.shape[2]), x.scale, x.zero_point)
        sizes = {"strideH": kernel[0], "strideW": kernel[1], "filterHeight": kernel[0], "filterWidth": kernel[1]}
        self.writer.op("AVERAGE_POOL_2D", [x.index], made.index, padding="VALID", **sizes)
        return made

    def sum(self, a: Value, b: Value, activation: str = "NONE") -> Value:
        made = self._shaped(a.shape, 0.06, -128 if activation == "RELU" else -7)
        self.writer.op("ADD", [a.index, b.index], made.index, fusedActivationFunction=activation)
        return made

    def dense(self, x: Value, outputs: int, activation: tuple[str, int] = ("NONE", 3)) -> Value:
        """A fully connected layer over all values."""
        inputs = x.shape[0] * x.shape[1] * x.shape[2]
        flat = self._shaped((1, 1, inputs), x.scale, x.zero_point)
        self.writer.op("RESHAPE", [x.index, self.writer.constant([1, 1, 1, inputs])], flat.index)
        return self.conv(flat, outputs, (1, 1), activation)

    def _over_image(
        self,
        kind: str,
        x: Value,
        shape: tuple[int, ...],
        axis: int,
        kernel: Pair,
        activation: tuple[str, int],
        stride: Pair,
        dilation: Pair,
        padding: str,
        **options: object,
    ) -> Value:
        height, width = (out_size(x.shape[i], kernel[i], stride[i], dilation[i], padding) for i in (0, 1))
        sizes = {"strideH": stride[0], "strideW": stride[1], "padding": padding}
        sizes |= {"dilationHFactor": dilation[0], "dilationWFactor": dilation[1]}
        return self._layer(kind, x, shape, axis, (height, width), activation, **sizes, **options)


def image_network(channels: int, seed: int) -> bytes:
    """Windows of every kind over images of ``channels`` channels: the caller's and, behind a 1x1, the arena's."""
    n = ImageNetwork(seed)
    activations = cycle(ACTIVATIONS[seed % 5 :] + ACTIVATIONS[: seed % 5])
    done = []
    for (height, width), kernel, stride, dilation, padding in (
        ((5, 7), (3, 3), (1, 1), (1, 1), "SAME"),
        ((6, 5), (3, 3), (2, 2), (1, 1), "SAME"),
        ((7, 9), (3, 3), (2, 2), (1, 1), "VALID"),
        ((9, 8), (5, 2), (1, 2), (1, 1), "SAME"),
        ((4, 11), (1, 3), (2, 1), (1, 2), "SAME"),
        ((8, 6), (2, 4), (1, 1), (3, 1), "VALID"),
        ((3, 3), (5, 5), (1, 1), (1, 1), "SAME"),
        ((5, 6), (1, 1), (2, 2), (1, 1), "SAME"),
    ):
        x = n.image(height, width, channels)
        y = n.conv(x, channels, (1, 1), ("NONE", 3))
        for outputs, source in ((8, x), (5, y), (16, y)):
            done.append(n.conv(source, outputs, kernel, next(activations), stride, dilation, padding))
        done.append(n.depth(x, kernel, next(activations), stride, dilation, padding))
        z = n.depth(y, kernel, next(activations), stride, dilation, padding)
        done.append(n.conv(z, 4, (1, 1), next(activations)))
    for (height, width), stride, padding in (
        ((3, 5), (1, 1), "SAME"),
        ((4, 6), (1, 1), "VALID"),
        ((2, 7), (1, 1), "SAME"),
        ((6, 8), (2, 1), "SAME"),
        ((5, 15), (2, 2), "SAME"),
        ((7, 16), (1, 2), "SAME"),
        ((9, 17), (2, 2), "VALID"),
        ((9, 19), (4, 2), "SAME"),
    ):
        y = n.conv(n.image(height, width, 3), channels, (1, 1), ("NONE", 3))
        done.append(n.depth(y, (3, 3), next(activations), stride, padding=padding))
    for (height, width), kernel, stride, padding in (
        ((3, 4), (3, 3), (2, 2), "SAME"),
        ((2, 5), (2, 2), (2, 2), "SAME"),
        ((4, 3), (5, 4), (2, 3), "VALID"),
        ((3, 3), (2, 1), (3, 2), "VALID"),
        ((4, 6), (3, 5), (1, 2), "SAME"),
    ):
        y = n.conv(n.image(height, width, 3), channels, (1, 1), ("NONE", 3))
        done.append(n.up(y, 5, kernel, stride, padding))
        done.append(n.conv(n.up(y, 8, kernel, stride, padding), 4, (1, 1), next(activations)))
    done.append(n.depth(n.image(5, 6, channels), (3, 3), next(activations), multiplier=2))
    return n.only(*done)


def chain_network(channels: int, seed: int) -> bytes:
    """Convolutions one after the other, so that outputs are placed over inputs."""
    n = ImageNetwork(seed)
    x = n.conv(n.image(9, 10, channels), channels, (1, 1))
    for stride, padding in (((1, 1), "SAME"), ((1, 1), "SAME"), ((2, 2), "SAME"), ((1, 1), "VALID")):
        x = n.depth(x, (3, 3), ("RELU", -128), stride, padding=padding)
        x = n.conv(x, channels, (3, 3), ("NONE", 3))
    return n.only(n.conv(x, 4, (1, 1)))


def keyword_network(seed: int, channels: int = 64) -> bytes:
    """The shapes of MLPerf Tiny's keyword spotting: a wide first window, depthwise separable layers, a pooled head."""
    n = ImageNetwork(seed)
    x = n.conv(n.image(49, 10, 1), channels, (10, 4), stride=(2, 2))
    for _ in range(4):
        x = n.conv(n.depth(x, (3, 3)), channels, (1, 1))
    return n.only(n.dense(n.average(x, (25, 5)), 12))


def wake_network(seed: int, size: int = 96) -> bytes:
    """The shapes of MLPerf Tiny's visual wake words: MobileNet v1 with a quarter of the channels."""
    n = ImageNetwork(seed)
    x = n.conv(n.image(size, size, 3), 8, (3, 3), stride=(2, 2))
    for outputs, step in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *5 * [(128, 1)], (256, 2), (256, 1)):
        x = n.conv(n.depth(x, (3, 3), stride=(step, step)), outputs, (1, 1))
    return n.only(n.dense(n.average(x, x.shape[:2]), 2))


def residual_image_network(seed: int, size: int = 32) -> bytes:
    """The shapes of MLPerf Tiny's image classification: a residual network of three stages."""
    n = ImageNetwork(seed)
    x = n.conv(n.image(size, size, 3), 16, (3, 3))
    for outputs, step in ((16, 1), (32, 2), (64, 2)):
        y = n.conv(n.conv(x, outputs, (3, 3), stride=(step, step)), outputs, (3, 3), ("NONE", 3))
        skip = x if step == 1 else n.conv(x, outputs, (1, 1), ("NONE", -5), stride=(step, step))
        x = n.sum(y, skip, "RELU")
    return n.only(n.dense(n.average(x, x.shape[:2]), 10))


def anomaly_network(seed: int) -> bytes:
    """The shapes of MLPerf Tiny's anomaly detection: ten fully connected layers over 640 values."""
    n = ImageNetwork(seed)
    x = n.image(1, 1, 640)
    for outputs in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = n.dense(x, outputs, ("RELU", -128))
    return n.only(n.dense(x, 640))
