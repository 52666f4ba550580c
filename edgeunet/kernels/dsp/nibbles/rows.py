"""Rows of the kernels by four rows of two channels whose weights have four bits (``eu_nibbles.c``)."""

from __future__ import annotations

import numpy as np

from edgeunet.kernels.dsp.panels.packing import TOGETHER, fits_relu, high_constants, paired, rounded_constants
from edgeunet.kernels.dsp.panels.rows import Panels, PanelTail, rows_of
from edgeunet.kernels.dsp.scaling import Weighted, flat_weights, is_saturated, rounding_packs
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.kernels.exact import straight_add
from edgeunet.kernels.kernel import Kernel, anything
from edgeunet.kernels.portable.four import channel_pairs, has_four_bits
from edgeunet.program.convolutions import Conv, Int32Array
from edgeunet.program.program import Node

LEAST = -(1 << 7)
"""What two channels' weights, ``16 * second + first``, must not lie below: they share a byte."""

SCALE = 1 << 14
"""What accumulators are multiplied by before one product: their scales are 16 times those of int8 weights."""


def share_bytes(conv: Weighted) -> bool:
    """Whether the weights have four bits and every two channels' weights fit a byte together."""
    flat = flat_weights(conv)
    if not has_four_bits(flat):
        return False
    first, second = flat[: len(flat) // TOGETHER * TOGETHER : TOGETHER], flat[1::TOGETHER]
    return bool((16 * second.astype(np.int64) + first >= LEAST).all())


def _weight_words(conv: Weighted) -> Int32Array:
    """``(out / 2, inputs / 4)``: bytes ``16 * second + first`` of two channels, four inputs to a word."""
    pairs = channel_pairs(flat_weights(conv))
    lent = pairs - ((pairs & 8) << 1)  # the lower number, where it is negative, takes 1 from the upper
    words: Int32Array = np.ascontiguousarray(lent.astype(np.uint8)).view("<i4").astype(np.int32)
    return words


def _pack_high(conv: Weighted) -> tuple[Int32Array, int]:
    """Per two channels weights, then of the second and the first multiplier and ``SCALE * bias + addend``; offset."""
    constants, scale = high_constants(conv, SCALE)
    return paired(_weight_words(conv), constants), scale


def _pack_rounded(conv: Weighted) -> tuple[Int32Array, int]:
    """Per two channels weights, then of the second and of the first multiplier and ``64 * bias + shift - 1``;
    ``2 * zero_point + 1``."""
    constants, scale = rounded_constants(conv)
    return paired(_weight_words(conv), constants), scale


def _fits_saturated(conv: Weighted) -> bool:
    """RELU whose zero point is the least value."""
    return is_saturated(conv.requantization) and _fits_relu(conv)


def _fits_relu(conv: Weighted) -> bool:
    return fits_relu(conv, SCALE)


def _fits_linear(conv: Weighted) -> bool:
    return is_saturated(conv.requantization) and rounding_packs(conv)


SATURATED = PanelTail("saturated", _fits_saturated, _pack_high)
RELU = PanelTail("relu", _fits_relu, _pack_high)
LINEAR = PanelTail("linear", _fits_linear, _pack_rounded)
NIBBLES = Panels("nibbles", share_bytes, (RELU, LINEAR), (SATURATED, RELU, LINEAR), behind=("eu_nibbles",))


def fuses(node: Node) -> bool:
    """Whether a node with an epilogue has a kernel of these, as far as can be told before it is placed."""
    conv, epilogue = node.parameters, node.epilogue
    if not isinstance(conv, Conv) or len(epilogue) != 1 or conv.weights[0].size % GROUP:
        return False
    return (
        share_bytes(conv)
        and straight_add.fit(epilogue[0].add) is not None
        and any(tail.accepts(conv) for tail in NIBBLES.tails)
    )


def rows_by_kind() -> dict[str, tuple[Kernel, ...]]:
    """All of them by kind of step."""
    return rows_of(NIBBLES, anything)
