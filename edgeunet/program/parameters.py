"""What a schedule is made of: steps with their parameters, reading and writing views of buffers.

Signals are rows (time steps) of int8 channels; a true two-dimensional tensor is ``height * width`` rows. Weights are
``(out, kernel, in)`` for one-dimensional convolutions and ``(out, kh, kw, in)`` for two-dimensional ones, depthwise
weights ``(kernel, out)`` and ``(kh, kw, out)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeunet.short_repr import ShortRepr

Int8Array = NDArray[np.int8]
Int16Array = NDArray[np.int16]
Int32Array = NDArray[np.int32]

INT32_LIMIT = 1 << 31


@dataclass(frozen=True, repr=False, eq=False)
class Requantization(ShortRepr):
    """How accumulators become int8: per-channel ``multipliers`` and ``shifts`` (> 0 is left), then zero point and
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


@dataclass(frozen=True, repr=False, eq=False)
class Conv(ShortRepr):
    """Convolution over rows: ``weights (out, kernel, in)``, ``bias`` as the file has it (input zero point not
    folded)."""

    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    stride: int = 1
    dilation: int = 1

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - zero_point * sum(weights)`` per output channel, modulo 2^32 as the accumulator is."""
        return fold_bias(self.bias, self.weights.reshape(self.weights.shape[0], -1).T, self.input_zero_point)

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel."""
        return bound_accumulator(self.bias, self.weights.reshape(self.weights.shape[0], -1).T, self.input_zero_point)


@dataclass(frozen=True, repr=False, eq=False)
class ConvSum(ShortRepr):
    """Convolution over two signals side by side that are never put there: one ``(out, kernel, in)`` array per operand.

    The first operand is read once per ``repeat`` output rows (nearest upsampling that never exists); ``kernel`` is 1
    where ``repeat`` is not. Both operands have the same zero point, as the concatenation demands.
    """

    weights: tuple[Int8Array, Int8Array]
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    repeat: int = 1
    stride: int = 1
    dilation: int = 1

    @property
    def _joined(self) -> Int8Array:
        return np.concatenate([w.reshape(w.shape[0], -1) for w in self.weights], axis=1).T

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - zero_point * sum(weights)`` per output channel, modulo 2^32 as the accumulator is."""
        return fold_bias(self.bias, self._joined, self.input_zero_point)

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel."""
        return bound_accumulator(self.bias, self._joined, self.input_zero_point)


@dataclass(frozen=True, repr=False, eq=False)
class Depthwise(ShortRepr):
    """Depthwise convolution over rows: ``weights (kernel, out)``; output channel ``n`` reads input ``n // repeat``."""

    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    repeat: int = 1
    stride: int = 1
    dilation: int = 1

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - zero_point * sum(weights)`` per output channel, modulo 2^32 as the accumulator is."""
        return fold_bias(self.bias, self.weights, self.input_zero_point)

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel."""
        return bound_accumulator(self.bias, self.weights, self.input_zero_point)


@dataclass(frozen=True, repr=False, eq=False)
class ConvUpsampled(ShortRepr):
    """A convolution over an upsampled signal, read at its low rate: ``weights (phase, out, kernel, in)``, sums of int8
    weights.

    Phase ``p`` starts ``starts[p]`` rows into the group's window. ``other (out, kernel, in)`` are the weights of a
    second signal beside it, where there is one, read ``other_stride`` rows further from phase to phase.
    """

    weights: Int16Array
    starts: tuple[int, ...]
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    dilation: int = 1
    other: Int8Array | None = None
    other_stride: int = 1
    other_dilation: int = 1

    def _joined(self, phase: int) -> Int16Array:
        parts = [self.weights[phase], *([] if self.other is None else [self.other])]
        return np.concatenate([w.reshape(w.shape[0], -1).astype(np.int16) for w in parts], axis=1).T

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - zero_point * sum(weights)`` per output channel (the same in every phase), modulo 2^32."""
        return fold_bias(self.bias, self._joined(0), self.input_zero_point)

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel, in any phase."""
        phases = range(len(self.starts))
        bounds = [bound_accumulator(self.bias, self._joined(phase), self.input_zero_point) for phase in phases]
        largest: NDArray[np.int64] = np.max(bounds, axis=0)
        return largest


@dataclass(frozen=True, repr=False, eq=False)
class DepthwiseUpsampled(ShortRepr):
    """A depthwise convolution over an upsampled signal, read at its low rate: ``weights (phase, kernel, out)``, sums of
    int8 weights; phase ``p`` starts ``starts[p]`` rows into the group's window, channel ``n`` reads input ``n //
    repeat``.

    ``window (kernel, out)`` are the weights of the window it stands for where that had no stride and no dilation, and
    ``base`` is how many high-rate rows before its first tap the group's window begins: tap ``t`` of phase ``p`` meets
    low-rate row ``floor((t + base + p) / phases)``.
    """

    weights: Int16Array
    starts: tuple[int, ...]
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    repeat: int = 1
    dilation: int = 1
    window: Int8Array | None = None
    base: int = 0

    @property
    def folded_bias(self) -> Int32Array:
        """``bias - zero_point * sum(weights)`` per output channel (the same in every phase), modulo 2^32."""
        return fold_bias(self.bias, self.weights[0], self.input_zero_point)

    @property
    def accumulator_bound(self) -> NDArray[np.int64]:
        """Largest magnitude any partial sum can reach, per output channel, in any phase."""
        bounds = [bound_accumulator(self.bias, weights, self.input_zero_point) for weights in self.weights]
        largest: NDArray[np.int64] = np.max(bounds, axis=0)
        return largest


