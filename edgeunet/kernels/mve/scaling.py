"""How the Helium kernels turn int32 sums into int8: which of the exact ways suits a layer, with the proofs they need.

See ``edgeunet.kernels.mve.tiles.function`` for the instructions behind each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgeunet.program.convolutions import INT32_LIMIT, WeightedSum

LARGEST_UNSIGNED = 32000
"""Largest value that may reach the unsigned narrowing: what is above 32,767 would count as negative."""
LARGEST_IMMEDIATE = 16
"""Largest shift of a narrowing instruction."""
USUAL_SHIFT = 5


@dataclass(frozen=True)
class Scaling:
    """What a function does after the sums.

    Attributes
    ----------
    sign : where the scalar comes from that rounds negative halves down: "" (they do not matter), "counter", "one".
    shift : the right shift of all channels, or 0 where it is per channel.
    folded : whether the zero point is added while multiplying.
    unsigned : whether narrowing stops at zero, and the zero point is added after it.
    low, high : clamps left to apply, -128 and 127 where saturation is enough.
    first_shift : what the shifts of all channels have in common and octets do while narrowing, or 0.
    """

    sign: str
    shift: int
    folded: bool
    unsigned: bool
    low: int
    high: int
    first_shift: int = 0


def is_signed(p: WeightedSum[object]) -> bool:
    """Whether the clamp does not start at the zero point, or a value could leave int16 before it is clamped above."""
    r = p.requantization
    scale = r.multipliers.astype(np.float64) * np.exp2(r.shifts.astype(np.float64) - 31)
    return r.relative_low != 0 or bool((p.accumulator_bound * scale > LARGEST_UNSIGNED).any())


def scales(p: WeightedSum[object]) -> bool:
    """Whether the kernels' requantization is TFLite's: right shifts (1 or more where the sign counts)."""
    r, least = p.requantization, 1 if is_signed(p) else 0
    return bool((-r.shifts.astype(np.int64) >= least).all() and (r.multipliers >= 1 << 30).all())


def fits(bound: NDArray[np.int64]) -> bool:
    """Whether no sum leaves int32."""
    return bool((bound < INT32_LIMIT).all())


def common_shift(shifts: NDArray[np.int8]) -> int:
    """The right shift of all channels where a narrowing instruction can do it, else 0."""
    shift = -int(shifts[0])
    return shift if 1 <= shift <= LARGEST_IMMEDIATE and (shifts == shifts[0]).all() else 0


def shared_shift(shifts: NDArray[np.int8]) -> int:
    """How far all channels can be shifted by one narrowing that does not round, or 0 where that is not exact.

    One bit at least is left for the shift that rounds: ``((y >> s) + 2^(e-s-1)) >> (e - s) = (y + 2^(e-1)) >> e``, as
    floors compose. At most seven are, so that what saturates at 16 bits is beyond int8, wherever the zero point is.
    Of what is possible it is the nearest to ``USUAL_SHIFT``, so that layers share functions.
    """
    right = -shifts.astype(np.int64)
    least, most = max(1, int(right.max()) - 7), min(int(right.min()) - 1, LARGEST_IMMEDIATE)
    return min(max(USUAL_SHIFT, least), most) if least <= most else 0


def choose_scaling(p: WeightedSum[object], counter: int, *, folds: bool = True) -> Scaling:
    """The shortest way for a convolution ``p`` that ``scales`` and ``fits``.

    Parameters
    ----------
    p : the convolution.
    counter : the most that the loop's counter can be.
    folds : whether the function can add the zero point while multiplying.
    """
    r = p.requantization
    shift = common_shift(r.shifts)
    if folds and shift and r.low == r.zero_point == -128:
        return Scaling("", shift, folded=True, unsigned=False, low=-128, high=r.high)
    if not is_signed(p):
        return Scaling("", shift, folded=False, unsigned=True, low=-128, high=r.high)
    counts = int(p.accumulator_bound.max()) * counter < INT32_LIMIT
    sign = "" if r.low == r.zero_point else "counter" if counts else "one"
    return Scaling(sign, shift, folded=False, unsigned=False, low=r.low, high=r.high)
