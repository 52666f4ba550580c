"""The kernels for Cortex-M55 and M85 (Helium) as a table; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from functools import cache

from edgeunet.kernels import images
from edgeunet.kernels.kernel import Kernel, KernelTable
from edgeunet.kernels.mve.channels import rows as channels
from edgeunet.kernels.mve.choice import Choice
from edgeunet.kernels.mve.columns import rows as columns
from edgeunet.kernels.mve.elementwise import rows as elementwise
from edgeunet.kernels.mve.lanes import rows as lanes
from edgeunet.kernels.mve.lines import rows as lines
from edgeunet.kernels.mve.runs import rows as runs
from edgeunet.kernels.mve.tiles import rows as quads
from edgeunet.kernels.prediction import cycles_for
from edgeunet.kernels.transposed_images import transposed

DEFAULT_CORE = "cortex-m55"


@cache
def mve_table(core: str) -> KernelTable:
    """Rows by step kind, most wanted first, as the cycles of ``core`` choose them."""
    choice = Choice(cycles_for(core, DEFAULT_CORE))
    rows: dict[str, tuple[Kernel, ...]] = {
        "conv": (
            lines.LINES,
            lanes.CONV,
            columns.COLUMNS_IN_STREAMS,
            columns.COLUMNS,
            quads.BLOCKS,
            quads.CONV_IN_STREAMS,
            quads.CONV,
            runs.RUNS,
        ),
        "conv_sum": (
            columns.COLUMNS_IN_STREAMS,
            columns.COLUMNS,
            quads.CONV_SUM_IN_STREAMS,
            quads.CONV_SUM,
            runs.RUNS,
        ),
        "depthwise": (channels.channels(choice.channels_beat_lanes), lanes.DEPTHWISE),
        "add": (elementwise.ADD,),
        "max_pool": (elementwise.MAX_POOL,),
        "copy": (elementwise.COPY,),
        "repeat": (elementwise.REPEAT,),
    }
    return {
        **rows,
        "conv_2d": images.convolutions(rows["conv"]),
        "transpose_conv_2d": transposed(rows["conv"]),
        "depthwise_2d": images.depthwises(rows["depthwise"]),
    }
