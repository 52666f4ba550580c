"""Convolutions of every kind: constant weights, and how the sums become int8 or int16.

Signals are rows (time steps) of channels; a true two-dimensional tensor is ``height * width`` rows. Weights are
``(out, kernel, in)`` for one-dimensional convolutions and ``(out, kh, kw, in)`` for two-dimensional ones, depthwise
weights ``(kernel, out)`` and ``(kh, kw, out)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from edgeunet.short_repr import ShortRepr

Int8Array = NDArray[np.int8]
Int16Array = NDArray[np.int16]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
Bias: TypeAlias = Int32Array | Int64Array
"""Of a layer of int8 values int32, of int16 values int64."""
Integer = TypeVar("Integer", np.int8, np.int16)

INT32_LIMIT = 1 << 31


@dataclass(frozen=True, repr=False, eq=False)
class Requantization(ShortRepr):
    """How accumulators become values: per-channel ``multipliers`` and ``shifts`` (> 0 is left), then zero point and
    clamp."""

    multipliers: Int32Array
    shifts: Int8Array
    zero_point: int
    low: int
    high: int

    @property
    def relative_low(self) -> int:
        return self.low - self.zero_point

    @property
    def relative_high(self) -> int:
        return self.high - self.zero_point

    def repeated(self, times: int) -> Requantization:
        """The same for ``times`` copies of the channels."""
        multipliers, shifts = np.tile(self.multipliers, times), np.tile(self.shifts, times)
        return Requantization(multipliers, shifts, self.zero_point, self.low, self.high)


Weights = TypeVar("Weights", covariant=True)


@dataclass(frozen=True, repr=False, eq=False)
class WeightedSum(ShortRepr, ABC, Generic[Weights]):
    """What sums inputs times constant weights: ``bias (out,)`` as the file has it (input zero point not folded), and
    how the sums become int8 or int16. The bias is int64 where the inputs are int16, as in the file."""

    weights: Weights
    bias: Bias
    input_zero_point: int
    requantization: Requantization

    @property
    @abstractmethod
    def factors(self) -> tuple[Int8Array | Int16Array, ...]:
        """What inputs are multiplied by, ``(inputs, out)``: an array per phase, whose sums over inputs are the same."""

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - input_zero_point * sum w`` per output channel, modulo 2^32 as the accumulator is.

        ``sum (x - z) * w = sum x * w - z * sum w``, so kernels that start from this need not subtract.
        """
        wrapped: Int32Array = self._unwrapped_bias(self.factors[0]).astype(np.uint64).astype(np.uint32).view(np.int32)
        return wrapped

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel, in any phase, without wrapping.

        ``|bias - input_zero_point * sum w| + 128 * sum |w|``, as ``|x| <= 128`` (of int16 inputs 32768).
        """
        most = largest_input(self.bias)
        largest: NDArray[np.int64] = np.max(
            [np.abs(self._unwrapped_bias(w)) + most * np.abs(w.astype(np.int64)).sum(axis=0) for w in self.factors],
            axis=0,
        )
        return largest

    def _unwrapped_bias(self, window: Int8Array | Int16Array) -> NDArray[np.int64]:
        moved: NDArray[np.int64] = self.bias - self.input_zero_point * window.astype(np.int64).sum(axis=0)
        return moved


def largest_input(bias: Bias) -> int:
    """Largest magnitude of the inputs of a layer with such a bias."""
    return 1 << 15 if bias.dtype == np.int64 else 1 << 7


def by_input(weights: NDArray[Integer]) -> NDArray[Integer]:
    """``weights (out, kernel, in)`` as ``(inputs, out)``."""
    return weights.reshape(weights.shape[0], -1).T


@dataclass(frozen=True, repr=False, eq=False)
class Conv(WeightedSum[Int8Array]):
    """Convolution over rows: ``weights (out, kernel, in)``."""

    stride: int = 1
    dilation: int = 1

    @property
    def factors(self) -> tuple[Int8Array, ...]:
        return (by_input(self.weights),)


@dataclass(frozen=True, repr=False, eq=False)
class ConvSum(WeightedSum[tuple[Int8Array, Int8Array]]):
    """Convolution over two signals side by side that are never put there: one ``(out, kernel, in)`` array per operand.

    The first operand is read once per ``repeat`` output rows (nearest upsampling that never exists); ``kernel`` is 1
    where ``repeat`` is not. Both operands have the same zero point, as the concatenation demands.
    """

    repeat: int = 1
    stride: int = 1
    dilation: int = 1

    @property
    def factors(self) -> tuple[Int8Array, ...]:
        return (np.concatenate([by_input(weights) for weights in self.weights]),)


@dataclass(frozen=True, repr=False, eq=False)
class Depthwise(WeightedSum[Int8Array]):
    """Depthwise convolution over rows: ``weights (kernel, out)``; output channel ``n`` reads input ``n // repeat``."""

    repeat: int = 1
    stride: int = 1
    dilation: int = 1

    @property
    def factors(self) -> tuple[Int8Array, ...]:
        return (self.weights,)


