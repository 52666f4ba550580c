"""``edgeunet train``: what it prints, where to, and one sentence for bad input."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from edgeunet.cli import main
from edgeunet.cli.train import command
from edgeunet.signals.augment import RECIPES
from edgeunet.spec import spec_to_dict
from edgeunet.train.options import WEIGHTINGS, TrainOptions

SMALL = ["--records", "6", "--lead", "ii", "--epochs", "1", "--steps-per-epoch", "4", "--batch-size", "4"]


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["train", *arguments])
    captured = capfd.readouterr()
    return int(end.value.code or 0), captured.out, captured.err


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    from tests.train.conftest import TINY_SPEC

    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(spec_to_dict(TINY_SPEC)))
    return path


def test_json_on_stdout_and_one_line_per_epoch_on_stderr(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out" / "m.keras"
    code, out, err = run(capfd, str(spec), *SMALL, "-o", str(output), "--json")
    assert code == 0, err
    document = json.loads(out)
    assert (document["schema"], document["model"], document["epochs"]) == ("edgeunet.train/1", "tiny", 1)
    assert [line for line in err.splitlines() if line.startswith("epoch 1/1 loss ")]
    assert "\r" not in err
    assert {"m.keras", "m.keras.json", "m.split.json", "m.history.csv", "m.history.json", "m.history.png"} == {
        path.name for path in output.parent.iterdir()
    }


def test_a_model_is_trained_further_and_described(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "a.keras", tmp_path / "b.keras"
    assert run(capfd, str(spec), *SMALL, "-o", str(first))[0] == 0
    code, out, _ = run(capfd, str(first), *SMALL, "-o", str(second), "--class-weights", "P=2,T=1.5")
    assert code == 0
    assert "within 150 ms" in out
    assert str(second) in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either a spec or model"),
        (["--preset", "nothing"], "there is no preset 'nothing'"),
        (["--preset", "ecg-tiny", "--epochs", "0"], "epochs is 0"),
        (["--preset", "ecg-tiny", "--minutes", "nan"], "'--minutes': nan is not a finite number"),
        (["--preset", "ecg-tiny", "--learning-rate", "-1"], "learning_rate is -1"),
        (["--preset", "ecg-tiny", "--class-weights", "often"], "class_weights 'often' is unknown"),
        (["--preset", "ecg-tiny", "--class-weights", "P=much"], "class weight 'P=much'"),
        (["--preset", "ecg-tiny", "--class-weights", "U=2"], "names no class 'U'"),
        (["--preset", "ecg-tiny", "--normalization", "magic"], "normalization 'magic' is unknown"),
        (["--preset", "ecg-tiny", "--augmentation", "loud"], "augmentation 'loud' is unknown; choose auto, "),
        (["--preset", "ecg-tiny", "--data", "nowhere"], "'nowhere'"),
        (["--preset", "ecg-tiny", "--split", "nowhere.json"], "nowhere.json"),
        (["--preset", "ecg-tiny", "--lead", "v9"], "v9"),
        (["--preset", "ecg-tiny", "--resume"], "nothing to resume"),
        (["--preset", "classic", "--records", "4"], "classes"),
        (["nowhere.toml"], "nowhere.toml"),
        (["nowhere.keras"], "nowhere.keras"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    small = [] if "--records" in arguments else ["--records", "4"]
    code, out, err = run(capfd, *arguments, *small, "-o", str(tmp_path / "m.keras"))
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("edgeunet: ")
    assert message in last
    assert not any(tmp_path.iterdir())


def test_an_output_that_cannot_be_written_is_said_before_the_records_are_read(
    spec: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "directory.keras").mkdir()
    for output in (tmp_path / "file" / "m.keras", tmp_path / "directory.keras"):
        code, out, err = run(capfd, str(spec), *SMALL, "-o", str(output))
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert f"cannot write '{output}'" in err


def test_the_output_must_be_a_keras_file(spec: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capfd, str(spec), *SMALL, "-o", "m.h5")
    assert code == 2
    assert "does not end in .keras" in err


def test_damaged_models_and_specs_are_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("broken.keras", "broken.json", "broken.toml"):
        (tmp_path / name).write_bytes(b"PK\x03\x04{[ not whole")
        code, out, err = run(capfd, str(tmp_path / name), *SMALL, "-o", str(tmp_path / "m.keras"))
        assert (code, out) == (2, "")
        assert name in err
        assert len(err.strip().splitlines()) == 1


def test_the_help_says_the_defaults_and_every_choice() -> None:
    said = {option.name: getattr(option, "help", None) or "" for option in command.params}
    for field in fields(TrainOptions):
        if field.name in said:
            known = field.default
            default = "none" if known is None else known if isinstance(known, str) else f"{known:g}"
            assert said[field.name].endswith(f"[default: {default}]"), field.name
    assert all(recipe in said["augmentation"] for recipe in ("auto", *RECIPES))
    assert all(weighting in said["class_weights"] for weighting in WEIGHTINGS)
