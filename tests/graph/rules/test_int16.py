"""What the rules of int16 activations refuse: each at its limit and one step beyond."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph import read_tflite
from tests.networks.tflite_writer import ModelWriter


def one(kind: str, scale: float, made: float, shape: tuple[int, ...] = (1, 1, 4, 2), **options: Any) -> bytes:
    """One operator between int16 tensors of one shape."""
    writer = ModelWriter()
    x, y = writer.tensor(shape, "int16", scale), writer.tensor(shape, "int16", made)
    writer.op(kind, [x, x] if kind in ("ADD", "MUL") else [x], y, **options)
    return writer.build([x], [y])


def convolution(bias: int, scale: float, weight: int = 1) -> bytes:
    """Two inputs, one output, weights of scale 1, input and output of scales whose quotient is ``scale``."""
    writer = ModelWriter()
    x, y = writer.tensor((1, 1, 4, 2), "int16", scale), writer.tensor((1, 1, 4, 1), "int16", 1.0)
    weights = writer.tensor((1, 1, 1, 2), "int8", 1.0, data=np.full((1, 1, 1, 2), weight, np.int8))
    data = writer.tensor((1,), "int64", scale, data=np.array([bias], np.int64))
    writer.op("CONV_2D", [x, weights, data], y, padding="VALID", strideH=1, strideW=1, dilationHFactor=1,
              dilationWFactor=1)  # fmt: skip
    return writer.build([x], [y])


@pytest.mark.parametrize(("inside", "outside", "sentence"), [
    (one("LOGISTIC", 2.0, 1 / 32768), one("LOGISTIC", 2.1, 1 / 32768), "scale 2.1, outside 2**-28 to 2;"),
    (one("TANH", 2.0**-28, 1 / 32768), one("TANH", 2.0**-29, 1 / 32768), "outside 2**-28 to 2;"),
    (one("TANH", 0.1, 1 / 32768), one("TANH", 0.1, 1 / 128), "scale 0.0078125, not 1/32768;"),
    (one("SOFTMAX", 2.0, 1 / 32768, beta=1.0), one("SOFTMAX", 2.1, 1 / 32768, beta=1.0), "scale 2.1, over 2;"),
    (one("ADD", 0.5, 0.5 / 8192), one("ADD", 0.5, 0.5 / 20000), "too far from the output's;"),
    (one("MUL", 0.5, 0.26), one("MUL", 0.5, 0.25), "too far from the output's;"),
    (one("QUANTIZE", 8191.0, 0.5), one("QUANTIZE", 8192.0, 0.5), "too far apart;"),
    (convolution((1 << 46), 2.0**-16), convolution((1 << 47), 2.0**-17), "over int32;"),
    (convolution(1 << 20, 100.0), convolution(1 << 20, 128.0), "scaled by 128: over int32;"),
    (convolution(1 << 30, 1.0), convolution(1 << 31, 1.0), "scaled by 1: over int32;"),
    (one("RELU", 0.1, 0.1), one("HARD_SWISH", 0.1, 0.1), "is int16 and only int8 is supported; this operator has no"),
])  # fmt: skip
def test_a_step_beyond_the_limit_is_refused(inside: bytes, outside: bytes, sentence: str) -> None:
    read_tflite(inside)
    with pytest.raises(UnsupportedOpError, match=re.escape(sentence)):
        read_tflite(outside)


def test_averages_of_too_many_values_are_refused() -> None:
    def pool(columns: int) -> bytes:
        writer = ModelWriter()
        x, y = writer.tensor((1, 256, columns, 1), "int16", 0.1), writer.tensor((1, 1, 1, 1), "int16", 0.1)
        sizes = {"filterHeight": 256, "filterWidth": columns, "strideH": 1, "strideW": 1}
        writer.op("AVERAGE_POOL_2D", [x], y, padding="VALID", **sizes)
        return writer.build([x], [y])

    read_tflite(pool(255))
    with pytest.raises(UnsupportedOpError, match="averages 65536 int16 values and 65535 fit; average in two steps"):
        read_tflite(pool(256))
