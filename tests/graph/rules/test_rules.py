"""Each rule of the table refuses what it is there for, with its own sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from tests.networks.tflite_writer import ModelWriter, packed

S = (1, 1, 6, 4)

REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("SOFTMAX", (S, S, (0.1, 0), (0.1, 0)), {"beta": 1.0}, "scale 0.1 and zero point 0, not 1/256, -128"),
    ("SOFTMAX", ((1, 600), (1, 600), (0.1, 0), (1 / 256, -128)), {"beta": 1.0}, "600 classes and 511 fit"),
    ("SOFTMAX", (S, S, (1e-9, 0), (1 / 256, -128)), {"beta": 1.0}, r"under 2\*\*-26; quantize"),
    ("LOGISTIC", (S, S, (9.0, 0), (1 / 256, -128)), {}, r"scale 9, outside 2\*\*-28 to 8; quantize"),
    ("LOGISTIC", (S, S, (0.1, 0), (1 / 255, -128)), {}, "not 1/256, -128; quantize again"),
    ("TANH", (S, S, (0.1, 0), (1 / 128, 1)), {}, "not 1/128 and 0; quantize again"),
    ("RSQRT", (S, S, (1.0, -128), (1e6, -128)), {}, "too far apart; quantize the model again"),
    ("RELU", (S, S, (1e5, 0), (0.01, 0)), {}, "too far apart; quantize the model again"),
    ("LEAKY_RELU", (S, S, (1.0, 0), (0.1, 0)), {"alpha": 1e7}, "too far apart; quantize the model again"),
    ("GELU", (S, S, (1e5, 0), (0.01, 0)), {}, "too far apart; quantize the model again"),
    ("RELU", (S, (1, 1, 4, 6)), {}, "output has shape .* for an input of"),
    ("RESHAPE", (S, (1, 24), (0.1, 0), (0.2, 0)), {}, "differ from the output's 0.2 and 0; quantize"),
    ("MAX_POOL_2D", (S, (1, 1, 3, 4), (0.1, 0), (0.1, 5)),
     {"filterHeight": 1, "filterWidth": 2, "strideH": 1, "strideW": 2}, "differ from the output's 0.1 and 5"),
    ("MAX_POOL_2D", (S, (1, 1, 3, 4)),
     {"filterHeight": 1, "filterWidth": 2, "strideH": 1, "strideW": 2, "fusedActivationFunction": "SIGN_BIT"},
     "fused activation SIGN_BIT is not supported"),
    ("MAX_POOL_2D", ((1, 1, 40000, 1), (1, 1, 1, 1)),
     {"filterHeight": 1, "filterWidth": 40000, "strideH": 1, "strideW": 1, "padding": "VALID"}, "reaches 40000"),
    ("MEAN", (S, (1, 1, 1, 4), (1e7, 0), (0.1, 0), ([2],)), {"keepDims": True}, "over int32; average in two steps"),
    ("CONCATENATION", (S, S), {"axis": 3, "fusedActivationFunction": "RELU"}, "RELU is not supported; add it"),
    ("CONCATENATION", (S, S), {"axis": 0}, "joins along the batch; join along time or channels"),
    ("CONCATENATION", (S, (1, 1, 6, 8)), {"axis": 3}, "don't add up to"),
    ("NEG", (S, S, (0.1, 3), (0.1, 3)), {}, "its zero point is 3, and interpreters negate as if it were 0"),
    ("SUM", (S, (1, 1, 1, 4), (1e7, 0), (0.1, 0), ([2],)), {"keepDims": True}, "over int32; sum in two steps"),
    ("REDUCE_MIN", (S, (1, 1, 6, 1), (0.1, 0), (0.2, 0), ([3],)), {"keepDims": True}, "differ from the output's 0.2"),
    ("ARG_MAX", (S, (1, 1, 4), (0.1, 0), (1.0, 0), ([2],)), {}, "it runs over time or space; only the largest"),
    ("ARG_MAX", ((1, 1, 2, 129), (1, 1, 2), (0.1, 0), (1.0, 0), ([3],)), {}, "has 129 channels and 128 are supported"),
    ("DEQUANTIZE", (S, S), {}, "converts int8 to int8, which is not supported"),
    ("NEG", (("float32", S), ("float32", S)), {}, "is float32 and only int8 is supported"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "shapes", "options", "sentence"), REFUSED)
def test_one_operator(one_operator: Any, kind: str, shapes: Any, options: dict[str, Any], sentence: str) -> None:
    if shapes[0][0] == "float32":
        writer = ModelWriter()
        x, y = (writer.tensor(shape, dtype, name="net/layer_under_test/op") for dtype, shape in shapes)
        model = writer.op(kind, [x], y) and writer.build([x], [y])
    else:
        model = one_operator(kind, *shapes, **options)
    with pytest.raises(UnsupportedOpError, match=rf"{kind} 'layer_under_test': .*{sentence}"):
        read_tflite(model)


@pytest.mark.parametrize(
    ("kind", "scales", "sentence"),
    [
        ("ADD", (0.1, 0.1, 1e-8), "too far from the output's"),
        ("MUL", (100.0, 100.0, 0.1), "too far from the output's"),
        ("SQUARED_DIFFERENCE", (1.0, 1.0, 1e-5), "too far from the output's"),
        ("PRELU", (1.0, 1.0, 1e-5), "too far from the output's"),
        ("MAXIMUM", (0.1, 0.2, 0.1), "scale 0.2 and zero point 0 of '.*' differ from the output's"),
        ("DIV", (0.1, 0.1, 0.1), "it divides by more than one constant number; multiply by the inverse"),
    ],
)
def test_two_operands(kind: str, scales: tuple[float, float, float], sentence: str) -> None:
    writer = ModelWriter()
    x, y, z = (writer.tensor(S, "int8", scale, name="net/sum/op") for scale in scales)
    with pytest.raises(UnsupportedOpError, match=rf"{kind} 'sum': .*{sentence}"):
        read_tflite(writer.op(kind, [x, y], z) and writer.build([x, y], [z]))


@pytest.mark.parametrize(
    ("number", "scale", "sentence"),
    [(3, 0.1, "it divides by zero; leave it out"), (4, 1e-8, "too far from the output's; quantize the model again")],
)
def test_a_divisor(number: int, scale: float, sentence: str) -> None:
    writer = ModelWriter()
    x, y = writer.tensor(S, "int8", 0.1), writer.tensor(S, "int8", 0.1, name="net/share/op")
    by = writer.tensor((1,), "int8", scale, 3, np.array([number], np.int8))
    with pytest.raises(UnsupportedOpError, match=f"DIV 'share': .*{sentence}"):
        read_tflite(writer.op("DIV", [x, by], y) and writer.build([x], [y]))


def test_matrices_that_do_not_fit() -> None:
    for scale, shape, sentence in (
        (0.1, (1, 1, 5, 2), "don't make .*; repeat none of them, and keep the batch at 1"),
        (1e7, (1, 1, 4, 2), "it sums 4 products scaled by .*: over int32; quantize again"),
    ):
        writer = ModelWriter()
        x, y = writer.tensor((1, 1, 3, 4), "int8", scale), writer.tensor(shape, "int8", 0.1)
        z = writer.tensor((1, 1, 3, 2), "int8", 0.1, name="net/attention/op")
        with pytest.raises(UnsupportedOpError, match=f"BATCH_MATMUL 'attention': .*{sentence}"):
            read_tflite(writer.op("BATCH_MATMUL", [x, y], z) and writer.build([x, y], [z]))


def test_the_place_of_the_largest_ends_a_network() -> None:
    writer = ModelWriter()
    x, place = writer.tensor(S, "int8", 0.1), writer.tensor(S[:3], "int32", name="net/class/op")
    writer.op("ARG_MAX", [x, writer.constant([3])], place)
    y = writer.op("RESHAPE", [place, writer.constant([1, 6])], writer.tensor((1, 6), "int32"))
    with pytest.raises(UnsupportedOpError, match="ARG_MAX 'class': the network goes on with its result"):
        read_tflite(writer.build([x], [y]))


def test_shapes_that_do_not_broadcast() -> None:
    writer = ModelWriter()
    x, y = writer.tensor(S, "int8", 0.1), writer.tensor((1, 1, 5, 4), "int8", 0.1)
    z = writer.op("ADD", [x, y], writer.tensor(S, "int8", 0.2, name="net/sum/op"))
    with pytest.raises(UnsupportedOpError, match=r"ADD 'sum': operands .* don't make \(1, 1, 6, 4\)"):
        read_tflite(writer.build([x, y], [z]))


def test_bias_of_another_scale() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 4), "int8", 0.1)
    weights = writer.tensor((2, 4), "int8", 0.1, data=np.ones((2, 4), np.int8))
    bias = writer.tensor((2,), "int32", 0.5, data=np.ones(2, np.int32))
    y = writer.op("FULLY_CONNECTED", [x, weights, bias], writer.tensor((1, 2), "int8", 0.2, name="net/head/MatMul"))
    with pytest.raises(UnsupportedOpError, match=r"'head': its bias has scale 0.5 where the products have 0.01"):
        read_tflite(writer.build([x], [y]))


def test_weights_that_are_computed() -> None:
    writer = ModelWriter()
    x, weights = writer.tensor((1, 4), "int8", 0.1), writer.tensor((2, 4), "int8", 0.1)
    y = writer.op("FULLY_CONNECTED", [x, weights, -1], writer.tensor((1, 2), "int8", 0.2, name="net/head/MatMul"))
    with pytest.raises(UnsupportedOpError, match="'head': its weights are computed at run time; multiply activations"):
        read_tflite(writer.build([x, weights], [y]))


def test_groups() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, 4), "int8", 0.1)
    weights = writer.tensor((4, 1, 1, 2), "int8", 0.1, data=np.ones((4, 1, 1, 2), np.int8))
    y = writer.op("CONV_2D", [x, weights], writer.tensor((1, 1, 6, 4), "int8", 0.2, name="net/mix/Conv2D"),
                  strideH=1, strideW=1)  # fmt: skip
    kinds = [op.kind for op in read_tflite(writer.build([x], [y])).ops]
    assert kinds == ["SLICE", "CONV_2D", "SLICE", "CONV_2D", "CONCATENATION"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("scales", "has one scale per channel; quantize activations per tensor"),
        ("no scale", "has no scale; quantize the model to int8 in full"),
        ("zero scale", "has scale 0; quantize the model again"),
        ("sparsity", "has sparse weights; convert the model without sparsity"),
        (
            "variable",
            r"^the model: RELU .*: tensor .* is a variable \(state kept between calls\); build a stateless model",
        ),
        ("subgraphs", "it has no subgraph; convert the model again"),
        ("version", "schema version 2 and 3 is supported"),
    ],
)
def test_changed_files(one_operator: Any, change: str, sentence: str) -> None:
    model = schema.ModelT.InitFromPackedBuf(one_operator("RELU", S, S), 0)
    tensor = model.subgraphs[0].tensors[0]
    if change == "scales":
        tensor.quantization.scale = np.full(4, 0.1, np.float32)
        tensor.quantization.zeroPoint = np.zeros(4, np.int64)
        tensor.quantization.quantizedDimension = 3
    elif change == "no scale":
        tensor.quantization = None
    elif change == "zero scale":
        tensor.quantization.scale = np.zeros(1, np.float32)
    elif change == "sparsity":
        tensor.sparsity = schema.SparsityParametersT()
    elif change == "variable":
        tensor.isVariable = True
    elif change == "subgraphs":
        model.subgraphs = []
    else:
        model.version = 2
    with pytest.raises(Exception, match=sentence) as caught:
        read_tflite(packed(model))
    assert type(caught.value).__module__ == "edgeunet.errors"
