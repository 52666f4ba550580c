"""A bounds-checked reader of FlatBuffers: the wire format alone, no schema and no dependency.

A buffer starts with the offset of its root table. A table starts with a signed offset back to its *vtable*: two
lengths (``uint16``: of the vtable, of the table) and then one ``uint16`` per field, the place of the field in the
table or 0 when it has its default. Vectors and strings are a ``uint32`` length and the elements; tables, vectors and
strings inside a table are ``uint32`` offsets forward. https://flatbuffers.dev/internals/

Nothing in the buffer is trusted. Every offset and length is checked before it is followed, and each buffer carries a
budget of elements that may be decoded into Python objects, so that a small file whose offsets all point at the same
long vector costs time in proportion to its size and no more.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import GraphError

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_SCALARS = {code: struct.Struct(code) for code in ("<b", "<B", "<i", "<I", "<f", "<Q")}


class Buffer:
    """The bytes under read, and what is left of the budget of decoded elements (four per byte)."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.budget = 4 * len(data) + 1024

    def spend(self, elements: int) -> None:
        """Count ``elements`` against the budget.

        Raises
        ------
        GraphError
            When more has been decoded than any honest file of this size holds.
        """
        self.budget -= elements
        if self.budget < 0:
            raise GraphError("its tables overlap so often that decoding would never end; the file is damaged")

    def span(self, position: int, length: int, what: str) -> None:
        """Raise GraphError unless ``length`` bytes from ``position`` lie inside the buffer."""
        if position < 0 or length < 0 or position + length > len(self.data):
            raise GraphError(
                f"{what} at byte {position} needs {length} bytes but the file has {len(self.data)}; "
                "the file is cut short or damaged, convert the model again"
            )

    def uint32(self, position: int, what: str) -> int:
        self.span(position, 4, what)
        return int(_U32.unpack_from(self.data, position)[0])

    def follow(self, position: int, what: str) -> int:
        """The position that the ``uint32`` offset at ``position`` points to."""
        return position + self.uint32(position, what)

    def root(self) -> Table:
        """The table the buffer is about."""
        return Table.at(self, self.follow(0, "root table"), "root table")


@dataclass(frozen=True)
class Table:
    """One table: ``places[i]`` is the position of field ``i`` in the buffer, or 0 where it holds its default."""

    buffer: Buffer
    what: str
    places: tuple[int, ...]
    end: int

    @classmethod
    def at(cls, buffer: Buffer, position: int, what: str) -> Table:
        """Read the table at ``position``, checking its vtable; ``what`` names it in errors."""
        buffer.span(position, 4, what)
        vtable = position - int(_I32.unpack_from(buffer.data, position)[0])
        buffer.span(vtable, 4, f"vtable of {what}")
        vtable_bytes = int(_U16.unpack_from(buffer.data, vtable)[0])
        table_bytes = int(_U16.unpack_from(buffer.data, vtable + 2)[0])
        if vtable_bytes < 4 or vtable_bytes % 2 or table_bytes < 4:
            raise GraphError(f"{what} at byte {position} has an impossible vtable; the file is damaged")
        buffer.span(vtable, vtable_bytes, f"vtable of {what}")
        buffer.span(position, table_bytes, what)
        fields = struct.unpack_from(f"<{(vtable_bytes - 4) // 2}H", buffer.data, vtable + 4)
        buffer.spend(1 + len(fields))
        if any(place >= table_bytes for place in fields):
            raise GraphError(f"{what} at byte {position} has a field outside itself; the file is damaged")
        return cls(buffer, what, tuple(position + place if place else 0 for place in fields), position + table_bytes)

    @classmethod
    def empty(cls, what: str) -> Table:
        """A table in which every field has its default."""
        return cls(Buffer(b""), what, (), 0)

    def has(self, field: int) -> bool:
        return field < len(self.places) and self.places[field] != 0

    def _place(self, field: int, width: int) -> int:
        place = self.places[field]
        if place + width > self.end:
            raise GraphError(f"field {field} of {self.what} runs past the table; the file is damaged")
        return place

    def _scalar(self, field: int, code: str, default: Any) -> Any:
        if not self.has(field):
            return default
        scalar = _SCALARS[code]
        return scalar.unpack_from(self.buffer.data, self._place(field, scalar.size))[0]

    def int8(self, field: int, default: int = 0) -> int:
        return int(self._scalar(field, "<b", default))

    def uint8(self, field: int, default: int = 0) -> int:
        return int(self._scalar(field, "<B", default))

    def boolean(self, field: int, default: bool = False) -> bool:
        return bool(self._scalar(field, "<B", default))

    def int32(self, field: int, default: int = 0) -> int:
        return int(self._scalar(field, "<i", default))

    def uint32(self, field: int, default: int = 0) -> int:
        return int(self._scalar(field, "<I", default))

    def uint64(self, field: int, default: int = 0) -> int:
        return int(self._scalar(field, "<Q", default))

    def float32(self, field: int, default: float = 0.0) -> float:
        return float(self._scalar(field, "<f", default))

    def table(self, field: int, what: str) -> Table | None:
        """The table in ``field``, or None when absent."""
        if not self.has(field):
            return None
        return Table.at(self.buffer, self.buffer.follow(self._place(field, 4), what), what)

    def tables(self, field: int, what: str) -> list[Table]:
        """The tables of the vector in ``field``; none when absent. ``what`` and an index name each in errors."""
        start, length = self._vector(field, 4, what)
        self.buffer.spend(length)
        return [
            Table.at(self.buffer, self.buffer.follow(start + 4 * index, what), f"{what} {index}")
            for index in range(length)
        ]

    def array(self, field: int, dtype: str, what: str) -> NDArray[Any]:
        """The numbers of the vector in ``field`` as a read-only view of the buffer, nothing copied."""
        start, length = self._vector(field, np.dtype(dtype).itemsize, what)
        return np.frombuffer(self.buffer.data, np.dtype(dtype).newbyteorder("<"), length, start if length else 0)

    def numbers(self, field: int, dtype: str, what: str) -> tuple[Any, ...]:
        """The numbers of the vector in ``field`` as Python ints or floats."""
        array = self.array(field, dtype, what)
        self.buffer.spend(len(array))
        return tuple(array.tolist())

    def string(self, field: int, what: str) -> str:
        """The string in ``field``; bytes that are not UTF-8 are replaced."""
        start, length = self._vector(field, 1, what)
        self.buffer.spend(length)
        return self.buffer.data[start : start + length].decode("utf-8", "replace")

    def _vector(self, field: int, width: int, what: str) -> tuple[int, int]:
        if not self.has(field):
            return 0, 0
        position = self.buffer.follow(self._place(field, 4), what)
        length = self.buffer.uint32(position, what)
        self.buffer.span(position + 4, length * width, what)
        return position + 4, length
