"""A card, a report or a result of another model than the one that is there: one sentence with the cure, exit 2."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.errors import ModelError
from edgeunet.modelcard import card_path, read_card, require_match, write_card
from tests.networks.random_networks import random_network
from tests.report.documents import bench, evaluate, quantize, write_all
from tests.rigs.pipeline_stages import card, small_network
from tests.rigs.tools import need

COMMANDS = {
    "export-c": ["export-c", "m.tflite", "-o", "c"],
    "export-c as an array": ["export-c", "m.tflite", "--format", "array", "--no-arena", "-o", "c"],
    "export-c with its pipeline": ["export-c", "m.tflite", "--pipeline", "-o", "c"],
    "firmware new": ["firmware", "new", "--model", "m.tflite", "-o", "app"],
    "bench": ["bench", "m.tflite", "--target", "host"],
    "bench of the pipeline": ["bench", "m.tflite", "--target", "host", "--pipeline"],
    "simulate": ["simulate", "synthetic-0000", "--model", "m.tflite", "--no-compare"],
    "evaluate": ["evaluate", "m.tflite", "--records", "2"],
    "quantize": ["quantize", "m.keras", "-o", "q.tflite"],
}


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models with their cards, of which the models were replaced by others."""
    monkeypatch.chdir(tmp_path)
    for name in ("m.tflite", "m.keras"):
        (tmp_path / name).write_bytes(small_network(1) if name == "m.tflite" else b"PK one")
        write_card(tmp_path / name, card())
        (tmp_path / name).write_bytes(small_network(2) if name == "m.tflite" else b"PK two")
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_the_card_of_another_model_is_refused_with_the_cure(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(place.rglob("*"))
    assert run(*COMMANDS[command]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("edgeunet: 'm.")
    assert "is the card of another" in said
    assert "write both again with the command that made them, or remove model_digest" in said
    assert "\n" not in said
    assert sorted(place.rglob("*")) == before


def test_a_card_without_a_digest_is_taken_as_it_is(place: Path) -> None:
    path = card_path(place / "m.tflite")
    document = json.loads(path.read_text())
    for older in ({**document, "model_digest": None}, {k: v for k, v in document.items() if k != "model_digest"}):
        path.write_text(json.dumps(older))
        assert read_card(place / "m.tflite") == replace(card(), model_digest=None)
        assert run(*COMMANDS["export-c"]) == 0


def test_a_card_written_beside_its_model_holds_its_digest(place: Path) -> None:
    model = place / "m.tflite"
    write_card(model, card())
    found = read_card(model)
    assert found is not None
    assert found.model_digest == sha256(model.read_bytes()).hexdigest()
    with pytest.raises(ModelError, match="is the card of another"):
        read_card(model, "0" * 64)  # what was read is not what is there now
    with pytest.raises(ModelError, match="is the card of another"):
        require_match(model, found, "0" * 64)


@pytest.mark.parametrize("value", ["", "x" * 64, 3, ["a"], "0" * 63])
def test_what_is_no_digest_is_refused(value: object, place: Path) -> None:
    path = card_path(place / "m.tflite")
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_digest": value}))
    with pytest.raises(ModelError, match="where 64 hexadecimal digits or null belongs"):
        read_card(place / "m.tflite")


ONE, OTHER = "1" * 64, "2" * 64


@pytest.mark.parametrize("command", [["report"], ["check", "--budget", "budget.toml"]])
def test_results_of_two_models_with_one_name_are_refused(
    command: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = 'target = "cortex-m4"\nmax = { ram_bytes = 1000000 }'
    (place / "budget.toml").write_text(f'[[budget]]\nmodel = "ecg-tiny"\n{limit}\n')
    same = {"a": {**evaluate(), "model_digest": ONE}, "b": {**bench(), "model_digest": ONE}, "c": quantize()}
    write_all(place / "same", **same)
    assert run(*command, "same") == 0, capsys.readouterr().err
    write_all(place / "mixed", **{**same, "b": {**bench(), "model_digest": OTHER}})
    assert run(*command, "mixed") == 2
    said = capsys.readouterr().err.strip()
    assert "mixed/a.json' and 'mixed/b.json' are about different files of ecg-tiny (int8)" in said
    assert "write the outdated one again with edgeunet evaluate or bench --json" in said
    assert "\n" not in said


def test_a_report_beside_another_model_is_refused(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = {**quantize(), "model_digest": sha256(small_network(1)).hexdigest()}
    Path("m.tflite.quantize.json").write_text(json.dumps(report))
    assert run("report", "m.tflite.quantize.json") == 2
    assert "is about another 'm.tflite' than lies beside it; quantize again" in capsys.readouterr().err
    Path("m.tflite").write_bytes(small_network(1))
    assert run("report", "m.tflite.quantize.json") == 0


def test_documents_say_which_file_they_are_about(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    need("gcc")
    model = place / "m.tflite"
    model.write_bytes(random_network(3))
    card_path(model).unlink()
    for words in (
        ["export-c", "m.tflite", "-o", "c", "--json"],
        ["export-c", "m.tflite", "--format", "array", "--no-arena", "-o", "c", "--json"],
        ["bench", "m.tflite", "--target", "host", "--json"],
    ):
        assert run(*words) == 0
        assert json.loads(capfd.readouterr().out)["model_digest"] == sha256(random_network(3)).hexdigest()
