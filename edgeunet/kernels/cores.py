"""The kernel flavours, and what planning must know of each."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.kernels.dsp.depthwise.words import upsampled_fits
from edgeunet.kernels.dsp.quads.rows import fuses
from edgeunet.kernels.dsp.table import DSP
from edgeunet.kernels.kernel import KernelTable
from edgeunet.kernels.mve.table import MVE
from edgeunet.kernels.portable.table import PORTABLE
from edgeunet.kernels.portable.upsampled import UPSAMPLED, saves
from edgeunet.program.program import Accepts, Node

CORES: dict[str, tuple[KernelTable, ...]] = {
    "portable": (PORTABLE, UPSAMPLED),
    "dsp": (DSP, PORTABLE, UPSAMPLED),
    "mve": (MVE, PORTABLE, UPSAMPLED),
}
"""Kernel tables per core, most wanted first."""


FUSES: dict[str, Callable[[Node], bool]] = {"dsp": fuses}
"""Per core with such kernels: whether a node with an epilogue has one."""


BLOCKED = ("dsp",)
"""Cores whose kernels run in blocks where operands share bytes with outputs, which costs instructions."""


LOW_RATE: dict[str, Accepts] = {"portable": saves, "dsp": upsampled_fits, "mve": lambda node: node.kind in MVE}
"""Per core: whether a window over an upsampled signal has a kernel that gains by reading it at the low rate."""


IN_PARTS = ("portable",)
"""Cores on which depthwise over a concatenation is done part by part. On others two calls over fewer channels bring a
twentieth of the instructions at most (ecg-tiny on a Cortex-M4), for more memory than the upsampled half takes."""


def own_kernels(core: str) -> set[str]:
    """The functions that ``core`` has beside the portable ones."""
    rows = [row for table in CORES[core] for listed in table.values() for row in listed]
    return {row.function for row in rows if row.core != "portable"}
