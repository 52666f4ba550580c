"""The kernels for Cortex-M4, M7 and M33 whose weights have four bits; what they do not take stays in int8."""

from __future__ import annotations

from edgeunet.kernels import images
from edgeunet.kernels.dsp.depthwise.four import four_bit_depthwises
from edgeunet.kernels.dsp.nibbles import rows as nibbles
from edgeunet.kernels.kernel import KernelTable
from edgeunet.kernels.transposed_images import transposed

_ROWS = nibbles.rows_by_kind()

FOUR: KernelTable = {
    **_ROWS,
    "depthwise": four_bit_depthwises(),
    "conv_2d": images.convolutions(_ROWS["conv"]),
    "transpose_conv_2d": transposed(_ROWS["conv"]),
}
"""Rows by step kind."""
