"""How WFDB signal files hold samples: bytes in, ADC values out, format by format.

After *signal(5)* of the WFDB Applications Guide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Adc = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Storage:
    """How samples lie in bytes: ``group`` samples in ``group_bytes`` bytes."""

    group: int
    group_bytes: int
    invalid: int | None
    decode: Callable[[npt.NDArray[np.uint8]], Adc]

    def bytes_for(self, samples: int) -> int:
        """Return how many bytes ``samples`` samples take, the last group in full."""
        return -(-samples // self.group) * self.group_bytes


def _whole(kind: str, add: int = 0) -> Callable[[npt.NDArray[np.uint8]], Adc]:
    size = np.dtype(kind).itemsize

    def decode(data: npt.NDArray[np.uint8]) -> Adc:
        return data[: len(data) // size * size].view(kind).astype(np.int64) + add

    return decode


def _decode_24(data: npt.NDArray[np.uint8]) -> Adc:
    b = data[: len(data) // 3 * 3].reshape(-1, 3).astype(np.int64)
    return _signed(b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16, 24)


def _decode_212(data: npt.NDArray[np.uint8]) -> Adc:
    """Two 12-bit samples in three bytes; the last may stand alone in two."""
    b = _padded(data, 3).reshape(-1, 3).astype(np.int64)
    pairs = np.stack([b[:, 0] | (b[:, 1] & 0x0F) << 8, b[:, 2] | (b[:, 1] & 0xF0) << 4], axis=1)
    return _signed(pairs.reshape(-1)[: len(data) // 3 * 2 + (len(data) % 3 == 2)], 12)


def _decode_310(data: npt.NDArray[np.uint8]) -> Adc:
    """Three 10-bit samples in two 16-bit words: bits 1-10 of each, and bits 11-15 of both; an odd word holds one."""
    w = _padded(data, 4).view("<u2").reshape(-1, 2).astype(np.int64)
    third = (w[:, 0] >> 11) | (w[:, 1] >> 11) << 5
    values = np.stack([w[:, 0] >> 1 & 0x3FF, w[:, 1] >> 1 & 0x3FF, third], axis=1).reshape(-1)
    return _signed(values[: len(data) // 4 * 3 + (len(data) % 4 >= 2)], 10)


def _decode_311(data: npt.NDArray[np.uint8]) -> Adc:
    """Three 10-bit samples in the low 30 bits of a 32-bit word; the last word may be short."""
    w = _padded(data, 4).view("<u4").astype(np.int64)
    values = np.stack([w & 0x3FF, w >> 10 & 0x3FF, w >> 20 & 0x3FF], axis=1).reshape(-1)
    return _signed(values[: len(data) // 4 * 3 + len(data) % 4 * 8 // 10], 10)


def _padded(data: npt.NDArray[np.uint8], multiple: int) -> npt.NDArray[np.uint8]:
    return np.append(data, np.zeros(-len(data) % multiple, np.uint8))


def _signed(values: Adc, bits: int) -> Adc:
    return np.asarray(values - ((values >> (bits - 1) & 1) << bits))


STORAGES: Mapping[str, Storage] = {
    "16": Storage(1, 2, -(2**15), _whole("<i2")),
    "61": Storage(1, 2, -(2**15), _whole(">i2")),
    "160": Storage(1, 2, -(2**15), _whole("<u2", -(2**15))),
    "8": Storage(1, 1, None, _whole("i1")),
    "80": Storage(1, 1, -(2**7), _whole("u1", -(2**7))),
    "24": Storage(1, 3, -(2**23), _decode_24),
    "32": Storage(1, 4, -(2**31), _whole("<i4")),
    "212": Storage(2, 3, -(2**11), _decode_212),
    "310": Storage(3, 4, -(2**9), _decode_310),
    "311": Storage(3, 4, -(2**9), _decode_311),
}
"""Number of the storage format → how to read it, and its mark for an invalid sample (format 8 has none)."""

DIFFERENCES = "8"
"""The format whose values are differences to the sample before."""

COMPRESSED: Mapping[str, int] = {"508": 8, "516": 16, "524": 24}
"""Number of a FLAC format → bits of a sample; the lowest value marks an invalid one."""
