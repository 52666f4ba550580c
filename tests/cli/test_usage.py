"""Wrong options and paths: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

import math
from pathlib import Path

import click
import pytest

from edgeunet.cli import main
from edgeunet.cli.options.parameters import FiniteRange


@pytest.mark.parametrize(
    "arguments",
    [
        ["bench"],
        ["bench", "m.tflite", "--nonsense"],
        ["bench", "m.tflite", "--timeout", "nan"],
        ["bench", "m.tflite", "--timeout", "inf"],
        ["bench", "m.tflite", "--repeat", "0"],
        ["bench", "m.tflite", "--cflags", '-O2 "'],
        ["flash", "app", "--timeout", "nan"],
        ["quantize", "m.keras", "-o", "m.tflite", "--max-drop", "nan"],
        ["quantize", "m.keras", "-o", "m.tflite", "--tolerance-ms", "nan"],
        ["evaluate", "m.keras", "--tolerance-ms", "nan"],
        ["export-c", "m.tflite", "-o", "gen", "--format", "array", "--explain"],
        ["build", "--preset", "ecg-tiny", "--seed", "-1"],
        ["evaluate", "missing.tflite"],
        ["evaluate", "m.keras", "--tolerance-ms", "-3"],
        ["evaluate", "m.keras", "--data-seed", "-1"],
        ["evaluate", "m.keras", "--sample-rate-hz", "0"],
        ["quantize", "m.keras", "-o", "m.tflite", "--input-range", "nan"],
        ["quantize", "m.keras", "-o", "m.tflite", "--input-range", "0"],
        ["quantize", "m.keras", "-o", "m.tflite", "--calibration-windows", "0"],
        ["simulate", "synthetic-0000", "--model", "m.tflite", "--plot", "events.pdf"],
        ["doctor", "surplus"],
        ["train", "--preset", "ecg-tiny", "-o", "m.keras", "--class-weights", "P=nan"],
        ["train", "--preset", "ecg-tiny", "-o", "m.keras", "--class-weights", "U=1"],
        ["inspect", "--patients", "whose.json"],
        ["inspect", "--annotator", "atr"],
        ["inspect", "--adc-units", "header"],
        ["inspect", "--data", "ecg", "--records", "5"],
        ["inspect", "--data", "ecg", "--data-seed", "5"],
        ["demo", "--minutes", "nan"],
        ["demo", "--minutes", "-1"],
        ["demo", "--seed", "-1"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("edgeunet: ")


@pytest.mark.parametrize("below", ["", "further/down"])
def test_a_file_where_a_directory_should_be_is_one_sentence(
    below: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupied = tmp_path / "file"
    occupied.touch()
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--output", str(occupied / below)])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.count("\n") == 1
    assert f"'{occupied}' is no directory" in said


@pytest.mark.parametrize("value", [math.nan, math.inf, "nan", "-inf"])
def test_a_range_takes_finite_numbers_only(value: object) -> None:
    with pytest.raises(click.BadParameter, match="finite"):
        FiniteRange().convert(value, None, None)
    assert FiniteRange().convert("2.5", None, None) == 2.5
