"""What sort of file it is, said before an operator is blamed, with the command that mends it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from tests.networks.tflite_writer import ModelWriter

COMMAND = r"edgeunet quantize MODEL --data DATA -o MODEL\.int8\.tflite"


def network(activations: str, stored: str, weights: str | None = None, recurrent: bool = False) -> bytes:
    """A convolution; ``stored`` weights are computed with as ``weights`` after a DEQUANTIZE, where that is another
    type.
    """
    writer = ModelWriter()
    scale = None if activations == "float32" else 0.1
    x = writer.tensor((1, 1, 8, 2), activations, scale)
    data = np.ones((3, 1, 3, 2), stored)
    w = writer.tensor((3, 1, 3, 2), stored, None if stored.startswith("float") else 0.02, data=data)
    if weights is not None:
        w = writer.op("DEQUANTIZE", [w], writer.tensor((3, 1, 3, 2), weights, name="net/enc1_conv/kernel"))
    bias = "float32" if activations == "float32" else "int32"
    b = writer.tensor((3,), bias, None if activations == "float32" else 0.002, data=np.zeros(3, bias))
    y = writer.op("CONV_2D", [x, w, b], writer.tensor((1, 1, 8, 3), activations, scale, name="net/enc1_conv/Conv2D"),
                  padding="SAME", strideH=1, strideW=1)  # fmt: skip
    if recurrent:
        y = writer.op("SVDF", [y, y], writer.tensor((1, 1, 8, 3), activations, scale, name="net/memory/Svdf"))
    return writer.build([x], [y])


KINDS = [
    (network("float32", "float32"), r"it is a float32 model, not quantized \(CONV_2D 'enc1_conv.*' has float32"),
    (
        network("float32", "float16", "float32"),
        r"weights are stored in float16 .* \(CONV_2D 'enc1_conv.*float16 quantization",
    ),
    (
        network("float32", "int8", "float32"),
        r"weights are stored in int8 .* \(CONV_2D 'enc1_conv.*dynamic-range quantization",
    ),
    (
        network("float32", "int8"),
        r"weights are stored in int8 and computed with in float32 .*dynamic-range quantization",
    ),
    (
        network("uint8", "uint8"),
        r"quantized to uint8 in the way of TensorFlow 1 \(CONV_2D 'enc1_conv' .*; convert its float",
    ),
]


@pytest.mark.parametrize(
    ("model", "sentence"), KINDS, ids=["float", "float16", "dequantized", "dynamic range", "uint8"]
)
def test_the_kind_of_a_file_is_said_with_the_command_that_mends_it(model: bytes, sentence: str) -> None:
    with pytest.raises(UnsupportedOpError, match=sentence) as caught:
        read_tflite(model)
    assert str(caught.value).startswith("the model: it")
    assert COMMAND.replace("\\", "") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_would_be_refused_after_that_is_said_too() -> None:
    sentence = (
        rf"^the model: it is a float32 model, .*{COMMAND}`; SVDF 'memory' in it is not supported either: recurrent"
    )
    with pytest.raises(UnsupportedOpError, match=sentence):
        read_tflite(network("float32", "float32", recurrent=True))


def test_of_an_int8_model_the_operator_is_named() -> None:
    with pytest.raises(
        UnsupportedOpError, match=r"^the model: SVDF 'memory': this operator is not supported; recurrent"
    ):
        read_tflite(network("int8", "int8", recurrent=True))
    with pytest.raises(
        UnsupportedOpError, match=r"^the model: CONV_2D 'enc1_conv': tensor .* is uint8 and only int8 or int16"
    ):
        read_tflite(network("uint8", "int8"))


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("torch_unet.float.tflite", "it is a float32 model, not quantized"),
        ("tflite-float16-message/m.tflite", "its weights are stored in float16"),
        (
            "tflm_lstm_int8.tflite",
            "UNIDIRECTIONAL_SEQUENCE_LSTM 'unidirectional_sequence_lstm': this operator is not supported",
        ),
        ("mww_vad_stateful.tflite", "ASSIGN_VARIABLE 'stream#4': this operator is not supported; it keeps a state"),
    ],
)
def test_files_that_are_in_use_are_refused_by_what_they_are(shared: Path, case: str, sentence: str) -> None:
    path = shared / "cases" / "models" / case
    if not path.is_file():
        pytest.skip("no cases in EDGEUNET_SHARED")
    with pytest.raises(UnsupportedOpError) as caught:
        read_tflite(path)
    assert sentence in str(caught.value)
