"""Each rule by itself on operators made by hand: the last that is taken, the first that is refused, the sentence."""
# ruff: noqa: E501  (a row of a table keeps its sentence in one piece)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor
from edgeunet.graph.rules import operands, ranges, shapes
from edgeunet.graph.rules.operands import QUANTIZE_IT, Subject
from edgeunet.graph.rules.table import check_graph, unsupported

S = (1, 2, 6, 4)
DAMAGED = "; the file is damaged"
AGAIN = "; quantize the model again"


def tensor(
    shape: tuple[int, ...] = S, scale: float | None = 0.5, zero: int = 0, dtype: str = "int8", data: Any = None
) -> Tensor:
    quantization = None if scale is None else Quantization((scale,), (zero,))
    return Tensor("t", shape, dtype, quantization, data)


def subject(kind: str, *tensors: Tensor, **attributes: Any) -> Subject:
    """An operator of all tensors but the last, which it makes."""
    graph = Graph("net", tensors, (), (), (), "")
    return Subject(Op(kind, "layer", tuple(range(len(tensors) - 1)), (len(tensors) - 1,), attributes), graph)


def weighted(
    kind: str, given: tuple[int, ...], weights: Any, made: tuple[int, ...], bias: Any = None, **attributes: Any
) -> Subject:
    """An operator with weights: an array of them, or their shape."""
    data = np.ones(weights, np.int8) if isinstance(weights, tuple) else weights
    tensors = [tensor(given), tensor(data.shape, data=data), *([] if bias is None else [bias]), tensor(made)]
    inputs = (0, 1, ABSENT if bias is None else 2)
    return Subject(
        Op(kind, "layer", inputs, (len(tensors) - 1,), attributes), Graph("n", tuple(tensors), (), (), (), "")
    )


def test_a_subject_is_its_operands() -> None:
    made = weighted("CONV_2D", S, (5, 1, 1, 4), (1, 2, 6, 5), tensor((5,), dtype="int32"))
    assert made.data == (made.graph.tensors[0],)
    assert (made.weights, made.bias, made.out) == made.graph.tensors[1:]
    assert weighted("CONV_2D", S, (5, 1, 1, 4), (1, 2, 6, 5)).bias is None


@pytest.mark.parametrize(
    ("dtype", "cure"),
    [("float32", QUANTIZE_IT), ("float16", QUANTIZE_IT), ("int16", "quantize with int8 activations instead of 16x8"),
     ("uint8", "convert with the current int8 quantization instead of the old uint8 one"),
     ("bool", "build the model of int8 operators only")],
)  # fmt: skip
def test_types_of_activations(dtype: str, cure: str) -> None:
    sentence = f"tensor 't' is {dtype} and only int8 is supported; {cure}"
    assert operands.int8_activations(subject("RELU", tensor(dtype=dtype), tensor())) == sentence
    assert operands.int8_activations(subject("RELU", tensor(), tensor(dtype=dtype))) == sentence
    assert operands.int8_activations(subject("RELU", tensor(), tensor())) is None


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
    assert operands.edge_types(one) == (None if (given, made) in edges else converts)
    floats = given in ("int8", "uint8") and made == "float32"
    assert operands.float_output(one) == (None if floats else converts)
    turns = f"turns {given} into {made}, which is not supported; {QUANTIZE_IT}"
    assert operands.one_type(one) == (None if given == made != "int16" else turns)


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
        == f"its weights are int16 and only int8 is supported; {QUANTIZE_IT}"
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
        return operands.int32_bias(weighted("CONV_2D", S, (3, 1, 1, 4), (1, 2, 6, 3), bias))

    three = np.zeros(3, np.int32)
    assert found(None) is None
    assert found(tensor((3,), dtype="int32", data=three)) is None
    sentence = "its bias is {}, and a constant int32 one is needed; " + QUANTIZE_IT
    assert found(tensor((3,), dtype="int64", data=three)) == sentence.format("int64")
    assert found(tensor((3,), dtype="int32")) == sentence.format("int32")
    two = tensor((2,), dtype="int32", data=three[:2])
    assert found(two) == "its bias has 2 values for 3 channels" + DAMAGED


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


