"""Outputs that are one signal once their float edges are gone are refused, and told which signal it is."""

from __future__ import annotations

import pytest

from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.program import Program
from edgeunet.rewrite import strip_edges
from tests.networks.tflite_writer import ModelWriter

SHAPE = (1, 1, 12, 3)


def lowered(outputs: str) -> Program:
    """x -> relu y; each ``X`` and ``Y`` is one of them as floats."""
    writer = ModelWriter()
    x = writer.tensor(SHAPE, "int8", 0.1, 3, name="samples")
    y = writer.op("RELU", [x], writer.tensor(SHAPE, "int8", 0.3, -5, name="scores"))
    tensors = {"x": x, "y": y}
    made = []
    for name in outputs:
        signal = tensors[name.lower()]
        floats = writer.tensor(SHAPE, "float32", None, name="floats")
        made.append(signal if name in tensors else writer.op("DEQUANTIZE", [signal], floats))
    return lower(strip_edges(read_tflite(writer.build([x], made))))


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ("yY", "is another of its outputs ('scores') in another type"),
        ("YY", "is another of its outputs ('scores') in another type"),
        ("Xy", "is its input ('samples') in another type"),
        ("yX", "is its input ('samples') in another type"),
    ],
)
def test_outputs_that_are_one_signal_without_their_float_edge_are_refused(outputs: str, sentence: str) -> None:
    with pytest.raises(CompileError) as raised:
        lowered(outputs)
    assert f"an output of the network {sentence}; leave one of them out" in str(raised.value)


def test_outputs_that_are_signals_of_their_own_are_kept() -> None:
    assert len(lowered("Y").outputs) == 1
