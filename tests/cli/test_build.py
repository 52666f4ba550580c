"""``edgeunet build`` as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from edgeunet.cli.build import command
from edgeunet.errors import SpecError
from edgeunet.modelcard import read_card
from edgeunet.spec import PRESETS

TOML = """
name = "mine"
input_shape = [64, 1]
classes = ["background", "beat"]
sample_rate_hz = 100
blocks = [
    { filters = 4, kernel = 5, pool = 2, strides = 2 },
    { filters = 8, kernel = 5, pool = 2, strides = 2 },
]
"""


def build(*arguments: str) -> Any:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "edgeunet", *arguments], capture_output=True, text=True, check=False)


def test_json_is_one_object_with_the_fixed_keys() -> None:
    document = json.loads(build("--preset", "heartkit", "--json", "--no-lint").stdout)
    assert document["parameters"] == 35_466
    assert document["output_shape"] == [800, 5]
    assert {"macs", "receptive_field_samples", "lookahead_samples", "schema", "model", "lint"} < set(document)


def test_file_table_model_and_card(tmp_path: Path) -> None:
    spec, model = tmp_path / "spec.toml", tmp_path / "out" / "m.keras"
    spec.write_text(TOML)
    result = build(str(spec), "-o", str(model))
    assert "enc1_conv1" in result.stdout
    assert "receptive field" in result.stdout
    assert "lint: clean" in result.stdout
    card = read_card(model)
    assert card is not None
    assert (card.name, card.classes, card.sample_rate_hz) == ("mine", ("background", "beat"), 100.0)
    assert sorted(path.name for path in model.parent.iterdir()) == ["m.keras", "m.keras.json"]


def test_without_output_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    build("--preset", "ecg-tiny", "--no-lint")
    assert list(tmp_path.iterdir()) == []


def test_overrides_reach_the_network() -> None:
    options = ["--input-shape", "160,2", "--classes", "a,b,c", "--sample-rate", "500", "--name", "x", "--no-lint"]
    document = json.loads(build("--preset", "heartkit", *options, "--json").stdout)
    assert document["input_shape"] == [160, 2]
    assert document["output_shape"] == [160, 3]
    assert document["model"] == "x"
    assert document["receptive_field_ms"] == document["receptive_field_samples"] * 2
    assert json.loads(build("--preset", "heartkit", "--classes", "7", "--json", "--no-lint").stdout)[
        "output_shape"
    ] == [800, 7]


def test_list_of_presets() -> None:
    assert [line.split()[0] for line in build("--list-presets").stdout.splitlines()] == list(PRESETS)


def test_preset_by_dimensions() -> None:
    document = json.loads(build("--preset", "classic", "--dimensions", "1", "--json", "--no-lint").stdout)
    assert document["output_shape"] == [512, 2]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.toml", "--preset", "ecg-tiny"),
        ("a.toml", "--dimensions", "1"),
        ("--preset", "nothing"),
        ("nowhere.toml",),
    ],
)
def test_requests_that_name_no_network(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SpecError):
        build(*arguments)


def test_bad_shape_is_a_usage_error() -> None:
    result = build("--preset", "ecg-tiny", "--input-shape", "800;1")
    assert result.exit_code == 2
    assert "800,1" in result.output


def test_command_line_is_quiet_and_exits_with_2_on_garbage(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"blocks": [{"filters": 8, "kernal": 3}]}')
    failed = run("build", str(tmp_path / "bad.json"))
    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert "did you mean 'kernel'" in failed.stderr
    wrong = run("build", "--preset", "ecg-tiny", "-o", str(tmp_path / "m.h5"))
    assert wrong.returncode == 2
    assert ".keras" in wrong.stderr


@pytest.mark.slow
@pytest.mark.nightly
def test_json_on_stdout_stays_clean_while_tensorflow_works(tmp_path: Path) -> None:
    made = run("build", "--preset", "ecg-tiny", "-o", str(tmp_path / "m.keras"), "--json")
    assert made.returncode == 0
    assert json.loads(made.stdout)["lint"] == []
    assert made.stderr == f"wrote {tmp_path / 'm.keras'}\n"
