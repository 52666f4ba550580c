"""What a source is said to hold is what it holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from edgeunet.cli.inspect import command
from edgeunet.errors import SignalError
from edgeunet.signals import open_source
from edgeunet.signals.inspection import inspect
from tests.signals.conftest import WriteRecord, beats


def test_records_waves_and_shares_are_counted(write_record: WriteRecord) -> None:
    directory = write_record("a", annotations={"q1c": beats([300, 500, 700], t_onset=True)})
    write_record("b", annotations={"q1c": ([100, 110, 120], "(N)")})
    (directory / "patients.json").write_text('{"a": "anna", "b": "anna"}')
    told: list[tuple[int, int]] = []
    document = inspect(open_source(directory), lambda done, todo: told.append((done, todo)))
    assert (document["records"], document["patients"], document["seconds"]) == (2, 1, 20.0)
    assert document["sample_rates_hz"] == {"250": 2}
    assert document["leads"] == {"ECG1": 2, "ECG2": 2}
    assert document["classes"]["QRS"] == {
        "share": pytest.approx(2 * 4 * 21 / (2 * (511 + 21)), abs=1e-6),
        "waves": 8,
        "median_ms": 84.0,
        "records_without": [],
    }
    assert document["classes"]["P"]["records_without"] == ["b"]
    assert document["unknown_share"] == pytest.approx(1 - (511 + 21) / 5000, abs=1e-6)
    assert told == [(1, 2), (2, 2)]


def test_records_that_cannot_be_read_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    labels = np.zeros(100, int)
    labels[40:60] = 1
    np.savez(tmp_path / "good.npz", signal=np.arange(100.0), labels=labels, sample_rate_hz=10)
    np.savez(tmp_path / "hole.npz", signal=np.full(100, np.nan), labels=labels, sample_rate_hz=10)
    document = inspect(open_source(tmp_path))
    assert document["records"] == 1
    assert [entry["record"] for entry in document["refused"]] == ["hole"]
    assert "NaN" in document["refused"][0]["reason"]
    (tmp_path / "good.npz").unlink()
    with pytest.raises(SignalError, match="NaN"):
        inspect(open_source(tmp_path))


def test_ludb_holds_what_its_description_says(shared: Path) -> None:
    document = inspect(open_source(shared / "data" / "ludb"))
    assert (document["records"], document["patients"], document["refused"]) == (150, 150, [])
    assert document["unknown_share"] == pytest.approx(0.27, abs=0.01)
    assert document["classes"]["QRS"]["records_without"] == []
    assert {"8", "34", "104"} <= set(document["classes"]["P"]["records_without"])
    assert document["classes"]["QRS"]["waves"] == 16_316  # 16,315 marked, and the one with no symbol (8.v5)


def test_the_command_prints_a_table_or_one_object() -> None:
    arguments = ["--records", "3", "--lead", "ii"]
    table = CliRunner().invoke(command, arguments)
    assert table.exit_code == 0
    assert "3 records of 3 patients, 30 s at 500 Hz" in table.output
    document = json.loads(CliRunner().invoke(command, [*arguments, "--json"]).output)
    assert document["schema"] == "edgeunet.inspect/1"
    assert set(document["classes"]) == {"background", "P", "QRS", "T"}
