"""Channels are brought to one range without a change of what the network computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.spec import UNetSpec, load_spec, preset
from tests.rigs.tools import need

BLOCK = {"kernel": 3, "pool": 2, "strides": 2, "separable": True}


def network(**changes: Any) -> UNetSpec:
    block = {**BLOCK, **changes.pop("block", {})}
    document = {"name": "net", "input_shape": [64, 2], "classes": ["a", "b", "c"], **changes}
    return load_spec({**document, "blocks": [{"filters": f, **block} for f in (6, 8)]})


def uneven(spec: UNetSpec) -> tuple[Any, NDArray[np.float32]]:
    """A network whose channels differ by a factor of up to thirty between the halves of convolutions, and windows."""
    need("tensorflow")
    from tests.quantize.networks import lively, smooth_windows

    model, rng = lively(spec), np.random.default_rng(3)
    for layer in model.layers:
        if type(layer).__name__ == "SeparableConv2D":
            depthwise, pointwise = layer.depthwise_kernel.numpy(), layer.pointwise_kernel.numpy()
            factors = 10 ** rng.uniform(-1.5, 0, depthwise.shape[2:])
            layer.depthwise_kernel.assign(depthwise * factors)
            layer.pointwise_kernel.assign(pointwise / factors.reshape(-1, 1))
    return model, smooth_windows(spec, 12)


NETWORKS = [
    pytest.param(network(), id="two-channels"),
    pytest.param(network(block={"activation": "relu"}), id="relu", marks=pytest.mark.nightly),
    pytest.param(network(block={"norm": None}), id="no-norm"),
    pytest.param(network(norm_position="after_activation"), id="norm-last", marks=pytest.mark.nightly),
    pytest.param(network(block={"depth": 2, "dilation": 2}, upsample="transpose"), id="dilated-transposed"),
]


@pytest.mark.parametrize("spec", NETWORKS)
def test_the_network_computes_the_same(spec: UNetSpec) -> None:
    from edgeunet.quantize.equalize import equalized

    model, windows = uneven(spec)
    before = [weight.copy() for weight in model.get_weights()]
    made = equalized(model, windows)
    for window in windows[:6]:
        want, have = model(window[None]).numpy(), made(window[None]).numpy()
        assert np.abs(want - have).max() <= 2e-4 * np.abs(want).max()
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_the_range_of_every_channel_is_used_after_it() -> None:
    from edgeunet.quantize.equalize import MARGIN, equalized

    need("tensorflow")
    import keras

    model, windows = uneven(preset("ecg-tiny"))
    made = equalized(model, windows)
    name = "enc2_act1"
    highest = [
        keras.Model(m.inputs, m.get_layer(name).output).predict_on_batch(windows[:1]).max(axis=(0, 1, 2))
        for m in (model, made)
    ]
    assert highest[1].max() <= 6 / MARGIN + 1e-4
    assert np.median(highest[1]) > np.median(highest[0])


def test_int8_loses_less(monkeypatch: pytest.MonkeyPatch) -> None:
    need("ai-edge-litert")
    from edgeunet.modelcard import ModelCard
    from edgeunet.quantize import quantization

    model, windows = uneven(preset("ecg-tiny"))
    quantized = [quantization.quantize_model(model, ModelCard("net"), "int8", windows)]
    monkeypatch.setattr("edgeunet.quantize.network.equalized", lambda model, _: model)
    quantized.append(quantization.quantize_model(model, ModelCard("net"), "int8", windows))
    with_it, without = (result.report["output_sqnr_db"] for result in quantized)
    assert with_it > without + 2