@pytest.mark.parametrize(
    ("kind", "weights", "made", "sentence"),
    [
        ("CONV_2D", (5, 1, 3, 4), (1, 2, 6, 5), None),
        ("CONV_2D", (5, 1, 3, 2), (1, 2, 6, 5), "it has 2 groups; use an ordinary or a depthwise convolution"),
        ("CONV_2D", (5, 1, 3, 1), (1, 2, 6, 5), "it has 4 groups; use an ordinary or a depthwise convolution"),
        ("CONV_2D", (5, 1, 3, 3), (1, 2, 6, 5), "its weights (5, 1, 3, 3) don't fit 4 input and 5 output channels" + DAMAGED),
        ("CONV_2D", (5, 1, 3, 4), (1, 2, 6, 6), "its weights (5, 1, 3, 4) don't fit 4 input and 6 output channels" + DAMAGED),
        ("DEPTHWISE_CONV_2D", (1, 1, 3, 8), (1, 2, 6, 8), None),
        ("DEPTHWISE_CONV_2D", (2, 1, 3, 8), (1, 2, 6, 8), "its weights (2, 1, 3, 8) don't fit 8 output channels" + DAMAGED),
        ("DEPTHWISE_CONV_2D", (1, 1, 3, 8), (1, 2, 6, 4), "its weights (1, 1, 3, 8) don't fit 4 output channels" + DAMAGED),
    ],
)  # fmt: skip
def test_shapes_of_weights(kind: str, weights: tuple[int, ...], made: tuple[int, ...], sentence: str | None) -> None:
    assert shapes.weight_shape(weighted(kind, S, weights, made)) == sentence


@pytest.mark.parametrize(
    ("weights", "made", "sentence"),
    [
        ((3, 4), (1, 2, 6, 3), None),
        ((3, 8), (1, 1, 6, 3), None),
        ((3, 48), (1, 1, 1, 3), None),
        ((3, 4), (1, 2, 6, 4), "its weights (3, 4) don't fit its output (1, 2, 6, 4)" + DAMAGED),
        ((3, 4, 1), (1, 2, 6, 3), "its weights (3, 4, 1) don't fit its output (1, 2, 6, 3)" + DAMAGED),
        ((3, 5), (1, 2, 6, 3), f"its weights (3, 5) can't turn {S} into (1, 2, 6, 3)" + DAMAGED),
        ((3, 8), (1, 2, 6, 3), f"its weights (3, 8) can't turn {S} into (1, 2, 6, 3)" + DAMAGED),
    ],
)
def test_shapes_of_dense_layers(weights: tuple[int, ...], made: tuple[int, ...], sentence: str | None) -> None:
    assert shapes.connected_shape(weighted("FULLY_CONNECTED", S, weights, made)) == sentence


