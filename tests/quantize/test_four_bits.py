"""Weights of four bits: the nearest steps, what a file becomes, and which layers go back to int8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import BudgetExceededError, QuantizeError
from edgeunet.graph import read_tflite
from edgeunet.litert import reference_interpreter
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.quantize import quantize, quantize_model
from edgeunet.quantize.four_bits import four_bit_layers, nearest_steps, packable_layers, packed_model, to_four_bits
from edgeunet.quantize.kept import fewest_kept, in_order_of_damage
from edgeunet.quantize.layers import LayerError, channel_means
from edgeunet.quantize.tidy import written
from edgeunet.signals import SyntheticSource, make_split
from tests.networks.dsp_networks import residual_network
from tests.networks.four_bits import opened
from tests.quantize.conftest import Converted

SOURCE = SyntheticSource(records=6, seed=1)
SPLIT = make_split(SOURCE, val=0.34)
CARD = ModelCard("small-net", ("background", "P", "QRS", "T"), 100.0, normalization="zscore")


def test_steps_are_the_nearest_of_seven_each_way() -> None:
    weights = np.random.default_rng(0).normal(0, [[1.0], [100.0]], (2, 200))
    steps, scales = nearest_steps(weights)
    assert np.abs(steps).max(axis=1).tolist() == [7, 7]
    best = ((weights - steps * scales[:, None].astype(float)) ** 2).sum(axis=1)
    whole = np.abs(weights).max(axis=1) / 7
    uncut = ((weights - np.rint(weights / whole[:, None]) * whole[:, None]) ** 2).sum(axis=1)
    assert (best < uncut).all()


def test_steps_that_fit_are_found_and_zeros_stay() -> None:
    given = np.array([[-7.0, 3, 0, 5], [0, 0, 0, 0]]) * 0.25
    steps, scales = nearest_steps(given)
    assert (steps * scales[:, None]).tolist() == given.tolist()
    assert scales[1] > 0


def test_biases_move_to_the_new_scales_and_other_tensors_stay() -> None:
    model = residual_network(8, 1)
    before, document = read_tflite(model), opened(model)
    to_four_bits(document)
    after = read_tflite(written(document))
    packed = [op for op in after.ops if len(op.inputs) > 2 and after.tensors[op.inputs[1]].dtype == "int4"]
    assert packed
    for op, old in zip(after.ops, before.ops, strict=True):
        assert [after.tensors[i].quantization for i in op.outputs] == [
            before.tensors[i].quantization for i in old.outputs
        ]
        if op in packed and op.inputs[2] >= 0:
            weights, source, bias = (after.tensors[i] for i in (op.inputs[1], op.inputs[0], op.inputs[2]))
            was = before.tensors[old.inputs[1]]
            assert weights.quantization is not None
            assert source.quantization is not None
            assert was.quantization is not None
            assert bias.data is not None
            scales = np.array(weights.quantization.scales) * source.quantization.scale
            real = before.tensors[old.inputs[2]].data * np.array(was.quantization.scales) * source.quantization.scale
            assert np.abs(bias.data * scales - real).max() <= scales.max() * 0.51


def test_layers_that_are_kept_have_int8_weights() -> None:
    model = residual_network(8, 1)
    first, *others = four_bit_layers(opened(model))
    document = opened(model)
    to_four_bits(document, [first])
    assert four_bit_layers(document) == [first]
    assert others


def layer(name: str, lost_db: float | None) -> LayerError:
    made = LayerError(name, "CONV_2D", (1, 4), "int8", 1.0, 0, 0.0, 1.0, 1.0, 0.0, 20.0, lost_db, 0.1, 1.0)
    return replace(made, lost_db=lost_db)


def test_layers_are_kept_in_the_order_of_what_they_lose() -> None:
    layers = [layer("a", 1.0), layer("b", None), layer("c", 7.0), layer("other", 9.0), layer("d", -1.0)]
    assert in_order_of_damage(["a", "b", "c", "d"], layers) == ["c", "a", "b", "d"]


@pytest.mark.parametrize("needed", range(10))
def test_no_more_layers_are_kept_than_needed(needed: int) -> None:
    order, tried = [f"layer{n}" for n in range(9)], []

    def holds(kept: Sequence[str]) -> bool:
        tried.append(len(kept))
        return len(kept) >= needed

    assert list(fewest_kept(order, holds)) == order[:needed]
    assert len(tried) <= 1 + 4


def scoring(most_packed: int, points: float) -> Any:
    """An evaluation in which a model loses ``points`` with more than ``most_packed`` layers of four bits."""

    def score(path: Path) -> Mapping[str, Any]:
        lost = 0.0
        if path.suffix == ".tflite":
            graph = read_tflite(path)
            packed = {i for op in graph.ops for i in op.inputs if i >= 0 and graph.tensors[i].dtype == "int4"}
            lost = points / 100 if len(packed) > most_packed else 0.0
        return {"schema": "edgeunet.evaluate/1", "boundaries": {"P": {"onset": {"f1": 0.9 - lost}}}}

    return score


@pytest.fixture(scope="module")
def keras_file(converted: Converted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from edgeunet.model import save_model

    path = tmp_path_factory.mktemp("model") / "small.keras"
    save_model(converted.keras, path, CARD)
    return path


def test_a_model_of_four_bits_is_written_with_card_and_report(converted: Converted, tmp_path: Path) -> None:
    quantized = quantize_model(converted.keras, CARD, "int8", converted.windows, weights="int4")
    narrow = quantized.report["weights"]
    assert narrow["layers"] == len(packable_layers(converted.int8)) > 5
    assert narrow["kept_int8"] == []
    assert quantized.report["model_bytes"] < narrow["int8_model_bytes"]
    assert quantized.report["output_sqnr_db"] > 10
    quantized.write(tmp_path / "net.tflite")
    reference_interpreter(tmp_path / "net.tflite")
    card = read_card(tmp_path / "net.tflite")
    assert card is not None
    assert card.metrics["weights"] == "int4"


def test_biases_take_back_how_far_means_move(converted: Converted) -> None:
    windows = [window[None] for window in converted.windows]
    means = channel_means(converted.int8, windows)

    def off(model: bytes) -> float:
        found = channel_means(model, windows)
        return sum(float(np.abs(found[index] - mean).mean()) for index, mean in means.items())

    as_rounded, taken_back = packed_model(converted.int8), packed_model(converted.int8, (), means)
    assert off(taken_back) < 0.7 * off(as_rounded)
    for op in (graph := read_tflite(taken_back)).ops:
        if op.kind == "DEPTHWISE_CONV_2D":
            bias = graph.tensors[op.inputs[2]].data
            assert bias is not None
            assert not bias.any()


def test_layers_go_back_to_int8_until_the_limit_holds(keras_file: Path) -> None:
    quantized = quantize(
        keras_file,
        SOURCE,
        SPLIT,
        weights="int4",
        calibration_windows=8,
        evaluate=scoring(3, 5.0),
        max_drop_points=1.0,
    )
    narrow = quantized.report["weights"]
    assert narrow["layers"] == 3
    assert len(set(narrow["kept_int8"])) == len(narrow["kept_int8"]) > 2
    assert quantized.report["validation"]["worst_drop_points"] == 0.0
    assert read_tflite(quantized.model).has_four_bit_weights()


@pytest.mark.nightly
def test_where_int8_does_not_hold_either_nothing_is_written(keras_file: Path) -> None:
    with pytest.raises(BudgetExceededError, match="nothing was written"):
        quantize(
            keras_file,
            SOURCE,
            SPLIT,
            weights="int4",
            calibration_windows=8,
            evaluate=scoring(-1, 5.0),
            max_drop_points=1.0,
        )


@pytest.mark.parametrize(
    ("number_format", "weights", "sentence"),
    [("int16x8", "int4", "go with int8 activations only, not with int16x8"), ("int8", "int2", "'int2' are unknown")],
)
def test_other_weights_are_refused_in_a_sentence(
    converted: Converted, number_format: str, weights: str, sentence: str
) -> None:
    with pytest.raises(QuantizeError, match=sentence):
        quantize_model(converted.keras, CARD, number_format, converted.windows, weights=weights)
