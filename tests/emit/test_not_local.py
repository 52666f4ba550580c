"""What needs the whole window is refused as a stream with the name of the layer, and compiles for windows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.errors import CompileError
from edgeunet.graph import read_tflite
from tests.networks.tflite_writer import ModelWriter

ROWS, CHANNELS = 16, 4
Make = Callable[[ModelWriter, int], int]


def activation(writer: ModelWriter, shape: tuple[int, ...], name: str, scale: float = 0.1, zero_point: int = 0) -> int:
    return writer.tensor(shape, "int8", scale, zero_point, name=name)


def mean_over_time(writer: ModelWriter, x: int) -> int:
    made = activation(writer, (1, 1, 1, CHANNELS), "net/squeeze/mean")
    return writer.op("MEAN", [x, writer.constant([1, 2])], made, keepDims=True)


def squeeze_and_excite(writer: ModelWriter, x: int) -> int:
    made = activation(writer, (1, 1, ROWS, CHANNELS), "net/excite/mul")
    return writer.op("MUL", [x, mean_over_time(writer, x)], made, fusedActivationFunction="NONE")


def global_maximum(writer: ModelWriter, x: int) -> int:
    made = activation(writer, (1, 1, 1, CHANNELS), "net/global_max/max")
    return writer.op("REDUCE_MAX", [x, writer.constant([2])], made, keepDims=True)


def softmax_over_time(writer: ModelWriter, x: int) -> int:
    row = activation(writer, (1, ROWS * CHANNELS), "net/flatten/reshape")
    writer.op("RESHAPE", [x, writer.constant([1, ROWS * CHANNELS])], row)
    made = activation(writer, (1, ROWS * CHANNELS), "net/attention/softmax", 1 / 256, -128)
    return writer.op("SOFTMAX", [row], made, beta=1.0)


def dense_over_time(writer: ModelWriter, x: int) -> int:
    weights = writer.tensor((3, ROWS * CHANNELS), "int8", 0.1, 0, np.ones((3, ROWS * CHANNELS), np.int8))
    made = activation(writer, (1, 3), "net/dense/matmul", 1.0)
    return writer.op("FULLY_CONNECTED", [x, weights, -1], made, fusedActivationFunction="NONE", keepNumDims=False)


def constant_per_sample(writer: ModelWriter, x: int) -> int:
    shape = (1, 1, ROWS, CHANNELS)
    constant = writer.tensor(shape, "int8", 0.1, 0, np.ones(shape, np.int8))
    made = activation(writer, shape, "net/positions/add", 0.2)
    return writer.op("ADD", [x, constant], made, fusedActivationFunction="NONE")


def joined_along_time(writer: ModelWriter, x: int) -> int:
    return writer.op("CONCATENATION", [x, x], activation(writer, (1, 1, 2 * ROWS, CHANNELS), "net/join/concat"), axis=2)


def aligned_corners(writer: ModelWriter, x: int) -> int:
    made = activation(writer, (1, 1, 3 * ROWS, CHANNELS), "net/up/resize")
    size = writer.constant([1, 3 * ROWS])
    return writer.op("RESIZE_NEAREST_NEIGHBOR", [x, size], made, alignCorners=True, halfPixelCenters=False)


CASES: list[tuple[Make, str]] = [
    (mean_over_time, "squeeze"),
    (squeeze_and_excite, "squeeze"),
    (global_maximum, "global_max"),
    (softmax_over_time, "flatten"),
    (dense_over_time, "dense"),
    (constant_per_sample, "positions"),
    (joined_along_time, "join"),
    (aligned_corners, "up"),
]


@pytest.mark.parametrize(("make", "layer"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_it_is_refused_with_the_name_of_the_layer(make: Make, layer: str) -> None:
    writer = ModelWriter()
    x = activation(writer, (1, 1, ROWS, CHANNELS), "net/input")
    graph = read_tflite(writer.build([x], [make(writer, x)]))
    assert compile_model(graph, "net").macs >= 0
    for options in ({"mode": "stream"}, {"mode": "window", "hop": 2}):
        with pytest.raises(CompileError, match=rf"layer '{layer}' .*cannot run as a stream; use --mode window"):
            compile_model(graph, "net", **options)  # type: ignore[arg-type]


def test_aligned_corners_are_no_repeat_however_short_the_window() -> None:
    """One row three times looks like a repeat, which longer recordings are not."""
    writer = ModelWriter()
    x = activation(writer, (1, 1, 1, CHANNELS), "net/input")
    made = activation(writer, (1, 1, 3, CHANNELS), "net/up/resize")
    size = writer.constant([1, 3])
    writer.op("RESIZE_NEAREST_NEIGHBOR", [x, size], made, alignCorners=True, halfPixelCenters=False)
    with pytest.raises(CompileError, match="layer 'up'"):
        compile_model(read_tflite(writer.build([x], [made])), "net", mode="stream")
