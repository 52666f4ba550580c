"""Layers of rarer operators in C: a window equals the evaluator, and a stream the whole recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.length import with_length
from tests.networks.random_networks import random_inputs
from tests.networks.rare_layers import RARE
from tests.networks.single_layers import one_layer, written_layer
from tests.rigs.host_batch import build_batch
from tests.rigs.judges import litert_optimized, litert_reference, tflm
from tests.rigs.streams import recording, run_streams

SEEDS = range(4)
LITERT_ALONE = {"exp", "log", "sqrt"}
"""What TFLM has no int8 form of."""
DEVICE_ALONE = {"sum over channels", "sum over time", "sum of all"}
"""Where LiteRT's result is another."""
NOT_LOCAL = {
    *("sum over time", "sum of all", "largest of all", "smallest over time"),
    *("swapped halves", "restacked time", "restacked channels", "backwards", "reversed time"),
    *("bilinear", "blocks", "matrices", "attention"),
}
"""What cannot be streamed."""


@pytest.mark.parametrize("layout", ["1xT", "HxW"])
@pytest.mark.parametrize("name", RARE)
def test_the_evaluator_equals_the_judges(name: str, layout: str) -> None:
    for seed in SEEDS:
        model = written_layer(RARE[name], layout, seed)
        graph = read_tflite(model)
        given = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(seed))
        found = np.asarray(evaluate(graph, given)[0]).ravel()
        litert = litert_optimized if name == "elu" else litert_reference
        judges = [*(() if name in DEVICE_ALONE else (litert,)), *(() if name in LITERT_ALONE else (tflm,))]
        for judge in judges:
            np.testing.assert_array_equal(found, judge(model, given)[0].ravel())


@pytest.mark.usefixtures("first_plans")
def test_windows_of_every_layer_equal_the_evaluator(tmp_path: Path) -> None:
    graphs = [one_layer(layer, layout, seed) for layer in RARE.values() for layout in ("1xT", "HxW") for seed in SEEDS]
    inputs = [
        [random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(seed)) for seed in range(2)]
        for graph in graphs
    ]
    models = [compile_model(graph, f"n{number}") for number, graph in enumerate(graphs)]
    answers = build_batch(tmp_path, models, merged=True).run([[a.reshape(-1) for a in arrays] for arrays in inputs])
    for graph, arrays, outputs in zip(graphs, inputs, answers, strict=True):
        for given, output in zip(arrays, outputs, strict=True):
            np.testing.assert_array_equal(output, np.asarray(evaluate(graph, given)[0]).reshape(-1))


@pytest.mark.usefixtures("first_plans")
def test_streams_of_every_local_layer_equal_the_whole_recording(tmp_path: Path) -> None:
    models, recordings, expected = [], [], []
    for name, layer in RARE.items():
        if name in NOT_LOCAL:
            continue
        graph = one_layer(layer, "1xT", 1)
        if any(tensor.is_constant and tensor.shape[2] > 1 for tensor in graph.tensors if len(tensor.shape) == 4):
            continue  # one value per sample of time
        longer = with_length(graph, graph.tensors[graph.inputs[0]].shape[2] + 24)
        samples = recording(longer, longer.tensors[longer.inputs[0]].shape[2], 3)
        models.append(compile_model(graph, f"s{len(models)}", mode="stream"))
        recordings.append([samples])
        expected.append(np.asarray(evaluate(longer, samples)[0]).reshape(-1))
    assert len(models) > len(RARE) // 2
    for (answer,), right in zip(run_streams(tmp_path, models, recordings), expected, strict=True):
        np.testing.assert_array_equal(answer, right)
