"""Float32 and uint8 edges are left to the caller; the network between them stays what it was."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.rewrite import strip_edges
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference


def edged(edge: str) -> bytes:
    """QUANTIZE, a RELU, and DEQUANTIZE or QUANTIZE back, between ``edge`` inputs and outputs."""
    writer = ModelWriter()
    quantized = {"float32": (None, 0), "uint8": (0.1, 131)}[edge]
    x, y = (writer.tensor((1, 9, 2), edge, *quantized) for _ in range(2))
    middle = writer.op("QUANTIZE", [x], writer.tensor((1, 9, 2), "int8", 0.1, 3))
    middle = writer.op("RELU", [middle], writer.tensor((1, 9, 2), "int8", 0.1, 3))
    writer.op("QUANTIZE" if edge == "uint8" else "DEQUANTIZE", [middle], y)
    return writer.build([x], [y])


@pytest.mark.parametrize("edge", ["float32", "uint8"])
def test_edges_are_stripped(edge: str) -> None:
    whole = read_tflite(edged(edge))
    stripped = strip_edges(whole)
    assert [op.kind for op in stripped.ops] == ["RELU"]
    assert {stripped.tensors[index].dtype for index in (*stripped.inputs, *stripped.outputs)} == {"int8"}
    stored = np.random.default_rng(0).integers(-128, 128, (9, 2)).astype(np.int8)
    given = (stored.astype(np.int16) + 128).astype(np.uint8) if edge == "uint8" else np.float32(0.1) * (stored - 3.0)
    made = evaluate(whole, given.astype(edge))[0]
    back = made.astype(np.int16) - 128 if edge == "uint8" else np.round(made / np.float32(0.1)) + 3
    np.testing.assert_array_equal(evaluate(stripped, stored)[0], back)


@pytest.mark.parametrize(("outer", "inner"), [((0.2, 131), (0.1, 3)), ((0.1, 130), (0.1, 3)), ((0.05, 0), (0.1, -128))])
def test_uint8_edges_of_another_scale_stay_of_that_scale(outer: tuple[float, int], inner: tuple[float, int]) -> None:
    writer = ModelWriter()
    x, y = (writer.tensor((1, 256, 1), "uint8", *outer) for _ in range(2))
    middle = writer.op("QUANTIZE", [x], writer.tensor((1, 256, 1), "int8", *inner))
    middle = writer.op("RELU", [middle], writer.tensor((1, 256, 1), "int8", *inner))
    writer.op("QUANTIZE", [middle], y)
    content = writer.build([x], [y])
    whole = read_tflite(content)
    stripped = strip_edges(whole)
    assert [op.kind for op in stripped.ops] == ["QUANTIZE", "RELU", "QUANTIZE"]
    edge = stripped.tensors[stripped.inputs[0]]
    assert edge.dtype == "int8"
    assert edge.quantization is not None
    assert (edge.quantization.scale, edge.quantization.zero_point) == (np.float32(outer[0]), outer[1] - 128)
    given = np.arange(256, dtype=np.uint8).reshape(256, 1)
    made = evaluate(whole, given)[0].reshape(256, 1)
    np.testing.assert_array_equal(made, litert_reference(content, given[None])[0][0])
    signed = (given ^ 0x80).view(np.int8)
    np.testing.assert_array_equal(evaluate(stripped, signed)[0].reshape(256, 1), (made ^ 0x80).view(np.int8))
    compile_model(whole, "edges")


def test_a_network_of_int8_edges_is_left_alone() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 9, 2), "int8", 0.1)
    y = writer.op("QUANTIZE", [x], writer.tensor((1, 9, 2), "int8", 0.2))
    assert [op.kind for op in strip_edges(read_tflite(writer.build([x], [y]))).ops] == ["QUANTIZE"]
