"""Operators that are one or two straight lines: the RELUs, LEAKY_RELU and QUANTIZE, where values are int16.

The same arithmetic as the tables of ``lookup`` hold for all 256 int8 values, as parameters instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgeunet.graph.evaluation.arithmetic import (
    Integers,
    Multiplier,
    activation_range,
    limits_of,
    quantize_multiplier,
    rescale,
)
from edgeunet.graph.evaluation.lookup import float32_ratio
from edgeunet.graph.ir import Quantization

SLOPED = ("RELU", "RELU6", "LEAKY_RELU", "QUANTIZE")


@dataclass(frozen=True)
class Slopes:
    """``clamp(x * factor + made)`` with ``x = q - given``: ``positive`` from zero up, ``sign * negative`` below."""

    given_zero_point: int
    made_zero_point: int
    positive: Multiplier
    negative: Multiplier
    negative_sign: int
    low: int
    high: int

    def applied(self, stored: Integers) -> Integers:
        """The stored results of stored values."""
        values = stored - self.given_zero_point
        above, below = rescale(values, self.positive), self.negative_sign * rescale(values, self.negative)
        moved = np.where(values >= 0, above, below) + self.made_zero_point
        result: Integers = np.clip(moved, self.low, self.high)
        return result


def slopes_of(kind: str, attributes: Mapping[str, Any], given: Quantization, made: Quantization, dtype: str) -> Slopes:
    """The lines of an operator of ``SLOPED`` whose output has type ``dtype``; factors as in ``lookup``."""
    low, high = limits_of(dtype)
    if kind == "QUANTIZE":
        positive = negative = quantize_multiplier(given.scale / made.scale)
    else:
        positive = negative = float32_ratio(given.scale, made.scale)
    sign = 1
    if kind == "LEAKY_RELU":
        alpha = attributes["alpha"]
        negative, sign = float32_ratio(given.scale, made.scale, abs(alpha)), -1 if alpha < 0 else 1
    elif kind != "QUANTIZE":
        low, high = activation_range(kind, made, dtype)
    return Slopes(given.zero_point, made.zero_point, positive, negative, sign, low, high)
