"""From a .keras file to a .tflite file with card and report, and what happens when it goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import BudgetExceededError, EdgeUNetError, QuantizeError
from edgeunet.litert import reference_interpreter
from edgeunet.modelcard import ModelCard, read_card
from edgeunet.quantize import Quantized, quantize, quantize_model, report_path
from edgeunet.quantize.request import choose_split
from edgeunet.signals import Split, SyntheticSource, make_split
from tests.quantize.conftest import Converted

SOURCE = SyntheticSource(records=6, seed=1)
SPLIT = make_split(SOURCE, val=0.34)
CARD = ModelCard("small-net", ("background", "P", "QRS", "T"), 100.0, normalization="zscore")


@pytest.fixture(scope="module")
def keras_file(converted: Converted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from edgeunet.model import save_model

    path = tmp_path_factory.mktemp("model") / "small.keras"
    save_model(converted.keras, path, CARD)
    return path


@pytest.fixture(scope="module")
def in_int8(keras_file: Path) -> Quantized:
    return quantize(keras_file, SOURCE, SPLIT, calibration_windows=8)


def scores(f1: float) -> dict[str, Any]:
    return {"schema": "edgeunet.evaluate/1", "boundaries": {"P": {"onset": {"f1": f1}}}, "samples": {"f1": 0.0}}


def losing(points: float) -> Callable[[Path], Mapping[str, Any]]:
    """An evaluation in which the .tflite model scores ``points`` less."""
    return lambda path: scores(0.9 - (points / 100 if path.suffix == ".tflite" else 0))


@pytest.mark.parametrize(
    ("number_format", "dtype"), [("int8", np.int8), ("int16x8", np.int16), ("float32", np.float32)]
)
def test_each_format_is_written_with_card_and_report(
    keras_file: Path, in_int8: Quantized, tmp_path: Path, number_format: str, dtype: type
) -> None:
    quantized = in_int8
    if number_format != "int8":
        quantized = quantize(keras_file, SOURCE, SPLIT, number_format, calibration_windows=8)
    output = tmp_path / "out" / f"small.{number_format}.tflite"
    quantized.write(output)
    (source,) = reference_interpreter(output).input_details
    assert source.dtype == dtype
    card = read_card(output)
    assert card is not None
    assert (card.name, card.classes, card.normalization) == (CARD.name, CARD.classes, CARD.normalization)
    assert card.metrics["model_bytes"] == output.stat().st_size
    report = json.loads(report_path(output).read_text())
    assert (report["schema"], report["model"], report["format"]) == ("edgeunet.quantize/1", "small-net", number_format)
    assert report["model_bytes"] == output.stat().st_size
    if number_format == "float32":
        assert report["calibration"] is None
        assert report["layers"] == []
    else:
        assert report["calibration"]["part"] == "train"
        assert report["calibration"]["windows"] == 8
        assert report["compared_on"]["part"] == "val"
        assert report["layers"][-1]["name"] == "output"
        assert report["output_sqnr_db"] == report["layers"][-1]["sqnr_db"]


def test_the_same_request_gives_the_same_bytes(keras_file: Path, in_int8: Quantized) -> None:
    first, again = in_int8, quantize(keras_file, SOURCE, SPLIT, calibration_windows=8)
    assert first.model == again.model
    assert dict(first.report) == dict(again.report)


def test_a_drop_within_the_limit_is_reported(keras_file: Path) -> None:
    report = quantize(keras_file, SOURCE, SPLIT, "float32", evaluate=losing(0.4), max_drop_points=0.5).report
    assert report["validation"]["worst_drop_points"] == pytest.approx(0.4)
    assert list(report["validation"]["drop_points"]) == ["P onset"]


def test_a_larger_drop_is_exit_1_and_says_what_was_lost(keras_file: Path) -> None:
    with pytest.raises(BudgetExceededError, match=r"lost 0\.60 points of P onset F1 \(90\.00 → 89\.40 %\)") as caught:
        quantize(keras_file, SOURCE, SPLIT, "float32", evaluate=losing(0.6), max_drop_points=0.5)
    assert caught.value.exit_code == 1
    assert "\n" not in str(caught.value)


def test_a_limit_without_scores_is_refused(keras_file: Path) -> None:
    with pytest.raises(QuantizeError, match="nothing is evaluated"):
        quantize(keras_file, SOURCE, SPLIT, max_drop_points=0.5)
    with pytest.raises(QuantizeError, match="no F1 could be compared"):
        quantize(keras_file, SOURCE, SPLIT, "float32", evaluate=lambda _: {}, max_drop_points=0.5)


def test_windows_of_the_callers_own(converted: Converted) -> None:
    from edgeunet.quantize.convert import convert
    from edgeunet.quantize.equalize import equalized

    quantized = quantize_model(converted.keras, CARD, "int8", converted.windows)
    assert quantized.model == convert(equalized(converted.keras, converted.windows), "int8", converted.windows)
    noise = np.random.default_rng(0).standard_normal(converted.windows.shape).astype(np.float32)
    with pytest.raises(QuantizeError, match="white noise"):
        quantize_model(converted.keras, CARD, "int8", noise)
    with pytest.raises(QuantizeError, match="int4"):
        quantize_model(converted.keras, CARD, "int4", converted.windows)


def test_a_layer_that_no_device_runs_is_named(tmp_path: Path) -> None:
    import keras

    source = keras.Input((64, 1))
    doubled = keras.layers.UpSampling1D(2, name="up")(keras.layers.MaxPooling1D(2)(source))
    keras.Model(source, keras.layers.Conv1D(4, 3, padding="same")(doubled), name="foreign").save(tmp_path / "f.keras")
    with pytest.raises(QuantizeError, match=r"'foreign' converts to int8 but does not run: layer 'up\S*' becomes TILE"):
        quantize(tmp_path / "f.keras", SOURCE, SPLIT, calibration_windows=8)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a zip", b"\x00" * 1000])
def test_a_damaged_keras_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.keras"
    path.write_bytes(content)
    with pytest.raises(EdgeUNetError) as caught:
        quantize(path, SOURCE, SPLIT)
    assert "\n" not in str(caught.value)
    assert "broken.keras" in str(caught.value)


def test_a_truncated_keras_file_is_one_sentence(keras_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.keras"
    path.write_bytes(keras_file.read_bytes()[:-400])
    with pytest.raises(EdgeUNetError) as caught:
        quantize(path, SOURCE, SPLIT)
    assert "\n" not in str(caught.value)


def test_the_split_is_that_given_then_the_cards_then_a_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "split.json"
    names = list(SOURCE.names())
    path.write_text(json.dumps({"train": names[:2], "val": names[2:3]}))
    card = ModelCard("x", split={"train": names[3:5], "val": names[5:]}, data=SOURCE.describe())
    assert choose_split(Path("x.keras"), card, SOURCE, path).train == tuple(names[:2])
    assert choose_split(Path("x.keras"), card, SOURCE, None).train == tuple(names[3:5])
    assert capsys.readouterr().err == ""
    assert isinstance(choose_split(Path("x.keras"), None, SOURCE, None), Split)
    assert "has no split" in capsys.readouterr().err


def test_a_model_trained_on_other_data_wants_these(tmp_path: Path) -> None:
    card = ModelCard("x", split={"train": ["1", "2"]}, data={"source": "wfdb", "directory": "ludb"})
    with pytest.raises(QuantizeError, match=r"trained on wfdb records 'ludb' .* pass --data"):
        choose_split(Path("x.keras"), card, SOURCE, None)
