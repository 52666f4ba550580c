"""The kernel flavours that there are."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.errors import CompileError
from edgeunet.kernels.dsp.flavour import DSP
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.mve.flavour import MVE
from edgeunet.kernels.portable.flavour import PORTABLE

FLAVOURS: Mapping[str, Flavour] = {flavour.name: flavour for flavour in (PORTABLE, DSP, MVE)}
"""By the name that ``--kernels`` takes."""


def find_flavour(name: str | Flavour) -> Flavour:
    """The flavour called ``name``, or ``name`` itself where it is one already (on a core of its own, say).

    Raises
    ------
    CompileError
        When there is none.
    """
    if isinstance(name, Flavour):
        return name
    if name not in FLAVOURS:
        raise CompileError(f"there are no kernels '{name}'; use one of {', '.join(FLAVOURS)}")
    return FLAVOURS[name]
