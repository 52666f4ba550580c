"""Reading files: layout, names, attributes, and a good sentence for everything that is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import ABSENT, evaluate, read_tflite
from edgeunet.graph.reading.names import clean, layer_names, tensor_name
from tests.networks import random_layers as layers
from tests.networks.random_layers import Network
from tests.networks.random_networks import SeededChoices, random_network
from tests.networks.tflite_writer import ModelWriter, packed
from tests.rigs.judges import litert_reference, tflm


def conv_model(
    shape: tuple[int, ...] = (1, 1, 8, 2),
    dtype: str = "int8",
    weights: str = "int8",
    bias: str = "int32",
    scales: float | list[float] = 0.02,
    zero_point: int = 0,
    axis: int = 0,
    activation: str = "NONE",
) -> bytes:
    """One convolution, with one thing about it changed."""
    writer = ModelWriter()
    scale_in, scale_out = (None, None) if dtype == "float32" else (0.1, 0.5)
    x = writer.tensor(shape, dtype, scale_in)
    data = np.ones((3, 1, 3, 2), np.float32 if weights == "float32" else np.int8)
    w = writer.tensor((3, 1, 3, 2), weights, scales, zero_point, data, axis=axis)
    b = writer.tensor((3,), bias, 0.002, data=np.zeros(3, bias))
    made = writer.tensor((shape[0], 1, 8, 3), dtype, scale_out, name="net/enc1_conv/Relu;x")
    options = {"padding": "SAME", "strideH": 1, "strideW": 1, "fusedActivationFunction": activation}
    writer.op("CONV_2D", [x, w, b], made, **options)
    return writer.build([x], [made])


REFUSALS = [
    (
        "float",
        conv_model(dtype="float32", weights="float32"),
        r"it is a float32 model, not quantized \(CONV_2D 'enc1_conv' .*; quantize the float .*edgeunet quantize",
    ),
    (
        "dynamic range",
        conv_model(dtype="float32"),
        r"in int8 and computed with in float32 \(CONV_2D 'enc1_conv'\), which is dynamic",
    ),
    ("16x8 with int32 bias", conv_model(dtype="int16"), "bias is int32, and a constant int64 one is needed"),
    ("uint8", conv_model(dtype="uint8"), "is uint8 and only int8 or int16 is supported; convert with the current int8"),
    ("uint8 weights", conv_model(weights="uint8"), "weights are uint8 and only int8 and int4 are supported"),
    ("asymmetric weights", conv_model(zero_point=3), "zero point other than 0; quantize weights symmetrically"),
    ("axis", conv_model(scales=[0.1, 0.2], axis=3), "one scale per slice of axis 3, not per output channel"),
    ("int64 bias", conv_model(bias="int64"), "bias is int64, and a constant int32 one is needed"),
    ("batch", conv_model(shape=(4, 1, 8, 2)), r"batch of 4 .* only batch 1 is supported; convert the model with batch"),
    ("activation", conv_model(activation="TANH"), "fused activation TANH is not supported; use a separate layer"),
    ("range", conv_model(scales=2e9), "over int32; quantize"),
]


@pytest.mark.parametrize(("name", "model", "sentence"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_what_is_not_supported_is_named_with_its_layer_and_a_cure(name: str, model: bytes, sentence: str) -> None:
    with pytest.raises(UnsupportedOpError, match=sentence) as caught:
        read_tflite(model)
    assert "enc1_conv" in str(caught.value) or "input" in str(caught.value)
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("layout", ["1xT", "Tx1"])
@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1, 1, 5), (1, 1, 5)])
@pytest.mark.parametrize("kind", ["CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"])
def test_a_bias_of_any_rank_is_a_row_of_numbers(kind: str, shape: tuple[int, ...], layout: str) -> None:
    model = biased(kind, shape, layout)
    graph = read_tflite(model)
    assert graph.tensors[graph.ops[0].inputs[2]].shape == (5,)
    given = np.random.default_rng(0).integers(-128, 128, (12, 5), dtype=np.int8)
    found = evaluate(graph, given)[0].ravel()
    # in FULLY_CONNECTED LiteRT rounds in another way than the device, see docs/SUPPORTED_OPS.md
    np.testing.assert_array_equal(
        found, (tflm if kind == "FULLY_CONNECTED" else litert_reference)(model, given)[0].ravel()
    )


@pytest.mark.parametrize("layout", ["1xT", "Tx1"])
def test_where_litert_wants_a_row_of_biases_so_do_we(layout: str) -> None:
    model = biased("DEPTHWISE_CONV_2D", (1, 5), layout)
    with pytest.raises(UnsupportedOpError, match=r"its bias has shape \(1, 5\)"):
        read_tflite(model)
    with pytest.raises(RuntimeError, match="bias"):
        litert_reference(model, np.zeros((12, 5), np.int8))


def biased(kind: str, shape: tuple[int, ...], layout: str) -> bytes:
    """One operator of five channels whose bias has ``shape``."""
    writer, rng = ModelWriter(), np.random.default_rng(1)
    image = (1, 1, 12, 5) if layout == "1xT" else (1, 12, 1, 5)
    window = {"CONV_2D": (5, 3, 5), "TRANSPOSE_CONV": (5, 3, 5), "DEPTHWISE_CONV_2D": (1, 3, 5)}.get(kind)
    sizes = (5, 5) if window is None else (window[0], *((1, 3) if layout == "1xT" else (3, 1)), window[2])
    x, y = writer.tensor(image, "int8", 0.1, 3), writer.tensor(image, "int8", 0.4, -5)
    w = writer.tensor(sizes, "int8", 0.02, data=rng.integers(-127, 128, sizes, np.int8))
    b = writer.tensor(shape, "int32", 0.002, data=rng.integers(-900, 900, shape, np.int32))
    options = {} if kind == "FULLY_CONNECTED" else {"padding": "SAME", "strideH": 1, "strideW": 1}
    if kind == "DEPTHWISE_CONV_2D":
        options["depthMultiplier"] = 1
    operands = [writer.constant(image), w, x, b] if kind == "TRANSPOSE_CONV" else [x, w, b]
    writer.op(kind, operands, y, **options)
    return writer.build([x], [y])


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_weights_stored_in_another_type_are_named(dtype: str) -> None:
    """What float16 quantization leaves: a DEQUANTIZE of four constant kernels, which is no batch of four."""
    writer = ModelWriter()
    x, y = (writer.tensor((1, 1, 8, size), "float32") for size in (6, 4))
    stored = writer.tensor((4, 1, 1, 6), dtype, 0.1 if dtype == "int8" else None, data=np.ones((4, 1, 1, 6), dtype))
    w = writer.op("DEQUANTIZE", [stored], writer.tensor((4, 1, 1, 6), "float32", name="net/enc1_conv/kernel"))
    b = writer.tensor((4,), "float32", data=np.zeros(4, np.float32))
    writer.op("CONV_2D", [x, w, b], y, padding="SAME", strideH=1, strideW=1)
    with pytest.raises(
        UnsupportedOpError, match=f"weights are stored in {dtype} and computed .*; quantize the float model"
    ):
        read_tflite(writer.build([x], [y]))


def test_unknown_operators_are_named_with_a_cure() -> None:
    for kind, cure in (
        ("FLOOR", "between DEQUANTIZE and QUANTIZE"),
        ("FLOOR_MOD", "SUPPORTED_OPS"),
    ):
        writer = ModelWriter()
        x = writer.tensor((1, 4), "int8", 0.1)
        y = writer.op(kind, [x, x], writer.tensor((1, 4), "int8", 0.1, name="model/up/Tile"))
        with pytest.raises(UnsupportedOpError, match=rf"{kind} 'up': this operator is not supported; .*{cure}"):
            read_tflite(writer.build([x], [y]))


def test_dynamic_shapes_are_refused_but_an_open_batch_is_not() -> None:
    import ai_edge_litert.schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(conv_model(), 0)
    for tensor in (model.subgraphs[0].tensors[0], model.subgraphs[0].tensors[3]):
        tensor.shapeSignature = [-1, *tensor.shape[1:]]
    assert read_tflite(packed(model)).tensors[0].shape == (1, 1, 8, 2)
    model.subgraphs[0].tensors[0].shapeSignature = [-1, 1, -1, 2]
    with pytest.raises(UnsupportedOpError, match=r"dynamic shape \(-1, 1, -1, 2\); build the model with a fixed input"):
        read_tflite(packed(model))


def test_what_is_no_model_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="not a TensorFlow Lite model"):
        read_tflite(b"PK\x03\x04 a zip file, surely")
    with pytest.raises(GraphError, match=r"nothing\.tflite' does not exist; pass the path"):
        read_tflite(tmp_path / "nothing.tflite")
    with pytest.raises(GraphError, match="is not a file"):
        read_tflite(tmp_path)
    with pytest.raises(GraphError, match="not a TensorFlow Lite model"):
        read_tflite(b"")
    (tmp_path / "cut.tflite").write_bytes(random_network(1)[:100])
    with pytest.raises(GraphError, match=r"cut\.tflite'"):
        read_tflite(tmp_path / "cut.tflite")


def test_files_too_large_are_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.tflite").open("wb") as file:
        file.truncate(1 << 34)
    with pytest.raises(GraphError, match="over the limit"):
        read_tflite(tmp_path / "large.tflite")


def test_the_graph_is_named_after_the_file(shared: Path) -> None:
    graph = read_tflite(shared / "models" / "seed-unet-800.int8.tflite")
    assert graph.name == "seed-unet-800"
    assert len(graph.digest) == 64
    assert [op.name for op in graph.ops[1:7]] == [
        "conv2d",
        "separable_conv2d/depthwise",
        "separable_conv2d",
        "separable_conv2d_1/depthwise",
        "separable_conv2d_1",
        "add",
    ]
    assert graph.tensors[graph.inputs[0]].shape == (1, 1, 800, 1)
    assert graph.tensors[graph.outputs[0]].shape == (1, 1, 800, 5)


def test_layer_names_drop_scopes_operations_and_counters() -> None:
    fused = "functional_1/re_lu_1/Relu6;functional_1/enc1_1/convolution;functional_1/bn_1/batchnorm"
    assert layer_names([("CONV_2D", [fused]), ("ADD", ["functional_1/add_3_1/Add"])]) == ["enc1", "add_3"]
    assert layer_names([("CONV_2D", ["net/enc1/conv"]), ("ADD", ["net/skip_3/Add"])]) == ["enc1", "skip_3"]
    assert layer_names([("CONV_2D", ["StatefulPartitionedCall:0", "f/head_1/convolution"])]) == ["head"]
    assert layer_names([("SOFTMAX", ["StatefulPartitionedCall:0"]), ("SOFTMAX", [""])]) == ["softmax", "softmax#2"]
    assert tensor_name("serving_default_ecg:0") == "ecg"


def test_names_neither_end_a_comment_nor_break_a_line() -> None:
    assert layer_names([("ADD", ["a/b c\n*/'\"/d"])]) == ["b_c_*___"]
    assert tensor_name("ecg*/ ;") == "ecg*__;"
    assert clean("*/*/") == "*_*_"


def test_an_input_given_twice_is_refused() -> None:
    writer = ModelWriter()
    x, other = writer.tensor((1, 6, 4), "int8", 0.1), writer.tensor((1, 6, 4), "int8", 0.1)
    y = writer.op("ADD", [x, other], writer.tensor((1, 6, 4), "int8", 0.2))
    with pytest.raises(GraphError, match="an input of the graph is a constant or given twice; the file is damaged"):
        read_tflite(writer.build([x, other, x], [y]))
    assert len(read_tflite(writer.build([x, other], [y])).inputs) == 2


@pytest.mark.parametrize("seed", range(12))
def test_a_column_is_read_as_a_row(seed: int) -> None:
    """The same network built T x 1 and 1 x T gives the same graph: shapes, attributes, weights and results."""
    graphs = []
    for layout in ("1xT", "Tx1"):
        made = Network(SeededChoices(np.random.default_rng(seed)), layout)
        x = layers.input_value(made, (1, 12, 3) if layout == "1xT" else (12, 1, 3))
        y = layers.pool(made, layers.convolution(made, x))
        y = layers.transpose_convolution(made, layers.depthwise(made, y))
        graphs.append(
            read_tflite(made.writer.build([x.index], [layers.mean(made, y, [2 if layout == "1xT" else 1]).index]))
        )
    rows, columns = graphs
    assert [(op.kind, dict(op.attributes)) for op in rows.ops] == [(op.kind, dict(op.attributes)) for op in columns.ops]
    values = np.random.default_rng(seed).integers(-128, 128, (12, 3), dtype=np.int8)
    np.testing.assert_array_equal(evaluate(rows, values)[0], evaluate(columns, values)[0])
    for graph in graphs:
        assert all(tensor.shape[:2] == (1, 1) for tensor in graph.tensors if not tensor.is_constant)


def test_absent_operands_and_order_of_transposed_convolutions() -> None:
    made = Network(SeededChoices(np.random.default_rng(2)), "1xT")
    x = layers.input_value(made, (1, 6, 4))
    weights, _ = made.weights((5, 1, 3, 4), 0)
    y = made.made((1, 13, 5), 0.3, 0)
    made.writer.op("TRANSPOSE_CONV", [made.writer.constant([1, 1, 13, 5]), weights, x.index], y.index,
                   padding="VALID", strideH=1, strideW=2)  # fmt: skip
    graph = read_tflite(made.writer.build([x.index], [y.index]))
    (op,) = graph.ops
    assert graph.tensors[op.inputs[0]].shape == (1, 1, 6, 4)
    assert graph.tensors[op.inputs[1]].shape == (5, 1, 3, 4)
    assert op.inputs[2] == ABSENT
    assert op.attributes == {"stride": (1, 2), "padding": (0, 0, 0, 0), "activation": "NONE"}


def test_axes_that_an_operator_drops_are_reshaped_away_after_it() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 6, 4), "int8", 0.1)
    y = writer.op("MEAN", [x, writer.constant([2])], writer.tensor((1, 6), "int8", 0.1), keepDims=False)
    z = writer.op(
        "STRIDED_SLICE", [y, *map(writer.constant, ([0, -2], [0, -1], [1, 1]))],
        writer.tensor((1,), "int8", 0.1), beginMask=1, endMask=1, shrinkAxisMask=2,
    )  # fmt: skip
    model = writer.build([x], [z])
    graph = read_tflite(model)
    assert [op.kind for op in graph.ops] == ["MEAN", "RESHAPE", "SLICE"]
    values = np.random.default_rng(0).integers(-128, 128, (1, 6, 4), dtype=np.int8)
    for judge in (litert_reference, tflm):
        np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), judge(model, values)[0].ravel())


def test_shape_arithmetic_of_an_open_batch_is_folded() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 6, 4), "int8", 0.1)
    shape = writer.op("SHAPE", [x], writer.tensor((3,), "int32"))
    batch = writer.op("STRIDED_SLICE", [shape, *map(writer.constant, ([0], [1], [1]))],
                      writer.tensor((), "int32"), shrinkAxisMask=1)  # fmt: skip
    length = writer.tensor((), "int32", data=np.array(24, np.int32))
    target = writer.op("PACK", [batch, length], writer.tensor((2,), "int32"))
    y = writer.op("RESHAPE", [x, target], writer.tensor((1, 24), "int8", 0.1))
    graph = read_tflite(writer.build([x], [y]))
    assert [op.kind for op in graph.ops] == ["RESHAPE"]
    assert len(graph.tensors) == 2


def test_transpositions_that_move_no_bytes_are_reshapes() -> None:
    for shape, order, kind in (((1, 6, 1, 4), [0, 2, 1, 3], "RESHAPE"), ((1, 6, 3, 4), [0, 2, 1, 3], "TRANSPOSE")):
        writer = ModelWriter()
        x = writer.tensor(shape, "int8", 0.1)
        y = writer.op("TRANSPOSE", [x, writer.constant(order)], writer.tensor([shape[i] for i in order], "int8", 0.1))
        assert [op.kind for op in read_tflite(writer.build([x], [y])).ops] == [kind]


def test_constants_are_views_that_nobody_can_write() -> None:
    graph = read_tflite(random_network(5))
    constants = [tensor.data for tensor in graph.tensors if tensor.data is not None]
    assert constants
    assert not any(array.flags.writeable for array in constants)
