"""The flavour for cores with the DSP extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgeunet.kernels.flavour import Flavour

if TYPE_CHECKING:
    from edgeunet.kernels.kernel import KernelTable
    from edgeunet.program.program import Node


def _table(core: str) -> KernelTable:
    from edgeunet.kernels.dsp.table import dsp_table

    return dsp_table(core)


def _four_table(core: str) -> KernelTable:
    from edgeunet.kernels.dsp.four import FOUR

    return FOUR


def _fuses(node: Node) -> bool:
    from edgeunet.kernels.dsp.quads.rows import fuses

    return fuses(node)


def _four_fuses(node: Node) -> bool:
    from edgeunet.kernels.dsp.nibbles.rows import fuses

    return fuses(node) or _fuses(node)


def _gains_at_low_rate(node: Node) -> bool:
    from edgeunet.kernels.dsp.depthwise.words import upsampled_fits

    return upsampled_fits(node)


DSP = Flavour(
    name="dsp",
    title="Cortex-M4, M7, M33 (DSP extension)",
    macros=("__ARM_FEATURE_DSP",),
    little_endian=True,
    core="cortex-m4",
    own_table=_table,
    four_table=_four_table,
    four_fuses=_four_fuses,
    fuses=_fuses,
    gains_at_low_rate=_gains_at_low_rate,
    in_blocks=True,
    depthwise_in_parts=False,
    moves_words=True,
)
