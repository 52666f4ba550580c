"""The receptive field, against what changes an output: nothing outside it, and its ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.graph import Graph, evaluate, read_tflite
from edgeunet.graph.length import with_length
from edgeunet.schedule.reach import needed_rows, receptive_field
from edgeunet.schedule.timing import total_stride
from tests.networks.random_unets import random_unet
from tests.rigs.programs import rewritten


def outputs(graph: Graph, samples: np.ndarray) -> np.ndarray:
    (made,) = evaluate(with_length(graph, len(samples)), [samples])
    return made.reshape(-1, made.shape[-1])


def noise(rows: int, channels: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-128, 128, (rows, channels), np.int8)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_outside_changes_an_output(seed: int) -> None:
    graph = read_tflite(random_unet(seed))
    program = rewritten(graph)
    stride, channels = total_stride(program), graph.tensors[graph.inputs[0]].shape[3]
    length = stride * (4 + 2 * receptive_field(program, stride) // stride)
    base, other = noise(length, channels, 1), noise(length, channels, 2)
    whole = outputs(graph, base)
    for row in range(length // 2, length // 2 + stride, max(1, stride // 6)):
        first, last = needed_rows(program, row)
        changed = other.copy()
        changed[max(first, 0) : last + 1] = base[max(first, 0) : last + 1]
        assert np.array_equal(outputs(graph, changed)[row], whole[row])


def test_both_ends_matter(shared: Path) -> None:
    """Somewhere in the period, for some signal, the very first and the very last row change the output."""
    graph = read_tflite(shared / "models" / "classic-unet-512.int8.tflite")
    program = rewritten(graph)
    assert receptive_field(program, 4) == 84
    found: set[tuple[int, str]] = set()
    for row in range(200, 204):
        ends = dict(zip(("first", "last"), needed_rows(program, row), strict=True))
        for seed in range(24):
            base = noise(400, 1, seed)
            whole = outputs(graph, base)
            for name, at in ends.items():
                changed = base.copy()
                changed[at] = 127 if base[at] < 0 else -128
                if not np.array_equal(outputs(graph, changed)[row], whole[row]):
                    found.add((row, name))
    assert found
    assert {name for _, name in found} == {"first", "last"}
