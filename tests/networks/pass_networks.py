"""One small network per exact pass, in which that pass has something to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from tests.networks.helium_table import SideBySide
from tests.networks.random_layers import Value

RELU, NONE, LOW = ("RELU", -128), ("NONE", 3), ("NONE", -128)


class PassNetwork(SideBySide):
    """Layers that passes rewrite, beside those of ``SideBySide``; only what ``only`` names is an output."""

    def only(self, *outputs: Value) -> bytes:
        self.results = list(outputs)
        return self.build()

    def like(self, x: Value, rows: int, channels: int) -> Value:
        return self._made(rows, channels, x.scale, x.zero_point)

    def upsampled(self, x: Value, factor: int) -> Value:
        made = self.like(x, x.shape[1] * factor, x.shape[2])
        self.writer.op("RESIZE_NEAREST_NEIGHBOR", [x.index, self.writer.constant([1, made.shape[1]])], made.index)
        return made

    def padded(self, x: Value, before: int, after: int) -> Value:
        made = self.like(x, before + x.shape[1] + after, x.shape[2])
        amounts = self.writer.constant([[0, 0], [0, 0], [before, after], [0, 0]])
        self.writer.op("PAD", [x.index, amounts], made.index)
        return made

    def activated(self, x: Value, kind: str = "RELU", quantization: tuple[float, int] | None = None) -> Value:
        """A function of one value; with ``quantization`` (scale, zero point) of its output, else its input's."""
        made = self._made(x.shape[1], x.shape[2], *(quantization or (x.scale, x.zero_point)))
        self.writer.op(kind, [x.index], made.index)
        return made

    def beside(self, a: Value, b: Value) -> Value:
        made = self.like(b, b.shape[1], a.shape[2] + b.shape[2])
        self.writer.op("CONCATENATION", [a.index, b.index], made.index, axis=3)
        return made

    def reshaped(self, x: Value, rows: int) -> Value:
        made = self.like(x, rows, x.shape[1] * x.shape[2] // rows)
        self.writer.op("RESHAPE", [x.index, self.writer.constant([1, *made.shape])], made.index)
        return made

    def same_quantization(self, x: Value, rows: int, channels: int) -> Value:
        """An input with the scale and zero point of ``x``."""
        made = self.like(x, rows, channels)
        self.inputs.append(made)
        return made


def _padding() -> bytes:
    n = PassNetwork(1)
    x = n.padded(n.input(17, 4), 2, 1)
    return n.only(n.convolution(x, 5, 4, RELU, padding="VALID"))


def _transposed() -> bytes:
    n = PassNetwork(2)
    x = n.input(9, 4)
    return n.only(n.transposed(x, 5, 4, 2), n.transposed(x, 4, 3, 2), n.transposed(x, 3, 2, 2))


def _activation() -> bytes:
    n = PassNetwork(3)
    x = n.activated(n.convolution(n.input(16, 4), 6, 3, ("NONE", -11)))
    y = n.activated(n.add(x, n.depthwise(x, 3, NONE)), "RELU6")
    return n.only(n.activated(n.pool(y, 3, 2)))


class DyingNetwork(PassNetwork):
    """Of every three channels of a layer, one has no weights and one has next to none; of eight, every fourth one."""

    def _weights(self, shape: tuple[int, ...], axis: int, scale: float) -> int:
        data = self.numbers.integers(-127, 128, shape, dtype=np.int8)
        scales = scale * self.numbers.uniform(0.5, 1.8, shape[axis])
        if shape[axis] == 24:
            np.moveaxis(data, axis, 0)[::3] = 0
        scales[{24: slice(1, None, 3), 8: slice(None, None, 4)}.get(shape[axis], slice(0))] *= 2.0**-22
        return self.writer.tensor(shape, "int8", scales.astype(np.float32), data=data, axis=axis)


def _dead_channels() -> bytes:
    """Chains whose ends read one row at a time, or windows that reach into the padding."""
    n = DyingNetwork(18)
    x = n.convolution(n.input(16, 4), 24, 3, RELU)
    padded = n.convolution(n.pool(n.depthwise(n.convolution(x, 24, 1, NONE), 3, NONE), 2, 2), 5, 3, RELU)
    head = n.convolution(n.reshaped(n.pool(x, 2, 2), 8), 6, 1, NONE)
    return n.only(n.convolution(padded, 4, 1, NONE), head)


def _constant_channels() -> bytes:
    n = DyingNetwork(19)
    x = n.convolution(n.depthwise(n.convolution(n.input(16, 4), 8, 3, RELU), 3, NONE), 8, 1, NONE)
    return n.only(n.convolution(x, 4, 1, NONE))


def tables() -> bytes:
    """GELU, QUANTIZE and LOGISTIC in a row; two in a row of which the first is also an output."""
    n = PassNetwork(17)
    x = n.convolution(n.input(16, 4), 6, 3, NONE)
    first = n.activated(x, "GELU", (0.03, -101))
    y = n.activated(n.activated(first, "QUANTIZE", (0.041, 5)), "LOGISTIC", (1 / 256, -128))
    read_twice = n.activated(n.pool(x, 2, 2), "HARD_SWISH", (0.03, 2))
    return n.only(y, n.activated(read_twice, "ABS"), read_twice)


def _concat() -> bytes:
    n = PassNetwork(4)
    a = n.input(16, 4)
    return n.only(n.joined(a, n.same_quantization(a, 16, 3), 5, 3, RELU))


def _low_rate() -> bytes:
    n = PassNetwork(5)
    a = n.input(8, 4)
    return n.only(n.joined(a, n.same_quantization(a, 24, 3), 5, 1, RELU, repeat=3))


def _depthwise_parts() -> bytes:
    n = PassNetwork(6)
    a, c = n.input(8, 4), n.input(5, 3)
    both = n.beside(n.upsampled(a, 2), n.same_quantization(a, 16, 3))
    other = n.beside(n.same_quantization(c, 15, 2), n.upsampled(c, 3))
    return n.only(n.depthwise(both, 7, NONE), n.depthwise(other, 5, RELU))


def _upsampled() -> bytes:
    n = PassNetwork(7)
    done = []
    for taps, factor, stride, dilation in (
        *(
            (5, 2, 1, 1),
            (3, 2, 1, 1),
            (4, 2, 1, 1),
            (7, 3, 1, 1),
            (3, 2, 2, 1),
            (3, 2, 1, 2),
            (5, 4, 2, 1),
            (1, 2, 1, 1),
        ),
        *((9, 2, 1, 1), (7, 2, 1, 1), (8, 2, 1, 1), (2, 3, 1, 1), (3, 3, 1, 3), (1, 3, 3, 1)),
    ):
        x = n.input(7, 4)
        done.append(n.convolution(n.upsampled(x, factor), 5, taps, RELU, stride, dilation))
        done.append(n.depthwise(n.upsampled(n.input(6, 3), factor), taps, NONE, stride, dilation))
        beside = n.beside(n.upsampled(x, factor), n.same_quantization(x, 7 * factor, 3))
        done.append(n.convolution(beside, 4, max(taps, 2), LOW, stride, dilation))
    return n.only(*done)


def _every_convolution() -> bytes:
    n = PassNetwork(8)
    x = n.convolution(n.input(16, 4), 6, 3, NONE)
    y = n.joined(n.pool(x, 2, 2), x, 5, 1, RELU, repeat=2)
    return n.only(n.depthwise(y, 5, ("NONE", 12)))


def _add() -> bytes:
    n = PassNetwork(9)
    x = n.convolution(n.input(16, 8), 8, 1, NONE)
    own = n.convolution(n.depthwise(x, 5, NONE), 12, 1, RELU)
    total = n.add(own, n.convolution(x, 12, 1, NONE))
    return n.only(n.convolution(total, 4, 1, NONE))


def _order() -> bytes:
    n = PassNetwork(10)
    x = n.convolution(n.input(64, 4), 4, 1, NONE)
    projected = n.convolution(x, 16, 1, NONE)
    y = n.depthwise(n.depthwise(n.convolution(x, 6, 1, NONE), 3, NONE), 3, NONE)
    return n.only(n.convolution(n.add(n.convolution(y, 16, 1, NONE), projected), 4, 1, NONE))


def _one() -> bytes:
    n = PassNetwork(11)
    return n.only(n.convolution(n.input(16, 4), 4, 1, RELU))


def _side_by_side() -> bytes:
    n = PassNetwork(12)
    x = n.input(16, 4)
    return n.only(n.pool(n.beside(n.pool(x, 3, 1), n.pool(x, 2, 1)), 3, 2))


def _in_place() -> bytes:
    n = PassNetwork(13)
    x = n.input(16, 4)
    a, b = n.convolution(x, 5, 1, NONE), n.convolution(x, 5, 3, NONE)
    return n.only(n.convolution(n.add(a, b), 4, 1, NONE))


def _reshapes() -> bytes:
    n = PassNetwork(14)
    x = n.convolution(n.input(16, 4), 6, 1, NONE)
    return n.only(n.convolution(n.reshaped(x, 8), 4, 1, NONE))


def _overlap() -> bytes:
    n = PassNetwork(15)
    x = n.input(32, 6)
    for taps in (3, 1, 3, 1):
        x = n.convolution(x, 6, taps, NONE)
    return n.only(x)


def streaming_unet() -> bytes:
    """Two levels, wide skips from few channels: something for each pass of a stream."""
    n = PassNetwork(16)
    x = n.input(64, 1)
    skip = n.convolution(x, 12, 1, NONE)
    level = n.convolution(n.pool(n.convolution(skip, 8, 5, RELU), 2, 2), 16, 5, RELU)
    low = n.convolution(n.convolution(n.pool(level, 2, 2), 16, 9, RELU), 16, 9, RELU)
    high = n.transposed(low, 16, 2, 2)
    high = n.convolution(n.add(high, n.convolution(level, 16, 3, NONE)), 12, 9, NONE)
    top = n.add(n.transposed(high, 12, 2, 2), skip)
    return n.only(n.convolution(top, 3, 5, NONE))


NETWORKS: Mapping[str, Callable[[], bytes]] = {
    "padding": _padding,
    "transposed": _transposed,
    "activation": _activation,
    "dead_channels": _dead_channels,
    "constant_channels": _constant_channels,
    "tables": tables,
    "concat": _concat,
    "low_rate": _low_rate,
    "depthwise_parts": _depthwise_parts,
    "upsampled": _upsampled,
    "zero_points": _every_convolution,
    "add": _add,
    "order": _order,
    "caller_memory": _one,
    "side_by_side": _side_by_side,
    "in_place": _in_place,
    "reshapes": _reshapes,
    "overlap": _overlap,
    "retiming": streaming_unet,
    "recompute": streaming_unet,
    "waiting_room": streaming_unet,
}
"""By pass; those of a stream share one."""
