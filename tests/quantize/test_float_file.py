"""Float ``.tflite`` files: what is read, how it is named, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import QuantizeError
from edgeunet.litert import reference_interpreter
from edgeunet.quantize.float_file import read_float_file
from edgeunet.quantize.tidy import module_of, tidy_foreign
from tests.networks.float_unet import CLASSES, TIME, float_unet, smooth
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.tools import need


@pytest.fixture(autouse=True, scope="module")
def runtime() -> None:
    need("ai-edge-litert")


def names(model: bytes) -> list[str]:
    return [detail.name for detail in reference_interpreter(model).tensors()]


def test_a_float_file_is_read_with_its_shapes_and_computes_the_same(tmp_path: Path) -> None:
    path = tmp_path / "m.float.tflite"
    path.write_bytes(float_unet())
    file = read_float_file(path)
    assert (file.input_shape, file.output_shape) == ((1, TIME, 1), (1, TIME, CLASSES))
    before, after = reference_interpreter(float_unet()), reference_interpreter(file.content)
    for window in smooth(3):
        np.testing.assert_array_equal(before.run(window)[0], after.run(window)[0])


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("net.UNet_foreign_network/net.Double_down1/torch.nn.modules.conv.Conv1d_0;1", "down1.0"),
        ("model.Net/torch.nn.modules.pooling.MaxPool1d_pool;;model.Net", "pool"),
        ("model.Net_foreign_network;", None),
        ("functional_1/enc1_conv/Relu;functional_1/enc1_norm/add", "enc1_conv"),
        ("tensor_3", None),
        ("", None),
    ],
)
def test_a_tensor_is_named_after_the_module_it_comes_from(name: str, module: str | None) -> None:
    assert module_of(name) == module


def test_names_that_are_short_stay_and_others_are_made_short() -> None:
    assert names(tidy_foreign(float_unet(), "m")) == names(float_unet())
    long = names(tidy_foreign(float_unet(name="serving_default_args_0;" + "x" * 200), "m"))
    assert "input" in long
    assert max(map(len, long)) < 40
    assert len(set(long)) == len(long)


def quantized() -> bytes:
    writer = ModelWriter()
    ends = [writer.tensor((1, 8, 1), "int8", 0.1) for _ in range(2)]
    writer.op("RELU", ends[:1], ends[1])
    return writer.build(ends[:1], ends[1:])


def halves() -> bytes:
    writer = ModelWriter()
    source, sink = (writer.tensor((1, 8, 2), "float32") for _ in range(2))
    stored = writer.tensor((2,), "float16", data=np.ones(2, np.float16), name="weights")
    real = writer.op("DEQUANTIZE", [stored], writer.tensor((2,), "float32"))
    writer.op("ADD", [source, real], sink)
    return writer.build([source], [sink])


def two_inputs() -> bytes:
    writer = ModelWriter()
    ends = [writer.tensor((1, 8, 2), "float32") for _ in range(3)]
    writer.op("ADD", ends[:2], ends[2])
    return writer.build(ends[:2], ends[2:])


def batch_of_two() -> bytes:
    writer = ModelWriter()
    ends = [writer.tensor((2, 8, 2), "float32") for _ in range(2)]
    writer.op("RELU", ends[:1], ends[1])
    return writer.build(ends[:1], ends[1:])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (quantized(), "has an input of int8, so it is no float model; compile it as it is (edgeunet export-c)"),
        (halves(), "has float16 weights ('weights'), so part of it is quantized already"),
        (two_inputs(), "has 2 inputs and 1 outputs"),
        (batch_of_two(), "takes inputs of shape (2, 8, 2), and a device takes one window at a time"),
        (b"no model at all", "is not a .tflite file"),
        (float_unet()[:300], "cannot be read"),
    ],
)
def test_what_is_no_float_network_is_refused_with_the_cure(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(content)
    with pytest.raises(QuantizeError, match=re.escape(said)) as raised:
        read_float_file(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
