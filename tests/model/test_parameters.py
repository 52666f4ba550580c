"""Parameter counts and output shapes of every preset, from the built Keras model and from the cost model alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgeunet.errors import SpecError
from edgeunet.model import build_model, cost, describe_network
from edgeunet.spec import PRESETS, UNetSpec, load_spec, preset
from tests.spec.strategies import networks

PUBLISHED = {
    ("heartkit", 1): 35_466,
    ("classic", 2): 31_030_658,
    ("classic-batchnorm", 2): 31_054_210,
    ("classic-valid", 2): 31_030_658,
    ("he-dropout", 2): 8_640_471,
}
FORMS = [(name, dimensions) for name, item in PRESETS.items() for dimensions in item.specs]


@pytest.mark.parametrize(("name", "dimensions"), FORMS)
def test_keras_and_cost_count_the_same(name: str, dimensions: int) -> None:
    spec = preset(name, dimensions)
    model, figures = build_model(spec), cost(spec)
    assert model.count_params() == figures.parameters == sum(layer.parameters for layer in figures.layers)
    assert model.output_shape == (None, *figures.output_shape)
    assert model.input_shape == (None, *spec.input_shape)
    for layer in figures.layers:
        assert model.get_layer(layer.name).count_params() == layer.parameters, layer.name
    if (name, dimensions) in PUBLISHED:
        assert figures.parameters == PUBLISHED[name, dimensions]


def test_unpadded_output_is_the_papers() -> None:
    assert cost(preset("classic-valid")).output_shape == (388, 388, 2)
    assert cost(preset("classic-valid", 1)).output_shape == (388, 2)


@pytest.mark.parametrize(("name", "most"), [("ecg-tiny", 6_000), ("ecg-small", 14_000), ("ecg-base", 38_000)])
def test_ecg_presets_keep_to_their_size(name: str, most: int) -> None:
    assert cost(load_spec(name)).parameters <= most


def test_layers_of_the_published_networks() -> None:
    kinds = [(layer.kind, layer.output_shape) for layer in cost(preset("classic")).layers if layer.kind != "activation"]
    assert kinds[:3] == [("conv", (512, 512, 64)), ("conv", (512, 512, 64)), ("pool", (256, 256, 64))]
    assert kinds[12:16] == [
        ("conv", (32, 32, 1024)),
        ("conv", (32, 32, 1024)),
        ("transpose", (64, 64, 512)),
        ("concat", (64, 64, 1024)),
    ]
    assert kinds[-1] == ("conv", (512, 512, 2))
    dropped = [layer.name for layer in cost(preset("he-dropout")).layers if layer.kind == "dropout"]
    assert dropped == ["enc4_dropout", "bottom_dropout"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much], derandomize=True)
@given(keys=networks(), size=st.integers(1, 12))
def test_random_networks_are_built_as_they_are_described(keys: dict[str, Any], size: int) -> None:
    try:
        spec = UNetSpec(**keys, input_shape=(24 * size, 2))
    except SpecError:
        return
    model, network = build_model(spec), describe_network(spec)
    for node in network.nodes[1:]:
        layer = model.get_layer(node.name)
        assert tuple(layer.output.shape[1:]) == node.shape, node.name
    assert model.count_params() == cost(spec).parameters
