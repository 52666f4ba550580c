"""Operators that have no nodes are refused by name."""

from __future__ import annotations

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from tests.networks.tflite_writer import ModelWriter


def test_a_dequantize_inside_the_network_is_refused() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 9, 2), "int8", 0.1)
    real = writer.op("DEQUANTIZE", [x], writer.tensor((1, 9, 2), "float32", name="net/back_to_float/op"))
    y = writer.op("QUANTIZE", [real], writer.tensor((1, 9, 2), "int8", 0.2))
    with pytest.raises(CompileError, match=r"layer 'back_to_float' \(DEQUANTIZE\) cannot be compiled to C"):
        lower(read_tflite(writer.build([x], [y])))
