"""``edgeunet report`` and ``edgeunet check`` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.cli import main
from tests.report.documents import bench, build, evaluate, quantize, write_all

BUDGET = """
[[budget]]
model = "ecg-tiny"
format = "int8"
max.model_bytes = 24000

[baseline]
file = "baseline.json"
allow.instructions = "1 %"
"""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_all(tmp_path / "results", a=build(), b=evaluate(), c=quantize(), d=bench())


def test_markdown_on_stdout(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", str(results)) == 0
    assert capsys.readouterr().out.startswith("# Accuracy against size\n")


def test_json_on_stdout_and_files(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", str(results), "--json", "-o", str(tmp_path / "out"), "--no-plot") == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["schema"] == "edgeunet.report/1"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.json", "report.md"]


def test_check_passes_breaks_and_updates(results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "edgeunet.toml").write_text(BUDGET)
    budget = ["--budget", str(tmp_path / "edgeunet.toml")]
    assert run("check", str(results), *budget) == 2
    assert "--update-baseline" in capsys.readouterr().err
    assert run("check", str(results), *budget, "--update-baseline") == 0
    assert "2 of 2 held" in capsys.readouterr().out
    write_all(results, d=bench(instructions=5_000_000))
    assert run("check", str(results), *budget, "--json") == 1
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["ok"] is False
    assert [c["figure"] for c in document["comparisons"] if not c["ok"]] == ["instructions"]
    assert "over 4,040,000 (baseline 4,000,000) by 960,000 (23.8 %)" in told.err


def test_mistakes_are_one_sentence_and_exit_2(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("report", str(tmp_path / "nothing")) == 2
    assert run("check", str(results), "--budget", str(tmp_path / "nothing.toml")) == 2
    told = capsys.readouterr().err
    assert told.count("edgeunet: ") == 2
    assert "Traceback" not in told
