"""Programs in Intel's hexadecimal format (Intel 88-6A, 1988): lines of bytes with their addresses and checksums."""

from __future__ import annotations

from benchmarks.timing.entries import BASE
from edgeunet.errors import RunError

_ERASED = b"\xff"
_MOST_BYTES = 0x200000
_DATA, _END, _SEGMENT, _START_SEGMENT, _UPPER, _START = range(6)


def read_intel_hex(text: bytes) -> bytes:
    """Return what lies in flash from ``BASE`` on; bytes that no line names are as erased.

    Raises
    ------
    RunError
        When a line is damaged or lies elsewhere; the message has its number.
    """
    image = bytearray()
    above = 0
    for number, line in enumerate(text.split(), 1):
        kind, address, data = _record(line, number)
        if kind == _DATA:
            start = above + address - BASE
            end = start + len(data)
            if start < 0 or end > _MOST_BYTES:
                raise RunError(f"line {number} of the image lies at 0x{above + address:08x}, outside of the flash")
            image.extend(_ERASED * (end - len(image)))
            image[start:end] = data
        elif kind in (_UPPER, _SEGMENT):
            above = int.from_bytes(data, "big") << (16 if kind == _UPPER else 4)
        elif kind == _END:
            break
    return bytes(image)


def _record(line: bytes, number: int) -> tuple[int, int, bytes]:
    """Kind, address and bytes of one line."""
    try:
        record = bytes.fromhex(line.decode("ascii")[1:]) if line.startswith(b":") else b""
    except ValueError:
        record = b""
    if len(record) < 5 or len(record) != record[0] + 5 or sum(record) & 0xFF or record[3] > _START:
        raise RunError(f"line {number} of the image is no record of Intel's hexadecimal format; fetch it again")
    return record[3], int.from_bytes(record[1:3], "big"), record[4:-1]