@pytest.mark.parametrize(
    ("window", "stride", "padding", "made", "sentence"),
    [
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 4), None),
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 5, 4), f"its window does not fit {S} with padding (0, 0, 0, 0)" + DAMAGED),
        ((1, 3), (1, 1), (0, 0, 1, 0), (1, 2, 5, 4), None),
        ((1, 3), (1, 1), (0, 0, 0, 1), (1, 2, 5, 4), None),
        ((1, 3), (1, 1), (0, 0, -1, 2), (1, 2, 4, 4), f"its window does not fit {S} with padding (0, 0, -1, 2)" + DAMAGED),
        ((1, 3), (1, 1), (0, 0, 2, -1), (1, 2, 4, 4), f"its window does not fit {S} with padding (0, 0, 2, -1)" + DAMAGED),
        ((2, 3), (1, 1), (1, 0, 0, 0), (1, 2, 4, 4), None),
        ((2, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 4), f"its window does not fit {S} with padding (0, 0, 0, 0)" + DAMAGED),
        ((1, 2), (1, 2), (0, 0, 0, 0), (1, 2, 3, 4), None),
        ((1, 2), (1, 3), (0, 0, 0, 0), (1, 2, 3, 4), f"its window does not fit {S} with padding (0, 0, 0, 0)" + DAMAGED),
        ((1, 3), (1, 1), (0, 0, 0, 0), (1, 2, 4, 5), f"it can't turn {S} into (1, 2, 4, 5)" + DAMAGED),
        ((1, 3), (1, 1), (0, 0, 0, 0), (2, 2, 4, 4), f"it can't turn {S} into (2, 2, 4, 4)" + DAMAGED),
        ((1, 32769), (1, 1), (0, 0, 0, 32763), (1, 2, 1, 4), "its window reaches 32769 samples and 32768 are supported; use a smaller dilation"),
        ((1, 32768), (1, 1), (0, 0, 0, 32762), (1, 2, 1, 4), None),
        ((1, 1), (1, 32769), (0, 0, 0, 0), (1, 2, 1, 4), "its window reaches 1 samples and 32768 are supported; use a smaller dilation"),
        ((1, 1), (1, 32768), (0, 0, 0, 0), (1, 2, 1, 4), None),
    ],
)  # fmt: skip
def test_windows(window: Any, stride: Any, padding: Any, made: tuple[int, ...], sentence: str | None) -> None:
    pool = subject("MAX_POOL_2D", tensor(), tensor(made), filter=window, stride=stride, padding=padding)
    assert shapes.window_shape(pool) == sentence


def test_windows_of_weights() -> None:
    def found(dilation: int, columns: int) -> str | None:
        attributes = {"stride": (1, 1), "dilation": (1, dilation), "padding": (0, 0, 0, 0)}
        return shapes.window_shape(weighted("CONV_2D", S, (5, 1, 3, 4), (1, 2, columns, 5), None, **attributes))

    assert [found(1, 4), found(2, 2)] == [None, None]
    assert found(2, 3) == f"its window does not fit {S} with padding (0, 0, 0, 0)" + DAMAGED


def shaped(rule: Any, made: tuple[int, ...], *given: tuple[int, ...], **attributes: Any) -> str | None:
    found: str | None = rule(subject("ANY", *(tensor(shape) for shape in given), tensor(made), **attributes))
    return found


def test_shapes_that_stay() -> None:
    assert shaped(shapes.same_shape, S, S) is None
    assert (
        shaped(shapes.same_shape, S, (1, 2, 6, 5)) == f"its output has shape {S} for an input of (1, 2, 6, 5)" + DAMAGED
    )
    assert shaped(shapes.same_count, (1, 1, 6, 8), S) is None
    assert shaped(shapes.same_count, (1, 1, 6, 7), S) == f"it can't turn {S} into (1, 1, 6, 7)" + DAMAGED
    assert shaped(shapes.resized_shape, (1, 3, 3, 4), S) is None
    assert shaped(shapes.resized_shape, (1, 2, 6, 5), S) == f"it can't turn {S} into (1, 2, 6, 5)" + DAMAGED


@pytest.mark.parametrize(
    ("first", "second", "made", "fits"),
    [(S, S, S, True), (S, (1, 1, 1, 4), S, True), ((1, 2, 1, 4), (1, 1, 6, 1), S, True), (S, (1, 2, 3, 4), S, False),
     (S, S, (1, 2, 6, 5), False), ((1, 1, 1, 1), (1, 1, 1, 1), S, False)],
)  # fmt: skip
def test_broadcasting(first: Any, second: Any, made: tuple[int, ...], fits: bool) -> None:
    sentence = None if fits else f"operands {first} and {second} don't make {made}" + DAMAGED
    assert shaped(shapes.broadcast_shape, made, first, second) == sentence


