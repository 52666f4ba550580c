"""Which decoder reads a core's code."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from edgeunet.timing.decoding import decode_thumb
from edgeunet.timing.instruction import Instruction
from edgeunet.timing.riscv import decode_riscv
from edgeunet.timing.vectors import decode_block, decode_vectors

Decoder = Callable[[bytes, int], tuple[Instruction, ...]]
_WITH_VECTORS = ("cortex-m55", "cortex-m85")


def decoder_for(core: str, image: Path | None = None) -> Decoder:
    """Return the function that decodes code of ``core``, given its bytes and address.

    Parameters
    ----------
    image : the ELF file that the code is of, which cores with Helium need.

    Raises
    ------
    ToolError
        When nothing here decodes it.
    """
    if core.startswith("rv32"):
        return decode_riscv
    if core in _WITH_VECTORS and image is not None:
        return partial(decode_block, vectors=decode_vectors(image))
    return decode_thumb
