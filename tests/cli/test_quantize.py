"""``edgeunet quantize`` and what follows from it, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.litert import reference_interpreter
from tests.rigs.tools import need

SPEC = """
name = "cli-net"
input_shape = [64, 1]
classes = ["background", "P", "QRS", "T"]
sample_rate_hz = 100
blocks = [{ filters = 4, kernel = 3, pool = 2, strides = 2 }, { filters = 6, kernel = 3, pool = 2, strides = 2 }]
"""
FEW = ["--records", "5", "--calibration-windows", "8"]


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("tensorflow", "ai-edge-litert")
    from edgeunet.model import build_model, card_of, save_model
    from edgeunet.spec import load_spec

    directory = tmp_path_factory.mktemp("cli")
    (directory / "net.toml").write_text(SPEC)
    spec = load_spec(directory / "net.toml")
    save_model(build_model(spec, seed=0), directory / "net.keras", card_of(spec))
    return directory / "net.keras"


@pytest.mark.usefixtures("one_converter")
def test_tables_go_to_stdout_and_files_are_written(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "net.int8.tflite"
    assert run("quantize", str(model), "-o", str(output), *FEW) == 0
    told = capsys.readouterr()
    assert "cli-net in int8:" in told.out
    assert "worst layer: " in told.out
    assert "F1 on validation patients" in told.out
    assert "QRS onset" in told.out
    assert "has no split" in told.err
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "net.int8.tflite",
        "net.int8.tflite.json",
        "net.int8.tflite.quantize.json",
    ]
    reference_interpreter(output)


@pytest.mark.usefixtures("one_converter")
def test_json_is_one_object_and_nothing_else(model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "net.tflite"
    assert run("quantize", str(model), "-o", str(output), "--json", "--no-evaluate", *FEW) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "edgeunet.quantize/1"
    assert document == json.loads((tmp_path / "net.tflite.quantize.json").read_text())


@pytest.mark.usefixtures("one_converter")
def test_a_broken_limit_is_exit_1_and_leaves_nothing(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An untrained network scores by chance, so quantization moves some F1 up and some down, far more than 0 points."""
    output = tmp_path / "net.tflite"
    assert run("quantize", str(model), "-o", str(output), "--max-drop", "0", *FEW) == 1
    assert "nothing was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.keras", "-o", "x.tflite"], "missing.keras"),
        (["{model}", "-o", "x.bin"], "does not end in .tflite"),
        (["{model}", "-o", "x.tflite", "--data", "nowhere"], "nowhere"),
        (["{model}", "-o", "x.tflite", "--split", "none.json"], "none.json"),
        (["{model}", "-o", "x.tflite", "--format", "int4"], "int4"),
        (["{model}", "-o", "x.tflite", "--max-drop", "1", "--no-evaluate"], "nothing is evaluated"),
        (["{model}", "-o", "x.tflite", "--input-range", "5", "--records", "5"], "90<=x<=100"),
        (["{model}", "-o", "x.tflite", "--calibration-windows", "0", "--records", "5"], "x>=1"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("quantize", *(a.format(model=model) for a in arguments)) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_noise_as_data_is_refused(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    data = tmp_path / "data"
    data.mkdir()
    rng = np.random.default_rng(0)
    for index in range(4):
        signal = rng.standard_normal((400, 1)).astype(np.float32)
        np.savez(data / f"r{index}.npz", signal=signal, labels=np.zeros((400, 1), np.int8), sample_rate_hz=100.0)
    (data / "dataset.json").write_text(json.dumps({"classes": ["background", "P", "QRS", "T"]}))
    output = str(tmp_path / "x.tflite")
    assert run("quantize", str(model), "-o", output, "--data", str(data), "--calibration-windows", "8") == 2
    assert "white noise" in capsys.readouterr().err
