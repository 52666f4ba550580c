"""Which decoder reads a core's code."""

from __future__ import annotations

from collections.abc import Callable

from edgeunet.errors import ToolError
from edgeunet.timing.decoding import decode_thumb
from edgeunet.timing.instruction import Instruction

Decoder = Callable[[bytes, int], tuple[Instruction, ...]]
_WITH_VECTORS = ("cortex-m55", "cortex-m85")


def decoder_for(core: str) -> Decoder:
    """Return the function that decodes code of ``core``, given its bytes and address.

    Raises
    ------
    ToolError
        When nothing here decodes it.
    """
    if core.startswith("rv32") or core in _WITH_VECTORS:
        raise ToolError(f"cycles of {core} are not estimated yet")
    return decode_thumb
