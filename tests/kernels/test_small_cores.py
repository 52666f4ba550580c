"""Portable kernels on emulated cores without SIMD, some of them in assembly there, equal the exact evaluator."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

import edgeunet
from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.length import with_length
from tests.networks.dsp_networks import (
    depthwise_network,
    few_rows_networks,
    long_calls_network,
    residual_network,
    windows_network,
)
from tests.networks.helium_table import CHANNELS, column_network, table_network
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import small_unet
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case
from tests.rigs.host_batch import flat
from tests.rigs.kernel_lists import SCALAR
from tests.rigs.machines import RISCV, tools
from tests.rigs.tools import need


def window_case(content: bytes, name: str, seed: int) -> Case:
    graph, rng = read_tflite(content), np.random.default_rng(seed)
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    return Case(compile_model(graph, name), flat(inputs), flat(evaluate(graph, inputs)))


def stream_case(content: bytes, name: str, hop: int, rows: int) -> Case:
    graph = read_tflite(content)
    channels = graph.tensors[graph.inputs[0]].shape[-1]
    samples = random_inputs((rows, channels), np.random.default_rng(rows)).astype(np.int8)
    compiled = compile_model(graph, name, mode="stream", hop=hop)
    return Case(compiled, samples, flat(evaluate(with_length(graph, rows), [samples])), rows)


def table_cases() -> list[Case]:
    """Shapes around the edges of blocks of four channels, and of two and four rows."""
    made = {f"c{channels}": table_network(channels, seed) for seed, channels in enumerate(CHANNELS)}
    made |= {f"r{channels}": residual_network(channels, seed) for seed, channels in enumerate((4, 12, 48))}
    made |= {f"l{channels}": long_calls_network(channels, seed) for seed, channels in enumerate((16, 20))}
    made |= {f"d{channels}": depthwise_network(channels, seed) for seed, channels in enumerate((1, 4, 5, 12))}
    made |= {f"w{channels}": windows_network(channels, seed) for seed, channels in enumerate((1, 4, 5, 17))}
    made |= {f"p{channels}": column_network(channels, seed) for seed, channels in enumerate((1, 4, 5, 17))}
    made |= dict(few_rows_networks())
    made |= {f"n{seed}": random_network(seed) for seed in range(12)}
    return [window_case(content, name, seed) for seed, (name, content) in enumerate(made.items())]


def few_cases() -> list[Case]:
    """Every kernel, with rows and channels left over."""
    made = {"c5": table_network(5, 1), "r12": residual_network(12, 2), "d5": depthwise_network(5, 3)}
    cases = [window_case(content, name, seed) for seed, (name, content) in enumerate(made.items())]
    return [*cases, stream_case(small_unet(5, 5), "s5", 2, 66)]


def stream_cases() -> list[Case]:
    return [
        stream_case(small_unet(channels, channels), f"s{channels}_{hop}", hop, rows)
        for channels in (1, 5, 12)
        for hop in (2, 6)
        for rows in (hop, 33 * hop)
    ]


def kernels(compiled: Compiled) -> set[str]:
    return {layer.kernel for layer in compiled.layers}


def check(directory: Path, cases: list[Case], core: str, compiler: str, level: str) -> None:
    used = set().union(*(kernels(case.model) for case in cases))
    assert set(SCALAR) <= used, f"not in this test: {sorted(set(SCALAR) - used)}"
    assert run_on_dsp(directory, cases, core, compiler, level) == ["equal"] * len(cases)


@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m3"])
def test_every_fast_portable_kernel_equals_the_evaluator(core: str, tmp_path: Path) -> None:
    check(tmp_path, few_cases(), core, "gcc", "-O2")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(table_network(5, 1), id="table"),
        pytest.param(depthwise_network(5, 3), id="depthwise", marks=pytest.mark.nightly),
        pytest.param(residual_network(12, 2), id="residual", marks=pytest.mark.nightly),
        pytest.param(random_network(3), id="random", marks=pytest.mark.nightly),
    ],
)
@pytest.mark.parametrize("toolchain", ["gcc", pytest.param("zig", marks=pytest.mark.nightly)])
def test_every_fast_portable_kernel_equals_the_evaluator_on_risc_v(
    content: bytes, toolchain: Literal["gcc", "zig"], tmp_path: Path
) -> None:
    need(*tools(RISCV, toolchain, "qemu"))
    (tmp_path / "model.tflite").write_bytes(content)
    assert edgeunet.bench(tmp_path / "model.tflite", target=RISCV, toolchain=toolchain, repeat=2)["exact"]


WAYS = [
    (core, compiler, level)
    for core in ("cortex-m0plus", "cortex-m3", "cortex-m33")
    for compiler, level in (("gcc", "-O2"), ("gcc", "-O0"), ("zig", "-Os"))
]


@pytest.mark.nightly
@pytest.mark.parametrize(("core", "compiler", "level"), WAYS)
def test_tables_and_streams_equal_the_evaluator(core: str, compiler: str, level: str, tmp_path: Path) -> None:
    check(tmp_path, [*table_cases(), *stream_cases()], core, compiler, level)
