"""Outlines of small files, and the sentence for each that is damaged."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError
from edgeunet.graph.reading.outline import Port, read_model_bytes, read_outline
from tests.networks.tflite_writer import ModelWriter, packed


def written() -> Any:
    """RELU and twice ADD, from int8 to int16, as objects of the schema."""
    writer = ModelWriter()
    x = writer.tensor((1, 3, 4), "int8", [0.5, 0.25], 7, name="x")
    y = writer.op("RELU", [x], writer.tensor((1, 3, 4), "int8", 0.5))
    y = writer.op("ADD", [y, x], writer.tensor((1, 3, 4), "int8", 0.5))
    y = writer.op("ADD", [y, x], writer.tensor((2, 5), "int16", name="y"))
    return schema.ModelT.InitFromPackedBuf(writer.build([x], [y]), 0)


def refused(model: Any, sentence: str) -> None:
    with pytest.raises(GraphError, match=f"^the model: {re.escape(sentence)}$"):
        read_outline(packed(model))


def test_an_outline() -> None:
    data = packed(written())
    outline = read_outline(data)
    assert outline.operators == (("RELU", ""), ("ADD", ""), ("ADD", ""))
    assert outline.kinds == (("ADD", ""), ("RELU", ""))
    assert outline.inputs == (Port("x", (1, 3, 4), "int8", 0.5, 7),)
    assert outline.outputs == (Port("y", (2, 5), "int16", None, 0),)
    assert (outline.size_bytes, outline.digest) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("dtype", "width"),
    [("float32", 4), ("int32", 4), ("int16", 2), ("int8", 1), ("uint8", 1), ("int64", 8), ("bool", 1), ("float16", 2),
     ("complex64", 4)],
)  # fmt: skip
def test_sizes_of_ports(dtype: str, width: int) -> None:
    port = Port("x", (2, 3), dtype, None, 0)
    assert (port.elements, port.size_bytes) == (6, 6 * width)


def test_operators_by_number() -> None:
    model = written()
    first, second = model.operatorCodes
    first.builtinCode, first.deprecatedBuiltinCode, first.customCode = 32, 32, "Mine"
    second.builtinCode, second.deprecatedBuiltinCode, second.customCode = 5000, 127, "Other"
    assert read_outline(packed(model)).kinds == (("BUILTIN_5000", ""), ("CUSTOM", "Mine"))
    second.builtinCode, second.deprecatedBuiltinCode = 0, 19
    assert read_outline(packed(model)).kinds == (("CUSTOM", "Mine"), ("RELU", ""))


def test_types_by_number() -> None:
    model = written()
    model.subgraphs[0].tensors[0].type = 100
    assert read_outline(packed(model)).inputs[0].dtype == "type100"
    model.subgraphs[0].tensors[0].type = 0
    assert read_outline(packed(model)).inputs[0].dtype == "float32"
    model.subgraphs[0].tensors[0].type = -1
    assert read_outline(packed(model)).inputs[0].dtype == "type-1"


def test_damaged_files() -> None:
    model = written()
    model.subgraphs[0].operators[1].opcodeIndex = 2
    refused(model, "operator 1 has the code 2 of 2; the file is damaged")
    for index in (-1, 4):
        model = written()
        model.subgraphs[0].outputs = [index]
        refused(model, f"its outputs name tensor {index} of 4; the file is damaged")
    model = written()
    model.subgraphs[0].inputs = []
    refused(model, "it has no inputs; convert the model again")
    model.subgraphs = []
    refused(model, "it has no subgraph; convert the model again")


def test_sizes_below_zero_and_of_zero() -> None:
    model = written()
    model.subgraphs[0].tensors[0].shape = np.array([1, -1, 4], np.int32)
    refused(model, "tensor 0 has the shape (1, -1, 4); convert the model for a fixed window")
    model.subgraphs[0].tensors[0].shape = np.array([1, 0, 4], np.int32)
    assert read_outline(packed(model)).inputs[0].elements == 0


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"^the model is not a \.tflite file \(no 'TFL3' mark in 5 bytes\); check the"):
        read_outline(b"12345")
    path = tmp_path / "x.tflite"
    path.write_bytes(b"123456789")
    with pytest.raises(GraphError, match=rf"^'{path}' is not a \.tflite file \(no 'TFL3' mark in 9 bytes\)"):
        read_outline(path)
    assert read_model_bytes(path) == b"123456789"
    gone = tmp_path / "gone"
    with pytest.raises(GraphError, match=f"^cannot read '{gone}': No such file or directory; check the path$"):
        read_outline(gone)
