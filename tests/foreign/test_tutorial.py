"""The five commands of ``docs/PYTORCH.md``, as they stand there, with fewer steps of training; then the C is exact."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.rigs.tools import need
from tests.rigs.torch_python import run_with_torch

PAGE = Path(__file__).parents[2] / "docs" / "PYTORCH.md"
FEWER = {"STEPS, BATCH = 256, 600, 32": "STEPS, BATCH = 256, 30, 8", "--records 30": "--records 12"}
"""What is changed so that it takes a minute, all of which must stand on the page."""


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    for long, short in FEWER.items():
        assert long in text
        text = text.replace(long, short)
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_there_are_five_commands_and_two_programs_that_compile() -> None:
    commands = blocks("sh")[1].splitlines()
    assert [line.split()[1] for line in commands] == ["synth", "train.py", "import", "quantize", "export-c"]
    for name, program in zip(("model.py", "train.py"), blocks("python"), strict=True):
        compile(program, name, "exec")


@pytest.mark.nightly
def test_the_tutorial_leads_to_exact_c(tmp_path: Path) -> None:
    need("gcc", "ai-edge-quantizer")
    if run_with_torch(tmp_path, "-c", "import monai").returncode:
        pytest.skip("monai, whose U-Net the page uses, is not installed beside torch (pip install monai)")
    for name, program in zip(("model.py", "train.py"), blocks("python"), strict=True):
        (tmp_path / name).write_text(program)
    for line in [*blocks("sh")[1].splitlines(), "edgeunet bench unet.int8.tflite --target host --json"]:
        # a network of thirty steps loses by chance
        words = shlex.split(line.replace("--max-drop 5", "--max-drop 100"))
        start = ["-m", "edgeunet"] if words[0] == "edgeunet" else []
        ended = run_with_torch(tmp_path, *start, *words[1:])
        assert ended.returncode == 0, f"{line}\n{ended.stderr}"
    assert json.loads(ended.stdout)["exact"] is True
    assert {path.suffix for path in (tmp_path / "gen").iterdir()} >= {".c", ".h"}
    report = json.loads((tmp_path / "unet.int8.tflite.quantize.json").read_text())
    assert report["quantizer"] == "ai-edge"
    assert report["calibration"]["patients"] == 6
