"""Random int8 networks in which axes change places: what PyTorch's converters make, and worse.

``shuffled_network(seed)`` strings together TRANSPOSEs, reshapes that split and join axes, and operators that name axes
or do not care (CONCATENATION, PAD, SLICE, MEAN, sums with constants of any rank, TILE, GATHER), between convolutions
and dense layers, which do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.networks.tflite_writer import ModelWriter

Shape = tuple[int, ...]
MOST = 3000
"""Elements of an activation; beyond them nothing is made longer."""


@dataclass(frozen=True)
class _Value:
    index: int
    shape: Shape
    scale: float = 0.05
    zero_point: int = 3


class Shuffled:
    """A network under construction and the numbers that decide it."""

    def __init__(self, seed: int, dtype: str = "int8") -> None:
        self.rng = np.random.default_rng(seed)
        self.dtype = dtype
        self.writer = ModelWriter()

    def integer(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high + 1))

    def made(self, like: _Value, shape: Sequence[int]) -> _Value:
        shape = tuple(int(size) for size in shape)
        return replace(like, index=self._tensor(shape, like.scale, like.zero_point), shape=shape)

    def _tensor(self, shape: Shape, scale: float, zero_point: int, data: NDArray[Any] | None = None) -> int:
        """Of int16 the zero point is 0."""
        return self.writer.tensor(shape, self.dtype, scale, zero_point if self.dtype == "int8" else 0, data)

    def constant(self, shape: Shape, scale: float, zero_point: int) -> int:
        return self._tensor(shape, scale, zero_point, values_for(shape, self.integer(0, 999), self.dtype))

    def transposed(self, x: _Value) -> _Value:
        order = [0, *(self.rng.permutation(len(x.shape) - 1) + 1).tolist()]
        y = self.made(x, [x.shape[axis] for axis in order])
        self.writer.op("TRANSPOSE", [x.index, self.writer.constant(order)], y.index)
        return y

    def reshaped(self, x: _Value) -> _Value:
        """Two axes joined, one split, or an axis of length 1 more or less."""
        shape = list(x.shape)
        way, place = self.integer(0, 3), self.integer(1, len(shape) - 1)
        if way == 0 and place + 1 < len(shape):
            shape[place : place + 2] = [shape[place] * shape[place + 1]]
        elif way == 1 and len(shape) < 4:
            factor = next((n for n in (2, 3, 5) if shape[place] % n == 0), 1)
            shape[place : place + 1] = (
                [factor, shape[place] // factor] if self.integer(0, 1) else [shape[place] // factor, factor]
            )
        elif way == 2 and len(shape) < 4:
            shape.insert(place, 1)
        elif 1 in shape[1:]:
            del shape[shape.index(1, 1)]
        y = self.made(x, shape)
        self.writer.op("RESHAPE", [x.index, self.writer.constant(shape)], y.index)
        return y

    def activated(self, x: _Value) -> _Value:
        kinds = ("RELU", "LEAKY_RELU", "QUANTIZE", "LOGISTIC")  # of a small scale LiteRT and TFLM differ in the last
        kind = kinds[self.integer(0, 3 if x.scale > 0.01 else 2)]
        scale, zero_point = (1 / 256, -128) if kind == "LOGISTIC" else (0.06, -5)
        y = self.made(replace(x, scale=float(np.float32(scale)), zero_point=zero_point), x.shape)
        self.writer.op(kind, [x.index], y.index, **({"alpha": 0.3} if kind == "LEAKY_RELU" else {}))
        return y

    def shifted(self, x: _Value) -> _Value:
        """A sum or product with a constant that is repeated along some axes, and may have fewer of them."""
        shape = tuple(size if self.integer(0, 1) else 1 for size in x.shape)[self.integer(0, 1) :]
        rest = [size for size in shape if size != 1]
        if rest and x.shape[-1] != shape[-1] and len(rest) < sum(size != 1 for size in x.shape):
            shape = (1,) * (len(shape) - 1) + (x.shape[-1],)
        y = self.made(replace(x, scale=0.07, zero_point=-4), x.shape)
        operands = [x.index, self.constant(shape, 0.03, 9)]
        kind = ("ADD", "SUB", "MUL")[self.integer(0, 2)]
        self.writer.op(kind, operands[:: self.integer(0, 1) * 2 - 1], y.index, fusedActivationFunction="NONE")
        return y

    def doubled(self, x: _Value) -> _Value:
        """A residual: the value and a function of it, in whatever order that one was made."""
        other = self.back_and_forth(x)
        y = self.made(replace(x, scale=0.1, zero_point=7), x.shape)
        self.writer.op("ADD", [x.index, other.index], y.index, fusedActivationFunction="RELU")
        return y

    def back_and_forth(self, x: _Value) -> _Value:
        """TRANSPOSE, a RELU of the same scale, and the TRANSPOSE back."""
        order = [0, *(self.rng.permutation(len(x.shape) - 1) + 1).tolist()]
        y = self.made(x, [x.shape[axis] for axis in order])
        self.writer.op("TRANSPOSE", [x.index, self.writer.constant(order)], y.index)
        z = self.made(y, y.shape)
        self.writer.op("RELU", [y.index], z.index)
        back = self.made(x, x.shape)
        self.writer.op(
            "TRANSPOSE", [z.index, self.writer.constant([order.index(i) for i in range(len(order))])], back.index
        )
        return back

    def joined(self, x: _Value) -> _Value:
        axis = self.integer(1, len(x.shape) - 1)
        y = self.made(x, [size * 2 if i == axis else size for i, size in enumerate(x.shape)])
        self.writer.op("CONCATENATION", [x.index, self.back_and_forth(x).index], y.index, axis=axis - len(x.shape))
        return y

    def padded(self, x: _Value) -> _Value:
        pairs = [[0, 0], *([self.integer(0, 1), self.integer(0, 2)] for _ in x.shape[1:])]
        y = self.made(x, [size + sum(pair) for size, pair in zip(x.shape, pairs, strict=True)])
        self.writer.op("PAD", [x.index, self.writer.constant(pairs)], y.index)
        return y

    def sliced(self, x: _Value) -> _Value:
        size = [1, *(self.integer(max(1, length - 2), length) for length in x.shape[1:])]
        begin = [self.integer(0, length - part) for length, part in zip(x.shape, size, strict=True)]
        y = self.made(x, size)
        self.writer.op("SLICE", [x.index, self.writer.constant(begin), self.writer.constant(size)], y.index)
        return y

    def averaged(self, x: _Value) -> _Value:
        if len(x.shape) < 3:
            return x
        axis, kept = self.integer(1, len(x.shape) - 1), bool(self.integer(0, 1))
        shape = [1 if i == axis else size for i, size in enumerate(x.shape) if kept or i != axis]
        y = self.made(replace(x, scale=0.02), shape)
        self.writer.op("MEAN", [x.index, self.writer.constant([axis])], y.index, keepDims=kept)
        return y

    def tiled(self, x: _Value) -> _Value:
        axis = self.integer(1, len(x.shape) - 1)
        times = [self.integer(2, 3) if i == axis else 1 for i in range(len(x.shape))]
        y = self.made(x, [size * by for size, by in zip(x.shape, times, strict=True)])
        self.writer.op("TILE", [x.index, self.writer.constant(times)], y.index)
        return y

    def gathered(self, x: _Value) -> _Value:
        """Every place twice, some at random, or a stretch."""
        axis = self.integer(1, len(x.shape) - 1)
        length = x.shape[axis]
        places = (
            np.arange(2 * length) // 2,
            self.rng.integers(0, length, self.integer(1, 6)),
            np.arange(length)[length // 3 :],
        )[self.integer(0, 2)].tolist()
        y = self.made(x, [len(places) if i == axis else size for i, size in enumerate(x.shape)])
        self.writer.op(
            "GATHER", [x.index, self.writer.constant(places)], y.index, axis=axis - len(x.shape) * self.integer(0, 1)
        )
        return y

    def convolved(self, x: _Value) -> _Value:
        """A convolution along the last axis but one, after a reshape to four axes where it has fewer."""
        if len(x.shape) < 3:
            return x
        if len(x.shape) == 3:
            image = self.made(x, (1, 1, *x.shape[1:]))
            self.writer.op("RESHAPE", [x.index, self.writer.constant(image.shape)], image.index)
            x = image
        outputs, taps = self.integer(1, 6), self.integer(1, 3)
        shape = (outputs, 1, taps, x.shape[3])
        weights = self.writer.tensor(shape, "int8", 0.02, data=self.rng.integers(-127, 128, shape, dtype=np.int8))
        bias = self.writer.tensor((outputs,), "int32", data=self.rng.integers(-500, 500, outputs).astype(np.int32),
                                  scale=float(np.float32(x.scale) * np.float32(0.02)))  # fmt: skip
        y = self.made(replace(x, scale=0.08, zero_point=-3), (*x.shape[:3], outputs))
        self.writer.op("CONV_2D", [x.index, weights, bias], y.index, padding="SAME", strideH=1, strideW=1)
        return y

    def soft(self, x: _Value) -> _Value:
        y = self.made(replace(x, scale=1 / 256, zero_point=-128), x.shape)
        self.writer.op("SOFTMAX", [x.index], y.index, beta=1.0)
        return y


LAYERS: Sequence[Callable[[Shuffled, _Value], _Value]] = (
    Shuffled.transposed, Shuffled.transposed, Shuffled.transposed, Shuffled.reshaped, Shuffled.reshaped,
    Shuffled.reshaped, Shuffled.activated, Shuffled.shifted, Shuffled.doubled, Shuffled.joined, Shuffled.padded,
    Shuffled.sliced, Shuffled.averaged, Shuffled.tiled, Shuffled.gathered, Shuffled.convolved, Shuffled.convolved,
    Shuffled.soft,
)  # fmt: skip
_LONGER = (Shuffled.joined, Shuffled.padded, Shuffled.tiled, Shuffled.gathered)


INT8_ALONE = ("convolved", "soft", "activated", "tiled", "gathered")
"""What is written, or known to LiteRT's reference kernels, for int8 alone."""


def shuffled_network(seed: int, dtype: str = "int8") -> bytes:
    """One random network of one input, all of one type."""
    network, without = Shuffled(seed, dtype), () if dtype == "int8" else INT8_ALONE
    shape = ((1, 4, 12), (1, 3, 8, 2), (1, 1, 6, 10), (1, 5, 7), (1, 6, 4, 3))[network.integer(0, 4)]
    given = x = network.made(_Value(0, ()), shape)
    layers = [layer for layer in LAYERS if layer.__name__ not in without]
    for _ in range(network.integer(3, 9)):
        layer = layers[network.integer(0, len(layers) - 1)]
        if math.prod(x.shape) <= MOST or layer not in _LONGER:
            x = layer(network, x)
    y = network.transposed(x if without else network.activated(x))
    return network.writer.build([given.index], [y.index])


def values_for(shape: Shape, seed: int, dtype: str = "int8") -> NDArray[Any]:
    """Random values of a type, all of them alike."""
    limits = np.iinfo(dtype)
    return np.random.default_rng(seed).integers(limits.min, limits.max + 1, shape, dtype=dtype)
