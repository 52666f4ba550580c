"""``edgeunet simulate`` and ``export-c --pipeline`` from the outside."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from edgeunet.modelcard import write_card
from edgeunet.signals import SyntheticSource
from tests.rigs.command import edgeunet
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tools import need


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "net.int8.tflite"
    path.write_bytes(small_network(1))
    write_card(path, replace(card(), name="tiny-net"))
    return path


@pytest.mark.parametrize("mode", [["--stream"], ["--stream", "--hop", "32"], []])
def test_a_ludb_record_through_the_compiled_pipeline(shared: Path, model: Path, mode: list[str]) -> None:
    need("gcc")
    plot = model.with_suffix(".png")
    data = shared / "data" / "ludb"
    done = edgeunet(
        "simulate", "101", "--data", data, "--lead", "V2", "--model", model, *mode, "--plot", plot, "--json"
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "edgeunet.simulate/1"
    assert document["exact"] is True
    assert (document["model"], document["record"], document["samples"]) == ("tiny-net", "101", 5000)
    assert document["mode"] == ("stream" if mode else "window")
    assert (document["sample_rate_hz"], document["network_rate_hz"]) == (500.0, 250.0)
    assert sum(document["counts"].values()) == len(document["events"]) > 5
    for event in document["events"]:
        assert 0 <= event["onset"] <= event["peak"] <= event["offset"] < 5000
        assert 0 <= event["confidence"] <= 255
    assert document["boundaries"]["QRS"]["onset"]["n"] > 5
    assert plot.read_bytes()[:4] == b"\x89PNG"


def test_real_records_give_the_events_of_the_pipeline_in_numpy(shared: Path, model: Path) -> None:
    need("gcc")
    for record in ("1", "8", "77", "116"):
        base = shared / "data" / "ludb" / "data" / record
        done = edgeunet("simulate", base, "--model", model, "--stream", "--json")
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["exact"] is True
        assert document["leads"] == ["ii"]


def test_a_synthetic_record_in_words(model: Path) -> None:
    need("gcc")
    done = edgeunet("simulate", "synthetic-0003", "--model", model, "--stream")
    assert done.returncode == 0, done.stderr
    for words in ("synthetic-0003, lead ii", "tiny-net: stream, hop 2", "latency", "equal to the pipeline in numpy"):
        assert words in done.stdout


def test_a_recording_that_nobody_annotated(shared: Path, model: Path, tmp_path: Path) -> None:
    need("gcc")
    for end in (".hea", ".dat"):
        (tmp_path / f"8{end}").write_bytes((shared / "data" / "ludb" / "data" / f"8{end}").read_bytes())
    done = edgeunet("simulate", tmp_path / "8", "--model", model, "--stream", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["exact"], document["boundaries"]) == (True, None)


def test_a_csv_file(model: Path, tmp_path: Path) -> None:
    need("gcc")
    path = tmp_path / "mine.csv"
    rows = "\n".join(f"{0.2 * (n % 250 < 20):.3f}" for n in range(2000))
    path.write_text(f"# sample_rate_hz: 300\nmine\n{rows}\n")
    done = edgeunet("simulate", path, "--model", model, "--stream", "--plot", tmp_path / "mine.png")
    assert done.returncode == 0, done.stderr
    assert "mine, lead mine: 6.7 s at 300 Hz" in done.stdout


def ecg_csv(path: Path, factor: float = 1.0, offset: float = 0.0, samples: int = 5000) -> Path:
    """Write a synthetic ECG at 500 Hz, in other units or with an offset."""
    record = SyntheticSource(records=1, leads=("ii",)).read("synthetic-0000")
    rows = "\n".join(f"{value * factor + offset:.6f}" for value in record.signal[:samples, 0])
    path.write_text(f"# sample_rate_hz: 500\nii\n{rows}\n")
    return path


@pytest.mark.parametrize(
    ("factor", "offset", "samples", "sentence"),
    [
        (1.0, 100.0, 5000, "100 % of the samples lie beyond ±32.767, where 16 bits saturate"),
        (1000.0, 0.0, 5000, "mV in lead ii is no ECG's (0.01 to 100 mV; microvolts?)"),
        (0.0, 0.5, 5000, "100 % of the samples lie in flat stretches"),
        (1.0, 0.0, 20, "give recordings of at least a quarter of a window"),
    ],
)
def test_what_evaluate_refuses_is_refused(
    model: Path, tmp_path: Path, factor: float, offset: float, samples: int, sentence: str
) -> None:
    done = edgeunet("simulate", ecg_csv(tmp_path / "r.csv", factor, offset, samples), "--model", model, "--stream")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_implausible_is_warned_of_and_a_dataset_file_mends_it(model: Path, tmp_path: Path) -> None:
    need("gcc")
    path = ecg_csv(tmp_path / "r.csv", 1000.0, 20_000.0)
    (tmp_path / "dataset.json").write_text('{"unit": "uV"}')
    done = edgeunet("simulate", path, "--model", model, "--stream", "--json")
    assert done.returncode == 0, done.stderr
    (warning,) = json.loads(done.stdout)["warnings"]
    assert "an electrode offset; subtract it" in warning
    assert done.stderr == f"edgeunet: warning: {warning}\n"
    (tmp_path / "dataset.json").write_text('{"unit": "uV", "offset": 20000}')
    done = edgeunet("simulate", path, "--model", model, "--stream", "--json")
    assert (done.returncode, done.stderr, json.loads(done.stdout)["warnings"]) == (0, "", [])


def test_data_labelled_with_other_classes_are_refused(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("# sample_rate_hz: 250\nii,label\n" + "0.1,0\n0.3,1\n" * 500)
    done = edgeunet("simulate", path, "--model", model, "--stream")
    assert done.returncode == 2
    assert "classes are background, P, QRS, T but the data's background, class1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["missing.csv"], "there is no recording 'missing.csv'; give the path of"),
        (["nowhere/1"], "there is no recording 'nowhere/1'; give the path of"),
        (["nothing"], "there is no synthetic record 'nothing'"),
        (["synthetic-0000", "--lead", "i", "--lead", "ii"], "name 1 with --lead"),
        (["synthetic-0000", "--lead", "x9"], "x9"),
        (["synthetic-0000", "--plot", "p.png", "--start", "99"], "give an earlier --start"),
        (["synthetic-0000", "--hop", "3", "--stream"], "use --hop"),
        (["synthetic-0000", "--hop", "32"], "--hop is for --stream"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(model: Path, arguments: list[str], sentence: str) -> None:
    need("gcc")
    done = edgeunet("simulate", *arguments, "--model", model)
    assert done.returncode == 2
    assert done.stderr.startswith("edgeunet: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_window_normalization_is_refused_with_the_cure(model: Path) -> None:
    write_card(model, card(normalization="zscore"))
    done = edgeunet("simulate", "synthetic-0000", "--model", model, "--stream")
    assert done.returncode == 2
    assert "train it with --normalization causal" in done.stderr
    need("gcc")
    done = edgeunet("simulate", "synthetic-0000", "--model", model, "--stream", "--normalization", "causal", "--json")
    assert json.loads(done.stdout)["exact"] is True


def test_export_c_writes_the_pipeline(model: Path, tmp_path: Path) -> None:
    need("gcc")
    out = tmp_path / "out"
    arguments = ["export-c", model, "-o", out, "--name", "ecg", "--mode", "stream", "--pipeline", "--input-rate", "500"]
    done = edgeunet(*arguments, "--adc-bits", "24", "--name", "wide")
    assert done.returncode == 0, done.stderr
    assert "wide_pipeline_push32(" in (out / "wide_pipeline.h").read_text()
    assert "--pipeline --input-rate 500 --adc-bits 24" in (out / "wide_pipeline.h").read_text()
    done = edgeunet(*arguments, "--adc-uv", "2.5")
    assert done.returncode == 0, done.stderr
    assert "32(" not in (out / "ecg_pipeline.h").read_text()
    header = (out / "ecg_pipeline.h").read_text()
    assert "--mode stream --pipeline --input-rate 500 --adc-uv 2.5" in header
    assert "int16 samples at 500 Hz, 2.5 uV each" in header
    (out / "main.c").write_text(
        '#include "ecg_pipeline.h"\nstatic ecg_pipeline_t p;\nint main(void) { return ecg_pipeline_selftest(&p); }\n'
    )
    (out / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(app C)\ninclude(ecg.cmake)\nadd_executable(app main.c)\n"
        "target_link_libraries(app PRIVATE ecg)\n"
    )
    need("cmake")
    build = out / "build"
    subprocess.run(["cmake", "-S", out, "-B", build], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    assert subprocess.run([build / "app"]).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--adc-uv", "3"], "are for --pipeline"),
        (["--adc-bits", "24"], "are for --pipeline"),
        (["--pipeline", "--adc-bits", "12"], "not in the range 16<=x<=24"),
        (["--pipeline", "--adc-bits", "24", "--normalization", "none"], "which removes their offset"),
        (["--pipeline", "--format", "array"], "--pipeline is for --format compiled"),
    ],
)
def test_options_that_do_not_go_together(model: Path, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = edgeunet("export-c", model, "-o", tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
