"""What is written reads back as it was, by us and by the wfdb package."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from edgeunet.cli.synth import command
from edgeunet.errors import SignalError
from edgeunet.signals import Record, SyntheticSource, Wave, open_source
from edgeunet.signals.recordings.export import annotation_bytes, export_records
from edgeunet.signals.recordings.wfdb_annotations import read_annotations


@pytest.fixture(scope="module")
def record() -> Record:
    return SyntheticSource(seed=1, leads=["ii", "v1"]).read("synthetic-0002")


def test_npz_reads_back_bit_for_bit(tmp_path: Path, record: Record) -> None:
    (file,) = export_records([record], tmp_path)
    back = open_source(tmp_path).read(file.stem)
    np.testing.assert_array_equal(back.signal, record.signal)
    np.testing.assert_array_equal(back.labels, record.labels)
    assert (back.leads, back.classes, back.patient) == (record.leads, record.classes, record.patient)


def test_wfdb_reads_back_to_the_microvolt_with_every_wave(tmp_path: Path, record: Record) -> None:
    export_records([record], tmp_path, "wfdb")
    back = open_source(tmp_path).read(record.name)
    np.testing.assert_allclose(back.signal, record.signal, atol=0.00051)
    assert back.waves == record.waves
    known = back.labels >= 0
    np.testing.assert_array_equal(
        back.labels[known & (record.labels >= 0)], record.labels[known & (record.labels >= 0)]
    )


def test_the_wfdb_package_reads_what_we_wrote(tmp_path: Path, record: Record) -> None:
    wfdb = pytest.importorskip("wfdb")
    export_records([record], tmp_path, "wfdb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        judged = wfdb.rdrecord(str(tmp_path / record.name))
        stored = wfdb.rdrecord(str(tmp_path / record.name), physical=False)
        marks = wfdb.rdann(str(tmp_path / record.name), "ii")
    np.testing.assert_allclose(judged.p_signal, record.signal, atol=0.00051)
    assert judged.sig_name == list(record.leads)
    assert (np.array(stored.checksum) % 65536).tolist() == (stored.d_signal.sum(axis=0) % 65536).tolist()
    assert list(marks.sample)[:3] == [record.waves[0][0].onset, record.waves[0][0].peak, record.waves[0][0].offset]


def test_long_gaps_and_unmarked_boundaries_survive(tmp_path: Path) -> None:
    waves = (
        Wave("P", 5, 8, 9),
        Wave("T", 200_000, 200_000, 200_100, onset_marked=False),
        Wave("QRS", 300_000, None, 300_002),
    )
    (tmp_path / "r.x").write_bytes(annotation_bytes(waves))
    found = read_annotations(tmp_path / "r.x")
    assert list(found.samples) == [5, 8, 9, 200_000, 200_100, 300_000, 300_001, 300_002]
    assert "".join(found.symbols) == "(p)t)(N)"


def test_what_does_not_fit_is_refused(tmp_path: Path, record: Record) -> None:
    with pytest.raises(SignalError, match="exceeds ±32 mV"):
        export_records([replace(record, signal=record.signal + 40)], tmp_path, "wfdb")
    with pytest.raises(SignalError, match="no symbol for a wave 'beat'"):
        annotation_bytes([Wave("beat", 1, 2, 3)])
    with pytest.raises(SignalError, match="choose npz or wfdb"):
        export_records([record], tmp_path, "edf")


@pytest.mark.parametrize("form", ["npz", "wfdb"])
def test_the_command_writes_records_that_open_again(tmp_path: Path, form: str) -> None:
    arguments = ["-o", str(tmp_path), "--records", "2", "--seed", "4", "--lead", "V1", "--format", form]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    source = open_source(tmp_path)
    assert source.names() == ("synthetic-0000", "synthetic-0001")
    expected = SyntheticSource(seed=4, leads=["v1"]).read("synthetic-0001")
    assert source.read("synthetic-0001").waves == expected.waves or form == "npz"
