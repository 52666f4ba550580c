"""The flavour that runs anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgeunet.kernels.flavour import Flavour

if TYPE_CHECKING:
    from edgeunet.kernels.kernel import KernelTable
    from edgeunet.program.program import Node


def _four_table(core: str) -> KernelTable:
    from edgeunet.kernels.portable.four import FOUR

    return FOUR


def _gains_at_low_rate(node: Node) -> bool:
    from edgeunet.kernels.portable.upsampled import saves

    return saves(node)


PORTABLE = Flavour(
    name="portable",
    title="any C99 compiler",
    macros=(),
    little_endian=False,
    core="cortex-m3",
    own_table=None,
    four_table=_four_table,
    four_fuses=None,
    fuses=None,
    gains_at_low_rate=_gains_at_low_rate,
    in_blocks=False,
    depthwise_in_parts=True,
    moves_words=False,
)
