"""The per-layer report against figures computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from edgeunet.litert import dequantize, quantize_saturating, reference_interpreter
from edgeunet.quantize.layers import LayerError, compare_layers, lossiest_layer, read_operators, worst_layer
from edgeunet.quantize.table import layer_table
from tests.quantize.conftest import Converted


@pytest.fixture(scope="module")
def layers(converted: Converted) -> list[LayerError]:
    return compare_layers(converted.float32, converted.int8, (window[None] for window in converted.windows))


def test_every_layer_is_compared_in_order(converted: Converted, layers: list[LayerError]) -> None:
    outputs = [op for op in read_operators(converted.int8) if op.kind not in ("QUANTIZE", "DEQUANTIZE")]
    assert [layer.op for layer in layers] == ["INPUT", *(op.kind for op in outputs)]
    assert layers[0].name == "input"
    assert layers[-1].name == "output"
    assert {layer.dtype for layer in layers} == {"int8"}


def test_the_input_row_is_the_rounding_of_the_windows(converted: Converted, layers: list[LayerError]) -> None:
    row, x = layers[0], converted.windows.astype(np.float64)
    rounded = dequantize(quantize_saturating(x, row.scale, row.zero_point), row.scale, row.zero_point)
    error = rounded.astype(np.float64) - x
    assert row.sqnr_db == pytest.approx(10 * np.log10((x**2).sum() / (error**2).sum()), abs=1e-6)
    assert row.max_error == pytest.approx(np.abs(error).max(), abs=1e-9)
    assert row.max_error_steps == pytest.approx(np.abs(error).max() / row.scale, abs=1e-6)
    assert row.float_min == pytest.approx(x.min())
    assert row.range_used == pytest.approx((x.max() - x.min()) / (255 * row.scale), abs=1e-6)
    assert row.lost_db is None


def test_the_output_row_is_float_against_int8(converted: Converted, layers: list[LayerError]) -> None:
    floating, quantized = reference_interpreter(converted.float32), reference_interpreter(converted.int8)
    pairs = [(floating.predict(x[None])[0], quantized.predict(x[None])[0]) for x in converted.windows]
    signal = sum(float((a.astype(np.float64) ** 2).sum()) for a, _ in pairs)
    noise = sum(float(((a.astype(np.float64) - b) ** 2).sum()) for a, b in pairs)
    assert layers[-1].sqnr_db == pytest.approx(10 * np.log10(signal / noise), abs=1e-6)


def test_signals_beyond_the_calibrated_range_show_as_clipping(converted: Converted) -> None:
    within = compare_layers(converted.float32, converted.int8, [converted.windows[:1]])
    beyond = compare_layers(converted.float32, converted.int8, [10 * converted.windows[:1]])
    assert within[0].clipping == 0
    assert beyond[0].clipping > 0.5
    assert beyond[0].range_used == 1
    assert (beyond[0].sqnr_db or 0) < 5 < (within[0].sqnr_db or 0)


def test_a_float_model_against_itself_has_nothing_to_report(converted: Converted) -> None:
    assert compare_layers(converted.float32, converted.float32, [converted.windows[:1]]) == []
    assert worst_layer([]) is None
    assert lossiest_layer([]) is None


def test_the_table_names_worst_and_lossiest(layers: list[LayerError]) -> None:
    worst, lossiest = worst_layer(layers), lossiest_layer(layers)
    assert worst is not None
    assert lossiest is not None
    assert worst.sqnr_db == min(layer.sqnr_db for layer in layers if layer.sqnr_db is not None)
    assert lossiest.lost_db == max(layer.lost_db for layer in layers if layer.lost_db is not None)
    text = "\n".join(layer_table(layers))
    assert f"worst layer: {worst.name} ({worst.op})" in text
    assert len({len(line) for line in text.splitlines()[1:2]}) == 1
    assert all(layer.name in text for layer in layers)
