"""Operators that fewer networks have, alone: equal to LiteRT's reference kernels and, where it has them, to TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert.schema_py_generated import TensorType
from numpy.typing import NDArray

from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.evaluation.slopes import slopes_of
from edgeunet.graph.ir import Quantization
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm

Shape = tuple[int, ...]
BOTH = (litert_reference, tflm)


def values(*shapes: Shape, dtype: str = "int8") -> list[NDArray[Any]]:
    rng, limits = np.random.default_rng(7), np.iinfo(dtype)
    return [rng.integers(limits.min, limits.max + 1, shape).astype(dtype) for shape in shapes]


def judged(model: bytes, *arrays: NDArray[Any], judges: tuple[Any, ...] = BOTH) -> None:
    found = evaluate(read_tflite(model), list(arrays))[0].ravel()
    assert len(np.unique(found)) > 1
    for judge in judges:
        np.testing.assert_array_equal(found, judge(model, *arrays)[0].ravel())


def one(kind: str, given: Shape, made: Shape, numbers: Any = None, dtype: str = "int8", **options: Any) -> bytes:
    writer = ModelWriter()
    x = writer.tensor(given, "int8", 0.1, 3)
    y = writer.tensor(made, dtype, *((0.1, 3) if dtype == "int8" else ()))
    operands = [] if numbers is None else [writer.constant(numbers)]
    return writer.build([x], [writer.op(kind, [x, *operands], y, **options)])


@pytest.mark.parametrize("axis", [1, 2])
def test_reversed_axes(axis: int) -> None:
    shape = (1, 3, 5, 2)
    judged(one("REVERSE_V2", shape, shape, [axis]), *values(shape))


@pytest.mark.parametrize("block", [2, 3])
def test_blocks_become_channels_and_channels_blocks(block: int) -> None:
    deep, wide = (1, 2, 3, block * block * 2), (1, 2 * block, 3 * block, 2)
    judged(one("DEPTH_TO_SPACE", deep, wide, blockSize=block), *values(deep))
    judged(one("SPACE_TO_DEPTH", wide, deep, blockSize=block), *values(wide))


@pytest.mark.parametrize(("axes", "made"), [([1], (1, 1, 5, 4)), ([2], (1, 3, 1, 4)), ([1, 2], (1, 1, 1, 4))])
@pytest.mark.parametrize("kind", ["REDUCE_MAX", "REDUCE_MIN"])
def test_extremes_over_axes(kind: str, axes: list[int], made: Shape) -> None:
    judges = BOTH if kind == "REDUCE_MAX" else (litert_reference,)
    judged(one(kind, (1, 3, 5, 4), made, axes, keepDims=True), *values((1, 3, 5, 4)), judges=judges)


@pytest.mark.parametrize("kind", ["ARG_MAX", "ARG_MIN"])
def test_of_equal_values_the_first_place(kind: str) -> None:
    shape = (1, 3, 20, 4)
    (given,) = values(shape)
    model = one(kind, shape, shape[:3], [3], "int32", outputType=TensorType.INT32)
    judged(model, given // 64)


@pytest.mark.parametrize(("corners", "centers"), [(False, False), (False, True), (True, False)])
@pytest.mark.parametrize("size", [(3, 10), (7, 5), (4, 3), (1, 13), (9, 1)])
def test_values_between_places(size: tuple[int, int], corners: bool, centers: bool) -> None:
    made = (1, *size, 3)
    model = one("RESIZE_BILINEAR", (1, 3, 5, 3), made, size, alignCorners=corners, halfPixelCenters=centers)
    judged(model, *values((1, 3, 5, 3)))


@pytest.mark.parametrize("adjoint_x", [False, True])
@pytest.mark.parametrize("adjoint_y", [False, True])
def test_matrices_of_two_signals(adjoint_x: bool, adjoint_y: bool) -> None:
    first = (1, 2, 4, 3) if adjoint_x else (1, 2, 3, 4)
    second = (1, 2, 5, 4) if adjoint_y else (1, 2, 4, 5)
    writer = ModelWriter()
    x, y = writer.tensor(first, "int8", 0.1, 3), writer.tensor(second, "int8", 0.02, -7)
    made = writer.tensor((1, 2, 3, 5), "int8", 0.21, 11)
    writer.op("BATCH_MATMUL", [x, y], made, adjX=adjoint_x, adjY=adjoint_y)
    judged(writer.build([x, y], [made]), *values(first, second))


def test_softmax_of_int16() -> None:
    shape = (1, 1, 40, 6)
    (given,) = values(shape, dtype="int16")
    for scale, beta in ((1 / 4096, 1.0), (0.0007, 1.0), (3e-5, 1.0), (1 / 4096, 0.5)):
        writer = ModelWriter()
        x, y = writer.tensor(shape, "int16", scale), writer.tensor(shape, "int16", 1 / 32768)
        judged(writer.build([x], [writer.op("SOFTMAX", [x], y, beta=beta)]), given)


def test_convolutions_of_int16_round_once() -> None:
    shape = (1, 1, 60, 5)
    (given,) = values(shape, dtype="int16")
    (weights,) = values((3, 1, 1, 5))
    writer = ModelWriter()
    x, y = writer.tensor(shape, "int16", 0.001), writer.tensor((1, 1, 60, 3), "int16", 0.003)
    weight = writer.tensor(weights.shape, "int8", [0.01, 0.004, 0.17], data=weights)
    bias = writer.tensor((3,), "int64", [1e-5, 4e-6, 1.7e-4], data=np.array([9000, -77, 1 << 21], np.int64))
    model = writer.build([x], [writer.op("CONV_2D", [x, weight, bias], y, padding="VALID", strideH=1, strideW=1)])
    judged(model, given)


def test_a_quantization_is_one_line_through_zero() -> None:
    given, made = Quantization((0.0003,), (0,)), Quantization((0.0007,), (0,))
    stored = np.arange(-(1 << 15), 1 << 15, 7)
    model = ModelWriter()
    x = model.tensor((1, 1, 1, stored.size), "int16", 0.0003)
    y = model.op("QUANTIZE", [x], model.tensor((1, 1, 1, stored.size), "int16", 0.0007))
    found = litert_reference(model.build([x], [y]), stored.astype(np.int16))[0].ravel()
    slopes = slopes_of("QUANTIZE", {}, given, made, "int16")
    assert slopes.positive == slopes.negative
    np.testing.assert_array_equal(slopes.applied(stored), found)
