"""Packing for the kernels by quads and by pairs: four output channels at a time, weights in groups of four inputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.dsp.scaling import (
    LOWEST,
    Tail,
    Weighted,
    double_rounding,
    fits_clamped,
    fits_linear,
    fits_relu,
    fits_saturated,
    flat_weights,
    folded_bias,
    four,
    one_multiplies,
    quads,
    scaled_offsets,
)
from edgeunet.kernels.dsp.windows import GROUP
from edgeunet.program.convolutions import Int8Array, Int32Array


def group_weights(weights: Int8Array) -> NDArray[np.int32]:
    """``weights (out, inputs)`` of one quad (fewer channels are filled up with zeros) as words ``(groups * 4)``."""
    full = np.zeros((GROUP, weights.shape[1]), np.int8)
    full[: weights.shape[0]] = weights
    grouped = np.ascontiguousarray(full.reshape(GROUP, -1, GROUP).transpose(1, 0, 2))
    return np.frombuffer(grouped.tobytes(), "<i4").astype(np.int32)


def pack_one_multiply(conv: Weighted, lift: int, with_bias: bool) -> tuple[Int32Array, int]:
    """Packed quads for ``EU_QUADS_SCALE`` and the shift of their offsets; biases go first unless they are in those."""
    ones, offsets = one_multiplies(conv), scaled_offsets(conv, lift, with_bias)
    assert ones is not None
    assert offsets is not None
    parts = []
    for quad in quads(conv):
        if not with_bias:
            parts.append(four(folded_bias(conv)[quad]))
        parts += [
            group_weights(flat_weights(conv)[quad]),
            four(one.multiplier for one in ones[quad]),
            four(offsets.values[quad]),
        ]
    return np.concatenate(parts), offsets.shift


def pack_double_rounding(conv: Weighted) -> Int32Array:
    """Packed quads for ``EU_QUADS_ROUND``."""
    parts = []
    for quad in quads(conv):
        multipliers, _, shifts = double_rounding(conv, quad)
        bytes_of_shifts = np.frombuffer(four(shifts, 1).astype(np.int8).tobytes(), "<i4").astype(np.int32)
        parts += [four(folded_bias(conv)[quad]), group_weights(flat_weights(conv)[quad]), four(multipliers)]
        parts.append(bytes_of_shifts)
    return np.concatenate(parts)


def _pack_linear(conv: Weighted) -> tuple[Int32Array, int]:
    return pack_double_rounding(conv), conv.requantization.zero_point


QUAD, DOUBLED = ("eu_quads", "eu_quads_unpack"), ("eu_quads", "eu_quads_doubled")


LINEAR = Tail("linear", fits_linear, _pack_linear, DOUBLED, 64)


RELU = Tail("relu", fits_relu, lambda c: pack_one_multiply(c, c.requantization.zero_point, False), QUAD)


SATURATED = Tail("saturated", fits_saturated, lambda conv: pack_one_multiply(conv, LOWEST, True), QUAD)


CLAMPED = Tail("clamped", fits_clamped, lambda conv: pack_one_multiply(conv, 0, True), QUAD)


ADDING = (RELU, LINEAR)
"""Those that an addition may follow."""

ONE_MULTIPLY = (CLAMPED, SATURATED)


SCALINGS = (*ONE_MULTIPLY, LINEAR)
"""The most general of the cheap ones first, so that a network needs the code of few of them."""
