"""Tidied models compute the same, are smaller, and are the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.litert import reference_interpreter
from edgeunet.quantize.convert import convert
from edgeunet.quantize.tidy import layer_of, tidy
from tests.quantize.conftest import Converted
from tests.rigs.tools import need

LAYERS = {"enc1_conv": True, "enc1_norm": False, "enc1_act": False, "conv2d_1": True, "conv2d": True, "add": False}


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("functional_1/enc1_conv_1/convolution1", "enc1_conv"),
        ("net/enc1_conv/convolution", "enc1_conv"),
        ("f_1/enc1_act_1/Relu6;f_1/enc1_norm_1/batchnorm/add_1;f_1/enc1_conv_1/convolution", "enc1_conv"),
        ("functional_1/add_1/Add", "add"),
        ("functional_1/conv2d_1/convolution1", "conv2d"),
        ("functional_1/conv2d_1_2/convolution1", "conv2d_1"),
        ("net/conv2d_1/convolution1", "conv2d_1"),
        ("StatefulPartitionedCall_1:0", None),
        ("tfl.pseudo_qconst12", None),
    ],
)
def test_layers_are_found_in_the_names_converters_make(name: str, layer: str | None) -> None:
    assert layer_of(name, LAYERS) == layer


@pytest.mark.parametrize("name", ["seed-unet-800", "small-unet-256", "classic-unet-512"])
def test_reference_models_compute_the_same_and_are_smaller(shared: Path, name: str) -> None:
    need("tensorflow", "ai-edge-litert")
    model = (shared / f"models/{name}.int8.tflite").read_bytes()
    tidied = tidy(model, {}, name)
    assert len(tidied) < 0.95 * len(model)
    before, after = reference_interpreter(model), reference_interpreter(tidied)
    rng = np.random.default_rng(0)
    for _ in range(3):
        x = rng.integers(-128, 128, before.input_details[0].shape).astype(np.int8)
        np.testing.assert_array_equal(before.run(x)[0], after.run(x)[0])


def test_constants_lie_on_16_byte_boundaries(converted: Converted) -> None:
    from tensorflow.lite.python import schema_py_generated as schema

    for model in (converted.int8, converted.float32):
        document = schema.Model.GetRootAsModel(bytearray(model), 0)
        places = []
        for index in range(document.BuffersLength()):
            buffer = document.Buffers(index)
            if buffer.DataLength():
                places.append(buffer._tab.Vector(buffer._tab.Offset(4)))
        assert len(places) > 5
        assert not [place for place in places if place % 16]


def test_tensors_are_called_after_layers(converted: Converted) -> None:
    names = [detail.name for detail in reference_interpreter(converted.int8).tensors()]
    assert len(set(names)) == len(names)
    layers = {layer.name for layer in converted.keras.layers} | {"input", "output"}
    assert {name.split("/")[0] for name in names} <= layers
    assert {"enc1_conv1/weights", "head/weights", "head/bias", "input", "output"} <= set(names)


def test_nothing_is_left_that_no_interpreter_reads(converted: Converted) -> None:
    from tensorflow.lite.python import schema_py_generated as schema

    document = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(converted.int8), 0))
    assert document.metadata is None
    assert document.signatureDefs is None
    assert document.description == b"small-net"
    assert all(t.quantization is None or t.quantization.min is None for t in document.subgraphs[0].tensors)


def test_the_same_model_converts_to_the_same_bytes(converted: Converted) -> None:
    """Even in a process that has converted other models before: no counter gets in."""
    assert convert(converted.keras, "int8", converted.windows) == converted.int8
