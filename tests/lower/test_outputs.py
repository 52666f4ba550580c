"""Outputs that are one signal, one memory, or no computation: each is written, or the file is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import GraphError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.rewrite import strip_edges
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.host_batch import build_batch, flat
from tests.rigs.judges import litert_reference

SHAPE = (1, 1, 12, 3)


class Net:
    """A convolution ``y`` of an input ``x``, and what tests add to it."""

    def __init__(self) -> None:
        self.writer = ModelWriter()
        self.x = self.writer.tensor(SHAPE, "int8", 0.1, 3)
        rng = np.random.default_rng(0)
        weights = self.writer.tensor((3, 1, 3, 3), "int8", 0.02, data=rng.integers(-127, 128, (3, 1, 3, 3), np.int8))
        self.bias = self.writer.tensor((3,), "int32", 0.002, data=rng.integers(-500, 500, 3, np.int32))
        options = {"padding": "SAME", "strideH": 1, "strideW": 1}
        self.y = self.writer.op("CONV_2D", [self.x, weights, self.bias], self.like(), **options)

    def like(self, dtype: str = "int8", scale: float | None = 0.3, zero_point: int = -5) -> int:
        return self.writer.tensor(SHAPE, dtype, scale, zero_point)

    def reshaped(self, source: int, shape: tuple[int, ...] = (1, 1, 9, 4), scale: float = 0.3, zero: int = -5) -> int:
        made = self.writer.tensor(shape, "int8", scale, zero)
        return self.writer.op("RESHAPE", [source, self.writer.constant(shape)], made)

    def relu(self, source: int) -> int:
        return self.writer.op("RELU", [source], self.like())

    def floating(self, source: int) -> int:
        return self.writer.op("DEQUANTIZE", [source], self.like("float32", None))

    def build(self, *outputs: int) -> bytes:
        return self.writer.build([self.x], outputs)


WRITTEN: dict[str, Callable[[Net], bytes]] = {
    "and a reshape of it": lambda net: net.build(net.y, net.reshaped(net.y)),
    "two reshapes of it": lambda net: net.build(net.reshaped(net.y), net.reshaped(net.y, (1, 1, 4, 9))),
    "and what is made of it": lambda net: net.build(net.y, net.relu(net.y)),
    "a reshape of what is used": lambda net: net.build(net.reshaped(net.y), net.relu(net.y)),
    "a reshape of the input": lambda net: net.build(net.reshaped(net.x, scale=0.1, zero=3), net.y),
    "float and what is made of it": lambda net: net.build(net.floating(net.y), net.relu(net.y)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_output_is_written(name: str, tmp_path: Path) -> None:
    model = WRITTEN[name](Net())
    graph = read_tflite(model)
    compiled = compile_model(graph, "net")
    given = np.random.default_rng(1).integers(-128, 128, SHAPE, dtype=np.int8)
    ((answer,),) = build_batch(tmp_path, [compiled]).run([[given]])
    np.testing.assert_array_equal(answer, flat(evaluate(strip_edges(graph), given)))
    judged = litert_reference(model, given)
    if all(array.dtype == np.int8 for array in judged):
        np.testing.assert_array_equal(answer, flat(judged))


REFUSED: dict[str, tuple[Callable[[Net], bytes], str]] = {
    "twice": (lambda net: net.build(net.y, net.y), "an output twice"),
    "thrice, with others between": (lambda net: net.build(net.y, net.relu(net.y), net.y), "an output twice"),
    "the input": (lambda net: net.build(net.x, net.y), "is its input"),
    "the bias": (lambda net: net.build(net.y, net.bias), "is a constant"),
    "a constant alone": (
        lambda net: net.build(net.writer.tensor((1, 4), "int8", 0.1, data=np.ones((1, 4), np.int8))),
        "is a constant",
    ),
    "a constant of the right size": (
        lambda net: net.build(net.y, net.writer.tensor(SHAPE, "int8", 0.1, data=np.ones(SHAPE, np.int8))),
        "is a constant",
    ),
    "a shape": (
        lambda net: net.build(net.y, net.writer.op("SHAPE", [net.y], net.writer.tensor((4,), "int32"))),
        "is a constant",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_outputs_that_compute_nothing_are_refused_by_name(name: str) -> None:
    make, sentence = REFUSED[name]
    with pytest.raises(GraphError, match=sentence) as raised:
        read_tflite(make(Net()))
    assert "tensor_" in str(raised.value)
