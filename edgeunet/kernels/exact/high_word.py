"""Requantization by the high word of one product, where it gives exactly what TFLite's two roundings give.

A kernel computes ``((A * M) >> 32) + C`` of ``A = 1024 * acc + B``, with ``C`` half a step above the zero point, and
cuts it at ``SHIFT`` bits: it reaches a value ``k``, counted from the zero point, where ``A * M >= (2k - 1) * 2^(31 +
SHIFT)``, as the bits that are cut decide nothing. The smallest accumulators ``X(k)`` that reach ``k`` by two roundings
are those of ``one_multiply``; above the zero point they lie on a straight line, and with ``M`` next to ``m * 2^(5 -
e)`` the two agree on all accumulators from ``least`` to ``greatest`` when for every threshold, moved into that range
where it is outside,

    (2k - 1) * 2^(31 + SHIFT) - 1024 * X(k) * M  <=  B * M  <  (2k - 1) * 2^(31 + SHIFT) - 1024 * (X(k) - 1) * M.

``fit`` intersects the 255 intervals and looks for a ``B`` from 0 to 1023, so that ``A`` has the sign of ``acc``; where
there is none it says so and the kernel is not used. Nothing is approximated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeunet.kernels.exact.one_multiply import thresholds

SHIFT = 14
"""Right shift behind the high word (``SSAT #8, ASR #14``)."""

SCALE = 1024
"""What accumulators are multiplied by, where nothing else is asked for."""

LEAST_EXPONENT = 5
"""Below it the multiplier would not fit 31 bits: ``SCALE * 2^31 = 2^(32 + SHIFT - LEAST_EXPONENT)``."""

EXPONENTS = 9
"""How many are taken from the least on."""

_NEIGHBOURS = (0, *(sign * n for n in range(1, 13) for sign in (1, -1)))
_FAR = 1 << 62


@dataclass(frozen=True)
class HighWord:
    """``(((1024 * acc + addend) * multiplier) >> 32) + offset(zero_point)``; its bits above ``SHIFT`` are the value."""

    multiplier: int
    addend: int


def offset(zero_point: int) -> int:
    """What is added to the high word: half a step above the zero point."""
    return (2 * zero_point + 1) << (SHIFT - 1)


def fit(multiplier: int, exponent: int, high: int, least: int, greatest: int, scale: int = SCALE) -> HighWord | None:
    """The high word that equals the two roundings on accumulators ``[least, greatest]``; or ``None``.

    Parameters
    ----------
    multiplier, exponent : TFLite's ``m`` in [2^30, 2^31) and right shift ``e``.
    high : clamp, relative to the zero point, below which nothing comes out.
    scale : what accumulators are multiplied by, a power of two, in place of the 1024 above.
    """
    least_exponent = LEAST_EXPONENT + SCALE.bit_length() - scale.bit_length()
    if not least_exponent <= exponent < least_exponent + EXPONENTS or not (1 << 30) <= multiplier < (1 << 31):
        return None
    if scale * (max(abs(least), abs(greatest)) + 1) >= 1 << 31:
        return None
    values, reached = thresholds(multiplier, exponent, 0, high)
    targets = (2 * values - 1) << (31 + SHIFT)
    some, all_but = reached <= greatest, reached > least
    for neighbour in _NEIGHBOURS:
        m = (multiplier >> (exponent - least_exponent)) + neighbour
        if not 0 < m < 1 << 31:
            continue
        first = int((targets - scale * m * np.maximum(reached, least))[some].max(initial=-_FAR))
        end = int((targets - scale * m * np.minimum(reached - 1, greatest))[all_but].min(initial=_FAR))
        lowest, highest = max(0, -(-first // m)), min(scale, -(-end // m)) - 1
        if lowest <= highest:
            return HighWord(m, (lowest + highest) // 2)
    return None
