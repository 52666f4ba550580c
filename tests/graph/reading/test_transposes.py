"""Channels-first networks: equal to LiteRT, and with as few changes of order as they need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from tests.networks.channels_first import channels_first_classifier, channels_first_unet
from tests.networks.shuffled_networks import LAYERS, shuffled_network, values_for
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm


def kinds(model: bytes) -> list[str]:
    return [op.kind for op in read_tflite(model).ops]


def judged(model: bytes, seed: int = 0, device: bool = False) -> None:
    graph = read_tflite(model)
    values = values_for(graph.tensors[graph.inputs[0]].shape, seed)
    found = evaluate(graph, values)[0].ravel()
    assert len(np.unique(found)) > 4
    np.testing.assert_array_equal(found, litert_reference(model, values)[0].ravel())
    if device:
        np.testing.assert_array_equal(found, tflm(model, values)[0].ravel())


@pytest.mark.parametrize("channels", [1, 3])
def test_a_unet_from_pytorch_has_no_copy_but_at_its_edges(channels: int) -> None:
    model = channels_first_unet(channels=channels)
    judged(model)
    found = [op for op in read_tflite(model).ops if op.kind == "TRANSPOSE"]
    assert [dict(op.attributes) for op in found] == [
        *([{"outer": 1, "rows": channels, "columns": 32, "run": 1}] if channels > 1 else []),
        {"outer": 1, "rows": 32, "columns": 4, "run": 1},
    ]


def test_the_unet_of_litert_torch(shared: Path) -> None:
    path = shared / "cases" / "models" / "torch_unet.int8.tflite"
    if not path.is_file():
        pytest.skip("no cases in EDGEUNET_SHARED")
    model = path.read_bytes()
    judged(model, device=True)
    assert kinds(model).count("TRANSPOSE") == 1
    assert kinds(model)[-1] == "TRANSPOSE"


def test_a_flattened_signal_has_its_weights_reordered() -> None:
    model = channels_first_classifier(channels=1)
    assert "TRANSPOSE" not in kinds(model)
    graph = read_tflite(model)
    values = values_for((1, 1, 12), 3)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), tflm(model, values)[0].ravel())


def compared(seeds: range, dtype: str = "int8") -> set[str]:
    """Every network of ``seeds`` that is read, against LiteRT; returns the kinds of operators met."""
    met: set[str] = set()
    refused: list[str] = []
    for seed in seeds:
        model = shuffled_network(seed, dtype)
        try:
            graph = read_tflite(model)
        except UnsupportedOpError as error:
            refused.append(str(error))
            continue
        values = values_for(graph.tensors[graph.inputs[0]].shape, seed, dtype)
        expected = litert_reference(model, values)[0]
        np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), expected.ravel(), err_msg=f"seed {seed}")
        met.update(op.kind for op in graph.ops)
    assert all("separate parts of an axis" in sentence for sentence in refused)
    assert len(refused) * 100 <= len(seeds)
    return met


def test_networks_whose_axes_change_places_are_exact() -> None:
    met = compared(range(120))
    assert {
        "TRANSPOSE",
        "CONCATENATION",
        "SLICE",
        "PAD",
        "MEAN",
        "SOFTMAX",
        "CONV_2D",
        "RESIZE_NEAREST_NEIGHBOR",
    } <= met
    assert len(LAYERS) == 18


def test_networks_of_int16_whose_axes_change_places_are_exact() -> None:
    assert {"TRANSPOSE", "CONCATENATION", "SLICE", "PAD", "MEAN", "ADD"} <= compared(range(40), "int16")


@pytest.mark.nightly
def test_thousands_of_networks_whose_axes_change_places_are_exact() -> None:
    compared(range(1000, 4000))


def test_a_residual_from_the_input_is_transposed_once() -> None:
    """The convolution needs the input channels-last, so that the sum takes it so too."""
    writer = ModelWriter()
    x = writer.tensor((1, 3, 8), "int8", 0.1, 2)
    last = writer.op("TRANSPOSE", [x, writer.constant([0, 2, 1])], writer.tensor((1, 8, 3), "int8", 0.1, 2))
    image = writer.op("RESHAPE", [last, writer.constant([1, 1, 8, 3])], writer.tensor((1, 1, 8, 3), "int8", 0.1, 2))
    weights = writer.tensor((3, 1, 3, 3), "int8", 0.02, data=np.arange(27, dtype=np.int8).reshape(3, 1, 3, 3) * 4 - 50)
    bias = writer.tensor((3,), "int32", 0.002, data=np.zeros(3, np.int32))
    made = writer.op("CONV_2D", [image, weights, bias], writer.tensor((1, 1, 8, 3), "int8", 0.3, 1), padding="SAME",
                     strideH=1, strideW=1)  # fmt: skip
    first = writer.op("TRANSPOSE", [made, writer.constant([0, 3, 1, 2])], writer.tensor((1, 3, 1, 8), "int8", 0.3, 1))
    flat = writer.op("RESHAPE", [first, writer.constant([1, 3, 8])], writer.tensor((1, 3, 8), "int8", 0.3, 1))
    y = writer.op("ADD", [flat, x], writer.tensor((1, 3, 8), "int8", 0.4, 0), fusedActivationFunction="NONE")
    model = writer.build([x], [y])
    judged(model, device=True)
    assert kinds(model).count("TRANSPOSE") == 2


def test_an_order_is_changed_only_where_scales_agree() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 3, 8), "int8", 0.1, 2)
    y = writer.op("TRANSPOSE", [x, writer.constant([0, 2, 1])], writer.tensor((1, 8, 3), "int8", 0.2, 2))
    with pytest.raises(UnsupportedOpError, match=r"scale 0\.1 and zero point 2 of .* differ from the output's 0\.2"):
        read_tflite(writer.build([x], [y]))


def test_samples_shuffled_out_of_channels_change_order_once() -> None:
    """PixelShuffle along time, ``(channels, factor, time)`` to ``(channels, time * factor)``, between convolutions."""
    writer = ModelWriter()
    x = writer.tensor((1, 6, 8), "int8", 0.1, 2)
    last = writer.op("TRANSPOSE", [x, writer.constant([0, 2, 1])], writer.tensor((1, 8, 6), "int8", 0.1, 2))
    y = writer.op("SOFTMAX", [last], writer.tensor((1, 8, 6), "int8", 1 / 256, -128), beta=1.0)
    for kind, numbers, shape in (
        ("TRANSPOSE", [0, 2, 1], (1, 6, 8)),
        ("RESHAPE", [1, 3, 2, 8], (1, 3, 2, 8)),
        ("TRANSPOSE", [0, 1, 3, 2], (1, 3, 8, 2)),
        ("RESHAPE", [1, 3, 16], (1, 3, 16)),
        ("TRANSPOSE", [0, 2, 1], (1, 16, 3)),
    ):
        y = writer.op(kind, [y, writer.constant(numbers)], writer.tensor(shape, "int8", 1 / 256, -128))
    y = writer.op("SOFTMAX", [y], writer.tensor((1, 16, 3), "int8", 1 / 256, -128), beta=1.0)
    model = writer.build([x], [y])
    judged(model, device=True)
    inner = [dict(op.attributes) for op in read_tflite(model).ops if op.kind == "TRANSPOSE"][1:]
    assert inner == [{"outer": 8, "rows": 3, "columns": 2, "run": 1}]
