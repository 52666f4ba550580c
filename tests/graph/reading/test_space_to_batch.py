"""Space-to-batch around a convolution becomes a dilation, and computes what the interpreters compute without it."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from tests.networks.tflite_writer import ModelWriter, packed
from tests.rigs.judges import litert_reference, tflm

RNG = np.random.default_rng(0)
IMAGES = [
    ((9, 12), (2, 3), (3, 3)),
    ((7, 10), (1, 4), (1, 2)),
    ((11, 8), (2, 2), (2, 3)),
    ((1, 29), (1, 5), (1, 5)),
]
"""Image size, dilation (the block), kernel."""


def image_model(size: tuple[int, int], block: tuple[int, int], kernel: tuple[int, int], kind: str, same: bool) -> bytes:
    """SPACE_TO_BATCH_ND, a VALID convolution and BATCH_TO_SPACE_ND on images, as old converters write a dilation."""
    writer = ModelWriter()
    x = writer.tensor((1, *size, 3), "int8", 0.1, -7)
    pads, crops, inner, outer, made = [], [], [], [], []
    for length, factor, taps in zip(size, block, kernel, strict=True):
        reach = (taps - 1) * factor
        before = reach // 2 if same else 0
        after = reach - before if same else 0
        extra = -(length + before + after) % factor
        pads.append([before, after + extra])
        crops.append([0, extra])
        inner.append((length + before + after + extra) // factor)
        outer.append(inner[-1] - taps + 1)
        made.append(outer[-1] * factor - extra)
    batch = block[0] * block[1]
    spread = writer.op("SPACE_TO_BATCH_ND", [x, writer.constant(block), writer.constant(pads)],
                       writer.tensor((batch, *inner, 3), "int8", 0.1, -7))  # fmt: skip
    shape = (3, *kernel, 3) if kind == "CONV_2D" else (1, *kernel, 3)
    weights = writer.tensor(shape, "int8", 0.01, data=RNG.integers(-127, 128, shape, dtype=np.int8))
    bias = writer.tensor((3,), "int32", 0.001, data=RNG.integers(-900, 900, 3).astype(np.int32))
    options = {"depthMultiplier": 1} if kind != "CONV_2D" else {}
    middle = writer.op(kind, [spread, weights, bias], writer.tensor((batch, *outer, 3), "int8", 0.3, 4),
                       padding="VALID", strideH=1, strideW=1, fusedActivationFunction="RELU", **options)  # fmt: skip
    y = writer.op("BATCH_TO_SPACE_ND", [middle, writer.constant(block), writer.constant(crops)],
                  writer.tensor((1, *made, 3), "int8", 0.3, 4))  # fmt: skip
    return writer.build([x], [y])


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(("size", "block", "kernel"), IMAGES)
def test_images(size: tuple[int, int], block: tuple[int, int], kernel: tuple[int, int], kind: str, same: bool) -> None:
    model = image_model(size, block, kernel, kind, same)
    graph = read_tflite(model)
    assert [op.kind for op in graph.ops] == [kind]
    assert graph.ops[0].attributes["dilation"] == block
    judged(model, (1, *size, 3), padded=same)


def judged(model: bytes, shape: tuple[int, ...], padded: bool) -> None:
    """Equal to LiteRT, and to TFLM where nothing is padded: it pads blocks with a byte it never set."""
    values = RNG.integers(-128, 128, shape, dtype=np.int8)
    found = evaluate(read_tflite(model), values)[0]
    for judge in (litert_reference,) if padded else (litert_reference, tflm):
        np.testing.assert_array_equal(found.ravel(), judge(model, values)[0].ravel())


@pytest.mark.parametrize(("samples", "dilation"), [(24, 2), (25, 4), (31, 3)])
def test_signals_of_three_dimensions(samples: int, dilation: int) -> None:
    """What Conv1D with a dilation becomes: blocks along time, an image inside, causal padding in front."""
    writer = ModelWriter()
    x = writer.tensor((1, samples, 2), "int8", 0.1, 5)
    before, extra = 2 * dilation, -(samples + 2 * dilation) % dilation
    inner = (samples + before + extra) // dilation
    block = writer.constant([dilation])
    y = writer.op("SPACE_TO_BATCH_ND", [x, block, writer.constant([[before, extra]])],
                  writer.tensor((dilation, inner, 2), "int8", 0.1, 5))  # fmt: skip
    y = writer.op("EXPAND_DIMS", [y, writer.tensor((), "int32", data=np.array(1, np.int32))],
                  writer.tensor((dilation, 1, inner, 2), "int8", 0.1, 5))  # fmt: skip
    weights = writer.tensor((4, 1, 3, 2), "int8", 0.01, data=RNG.integers(-127, 128, (4, 1, 3, 2), dtype=np.int8))
    bias = writer.tensor((4,), "int32", 0.001, data=RNG.integers(-900, 900, 4).astype(np.int32))
    y = writer.op("CONV_2D", [y, weights, bias], writer.tensor((dilation, 1, inner - 2, 4), "int8", 0.2, 0),
                  padding="VALID", strideH=1, strideW=1)  # fmt: skip
    y = writer.op("SQUEEZE", [y], writer.tensor((dilation, inner - 2, 4), "int8", 0.2, 0), squeezeDims=[1])
    y = writer.op("BATCH_TO_SPACE_ND", [y, block, writer.constant([[0, extra]])],
                  writer.tensor((1, samples, 4), "int8", 0.2, 0))  # fmt: skip
    model = writer.build([x], [y])
    graph = read_tflite(model)
    (convolution,) = [op for op in graph.ops if op.kind == "CONV_2D"]
    assert convolution.attributes["dilation"] == (1, dilation)
    assert convolution.attributes["padding"] == (0, 0, 2 * dilation, 0)
    judged(model, (1, samples, 2), padded=True)


def test_a_pair_around_something_else_is_refused() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 4, 4, 2), "int8", 0.1)
    block, none = writer.constant([2, 2]), writer.constant([[0, 0], [0, 0]])
    spread = writer.op("SPACE_TO_BATCH_ND", [x, block, none], writer.tensor((4, 2, 2, 2), "int8", 0.1))
    middle = writer.op("RELU", [spread], writer.tensor((4, 2, 2, 2), "int8", 0.1))
    y = writer.op("BATCH_TO_SPACE_ND", [middle, block, none], writer.tensor((1, 4, 4, 2), "int8", 0.1))
    with pytest.raises(UnsupportedOpError, match=r"SPACE_TO_BATCH_ND .* only as a pair around one convolution"):
        read_tflite(writer.build([x], [y]))


@pytest.mark.parametrize(("scale", "zero_point"), [(0.3, 5), (0.31, 4)])
def test_a_pair_that_would_rescale_is_refused_as_interpreters_do(scale: float, zero_point: int) -> None:
    model = schema.ModelT.InitFromPackedBuf(image_model((9, 12), (2, 3), (3, 3), "CONV_2D", True), 0)
    made = model.subgraphs[0].tensors[model.subgraphs[0].outputs[0]].quantization
    made.scale, made.zeroPoint = np.array([scale], np.float32), np.array([zero_point], np.int64)
    with pytest.raises(UnsupportedOpError, match=r"SPACE_TO_BATCH_ND .* only as a pair around one convolution"):
        read_tflite(packed(model))
