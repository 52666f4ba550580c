"""A 1x1 convolution of one channel as one straight line per output channel, where that is exact.

The result depends on a single int8 value ``q``, so there are 256 cases: ``fit`` computes TFLite's result ``v(q)``
(counted from the lower clamp) for each and intersects the intervals put on ``C`` in ``v = clamp((q * A + C) >> S)``:

    v * 2^S <= q * A + C  where v > 0,        q * A + C < (v + 1) * 2^S  where v < high - low,

with ``A`` next to ``w * m * 2^(S - 31 - e)``. An empty intersection means that the kernel is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier
from edgeunet.program.convolutions import Conv

SHIFT = 20
_VALUES = np.arange(-128, 128, dtype=np.int64)
_NEIGHBOURS = sorted(range(-96, 97), key=abs)


@dataclass(frozen=True)
class Line:
    """``(q * slope + offset) >> SHIFT``; no partial sum leaves int32."""

    slope: int
    offset: int


def fit(weight: int, bias: int, multiplier: int, shift: int, low: int, high: int) -> Line | None:
    """The line that equals ``clamp(requantize(bias + q * weight)) - low`` for every int8 ``q``, or ``None``.

    ``shift`` is TFLite's (negative is right); ``low`` and ``high`` are relative to the zero point.
    """
    results = np.clip(multiply_by_quantized_multiplier(bias + weight * _VALUES, multiplier, shift), low, high) - low
    exponent = SHIFT - 31 + shift
    product = weight * multiplier
    slope = product << exponent if exponent >= 0 else (product + (1 << (-exponent - 1))) >> -exponent
    for neighbour in _NEIGHBOURS:
        line = (slope + neighbour) * _VALUES
        first = int(((results << SHIFT) - line)[results > 0].max(initial=-(1 << 30)))
        end = int((((results + 1) << SHIFT) - line)[results < high - low].min(initial=1 << 30))
        offset = (first + end) // 2
        if first < end and abs(offset) + int(np.abs(line).max()) + (1 << 28) < 1 << 31:
            return Line(slope + neighbour, offset)
    return None


@cache
def fit_channels(conv: Conv) -> tuple[Line | None, ...]:
    """Per output channel of a 1x1 convolution of one channel: its straight line, if there is one."""
    r, bias = conv.requantization, conv.folded_bias
    return tuple(
        fit(weight, int(bias[n]), int(r.multipliers[n]), int(r.shifts[n]), r.relative_low, r.relative_high)
        for n, weight in enumerate(conv.weights.reshape(-1).tolist())
    )
