"""Helium convolutions around the edges of their functions equal the exact evaluator, on an emulated Cortex-M55."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.mve.columns import rows as column_rows
from edgeunet.kernels.mve.scaling import choose_scaling
from edgeunet.kernels.mve.tiles import rows as helium_quads
from tests.networks.helium_networks import (
    ALIKE,
    APART,
    activations,
    blocks_network,
    column_network,
    network,
    runs_network,
)
from tests.networks.helium_table import SideBySide
from tests.networks.random_networks import random_inputs
from tests.rigs.helium_batch import Case, run_on_helium


def case(made: SideBySide, name: str) -> Case:
    graph = read_tflite(made.build())
    rng = np.random.default_rng(len(name))
    inputs = [random_inputs(graph.tensors[i].shape, rng) for i in graph.inputs]
    outputs = evaluate(graph, inputs)
    samples, expected = (
        np.concatenate([np.asarray(x, np.int8).reshape(-1) for x in group]) for group in (inputs, outputs)
    )
    return Case(compile_model(graph, name, kernels="mve"), samples, expected)


def kernels(found: Case) -> set[str]:
    """Kernels besides the copies that put a padding around an input."""
    return {layer.kernel for layer in found.model.layers} - {"eu_elementwise_copy"}


def quad_cases(prefix: str, scales: tuple[float, float]) -> list[Case]:
    """One row to nine, inputs that do and do not fill vectors, each count of channels left after octets."""
    cases = []
    for seed, channels in enumerate((5, 12, 16, 24, 32, 40)):
        made, kinds = network(seed, scales), activations(seed)
        for rows, outputs in ((1, 13), (2, 8), (3, 12), (8, 14), (9, 4), (5, 15), (4, 5), (6, 20)):
            x = made.input(rows, channels)
            made.convolution(x, outputs, 1, next(kinds))
            if channels <= 24:
                made.convolution(x, outputs, 3, next(kinds), stride=1 + rows % 2)
                made.joined(made.pool(x, 2, 1), x, outputs, 1, next(kinds))
            if rows % 2 == 0:
                made.joined(made.pool(x, 2, 2), x, outputs, 1, next(kinds), repeat=2)
        cases.append(case(made, f"{prefix}{channels}"))
    return cases


@pytest.mark.parametrize("scales", [pytest.param(APART, id="shifts apart"), pytest.param(ALIKE, id="shifts alike")])
def test_octets_and_quads_equal_the_evaluator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scales: tuple[float, float]
) -> None:
    cases = quad_cases("q", scales)
    monkeypatch.setattr(helium_quads, "WORTH", 0)
    cases += quad_cases("o", scales)
    monkeypatch.setattr(helium_quads, "choose_scaling", lambda p, _, **options: choose_scaling(p, 1 << 31, **options))
    cases += quad_cases("n", scales)[1:3]
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("scales", [pytest.param(APART, id="shifts apart"), pytest.param(ALIKE, id="shifts alike")])
def test_columns_equal_the_evaluator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scales: tuple[float, float]
) -> None:
    monkeypatch.setattr(column_rows, "FEWEST_VALUES", 0)
    cases = [case(column_network(rows, scales, rows), f"r{rows}") for rows in (32, 72, 136)]
    monkeypatch.setattr(column_rows, "choose_scaling", lambda p, _, **options: choose_scaling(p, 1 << 31, **options))
    cases.append(case(column_network(1, scales, 40), "n40"))
    assert all(kernels(c) == {"eu_columns", "eu_elementwise_max"} for c in cases)
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(
    ("rows", "channels", "taps", "stride", "dilation"),
    [
        pytest.param(36, 16, 5, 1, 1, id="rows no multiple of eight"),
        pytest.param(24, 16, 5, 1, 1, id="few rows"),
        pytest.param(64, 16, 7, 1, 1, id="too many taps"),
        pytest.param(64, 8, 4, 1, 1, id="even taps of two rows a vector"),
        pytest.param(64, 48, 3, 1, 1, id="too many channels"),
        pytest.param(64, 16, 3, 2, 1, id="stride"),
    ],
)
def test_what_columns_cannot_do_goes_by_quads(rows: int, channels: int, taps: int, stride: int, dilation: int) -> None:
    made = network(1, APART)
    made.convolution(made.input(rows, channels), 96, taps, ("RELU", -128), stride=stride, dilation=dilation)
    assert kernels(case(made, "lone")) == {"eu_tiles"}


def test_columns_in_place_and_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain whose outputs replace inputs, in blocks that do not divide the rows."""
    monkeypatch.setattr(column_rows, "BLOCK", 48)
    made = network(5, APART)
    x = made.input(136, 16)
    for taps in (5, 3, 5):
        x = made.convolution(x, 16, taps, ("RELU", -128))
    made.results = [made.joined(x, x, 16, 3, ("NONE", 3))]
    chain = case(made, "chain")
    assert kernels(chain) == {"eu_columns"}
    assert run_on_helium(tmp_path, [chain]) == ["equal"]


@pytest.mark.parametrize("scales", [pytest.param(APART, id="shifts apart"), pytest.param(ALIKE, id="shifts alike")])
def test_blocks_equal_the_evaluator(tmp_path: Path, scales: tuple[float, float]) -> None:
    cases = [case(blocks_network(seed, scales), f"b{seed}") for seed in range(7)]
    assert all(
        {"eu_tiles_blocks"} <= kernels(c) <= {"eu_tiles_blocks", "eu_tiles", "eu_elementwise_max"} for c in cases
    )
    assert sum(layer.kernel == "eu_tiles_blocks" for c in cases for layer in c.model.layers) >= 9 * len(cases)
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize("scales", [pytest.param(APART, id="shifts apart"), pytest.param(ALIKE, id="shifts alike")])
def test_runs_equal_the_evaluator(tmp_path: Path, scales: tuple[float, float]) -> None:
    cases = [case(runs_network(seed, scales), f"runs{seed}") for seed in (0, 2, 4)]
    assert all(kernels(c) <= {"eu_runs", "eu_tiles", "eu_elementwise_max"} for c in cases)
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)
