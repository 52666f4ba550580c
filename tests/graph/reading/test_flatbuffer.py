"""The FlatBuffers reader on buffers written by the official library, and on broken ones."""

from __future__ import annotations

import struct

import flatbuffers
import numpy as np
import pytest

from edgeunet.errors import GraphError
from edgeunet.graph.reading.flatbuffer import Buffer, Table


@pytest.fixture
def built() -> bytes:
    """A table with every kind of field: int8, int32, float32, string, int32 vector, two tables, a default."""
    builder = flatbuffers.Builder(64)
    text = builder.CreateString("höhe")
    builder.StartVector(4, 3, 4)
    for number in (30, -20, 10):
        builder.PrependInt32(number)
    vector = builder.EndVector()
    children = []
    for value in (7, 8):
        builder.StartObject(1)
        builder.PrependInt32Slot(0, value, 0)
        children.append(builder.EndObject())
    builder.StartVector(4, 2, 4)
    for child in reversed(children):
        builder.PrependUOffsetTRelative(child)
    tables = builder.EndVector()
    builder.StartObject(8)
    builder.PrependInt8Slot(0, -3, 0)
    builder.PrependInt32Slot(1, 123456, 0)
    builder.PrependFloat32Slot(2, 0.5, 0.0)
    builder.PrependUOffsetTRelativeSlot(3, text, 0)
    builder.PrependUOffsetTRelativeSlot(4, vector, 0)
    builder.PrependUOffsetTRelativeSlot(5, tables, 0)
    builder.PrependUOffsetTRelativeSlot(6, children[0], 0)
    builder.Finish(builder.EndObject(), b"TEST")
    return bytes(builder.Output())


def test_every_kind_of_field(built: bytes) -> None:
    root = Buffer(built).root()
    assert (root.int8(0), root.int32(1), root.float32(2)) == (-3, 123456, 0.5)
    assert root.string(3, "text") == "höhe"
    assert root.numbers(4, "int32", "vector") == (10, -20, 30)
    assert [child.int32(0) for child in root.tables(5, "child")] == [7, 8]
    child = root.table(6, "child")
    assert child is not None
    assert child.int32(0) == 7


def test_absent_fields_have_their_defaults(built: bytes) -> None:
    root = Buffer(built).root()
    for field in (7, 8, 1000):
        assert not root.has(field)
        assert root.int32(field, 5) == 5
        assert root.boolean(field) is False
        assert root.table(field, "none") is None
        assert root.tables(field, "none") == []
        assert root.numbers(field, "int32", "none") == ()
        assert root.string(field, "none") == ""
    assert Table.empty("nothing").float32(0, 1.5) == 1.5


def test_arrays_are_views_of_the_buffer(built: bytes) -> None:
    array = Buffer(built).root().array(4, "int32", "vector")
    assert np.shares_memory(array, np.frombuffer(built, np.uint8))
    assert not array.flags.writeable


def test_every_cut_is_noticed_or_harmless(built: bytes) -> None:
    for length in range(len(built)):
        with pytest.raises(GraphError, match="damaged"):
            read_everything(built[:length])


def read_everything(data: bytes) -> None:
    root = Buffer(data).root()
    root.string(3, "text"), root.numbers(4, "int32", "vector")
    for child in [*root.tables(5, "child"), root.table(6, "child")]:
        assert child is None or child.int32(0)
    if len(data) % 4 or root.int32(1) != 123456 or root.string(3, "text") != "höhe":
        raise GraphError("damaged")


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 0x40000000, 1000])
def test_a_vector_longer_than_the_file_is_refused_before_it_is_allocated(built: bytes, length: int) -> None:
    place = built.index(struct.pack("<Iiii", 3, 10, -20, 30))
    broken = built[:place] + struct.pack("<I", length) + built[place + 4 :]
    with pytest.raises(GraphError, match=r"vector at byte \d+ needs \d+ bytes but the file has"):
        Buffer(broken).root().numbers(4, "int32", "vector")


def test_the_budget_ends_endless_decoding(built: bytes) -> None:
    root = Buffer(built).root()
    while root.buffer.budget >= 3:
        assert root.numbers(4, "int32", "vector") == (10, -20, 30)
    with pytest.raises(GraphError, match="overlap so often"):
        root.numbers(4, "int32", "vector")
