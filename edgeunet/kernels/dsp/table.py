"""The kernels for Cortex-M4, M7 and M33 (DSP extension) as a table; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from edgeunet.kernels.dsp.bare import rows as dsp_bare
from edgeunet.kernels.dsp.depthwise.rows import depthwises
from edgeunet.kernels.dsp.depthwise.twofold import twofold
from edgeunet.kernels.dsp.depthwise.words import upsampled_fits, words
from edgeunet.kernels.dsp.elementwise.clamped_add import clamped_additions
from edgeunet.kernels.dsp.elementwise.rows import additions, max_pools
from edgeunet.kernels.dsp.pairs import rows as dsp_pairs
from edgeunet.kernels.dsp.quads.rows import additions_after, convolutions, fuses, narrow_convolutions, sums
from edgeunet.kernels.dsp.single.rows import ones
from edgeunet.kernels.dsp.tall import rows as dsp_tall
from edgeunet.kernels.kernel import KernelTable, anything

DSP: KernelTable = {
    "conv": (
        *dsp_bare.convolutions(dsp_bare.cheapest),
        *dsp_bare.additions_after(dsp_bare.cheapest),
        *dsp_pairs.convolutions(),
        *dsp_pairs.additions_after(),
        *dsp_tall.convolutions(cheaper=True),
        *dsp_tall.additions_after(cheaper=True),
        *dsp_bare.convolutions(dsp_bare.cheaper_than_quads),
        *dsp_bare.additions_after(dsp_bare.cheaper_than_quads),
        *convolutions(False),
        *convolutions(True),
        *ones(),
        *narrow_convolutions(),
        *additions_after(),
        *dsp_tall.convolutions(cheaper=False),
        *dsp_tall.additions_after(cheaper=False),
        *dsp_bare.convolutions(anything),
        *dsp_bare.additions_after(anything),
    ),
    "conv_sum": (
        *dsp_bare.sums(dsp_bare.cheapest),
        *dsp_pairs.sums(),
        *dsp_tall.sums(cheaper=True),
        *dsp_bare.sums(dsp_bare.cheaper_than_quads),
        *sums(),
        *dsp_tall.sums(cheaper=False),
        *dsp_bare.sums(anything),
    ),
    "depthwise": (*words(few_rows=True), *depthwises(), *words()),
    "depthwise_upsampled": (*twofold(), *words()),
    "max_pool": max_pools(),
    "add": (*additions(), *clamped_additions()),
}

__all__ = ["DSP", "fuses", "upsampled_fits"]
