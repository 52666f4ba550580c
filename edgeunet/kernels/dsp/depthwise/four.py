"""Rows of the depthwise kernels whose weights have four bits (``eu_depthwise_four_5.c``): five taps, no bias."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.kernels.conditions import parameters
from edgeunet.kernels.dsp.depthwise.rows import depthwises
from edgeunet.kernels.kernel import Arguments, Kernel
from edgeunet.kernels.portable.four import has_four_bits
from edgeunet.program.convolutions import Depthwise, Int32Array
from edgeunet.program.steps import Step

SHIFT_BIT = 20
"""Where a channel's shift stands in its word, above five taps."""

WHOLE, PACKED = "depthwise_5", "depthwise_four_5"


def _words(p: Depthwise) -> Int32Array:
    """``(out,)``: the taps, four bits each, the first lowest, then the right shift."""
    taps = p.weights.astype(np.int64) & 15
    places = 1 << 4 * np.arange(len(taps))
    words: Int32Array = (places @ taps + (-p.requantization.shifts.astype(np.int64) << SHIFT_BIT)).astype(np.int32)
    return words


def four_bit_depthwises() -> tuple[Kernel, ...]:
    """The kernel for five taps without a bias, as separable convolutions have."""
    (whole,) = (kernel for kernel in depthwises() if kernel.function == f"eu_{WHOLE}")

    def accepts(step: Step) -> bool:
        p = parameters(step, Depthwise)
        return whole.accepts(step) and has_four_bits(p.weights) and not p.bias.any()

    def arguments(step: Step) -> Arguments:
        made, p = whole.arguments(step), parameters(step, Depthwise)
        kept = {key: value for key, value in made.fields.items() if key not in ("bias", "shift")}
        definitions = tuple(_renamed(text) for text in made.definitions)
        fields = kept | {"weights": _words(p), "from_zero": -2 * p.input_zero_point}
        return Arguments(_renamed(made.struct), fields, _renamed(made.function), definitions)

    return (replace(whole, function=f"eu_{PACKED}", accepts=accepts, arguments=arguments),)


def _renamed(text: str) -> str:
    return text.replace(WHOLE, PACKED).replace(WHOLE.upper(), PACKED.upper())
