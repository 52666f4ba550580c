"""Convolutions over images by the kernels for rows equal the exact evaluator: twins on the host, cores in emulation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.kernel import kernel_texts
from edgeunet.schedule.plan import schedule_graph
from tests.networks import image_networks
from tests.networks.random_networks import random_inputs
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import flat
from tests.rigs.kernel_lists import PLANES
from tests.rigs.twins import run_twins, twins

__all__ = ["twins"]

FEW, MANY = (12,), (1, 3, 4, 8, 12, 17)
AMOUNTS = [FEW, pytest.param(MANY, marks=pytest.mark.nightly)]


def tables(channels: tuple[int, ...]) -> list[bytes]:
    """Windows around their edges, and chains in which outputs replace inputs."""
    made = [image_networks.image_network(each, seed) for seed, each in enumerate(channels)]
    return made + [image_networks.chain_network(each, seed) for seed, each in enumerate(channels[::2])]


def cases(contents: list[bytes], kernels: str, aligned: bool = False) -> list[Case]:
    found = []
    for seed, content in enumerate(contents):
        graph = read_tflite(content)
        inputs = [random_inputs(graph.tensors[i].shape, np.random.default_rng(seed)) for i in graph.inputs]
        compiled = compile_model(graph, f"i{seed}", kernels=kernels, aligned=aligned)
        found.append(Case(compiled, flat(inputs), flat(evaluate(graph, inputs))))
    return found


@pytest.mark.usefixtures("twins")
@pytest.mark.parametrize("channels", AMOUNTS)
@pytest.mark.parametrize("core", ["dsp", "mve"])
def test_twins_on_images_equal_the_evaluator(tmp_path: Path, core: str, channels: tuple[int, ...]) -> None:
    used = run_twins(tmp_path, tables(channels), core)
    lacking = core == "dsp" and 1 in channels
    assert ("eu_conv_2d" in used) == lacking, "one value per window is what no DSP kernel is for"


@pytest.mark.parametrize(("core", "run"), [("dsp", run_on_dsp), ("mve", run_on_helium)])
@pytest.mark.parametrize("channels", AMOUNTS)
def test_a_table_of_images_runs_on_each_core(
    tmp_path: Path, core: str, run: Callable[..., list[str]], channels: tuple[int, ...]
) -> None:
    made = cases(tables(channels), core)
    used = {layer.kernel for case in made for layer in case.model.layers}
    assert core != "dsp" or set(PLANES) <= used
    assert run(tmp_path, made) == ["equal"] * len(made)


@pytest.mark.parametrize("channels", AMOUNTS)
def test_a_table_of_images_runs_where_words_must_be_aligned(tmp_path: Path, channels: tuple[int, ...]) -> None:
    made = cases(tables(channels), "dsp", aligned=True)
    assert run_on_dsp(tmp_path, made, trap=True) == ["equal"] * len(made)


def small_twins() -> list[bytes]:
    """The shapes of MLPerf Tiny's models with random weights, narrower or over smaller images."""
    return [
        image_networks.keyword_network(0, 16),
        image_networks.wake_network(1, 32),
        image_networks.residual_image_network(2, 8),
        image_networks.anomaly_network(3),
    ]


@pytest.mark.parametrize(
    ("core", "run"), [("dsp", run_on_dsp), pytest.param("mve", run_on_helium, marks=pytest.mark.nightly)]
)
def test_shapes_of_mlperf_tiny_are_exact(tmp_path: Path, core: str, run: Callable[..., list[str]]) -> None:
    made = cases(small_twins(), core)
    portable = {layer.kernel for case in made for layer in case.model.layers if layer.macs} & {
        *kernel_texts("portable")
    }
    assert portable == set()
    for case in made:  # one by one: with the kernels written for each they are more than a core's flash
        assert run(tmp_path, [case]) == ["equal"]


@pytest.mark.nightly
@pytest.mark.parametrize(("core", "run"), [("dsp", run_on_dsp), ("mve", run_on_helium)])
def test_whole_models_of_the_shapes_of_mlperf_tiny_are_exact(
    tmp_path: Path, core: str, run: Callable[..., list[str]]
) -> None:
    contents = [image_networks.keyword_network(4), image_networks.wake_network(5)]
    made = cases([*contents, image_networks.residual_image_network(6)], core)
    assert run(tmp_path, made) == ["equal"] * len(made)


def test_one_row_of_many_inputs_takes_no_scratch_memory() -> None:
    placed = schedule_graph(read_tflite(image_networks.anomaly_network(0)), kernels="dsp")
    used = {k.function.rpartition("_")[0] for k, s in zip(placed.kernels, placed.steps, strict=True) if s.macs}
    assert used == {"eu_bare_conv"}
    assert [step.name for step in placed.steps if step.scratch is not None] == []