@dataclass(frozen=True, repr=False, eq=False)
class ConvUpsampled(WeightedSum[Int16Array]):
    """A convolution over an upsampled signal, read at its low rate: ``weights (phase, out, kernel, in)``, sums of int8
    weights.

    Phase ``p`` starts ``starts[p]`` rows into the group's window. ``other (out, kernel, in)`` are the weights of a
    second signal beside it, where there is one, read ``other_stride`` rows further from phase to phase.
    """

    starts: tuple[int, ...]
    dilation: int = 1
    other: Int8Array | None = None
    other_stride: int = 1
    other_dilation: int = 1

    @property
    def factors(self) -> tuple[Int16Array, ...]:
        others = [] if self.other is None else [by_input(self.other.astype(np.int16))]
        return tuple(np.concatenate([by_input(weights), *others]) for weights in self.weights)


@dataclass(frozen=True, repr=False, eq=False)
class DepthwiseUpsampled(WeightedSum[Int16Array]):
    """A depthwise convolution over an upsampled signal, read at its low rate: ``weights (phase, kernel, out)``, sums of
    int8 weights; phase ``p`` starts ``starts[p]`` rows into the group's window, channel ``n`` reads input ``n //
    repeat``.

    ``window (kernel, out)`` are the weights of the window it stands for where that had no stride and no dilation, and
    ``base`` is how many high-rate rows before its first tap the group's window begins: tap ``t`` of phase ``p`` meets
    low-rate row ``floor((t + base + p) / phases)``.
    """

    starts: tuple[int, ...]
    repeat: int = 1
    dilation: int = 1
    window: Int8Array | None = None
    base: int = 0

    @property
    def factors(self) -> tuple[Int16Array, ...]:
        return tuple(self.weights)


@dataclass(frozen=True, repr=False)
class Image(ShortRepr):
    """Shapes of a two-dimensional window: sizes of input and output, kernel, stride, dilation, padding above and
    left."""

    in_height: int
    in_width: int
    out_height: int
    out_width: int
    kernel_height: int
    kernel_width: int
    stride_height: int = 1
    stride_width: int = 1
    dilation_height: int = 1
    dilation_width: int = 1
    top: int = 0
    left: int = 0


@dataclass(frozen=True, repr=False, eq=False)
class Conv2d(ShortRepr):
    """Convolution over an image: ``weights (out, kh, kw, in)``; ``in`` divides the input's channels (groups)."""

    image: Image
    weights: Int8Array
    bias: Bias
    input_zero_point: int
    requantization: Requantization


@dataclass(frozen=True, repr=False, eq=False)
class Depthwise2d(ShortRepr):
    """Depthwise convolution over an image: ``weights (kh, kw, out)``."""

    image: Image
    weights: Int8Array
    bias: Bias
    input_zero_point: int
    requantization: Requantization
    repeat: int = 1
