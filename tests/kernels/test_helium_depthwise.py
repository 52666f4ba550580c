"""The arithmetic behind the Helium depthwise kernels, and shapes that their tables do not reach."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from edgeunet.emit import compile_model
from edgeunet.graph import evaluate, read_tflite
from edgeunet.kernels.mve.lanes.function import LARGEST_GROUP, WAYS, DepthwiseShape, channel_bytes, depthwise_shape
from tests.networks.helium_table import SideBySide
from tests.networks.random_networks import random_inputs
from tests.rigs.helium_batch import Case, run_on_helium


def shape_of(weights: list[int], shifts: tuple[int, ...] = (7,), signed: bool = True) -> DepthwiseShape:
    column = np.array(weights, np.int8)[:, None]
    shape = depthwise_shape(column, np.array(shifts, np.int8), (4, 4, 4), 1, signed)
    assert shape is not None
    return shape


def test_every_way_takes_every_tap_once() -> None:
    for way in WAYS:
        for start in way.starts:
            assert sorted(tap for group in way.taps(start) for tap in group) == [0, 1, 2, 3, 4]


def test_groups_of_any_weights_fit_16_bits() -> None:
    """Each corner of the weights, and random ones: what is packed is a permutation whose sums fit whatever the
    inputs."""
    rng = np.random.default_rng(0)
    for weights in [*product((-128, -1, 127), repeat=5), *rng.integers(-128, 128, (200, 5)).tolist()]:
        shape = shape_of(list(weights))
        packed = np.frombuffer(channel_bytes(shape, np.array(weights, np.int8), 7), np.int8).astype(int)
        assert packed[5] == shape.narrowing - 7
        start = tuple(packed[6:8].tolist()) if len(shape.ways) > 1 else shape.ways[0].starts[0]
        way = next(way for way in shape.ways if start in way.starts)
        order = [tap for group in way.taps(start) for tap in group]
        assert [weights[tap] for tap in order] == packed[:5].tolist()
        assert all(sum(abs(weights[tap]) for tap in group) <= LARGEST_GROUP for group in way.taps(start))
        assert len(shape.ways) > 1 or list(weights).count(-128) > 1
    assert 128 * LARGEST_GROUP < 1 << 15


@pytest.mark.parametrize("signed", [True, False])
def test_the_shift_in_two_parts_is_the_shift(signed: bool) -> None:
    """Around every value at which the result changes and around what saturates, for every pair of parts in use."""
    low, high = (-(1 << 15), (1 << 15) - 1) if signed else (0, (1 << 16) - 1)
    for least, most in product(range(1, 25), repeat=2):
        first = shape_of([1], (least, most), signed).narrowing if least <= most else 0
        for shift in {least, most} if first else ():
            steps = np.arange(-1100, 1100, dtype=np.int64)[:, None] << (shift - 1)
            values = (steps + np.arange(-3, 4)).reshape(-1)
            values = np.concatenate([values, [-(1 << 31), (1 << 31) - 1], (high << first) + np.arange(-3, 4)])
            values = values[np.abs(values) <= 1 << 31]
            narrow = np.clip(values >> first, low, high)
            left = shift - first
            parts = (narrow + (1 << (left - 1))) >> left
            whole = (values + (1 << (shift - 1))) >> shift
            if not signed:
                assert parts.max() <= 1 << 14
                whole = np.maximum(whole, 0)
            for zero_point in (-128, 0, 127):
                np.testing.assert_array_equal(
                    np.clip(parts + zero_point, -128, 127), np.clip(whole + zero_point, -128, 127)
                )


def test_the_sign_of_the_sum_serves_for_that_of_the_product() -> None:
    values = np.array([-(1 << 31) + 1, -70000, -3, -2, -1, 0, 1, 2, 70000, (1 << 31) - 1], np.int64)
    for multiplier in (1 << 30, (1 << 30) + 1, (1 << 31) - 1):
        product_ = (values * multiplier + (1 << 30)) >> 31
        for shift in range(1, 32):
            half = 1 << (shift - 1)
            tflite = (product_ + (product_ >> 31) + half) >> shift
            np.testing.assert_array_equal((product_ + (values >> 31) + half) >> shift, tflite)


class Spread(SideBySide):
    """Channels whose scales lie up to 2^11 apart: their shifts do not share a first part."""

    def _weights(self, shape: tuple[int, ...], axis: int, scale: float) -> int:
        data = self.numbers.integers(-127, 128, shape, dtype=np.int8)
        scales = (scale * np.exp2(-np.linspace(0, 11, shape[axis]))).astype(np.float32)
        return self.writer.tensor(shape, "int8", scales, data=data, axis=axis)


def test_shifts_far_apart_equal_the_evaluator_on_helium(tmp_path: Path) -> None:
    cases = []
    for taps, name in product((1, 3, 5, 7), ("RELU", "NONE")):
        network = Spread(taps)
        network.depthwise(network.input(21, 12), taps, (name, -128))
        graph = read_tflite(network.build())
        samples = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(taps)).astype(np.int8)
        compiled = compile_model(graph, f"spread{taps}{name.lower()}", kernels="mve")
        assert [layer.kernel for layer in compiled.layers if layer.kernel != "eu_elementwise_copy"] == ["eu_lanes"]
        assert "vrshl.s32" in compiled.sources.files[compiled.c_sources[0]]
        cases.append(Case(compiled, samples.reshape(-1), evaluate(graph, [samples])[0].astype(np.int8).reshape(-1)))
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)


@pytest.mark.parametrize(("taps", "kernel"), [(9, "eu_lanes"), (10, "eu_channels"), (40, "eu_channels")])
def test_windows_of_many_taps_equal_the_evaluator_on_helium(tmp_path: Path, taps: int, kernel: str) -> None:
    cases = []
    for rows, channels in ((1, 12), (70, 8), (31, 17)):
        network = SideBySide(taps + rows)
        network.depthwise(network.input(rows, channels), taps, ("RELU", -128), stride=1 + rows % 2)
        graph = read_tflite(network.build())
        samples = random_inputs(graph.tensors[graph.inputs[0]].shape, np.random.default_rng(taps)).astype(np.int8)
        compiled = compile_model(graph, f"taps{taps}x{rows}", kernels="mve")
        assert rows == 1 or kernel in {layer.kernel for layer in compiled.layers}
        cases.append(Case(compiled, samples.reshape(-1), evaluate(graph, [samples])[0].astype(np.int8).reshape(-1)))
    assert run_on_helium(tmp_path, cases) == ["equal"] * len(cases)
