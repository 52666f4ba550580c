"""The kernels for int16 values: portable ones and twins on the host, the DSP ones on emulated cores, all exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.schedule.timing import total_stride
from tests.networks.int16_networks import Wide, heavy_network, wide_network
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import random_unet
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case
from tests.rigs.host_batch import build_batch, flat
from tests.rigs.judges import litert_reference, tflm
from tests.rigs.kernel_lists import DUOS
from tests.rigs.programs import rewritten
from tests.rigs.streams import expected, recording
from tests.rigs.twins import run_twins, twins

__all__ = ["twins"]


def window_case(graph: Graph, name: str, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng, graph.tensors[i].dtype) for i in graph.inputs]
    return Case(compile_model(graph, name, kernels="dsp"), flat(inputs), flat(evaluate(graph, inputs)))


def stream_case(content: bytes, name: str, hop: int, rows: int) -> Case:
    graph = read_tflite(content)
    samples = recording(graph, rows, rows)
    compiled = compile_model(graph, name, kernels="dsp", mode="stream", hop=hop)
    return Case(compiled, samples, expected(graph, samples), rows)


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


def test_portable_kernels_equal_the_evaluator_around_the_edges(tmp_path: Path) -> None:
    graphs = [read_tflite(wide_network(channels, seed)) for seed, channels in enumerate((1, 3, 4, 17))]
    models = [compile_model(graph, f"n{number}") for number, graph in enumerate(graphs)]
    rng = np.random.default_rng(0)
    inputs = [[random_inputs(g.tensors[i].shape, rng, "int16") for i in g.inputs] for g in graphs]
    answers = build_batch(tmp_path, models, merged=True).run([[flat(arrays)] for arrays in inputs])
    for graph, arrays, (output,) in zip(graphs, inputs, answers, strict=True):
        assert np.array_equal(output, flat(evaluate(graph, arrays)))


def test_sums_that_leave_int32_are_made_in_int64(tmp_path: Path) -> None:
    content = heavy_network(1)
    graph = read_tflite(content)
    compiled = compile_model(graph, "heavy", kernels="dsp")
    assert kernels(compiled) == {"eu_copy", "eu_conv_int16_long", "eu_duos_conv", "eu_duos_depthwise_5"}
    compiled = compile_model(graph, "heavy")
    assert kernels(compiled) == {"eu_copy", "eu_conv_int16_long", "eu_conv_int16", "eu_depthwise_int16"}
    samples = np.full(graph.tensors[graph.inputs[0]].shape, -(1 << 15), np.int16)
    ((output,),) = build_batch(tmp_path, [compiled]).run([[samples]])
    assert np.array_equal(output, flat(evaluate(graph, samples)))
    for judge in (litert_reference(content, samples), tflm(content, samples, outputs=3)):
        assert np.array_equal(output, flat(judge))


@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator(tmp_path: Path) -> None:
    assert set(DUOS) <= run_twins(tmp_path, [wide_network(channels, channels) for channels in (2, 3, 4)])


def test_layers_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = [window_case(read_tflite(wide_network(n, n)), f"w{n}", n) for n in (2, 3, 4)]
    assert set(DUOS) <= {name for case in cases for name in kernels(case.model)}
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [
    ("cortex-m33", "zig", "-Os"), pytest.param("cortex-m7", "gcc", "-O0", marks=pytest.mark.nightly),
])  # fmt: skip
def test_layers_are_exact_with_other_compilers(tmp_path: Path, core: str, compiler: str, level: str) -> None:
    cases = [window_case(read_tflite(wide_network(n, 1)), f"w{n}", 1) for n in (1, 6)]
    assert run_on_dsp(tmp_path, cases, core, compiler, level) == ["equal"] * len(cases)


@pytest.mark.parametrize("types", ["int16", "mixed"])
@pytest.mark.parametrize("seeds", [range(2), pytest.param(range(2, 24), marks=pytest.mark.nightly)], ids=str)
def test_streams_and_windows_equal_the_evaluator_on_cortex_m4(tmp_path: Path, seeds: range, types: str) -> None:
    cases = [window_case(read_tflite(random_network(s, types=types)), f"n{s}", s) for s in seeds]
    for seed in seeds:
        content = random_unet(seed, types)
        hop = total_stride(rewritten(read_tflite(content)))
        cases.append(stream_case(content, f"u{seed}", hop, 5 * hop))
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


def test_no_word_at_an_odd_multiple_of_two_where_that_traps(tmp_path: Path) -> None:
    graph = read_tflite(wide_network(3, 2))
    case = window_case(graph, "odd", 2)
    aligned = compile_model(graph, "odd", kernels="dsp", aligned=True)
    assert "eu_conv_int16" in kernels(aligned)
    assert run_on_dsp(tmp_path, [type(case)(aligned, case.samples, case.expected)], trap=True) == ["equal"]


def test_a_network_of_odd_channels_falls_back_where_channels_go_by_pairs() -> None:
    network = Wide(1)
    network.depthwise(network.input(8, 3), 3, ("NONE", 0))
    network.depthwise(network.input(8, 4), 7, ("NONE", 0))
    compiled = compile_model(read_tflite(network.build()), "odd", kernels="dsp")
    assert kernels(compiled) == {"eu_copy", "eu_depthwise_int16"}
