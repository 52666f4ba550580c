"""Values that fuzzing met: each is taken as it is or refused by name, without a warning, and memory stays bounded."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import open_source, resample
from edgeunet.signals.inspection import inspect
from edgeunet.signals.record import MOST_CLASSES, MOST_LEADS
from edgeunet.signals.recordings.csv_file import read_csv
from edgeunet.signals.recordings.patients import map_patients
from edgeunet.signals.recordings.wfdb.files import read_adc


def folder(path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        file = path / name.replace("__", ".")
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def npz(path: Path, **arrays: Any) -> Path:
    np.savez(path / "a.npz", **{"signal": np.arange(40.0).reshape(20, 2), "sample_rate_hz": 100.0, **arrays})
    return path


def read(path: Path) -> Any:
    source = open_source(path)
    return source.read(source.names()[0])


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        ([f"c{i}" for i in range(MOST_CLASSES + 1)], "declares 128 classes, and labels of 8 bits tell 127 apart"),
        (["rest", " "], "declares a class without a name"),
        (["rest", "move", "rest"], "declares class 'rest' twice"),
    ],
)
def test_classes_that_labels_cannot_tell_apart_are_refused_everywhere(
    tmp_path: Path, classes: list[str], said: str
) -> None:
    with pytest.raises(SignalError, match=said):
        read(npz(tmp_path, classes=np.array(classes)))
    with pytest.raises(SignalError, match=said):
        open_source(npz(tmp_path), classes=classes)
    (tmp_path / "dataset.json").write_text(json.dumps({"classes": classes}))
    with pytest.raises(SignalError, match=said):
        read(npz(tmp_path))
    csv = f"# classes: {','.join(classes)}\na\n1\n2\n"
    with pytest.raises(SignalError, match=said):
        read_csv(folder(tmp_path, b__csv=csv) / "b.csv")


def test_as_many_classes_as_labels_tell_apart_are_taken(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(MOST_CLASSES)]
    labels = np.full(20, MOST_CLASSES - 1)
    assert read(npz(tmp_path, classes=np.array(names), labels=labels)).labels.max() == 126


@pytest.mark.parametrize("kind", ["S4", "f8", "M8[s]", "V4", "c16"])
@pytest.mark.parametrize("key", ["classes", "leads"])
def test_names_in_arrays_are_text(tmp_path: Path, key: str, kind: str) -> None:
    with pytest.raises(SignalError, match=f"'{key}' are of type .*; give an array of text"):
        read(npz(tmp_path, **{key: np.zeros(2, kind)}))


@pytest.mark.parametrize("key", ["classes", "leads", "patient", "labels"])
@pytest.mark.parametrize("order", "<>")
def test_characters_that_do_not_exist_are_damage(tmp_path: Path, key: str, order: str) -> None:
    text = np.array(["rest", "move"] * (10 if key == "labels" else 1), f"{order}U4")
    odd = np.frombuffer(text.tobytes().replace(np.array("v", f"{order}U1").tobytes(), b"\x7f" * 4), text.dtype)
    source = open_source(npz(tmp_path, **{key: odd}))
    with pytest.raises(SignalError, match=f"array '{key}' is damaged or not plain numbers"):
        source.read("a")


def test_more_channels_than_any_recording_has_are_refused_before_they_are_named(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match=r"has 4097 channels, at most 4096 can be; is it turned on its side\?"):
        read(npz(tmp_path, signal=np.zeros((2, MOST_LEADS + 1), np.int8)))
    with pytest.raises(SignalError, match="'leads' has 4097 names, at most 4096 can be"):
        read(npz(tmp_path, leads=np.array(["x"] * (MOST_LEADS + 1))))


@pytest.mark.parametrize("rows", ["0,5", "inf,1\ninf,2", "1,1\nnan,2", "1,1\n1,2", "1e300,1\n2e300,2", "0.5,1\n1.5,2"])
def test_an_index_is_whole_numbers_that_go_up(tmp_path: Path, rows: str) -> None:
    file = folder(tmp_path, a__csv=f"index,x\n{rows}\n") / "a.csv"
    if rows == "0,5":
        assert read_csv(file).leads == ("x",)  # one row counts as well as any
    else:
        with pytest.raises(SignalError, match="has the name of an index but does not count evenly"):
            read_csv(file)


@pytest.mark.parametrize("time", ["inf", "-inf", "nan", "", "1e300"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, time: str) -> None:
    with pytest.raises(SignalError, match="a time being missing or infinite"):
        read_csv(folder(tmp_path, a__csv=f"time,x\n0,1\n{time},2\n2,3\n") / "a.csv")


def test_the_largest_numbers_that_a_sample_can_be_are_examined_without_overflow(tmp_path: Path) -> None:
    wave = np.where(np.arange(600) % 7 < 3, 3.4e38, -3.4e38)
    signal = np.stack([wave, np.full(600, 3.4e38)], axis=1).astype(np.float32)
    found = inspect(open_source(npz(tmp_path, signal=signal, leads=np.array(["II", "V1"]))))
    assert {entry["kind"] for entry in found["implausible"]} == {"amplitude", "flat", "offset", "saturated"}
    amplitude = next(entry["worst"] for entry in found["implausible"] if entry["kind"] == "amplitude")
    assert "inf" not in amplitude


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a", "row 1 lacks a record or its patient"),
        (",p", "row 1 lacks a record or its patient"),
        ("a,p\na,q", "gives record 'a' two patients"),
    ],
)
def test_half_a_row_of_patients_is_nobodys(tmp_path: Path, rows: str, said: str) -> None:
    folder(tmp_path, patients__csv=f"record,patient\n{rows}\n")
    with pytest.raises(SignalError, match=said):
        map_patients(["a"], tmp_path)


def test_a_gap_that_is_nearly_all_of_a_record_takes_no_memory(tmp_path: Path) -> None:
    def written(gap: int) -> Path:
        folder(tmp_path, part__hea="part 1 100 50\npart.dat 16 200 16 0 0 0 0 I\n", part__dat=bytes(100))
        folder(tmp_path, all__hea=f"all/2 1 100 {gap + 50}\npart 50\n~ {gap}\n")
        return tmp_path / "all"

    assert len(read_adc(written(2000)).adc) == 2050
    with pytest.raises(SignalError, match="says 200000050 samples, 200000000 of them in gaps"):
        read_adc(written(200_000_000))


def test_a_header_or_annotation_file_of_any_length_is_not_read(tmp_path: Path) -> None:
    for name in ("a.hea", "a.csv"):
        with (tmp_path / name).open("wb") as file:
            file.truncate((1 << 28) + 1)
    with pytest.raises(SignalError, match="over the limit"):
        read_adc(tmp_path / "a")
    with pytest.raises(SignalError, match="over the limit"):
        read_csv(tmp_path / "a.csv")


def test_a_rate_that_asks_for_more_samples_than_can_be_held_is_refused(tmp_path: Path) -> None:
    record = read(npz(tmp_path, signal=np.zeros((400_000, 2), np.int8), sample_rate_hz=1.0))
    with pytest.raises(SignalError, match="would have 360000000 samples in each of 2 leads at 900 Hz"):
        resample(record, 900.0)


LONG = "a" * 3000


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"RECORDS": f"{LONG}\n"}, "holds no WFDB records"),
        ({"r__hea": f"r/1 1 100 50\n{LONG} 50\n"}, "segment 'a+' is missing"),
        ({"r__hea": f"r 1 100 2\n{LONG} 16\n"}, "cannot read signal file '.*': File name too long"),
        (
            {"r__hea": f"r 1 100 2\nr.dat 16 200 16 0 0 0 0 {LONG}\n", "r__dat": b"abcd"},
            "has no annotations named after",
        ),
        ({"r__hea": "r 1 100 2\nr.dat 16 200 16 0 0 0 0 \0\n", "r__dat": b"abcd"}, "has no annotations named after"),
    ],
)
def test_a_name_that_no_system_takes_is_that_of_no_file(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    with pytest.raises(SignalError, match=said):
        read(folder(tmp_path, **files))


def test_a_list_of_records_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder(tmp_path, r__hea="r 1 100 2\nr.dat 16 200 16 0 0 0 0 I\n", r__dat=b"abcd")
    os.mkfifo(tmp_path / "RECORDS")
    assert open_source(tmp_path).names() == ("r",)


def test_the_name_of_a_lead_leads_out_of_no_folder(tmp_path: Path) -> None:
    inside = tmp_path / "data"
    (inside / "r.").mkdir(parents=True)
    folder(inside, r__hea="r 1 100 50\nr.dat 16 200 16 0 0 0 0 /../../secret\n", r__dat=bytes(range(100)))
    (tmp_path / "secret").write_bytes(b"\0\0")
    assert (inside / "r./../../secret").is_file()
    with pytest.raises(SignalError, match="has no annotations named after its leads"):
        read(inside)


@pytest.mark.parametrize("labels", [np.array(7), np.array("P"), np.array(0.5), np.zeros((20, 1, 2), int)], ids=str)
def test_labels_are_a_column_or_a_table(tmp_path: Path, labels: Any) -> None:
    path = npz(tmp_path, labels=labels)
    with pytest.raises(
        SignalError, match=r"labels have the shape \(.*\); give one per sample, or one per sample and lead"
    ):
        read(path)
    with pytest.raises(SignalError, match="labels have the shape"):
        inspect(open_source(path))