def test_joining() -> None:
    rule = shapes.joined_shape
    assert shaped(rule, (1, 2, 6, 8), S, S, axis=3) is None
    assert shaped(rule, (1, 4, 6, 4), S, S, axis=1) is None
    assert shaped(rule, (2, 2, 6, 4), S, S, axis=0) == "it joins along the batch; join along time or channels"
    made = (1, 2, 6, 9)
    assert shaped(rule, made, S, S, axis=3) == f"its operands don't add up to {made} along axis 3" + DAMAGED
    other = (1, 2, 5, 4)
    assert (
        shaped(rule, (1, 2, 6, 8), S, other, axis=3)
        == f"operand {other} does not fit the output (1, 2, 6, 8) along axis 3" + DAMAGED
    )


def test_padding_and_slicing() -> None:
    pairs = ((0, 0), (1, 0), (0, 2), (0, 0))
    assert shaped(shapes.padded_shape, (1, 3, 8, 4), S, paddings=pairs) is None
    made = (1, 3, 7, 4)
    sentence = f"padding {S} by {pairs} does not give {made}; pad time, space or channels only"
    assert shaped(shapes.padded_shape, made, S, paddings=pairs) == sentence
    pairs = ((1, 0), (0, 0), (0, 0), (0, 0))
    assert shaped(shapes.padded_shape, (2, 2, 6, 4), S, paddings=pairs) is not None
    for begin, size, fits in (
        ((0, 0, 2, 0), (1, 2, 4, 4), True),
        ((0, 0, 3, 0), (1, 2, 4, 4), False),
        ((0, 0, -1, 0), (1, 2, 4, 4), False),
        ((0, 0, 2, 0), (1, 2, 0, 4), False),
        ((0, 0, 2, 0), (1, 2, 1, 4), True),
    ):
        sentence = f"the slice of {size} from {begin} is not inside {S}" + DAMAGED
        assert shaped(shapes.sliced_shape, size, S, begin=begin, size=size) == (None if fits else sentence)
    found = shaped(shapes.sliced_shape, (1, 2, 4, 3), S, begin=(0, 0, 0, 0), size=(1, 2, 4, 4))
    assert found == f"the slice of (1, 2, 4, 4) from (0, 0, 0, 0) is not inside {S}" + DAMAGED


def test_averaging() -> None:
    assert shaped(shapes.averaged_shape, (1, 2, 1, 4), S, axes=(2,)) is None
    made = (1, 2, 6, 4)
    assert (
        shaped(shapes.averaged_shape, made, S, axes=(2,)) == f"averaging {S} over (2,) does not give {made}" + DAMAGED
    )


def scaled(
    rule: Any, given: tuple[float, int], made: tuple[float, int], dtype: str = "int8", **attributes: Any
) -> str | None:
    tensors = (tensor(scale=given[0], zero=given[1], dtype=dtype), tensor(scale=made[0], zero=made[1]))
    found: str | None = rule(subject("ANY", *tensors, **attributes))
    return found


def test_outputs_of_curves() -> None:
    rule = ranges.probability_output
    assert scaled(rule, (1.0, 0), (1 / 256, -128)) is None
    sentence = "its output has scale {} and zero point {}, not 1/256, -128; quantize again"
    assert scaled(rule, (1.0, 0), (1 / 256, -127)) == sentence.format("0.00390625", -127)
    assert scaled(rule, (1.0, 0), (0.5, -128)) == sentence.format("0.5", -128)
    rule = ranges.symmetric_unit_output
    assert scaled(rule, (1.0, 0), (1 / 128, 0)) is None
    sentence = "its output has scale {} and zero point {}, not 1/128 and 0; quantize again"
    assert scaled(rule, (1.0, 0), (1 / 128, 1)) == sentence.format("0.0078125", 1)
    assert scaled(rule, (1.0, 0), (0.5, 0)) == sentence.format("0.5", 0)


