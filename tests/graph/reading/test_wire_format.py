"""The FlatBuffers reader on buffers written byte by byte: every limit at the last value taken and the first refused."""

from __future__ import annotations

import re
import struct

import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.reading.flatbuffer import Buffer, Table

CURE = "the file is cut short or damaged, convert the model again"


def buffer(
    fields: tuple[int, ...], table: bytes, vtable_bytes: int | None = None, table_bytes: int | None = None
) -> Buffer:
    """A root table after its vtable; ``table`` follows its four bytes of offset."""
    vtable_bytes = 4 + 2 * len(fields) if vtable_bytes is None else vtable_bytes
    table_bytes = 4 + len(table) if table_bytes is None else table_bytes
    vtable = struct.pack(f"<{2 + len(fields)}H", vtable_bytes, table_bytes, *fields)
    return Buffer(struct.pack("<I", 4 + len(vtable)) + vtable + struct.pack("<i", len(vtable)) + table)


def refused(made: Buffer, sentence: str) -> None:
    with pytest.raises(GraphError, match=f"^{re.escape(sentence)}$"):
        made.root()


def test_scalars_of_every_width() -> None:
    content = struct.pack("<bBbiIfQ", -3, 250, 1, -70000, 4000000000, 0.5, 1 << 60)
    root = buffer((4, 5, 6, 7, 11, 15, 19), content).root()
    assert (root.int8(0), root.uint8(1), root.boolean(2), root.int32(3)) == (-3, 250, True, -70000)
    assert (root.uint32(4), root.float32(5), root.uint64(6)) == (4000000000, 0.5, 1 << 60)
    assert root.end == 22 + 27 - 4 + 4


def test_scalars_that_are_not_there() -> None:
    root = buffer((0,), b"").root()
    for field in (0, 1, 2):
        assert not root.has(field)
        assert (root.int8(field), root.uint8(field), root.boolean(field), root.int32(field)) == (0, 0, False, 0)
        assert (root.uint32(field), root.uint64(field), root.float32(field)) == (0, 0, 0.0)
        assert (root.int8(field, 5), root.uint8(field, 5), root.boolean(field, True)) == (5, 5, True)
    assert (Table.empty("x").places, Table.empty("x").end, Table.empty("x").buffer.data) == ((), 0, b"")


def test_fields_lie_inside_their_table() -> None:
    assert buffer((4,), b"\7").root().int8(0) == 7
    root = buffer((5,), b"\0\7").root()
    assert root.int8(0) == 7
    with pytest.raises(GraphError, match=r"^field 0 of root table runs past the table; the file is damaged$"):
        root.int32(0)
    assert buffer((4,), struct.pack("<i", 9)).root().int32(0) == 9
    with pytest.raises(GraphError, match=r"^field 0 of root table runs past the table; the file is damaged$"):
        buffer((5,), struct.pack("<i", 9)).root().int32(0)
    refused(buffer((5,), b"\7"), "root table at byte 10 has a field outside itself; the file is damaged")


@pytest.mark.parametrize(("vtable_bytes", "table_bytes"), [(3, 4), (2, 4), (5, 4), (4, 3)])
def test_impossible_vtables(vtable_bytes: int, table_bytes: int) -> None:
    made = buffer((), b"", vtable_bytes, table_bytes)
    refused(made, "root table at byte 8 has an impossible vtable; the file is damaged")
    assert buffer((), b"", 4, 4).root().places == ()


def test_tables_and_vtables_lie_inside_the_file() -> None:
    refused(buffer((), b"", 4, 5), f"root table at byte 8 needs 5 bytes but the file has 12; {CURE}")
    refused(buffer((), b"", 10, 4), f"vtable of root table at byte 4 needs 10 bytes but the file has 12; {CURE}")
    refused(Buffer(struct.pack("<I", 1)), f"root table at byte 1 needs 4 bytes but the file has 4; {CURE}")
    refused(Buffer(b"\0\0\0"), f"root table at byte 0 needs 4 bytes but the file has 3; {CURE}")
    refused(
        Buffer(struct.pack("<Ii", 4, 5)), f"vtable of root table at byte -1 needs 4 bytes but the file has 8; {CURE}"
    )
    refused(
        Buffer(struct.pack("<Ii", 4, -1)), f"vtable of root table at byte 5 needs 4 bytes but the file has 8; {CURE}"
    )


def test_spans() -> None:
    made = Buffer(bytes(8))
    made.span(0, 8, "it")
    made.span(8, 0, "it")
    for position, length in ((0, 9), (8, 1), (-1, 1), (4, -1)):
        with pytest.raises(
            GraphError, match=f"^it at byte {position} needs {length} bytes but the file has 8; {CURE}$"
        ):
            made.span(position, length, "it")


def test_the_budget_is_four_elements_per_byte_and_1024() -> None:
    made = Buffer(bytes(10))
    assert made.budget == 1064
    made.spend(1064)
    assert made.budget == 0
    with pytest.raises(
        GraphError, match=r"^its tables overlap so often that decoding would never end; the file is damaged$"
    ):
        made.spend(1)


def test_what_decoding_costs() -> None:
    """A table one and one per field, vectors one per element, and what an array views nothing."""
    content = struct.pack("<II", 4, 3) + b"abc"
    made = buffer((4, 0), content)
    whole = made.budget
    root = made.root()
    assert made.budget == whole - 3
    assert root.array(0, "uint8", "letters").tobytes() == b"abc"
    assert made.budget == whole - 3
    assert root.string(0, "letters") == "abc"
    assert made.budget == whole - 6
    assert root.numbers(0, "uint8", "letters") == (97, 98, 99)
    assert made.budget == whole - 9


def test_vectors_of_tables() -> None:
    """Both entries point at one table behind them, which shares the root's vtable."""
    made = buffer((4,), struct.pack("<IIii", 4, 2, 0, 0))
    place = 10 + 4 + 4
    data = bytearray(made.data)
    struct.pack_into("<I", data, place + 4, 8)
    struct.pack_into("<I", data, place + 8, 4)
    data += struct.pack("<i", len(data) - 4) + bytes(16)
    made = Buffer(bytes(data))
    root = made.root()
    left = made.budget
    children = root.tables(0, "child")
    assert [child.what for child in children] == ["child 0", "child 1"]
    assert made.budget == left - 2 - 2 * 2
    assert [child.places for child in children] == [(34,), (34,)]


@pytest.mark.parametrize(("dtype", "width"), [("uint8", 1), ("int32", 4), ("int64", 8)])
def test_vectors_lie_inside_the_file(dtype: str, width: int) -> None:
    content = struct.pack("<II", 4, 2) + bytes(2 * width)
    assert buffer((4,), content).root().array(0, dtype, "it").tolist() == [0, 0]
    with pytest.raises(
        GraphError, match=f"^it at byte 22 needs {2 * width} bytes but the file has {21 + 2 * width}; {CURE}$"
    ):
        buffer((4,), content[:-1]).root().array(0, dtype, "it")
    with pytest.raises(GraphError, match=f"^it at byte 18 needs 4 bytes but the file has 21; {CURE}$"):
        buffer((4,), content[:7]).root().array(0, dtype, "it")


def test_empty_vectors_at_the_end_and_absent_ones() -> None:
    root = buffer((4, 0), struct.pack("<II", 4, 0)).root()
    assert root.numbers(0, "int64", "none") == root.numbers(1, "int64", "none") == ()
    assert root.string(0, "none") == root.string(1, "none") == ""
    assert root.tables(0, "none") == []
