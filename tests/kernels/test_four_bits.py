"""Kernels whose weights have four bits equal the exact evaluator: portable, their twins, on emulated cores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import Compiled, compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.dsp.nibbles import rows as nibbles
from edgeunet.kernels.dsp.scaling import flat_weights
from edgeunet.kernels.flavours import FLAVOURS, find_flavour
from edgeunet.kernels.portable.four import channel_pairs
from edgeunet.program.convolutions import Conv, Requantization
from tests.networks.dsp_networks import few_rows_networks, table_of_shapes
from tests.networks.four_bits import with_four_bits
from tests.networks.random_networks import random_inputs, random_network
from tests.rigs.dsp_batch import run_on_dsp
from tests.rigs.helium_batch import Case, run_on_helium
from tests.rigs.host_batch import build_batch, flat
from tests.rigs.kernel_lists import FOUR_BITS
from tests.rigs.twins import run_twins, twins

__all__ = ["twins"]

PORTABLE = {"eu_conv_four", "eu_conv_sum_four", "eu_depthwise_four"}
CONSTANTS = 4


def networks_of_each_kernel() -> list[bytes]:
    """Networks that between them have every kernel for weights of four bits."""
    made = [*table_of_shapes(("c24", "r4", "w4")), *few_rows_networks(("f20",))]
    return [with_four_bits(content, seed, 0.0) for seed, (_, content) in enumerate(made)]


def case(content: bytes, name: str, kernels: str, core: str | None = None) -> Case:
    graph = read_tflite(content)
    rng = np.random.default_rng(len(name))
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    compiled = compile_model(graph, name, kernels=find_flavour(kernels).on(core))
    return Case(compiled, flat(inputs), flat(evaluate(graph, inputs)))


def kernels_of(models: list[Compiled]) -> set[str]:
    return {layer.kernel for model in models for layer in model.layers}


def test_portable_kernels_equal_the_evaluator_on_random_networks(tmp_path: Path) -> None:
    cases = [case(random_network(seed, weights="int4"), f"n{seed}", "portable") for seed in range(40)]
    models = [each.model for each in cases]
    assert kernels_of(models) >= PORTABLE
    answers = build_batch(tmp_path, models, merged=True).run([[each.samples] for each in cases])
    for each, (answer,) in zip(cases, answers, strict=True):
        assert np.array_equal(answer, each.expected), each.model.name


@pytest.mark.usefixtures("twins")
def test_twins_equal_the_evaluator(tmp_path: Path) -> None:
    assert set(FOUR_BITS) <= run_twins(tmp_path, networks_of_each_kernel())


@pytest.mark.parametrize(
    "core", ["cortex-m4", *(pytest.param(core, marks=pytest.mark.nightly) for core in ("cortex-m7", "cortex-m33"))]
)
def test_kernels_equal_the_evaluator_on_emulated_cores(tmp_path: Path, core: str) -> None:
    cases = [case(content, f"k{seed}", "dsp", core) for seed, content in enumerate(networks_of_each_kernel())]
    assert set(FOUR_BITS) <= kernels_of([each.model for each in cases])
    assert run_on_dsp(tmp_path, cases, core) == ["equal"] * len(cases)


@pytest.mark.nightly
def test_random_networks_equal_the_evaluator_on_cortex_m4(tmp_path: Path) -> None:
    cases = [case(random_network(seed, weights="int4"), f"n{seed}", "dsp") for seed in range(100, 160)]
    assert run_on_dsp(tmp_path, cases) == ["equal"] * len(cases)


def test_networks_equal_the_evaluator_on_helium(tmp_path: Path) -> None:
    """Where the kernels' weights have eight bits."""
    cases = [case(content, f"h{seed}", "mve") for seed, content in enumerate(networks_of_each_kernel()[:3])]
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


def convolution(weights: np.ndarray) -> Conv:
    outputs = len(weights)
    scaling = Requantization(np.full(outputs, 1 << 30, np.int32), np.full(outputs, -3, np.int8), 3, -128, 127)
    return Conv(weights[:, None, :].astype(np.int8), np.arange(outputs, dtype=np.int32), -5, scaling)


@pytest.mark.parametrize("outputs", [1, 2, 5, 12])
def test_two_channels_come_out_of_one_byte(outputs: int) -> None:
    """As the kernel takes them: a whole byte, and its lower four bits shifted up."""
    conv = convolution(np.random.default_rng(outputs).integers(-7, 8, (outputs, 24)))
    assert nibbles.share_bytes(conv)
    words, _ = nibbles.LINEAR.pack(conv)
    both = np.ascontiguousarray(words.reshape(-(-outputs // 2), -1)[:, :-CONSTANTS]).view(np.int8).astype(int)
    first = (both.astype(np.uint8) << 4).astype(np.uint8).view(np.int8).astype(int) // 16
    found = np.stack([first, (both - first) // 16], axis=1).reshape(-1, 24)
    assert np.array_equal(found[:outputs], flat_weights(conv))
    assert not found[outputs:].any()


def test_what_does_not_fit_a_byte_together_is_refused() -> None:
    weights = np.zeros((2, 8), int)
    weights[:, 3] = -1, -8
    assert not nibbles.share_bytes(convolution(weights))
    weights[:, 3] = -8, -7
    assert nibbles.share_bytes(convolution(weights))
    weights[0, 0] = 8
    assert not nibbles.share_bytes(convolution(weights))


def test_odd_channels_have_zeros_beside_them() -> None:
    assert channel_pairs(np.array([[1, -2], [3, -4], [-8, 7]], np.int8)).tolist() == [[0x31, 0xCE], [0x08, 0x07]]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_weights_of_eight_bits_that_would_fit_four_are_left_alone(flavour: str) -> None:
    """So that what int8 networks become does not depend on their numbers."""
    tables = find_flavour(flavour).tables
    names = {row.function for table in tables for rows in table.values() for row in rows}
    assert not names & ({*FOUR_BITS} | PORTABLE)
