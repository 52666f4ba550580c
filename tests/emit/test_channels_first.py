"""Networks whose axes change places, compiled: whole windows of any of them, streams of those from PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from tests.networks.channels_first import channels_first_classifier, channels_first_unet
from tests.networks.shuffled_networks import shuffled_network, values_for
from tests.rigs.host_batch import build_batch
from tests.rigs.streams import expected, run_streams


def test_windows_are_exact(tmp_path: Path) -> None:
    models = [channels_first_unet(), channels_first_classifier(), *map(shuffled_network, range(8))]
    graphs = [read_tflite(model) for model in models]
    batch = build_batch(tmp_path, [compile_model(graph, f"n{i}") for i, graph in enumerate(graphs)], merged=True)
    inputs = [
        [values_for(graph.tensors[graph.inputs[0]].shape, seed).reshape(-1) for seed in (0, 1)] for graph in graphs
    ]
    for graph, given, answers in zip(graphs, inputs, batch.run(inputs), strict=True):
        for values, answer in zip(given, answers, strict=True):
            np.testing.assert_array_equal(answer, evaluate(graph, values)[0].reshape(-1))


def test_streams_take_and_give_rows_of_samples(tmp_path: Path) -> None:
    graph = read_tflite(channels_first_unet())
    compiled = compile_model(graph, "rows", mode="stream", hop=8)
    assert (compiled.inputs[0].shape[-1], compiled.outputs[0].shape[-1]) == (3, 4)
    samples = values_for((72, 3), 3)
    ((answer,),) = run_streams(tmp_path, [compiled], [[samples]])
    np.testing.assert_array_equal(answer, expected(graph, samples))