def test_inputs_of_curves() -> None:
    def found(scale: float) -> str | None:
        return scaled(ranges.curve_input, (scale, 0), (1.0, 0))

    sentence = "its input has scale {}, outside 2**-28 to 8" + AGAIN
    assert found(2.0**-28) is None
    assert found(2.0**-29) == sentence.format("1.86e-09")
    assert found(7.999) is None
    assert found(8.0) == sentence.format("8")


@pytest.mark.parametrize(("depth", "taken"), [(511, True), (512, False)])
def test_classes(depth: int, taken: bool) -> None:
    sentence = "it has 512 classes and 511 fit; leave it out (the largest class is the same)"
    assert shaped(ranges.softmax_depth, (1, 1, 1, depth), (1, 1, 1, depth)) == (None if taken else sentence)


def test_inputs_of_softmax() -> None:
    assert scaled(ranges.softmax_input, (2.0**-26, 0), (1.0, 0), beta=1.01) is None
    assert (
        scaled(ranges.softmax_input, (2.0**-26, 0), (1.0, 0), beta=1.0)
        == "its input has scale 1.49e-08, under 2**-26" + AGAIN
    )


def two(rule: Any, kind: str, first: float, second: float, made: float) -> str | None:
    found: str | None = rule(subject(kind, tensor(scale=first), tensor(scale=second), tensor(scale=made)))
    return found


@pytest.mark.parametrize(("kind", "limit"), [("ADD", -19), ("SUB", -19), ("SQUARED_DIFFERENCE", -12)])
def test_scales_of_sums(kind: str, limit: int) -> None:
    sentence = "scales 1 and 0.5 are too far from the output's" + AGAIN
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**limit * 1.001) is None
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**limit * 0.999) == sentence
    assert two(ranges.sum_scales, kind, 1.0, 0.5, 2.0**40) == sentence


def test_scales_of_products() -> None:
    assert two(ranges.product_scales, "MUL", 2.0, 4.0, 2.0**-11 * 1.001) is None
    assert (
        two(ranges.product_scales, "MUL", 2.0, 4.0, 2.0**-11) == "scales 2 and 4 are too far from the output's" + AGAIN
    )


def test_ratios_of_scales() -> None:
    rule, sentence = ranges.ratio_of_scales, "its scales {} and 1 are too far apart" + AGAIN
    assert scaled(rule, (2.0**22 - 1, 0), (1.0, 0)) is None
    assert scaled(rule, (2.0**22, 0), (1.0, 0)) == sentence.format("4.19e+06")
    assert scaled(rule, (2.0**21, 0), (1.0, 0), alpha=-2.0) == sentence.format("2.1e+06")
    assert scaled(rule, (2.0**21, 0), (1.0, 0), alpha=0.1) is None
    assert scaled(rule, (2.0**22, 0), (1.0, 0), alpha=0.1) is not None
    assert scaled(rule, (2.0**22, 0), (2.0, 0)) is None
    rule = ranges.ratio_of_scales_of_integers
    assert scaled(rule, (2.0**22, 0), (1.0, 0)) == sentence.format("4.19e+06")
    assert scaled(rule, (2.0**22, 0), (1.0, 0), dtype="float32") is None


def test_scales_of_hard_swish() -> None:
    sentence = "its input and output scales are too far apart" + AGAIN
    assert scaled(ranges.swish_scales, (127.9, 0), (1.0, 0)) is None
    assert scaled(ranges.swish_scales, (128.0, 0), (1.0, 0)) == sentence
    assert scaled(ranges.swish_scales, (2.0**-8, 0), (1.0, 0)) is None
    assert scaled(ranges.swish_scales, (2.0**-10, 0), (1.0, 0)) == sentence


def averaged(count: int, given: float, made: float) -> str | None:
    one, two_ = tensor((1, 1, count, 4), given), tensor((1, 1, 1, 4), made)
    found: str | None = ranges.averaged_range(subject("MEAN", one, two_, axes=(2,)))
    return found


