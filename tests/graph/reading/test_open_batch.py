"""Models whose batch the converter left open: computed for a batch of one, as LiteRT does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.graph import evaluate, read_tflite
from tests.networks.shuffled_networks import values_for
from tests.networks.tflite_writer import ModelWriter, packed
from tests.rigs.judges import litert_reference, tflm

RNG = np.random.default_rng(0)


def opened(model: bytes) -> bytes:
    """``model`` as the converter writes it for an unknown batch: -1 in the signature, 1 in the shape of every
    activation.
    """
    content = schema.ModelT.InitFromPackedBuf(model, 0)
    for tensor in content.subgraphs[0].tensors:
        if tensor.type == schema.TensorType.INT8 and content.buffers[tensor.buffer].data is None:
            tensor.shape = [1, *tensor.shape[1:]]
            tensor.shapeSignature = [-1, *tensor.shape[1:]]
    return packed(content)


def judged(model: bytes) -> list[str]:
    graph = read_tflite(model)
    values = values_for(graph.tensors[graph.inputs[0]].shape, 2)
    found = evaluate(graph, values)[0]
    assert len(np.unique(found)) > 5
    np.testing.assert_array_equal(found.ravel(), litert_reference(model, values)[0].ravel())
    return [op.kind for op in graph.ops if op.kind != "RESHAPE"]


def dilated(samples: int, dilation: int, taps: int, before: int, kind: str = "CONV_2D") -> bytes:
    """Conv1D with a dilation: blocks along time, an axis more, a convolution, the axis away, blocks back."""
    writer = ModelWriter()
    x = writer.tensor((1, samples, 3), "int8", 0.1, -5)
    reach = (taps - 1) * dilation
    extra = -(samples + reach) % dilation
    inner = (samples + reach + extra) // dilation
    block = writer.constant([dilation])
    y = writer.op("SPACE_TO_BATCH_ND", [x, block, writer.constant([[before, reach - before + extra]])],
                  writer.tensor((dilation, inner, 3), "int8", 0.1, -5))  # fmt: skip
    axis = writer.tensor((), "int32", data=np.array(-3, np.int32))
    y = writer.op("EXPAND_DIMS", [y, axis], writer.tensor((dilation, 1, inner, 3), "int8", 0.1, -5))
    outputs = 4 if kind == "CONV_2D" else 3
    shape = (4, 1, taps, 3) if kind == "CONV_2D" else (1, 1, taps, 3)
    weights = writer.tensor(shape, "int8", 0.01, data=RNG.integers(-127, 128, shape, dtype=np.int8))
    bias = writer.tensor((outputs,), "int32", 0.001, data=RNG.integers(-900, 900, outputs).astype(np.int32))
    made = inner - taps + 1
    options = {"padding": "VALID", "strideH": 1, "strideW": 1}
    if kind != "CONV_2D":
        options["depthMultiplier"] = 1
    y = writer.op(kind, [y, weights, bias], writer.tensor((dilation, 1, made, outputs), "int8", 0.15, 0), **options)
    y = writer.op(
        "RESHAPE", [y, writer.constant([-1, made, outputs])], writer.tensor((dilation, made, outputs), "int8", 0.15, 0)
    )
    y = writer.op("BATCH_TO_SPACE_ND", [y, block, writer.constant([[0, made * dilation - samples]])],
                  writer.tensor((1, samples, outputs), "int8", 0.15, 0))  # fmt: skip
    return opened(writer.build([x], [y]))


@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(("samples", "dilation", "taps", "before"), [(16, 2, 3, 2), (31, 4, 3, 8), (24, 3, 2, 0)])
def test_blocks_of_an_open_batch_are_dilations(samples: int, dilation: int, taps: int, before: int, kind: str) -> None:
    """The file says 1 where the batch is that of the blocks."""
    model = dilated(samples, dilation, taps, before, kind)
    assert judged(model) == [kind]
    (op,) = [op for op in read_tflite(model).ops if op.kind == kind]
    assert op.attributes["dilation"] == (1, dilation)


def test_blocks_of_one_value_are_no_blocks() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 9, 2), "int8", 0.1, -5)
    block = writer.constant([1])
    spread = writer.op(
        "SPACE_TO_BATCH_ND", [x, block, writer.constant([[2, 1]])], writer.tensor((1, 12, 2), "int8", 0.1, -5)
    )
    middle = writer.op("RELU", [spread], writer.tensor((1, 12, 2), "int8", 0.09, -120))
    y = writer.op(
        "BATCH_TO_SPACE_ND", [middle, block, writer.constant([[1, 0]])], writer.tensor((1, 11, 2), "int8", 0.09, -120)
    )
    assert judged(writer.build([x], [y])) == ["PAD", "RELU", "SLICE"]


def upsampled() -> bytes:
    """Conv1DTranspose: the output's shape is put together from the batch that SHAPE tells."""
    writer = ModelWriter()
    x = writer.tensor((1, 12, 2), "int8", 0.1, 4)
    one, zero = writer.constant([1]), writer.constant([0])
    shape = writer.op("SHAPE", [x], writer.tensor((3,), "int32"), outType=schema.TensorType.INT32)
    batch = writer.op("STRIDED_SLICE", [shape, zero, one, one], writer.tensor((), "int32"), shrinkAxisMask=1)
    batch = writer.op("RESHAPE", [batch, one], writer.tensor((1,), "int32"))
    target = writer.op("CONCATENATION", [batch, one, writer.constant([24, 3])], writer.tensor((4,), "int32"), axis=0)
    image = writer.op("EXPAND_DIMS", [x, one], writer.tensor((1, 1, 12, 2), "int8", 0.1, 4))
    weights = writer.tensor((3, 1, 4, 2), "int8", 0.02, data=RNG.integers(-127, 128, (3, 1, 4, 2), dtype=np.int8))
    bias = writer.tensor((3,), "int32", 0.002, data=RNG.integers(-900, 900, 3).astype(np.int32))
    made = writer.op("TRANSPOSE_CONV", [target, weights, image, bias], writer.tensor((1, 1, 24, 3), "int8", 0.2, 1),
                     padding="SAME", strideH=1, strideW=2)  # fmt: skip
    y = writer.op("RESHAPE", [made, writer.constant([-1, 24, 3])], writer.tensor((1, 24, 3), "int8", 0.2, 1))
    return opened(writer.build([x], [y]))


