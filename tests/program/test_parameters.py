"""A kind of node and its parameter class go together, whatever lowers, rewrites or places it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.lower.lower import lower
from edgeunet.program import convolutions, parameters
from edgeunet.program.convolutions import (
    Conv,
    Conv2d,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    Depthwise2d,
    DepthwiseUpsampled,
    Image,
    Requantization,
    WeightedSum,
)
from edgeunet.program.parameters import (
    Add,
    ArgMax,
    AveragePool,
    Bilinear,
    Copy,
    Curve,
    Fill,
    MatrixProduct,
    Maximum,
    Mean,
    Multiply,
    Parameters,
    Pool,
    Pool2d,
    Prelu,
    Reduce,
    Repeat,
    Rescale,
    Resize,
    Softmax,
    SquaredDifference,
    Table,
    WideSoftmax,
)
from edgeunet.program.program import FusedAdd, Node, Program
from edgeunet.program.steps import Step
from edgeunet.rewrite import simplify
from edgeunet.rewrite.rewrites import FUSIONS, LOW_RATE_REWRITES, REWRITES
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import NETWORKS
from tests.networks.random_networks import random_network
from tests.networks.random_unets import random_unet
from tests.networks.single_layers import LAYERS, one_layer

KINDS: dict[str, type[Parameters]] = {
    "conv": Conv,
    "conv_sum": ConvSum,
    "conv_upsampled": ConvUpsampled,
    "conv_sum_upsampled": ConvUpsampled,
    "depthwise": Depthwise,
    "depthwise_upsampled": DepthwiseUpsampled,
    "conv_2d": Conv2d,
    "transpose_conv_2d": Conv2d,
    "depthwise_2d": Depthwise2d,
    "max_pool": Pool,
    "average_pool": AveragePool,
    "max_pool_2d": Pool2d,
    "average_pool_2d": Pool2d,
    "add": Add,
    "mul": Multiply,
    "squared_difference": SquaredDifference,
    "maximum": Maximum,
    "prelu": Prelu,
    "table": Table,
    "softmax": Softmax,
    "mean": Mean,
    "reduce_max": Reduce,
    "resize_bilinear": Bilinear,
    "batch_matmul": MatrixProduct,
    "arg_max": ArgMax,
    "repeat": Repeat,
    "resize": Resize,
    "fill": Fill,
    "copy": Copy,
    "concat": Copy,
    "reshape": Copy,
    "conv_int16": Conv,
    "depthwise_int16": Depthwise,
    "conv_2d_int16": Conv2d,
    "transpose_conv_2d_int16": Conv2d,
    "depthwise_2d_int16": Depthwise2d,
    "max_pool_int16": Pool,
    "average_pool_int16": AveragePool,
    "max_pool_2d_int16": Pool2d,
    "average_pool_2d_int16": Pool2d,
    "add_int16": Add,
    "mul_int16": Multiply,
    "logistic_int16": Curve,
    "tanh_int16": Curve,
    "softmax_int16": WideSoftmax,
    "mean_int16": Mean,
    "rescale_int16": Rescale,
    "rescale_widen": Rescale,
    "rescale_narrow": Rescale,
}
"""The class of parameters that a node of each kind has."""

ONLY_NODES = {"concat", "reshape"}
"""Kinds that become copies, or nothing, once placed."""

PARTS = {Requantization, WeightedSum, Image}
"""Classes beside those of parameters that these are made of."""

NETWORKS_PER_SORT = 30
LAYOUTS = ("1xT", "HxW")


def graphs() -> Iterator[Graph]:
    """Random networks and U-Nets, and the networks made for each pass."""
    yield from (read_tflite(random_network(seed)) for seed in range(NETWORKS_PER_SORT))
    yield from (read_tflite(random_unet(seed)) for seed in range(NETWORKS_PER_SORT))
    yield from (read_tflite(make()) for make in NETWORKS.values())
    yield from (one_layer(layer, layout, seed) for layer in LAYERS.values() for layout in LAYOUTS for seed in range(3))
    yield from (read_tflite(random_network(seed, types="int16")) for seed in (*range(NETWORKS_PER_SORT), 43))
    yield from (read_tflite(random_unet(seed, "mixed")) for seed in range(5))


def rewritten(graph: Graph) -> Iterator[Program]:
    """``graph`` lowered, after each rewrite, and after each that is offered: all low-rate ones, then additions."""
    program = lower(simplify(graph, set()))
    yield program
    for rewrite in REWRITES.values():
        program = rewrite(program)
        yield program
    for offered in (*LOW_RATE_REWRITES.values(), *FUSIONS.values()):
        for place in offered.places(program):
            program = next((offer.program for offer in offered.offers(program, place)), program)
        yield program


def kinds_held(nodes: Iterable[Node | Step]) -> set[str]:
    """The kinds of ``nodes``, each of which has the parameters and the epilogue that it should have."""
    found = set()
    for node in nodes:
        assert type(node.parameters) is KINDS[node.kind], node
        assert all(type(fused) is FusedAdd for fused in node.epilogue), node
        found.add(node.kind)
    return found


def test_lowering_and_every_rewrite_give_a_kind_its_parameters() -> None:
    held = {kind for graph in graphs() for program in rewritten(graph) for kind in kinds_held(program.nodes)}
    assert held == set(KINDS)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_steps_of_a_kind_have_its_parameters(flavour: str) -> None:
    held = set[str]()
    for name, make in NETWORKS.items():
        hop = 4 if name in ("recompute", "waiting_room", "retiming") else None
        held |= kinds_held(schedule_graph(read_tflite(make()), kernels=flavour, hop=hop).steps)
    assert held >= {"conv", "depthwise", "copy", "add"}
    assert not held & ONLY_NODES


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_tables_of_kernels_are_by_kinds_that_steps_have(flavour: str) -> None:
    assert {kind for table in FLAVOURS[flavour].tables for kind in table} <= set(KINDS) - ONLY_NODES


def test_the_union_lists_every_class_and_each_has_a_kind() -> None:
    classes = {
        found
        for module in (parameters, convolutions)
        for _, found in inspect.getmembers(module, dataclasses.is_dataclass)
        if found.__module__ == module.__name__
    }
    assert set(get_args(Parameters)) == classes - PARTS == set(KINDS.values())


def test_parameters_that_hold_arrays_are_equal_to_themselves_alone() -> None:
    """What is cached by them (tails, straight lines) is cached by identity; numbers alone are compared."""
    by_identity = {found for found in get_args(Parameters) if found.__hash__ is object.__hash__}
    with_arrays = {
        found
        for found in get_args(Parameters)
        if issubclass(found, WeightedSum) or any("Array" in str(field.type) for field in dataclasses.fields(found))
    }
    assert by_identity == with_arrays
    assert Pool(2, 2, -128, 127) == Pool(2, 2, -128, 127)


R = Requantization(np.full(2, 1 << 30, np.int32), np.zeros(2, np.int8), 0, -128, 127)
BIAS = np.array([-(1 << 31), 5], np.int32)
TAPS = np.array([[127, -3], [1, 2]], np.int8)
"""Two inputs of two output channels ``(inputs, out)``: what they add to the bias leaves int32."""
BY_OUTPUT = TAPS.T[:, :, None]
PHASES = np.array([[[127, -3], [1, 2]], [[129, 0], [-1, -1]]], np.int16)
"""Two phases of equal sums, of which the second reaches further in the first channel and less far in the other."""

SUMS: dict[str, Callable[[], WeightedSum[object]]] = {
    "conv": lambda: Conv(BY_OUTPUT, BIAS, 1, R),
    "conv_sum": lambda: ConvSum((BY_OUTPUT[:, :1], BY_OUTPUT[:, 1:]), BIAS, 1, R),
    "depthwise": lambda: Depthwise(TAPS, BIAS, 1, R),
    "conv_upsampled": lambda: ConvUpsampled(PHASES.transpose(0, 2, 1)[..., None], BIAS, 1, R, (0, 0)),
    "conv_sum_upsampled": lambda: ConvUpsampled(
        PHASES[:1, :1].transpose(0, 2, 1)[..., None], BIAS, 1, R, (0,), other=BY_OUTPUT[:, 1:]
    ),
    "depthwise_upsampled": lambda: DepthwiseUpsampled(PHASES, BIAS, 1, R, (0, 0)),
}


def reach(taps: NDArray[np.integer]) -> list[int]:
    """The largest partial sum: a folded bias that did not wrap, then each input the furthest from zero."""
    return [abs(b - sum(w)) + 128 * sum(map(abs, w)) for b, w in zip(BIAS.tolist(), taps.T.tolist(), strict=True)]


@pytest.mark.parametrize("kind", SUMS)
def test_biases_fold_modulo_int32(kind: str) -> None:
    assert SUMS[kind]().folded_bias.tolist() == [(1 << 31) - 128, 6]
    assert SUMS[kind]().folded_bias.dtype == np.int32


@pytest.mark.parametrize("kind", SUMS)
def test_the_bound_of_an_accumulator_is_that_of_its_furthest_phase_and_does_not_wrap(kind: str) -> None:
    sums = SUMS[kind]()
    phases = PHASES if kind in ("conv_upsampled", "depthwise_upsampled") else (TAPS,)
    assert sums.accumulator_bound.tolist() == np.max([reach(taps) for taps in phases], axis=0).tolist()
    assert sums.accumulator_bound[0] >= (1 << 31) + 128 + 128 * 128
