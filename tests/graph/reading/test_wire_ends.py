"""Offsets, vectors and strings at the very end of a table or of the file: the last byte taken, the first refused."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.reading.flatbuffer import Buffer, Table
from tests.rigs.operators import DAMAGED, S, ints, refused

CURE = "the file is cut short or damaged, convert the model again"
START = 10
"""Where the root table of ``with_offset`` lies."""


def with_offset(behind: bytes, table_bytes: int = 8) -> bytes:
    """A root table with one offset, to what lies ``behind`` it; the table says that it is ``table_bytes`` long."""
    head = struct.pack("<IHHH", START, 6, table_bytes, 4)
    return head + struct.pack("<iI", START - 4, 4) + behind


EMPTY_TABLE = struct.pack("<HHi", 4, 4, 4)
"""A vtable without fields, and the table."""

READERS: list[tuple[str, Callable[[Table], object]]] = [
    ("table", lambda root: root.table(0, "it")),
    ("tables", lambda root: root.tables(0, "it")),
    ("numbers", lambda root: root.numbers(0, "int32", "it")),
    ("string", lambda root: root.string(0, "it")),
]


@pytest.mark.parametrize("read", [read for _, read in READERS], ids=[name for name, _ in READERS])
def test_an_offset_lies_inside_its_table(read: Callable[[Table], object]) -> None:
    behind = struct.pack("<I", 0) + EMPTY_TABLE
    data = with_offset(behind)
    if read is READERS[0][1]:
        data = with_offset(EMPTY_TABLE)[:14] + struct.pack("<I", 8) + EMPTY_TABLE
    read(Buffer(data).root())
    short = data[:6] + struct.pack("<H", 7) + data[8:]
    with pytest.raises(GraphError, match=r"^field 0 of root table runs past the table; the file is damaged$"):
        read(Buffer(short).root())


def vector_of_tables(length: int) -> bytes:
    """A vector whose offsets all lead to one table behind it."""
    offsets = b"".join(struct.pack("<I", 4 * (length - index) + 4) for index in range(length))
    return with_offset(struct.pack("<I", length) + offsets + EMPTY_TABLE)


def test_many_tables_may_be_one() -> None:
    assert len(Buffer(vector_of_tables(40)).root().tables(0, "it")) == 40


def test_a_vector_of_tables_that_is_cut_says_how_long_it_is() -> None:
    data = vector_of_tables(2)[: START + 8 + 4 + 7]
    sentence = f"it at byte {START + 12} needs 8 bytes but the file has {len(data)}; {CURE}"
    with pytest.raises(GraphError, match=f"^{re.escape(sentence)}$"):
        Buffer(data).root().tables(0, "it")


def test_a_string_ends_with_the_file_and_not_after_it() -> None:
    data = with_offset(struct.pack("<I", 3) + b"ecg")
    assert Buffer(data).root().string(0, "it") == "ecg"
    sentence = f"it at byte {START + 12} needs 3 bytes but the file has {len(data) - 1}; {CURE}"
    with pytest.raises(GraphError, match=f"^{re.escape(sentence)}$"):
        Buffer(data[:-1]).root().string(0, "it")


def test_a_shape_that_cannot_become_another_is_told() -> None:
    refused("shape (1, 2, 6, 4) can't become (1, 9)" + DAMAGED, "RESHAPE", [S, ints(1, 9)], (1, 9))
