"""DSP kernels on emulated Cortex-M4, M7 and M33 equal the exact evaluator: edges, streams, fallbacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.kernels.flavours import find_flavour
from tests.networks.dsp_networks import EACH_WAY, dense_networks, few_rows_networks, table_of_shapes, windows_network
from tests.networks.helium_table import SideBySide
from tests.networks.pass_networks import LOW
from tests.networks.random_layers import Value
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import small_unet
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case
from tests.rigs.host_batch import flat
from tests.rigs.kernel_lists import BARE, DSP, MODELS, PAIRS, PANELS, SCALAR, TALL, TRIOS


def window_case(graph: Graph, name: str, seed: int, core: str = "cortex-m4") -> Case:
    rng = np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    compiled = compile_model(graph, name, kernels=find_flavour("dsp").on(core))
    return Case(compiled, flat(inputs), flat(evaluate(graph, inputs)))


def stream_case(content: bytes, name: str, hop: int, rows: int) -> Case:
    graph = read_tflite(content)
    channels = graph.tensors[graph.inputs[0]].shape[-1]
    samples = random_inputs((rows, channels), np.random.default_rng(rows)).astype(np.int8)
    compiled = compile_model(graph, name, kernels="dsp", mode="stream", hop=hop)
    return Case(compiled, samples, flat(evaluate(with_length(graph, rows), [samples])), rows)


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


@pytest.fixture
def always_tall(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels for few rows wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TALL_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels that widen both operands wherever they fit, whatever they cost, often in several blocks of rows."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PAIRS_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.dsp.pairs.rows.LARGEST_SCRATCH", 1200)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels without scratch memory wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.BARE_WORTH", 1e9)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels by four rows of two channels wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PANELS_WORTH", 1e9)
    for worth in ("TALL_WORTH", "PAIRS_WORTH", "BARE_WORTH"):
        monkeypatch.setattr(f"edgeunet.kernels.dsp.choice.{worth}", 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)


@pytest.fixture
def always_trios(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels by three rows of two channels wherever they fit, whatever they cost."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 1e9)


@pytest.fixture
def no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels by quads where kernels by four rows of two channels would be chosen."""
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.TRIOS_WORTH", 0.0)
    monkeypatch.setattr("edgeunet.kernels.dsp.choice.PANELS_WORTH", 0.0)


FEW_OR_ALL = pytest.mark.parametrize(
    "networks", [EACH_WAY, pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all")
)
Names = tuple[str, ...] | None


def check_few_rows(directory: Path, networks: Names, names: tuple[str, ...], core: str = "cortex-m4") -> None:
    made = few_rows_networks(networks)
    cases = [window_case(read_tflite(content), name, seed, core) for seed, (name, content) in enumerate(made)]
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(names) <= used, f"not in this test: {set(names) - used}"
    assert run_on_dsp(directory, cases, core) == ["equal"] * len(cases)


@FEW_OR_ALL
@pytest.mark.usefixtures("always_tall")
def test_kernels_for_few_rows_equal_the_evaluator_on_cortex_m4(tmp_path: Path, networks: Names) -> None:
    check_few_rows(tmp_path, networks, TALL)


@FEW_OR_ALL
@pytest.mark.usefixtures("always_pairs")
def test_kernels_that_widen_both_operands_equal_the_evaluator_on_cortex_m4(tmp_path: Path, networks: Names) -> None:
    check_few_rows(tmp_path, networks, PAIRS)


@FEW_OR_ALL
@pytest.mark.usefixtures("always_bare")
def test_kernels_without_scratch_memory_equal_the_evaluator_on_cortex_m4(tmp_path: Path, networks: Names) -> None:
    check_few_rows(tmp_path, networks, BARE)


@pytest.mark.parametrize(
    "core", ["cortex-m4", *(pytest.param(core, marks=pytest.mark.nightly) for core in ("cortex-m7", "cortex-m33"))]
)
@FEW_OR_ALL
@pytest.mark.usefixtures("always_panels")
def test_kernels_by_four_rows_of_two_channels_equal_the_evaluator(tmp_path: Path, networks: Names, core: str) -> None:
    """Loads side by side on a Cortex-M4, spread on the others."""
    check_few_rows(tmp_path, networks, PANELS, core)


@pytest.mark.parametrize("core", ["cortex-m4", pytest.param("cortex-m33", marks=pytest.mark.nightly)])
@pytest.mark.usefixtures("always_trios")
def test_kernels_by_three_rows_of_two_channels_equal_the_evaluator(tmp_path: Path, core: str) -> None:
    made = enumerate(dense_networks())
    cases = [window_case(read_tflite(content), f"dense{seed}", seed, core) for seed, content in made]
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(TRIOS) <= used, f"not in this test: {set(TRIOS) - used}"
    assert run_on_dsp(tmp_path, cases, core) == ["equal"] * len(cases)


@pytest.mark.usefixtures("no_panels")
def test_table_of_shapes_equals_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    made = enumerate(table_of_shapes())
    cases = [window_case(read_tflite(content), name, seed) for seed, (name, content) in made]
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(DSP) <= used, f"not in this test: {sorted(set(DSP) - used)}"
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


def test_streams_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = []
    for channels in (1, 4, 12):
        for hop in (2, 6, 8):
            name = f"s{channels}_{hop}"
            cases += [stream_case(small_unet(channels, channels), name, hop, rows) for rows in (hop, 33 * hop)]
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("strides", [1, 4])
def test_shared_models_stream_exactly_on_cortex_m4(shared: Path, tmp_path: Path, strides: int) -> None:
    cases = []
    for name, stride in zip(MODELS, (16, 16, 4), strict=True):
        content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
        hop = strides * stride
        cases.append(stream_case(content, "s_" + name.split("-")[0], hop, 13 * hop + stride))
    assert strides == 1 or all(set(PANELS) & kernels(case.model) for case in cases)
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [("cortex-m33", "zig", "-Os"), ("cortex-m7", "gcc", "-O0")])
def test_calls_of_one_row_are_exact_with_other_compilers(
    shared: Path, tmp_path: Path, core: str, compiler: str, level: str
) -> None:
    content = (shared / "models" / "classic-unet-512.int8.tflite").read_bytes()
    case = stream_case(content, "s_classic", 4, 52)
    assert sum(name.startswith("eu_bare") for name in kernels(case.model)) >= 4
    assert run_on_dsp(tmp_path, [case], core, compiler, level) == ["equal"]