def test_the_shape_of_a_transposed_convolution_is_computed() -> None:
    model = upsampled()
    assert judged(model) == ["TRANSPOSE_CONV"]
    values = values_for((1, 12, 2), 5)
    np.testing.assert_array_equal(evaluate(read_tflite(model), values)[0].ravel(), tflm(model, values)[0].ravel())


def test_sizes_are_multiplied_halved_and_packed() -> None:
    """A reshape to (batch, time / 2, 2 * channels) from the shape itself, as ``tf.shape`` leaves it."""
    writer = ModelWriter()
    x = writer.tensor((1, 12, 3), "int8", 0.1, 4)
    one = writer.constant([1])
    shape = writer.op("SHAPE", [x], writer.tensor((3,), "int32"), outType=schema.TensorType.INT32)
    sizes = []
    for axis in range(3):
        bounds = [writer.constant([axis]), writer.constant([axis + 1]), one]
        sizes.append(writer.op("STRIDED_SLICE", [shape, *bounds], writer.tensor((), "int32"), shrinkAxisMask=1))
    two = writer.tensor((), "int32", data=np.array(2, np.int32))
    half = writer.op("FLOOR_DIV", [sizes[1], two], writer.tensor((), "int32"))
    double = writer.op("MUL", [sizes[2], two], writer.tensor((), "int32"), fusedActivationFunction="NONE")
    target = writer.op("PACK", [sizes[0], half, double], writer.tensor((3,), "int32"), valuesCount=3)
    content = schema.ModelT.InitFromPackedBuf(
        writer.build([x], [writer.op("RESHAPE", [x, target], writer.tensor((1, 1, 1), "int8", 0.1, 4))]), 0
    )
    content.subgraphs[0].tensors[int(content.subgraphs[0].outputs[0])].shapeSignature = [-1, -1, -1]
    model = packed(content)
    graph = read_tflite(model)
    assert graph.tensors[graph.outputs[0]].shape == (1, 1, 6, 6)
    assert judged(model) == []


@pytest.mark.parametrize(
    ("case", "device"),
    [("dilated_openbatch", False), ("tconv_openbatch", True), ("tflite-open-batch-tconv/m", True)],
)
def test_models_with_an_open_batch_that_a_converter_wrote(shared: Path, case: str, device: bool) -> None:
    path = shared / "cases" / "models" / f"{case}.tflite"
    if not path.is_file():
        pytest.skip("no cases in EDGEUNET_SHARED")
    model = path.read_bytes()
    assert judged(model)
    graph = read_tflite(model)
    values = values_for(graph.tensors[graph.inputs[0]].shape, 3)
    on_device = tflm(model, values)[0].ravel()  # of blocks it has the file's word for a batch of one, and takes it
    assert np.array_equal(evaluate(graph, values)[0].ravel(), on_device) == device
