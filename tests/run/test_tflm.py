"""TFLM's interpreter as the peer: agrees where it should, and says so where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import RunError, ToolError
from edgeunet.graph import read_tflite
from edgeunet.run import tflm
from edgeunet.run.bench import reference
from edgeunet.run.golden import Golden, make_golden
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.tools import need


def float_edged() -> bytes:
    """Float in, one addition in int8, float out."""
    writer = ModelWriter()
    shape = (1, 1, 16, 3)
    given = writer.tensor(shape, "float32")
    inner = writer.tensor(shape, "int8", 0.05, 3)
    twice = writer.tensor(shape, "int8", 0.08, -7)
    answer = writer.tensor(shape, "float32")
    writer.op("QUANTIZE", [given], inner)
    writer.op("ADD", [inner, inner], twice)
    writer.op("DEQUANTIZE", [twice], answer)
    return writer.build([given], [answer])


def test_a_model_with_float_edges_is_compared_in_int8() -> None:
    need("tflite-micro")
    graph = read_tflite(float_edged())
    compiled = compile_model(graph, "m")
    golden = make_golden(compiled, reference(graph, compiled), 3)
    peer = tflm.run_tflm(float_edged(), compiled, golden)
    assert peer.mismatch is None
    assert peer.arena_bytes == peer.tensors_bytes + peer.bookkeeping_bytes


def uint8_edged(scale: float = 0.05) -> bytes:
    """uint8 in, one addition in int8, uint8 out; ``scale`` is that of the input."""
    writer = ModelWriter()
    shape = (1, 1, 16, 3)
    given = writer.tensor(shape, "uint8", scale, 131)
    inner = writer.tensor(shape, "int8", 0.05, 3)
    twice = writer.tensor(shape, "int8", 0.08, -7)
    answer = writer.tensor(shape, "uint8", 0.08, 121)
    writer.op("QUANTIZE", [given], inner)
    writer.op("ADD", [inner, inner], twice)
    writer.op("QUANTIZE", [twice], answer)
    return writer.build([given], [answer])


def test_a_model_with_uint8_edges_is_fed_uint8() -> None:
    need("tflite-micro")
    graph = read_tflite(uint8_edged())
    compiled = compile_model(graph, "m")
    golden = make_golden(compiled, reference(graph, compiled), 3)
    assert tflm.run_tflm(uint8_edged(), compiled, golden).mismatch is None
    wrong = bytes([golden.outputs[0][0] ^ 1]) + golden.outputs[0][1:]
    found = tflm.run_tflm(uint8_edged(), compiled, Golden(golden.inputs, (wrong, *golden.outputs[1:])))
    assert found.mismatch is not None


def test_uint8_edges_that_rescale_are_compared_too() -> None:
    need("tflite-micro")
    graph = read_tflite(uint8_edged(0.04))
    compiled = compile_model(graph, "m")
    assert compiled.inputs[0].scale == pytest.approx(0.04)
    assert (
        tflm.run_tflm(uint8_edged(0.04), compiled, make_golden(compiled, reference(graph, compiled), 3)).mismatch
        is None
    )


def test_a_difference_is_reported(shared: Path) -> None:
    need("tflite-micro")
    content = (shared / "models" / "classic-unet-512.int8.tflite").read_bytes()
    graph = read_tflite(content)
    compiled = compile_model(graph, "m")
    golden = make_golden(compiled, reference(graph, compiled), 1)
    wrong = bytearray(golden.outputs[0])
    wrong[5] ^= 1
    peer = tflm.run_tflm(content, compiled, Golden(golden.inputs, (bytes(wrong),)))
    assert peer.mismatch is not None
    assert (peer.mismatch.offset, peer.mismatch.differing_bytes) == (5, 1)
    assert "differs in 1 of 2048 bytes" in peer.text()


def test_a_model_that_tflm_cannot_run_is_a_sentence() -> None:
    need("tflite-micro")
    graph = read_tflite(float_edged())
    compiled = compile_model(graph, "m")
    golden = make_golden(compiled, reference(graph, compiled), 1)
    with pytest.raises(RunError, match="leave out --peer"):
        tflm.run_tflm(b"not a model" * 20, compiled, golden)


def test_a_missing_interpreter_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tflm, "tflm_is_installed", lambda: False)
    compiled = compile_model(read_tflite(float_edged()), "m")
    with pytest.raises(ToolError, match=r"edgeunet\[peer\]"):
        tflm.run_tflm(b"", compiled, Golden((), ()))
