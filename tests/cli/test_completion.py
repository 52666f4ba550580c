"""What the shell offers: commands, options, and values that only edgeunet knows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from edgeunet.cli import COMMANDS, cli
from tests.rigs.command import edgeunet


def offered(*words: str) -> list[str]:
    """What the last of ``words`` may become."""
    completer = BashComplete(cli, {}, "edgeunet", "_EDGEUNET_COMPLETE")
    return [item.value for item in completer.get_completions(list(words[:-1]), words[-1])]


def test_commands_are_offered() -> None:
    assert offered("") == list(COMMANDS)
    assert offered("be") == ["bench"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("bench", "m.tflite", "--target", "nucleo-l"), ["nucleo-l552ze-q", "nucleo-l4r5zi"]),
        (("bench", "m.tflite", "--target", "h"), ["host"]),
        (("export-c", "m.tflite", "--target", "cortex-m8"), ["cortex-m85"]),
        (("train", "--target", "rp"), ["rp2040", "rp2350"]),
        (("firmware", "new", "--board", "apollo"), ["apollo4-plus"]),
        (("build", "--preset", "ecg-"), ["ecg-tiny", "ecg-small", "ecg-base"]),
        (("train", "--preset", "he"), ["heartkit", "he-dropout"]),
        (("simulate", "synthetic-000"), [f"synthetic-000{n}" for n in range(10)]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_names_are_offered(words: tuple[str, ...], names: list[str]) -> None:
    assert offered(*words) == names


def test_records_of_the_directory_are_offered(tmp_path: Path) -> None:
    for name in ("100.hea", "100.dat", "101.hea", "._102.hea", "notes.txt", "x.csv"):
        (tmp_path / name).touch()
    assert offered("simulate", "--data", str(tmp_path), "") == ["100", "101", "x"]
    assert offered("simulate", "--data", str(tmp_path / "none"), "") == []


def test_the_script_for_bash_is_printed_and_asks_edgeunet() -> None:
    words = [sys.executable, "-c", "from edgeunet.cli import main; main()"]
    asked = {**os.environ, "_EDGEUNET_COMPLETE": "bash_complete", "COMP_WORDS": "edgeunet quan", "COMP_CWORD": "1"}
    done = subprocess.run(words, env=asked, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["plain,quantize"]
    assert edgeunet("--help").returncode == 0