def test_streams_of_long_windows_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = []
    for taps in (7, 9):
        network = SideBySide(taps)
        x = network.depthwise(network.input(32, 4), taps, ("NONE", 3))
        network.results = [network.depthwise(network.pool(x, 2, 2), taps, ("NONE", -128))]
        for hop in (2, 8, 14):
            case = stream_case(network.build(), f"s{taps}_{hop}", hop, 13 * hop)
            assert (f"eu_depthwise_{taps}" in kernels(case.model)) == (hop >= 8)
            cases.append(case)
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 24), marks=pytest.mark.nightly)], ids=str)
def test_random_networks_equal_the_evaluator_on_cortex_m4(tmp_path: Path, seeds: range) -> None:
    cases = [window_case(read_tflite(random_network(seed)), f"n{seed}", seed) for seed in seeds]
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [
    ("cortex-m4", "gcc", "-O2"), ("cortex-m33", "zig", "-Os"),
    *(pytest.param(*way, marks=pytest.mark.nightly)
      for way in (("cortex-m7", "gcc", "-Os"), ("cortex-m33", "gcc", "-O0"), ("cortex-m4", "zig", "-O2"))),
])  # fmt: skip
def test_shared_models_are_exact(shared: Path, tmp_path: Path, core: str, compiler: str, level: str) -> None:
    cases = []
    for name in MODELS:
        content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
        cases.append(window_case(read_tflite(content), "w_" + name.split("-")[0], 3))
    assert run_on_dsp(tmp_path, cases, core, compiler, level) == ["equal"] * len(cases)


@pytest.mark.parametrize(("core", "compiler", "level"), [("cortex-m33", "zig", "-Os"), ("cortex-m7", "gcc", "-O0")])
def test_depthwise_windows_are_exact_with_other_compilers(tmp_path: Path, core: str, compiler: str, level: str) -> None:
    cases = [window_case(read_tflite(windows_network(channels, 1)), f"w{channels}", 1) for channels in (4, 5)]
    assert run_on_dsp(tmp_path, cases, core, compiler, level) == ["equal"] * len(cases)


def test_no_layer_of_the_shared_models_falls_back(shared: Path) -> None:
    for name in MODELS:
        graph = read_tflite(shared / "models" / f"{name}.int8.tflite")
        layers = compile_model(graph, "net", kernels="dsp").layers
        loops = {"eu_conv_1d", "eu_dot_rows", "eu_conv_sum", "eu_depthwise_1d", "eu_add", "eu_max_pool_1d"}
        assert not {*loops, *SCALAR} & {layer.kernel for layer in layers}


@pytest.mark.parametrize(
    ("make", "fallback"),
    [
        pytest.param(lambda n, x: n.pool(x, 5, 2), "eu_max_pool_1d", id="pool of 5"),
        pytest.param(lambda n, x: n.depthwise(n.input(16, 3), 11, ("NONE", 0)), "eu_depthwise_slide", id="of three"),
        pytest.param(lambda n, x: n.add(*2 * (n.input(5, 3),)), "eu_add_line", id="an odd number of values"),
        pytest.param(lambda n, x: n.convolution(n.input(32, 3), 4, 3, LOW, dilation=2), "eu_conv_block", id="gaps"),
    ],
)  # fmt: skip
def test_what_a_dsp_kernel_cannot_do_falls_back(make: Callable[[SideBySide, Value], Value], fallback: str) -> None:
    network = SideBySide(1)
    make(network, network.input(16, 8))
    assert fallback in kernels(compile_model(read_tflite(network.build()), "lone", kernels="dsp"))
