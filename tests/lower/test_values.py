"""Every operator lowered and run node by node: the values of the evaluator, for layers of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph import evaluate
from edgeunet.lower.lower import lower
from tests.networks.random_networks import random_inputs
from tests.networks.single_layers import LAYERS, one_layer
from tests.rigs.interpreter import run_program


@pytest.mark.parametrize("layout", ["1xT", "HxW"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_lowered_makes_the_same_values(name: str, layout: str) -> None:
    for seed in range(2 if name == "norm" else 6):
        graph = one_layer(LAYERS[name], layout, seed)
        given = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(seed))
        program = lower(graph)
        for made, right in zip(run_program(program, [given]), evaluate(graph, given), strict=True):
            np.testing.assert_array_equal(made.ravel(), np.asarray(right).ravel(), err_msg=f"seed {seed}")
