"""Compiled ``aligned``, no kernel and no C around it loads or stores a word at an odd address: the core traps them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.graph.length import with_length
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.schedule.timing import total_stride
from tests.networks.dsp_networks import EACH_KERNEL, EACH_WAY, few_rows_networks, table_of_shapes
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import random_unet, small_unet
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import flat
from tests.rigs.kernel_lists import MODELS
from tests.rigs.programs import rewritten
from tests.rigs.tiny import level_network
from tests.rigs.tools import need

Run = Callable[..., list[str]]
NEVER = {row.function for row in FLAVOURS["dsp"].tables[0]["conv"] if "_any" in row.function}
"""Kernels for operands at any address."""


def window_case(graph: Graph, name: str, seed: int, kernels: str = "dsp", aligned: bool = True) -> Case:
    rng = np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    compiled = compile_model(graph, name, kernels=kernels, aligned=aligned)
    return Case(compiled, flat(inputs), flat(evaluate(graph, inputs)))


def stream_case(content: bytes, name: str, hop: int, rows: int, kernels: str = "dsp") -> Case:
    graph = read_tflite(content)
    channels = graph.tensors[graph.inputs[0]].shape[-1]
    samples = random_inputs((rows, channels), np.random.default_rng(rows)).astype(np.int8)
    compiled = compile_model(graph, name, kernels=kernels, mode="stream", hop=hop, aligned=True)
    return Case(compiled, samples, flat(evaluate(with_length(graph, rows), [samples])), rows)


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


def test_the_core_traps_what_is_not_compiled_aligned(tmp_path: Path) -> None:
    made = (window_case(read_tflite(made), name, 0, aligned=False) for name, made in table_of_shapes(EACH_KERNEL))
    case = next(case for case in made if kernels(case.model) & NEVER)
    assert run_on_dsp(tmp_path, [case], trap=True) == ["fault"]


@pytest.mark.parametrize("names", [EACH_KERNEL, pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all"))
def test_a_table_of_shapes_runs_on_cortex_m4_under_the_trap(tmp_path: Path, names: tuple[str, ...] | None) -> None:
    made = (
        table_of_shapes(names)
        if names
        else [*table_of_shapes(), *((f"f_{name}", content) for name, content in few_rows_networks())]
    )
    cases = [window_case(read_tflite(content), name, seed) for seed, (name, content) in enumerate(made)]
    used = set().union(*(kernels(case.model) for case in cases))
    families = {name.split("_")[1] for name in used if name in FLAVOURS["dsp"].own_kernels}
    assert families >= {"quads", "depthwise", "elementwise"}
    assert not used & NEVER
    assert run_on_dsp(tmp_path, cases, trap=True) == ["equal"] * len(cases)


WAYS = ("PANELS_WORTH", "TALL_WORTH", "PAIRS_WORTH", "BARE_WORTH", "TRIOS_WORTH")


@pytest.fixture(
    params=[
        WAYS[0],
        *(pytest.param(way, marks=pytest.mark.nightly) for way in WAYS[1:]),
    ]
)
def one_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The kernels of one way wherever they fit, whatever they cost."""
    for way in WAYS:
        monkeypatch.setattr(f"edgeunet.kernels.dsp.choice.{way}", 1e9 if way == request.param else 0.0)
    monkeypatch.setattr("edgeunet.kernels.selection.for_windows", tuple)
    return str(request.param).partition("_")[0].lower()


