"""Rewrites of networks of int16 values: no step gets a kind, and with it a kernel, that is for int8 values."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model, schedule_graph
from edgeunet.errors import CompileError, GraphError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.kernels.selection import OF_ANY_WIDTH, select_kernel
from edgeunet.program.steps import View
from tests.networks.random_networks import random_inputs, random_network
from tests.networks.random_unets import random_unet
from tests.rigs.host_batch import build_batch, flat

ONE_CHANNEL_UPSAMPLED = 10190
"""A seed whose upsampled signal has one channel and a reader with a stride: at the low rate it would be fewer bytes."""


@pytest.mark.parametrize("types", ["int16", "mixed"])
def test_kinds_of_steps_are_for_their_values(types: str) -> None:
    met = set()
    for seed in (*range(16), ONE_CHANNEL_UPSAMPLED):
        try:
            graph = read_tflite(random_network(seed, outputs=2, types=types))
        except GraphError:
            continue
        for step in schedule_graph(graph).steps:
            widths = {view.element_bytes for view in (*step.inputs, step.output) if isinstance(view, View)}
            if 2 in widths and step.kind not in OF_ANY_WIDTH:
                assert widths == {2}
                assert step.kind.endswith("_int16"), (seed, step.kind)
                met.add(step.kind)
    assert {"conv_int16", "depthwise_int16", "max_pool_int16", "add_int16"} <= met


def test_a_reader_of_one_upsampled_channel_is_exact(tmp_path: Path) -> None:
    graph = read_tflite(random_network(ONE_CHANNEL_UPSAMPLED, outputs=2, types="int16"))
    rng = np.random.default_rng(0)
    inputs = [random_inputs(graph.tensors[i].shape, rng, graph.tensors[i].dtype) for i in graph.inputs]
    (answer,) = build_batch(tmp_path, [compile_model(graph, "net")]).run([[flat(inputs)]])
    assert np.array_equal(answer[0], flat(evaluate(graph, inputs)))


def test_a_step_of_int16_values_gets_no_kernel_for_int8_ones() -> None:
    graph = read_tflite(random_unet(1, "int16"))
    step = next(step for step in schedule_graph(graph).steps if step.kind == "conv_int16")
    with pytest.raises(CompileError, match="no kernel takes a conv of these shapes"):
        select_kernel(replace(step, kind="conv"), find_flavour("portable").tables)
