"""Hostile files: whatever is flipped, cut or spliced, reading ends at once in a graph or in one sentence."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from tests.networks.random_networks import random_network
from tests.networks.tflite_writer import ModelWriter, packed
from tests.rigs.calls import count_calls

MOST_CALLS = 1_000_000
WORDS = (-1, 2**31 - 1, -(2**31), 0, 1, 4, 65536, 2**30)


def mutations(data: bytes, structure: np.ndarray, rng: np.random.Generator) -> Iterator[bytes]:
    """For ever: one byte, a word or many bytes changed, the end cut off, one part copied over another."""
    original = np.frombuffer(data, np.uint8)
    while True:
        changed = original.copy()
        place = int(rng.choice(structure))
        changed[place] = rng.choice([changed[place] ^ (1 << rng.integers(0, 8)), 0, 255, rng.integers(0, 256)])
        yield changed.tobytes()
        changed = original.copy()
        place = int(rng.choice(structure)) // 4 * 4
        changed[place : place + 4] = np.frombuffer(np.int32(rng.choice(WORDS)).tobytes(), np.uint8)[
            : len(changed) - place
        ]
        yield changed.tobytes()
        changed = original.copy()
        changed[rng.choice(structure, int(rng.integers(2, 20)))] = rng.integers(0, 256)
        yield changed.tobytes()
        yield data[: int(rng.integers(0, len(data)))]
        first, last, source = (int(place) for place in rng.integers(0, len(data), 3))
        first, last = min(first, last), max(first, last)
        yield data[:first] + data[source : source + last - first] + data[last:]


def structure_of(data: bytes) -> np.ndarray:
    """Places that are not weights: everything but the constants' bytes."""
    inside = np.zeros(len(data), bool)
    base = np.frombuffer(data, np.uint8).ctypes.data
    for tensor in read_tflite(data).tensors:
        if tensor.data is not None and tensor.data.nbytes > 16:
            start = tensor.data.ctypes.data - base
            if 0 <= start < len(data):
                inside[start : start + tensor.data.nbytes] = True
    return np.flatnonzero(~inside)


def survive(data: bytes) -> bool:
    """Read ``data``; where that gives a small graph, run it. True when it was read."""
    try:
        graph = read_tflite(data)
    except GraphError as error:
        sentence = str(error)
    else:
        sentence = ""
    if sentence:
        assert "\n" not in sentence
        assert len(sentence) < 600
        return False
    if sum(tensor.size_bytes for tensor in graph.tensors) < 200_000:
        evaluate(graph, [np.zeros(graph.tensors[index].shape, graph.tensors[index].dtype) for index in graph.inputs])
    return True


def assault(data: bytes, count: int, seed: int) -> None:
    """Feed ``count`` mutations; none makes more than ``MOST_CALLS`` calls, and memory grows by less than 200 MB."""
    rng = np.random.default_rng(seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    longest = 0
    survived: list[bool] = []
    source = mutations(data, structure_of(data), rng)
    for _ in range(count):
        mutated = next(source)
        longest = max(longest, count_calls(lambda mutated=mutated: survived.append(survive(mutated))))
    assert 0 < sum(survived) < count
    assert longest < MOST_CALLS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.parametrize(
    "name",
    ["classic-unet-512", *(pytest.param(n, marks=pytest.mark.nightly) for n in ("small-unet-256", "seed-unet-800"))],
)
def test_damaged_workloads_are_refused_or_read(shared: Path, name: str) -> None:
    assault((shared / "models" / f"{name}.int8.tflite").read_bytes(), 150, 1)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(n, marks=pytest.mark.nightly) for n in range(2, 6))])
def test_damaged_random_networks_are_refused_or_read(seed: int) -> None:
    assault(random_network(seed), 300, seed)


def test_every_length_of_a_small_file_is_refused_or_read() -> None:
    data = min((random_network(seed) for seed in range(20)), key=len)
    for length in range(len(data)):
        survive(data[:length])


def test_offsets_that_all_name_one_long_vector_cost_no_time() -> None:
    data = bytearray(random_network(3))
    rng = np.random.default_rng(0)
    for _ in range(200):
        bomb = bytearray(data)
        place = int(rng.integers(2, len(bomb) // 4 - 1)) * 4
        bomb[place : place + 4] = (len(bomb) // 4).to_bytes(4, "little")
        assert count_calls(lambda bomb=bomb: survive(bytes(bomb))) < MOST_CALLS


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_every_byte_of_the_structure(shared: Path, part: int) -> None:
    data = (shared / "models" / "classic-unet-512.int8.tflite").read_bytes()
    original = np.frombuffer(data, np.uint8)
    for place in structure_of(data)[part::8]:
        for value in {0, 255, int(original[place]) ^ 1, int(original[place]) ^ 128}:
            changed = original.copy()
            changed[place] = value
            survive(changed.tobytes())


def test_impossible_numbers_are_refused_or_harmless() -> None:
    """Scales and zero points from the ends of their types, one at a time, in networks of every operator."""
    extremes = [0.0, -1.0, 1e-45, 1e-38, 1e-20, 1e20, 3e38, float("inf"), float("nan")]
    for seed in range(18):
        model = schema.ModelT.InitFromPackedBuf(random_network(seed), 0)
        quantized = [tensor.quantization for tensor in model.subgraphs[0].tensors if tensor.quantization is not None]
        for quantization in quantized[:: max(1, len(quantized) // 12)]:
            kept = quantization.scale, quantization.zeroPoint
            quantization.scale = np.full_like(kept[0], extremes[seed % len(extremes)])
            survive(packed(model))
            quantization.scale = kept[0]
            quantization.zeroPoint = np.full_like(kept[1], (-(1 << 63), (1 << 31) - 1, 128, -129)[seed % 4])
            survive(packed(model))
            quantization.zeroPoint = kept[1]


def chain(kinds: int) -> bytes:
    """A long chain of operators: RELUs, or dilated convolutions in their oldest spelling."""
    writer = ModelWriter()
    x = first = writer.tensor((1, 4, 4, 1), "int8", 0.1)
    block, none = writer.constant([2, 2]), writer.constant([[0, 0], [0, 0]])
    weights = writer.tensor((1, 1, 1, 1), "int8", 0.1, data=np.ones((1, 1, 1, 1), np.int8))
    for _ in range(kinds // 3):
        x = writer.op("SPACE_TO_BATCH_ND", [x, block, none], writer.tensor((4, 2, 2, 1), "int8", 0.1))
        x = writer.op("CONV_2D", [x, weights], writer.tensor((4, 2, 2, 1), "int8", 0.1), strideH=1, strideW=1)
        x = writer.op("BATCH_TO_SPACE_ND", [x, block, none], writer.tensor((1, 4, 4, 1), "int8", 0.1))
    return writer.build([first], [x])


def calls_to_read(kinds: int) -> int:
    model = chain(kinds)
    return count_calls(lambda: read_tflite(model))


def test_long_networks_are_read_in_time_that_grows_with_them() -> None:
    assert len(read_tflite(chain(300)).ops) == 100
    assert calls_to_read(1200) < 4.2 * calls_to_read(300)
    assert len(read_tflite(chain(4000)).ops) == 1333
    with pytest.raises(UnsupportedOpError, match="operators and 4096 are supported; build a smaller network"):
        read_tflite(chain(4200))
