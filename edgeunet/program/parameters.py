"""What a node or a step does, besides where: one class per sort of operation, those of convolutions beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.program.convolutions import (
    Conv,
    Conv2d,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    Depthwise2d,
    DepthwiseUpsampled,
    Image,
    Int8Array,
    Int16Array,
    Int32Array,
)
from edgeunet.short_repr import ShortRepr


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
    """``a + sign * b`` on operands of one type: each is scaled to a common scale (``left_shift`` bits up), the sum
    scaled back.

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


@dataclass(frozen=True)
class Maximum:
    """The larger of two values of one scale and zero point; the smaller where ``smaller``."""

    smaller: bool


@dataclass(frozen=True)
class Prelu:
    """``(a - za) * factors[0]`` from zero up, ``(a - za) * (b - zb) * factors[1]`` below, plus a zero point."""

    zero_points: tuple[int, int]
    multipliers: tuple[int, int]
    shifts: tuple[int, int]
    out_zero_point: int


@dataclass(frozen=True, repr=False, eq=False)
class Table(ShortRepr):
    """An int8 → int8 function as its 256 values, entry ``q + 128``."""

    values: Int8Array


@dataclass(frozen=True)
class Rescale:
    """``clamp((in - in_zero_point) * factor) + zero_point`` between int8 and int16, with a factor of its own below zero
    (``sign`` times it); clamp bounds include the output zero point."""

    in_zero_point: int
    multiplier: int
    shift: int
    below_multiplier: int
    below_shift: int
    sign: int
    zero_point: int
    low: int
    high: int


@dataclass(frozen=True, repr=False, eq=False)
class Curve(ShortRepr):
    """LOGISTIC or TANH of int16 values: straight lines between 256 ``samples`` of the sigmoid, after ``(in * multiplier
    + 2**(right - 1)) >> right``."""

    samples: NDArray[np.uint16]
    multiplier: int
    right: int


@dataclass(frozen=True)
class Repeat:
    """Nearest upsampling by an integer: every row written ``factor`` times."""

    factor: int


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
class Bilinear(ShortRepr):
    """Output row ``i`` lies ``rows[2][i]`` of 1024 of the way from input row ``rows[0][i]`` to ``rows[1][i]``; columns
    likewise."""

    rows: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    columns: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    in_width: int


@dataclass(frozen=True, repr=False)
class MatrixProduct(ShortRepr):
    """``batches`` products of ``(rows, depth)`` and ``(depth, columns)``, of which either may lie transposed."""

    batches: int
    rows: int
    depth: int
    columns: int
    transposed: tuple[bool, bool]
    zero_points: tuple[int, int]
    multiplier: int
    shift: int
    out_zero_point: int


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
    """Every value of the output is ``value``."""

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


@dataclass(frozen=True, repr=False)
class Reduce(ShortRepr):
    """Largest value over the middle axis of ``(outer, count, inner)``; the smallest where ``smaller``."""

    outer: int
    count: int
    inner: int
    smaller: bool


@dataclass(frozen=True)
class ArgMax:
    """Place of each row's largest channel, the first of equal ones; of its smallest where ``smaller``."""

    smaller: bool


@dataclass(frozen=True, repr=False, eq=False)
class Softmax(ShortRepr):
    """Softmax over the channels of each row, by integer tables (see ``eu_softmax.c``)."""

    exponentials: Int32Array
    """``exp(-d * scale * beta)`` for a distance ``d`` from the maximum, Q0.31; its length is where the value is
    dropped."""


@dataclass(frozen=True, repr=False, eq=False)
class WideSoftmax(ShortRepr):
    """Softmax over the channels of each row of int16 values (see ``eu_softmax_int16.c``); tables have 513 entries."""

    exponentials: Int16Array
    reciprocals: Int16Array
    multiplier: int
    shift: int


Parameters: TypeAlias = (
    Conv
    | ConvSum
    | Depthwise
    | ConvUpsampled
    | DepthwiseUpsampled
    | Pool
    | AveragePool
    | Add
    | Multiply
    | SquaredDifference
    | Maximum
    | Prelu
    | Table
    | Rescale
    | Curve
    | Repeat
    | Conv2d
    | Depthwise2d
    | Pool2d
    | Resize
    | Bilinear
    | MatrixProduct
    | Copy
    | Fill
    | Mean
    | Reduce
    | ArgMax
    | Softmax
    | WideSoftmax
)
"""What a node or a step does, by its kind."""
