"""PAD into the convolution that follows: gone where that is exact, kept where it is not, outputs equal both ways."""

from __future__ import annotations

import numpy as np

from edgeunet.errors import EdgeUNetError
from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.ir import Graph
from edgeunet.rewrite import fold_padding
from tests.networks.random_networks import random_inputs, random_network


def kinds(graph: Graph) -> list[str]:
    return [op.kind for op in graph.ops]


def test_outputs_stay_and_some_pads_go() -> None:
    folded, seen = 0, 0
    for seed in range(400):
        content = random_network(seed)
        try:
            graph = read_tflite(content)
        except EdgeUNetError:
            continue
        if "PAD" not in kinds(graph):
            continue
        seen += 1
        rewritten = fold_padding(graph)
        folded += kinds(graph).count("PAD") - kinds(rewritten).count("PAD")
        given = [
            random_inputs(graph.tensors[i].shape, np.random.default_rng(seed)).astype(np.int8) for i in graph.inputs
        ]
        for before, after in zip(evaluate(graph, given), evaluate(rewritten, given), strict=True):
            assert np.array_equal(before, after), seed
        if seen == 30:
            break
    assert seen >= 20
    assert folded >= 1


def test_a_pad_that_something_else_reads_stays() -> None:
    for seed in range(2000):
        try:
            graph = read_tflite(random_network(seed))
        except EdgeUNetError:
            continue
        for op in graph.ops:
            readers = graph.consumers(op.outputs[0])
            if op.kind == "PAD" and readers and not all("CONV" in reader.kind for reader in readers):
                names = [o.name for o in fold_padding(graph).ops]
                assert op.name in names
                return
    raise AssertionError("no such network among the random ones")
