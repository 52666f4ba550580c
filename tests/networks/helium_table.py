"""Networks of many small layers side by side, around the edges of the Helium kernels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import cycle

import numpy as np

from tests.networks.random_layers import SPREAD, STEPS, Value, out_size
from tests.networks.tflite_writer import ModelWriter

ROWS = (1, 2, 3, 7, 8, 9, 17)
CHANNELS = (1, 3, 4, 5, 12, 16, 17, 24)
OUTPUTS = (1, 4, 5, 8)
TAPS = (1, 3, 5, 7, 9)
ACTIVATIONS = (
    ("RELU", -128),
    ("NONE", 3),
    ("RELU6", -128),
    ("RELU", -20),
    ("RELU_N1_TO_1", 0),
    ("NONE", -128),
    ("RELU6", 10),
)


class SideBySide:
    """A network whose layers mostly read its inputs and whose every layer is an output."""

    dtype = "int8"
    scales = (0.5, 1.8)
    """How far the channels' weight scales lie apart."""

    def __init__(self, seed: int) -> None:
        self.writer = ModelWriter()
        self.numbers = np.random.default_rng(seed)
        self.inputs: list[Value] = []
        self.results: list[Value] = []

    def input(self, rows: int, channels: int) -> Value:
        x = self._made(rows, channels, 0.05 / STEPS[self.dtype], int(self.numbers.integers(-128, 128)))
        self.inputs.append(x)
        return x

    def build(self) -> bytes:
        """The file, its outputs in reverse, so that what a layer writes behind its own lands in one that is done."""
        return self.writer.build([x.index for x in self.inputs], [y.index for y in reversed(self.results)])

    def _made(self, rows: int, channels: int, scale: float, zero_point: int) -> Value:
        return self._shaped((1, rows, channels), scale, zero_point)

    def _shaped(self, shape: tuple[int, int, int], scale: float, zero_point: int) -> Value:
        scale, zero_point = float(np.float32(scale)), zero_point if self.dtype == "int8" else 0
        return Value(self.writer.tensor((1, *shape), self.dtype, scale, zero_point), shape, scale, zero_point)

    def _weights(self, shape: tuple[int, ...], axis: int, scale: float) -> int:
        data = self.numbers.integers(-127, 128, shape, dtype=np.int8)
        data.reshape(-1)[0] = -128
        scales = (scale * self.numbers.uniform(*self.scales, shape[axis])).astype(np.float32)
        return self.writer.tensor(shape, "int8", scales, data=data, axis=axis)

    def _layer(
        self,
        kind: str,
        x: Value,
        shape: tuple[int, ...],
        axis: int,
        rows: int | tuple[int, int],
        activation: tuple[str, int],
        **options: object,
    ) -> Value:
        """A convolution whose results spread over the range of their type, whatever its activation; ``rows`` of an
        image are height and width."""
        name, zero_point = activation
        scale, fine = {"RELU6": 6 / 150, "RELU_N1_TO_1": 1 / 60}.get(name, 0.04), STEPS[self.dtype]
        scale, sums = scale / fine, 73.0 * SPREAD * fine * math.sqrt(math.prod(shape) / shape[axis])
        weight_scale = scale * SPREAD * fine / (x.scale * sums)
        height, width = rows if isinstance(rows, tuple) else (1, rows)
        made = self._shaped((height, width, shape[axis]), scale, zero_point)
        spread = self.numbers.standard_normal(shape[axis]) * sums
        wide = "int32" if self.dtype == "int8" else "int64"
        bias = self.writer.tensor((shape[axis],), wide, x.scale * weight_scale, data=spread.astype(wide))
        weights = self._weights(shape, axis, weight_scale)
        options = {"strideH": 1, **options}
        self.writer.op(kind, [x.index, weights, bias], made.index, fusedActivationFunction=name, **options)
        self.results.append(made)
        return made

    def convolution(
        self,
        x: Value,
        outputs: int,
        taps: int,
        activation: tuple[str, int],
        stride: int = 1,
        dilation: int = 1,
        padding: str = "SAME",
    ) -> Value:
        rows = out_size(x.shape[1], taps, stride, dilation, padding)
        shape = (outputs, 1, taps, x.shape[2])
        sizes = {"strideW": stride, "dilationWFactor": dilation, "dilationHFactor": 1, "padding": padding}
        return self._layer("CONV_2D", x, shape, 0, rows, activation, **sizes)

    def depthwise(self, x: Value, taps: int, activation: tuple[str, int], stride: int = 1, dilation: int = 1) -> Value:
        rows = out_size(x.shape[1], taps, stride, dilation, "SAME")
        sizes = {
            "strideW": stride,
            "dilationWFactor": dilation,
            "dilationHFactor": 1,
            "padding": "SAME",
            "depthMultiplier": 1,
        }
        return self._layer("DEPTHWISE_CONV_2D", x, (1, 1, taps, x.shape[2]), 3, rows, activation, **sizes)

    def transposed(self, x: Value, outputs: int, taps: int, stride: int) -> Value:
        weights = self._weights((outputs, 1, taps, x.shape[2]), 0, 1.0 / (73.0 * math.sqrt(x.shape[2] * taps)))
        rows = x.shape[1] * stride
        shape = self.writer.constant([1, 1, rows, outputs])
        made = self._made(rows, outputs, x.scale, -11)
        self.writer.op(
            "TRANSPOSE_CONV", [shape, weights, x.index], made.index, padding="SAME", strideH=1, strideW=stride
        )
        self.results.append(made)
        return made

    def pool(self, x: Value, window: int, stride: int) -> Value:
        rows = -(-x.shape[1] // stride)
        made = self._made(rows, x.shape[2], x.scale, x.zero_point)
        sizes = {"strideW": stride, "strideH": 1, "filterWidth": window, "filterHeight": 1}
        self.writer.op("MAX_POOL_2D", [x.index], made.index, padding="SAME", **sizes)
        self.results.append(made)
        return made

    def add(self, a: Value, b: Value, activation: str = "NONE") -> Value:
        made = self._made(a.shape[1], a.shape[2], 1.3 * math.hypot(a.scale, b.scale), -7)
        self.writer.op("ADD", [a.index, b.index], made.index, fusedActivationFunction=activation)
        self.results.append(made)
        return made

    def joined(
        self, a: Value, b: Value, outputs: int, taps: int, activation: tuple[str, int], repeat: int = 1
    ) -> Value:
        """A convolution over ``a``, upsampled ``repeat`` times, beside ``b``; both on one scale."""
        assert (a.scale, a.zero_point) == (b.scale, b.zero_point)
        if repeat > 1:
            up = self._made(a.shape[1] * repeat, a.shape[2], a.scale, a.zero_point)
            self.writer.op("RESIZE_NEAREST_NEIGHBOR", [a.index, self.writer.constant([1, up.shape[1]])], up.index)
            a = up
        both = self._made(b.shape[1], a.shape[2] + b.shape[2], b.scale, b.zero_point)
        self.writer.op("CONCATENATION", [a.index, b.index], both.index, axis=3)
        return self.convolution(both, outputs, taps, activation)


def table_network(channels: int, seed: int, rows: Iterable[int] = ROWS) -> bytes:
    """All kinds of layers on signals of ``channels`` channels and each count of ``rows``; sizes take turns."""
    network = SideBySide(seed)
    outputs, taps, activations = cycle(OUTPUTS), cycle(TAPS), cycle(ACTIVATIONS)
    for _ in range(seed % 3):
        next(outputs), next(activations)
    for length in rows:
        x = network.input(length, channels)
        network.convolution(x, next(outputs), 1, next(activations))
        network.convolution(x, next(outputs), next(taps), next(activations))
        network.convolution(x, next(outputs), next(taps), next(activations), stride=2)
        y = network.convolution(x, channels, 3 if channels != 16 else 5, next(activations))
        network.depthwise(x, next(taps), next(activations), stride=1 + length % 2)
        network.depthwise(x, next(taps), next(activations))
        network.pool(x, 2 + length % 2, 1 + seed % 2)
        network.add(x, y)
        if length % 2 == 0:
            network.joined(network.pool(x, 2, 2), x, next(outputs), 1, next(activations), repeat=2)
        network.joined(network.pool(x, 2, 1), x, next(outputs), next(taps) if channels < 16 else 1, next(activations))
    return network.build()


def column_network(channels: int, seed: int) -> bytes:
    """Depthwise convolutions in chains, so that outputs replace inputs; counts of rows around multiples of eight."""
    network = SideBySide(seed)
    taps, activations, done = cycle(TAPS), cycle(ACTIVATIONS[:4]), []
    for number, rows in enumerate((1, 2, 7, 8, 9, 16, 17, 40, 71)):
        x = network.convolution(network.input(rows, 3), channels, 1, ("RELU", -128))
        x = network.depthwise(x, next(taps), next(activations), dilation=1 + number % 3)
        x = network.depthwise(x, next(taps), next(activations), stride=1 + number % 2)
        x = network.convolution(network.depthwise(x, next(taps), next(activations)), channels, 1, next(activations))
        done.append(network.convolution(network.depthwise(x, 5, next(activations)), 4, 1, ("NONE", 3)))
    network.results = done
    return network.build()


def copies_network(channels: int, seed: int) -> bytes:
    """Upsampled signals and concatenations that are outputs, so that they are made: runs around sixteen bytes."""
    network = SideBySide(seed)
    for rows, factor in ((1, 2), (2, 3), (7, 2), (8, 4)):
        x, skip = network.input(rows, channels), network.input(rows * factor, channels + seed)
        up = network._made(rows * factor, channels, x.scale, x.zero_point)
        size = network.writer.constant([1, rows * factor])
        network.writer.op("RESIZE_NEAREST_NEIGHBOR", [x.index, size], up.index)
        same = Value(skip.index, skip.shape, x.scale, x.zero_point)
        network.writer.graph.tensors[skip.index].quantization.zeroPoint = np.array([x.zero_point], np.int64)
        both = network._made(rows * factor, 2 * channels + seed, x.scale, x.zero_point)
        network.writer.op("CONCATENATION", [up.index, same.index], both.index, axis=3)
        network.results += [up, both]
    return network.build()
