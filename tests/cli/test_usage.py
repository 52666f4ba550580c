"""Wrong options and paths: one sentence on stderr, exit code 2, no traceback."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from edgeunet.cli import COMMANDS, cli, main
from edgeunet.cli.options.parameters import FiniteRange
from tests.networks.random_networks import random_network
from tests.rigs.command import edgeunet


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


@pytest.mark.parametrize(
    ("arguments", "cure"),
    [
        (["bnech", "m.tflite"], "did you mean 'bench'? see edgeunet --help"),
        (["build", "--preset", "ecg-tinny"], "did you mean 'ecg-tiny'?"),
        (["firmware", "new", "--model", "m.tflite", "--board", "nrf52840", "-o", "x"], "did you mean 'nrf52840dk'?"),
        (["bench", "m.tflite", "--kernles", "dsp"], "--kernels"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_misspelt_name_is_asked_about(
    arguments: list[str], cure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.tflite").write_bytes(random_network(0))
    done = edgeunet(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert cure in done.stderr


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        members = command.commands if isinstance(command, click.Group) else {"": command}
        yield from ((f"{name} {member}".strip(), each) for member, each in members.items())


@pytest.mark.parametrize(
    ("name", "command"), list(every_command()), ids=lambda value: str(value) if isinstance(value, str) else ""
)
def test_a_help_names_every_option_once_and_no_range_without_bounds(name: str, command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name=f"edgeunet {name}"))
    assert "None" not in text
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            names = "|".join(option.opts)
            assert len(re.findall(rf"^  (?:-\w, )?(?:{names})\b(?!-)", text, re.MULTILINE)) == 1, option.opts
    if len(command.params) > 18:
        assert len(re.findall(r"^\w[\w ,]*:$", text, re.MULTILINE)) >= 3, "a long help has sections"
