"""Every rewrite alone, on networks that it has something to do in: other nodes, the same values, their true cost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.lower.lower import lower
from edgeunet.program.program import Program
from edgeunet.rewrite import simplify
from edgeunet.rewrite.fuse_add import ADDITIONS
from edgeunet.rewrite.rewrites import LOW_RATE_REWRITES, REWRITES
from tests.networks.pass_networks import LOW, NETWORKS, NONE, RELU, PassNetwork
from tests.networks.random_networks import random_inputs
from tests.rigs.interpreter import Rows, run_program
from tests.rigs.products import products
from tests.rigs.programs import taken

STAGES: dict[str, Callable[[Program], Program]] = {
    **REWRITES,
    **{name: lambda program, rewrite=rewrite: taken(program, rewrite) for name, rewrite in LOW_RATE_REWRITES.items()},
    "add": lambda program: taken(program, ADDITIONS),
}
BEFORE = {"low_rate": ("concat",), "add": ("concat",)}
"""Rewrites that another must have prepared."""


def inputs(graph: Graph, seed: int) -> list[np.ndarray]:
    numbers = np.random.default_rng(seed)
    return [random_inputs(graph.tensors[i].shape, numbers).astype(np.int8) for i in graph.inputs]


def flat(arrays: list[Rows]) -> np.ndarray:
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def check(graph: Graph, program: Program) -> None:
    """``program`` computes what ``graph`` does, and says what that costs."""
    for seed in range(3):
        given = inputs(graph, seed)
        assert np.array_equal(flat(run_program(program, given)), flat(evaluate(graph, given)))
    for node in program.nodes:
        assert node.macs == products(program, node), node.name


@pytest.mark.parametrize("name", STAGES)
def test_a_rewrite_changes_nodes_and_no_value(name: str) -> None:
    graph = read_tflite(NETWORKS[name]())
    program = lower(simplify(graph))
    for earlier in BEFORE.get(name, ()):
        program = STAGES[earlier](program)
    rewritten = STAGES[name](program)
    assert [(n.kind, n.parameters) for n in rewritten.nodes] != [(n.kind, n.parameters) for n in program.nodes]
    check(graph, program)
    check(graph, rewritten)


@pytest.mark.parametrize("name", sorted({*NETWORKS} - {"recompute", "waiting_room"}))
def test_all_rewrites_one_after_the_other(name: str) -> None:
    graph = read_tflite(NETWORKS[name]())
    program = lower(simplify(graph))
    for rewrite in STAGES.values():
        made = rewrite(program)
        if made is not program:
            check(graph, made)
        program = made


WINDOWS = [
    # taps, factor, stride, dilation
    (5, 2, 1, 1), (3, 2, 1, 1), (4, 2, 1, 1), (7, 3, 1, 1), (3, 2, 2, 1), (3, 2, 1, 2), (5, 4, 2, 1), (9, 2, 1, 1),
    (2, 3, 1, 1), (3, 3, 1, 3), (3, 4, 1, 2), (2, 2, 2, 1), (5, 6, 3, 1), (5, 6, 2, 2), (3, 2, 1, 4), (6, 5, 1, 1),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["conv", "sum", "sum after", "depthwise"])
@pytest.mark.parametrize(("taps", "factor", "stride", "dilation"), WINDOWS)
def test_a_window_over_an_upsampled_signal(kind: str, taps: int, factor: int, stride: int, dilation: int) -> None:
    n = PassNetwork(taps * factor)
    x = n.input(6, 3)
    if kind == "depthwise":
        y = n.depthwise(n.upsampled(x, factor), taps, NONE, stride, dilation)
    elif kind == "conv":
        y = n.convolution(n.upsampled(x, factor), 4, taps, RELU, stride, dilation)
    else:
        parts = [n.upsampled(x, factor), n.same_quantization(x, 6 * factor, 2)]
        y = n.convolution(n.beside(*parts[:: 1 if kind == "sum" else -1]), 4, taps, LOW, stride, dilation)
    graph = read_tflite(n.only(y))
    program = STAGES["concat"](lower(simplify(graph)))
    made = STAGES["upsampled"](program)
    check(graph, made)
    phases = factor // stride
    if made is not program:
        (node,) = [node for node in made.nodes if node.kind != "copy"]
        assert node.repeat == phases
        assert node.kind == ("conv_sum" if kind.startswith("sum") else kind) + "_upsampled"
        assert node.covers[0] == "RESIZE_NEAREST_NEIGHBOR"
        assert len(node.covers) == (3 if kind.startswith("sum") else 2)


TRANSPOSED = [(5, 4, 2), (5, 3, 2), (5, 2, 2), (3, 5, 3), (2, 1, 2), (4, 6, 3), (1, 2, 3), (2, 7, 1)]


@pytest.mark.parametrize(("outputs", "taps", "stride"), TRANSPOSED)
def test_a_transposed_convolution_by_phase(outputs: int, taps: int, stride: int) -> None:
    n = PassNetwork(taps)
    graph = read_tflite(n.only(n.transposed(n.input(5, 3), outputs, taps, stride)))
    program = lower(graph)
    made = STAGES["transposed"](program)
    given = inputs(graph, 1)
    assert np.array_equal(flat(run_program(made, given)), flat(evaluate(graph, given)))
    left = max(taps - stride, 0) // 2
    reach = {((p + left) // stride, max(1, len(range((p + left) % stride, taps, stride)))) for p in range(stride)}
    if len(reach) == 1:
        (node,) = made.nodes
        assert (node.wide, node.contiguous_output, node.phase, node.repeat) == (True, True, None, stride)
    else:
        assert [node.phase for node in made.nodes] == list(range(stride))
        assert {node.wide for node in made.nodes} == {False}
    for node in made.nodes:
        assert (node.kind, node.covers, node.macs) == ("conv", ("TRANSPOSE_CONV",), products(made, node))
