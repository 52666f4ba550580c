"""int16 activations with int8 weights (16x8): each operator equal to LiteRT's reference kernels and to TFLM."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeunet.graph import evaluate, read_tflite
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm

Int16 = NDArray[np.int16]
ALL = np.arange(-(1 << 15), 1 << 15).astype(np.int16)
SCALES = (1 / 4096, 1 / 32768, 0.0003, 0.011, 1e-5)


def one_value(kind: str, given: float, made: float, **options: float) -> bytes:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 256, 256), "int16", given)
    y = writer.tensor((1, 1, 256, 256), "int16", made)
    writer.op(kind, [x], y, **options)
    return writer.build([x], [y])


def judged(model: bytes, *arrays: Int16, judges: tuple[object, ...] = (litert_reference, tflm)) -> None:
    found = evaluate(read_tflite(model), list(arrays))[0]
    for judge in judges:
        theirs = judge(model, *arrays)[0]  # type: ignore[operator]
        assert found.dtype == theirs.dtype
        np.testing.assert_array_equal(found.ravel(), theirs.ravel())


@pytest.mark.parametrize("scale", [*SCALES, 2**-12 * 1.0004])
@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH"])
def test_curves_of_all_values(kind: str, scale: float) -> None:
    judged(one_value(kind, scale, 1 / 32768), ALL)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 1.9])
@pytest.mark.parametrize("kind", ["RELU", "LEAKY_RELU", "QUANTIZE"])
def test_lines_of_all_values(kind: str, ratio: float) -> None:
    options = {"alpha": -0.3 if ratio == 1.0 else 0.2} if kind == "LEAKY_RELU" else {}
    judged(one_value(kind, 0.0003, 0.0003 / ratio, **options), ALL)


def test_relu6_follows_litert() -> None:
    judged(one_value("RELU6", 0.0005, 0.0004), ALL, judges=(litert_reference,))
