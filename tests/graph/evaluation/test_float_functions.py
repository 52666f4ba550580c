"""Float operators between DEQUANTIZE and QUANTIZE: all 256 inputs, equal to LiteRT's reference kernels and to TFLM."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from edgeunet.graph import evaluate, read_tflite
from edgeunet.graph.evaluation.float_functions import FARTHEST, FLOAT_FUNCTIONS, FloatStep, float_table
from edgeunet.graph.evaluation.lookup import STORED
from edgeunet.graph.ir import Quantization
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.judges import litert_reference, tflm

ALL = np.arange(-128, 128).astype(np.int8).reshape(1, 1, 16, 16)
SHAPE = (1, 1, 16, 16)
JUDGES: dict[str, tuple[Callable[..., Any], ...]] = {
    **dict.fromkeys(("CEIL", "ROUND", "ELU"), (tflm,)),
    **dict.fromkeys(("SIGN", "GELU", "POW", "RELU_N1_TO_1"), (litert_reference,)),
}
"""Those that only one of them has; LiteRT's optimized QUANTIZE, beside which it has the first, rounds otherwise."""
BOTH = (litert_reference, tflm)
POSITIVE = {"LOG", "SQRT", "RSQRT", "POW"}
PAIRS = ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "POW", "SQUARED_DIFFERENCE")
OPTIONS: dict[str, dict[str, Any]] = {"LEAKY_RELU": {"alpha": 0.3}, "GELU": {"approximate": True}}


Scale = tuple[float, int]


def island(kind: str, q_in: Scale, q_out: Scale, number: float | None, swapped: bool) -> bytes:
    """DEQUANTIZE, ``kind`` (with ``number`` as its other operand) and QUANTIZE."""
    writer = ModelWriter()
    x, y = writer.tensor(SHAPE, "int8", *q_in), writer.tensor(SHAPE, "int8", *q_out)
    operands = [writer.op("DEQUANTIZE", [x], writer.tensor(SHAPE, "float32"))]
    if number is not None:
        operands.append(writer.tensor((1,), "float32", data=np.array([number], np.float32)))
    middle = writer.op(
        kind, operands[:: -1 if swapped else 1], writer.tensor(SHAPE, "float32"), **OPTIONS.get(kind, {})
    )
    writer.op("QUANTIZE", [middle], y)
    return writer.build([x], [y])


def judged(kind: str, model: bytes) -> None:
    """Equal wherever the result fits an int32, into which the interpreters turn it before they clamp."""
    graph = read_tflite(model)
    assert [op.kind for op in graph.ops] == ["FLOAT_FUNCTION"]
    found = evaluate(graph, ALL)[0].ravel()
    quantizations = [graph.tensors[index].quantization for index in (*graph.inputs, *graph.outputs)]
    levels = float_table(graph.ops[0].attributes["steps"], STORED, *quantizations)  # type: ignore[arg-type]
    defined = np.abs(levels) < FARTHEST - 256
    assert np.count_nonzero(defined) > 50
    for judge in JUDGES.get(kind, BOTH):
        np.testing.assert_array_equal(found[defined], judge(model, ALL)[0].ravel()[defined])


@pytest.mark.parametrize("kind", sorted(set(FLOAT_FUNCTIONS) - set(PAIRS)))
def test_a_function_of_one_value(kind: str) -> None:
    for scale in (0.0117, 0.05):
        for zero_point in (-128, 5):
            for made in (0.0079, 0.0413):
                q_in = (scale, -128 if kind in POSITIVE else zero_point)
                judged(kind, island(kind, q_in, (made, -zero_point // 3), None, False))


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("kind", PAIRS)
def test_a_value_and_a_single_number(kind: str, swapped: bool) -> None:
    for number in (0.7, 2.3) if kind == "POW" else (0.7, -1.9):
        for scale, made in ((0.0117, 0.031), (0.05, 0.0113)):
            judged(kind, island(kind, (scale, -128 if kind in POSITIVE else 5), (made, 3), number, swapped))


def test_fused_activations_and_what_is_no_number() -> None:
    given, made = Quantization((0.05,), (0,)), Quantization((0.05,), (-3,))
    steps = (FloatStep("CONSTANT", (), {"value": 1.0}), FloatStep("ADD", (0, 1), {"activation": "RELU_N1_TO_1"}))
    table = float_table(steps, STORED, given, made)
    assert (table[0], table[128 - 30], table[255]) == (-23, -13, 17)
    table = float_table((FloatStep("LOG", (0,)),), STORED, given, made)
    assert max(table[:129]) < -128
    assert table[148] == -3


def test_functions_of_a_network_are_exact() -> None:
    """x * tanh(log(1 + exp(x))), which Keras calls mish."""
    writer = ModelWriter()
    x, y = writer.tensor(SHAPE, "int8", 0.03, 11), writer.tensor(SHAPE, "int8", 0.021, -104)

    def made(kind: str, *operands: int) -> int:
        return writer.op(kind, operands, writer.tensor(SHAPE, "float32"))

    real = made("DEQUANTIZE", x)
    one = writer.tensor((), "float32", data=np.array(1, np.float32))
    gate = made("TANH", made("LOG", made("ADD", made("EXP", real), one)))
    writer.op("QUANTIZE", [made("MUL", real, gate)], y)
    judged("MUL", writer.build([x], [y]))
