"""``edgeunet evaluate``: figures as JSON and as tables, and one sentence for bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.cli import main
from edgeunet.modelcard import ModelCard, card_path, read_card, write_card

SYNTHETIC = ["--records", "6", "--lead", "ii", "--lead", "v2"]
KEYS = {"se", "ppv", "f1", "mean_ms", "sd_ms", "n"}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *arguments])
    captured = capsys.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network with a card, as ``.keras`` and as ``.tflite``."""
    from edgeunet.model import build_model, card_of, convert_float, save_model
    from tests.train.conftest import SMALL_SPEC

    path = tmp_path_factory.mktemp("model") / "small.keras"
    network = build_model(SMALL_SPEC, seed=1)
    names = [f"synthetic-{i:04d}" for i in range(6)]
    card = replace(card_of(SMALL_SPEC), normalization="zscore", split={"train": names[2:], "val": names[:2]})
    save_model(network, path, card)
    tflite = path.with_suffix(".tflite")
    tflite.write_bytes(convert_float(network))
    write_card(tflite, card)
    return path


def test_json_holds_every_figure_that_was_promised(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, str(model), *SYNTHETIC, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["schema"] == "edgeunet.evaluate/1"
    assert (document["model"], document["part"], document["records"], document["leads"]) == ("small", "val", 2, 4)
    for boundaries in (document["boundaries"], document["strict"]["boundaries"]):
        assert list(boundaries) == ["P", "QRS", "T"]
        assert all(set(row) >= KEYS for ends in boundaries.values() for row in ends.values())
    assert document["strict"]["tolerance_ms"] == {"P": 50.0, "QRS": 40.0, "T": 50.0}
    assert document["with_p_waves"]["records"] + document["without_p_waves"]["records"] == 2
    assert set(document["samples"]["classes"]["P"]) >= {"f1", "iou"}


def test_a_tflite_model_scores_as_its_keras_model_and_without_tensorflow(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, str(model), *SYNTHETIC, "--json")
    program = (
        "import sys; from edgeunet.cli import main\n"
        f"try: main(['evaluate', {str(model.with_suffix('.tflite'))!r}, *{SYNTHETIC!r}, '--json'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules), 'TensorFlow was imported'\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    keras, tflite = json.loads(out), json.loads(result.stdout)
    assert tflite["format"] == "tflite float32"
    shares = [document["samples"]["macro_f1"] for document in (keras, tflite)]
    assert shares[0] == pytest.approx(shares[1], abs=1e-3)


def test_tables_and_picture_for_people(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "val.png"
    code, out, _ = run(capsys, str(model), *SYNTHETIC, "--plot", str(picture), "--tolerance-ms", "75")
    assert code == 0
    assert "within 75 ms" in out
    assert "within P 50, QRS 40, T 50 ms" in out
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_model_without_card_needs_flags(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = tmp_path / "bare.tflite"
    shutil.copy(model.with_suffix(".tflite"), bare)
    code, out, err = run(capsys, str(bare), *SYNTHETIC)
    assert (code, out) == (2, "")
    assert "give --classes, --sample-rate-hz and --normalization" in err
    flags = ["--classes", "background,P,QRS,T", "--sample-rate-hz", "125", "--normalization", "zscore"]
    code, _, err = run(capsys, str(bare), *SYNTHETIC, *flags)
    assert code == 2
    assert "--part all" in err
    code, out, _ = run(capsys, str(bare), *SYNTHETIC, *flags, "--part", "all", "--json")
    assert code == 0
    assert json.loads(out)["records"] == 6


def assert_one_sentence(code: int, out: str, err: str) -> None:
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1, err
    assert err.startswith("edgeunet: ")


@pytest.mark.parametrize("suffix", [".keras", ".tflite"])
@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.95])
def test_a_truncated_model_is_one_sentence(
    suffix: str, kept: float, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = model.with_suffix(suffix).read_bytes()
    broken = tmp_path / f"broken{suffix}"
    broken.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else int(kept)])
    card = read_card(model)
    assert card is not None
    write_card(broken, card)
    assert_one_sentence(*run(capsys, str(broken), *SYNTHETIC))


@pytest.mark.parametrize("name", ["text", "text.h5", "text.keras", "text.tflite", "none.tflite"])
def test_what_is_no_model_is_said_before_its_card_is_missed(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name.startswith("text"):
        (tmp_path / name).write_text("hello, world")
    code, out, err = run(capsys, str(tmp_path / name), *SYNTHETIC)
    assert_one_sentence(code, out, err)
    assert "card" not in err


def test_a_picture_that_cannot_be_written_is_said_before_the_work(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for plot in (tmp_path / "x.pdf", tmp_path / "file" / "x.png"):
        code, out, err = run(capsys, str(model.with_suffix(".tflite")), *SYNTHETIC, "--plot", str(plot))
        assert_one_sentence(code, out, err)
        assert "record" not in err


def test_a_damaged_card_is_one_sentence(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "m.keras"
    shutil.copy(model, copy)
    card_path(copy).write_text('{"schema": "edgeunet.modelcard/1", "name"')
    assert_one_sentence(*run(capsys, str(copy), *SYNTHETIC))


def test_bad_data_is_one_sentence(model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = tmp_path / "missing"
    for arguments in (
        ["--data", str(empty)],
        ["--data", str(missing)],
        [*SYNTHETIC, "--lead", "v9"],
        [*SYNTHETIC, "--split", str(missing)],
        [*SYNTHETIC, "--part", "test"],
        [*SYNTHETIC, "--tolerance-ms", "-3"],
        [*SYNTHETIC, "--tolerance-ms", "nan"],
        [*SYNTHETIC, "--overlap", "1"],
    ):
        assert_one_sentence(*run(capsys, str(model.with_suffix(".tflite")), *arguments))
    assert_one_sentence(*run(capsys, str(missing), *SYNTHETIC))
    assert_one_sentence(*run(capsys, str(empty), *SYNTHETIC))


def test_records_of_arrays_with_nan_or_a_single_sample_are_one_sentence(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signal = np.random.default_rng(0).standard_normal((500, 1)).astype(np.float32)
    labels = np.zeros((500, 1), np.int8)
    signal[100] = np.nan
    cases = {"nan": (signal, labels), "one": (np.ones((1, 1), np.float32), np.zeros((1, 1), np.int8))}
    for name, (x, y) in cases.items():
        directory = tmp_path / name
        directory.mkdir()
        np.savez(directory / "r.npz", signal=x, labels=y, sample_rate_hz=125.0, classes=["background", "P", "QRS", "T"])
        arguments = ["--data", str(directory), "--part", "all", "--classes", "background,P,QRS,T"]
        bare = tmp_path / f"{name}.tflite"
        shutil.copy(model.with_suffix(".tflite"), bare)
        write_card(bare, ModelCard("m", ("background", "P", "QRS", "T"), 125.0, normalization="zscore"))
        assert_one_sentence(*run(capsys, str(bare), *arguments))
