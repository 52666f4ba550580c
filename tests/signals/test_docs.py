"""The worked examples of docs/SIGNALS.md do what they say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from edgeunet.signals import NORMALIZATIONS, SyntheticECG, make_split, open_source, windows
from edgeunet.signals.augment import RECIPES, STEPS
from edgeunet.signals.recordings.wfdb.storage import COMPRESSED, STORAGES

TEXT = (Path(__file__).parents[2] / "docs" / "SIGNALS.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_bring_your_own_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python")[-1], "docs/SIGNALS.md", "exec"), {})
    source = open_source(tmp_path / "ppg")
    assert source.classes == ("rest", "beat", "movement")
    assert len(source.names()) == 8
    assert set(source.patients().values()) == {f"person{i}" for i in range(4)}
    split = make_split(source, val=0.25)
    assert len(split.records(source, "val")) == 2
    record = source.read("person1-0")
    assert (record.leads, record.sample_rate_hz) == (("ppg",), 64)
    assert {wave.kind for wave in record.waves[0]} == {"beat", "movement"}
    assert (record.labels[:64] == -1).all()
    made = list(windows([record], 256, 128, normalization="zscore"))
    assert {x.shape for x, _ in made} == {(256, 1)}


def test_the_csv_example_reads(tmp_path: Path) -> None:
    (tmp_path / "anna.csv").write_text(blocks("csv")[0])
    record = open_source(tmp_path).read("anna")
    assert (record.leads, record.sample_rate_hz, record.patient) == (("red", "infrared"), 50, "anna")
    np.testing.assert_array_equal(record.labels[:, 0], [0, 1, -1])


def test_the_synthetic_example_runs() -> None:
    space: dict[str, object] = {}
    exec(compile(blocks("python")[0], "docs/SIGNALS.md", "exec"), space)
    assert space["record"].name == "synthetic-0042"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "names",
    [
        [field.name for field in fields(SyntheticECG)],
        list(NORMALIZATIONS),
        list(STEPS),
        [name for name in RECIPES if name != "none"],
    ],
)
def test_every_name_is_in_the_document(names: list[str]) -> None:
    assert [name for name in names if f"`{name}`" not in TEXT] == []


def test_every_signal_format_is_in_the_document() -> None:
    sentence = re.search(r"Signal\s+formats.*?\)", TEXT, re.DOTALL)
    assert sentence
    assert set(re.findall(r"\d+", sentence[0].split("(")[1])) == {*STORAGES, *COMPRESSED}
