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
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.md"]


@pytest.mark.parametrize(
    ("name", "beginning"), [("a.html", "<!doctype html>"), ("a.MD", "# Accuracy"), ("a.json", '{\n  "schema"')]
)
def test_the_suffix_of_a_file_says_the_form(results: Path, tmp_path: Path, name: str, beginning: str) -> None:
    assert run("report", str(results), "-o", str(tmp_path / "out" / name)) == 0
    assert (tmp_path / "out" / name).read_text(encoding="utf-8").startswith(beginning)
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_the_form_on_stdout_can_be_chosen(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("report", str(results), "--format", "html") == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert run("report", str(results), "--format", "json") == 0
    as_format = capsys.readouterr().out
    assert run("report", str(results), "--json") == 0
    assert capsys.readouterr().out == as_format


def test_what_cannot_be_written_is_said_before_anything_is_printed(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for output in (tmp_path / "file" / "report.html", tmp_path / "file", tmp_path / "report.pdf"):
        assert run("report", str(results), "-o", str(output), "--no-plot") == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert str(output.name) in told.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "results"]


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


def test_without_a_verdict_stdout_is_empty_or_the_one_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edgeunet.toml").write_text(
        '[[budget]]\nmodel = "ecg-tiny"\nformat = "int8"\nmax = { model_bytes = 1, sqnr_db = 1, parameters = 9000 }\n'
    )
    only_build = str(write_all(tmp_path / "only", a=build()))
    budget = ["--budget", str(tmp_path / "edgeunet.toml")]
    assert run("check", only_build, *budget) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("MISSING") == 2
    assert told.err.splitlines()[-1].startswith("edgeunet: the budget cannot be checked: ")
    assert run("check", only_build, *budget, "--json") == 2
    told = capsys.readouterr()
    assert [comparison["value"] for comparison in json.loads(told.out)["comparisons"]] == [None, None, 5000]
    assert told.err.count("\n") == 1


def test_a_broken_figure_is_a_verdict_even_when_another_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edgeunet.toml").write_text('[[budget]]\nmodel = "ecg-tiny"\nmax = { model_bytes = 1, macs = 1 }\n')
    assert run("check", str(write_all(tmp_path / "only", a=build())), "--budget", str(tmp_path / "edgeunet.toml")) == 1
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()] == ["MISSING", "BROKEN", "0"]
