"""Receptive field and look-ahead equal what impulses through real networks show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.model import build_model, cost, describe_network, reach
from edgeunet.spec import load_spec

PLAIN = {"norm": None, "activation": "relu"}
NETWORKS: dict[str, dict[str, Any]] = {
    "heartkit": {"blocks": [{"filters": 2, "kernel": 3, "pool": 3, "strides": 2}] * 2},
    "wide pools": {"blocks": [{"filters": 2, "kernel": 4, "pool": 4, "strides": 2}, {"filters": 2, "kernel": 1}]},
    "stride 3": {"blocks": [{"filters": 2, "kernel": 5, "pool": 3, "strides": 3, "separable": True}] * 2},
    "no stride": {"blocks": [{"filters": 2, "kernel": 2}]},
    "dilated": {"blocks": [{"filters": 2, "kernel": 3, "depth": 3, "dilation": 2, "pool": 2, "strides": 2}]},
    "dilated separable": {
        "blocks": [{"filters": 2, "kernel": 3, "depth": 2, "dilation": 3, "pool": 2, "strides": 2, "separable": True}]
    },
    "transpose": {
        "layout": "classic",
        "upsample": "transpose",
        "blocks": [{"filters": 2, "kernel": 3, "pool": 2, "strides": 2, "upsample_kernel": 5}, {"filters": 2}],
    },
    "transpose by its stride": {
        "layout": "classic",
        "upsample": "transpose",
        "blocks": [{"filters": 2, "kernel": 1, "pool": 4, "strides": 4}, {"filters": 2, "kernel": 3}],
    },
    "resize then convolve": {
        "layout": "classic",
        "skip_mode": "add",
        "blocks": [{"filters": 2, "kernel": 3, "pool": 2, "strides": 2, "upsample_kernel": 2}, {"filters": 3}],
    },
    "valid": {"layout": "classic", "padding": "valid", "blocks": [
        {"filters": 2, "kernel": 3, "pool": 2, "strides": 2}, {"filters": 2, "kernel": 3}]},
    "strided head": {
        "output_kernel_stride": 4,
        "output_kernel_size": 4,
        "blocks": [{"filters": 2, "kernel": 3, "pool": 2, "strides": 2}],
    },
}  # fmt: skip
LENGTH = 144


def dependence(spec: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """``[output position, input position]``: does an impulse at the input reach the output, all weights positive?"""
    model = build_model(spec)
    model.set_weights([np.abs(w) + 0.1 if w.ndim > 1 else np.zeros_like(w) for w in model.get_weights()])
    impulses = np.eye(LENGTH, dtype=np.float32)[:, :, None]
    return np.asarray(model(impulses)).max(axis=2).T > 0


@pytest.mark.parametrize("name", NETWORKS)
def test_reach_is_what_impulses_show(name: str) -> None:
    keys = NETWORKS[name]
    blocks = [{**block, **PLAIN} for block in keys["blocks"]]
    spec = load_spec({**keys, "blocks": blocks}, input_shape=(LENGTH, 1), classes=1)
    reached = dependence(spec)
    step = spec.pair(spec.output_kernel_stride)[1]
    offset = (LENGTH - reached.shape[0] * step) // 2
    middle = range(reached.shape[0] // 3, 2 * reached.shape[0] // 3)
    spans = [(np.flatnonzero(reached[n]).min(), np.flatnonzero(reached[n]).max(), n * step + offset) for n in middle]
    figures = cost(spec)
    assert figures.receptive_field_samples == max(last - first + 1 for first, last, _ in spans)
    assert figures.lookahead_samples == max(last - own for _, last, own in spans)


def test_both_axes_of_a_square_network_are_alike() -> None:
    network = describe_network(load_spec("classic"))
    assert reach(network, 0) == reach(network, 1)


def test_layer_norm_over_time_reaches_the_whole_window() -> None:
    blocks = [{"filters": 4, "norm": "layer", "pool": 2, "strides": 2}]
    over_time = cost(load_spec({"blocks": blocks}))
    assert (over_time.receptive_field_samples, over_time.lookahead_samples) == (800, 799)
    assert "enc1_norm1" in over_time.whole_window_layers
    over_channels = cost(load_spec({"blocks": blocks, "norm_axis": "channels"}))
    assert over_channels.receptive_field_samples < 30
    assert over_channels.whole_window_layers == ()


@pytest.mark.parametrize("name", ["ecg-tiny", "heartkit"])
def test_shifting_by_the_total_stride_shifts_the_interior(name: str) -> None:
    spec = load_spec(name)
    model, figures = build_model(spec, seed=1), cost(spec)
    shift, length = spec.total_stride[1], spec.input_shape[0]
    signal = np.random.default_rng(1).standard_normal((length + shift, 1)).astype(np.float32)
    first, second = (np.asarray(model(x[None]))[0] for x in (signal[:length], signal[shift:]))
    past = figures.receptive_field_samples - figures.lookahead_samples
    inside = slice(past, length - figures.lookahead_samples - shift)
    assert inside.stop - inside.start > 100
    moved = slice(inside.start + shift, inside.stop + shift)
    np.testing.assert_allclose(second[inside], first[moved], rtol=1e-4, atol=1e-5)
    assert np.abs(second[inside] - first[inside]).max() > 0.01
