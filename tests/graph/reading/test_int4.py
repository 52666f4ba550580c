"""Weights of four bits as LiteRT and TFLM take them: read, evaluated, and refused where no interpreter runs them."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.int4 import pack_int4, unpack_int4
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm

SIZES = {"CONV_2D": (5, 3, 7), "DEPTHWISE_CONV_2D": (1, 3, 7), "TRANSPOSE_CONV": (5, 3, 7), "FULLY_CONNECTED": (5, 7)}
INPUT = np.random.default_rng(0).integers(-128, 128, (12, 7), dtype=np.int8)


def one_layer(
    kind: str, dtype: str = "int4", layout: str = "1xT", spare_bytes: int = 0, activations: str = "int8"
) -> bytes:
    """A layer of seven channels, an odd number, whose weights are from -8 to 7, stored in ``dtype``."""
    writer, rng, sizes = ModelWriter(), np.random.default_rng(1), SIZES[kind]
    if len(sizes) == 3:
        sizes = (sizes[0], *((1, sizes[1]) if layout == "1xT" else (sizes[1], 1)), sizes[2])
    outputs = sizes[3] if kind == "DEPTHWISE_CONV_2D" else sizes[0]
    rows = (12, 1) if layout == "Tx1" else (1, 12)
    scales = np.linspace(0.2, 0.5, outputs)
    zero_point = 3 if activations == "int8" else 0
    x = writer.tensor((1, *rows, 7), activations, 0.1, zero_point)
    y = writer.tensor((1, *rows, outputs), activations, 0.4, -zero_point, name="net/enc1_conv/Relu")
    weights = rng.integers(-8, 8, sizes, np.int8)
    data = np.append(pack_int4(weights), np.zeros(spare_bytes, np.uint8)) if dtype == "int4" else weights
    w = writer.tensor(sizes, dtype, scales, data=data, axis=3 if kind == "DEPTHWISE_CONV_2D" else 0)
    width = "int32" if activations == "int8" else "int64"
    b = writer.tensor((outputs,), width, scales * 0.1, data=rng.integers(-90, 90, outputs).astype(width))
    options = {} if kind == "FULLY_CONNECTED" else {"padding": "SAME", "strideH": 1, "strideW": 1}
    if kind == "DEPTHWISE_CONV_2D":
        options["depthMultiplier"] = 1
    operands = [writer.constant((1, *rows, outputs)), w, x, b] if kind == "TRANSPOSE_CONV" else [x, w, b]
    writer.op(kind, operands, y, **options)
    return writer.build([x], [y])


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16])
def test_numbers_come_out_of_their_bytes_as_they_went_in(count: int) -> None:
    numbers = np.resize(np.arange(-8, 8, dtype=np.int8), count)
    packed = pack_int4(numbers)
    assert packed.size == (count + 1) // 2
    assert np.array_equal(unpack_int4(packed, (count,)), numbers)


def test_the_first_number_is_in_the_lower_bits() -> None:
    assert pack_int4(np.array([1, -2, 7], np.int8)).tolist() == [0xE1, 0x07]


@pytest.mark.parametrize("layout", ["1xT", "Tx1"])
@pytest.mark.parametrize("kind", ["CONV_2D", "DEPTHWISE_CONV_2D"])
def test_convolutions_equal_litert_and_tflm(kind: str, layout: str) -> None:
    model = one_layer(kind, layout=layout)
    found = evaluate(read_tflite(model), INPUT)[0].ravel()
    assert len(np.unique(found)) > 10
    np.testing.assert_array_equal(found, litert_reference(model, INPUT)[0].ravel())
    np.testing.assert_array_equal(found, tflm(model, INPUT)[0].ravel())


def test_a_fully_connected_layer_is_what_tflm_makes_of_the_same_weights_in_int8() -> None:
    """LiteRT runs it, rounding once as it does there; TFLM refuses it."""
    model, same = one_layer("FULLY_CONNECTED"), one_layer("FULLY_CONNECTED", "int8")
    found = evaluate(read_tflite(model), INPUT)[0].ravel()
    np.testing.assert_array_equal(found, tflm(same, INPUT)[0].ravel())
    once = litert_reference(model, INPUT)[0].ravel()
    np.testing.assert_array_equal(once, litert_reference(same, INPUT)[0].ravel())
    assert np.abs(found.astype(int) - once).max() <= 1
    with pytest.raises(RuntimeError):
        tflm(model, INPUT)


@pytest.mark.parametrize("layout", ["1xT", "Tx1"])
def test_a_transposed_convolution_is_refused_as_interpreters_do(layout: str) -> None:
    model = one_layer("TRANSPOSE_CONV", layout=layout)
    with pytest.raises(
        UnsupportedOpError, match="TRANSPOSE_CONV 'enc1_conv': its weights are int4, which no interpreter"
    ):
        read_tflite(model)
    with pytest.raises(RuntimeError, match="INT4"):
        litert_reference(model, INPUT)


def test_int16_activations_beside_them_are_refused() -> None:
    with pytest.raises(UnsupportedOpError, match="weights are int4 beside int16 activations; keep one of them int8"):
        read_tflite(one_layer("CONV_2D", activations="int16"))


def test_a_file_with_too_many_bytes_is_damaged() -> None:
    with pytest.raises(GraphError, match="needs 53 bytes but has 54; the file is damaged"):
        read_tflite(one_layer("CONV_2D", spare_bytes=1))


def test_random_networks_equal_litert() -> None:
    compared = 0
    for seed in range(30):
        model = random_network(seed, weights="int4")
        try:
            graph = read_tflite(model)
        except GraphError:
            continue
        if not graph.has_four_bit_weights() or any(op.kind in ("FULLY_CONNECTED", "SOFTMAX") for op in graph.ops):
            continue
        given = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(seed))
        found = evaluate(graph, given)[0].ravel()
        np.testing.assert_array_equal(found, litert_reference(model, given)[0].ravel())
        compared += 1
    assert compared > 10