@pytest.mark.parametrize("names", [EACH_WAY, pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all"))
def test_every_way_of_convolution_runs_under_the_trap(
    tmp_path: Path, one_way: str, names: tuple[str, ...] | None
) -> None:
    made = few_rows_networks(names) if names else [*few_rows_networks(), *table_of_shapes()[:8]]
    cases = [window_case(read_tflite(content), f"{name}_n{n}", n) for n, (name, content) in enumerate(made)]
    assert any(name.startswith(f"eu_{one_way}") for case in cases for name in kernels(case.model))
    assert run_on_dsp(tmp_path, cases, trap=True) == ["equal"] * len(cases)


def test_streams_run_under_the_trap(tmp_path: Path) -> None:
    """Random ones too, and with the compiler free to merge what it may."""
    cases = [
        stream_case(small_unet(channels, channels), f"s{channels}_{hop}", hop, 9 * hop)
        for channels in (1, 3, 4, 12)
        for hop in (2, 6)
    ]
    for seed in range(4):
        content = random_unet(seed)
        hop = (1 + seed % 2) * total_stride(rewritten(read_tflite(content)))
        cases.append(stream_case(content, f"u{seed}", hop, 5 * hop))
    for core, compiler, level in (("cortex-m7", "gcc", "-O2"), ("cortex-m33", "zig", "-Os")):
        (tmp_path / core).mkdir()
        assert run_on_dsp(tmp_path / core, cases, core, compiler, level, trap=True) == ["equal"] * len(cases), core


@pytest.mark.parametrize(
    "names", [("c3", "c5", "c16", "r4"), pytest.param(None, marks=pytest.mark.nightly)], ids=("few", "all")
)
@pytest.mark.parametrize(("flavour", "run"), [("mve", run_on_helium), ("portable", run_on_dsp)])
def test_other_kernels_run_under_the_trap(
    tmp_path: Path, flavour: str, run: Run, names: tuple[str, ...] | None
) -> None:
    made = table_of_shapes(names)[:12]
    cases = [window_case(read_tflite(content), name, seed, flavour) for seed, (name, content) in enumerate(made)]
    cases += [stream_case(small_unet(channels, channels), f"s{channels}", 4, 36, flavour) for channels in (1, 5, 8)]
    assert run(tmp_path, cases, trap=True) == ["equal"] * len(cases)


@pytest.mark.parametrize("seeds", [range(8), pytest.param(range(8, 30), marks=pytest.mark.nightly)], ids=str)
def test_random_networks_run_under_the_trap(tmp_path: Path, seeds: range) -> None:
    cases = [window_case(read_tflite(random_network(seed)), f"n{seed}", seed) for seed in seeds]
    assert run_on_dsp(tmp_path, cases, level="-O2", trap=True) == ["equal"] * len(cases)


@pytest.mark.parametrize("strides", [0, 1, pytest.param(4, marks=pytest.mark.nightly)])
def test_shared_models_run_under_the_trap_with_the_kernels_they_have_without(
    shared: Path, tmp_path: Path, strides: int
) -> None:
    """All but the one convolution over a single channel."""
    cases, changed = [], []
    for name, stride in zip(MODELS, (16, 16, 4), strict=True):
        content = (shared / "models" / f"{name}.int8.tflite").read_bytes()
        short = name.split("-")[0]
        if strides:
            hop = strides * stride
            case = stream_case(content, short, hop, 5 * hop)
            other = compile_model(read_tflite(content), short, kernels="dsp", mode="stream", hop=hop)
        else:
            case = window_case(read_tflite(content), short, 0)
            other = compile_model(read_tflite(content), short, kernels="dsp")
        cases.append(case)
        changed += [was.kernel for was, now in zip(other.layers, case.model.layers, strict=True) if was != now]
        assert case.model.arena_bytes == other.arena_bytes
    assert changed == ["eu_quads_conv_clamped_any"]
    assert run_on_dsp(tmp_path, cases, trap=True) == ["equal"] * len(cases)


def test_a_compiler_that_would_merge_bytes_is_told(tmp_path: Path) -> None:
    need("arm-none-eabi-gcc")
    compile_model(read_tflite(level_network()), "net", kernels="dsp", aligned=True).sources.write(tmp_path)
    compiler = ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c99", "-fsyntax-only", "net.c")
    done = subprocess.run(compiler, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "compile with -mno-unaligned-access" in done.stderr
    subprocess.run([*compiler, "-mno-unaligned-access"], cwd=tmp_path, check=True)
