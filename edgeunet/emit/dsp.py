"""The kernels for Cortex-M4, M7 and M33 (DSP extension) as a table; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from edgeunet.emit.dsp_quads import additions_after, convolutions, fuses, narrow_convolutions, sums
from edgeunet.emit.dsp_rows import additions, depthwises, max_pools, ones
from edgeunet.emit.kernels import KernelTable

DSP: KernelTable = {
    "conv": (*convolutions(False), *convolutions(True), *ones(), *narrow_convolutions(), *additions_after()),
    "conv_sum": sums(),
    "depthwise": depthwises(),
    "max_pool": max_pools(),
    "add": additions(),
}

__all__ = ["DSP", "fuses"]
