"""Four-bit numbers as TFLite packs them: two per byte, the first in the lower bits, in two's complement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

INT4 = "int4"
"""The type's name; such a tensor's ``data`` is unpacked, int8 numbers from -8 to 7."""

LOWEST, HIGHEST = -8, 7


def unpack_int4(packed: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.int8]:
    """The numbers of ``packed`` bytes, int8 of ``shape``, read-only; an odd count leaves the last four bits out."""
    count = int(np.prod(shape, dtype=np.int64))
    numbers = np.stack([packed << 4, packed & 0xF0], axis=-1).astype(np.uint8).view(np.int8).reshape(-1)[:count] >> 4
    numbers.flags.writeable = False
    return numbers.reshape(shape)


def pack_int4(numbers: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Bytes of ``numbers`` from -8 to 7, in order; of an odd count the last four bits are zero."""
    flat = numbers.reshape(-1).astype(np.int8).view(np.uint8)
    filled = np.concatenate([flat, np.zeros(flat.size % 2, np.uint8)])
    return ((filled[::2] & 15) | (filled[1::2] << 4)).astype(np.uint8)