@dataclass(frozen=True)
class Pool:
    """Maximum over ``kernel`` rows every ``stride`` rows, clamped to ``[low, high]``."""

    kernel: int
    stride: int
    low: int
    high: int


@dataclass(frozen=True, repr=False)
class AveragePool(ShortRepr):
    """Mean of the rows that exist among ``kernel`` rows every ``stride``; ``pad`` rows lie before row 0 of ``length``
    rows."""

    kernel: int
    stride: int
    pad: int
    length: int
    low: int
    high: int


@dataclass(frozen=True, repr=False)
class Add(ShortRepr):
    """``a + sign * b`` on int8 operands: each is scaled to a common scale (``left_shift`` bits up), the sum scaled
    back.

    Zero points are the operands' and the output's own; clamp bounds include the output zero point. A constant or
    broadcast operand is a view with pitch 0 or channel step 0.
    """

    left_shift: int
    zero_points: tuple[int, int]
    multipliers: tuple[int, int]
    shifts: tuple[int, int]
    out_multiplier: int
    out_shift: int
    out_zero_point: int
    low: int
    high: int
    sign: int = 1


@dataclass(frozen=True)
class Multiply:
    """``(a - za) * (b - zb)`` requantized with one multiplier."""

    zero_points: tuple[int, int]
    multiplier: int
    shift: int
    out_zero_point: int
    low: int
    high: int


@dataclass(frozen=True)
class SquaredDifference:
    """``(a - b)^2`` on operands scaled to a common scale, as TFLite's SQUARED_DIFFERENCE."""

    left_shift: int
    zero_points: tuple[int, int]
    multipliers: tuple[int, int]
    shifts: tuple[int, int]
    out_multiplier: int
    out_shift: int
    out_zero_point: int


@dataclass(frozen=True, repr=False, eq=False)
class Table(ShortRepr):
    """An int8 → int8 function as its 256 values, entry ``q + 128``."""

    values: Int8Array


@dataclass(frozen=True)
class Repeat:
    """Nearest upsampling by an integer: every row written ``factor`` times."""

    factor: int


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
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization


@dataclass(frozen=True, repr=False, eq=False)
class Depthwise2d(ShortRepr):
    """Depthwise convolution over an image: ``weights (kh, kw, out)``."""

    image: Image
    weights: Int8Array
    bias: Int32Array
    input_zero_point: int
    requantization: Requantization
    repeat: int = 1


@dataclass(frozen=True, repr=False)
class Pool2d(ShortRepr):
    """Maximum or mean over the part of the window that is inside the image, clamped to ``[low, high]``."""

    image: Image
    low: int
    high: int


@dataclass(frozen=True, repr=False)
class Resize(ShortRepr):
    """Nearest neighbour by table: output row ``i``, column ``j`` is input row ``rows[i]``, column ``columns[j]``."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    in_width: int


@dataclass(frozen=True, repr=False)
class Copy(ShortRepr):
    """``outer`` times ``rows`` runs of ``run_bytes``; offsets, pitches and jumps in bytes of contiguous signals.

    ``None`` for a pitch means the view's own.
    """

    outer: int
    rows: int
    run_bytes: int
    in_offset: int = 0
    in_pitch: int | None = None
    in_jump: int = 0
    out_offset: int = 0
    out_pitch: int | None = None
    out_jump: int = 0


@dataclass(frozen=True)
class Fill:
    """Every byte of the output is ``value``."""

    value: int


@dataclass(frozen=True, repr=False)
class Mean(ShortRepr):
    """Mean over the middle axis of ``(outer, count, inner)``, requantized from the sum."""

    outer: int
    count: int
    inner: int
    zero_point: int
    multiplier: int
    shift: int
    out_zero_point: int


@dataclass(frozen=True, repr=False, eq=False)
class Softmax(ShortRepr):
    """Softmax over the channels of each row, by integer tables (see ``eu_softmax.c``)."""

    exponentials: Int32Array
    """``exp(-d * scale * beta)`` for a distance ``d`` from the maximum, Q0.31; its length is where the value is
    dropped."""


def fold_bias(bias: Int32Array, weights: Int8Array | Int16Array, zero_point: int) -> Int32Array:
    """``bias - zero_point * sum over axis 0 of weights``, modulo 2^32; ``weights`` is ``(inputs, out)``."""
    folded = bias.astype(np.int64) - zero_point * weights.astype(np.int64).sum(axis=0)
    wrapped: Int32Array = folded.astype(np.uint64).astype(np.uint32).view(np.int32)
    return wrapped


def bound_accumulator(bias: Int32Array, weights: Int8Array | Int16Array, zero_point: int) -> NDArray[np.int64]:
    """``|bias - zp * sum w| + 128 * sum |w|`` per output channel, without wrapping."""
    wide = weights.astype(np.int64)
    folded = np.abs(bias.astype(np.int64) - zero_point * wide.sum(axis=0))
    bound: NDArray[np.int64] = folded + 128 * np.abs(wide).sum(axis=0)
    return bound
