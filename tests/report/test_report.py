"""The report a user reads: table, picture, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgeunet.report import collect, to_markdown, write_plot, write_report
from tests.report.documents import bench, build, evaluate, quantize, stream, write_all


def everything(directory: Path) -> Path:
    documents = {
        "build": build(),
        "float": evaluate(0.99, fmt="keras"),
        "int8": evaluate(0.98),
        "quantize": quantize(),
        "m4": bench(),
        "m7": bench("cortex-m7", exact=False),
    }
    return write_all(directory, **documents)


def test_markdown_has_a_row_per_format_and_per_target(tmp_path: Path) -> None:
    text = to_markdown(collect([everything(tmp_path)]))
    rows = [line for line in text.splitlines() if line.startswith("| ecg-tiny")]
    assert rows[0].startswith("| ecg-tiny | keras | 20,000 (weights in float32) | 5,000 | 800,000 | – | – | 99.00 % |")
    assert rows[1].startswith(
        "| ecg-tiny | int8 | 18,000 (flash on cortex-m4) | 5,000 | 800,000 | 23,760 | 22 | 98.00 % |"
    )
    assert rows[2].startswith("| ecg-tiny | cortex-m4 | yes | 4,000,000 | 9,000 | 8,000 | 400 | 18,000 | 6,000 |")
    assert "| ecg-tiny | cortex-m7 | **no** |" in text
    assert "dec4_conv1 (18.5 dB)" in text
    assert "boundaries within 150 ms" in text


def test_every_markdown_table_is_rectangular(tmp_path: Path) -> None:
    blocks = to_markdown(collect([everything(tmp_path)])).split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(tables) == 3
    for table in tables:
        assert len({line.count(" | ") for line in table}) == 1


def test_streams_are_rows_of_their_own_beside_the_window(tmp_path: Path) -> None:
    documents = {"a": bench(), "b": stream(64), "c": stream(16), "d": stream(128)}
    text = to_markdown(collect([write_all(tmp_path, **documents)]))
    targets = [line.split(" | ")[1] for line in text.splitlines() if line.startswith("| ecg-tiny | cortex-m4")]
    assert targets == ["cortex-m4", "cortex-m4 hop 16", "cortex-m4 hop 64", "cortex-m4 hop 128"]
    assert "| ecg-tiny | cortex-m4 hop 16 | yes | 100,000 | 6,250 | 4,000 |" in text
    assert text.count("- cortex-m4: arm-none-eabi-gcc 12.2, `-O2`") == 1


def test_a_single_build_document_makes_a_report(tmp_path: Path) -> None:
    text = to_markdown(collect([write_all(tmp_path, a=build())]))
    assert "| ecg-tiny | – | 20,000 (weights in float32) | 5,000 | 800,000 |" in text


def test_files_are_written_and_the_picture_is_a_png(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    written = write_report(collect([everything(tmp_path / "in")]), tmp_path / "out")
    assert [path.name for path in written] == ["report.html", "report.md", "report.json", "report.png"]
    assert (tmp_path / "out/report.png").read_bytes().startswith(b"\x89PNG")
    assert "](report.png)" in (tmp_path / "out/report.md").read_text(encoding="utf-8")
    document = json.loads((tmp_path / "out/report.json").read_text(encoding="utf-8"))
    assert document["schema"] == "edgeunet.report/1"
    assert {row["target"] for row in document["rows"]} == {None, "cortex-m4", "cortex-m7"}


def test_the_picture_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    results = collect([everything(tmp_path / "in")])
    assert write_plot(results, tmp_path / "a.png")
    assert write_plot(results, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_without_accuracy_there_is_no_picture(tmp_path: Path) -> None:
    results = collect([write_all(tmp_path / "in", a=build(), d=bench())])
    written = write_report(results, tmp_path / "out")
    assert [path.name for path in written] == ["report.html", "report.md", "report.json"]
    assert "<polyline" not in written[0].read_text(encoding="utf-8")
