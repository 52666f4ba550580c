"""Operators of one value: all 256 inputs, equal to LiteRT's reference kernels and to TFLM."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.graph import evaluate, read_tflite
from tests.rigs.judges import litert_optimized, litert_reference, tflm

ALL = np.arange(-128, 128).astype(np.int8).reshape(1, 1, 16, 16)
SHAPE = (1, 1, 16, 16)
SCALES = (2e-5, 0.004, 0.0117, 0.05, 0.31, 1.7)
ZERO_POINTS = (-128, -3, 0, 77, 127)
CASES = [(scale, zero_point) for scale in SCALES for zero_point in ZERO_POINTS]


def judged(model: bytes, judges: tuple[object, ...] = (litert_reference, tflm)) -> None:
    found = evaluate(read_tflite(model), ALL)[0]
    for judge in judges:
        np.testing.assert_array_equal(found.ravel(), judge(model, ALL)[0].ravel())  # type: ignore[operator]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["LOGISTIC", "TANH", "SOFTMAX"])
def test_curves(one_operator, kind: str, case: tuple[float, int]) -> None:  # type: ignore[no-untyped-def]
    options = {"beta": 0.7} if kind == "SOFTMAX" else {}
    judged(one_operator(kind, SHAPE, SHAPE, case, (1 / 128, 0) if kind == "TANH" else (1 / 256, -128), **options))


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.37])
@pytest.mark.parametrize("case", CASES[::3])
@pytest.mark.parametrize("kind", ["RELU", "LEAKY_RELU", "QUANTIZE", "ABS"])
def test_rescaled_clamps(one_operator, kind: str, case: tuple[float, int], ratio: float) -> None:  # type: ignore[no-untyped-def]
    options = {"alpha": float(np.float32(0.6 * ratio - 0.5))} if kind == "LEAKY_RELU" else {}
    judged(one_operator(kind, SHAPE, SHAPE, case, (case[0] * ratio, -case[1] // 2), **options))


@pytest.mark.parametrize("case", CASES[::2])
def test_relu6_of_one_scale(one_operator, case: tuple[float, int]) -> None:  # type: ignore[no-untyped-def]
    judged(one_operator("RELU6", SHAPE, SHAPE, case))


@pytest.mark.parametrize("kind", ["RELU6", "RELU_N1_TO_1"])
def test_clamps_that_tflm_lacks_follow_litert(one_operator, kind: str) -> None:  # type: ignore[no-untyped-def]
    for case in CASES:
        judged(one_operator(kind, SHAPE, SHAPE, case, (case[0] * 0.8, -case[1] // 3)), (litert_reference,))


@pytest.mark.parametrize("ratio", [0.1, 0.5, 1.0, 1.37])
@pytest.mark.parametrize("case", CASES)
def test_hard_swish(one_operator, case: tuple[float, int], ratio: float) -> None:  # type: ignore[no-untyped-def]
    judged(one_operator("HARD_SWISH", SHAPE, SHAPE, case, (case[0] * ratio, -case[1] // 3)))


@pytest.mark.parametrize("approximate", [False, True])
@pytest.mark.parametrize("ratio", [0.1, 0.5, 1.0, 1.37])
@pytest.mark.parametrize("case", CASES)
def test_gelu(one_operator, case: tuple[float, int], ratio: float, approximate: bool) -> None:  # type: ignore[no-untyped-def]
    q_out = (case[0] * ratio, -case[1] // 3)
    judged(one_operator("GELU", SHAPE, SHAPE, case, q_out, approximate=approximate), (litert_reference,))


@pytest.mark.parametrize("kind", ["EXP", "LOG", "RELU_0_TO_1"])
def test_functions_that_only_litert_has(one_operator, kind: str) -> None:  # type: ignore[no-untyped-def]
    for case in CASES:
        for ratio in (0.1, 0.5, 1.37):
            judged(one_operator(kind, SHAPE, SHAPE, case, (case[0] * ratio, -case[1] // 3)), (litert_reference,))


def test_elu_which_litert_has_no_reference_kernel_for(one_operator) -> None:  # type: ignore[no-untyped-def]
    for case in CASES:
        for ratio in (0.1, 0.5, 1.37):
            model = one_operator("ELU", SHAPE, SHAPE, case, (case[0] * ratio, -case[1] // 3))
            judged(model, (litert_optimized, tflm))


@pytest.mark.parametrize("scale", SCALES)
def test_square_roots_are_cut_off(one_operator, scale: float) -> None:  # type: ignore[no-untyped-def]
    for spread, zero_point in ((0.4, -128), (1.0, 3), (1 / 16, -100), (2.5, 127)):
        q_out = (np.sqrt(scale) * spread, zero_point)
        judged(one_operator("SQRT", SHAPE, SHAPE, (scale, -128), q_out), (litert_reference,))


def test_negation_of_stored_bytes(one_operator) -> None:  # type: ignore[no-untyped-def]
    judged(one_operator("NEG", SHAPE, SHAPE, (0.05, 0), (0.05, 0)), (litert_reference,))


@pytest.mark.parametrize("spread", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("scale", SCALES)
def test_rsqrt(one_operator, scale: float, spread: float) -> None:  # type: ignore[no-untyped-def]
    judged(one_operator("RSQRT", SHAPE, SHAPE, (scale, -128), (spread / np.sqrt(scale) / 127, -128 + int(spread))))


def test_negation_in_float_is_a_table() -> None:
    from tests.networks.tflite_writer import ModelWriter

    for scale, zero_point in CASES:
        writer = ModelWriter()
        x = writer.tensor(SHAPE, "int8", scale, zero_point)
        y = writer.tensor(SHAPE, "int8", scale * 1.1, -zero_point - 1)
        middle = writer.op("DEQUANTIZE", [x], writer.tensor(SHAPE, "float32"))
        middle = writer.op("NEG", [middle], writer.tensor(SHAPE, "float32"))
        model = writer.op("QUANTIZE", [middle], y) and writer.build([x], [y])
        assert [op.kind for op in read_tflite(model).ops] == ["FLOAT_FUNCTION"]
        judged(model)


def test_between_signed_and_unsigned() -> None:
    from tests.networks.tflite_writer import ModelWriter

    for first, second in (("uint8", "int8"), ("int8", "uint8")):
        for ratio, shift in ((1.0, 128), (0.9, 120)):
            writer = ModelWriter()
            x = writer.tensor(SHAPE, first, 0.02, 128 if first == "uint8" else 0)
            y = writer.tensor(SHAPE, second, 0.02 * ratio, shift if second == "uint8" else shift - 128)
            model = writer.op("QUANTIZE", [x], y) and writer.build([x], [y])
            values = ALL.view(first)
            found = evaluate(read_tflite(model), values)[0]
            for judge in (litert_reference, tflm):
                np.testing.assert_array_equal(found.ravel(), judge(model, values)[0].ravel())