def test_averages() -> None:
    assert averaged(7, 1.0, 1.0) is None
    assert averaged(1, 2.0**19, 1.0) is None
    assert averaged(1, 2.0**22, 1.0) == "it sums 1 values scaled by 4.19e+06: over int32; average in two steps"
    most = ((1 << 31) - 1) // 255
    assert averaged(most, 1.0, 1.0) is None
    assert averaged(most + 1, 1.0, 1.0) == f"it sums {most + 1} values scaled by 1: over int32; average in two steps"


def test_scales_of_roots() -> None:
    """Input scale 1: the factor is one over the output's scale; its shift is one more than its logarithm."""
    sentence = "its input and output scales are too far apart" + AGAIN
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**-29, 0)) is None
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**-30, 0)) == sentence
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**12, 0)) is None
    assert scaled(ranges.rsqrt_scales, (1.0, 0), (2.0**13, 0)) == sentence


def test_scales_of_biases() -> None:
    """Products have the scale 0.25, the output 0.5: two hundredths of that are 0.01."""

    def found(scale: float | None, several: bool = False) -> str | None:
        made = weighted("FULLY_CONNECTED", S, (5, 4), (1, 2, 6, 5), tensor((5,), scale, dtype="int32"))
        if several:
            tensors = list(made.graph.tensors)
            tensors[1] = Tensor("w", (5, 4), "int8", Quantization((0.5, 0.5), (0, 0)), tensors[1].data)
            made = Subject(made.op, Graph("n", tuple(tensors), (), (), (), ""))
        return ranges.bias_scale(made)

    sentence = "its bias has scale {} where the products have 0.25" + AGAIN
    assert [found(scale) for scale in (0.25, 0.259, 0.241)] == [None] * 3
    assert found(0.261) == sentence.format("0.261")
    assert found(0.239) == sentence.format("0.239")
    assert found(None) == sentence.format("0")
    assert found(9.0, several=True) is None
    assert ranges.bias_scale(weighted("FULLY_CONNECTED", S, (5, 4), (1, 2, 6, 5))) is None


def test_accumulators_are_bounded_channel_by_channel() -> None:
    """Weights of one and a bias near the limit, in the second channel; 128 is the largest stored distance from zero."""
    limit = (1 << 31) - 1 - 4 * 128
    for kind, weights, terms in (("CONV_2D", (2, 1, 1, 4), 4), ("DEPTHWISE_CONV_2D", (1, 2, 2, 2), 4)):
        assert terms == 4
        for more in (0, 1):
            bias = tensor((2,), dtype="int32", data=np.array([0, -limit - more], np.int32))
            found = ranges.accumulator_range(weighted(kind, S, weights, (1, 2, 6, 2), bias))
            sentence = f"channel 1 may sum up to {1 << 31}, scaled by 0.5: over int32; quantize again"
            assert found == (sentence if more else None)


def test_what_is_not_in_the_table() -> None:
    assert str(unsupported("FLOOR", "up")) == (
        "FLOOR 'up': this operator is not supported; build the layer from the operators in docs/SUPPORTED_OPS.md"
    )
    assert "without select or custom operators" in str(unsupported("custom operator Mine", "up"))
    for kind in ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"):
        assert "only as a pair around one convolution" in str(unsupported(kind, "up"))


def test_a_graph_is_held_to_its_rules() -> None:
    x, y = tensor(), tensor((1, 2, 6, 5))
    for kind, sentence in (
        ("RELU", rf"^RELU 'layer': its output has shape \(1, 2, 6, 5\) for an input of \(1, 2, 6, 4\){DAMAGED}$"),
        ("FLOOR", "^FLOOR 'layer': this operator is not supported; "),
    ):
        with pytest.raises(UnsupportedOpError, match=sentence):
            check_graph(Graph("n", (x, y), (Op(kind, "layer", (0,), (1,)),), (0,), (1,), ""))
