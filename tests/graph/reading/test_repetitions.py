"""TILE, BROADCAST_TO and GATHER: what becomes of them, and that it is what LiteRT computes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.length import with_length
from tests.networks.shuffled_networks import values_for
from tests.networks.tflite_writer import ModelWriter, packed
from tests.rigs.judges import litert_reference

Shape = tuple[int, ...]


def one(kind: str, shape: Shape, made: Shape, numbers: Sequence[int], **options: int) -> bytes:
    writer = ModelWriter()
    x, y = (writer.tensor(size, "int8", 0.1, -3) for size in (shape, made))
    writer.op(kind, [x, writer.constant(list(numbers))], y, **options)
    return writer.build([x], [y])


def judged(model: bytes) -> list[str]:
    """The kinds of operators, reshapes left out, that compute what LiteRT does."""
    graph = read_tflite(model)
    values = values_for(graph.tensors[graph.inputs[0]].shape, 1)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), litert_reference(model, values)[0].ravel())
    return [op.kind for op in graph.ops if op.kind != "RESHAPE"]


RESIZE = "RESIZE_NEAREST_NEIGHBOR"


@pytest.mark.parametrize(
    ("shape", "times", "found"),
    [
        ((1, 5, 1, 3), (1, 1, 2, 1), [RESIZE]),
        ((1, 5, 3), (1, 3, 1), [RESIZE]),
        ((1, 5, 3), (1, 1, 3), ["CONCATENATION"]),
        ((1, 5, 1), (1, 1, 70), [RESIZE]),
        ((1, 4, 2, 3), (1, 2, 3, 2), [RESIZE, RESIZE, "CONCATENATION"]),
        ((1, 41, 1, 2), (1, 1, 41, 1), ["CONCATENATION"]),  # the grid of a resize is rounded in float32
        ((1, 5, 3), (1, 1, 1), []),
    ],
)
def test_repeated_axes(shape: Shape, times: Shape, found: list[str]) -> None:
    made = tuple(size * by for size, by in zip(shape, times, strict=True))
    assert judged(one("TILE", shape, made, times)) == found


def test_repeated_images_of_five_axes() -> None:
    """UpSampling2D: an axis after the height, one after the width, each repeated, and the reshape."""
    writer = ModelWriter()
    x = writer.tensor((1, 4, 3, 2), "int8", 0.1, 5)
    apart = writer.op("RESHAPE", [x, writer.constant([1, 4, 1, 3, 2])], writer.tensor((1, 4, 1, 3, 2), "int8", 0.1, 5))
    tall = writer.op("TILE", [apart, writer.constant([1, 1, 2, 1, 1])], writer.tensor((1, 4, 2, 3, 2), "int8", 0.1, 5))
    tall = writer.op(
        "RESHAPE", [tall, writer.constant([1, 8, 3, 1, 2])], writer.tensor((1, 8, 3, 1, 2), "int8", 0.1, 5)
    )
    wide = writer.op("TILE", [tall, writer.constant([1, 1, 1, 2, 1])], writer.tensor((1, 8, 3, 2, 2), "int8", 0.1, 5))
    y = writer.op("RESHAPE", [wide, writer.constant([1, 8, 6, 2])], writer.tensor((1, 8, 6, 2), "int8", 0.1, 5))
    model = writer.build([x], [y])
    assert judged(model) == [RESIZE, RESIZE]
    values = values_for((1, 4, 3, 2), 0)
    found = evaluate(read_tflite(model), values)[0]
    np.testing.assert_array_equal(found, values.repeat(2, axis=1).repeat(2, axis=2))


@pytest.mark.parametrize(("shape", "made"), [((1, 6, 1, 4), (1, 6, 3, 4)), ((6, 1), (1, 6, 4)), ((1, 1, 4), (1, 6, 4))])
def test_broadcast_axes(shape: Shape, made: Shape) -> None:
    judged(one("BROADCAST_TO", shape, made, made))


@pytest.mark.parametrize(
    ("shape", "axis", "places", "found"),
    [
        ((1, 5, 3), 1, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], [RESIZE]),
        ((1, 6, 3), 1, [0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 5, 5], ["SLICE"] * 7 + ["CONCATENATION"]),
        ((1, 2, 5, 3), 2, [0, 0, 1, 2, 2, 3, 4], [RESIZE]),
        ((1, 6, 3), 1, [0, 1, 4, 5, 0], ["SLICE"] * 3 + ["CONCATENATION"]),
        ((1, 6, 3), 1, [0, 2, 4], [RESIZE]),
        ((1, 6, 3), 1, [2, 3, 4], ["SLICE"]),
        ((1, 6, 3), 1, [0, 1, 2, 3, 4, 5], ["SLICE"]),
        ((1, 6, 4), 2, [3, 2, 1, 0], ["SLICE"] * 4 + ["CONCATENATION"]),
        ((1, 6, 4), -1, [1, 2, 0], ["SLICE", "SLICE", "CONCATENATION"]),
    ],
)
def test_places_of_an_axis(shape: Shape, axis: int, places: list[int], found: list[str]) -> None:
    made = list(shape)
    made[axis] = len(places)
    assert judged(one("GATHER", shape, tuple(made), places, axis=axis)) == found


def test_one_place_drops_its_axis() -> None:
    writer = ModelWriter()
    x, y = writer.tensor((1, 5, 3), "int8", 0.1), writer.tensor((1, 3), "int8", 0.1)
    place = writer.tensor((), "int32", data=np.array(4, np.int32))
    assert judged(writer.build([x], [writer.op("GATHER", [x, place], y, axis=1)])) == ["SLICE"]


def test_more_parts_than_a_tensor_is_put_together_from_are_refused() -> None:
    places = list(range(129, -1, -2))
    assert len(places) == 65
    with pytest.raises(UnsupportedOpError, match=r"GATHER .*: it takes 65 separate parts of an axis of 130 and 64 are"):
        read_tflite(one("GATHER", (1, 130, 2), (1, 65, 2), places, axis=1))
    judged(one("GATHER", (1, 130, 2), (1, 64, 2), places[1:], axis=1))


def upsampling(time: int = 6, open_batch: bool = False) -> bytes:
    """What Keras' UpSampling1D converts to; with an open batch its last shape is computed."""
    writer = ModelWriter()
    x = writer.tensor((1, time, 2), "int8", 0.1, 7)
    axis = writer.tensor((), "int32", data=np.array(2, np.int32))
    apart = writer.op("EXPAND_DIMS", [x, axis], writer.tensor((1, time, 1, 2), "int8", 0.1, 7))
    tiled = writer.op("TILE", [apart, writer.constant([1, 1, 3, 1])], writer.tensor((1, time, 3, 2), "int8", 0.1, 7))
    target = writer.constant([1, 3 * time, 2])
    if open_batch:
        shape = writer.op("SHAPE", [x], writer.tensor((3,), "int32"), outType=schema.TensorType.INT32)
        batch = writer.op(
            "STRIDED_SLICE", [shape, *map(writer.constant, ([0], [1], [1]))], writer.tensor((1,), "int32")
        )
        parts = [batch, writer.constant([3 * time]), writer.constant([2])]
        target = writer.op("CONCATENATION", parts, writer.tensor((3,), "int32"), axis=0)
    y = writer.op("RESHAPE", [tiled, target], writer.tensor((1, 3 * time, 2), "int8", 0.1, 7))
    content = schema.ModelT.InitFromPackedBuf(writer.build([x], [y]), 0)
    for index in (x, apart, tiled, y) if open_batch else ():
        tensor = content.subgraphs[0].tensors[index]
        tensor.shapeSignature = [-1, *tensor.shape[1:]]
    return packed(content)


@pytest.mark.parametrize("open_batch", [False, True])
def test_upsampling_of_keras_is_local_in_time(open_batch: bool) -> None:
    model = upsampling(open_batch=open_batch)
    assert judged(model) == [RESIZE]
    longer = with_length(read_tflite(model), 50)
    values = values_for((1, 50, 2), 4)
    np.testing.assert_array_equal(evaluate(longer, values)[0].ravel(), values.repeat(3, axis=1).ravel())


@pytest.mark.parametrize("case", ["upsampling1d.tflite", "tflite-upsampling1d/m.tflite"])
def test_upsampling_that_a_converter_wrote(shared: Path, case: str) -> None:
    path = shared / "cases" / "models" / case
    if not path.is_file():
        pytest.skip("no cases in EDGEUNET_SHARED")
    content = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    for code in content.operatorCodes:
        code.version = (
            2 if code.builtinCode == schema.BuiltinOperator.TILE else code.version
        )  # 3 has no reference kernel
    assert RESIZE in judged(packed(content))
    graph = read_tflite(path)
    assert math.prod(graph.tensors[graph.outputs[0]].shape) > 0
