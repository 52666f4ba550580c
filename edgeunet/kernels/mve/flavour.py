"""The flavour for cores with Helium, the M-profile vector extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgeunet.kernels.flavour import Flavour

if TYPE_CHECKING:
    from edgeunet.kernels.kernel import KernelTable
    from edgeunet.program.program import Node


def _table(core: str) -> KernelTable:
    from edgeunet.kernels.mve.table import mve_table

    return mve_table(core)


def _four_table(core: str) -> KernelTable:
    return {}


def _gains_at_low_rate(node: Node) -> bool:
    return node.kind in _table(MVE.core)


MVE = Flavour(
    name="mve",
    title="Cortex-M55, M85 (Helium)",
    macros=("__ARM_FEATURE_MVE",),
    little_endian=True,
    core="cortex-m55",
    own_table=_table,
    four_table=_four_table,
    four_fuses=None,
    fuses=None,
    gains_at_low_rate=_gains_at_low_rate,
    in_blocks=False,
    depthwise_in_parts=False,
    moves_words=True,
)
