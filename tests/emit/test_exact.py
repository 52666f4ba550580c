"""Generated C equals the judges on every value: LiteRT's reference kernels, TFLM, and the exact evaluator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.errors import GraphError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.rewrite import strip_edges
from tests.networks.random_networks import random_inputs, random_network
from tests.rigs.host_batch import Int8, build_batch
from tests.rigs.judges import litert_reference, tflm
from tests.rigs.nights import starts

SHARED_MODELS = ("seed-unet-800", "small-unet-256", "classic-unet-512")
NETWORKS_PER_RUN = 160
BATCH = 80


def flat(arrays: list[Int8]) -> Int8:
    return np.concatenate([np.asarray(array).reshape(-1) for array in arrays])


def sample_inputs(graph: Graph, count: int, seed: int) -> list[list[Int8]]:
    rng = np.random.default_rng(seed)
    inputs = [graph.tensors[i] for i in graph.inputs]
    return [[random_inputs(tensor.shape, rng, tensor.dtype) for tensor in inputs] for _ in range(count)]


@pytest.mark.parametrize("name", SHARED_MODELS)
def test_shared_models_equal_litert_and_tflm(shared: Path, tmp_path: Path, name: str) -> None:
    content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
    graph = read_tflite(content)
    inputs = sample_inputs(graph, 4, 1)
    batch = build_batch(tmp_path, [compile_model(graph, "net")])
    for arrays, output in zip(inputs, batch.run([[flat(a) for a in inputs]])[0], strict=True):
        shaped = arrays[0].reshape(graph.tensors[graph.inputs[0]].shape[1:])
        assert np.array_equal(output, flat(evaluate(graph, arrays)))
        assert np.array_equal(output, flat(litert_reference(content, shaped)))
        assert np.array_equal(output, flat(tflm(content, shaped)))


def compiled_networks(seeds: range, types: str) -> tuple[list[Graph], list[Compiled]]:
    """Random networks; those the reader refuses (a value range no kernel takes) are left out, and those whose outputs
    have two types."""
    graphs, models = [], []
    for seed in seeds:
        try:
            graph = read_tflite(random_network(seed, outputs=2, types=types))
        except GraphError:
            continue
        if len({graph.tensors[index].dtype for index in graph.outputs}) > 1:
            continue
        graphs.append(graph)
        models.append(compile_model(graph, f"n{seed}"))
    assert len(models) > (0.9 if types != "mixed" else 0.7) * len(seeds)
    return graphs, models


def check_networks(directory: Path, seeds: range, types: str = "int8") -> None:
    graphs, models = compiled_networks(seeds, types)
    inputs = [sample_inputs(graph, 2, 0) for graph in graphs]
    answers = build_batch(directory, models, merged=True).run([[flat(a) for a in arrays] for arrays in inputs])
    for model, graph, arrays, outputs in zip(models, graphs, inputs, answers, strict=True):
        for given, output in zip(arrays, outputs, strict=True):
            assert np.array_equal(output, flat(evaluate(strip_edges(graph), given))), model.name


@pytest.mark.slow
@pytest.mark.usefixtures("first_plans")
@pytest.mark.parametrize("start", range(0, NETWORKS_PER_RUN, BATCH))
def test_random_networks_equal_the_exact_evaluator(tmp_path: Path, start: int) -> None:
    check_networks(tmp_path, range(start, start + BATCH))


@pytest.mark.slow
@pytest.mark.parametrize("types", ["int16", "mixed"])
def test_random_int16_networks_equal_the_exact_evaluator(tmp_path: Path, types: str) -> None:
    check_networks(tmp_path, range(30), types)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("types", "start"),
    [
        *[("int8", start) for start in starts(10_000, 1600, BATCH)],
        *[(types, start) for types in ("int16", "mixed") for start in starts(10_000, 400, BATCH)],
    ],
)
def test_more_random_networks(tmp_path: Path, start: int, types: str) -> None:
    check_networks(tmp_path, range(start, start + BATCH), types)
