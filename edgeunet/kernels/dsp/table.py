"""The kernels for Cortex-M4, M7 and M33 (DSP extension) as a table; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from edgeunet.kernels import images
from edgeunet.kernels.dsp.bare import rows as bare
from edgeunet.kernels.dsp.choice import (
    bare_beats_quads,
    bare_is_cheapest,
    is_one_row,
    pairs_are_cheapest,
    tall_beats_quads,
)
from edgeunet.kernels.dsp.depthwise.rows import depthwises
from edgeunet.kernels.dsp.depthwise.twofold import twofold
from edgeunet.kernels.dsp.depthwise.words import words
from edgeunet.kernels.dsp.elementwise.clamped_add import clamped_additions
from edgeunet.kernels.dsp.elementwise.rows import additions, max_pools
from edgeunet.kernels.dsp.pairs import rows as pairs
from edgeunet.kernels.dsp.planes.rows import planes
from edgeunet.kernels.dsp.quads import rows as quads
from edgeunet.kernels.dsp.single.rows import ones
from edgeunet.kernels.dsp.tall import rows as tall
from edgeunet.kernels.kernel import KernelTable, anything
from edgeunet.kernels.transposed_images import transposed

_ROWS: KernelTable = {
    "conv": (
        *bare.convolutions(is_one_row, streams_only=False),
        *bare.convolutions(bare_is_cheapest),
        *bare.additions_after(bare_is_cheapest),
        *pairs.convolutions(pairs_are_cheapest),
        *pairs.additions_after(pairs_are_cheapest),
        *tall.convolutions(tall_beats_quads),
        *tall.additions_after(tall_beats_quads),
        *bare.convolutions(bare_beats_quads),
        *bare.additions_after(bare_beats_quads),
        *quads.convolutions(False),
        *quads.convolutions(True),
        *ones(),
        *quads.narrow_convolutions(),
        *quads.additions_after(),
        *tall.convolutions(anything),
        *tall.additions_after(anything),
        *bare.convolutions(anything),
        *bare.additions_after(anything),
    ),
    "conv_sum": (
        *bare.sums(bare_is_cheapest),
        *pairs.sums(pairs_are_cheapest),
        *tall.sums(tall_beats_quads),
        *bare.sums(bare_beats_quads),
        *quads.sums(),
        *tall.sums(anything),
        *bare.sums(anything),
    ),
    "depthwise": (*words(few_rows=True), *depthwises(), *words()),
    "depthwise_upsampled": (*twofold(), *words()),
    "max_pool": max_pools(),
    "add": (*additions(), *clamped_additions()),
}

DSP: KernelTable = {
    **_ROWS,
    "conv_2d": images.convolutions(_ROWS["conv"]),
    "transpose_conv_2d": transposed(_ROWS["conv"]),
    "depthwise_2d": (*planes(), *images.depthwises(_ROWS["depthwise"])),
}
"""Rows by step kind, most wanted first."""
