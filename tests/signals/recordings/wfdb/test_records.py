"""What is a record, and whose: hidden files and segments are none, and no split can tear samples apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import WfdbSource, make_split, open_source
from edgeunet.signals.inspection import inspect
from tests.signals.conftest import WriteRecord, beats


@pytest.fixture
def segments(write_record: WriteRecord) -> Path:
    """A record ``r`` of the segments ``r_1`` and ``r_2``, annotated as a whole, and a record ``other``."""
    write_record("r_1", samples=1000)
    write_record("r_2", samples=1500)
    directory = write_record("other", annotations={"q1c": beats([300, 500, 1100])})
    (directory / "other.q1c").rename(directory / "r.q1c")
    write_record("other", annotations={"q1c": beats([300])})
    (directory / "r.hea").write_text("r/2 2 250 2500\nr_1 1000\nr_2 1500\n")
    return directory


def test_segments_are_no_records(segments: Path) -> None:
    source = open_source(segments)
    assert source.names() == ("other", "r")
    assert source.read("r").samples == 2500
    document = inspect(source)
    assert (document["records"], document["patients"], document["refused"]) == (2, 2, [])
    assert document["seconds"] == 20


def test_a_layout_is_no_record(segments: Path) -> None:
    (segments / "lay.hea").write_text("lay 2 250 0\n~ 0 200/mV 0 0 0 0 0 ECG1\n~ 0 200/mV 0 0 0 0 0 ECG2\n")
    (segments / "r.hea").write_text("r/3 2 250 2500\nlay 0\nr_1 1000\nr_2 1500\n")
    assert open_source(segments).names() == ("other", "r")
    (segments / "RECORDS").write_text("lay\nr_2\nr\n./r\nr_1\nmissing\n")
    assert open_source(segments).names() == ("r",)


@pytest.mark.parametrize("listed", ["r_1\nr_2\nother\n", "sub/r_1\nsub/r_2\nother\n"])
def test_segments_listed_as_records_are_one_patient(segments: Path, listed: str) -> None:
    if listed.startswith("sub"):
        (segments / "sub").mkdir()
        for file in [*segments.glob("r_*"), segments / "r.hea"]:
            file.rename(segments / "sub" / file.name)
    (segments / "RECORDS").write_text(listed)
    source = open_source(segments, annotator="none")
    assert source.patients() == {"r_1": "r", "r_2": "r", "other": "other"}
    for val in (0.3, 0.5, 0.7):
        split = make_split(source, val=val)
        sides = [set(split.records(source, part)) for part in ("train", "val") if getattr(split, part)]
        assert any({"r_1", "r_2"} <= side for side in sides)


def test_records_that_share_a_segment_are_one_patient(segments: Path) -> None:
    (segments / "part.hea").write_text("part/1 2 250 1500\nr_2 1500\n")
    (segments / "again.hea").write_text("again/2 2 250 2500\nr_1 1000\n~ 1500\n")
    patients = WfdbSource(segments, annotator="none").patients()
    assert set(patients) == {"other", "r", "part", "again"}
    assert patients["r"] == patients["part"] == patients["again"] != patients["other"]


def test_a_patients_file_cannot_tear_shared_samples_apart(segments: Path) -> None:
    (segments / "part.hea").write_text("part/1 2 250 1500\nr_2 1500\n")
    table = segments / "patients.json"
    table.write_text('{"r": "anna", "part": "berta"}')
    with pytest.raises(SignalError, match="hold the same samples; give them one patient"):
        WfdbSource(segments, annotator="none")
    table.write_text('{"r": "anna"}')
    assert WfdbSource(segments, annotator="none").patients() == {"r": "anna", "part": "anna", "other": "other"}


def test_headers_that_name_themselves_or_each_other_are_refused_when_read(segments: Path) -> None:
    (segments / "x.hea").write_text("x/1 2 250 10\ny 10\n")
    (segments / "y.hea").write_text("y/1 2 250 10\nx 10\n")
    (segments / "z.hea").write_text("z/1 2 250 10\nz 10\n")
    source = open_source(segments, annotator="none")
    assert {"x", "y", "z"} < set(source.names())
    for name in ("x", "y", "z"):
        with pytest.raises(SignalError, match="has segments itself"):
            source.read(name)


def test_hidden_files_are_no_records(write_record: WriteRecord) -> None:
    directory = write_record(annotations={"q1c": beats([300])})
    for name in ("._sel1.hea", ".trash/sel1.hea", "__MACOSX/._sel1.hea"):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(b"\0\5\x16\7 Mac OS X")
    document = inspect(open_source(directory))
    assert (document["records"], document["patients"], document["refused"]) == (1, 1, [])


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_hidden_arrays_are_no_records(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.csv").write_text("# sample_rate_hz: 250\necg\n" + "0.1\n0.2\n" * 50)
    (tmp_path / f"._a.{suffix}").write_bytes(b"\0\5\x16\7\xff Mac OS X")
    (tmp_path / "._a.hea").write_bytes(b"\0\5\x16\7\xff Mac OS X")
    assert open_source(tmp_path).names() == ("a",)
    np.testing.assert_allclose(open_source(tmp_path).read("a").signal[:2, 0], [0.1, 0.2])
