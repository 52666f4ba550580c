"""Requantization in one 64-bit multiply-add, where it gives exactly what TFLite's two roundings give.

TFLite scales an accumulator ``x`` to ``y = (x * m + 2^30) >> 31``, then to ``v = (y + 2^(e-1) - [y < 0]) >> e``,
then clamps ``v`` to ``[low, high]`` (relative to the zero point). ``v`` only grows with ``x``, so its thresholds do:
``v >= k`` from ``x = X(k) = ceil((t * 2^31 - 2^30) / m)`` on, where ``t`` is the smallest ``y`` that reaches ``k``:

    t = (2k - 1) * 2^(e-1)              for k >= 1   (y >= 0 there: halves go up)
    t = k * 2^e - 2^(e-1) + 1           for k <= 0   (halves go down)

A kernel that computes ``(x * M + C) >> S`` reaches ``k`` where ``x * M + C >= k * 2^S``. The two agree on all ``x``
from ``least`` to ``greatest`` when for every threshold, moved into that range where it is outside,

    k * 2^S - X(k) * M  <=  C  <  k * 2^S - (X(k) - 1) * M,

an interval per threshold; ``fit`` intersects them for ``M`` next to ``m * 2^(S - 31 - e)``. For a clamp at or above the
zero point (RELU) the exact function is a straight line with a 31-bit slope, and an answer nearly always exists; where
there is none, ``fit`` says so and the kernel is not used. Nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHIFT = 36
"""Right shift of the quad kernels: the high word, then four bits (``SSAT #8, ASR #4``)."""

LARGEST_EXPONENT = 20
"""So that ``t * 2^31`` stays inside 64 bits."""

_NEIGHBOURS = (0, 1, -1, 2, -2, 3, -3)
_FAR = 1 << 62
_ROOM = 1 << 16
"""An interval this wide holds an offset that 32 bits and a shift can express."""


@dataclass(frozen=True)
class OneMultiply:
    """``(x * multiplier + offset) >> SHIFT`` for any ``offset`` in ``[first, end)``; ``0 < multiplier < 2^31``."""

    multiplier: int
    first: int
    end: int


def thresholds(multiplier: int, exponent: int, low: int, high: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Values ``k`` in ``(low, high]`` and the smallest accumulators ``X(k)`` that reach them; ``exponent >= 1``."""
    values = np.arange(low + 1, high + 1, dtype=np.int64)
    half = 1 << (exponent - 1)
    reached = np.where(values >= 1, (2 * values - 1) * half, values * 2 * half - half + 1)
    return values, -(((1 << 30) - (reached << 31)) // multiplier)


def fit(multiplier: int, exponent: int, low: int, high: int, least: int, greatest: int) -> OneMultiply | None:
    """The one multiply that equals the two roundings on ``[least, greatest]``, counted from ``low``; or ``None``.

    Parameters
    ----------
    multiplier, exponent : TFLite's ``m`` in [2^30, 2^31) and right shift ``e``, at least 1.
    low, high : clamp, relative to the zero point.
    least, greatest : bounds of the accumulator.
    """
    if low >= high or not 1 <= exponent <= LARGEST_EXPONENT or not (1 << 30) <= multiplier < (1 << 31):
        return None
    values, reached = thresholds(multiplier, exponent, low, high)
    targets = (values - low) << SHIFT
    some, all_but = reached <= greatest, reached > least
    slope = (multiplier << (SHIFT - 31)) >> exponent
    best: OneMultiply | None = None
    for neighbour in _NEIGHBOURS:
        m = slope + neighbour
        if not 0 < m < 1 << 31:
            continue
        first = int((targets - np.maximum(reached, least) * m)[some].max(initial=-_FAR))
        end = int((targets - np.minimum(reached - 1, greatest) * m)[all_but].min(initial=_FAR))
        if first < end and (best is None or end - first > best.end - best.first):
            best = OneMultiply(m, end - 1 if first == -_FAR else first, first + 1 if end == _FAR else end)
        if best is not None and best.end - best.first >= _ROOM:
            break
    return best
