"""LOGISTIC, TANH and SOFTMAX of int16 values: tables of a few hundred entries and straight lines between them.

int16 has too many values for a table of all. LOGISTIC and TANH share 256 samples of the sigmoid, 24 to the unit; the
argument is first brought to 1/12288 (``4096 * 3``), and TANH is ``2 * sigmoid(2 x) - 1``. SOFTMAX has a table of
exponentials from -10 to 0 and one of ``1 / (1 + x)`` from 0 to 1, 512 steps each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import (
    INT16_MAX,
    INT16_MIN,
    Integers,
    Multiplier,
    quantize_multiplier,
    rescale,
    round_half_away,
)
from edgeunet.short_repr import short_repr

CURVES = ("LOGISTIC", "TANH")
SAMPLES_PER_UNIT = 24
ARGUMENT_UNIT = 4096.0 * 3.0
UINT16_MAX = (1 << 16) - 1
STEPS = 512
"""Straight pieces of a table of SOFTMAX."""


@dataclass(frozen=True)
class ArgumentFactor:
    """``(q * multiplier + 2**(shift - 1)) >> shift``, the argument in units of 1/12288 from a stored value."""

    multiplier: int
    shift: int


def argument_factor(scale: float) -> ArgumentFactor:
    """The factor for an input of ``scale``: 15 bits, cut off.

    Source: ``LogisticPrepare`` and ``TanhPrepare`` in ``tensorflow/lite/kernels/activations.cc``; a scale of about
    2**-12 (a thousandth of an octave) is the whole number 3.
    """
    octaves = np.log(np.float32(scale)) * (np.float32(1) / np.log(np.float32(2)))
    if abs(octaves + np.float32(12)) < np.float32(1e-3):
        return ArgumentFactor(3, 0)
    multiplier, shift = scale * ARGUMENT_UNIT, 0
    while multiplier <= 32767.0 / 2.0 and shift <= 30:
        multiplier, shift = 2.0 * multiplier, shift + 1
    return ArgumentFactor(int(multiplier), shift)


def sigmoid_samples() -> NDArray[np.uint16]:
    """``sigmoid(i / 24)`` for ``i`` of 0 to 255 in Q0.16, moved by half the error of a straight line in its middle.

    The last is 65535. The values of ``sigmoid_table_uint16`` in ``tensorflow/lite/kernels/internal/common.h``, by the
    formula that gives them.
    """
    values = []
    for i in range(255):
        halfway = (_sigmoid_at(i) + _sigmoid_at(i + 1)) / 2
        values.append(round_half_away(_sigmoid_at(i) - (halfway - _sigmoid_at(i + 0.5)) / 2))
    return np.array([*values, UINT16_MAX], np.uint16)


def _sigmoid_at(place: float) -> float:
    return (1 << 16) / (1.0 + math.exp(-place / SAMPLES_PER_UNIT))


def curve(kind: str, values: Integers, factor: ArgumentFactor) -> Integers:
    """LOGISTIC or TANH of stored int16 ``values``; the output's scale is 1/32768, its zero point 0.

    Source: ``Logistic`` and ``Tanh`` in ``tensorflow/lite/kernels/internal/reference/integer_ops/``.
    """
    half = (1 << factor.shift) >> 1
    argument = (values * factor.multiplier + half) >> factor.shift
    bits = 9 if kind == "LOGISTIC" else 8
    size, samples = np.abs(argument), sigmoid_samples().astype(np.int64)
    place, between = size >> bits, size & ((1 << bits) - 1)
    left, right = samples[np.minimum(place, 254)], samples[np.minimum(place, 254) + 1]
    inside = (left << bits) + between * (right - left)
    if kind == "LOGISTIC":
        result = np.where(place >= 255, INT16_MAX << 10, inside)
        signed = np.where(argument >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1)
        return signed >> 10
    result = np.where(place >= 255, UINT16_MAX << 8, inside)
    signed = np.where(argument >= 0, result - (1 << 23) + (1 << 7), -result + (1 << 23) + (1 << 7) - 1)
    return signed >> 8


@dataclass(frozen=True, eq=False)
class WideSoftmax:
    """SOFTMAX of int16: ``factor`` takes differences to 10/65535; both tables have 513 entries in Q0.15."""

    factor: Multiplier
    exponentials: NDArray[np.int16]
    reciprocals: NDArray[np.int16]

    __repr__ = short_repr


def wide_softmax(beta: float, scale: float) -> WideSoftmax:
    """Tables and factor for an input of ``scale``.

    Source: ``SoftmaxPrepare`` in ``tensorflow/lite/kernels/activations.cc``.
    """
    exponentials = line_table(math.exp, -10.0, 0.0)
    reciprocals = line_table(lambda x: 1.0 / (1.0 + x), 0.0, 1.0)
    return WideSoftmax(quantize_multiplier(softmax_ratio(beta, scale)), exponentials, reciprocals)


def softmax_ratio(beta: float, scale: float) -> float:
    """From stored differences to 10/65535."""
    return scale * beta / (10.0 / 65535.0)


def line_table(function: Callable[[float], float], low: float, high: float) -> NDArray[np.int16]:
    """``function`` at 513 places from ``low`` to ``high`` in Q0.15, each moved by half the error in the middle of its
    piece.

    Source: ``LUTPopulateInt16`` in ``tensorflow/lite/kernels/internal/common.h``, all in float32.
    """
    f32 = np.float32

    def at(x: np.float32) -> np.float32:
        return f32(function(float(x))) * f32(1 << 15)

    first, step = f32(low), (f32(high) - f32(low)) / f32(STEPS)
    table = []
    for i in range(STEPS):
        here, middle, after = (
            at(f32(first + f32(i) * step)),
            at(f32(first + f32(i) * step + step / f32(2))),
            at(f32(first + f32(i + 1) * step)),
        )
        sample = round_half_away(float(here))
        halfway = round_half_away(float((after + f32(sample)) / f32(2)))
        table.append(sample - round_half_away(float(f32(halfway - round_half_away(float(middle))) / f32(2))))
    table.append(round_half_away(float(at(f32(high)))))
    return np.clip(table, INT16_MIN, INT16_MAX).astype(np.int16)


def on_line(table: NDArray[np.int16], values: Integers) -> Integers:
    """The table at ``values`` of -32768 to 32767, with straight lines between entries.

    Source: ``LUTLookup`` in ``tensorflow/lite/kernels/internal/common.h``.
    """
    entries = table.astype(np.int64)
    place = 256 + (values >> 7)
    left: Integers = entries[place]
    result: Integers = left + (((entries[place + 1] - left) * (values & 0x7F) + 64) >> 7)
    return result


def wide_softmax_rows(rows: NDArray[np.int16], tables: WideSoftmax) -> NDArray[np.int16]:
    """Softmax over the last axis of ``rows (n, depth)``; the output's scale is 1/32768, its zero point 0.

    Source: ``SoftmaxInt16`` in ``tensorflow/lite/kernels/internal/reference/softmax.h``.
    """
    values = rows.astype(np.int64)
    differences = values - values.max(axis=1, keepdims=True)
    places = np.clip(rescale(differences, tables.factor) + 32767, INT16_MIN, INT16_MAX)
    exponentials = on_line(tables.exponentials, places)
    result = np.empty(rows.shape, np.int16)
    for row, total in enumerate(exponentials.sum(axis=1).tolist()):
        bits = total.bit_length()
        shifted = ((total << (31 - bits)) + (1 << 13)) >> 14
        place = np.clip(np.array([shifted - (1 << 15) - (1 << 16)]), INT16_MIN, INT16_MAX)
        reciprocal = int(on_line(tables.reciprocals, place)[0])
        right = bits - 1
        shares = (exponentials[row] * reciprocal + ((1 << right) >> 1)) >> right
        result[row] = np.clip(shares, 0, INT16_MAX)
    return result
