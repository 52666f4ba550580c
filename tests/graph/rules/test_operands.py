"""Rules about operands by themselves: the last that is taken, the first that is refused, the sentence."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor
from edgeunet.graph.rules import operands
from edgeunet.graph.rules.operands import QUANTIZE_IT, Subject
from edgeunet.graph.rules.table import check_graph, unsupported
from tests.rigs.subjects import AGAIN, DAMAGED, S, subject, tensor, weighted


def test_a_subject_is_its_operands() -> None:
    made = weighted("CONV_2D", S, (5, 1, 1, 4), (1, 2, 6, 5), tensor((5,), dtype="int32"))
    assert made.data == (made.graph.tensors[0],)
    assert (made.weights, made.bias, made.out) == made.graph.tensors[1:]
    assert weighted("CONV_2D", S, (5, 1, 1, 4), (1, 2, 6, 5)).bias is None


@pytest.mark.parametrize(
    ("dtype", "cure"),
    [("float32", QUANTIZE_IT), ("float16", QUANTIZE_IT),
     ("int16", "this operator has no int16 form; quantize with int8 activations, or build the layer of others"),
     ("uint8", "convert with the current int8 quantization instead of the old uint8 one"),
     ("bool", "build the model of integer operators only")],
)  # fmt: skip
def test_types_of_activations(dtype: str, cure: str) -> None:
    sentence = f"tensor 't' is {dtype} and only int8 is supported; {cure}"
    assert operands.int8_activations(subject("RELU", tensor(dtype=dtype), tensor())) == sentence
    assert operands.int8_activations(subject("RELU", tensor(), tensor(dtype=dtype))) == sentence
    assert operands.int8_activations(subject("RELU", tensor(), tensor())) is None


def test_integer_activations_have_one_type() -> None:
    wide, narrow = tensor(dtype="int16"), tensor()
    assert operands.integer_activations(subject("RELU", wide, wide)) is None
    assert operands.integer_activations(subject("RELU", narrow, narrow)) is None
    beside = "put a QUANTIZE before it, or convert the model again"
    assert operands.integer_activations(subject("ADD", narrow, wide, narrow)) == (
        f"tensor 't' is int16 beside int8; {beside}"
    )
    assert operands.integer_activations(subject("RELU", wide, narrow)) == f"tensor 't' is int8 beside int16; {beside}"
    sentence = operands.integer_activations(subject("RELU", tensor(dtype="uint8"), narrow))
    assert str(sentence).startswith("tensor 't' is uint8 and only int8 or int16 is supported; ")


def test_int16_is_symmetric() -> None:
    wide = Tensor("t", S, "int16", Quantization((0.5,), (3,)))
    assert operands.per_tensor_quantization(subject("RELU", wide, wide)) == (
        "tensor 't' is int16 with zero point 3, and int16 is symmetric; quantize with the converter's 16x8 mode"
    )


@pytest.mark.parametrize(("weights", "dynamic"), [(np.int8, True), (np.float32, False)])
def test_dynamic_ranges(weights: type, dynamic: bool) -> None:
    data = np.ones((5, 1, 1, 4), weights)
    tensors = (tensor(dtype="float32"), Tensor("w", data.shape, data.dtype.name, None, data), tensor(dtype="float32"))
    made = Subject(Op("CONV_2D", "layer", (0, 1, ABSENT), (2,)), Graph("n", tensors, (), (), (), ""))
    assert str(operands.int8_activations(made)).startswith(
        "computes in float32 on int8 weights (dynamic-range quantization); quantize"
        if dynamic
        else "tensor 't' is float32"
    )


PAIRS = [(one, two) for one in ("int8", "uint8", "float32", "int16") for two in ("int8", "uint8", "float32", "int16")]


@pytest.mark.parametrize(("given", "made"), PAIRS)
def test_types_at_the_edges(given: str, made: str) -> None:
    one = subject("QUANTIZE", tensor(dtype=given), tensor(dtype=made))
    converts = f"converts {given} to {made}, which is not supported; {QUANTIZE_IT}"
    edges = [("float32", "int8"), ("int8", "int8"), ("uint8", "int8"), ("int8", "uint8")]
    edges += [("float32", "int16"), ("int16", "int16"), ("int8", "int16"), ("int16", "int8")]
    assert operands.edge_types(one) == (None if (given, made) in edges else converts)
    floats = given in ("int8", "int16", "uint8") and made == "float32"
    assert operands.float_output(one) == (None if floats else converts)
    turns = f"turns {given} into {made}, which is not supported; {QUANTIZE_IT}"
    assert operands.one_type(one) == (None if given == made else turns)


def test_constants_alone() -> None:
    constant = tensor(data=np.zeros(S, np.int8))
    sentence = f"works on constants only (weights kept in another type?); {QUANTIZE_IT}"
    assert operands.computed_input(subject("ADD", constant, constant, tensor())) == sentence
    assert operands.computed_input(subject("ADD", constant, tensor(), tensor())) is None


def test_scales_of_activations() -> None:
    def found(given: Tensor) -> str | None:
        return operands.per_tensor_quantization(subject("RELU", given, tensor()))

    assert found(tensor(scale=None)) == f"tensor 't' has no scale; {QUANTIZE_IT}"
    assert found(tensor(scale=None, dtype="float32")) is None
    several = Tensor("t", S, "int8", Quantization((1.0, 2.0), (0, 0)))
    assert found(several) == "tensor 't' has one scale per channel; quantize activations per tensor"
    for scale in (2.0**60, 2.0**-60):
        assert found(tensor(scale=scale)) is None
    assert found(tensor(scale=2.0**61)) == "tensor 't' has scale 2.31e+18" + AGAIN
    assert found(tensor(scale=2.0**-61)) == "tensor 't' has scale 4.34e-19" + AGAIN
    after_float = subject("QUANTIZE", tensor(dtype="float32", scale=None), tensor(scale=None))
    assert operands.per_tensor_quantization(after_float) == f"tensor 't' has no scale; {QUANTIZE_IT}"


def test_fused_activations() -> None:
    def found(activation: str, scale: float = 0.5, zero: int = 0) -> str | None:
        return operands.fused_activation(
            subject("ADD", tensor(), tensor(scale=scale, zero=zero), activation=activation)
        )

    assert [found(name) for name in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")] == [None] * 4
    assert found("TANH") == "its fused activation TANH is not supported; use a separate layer or RELU"
    assert found("RELU", zero=127) is None
    sentence = "its activation RELU6 leaves no int8 value between -128 and -194; quantize the model again"
    assert found("RELU6", zero=-200, scale=1.0) == sentence
    assert found("RELU6", zero=-134, scale=1.0) is None
    plain = operands.no_fused_activation
    assert plain(subject("CONCATENATION", tensor(), tensor(), activation="NONE")) is None
    assert plain(subject("CONCATENATION", tensor(), tensor(), activation="RELU")) == (
        "its fused activation RELU is not supported; add it as a layer"
    )


def weights_of(
    kind: str,
    scales: tuple[float, ...] | None,
    axis: int = 0,
    zeros: tuple[int, ...] = (0,),
    dtype: str = "int8",
    computed: bool = False,
) -> str | None:
    data = None if computed else np.ones((2, 1, 1, 4), np.int8)
    quantization = None if scales is None else Quantization(scales, zeros, axis)
    tensors = (tensor(), Tensor("w", (2, 1, 1, 4), dtype, quantization, data), tensor())
    return operands.constant_int8_weights(
        Subject(Op(kind, "layer", (0, 1, ABSENT), (2,)), Graph("n", tensors, (), (), (), ""))
    )


def test_weights() -> None:
    assert weights_of("CONV_2D", (1.0,)) is None
    assert (
        weights_of("CONV_2D", (1.0,), dtype="int16")
        == f"its weights are int16 and only int8 and int4 are supported; {QUANTIZE_IT}"
    )
    computed = "its weights are computed at run time; multiply activations with constant weights only"
    assert weights_of("CONV_2D", (1.0,), computed=True) == computed
    assert weights_of("CONV_2D", None) == f"its weights have no scale; {QUANTIZE_IT}"
    asymmetric = "its weights have a zero point other than 0; quantize weights symmetrically (the converter's default)"
    assert weights_of("CONV_2D", (1.0, 1.0), zeros=(0, 1)) == asymmetric
    assert weights_of("CONV_2D", (1.0, 2.0**60)) is None
    assert weights_of("CONV_2D", (1.0, 2.0**61)) == "its weights have scale 2.31e+18" + AGAIN
    for kind, axis in (("CONV_2D", 0), ("DEPTHWISE_CONV_2D", 3)):
        other = 3 - axis
        assert weights_of(kind, (1.0, 1.0), axis) is None
        assert weights_of(kind, (1.0,), other) is None
        assert weights_of(kind, (1.0, 1.0), other) == (
            f"its weights have one scale per slice of axis {other}, not per output channel; convert again"
        )


def test_biases() -> None:
    def found(bias: Tensor | None) -> str | None:
        return operands.integer_bias(weighted("CONV_2D", S, (3, 1, 1, 4), (1, 2, 6, 3), bias))

    three = np.zeros(3, np.int32)
    assert found(None) is None
    assert found(tensor((3,), dtype="int32", data=three)) is None
    sentence = "its bias is {}, and a constant int32 one is needed; " + QUANTIZE_IT
    assert found(tensor((3,), dtype="int64", data=three)) == sentence.format("int64")
    assert found(tensor((3,), dtype="int32")) == sentence.format("int32")
    two = tensor((2,), dtype="int32", data=three[:2])
    assert found(two) == "its bias has 2 values for 3 channels" + DAMAGED
    for zero_point, refused in ((0, False), (1, True)):
        shifted = tensor((3,), 0.1, zero_point, dtype="int32", data=three)
        sentence = "its bias has a zero point other than 0, which interpreters refuse; convert the model again"
        assert found(shifted) == (sentence if refused else None)


def test_bytes_that_are_copied() -> None:
    def found(given: Tensor, made: Tensor) -> str | None:
        return operands.same_quantization(subject("RESHAPE", given, made))

    assert found(tensor(scale=None, dtype="float32"), tensor(scale=None, dtype="float32")) is None
    for ratio, taken in ((1 + 1e-6, True), (1 + 1.2e-6, False), (1 - 0.9e-6, True), (1 - 1.2e-6, False)):
        assert (found(tensor(scale=0.5 * ratio), tensor()) is None) == taken
    assert found(tensor(scale=0.25, zero=3), tensor(zero=4)) == (
        "scale 0.25 and zero point 3 of 't' differ from the output's 0.5 and 4; "
        "quantize with the converter, which makes them equal"
    )
    assert found(tensor(zero=3), tensor(zero=4)) is not None


def test_what_is_not_in_the_table() -> None:
    assert str(unsupported("TOPK_V2", "up")) == (
        "TOPK_V2 'up': this operator is not supported; build the layer from the operators in docs/SUPPORTED_OPS.md"
    )
    assert "without select or custom operators" in str(unsupported("custom operator Mine", "up"))
    for kind in ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"):
        assert "only as a pair around one convolution" in str(unsupported(kind, "up"))


def test_a_graph_is_held_to_its_rules() -> None:
    x, y = tensor(), tensor((1, 2, 6, 5))
    for kind, sentence in (
        ("RELU", rf"^RELU 'layer': its output has shape \(1, 2, 6, 5\) for an input of \(1, 2, 6, 4\){DAMAGED}$"),
        ("TOPK_V2", "^TOPK_V2 'layer': this operator is not supported; "),
    ):
        with pytest.raises(UnsupportedOpError, match=sentence):
            check_graph(Graph("n", (x, y), (Op(kind, "layer", (0,), (1,)),), (0,), (1,), ""))
