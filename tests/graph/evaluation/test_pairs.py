"""MINIMUM, MAXIMUM, PRELU and DIV: equal to LiteRT's reference kernels and to TFLM."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.evaluation.fixed_point import reciprocal
from edgeunet.graph.evaluation.pairs import quotient_factor
from edgeunet.graph.ir import Quantization
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm

ALL = np.arange(-128, 128).astype(np.int8).reshape(1, 1, 16, 16)
SHAPE = (1, 1, 16, 16)
Scales = tuple[tuple[float, int], tuple[float, int], tuple[float, int]]


def written(kind: str, scales: Scales, other: NDArray[Any] | None, swapped: bool = False) -> bytes:
    """One operator of two signals, or of one and the constant ``other``."""
    writer = ModelWriter()
    x, y = writer.tensor(SHAPE, "int8", *scales[0]), writer.tensor(SHAPE, "int8", *scales[2])
    second = writer.tensor(SHAPE if other is None else other.shape, "int8", *scales[1], data=other)
    writer.op(kind, [second, x] if swapped else [x, second], y)
    return writer.build([x, second] if other is None else [x], [y])


def others(rng: np.random.Generator) -> list[NDArray[Any]]:
    """A single number, a row of channels, and a value for each."""
    return [rng.integers(-128, 128, shape).astype(np.int8) for shape in ((1, 1, 1, 1), (1, 1, 1, 16), SHAPE)]


@pytest.mark.parametrize("kind", ["MINIMUM", "MAXIMUM"])
def test_extremes_of_constants_and_of_two_signals(kind: str, rng: np.random.Generator) -> None:
    scales = ((0.05, -3),) * 3
    for other in others(rng):
        for swapped in (False, True):
            model = written(kind, scales, other, swapped)
            found = evaluate(read_tflite(model), ALL)[0].ravel()
            for judge in (litert_reference, tflm):
                np.testing.assert_array_equal(found, judge(model, ALL)[0].ravel())
        model, values = written(kind, scales, None), np.broadcast_to(other, SHAPE).copy()
        found = evaluate(read_tflite(model), [ALL, values])[0].ravel()
        np.testing.assert_array_equal(found, litert_reference(model, ALL, values)[0].ravel())


def test_slopes_of_each_channel_of_each_value_and_of_all(rng: np.random.Generator) -> None:
    for _ in range(20):
        given, slope = (float(np.float32(np.exp(rng.uniform(-6, 0)))) for _ in range(2))
        made = float(np.float32(given * rng.uniform(0.2, 3)))
        points = [int(point) for point in rng.integers(-128, 128, 3)]
        scales: Scales = ((given, points[0]), (slope, points[1]), (made, points[2]))
        for other in others(rng):
            model = written("PRELU", scales, other)
            found = evaluate(read_tflite(model), ALL)[0].ravel()
            for judge in (litert_reference, tflm):
                np.testing.assert_array_equal(found, judge(model, ALL)[0].ravel())


def test_division_by_a_single_number(rng: np.random.Generator) -> None:
    """Where the interpreters' shift is one that C defines; of what is nearly zero see docs/SUPPORTED_OPS.md."""
    compared = 0
    for _ in range(20):
        given, by = (float(np.float32(np.exp(rng.uniform(-6, 0)))) for _ in range(2))
        made = float(np.float32(given / by / 30 * rng.uniform(0.2, 3)))
        points = [int(point) for point in rng.integers(-128, 128, 3)]
        divisor = int(rng.integers(-128, 128))
        if divisor == points[1]:
            continue
        scales: Scales = ((given, points[0]), (by, points[1]), (made, points[2]))
        model = written("DIV", scales, np.full((1, 1, 1, 1), divisor, np.int8))
        found = evaluate(read_tflite(model), ALL)[0].ravel()
        dividends = (ALL.ravel().astype(int) - points[0]) * (1 if divisor > points[1] else -1)
        headroom = np.array([31 - max(value, ~value).bit_length() for value in dividends.tolist()])
        factor = quotient_factor(tuple(Quantization((s,), (z,)) for s, z in scales))  # type: ignore[arg-type]
        defined = factor.shift - reciprocal(abs(divisor - points[1]), 31)[1] - headroom >= -31
        compared += int(defined.sum())
        for judge in (litert_reference, tflm):
            np.testing.assert_array_equal(found[defined], judge(model, ALL)[0].ravel()[defined])
        zero = ALL.ravel() == points[0]
        np.testing.assert_array_equal(found[zero], points[2])
    assert compared > 18 * 250
