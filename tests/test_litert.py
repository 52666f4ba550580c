"""The reference interpreter and saturating quantization."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import EdgeUNetError, GraphError
from edgeunet.litert import dequantize, quantize_saturating, reference_interpreter

MODEL = "models/small-unet-256.int8.tflite"


def test_halves_round_away_from_zero_and_ends_saturate() -> None:
    x = [0.5, 1.5, -0.5, -1.5, 0.49999997, 1e9, -1e9, np.inf, -np.inf]
    assert quantize_saturating(x, 1.0, 0).tolist() == [1, 2, -1, -2, 0, 127, -128, 127, -128]
    assert quantize_saturating([126.0, 1e30], 1.0, 100).tolist() == [127, 127]
    assert quantize_saturating([300.0], 0.01, 0, np.int16).dtype == np.int16


def test_equals_the_quantize_operator_arithmetic() -> None:
    """Written out sample by sample: float32 division, then std::round, offset and limits."""
    scale, zero_point = 0.0325312502682209, 2
    x = np.linspace(-6, 6, 20001, dtype=np.float32)
    ratio = (x / np.float32(scale)).astype(np.float64)
    slow = [min(127, max(-128, int(np.floor(abs(r) + 0.5)) * (1 if r >= 0 else -1) + zero_point)) for r in ratio]
    assert quantize_saturating(x, scale, zero_point).tolist() == slow


def test_dequantize_inverts_within_half_a_step() -> None:
    x = np.linspace(-3, 3, 1001)
    q = quantize_saturating(x, 0.05, 7)
    assert np.abs(dequantize(q, 0.05, 7) - x).max() <= 0.0251


def test_nan_is_refused_in_one_sentence() -> None:
    with pytest.raises(EdgeUNetError, match="2 NaN of 3 samples"):
        quantize_saturating([1.0, np.nan, np.nan], 1.0, 0)


def test_runs_with_reference_kernels_and_keeps_every_tensor(shared: Path) -> None:
    interpreter = reference_interpreter(shared / MODEL, preserve_all_tensors=True)
    (source,), (sink,) = interpreter.input_details, interpreter.output_details
    x = np.random.default_rng(0).standard_normal((256, 1)).astype(np.float32)
    (output,) = interpreter.run(quantize_saturating(x, source.scale, source.zero_point))
    assert output.dtype == np.int8
    assert output.shape == sink.shape
    assert np.array_equal(interpreter.tensor(sink.index), output)
    (real,) = interpreter.predict(x)
    assert np.array_equal(real, dequantize(output, sink.scale, sink.zero_point))
    assert any(len(detail.scales) > 1 for detail in interpreter.tensors())


def test_wrong_inputs_are_named(shared: Path) -> None:
    interpreter = reference_interpreter(shared / MODEL)
    with pytest.raises(EdgeUNetError, match="takes int8, not float64"):
        interpreter.run(np.zeros((1, 256, 1)))
    with pytest.raises(EdgeUNetError, match="windows of that length"):
        interpreter.run(np.zeros((1, 255, 1), np.int8))
    with pytest.raises(EdgeUNetError, match="1 inputs, 2 arrays"):
        interpreter.run(np.zeros((1, 256, 1), np.int8), np.zeros(1, np.int8))


@pytest.mark.parametrize("length", [0, 7, 8, 100, 4000, 30000])
def test_truncated_model_is_one_sentence(shared: Path, length: int) -> None:
    with pytest.raises(GraphError) as caught:
        reference_interpreter((shared / MODEL).read_bytes()[:length])
    assert "\n" not in str(caught.value)


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="check the path"):
        reference_interpreter(tmp_path / "none.tflite")
