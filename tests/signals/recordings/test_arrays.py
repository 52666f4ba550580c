"""Any signal from ``.npz`` and ``.csv``: shapes, masks, class names, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN, Wave, labels_to_waves, open_source


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


RAMP = np.linspace(0, 1, 100)
LABELS = np.repeat([0, 1, 2, 0], 25)


def test_one_channel_with_labels(tmp_path: Path) -> None:
    file = save(tmp_path / "a.npz", signal=RAMP, labels=LABELS, sample_rate_hz=64.0, classes=["rest", "rise", "fall"])
    source = open_source(file)
    assert source.names() == ("a",)
    assert source.classes == ("rest", "rise", "fall")
    record = source.read("a")
    assert record.leads == ("ch0",)
    assert record.sample_rate_hz == 64.0
    assert record.signal.dtype == np.float32
    assert record.waves[0] == (Wave("rise", 25, None, 49), Wave("fall", 50, None, 74))
    assert record.annotated == ((0, 100),)
    assert record.classes == ("rest", "rise", "fall")


def test_masked_samples_are_unknown_and_waves_beside_them_have_no_marked_end(tmp_path: Path) -> None:
    labels = LABELS.astype(float)
    labels[:30] = np.nan
    labels[90:] = -1
    record = open_source(save(tmp_path / "a.npz", signal=RAMP, labels=labels, sample_rate_hz=64)).read("a")
    assert record.classes == ("background", "class1", "class2")
    assert (record.labels[:30] == UNKNOWN).all()
    assert (record.labels[90:] == UNKNOWN).all()
    assert record.waves[0][0] == Wave("class1", 30, None, 49, onset_marked=False)
    assert record.annotated == ((30, 90),)


def test_channels_may_share_labels_or_have_their_own(tmp_path: Path) -> None:
    signal = np.stack([RAMP, -RAMP], axis=1)
    shared = open_source(
        save(tmp_path / "s.npz", signal=signal, labels=LABELS, sample_rate_hz=64, leads=["red", "ir"])
    ).read("s")
    assert shared.leads == ("red", "ir")
    np.testing.assert_array_equal(shared.labels[:, 0], shared.labels[:, 1])
    own = np.stack([LABELS, LABELS[::-1]], axis=1)
    each = open_source(save(tmp_path / "e.npz", signal=signal, labels=own, sample_rate_hz=64)).read("e")
    np.testing.assert_array_equal(each.labels, own)


def test_many_recordings_in_one_file_with_their_patients(tmp_path: Path) -> None:
    signal = np.random.default_rng(0).normal(size=(3, 100, 2))
    file = save(
        tmp_path / "d.npz", signal=signal, labels=np.tile(LABELS, (3, 1)), sample_rate_hz=64, patients=["x", "y", "x"]
    )
    source = open_source(file, leads=["ch1"])
    assert source.names() == ("d-0000", "d-0001", "d-0002")
    assert source.patients() == {"d-0000": "x", "d-0001": "y", "d-0002": "x"}
    np.testing.assert_allclose(source.read("d-0002").signal[:, 0], signal[2, :, 1], rtol=1e-6)


def test_without_labels_everything_is_unknown(tmp_path: Path) -> None:
    record = open_source(save(tmp_path / "a.npz", signal=RAMP, sample_rate_hz=64)).read("a")
    assert (record.labels == UNKNOWN).all()
    assert record.annotated == (None,)


def test_csv_with_time_and_class_names(tmp_path: Path) -> None:
    rows = [f"{i / 50},{i},{-i},{'beat' if 3 <= i < 6 else '' if i > 7 else 'rest'}" for i in range(10)]
    file = tmp_path / "p.csv"
    file.write_text("\n".join(["# classes: rest, beat", "# patient: p7", "time_s,red,ir,label", *rows]))
    source = open_source(file)
    record = source.read("p")
    assert record.leads == ("red", "ir")
    assert record.sample_rate_hz == 50
    assert record.patient == "p7"
    np.testing.assert_array_equal(record.labels[:, 0], [0, 0, 0, 1, 1, 1, 0, 0, UNKNOWN, UNKNOWN])
    assert record.signal[4].tolist() == [4, -4]


def test_csv_with_numbers_and_a_rate_in_a_note(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("# sample_rate_hz: 100\nemg,label\n" + "\n".join(f"{i},{i % 2}" for i in range(6)) + "\n")
    source = open_source(file)
    assert source.classes == ("background", "class1")
    assert source.read("p").sample_rate_hz == 100


def test_a_directory_shares_what_its_dataset_file_says(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text(
            "z,label\n" + "\n".join(f"{i},{'P' if i > 3 else '-1'}" for i in range(9))
        )
    about = {
        "sample_rate_hz": 100,
        "classes": ["noise", "P", "S"],
        "leads": ["vertical"],
        "patients": {"a": "s1", "b": "s1"},
    }
    (tmp_path / "dataset.json").write_text(json.dumps(about))
    source = open_source(tmp_path)
    assert source.classes == ("noise", "P", "S")
    assert source.patients() == {"a": "s1", "b": "s1", "c": "c"}
    assert source.read("b").sample_rate_hz == 100
    assert source.describe()["records"] == 3


def test_missing_samples_are_refused_or_masked(tmp_path: Path) -> None:
    signal = RAMP.copy()
    signal[40:42] = np.nan
    file = save(tmp_path / "a.npz", signal=signal, labels=LABELS, sample_rate_hz=64)
    with pytest.raises(SignalError, match="2 of 100 samples are NaN"):
        open_source(file).read("a")
    record = open_source(file, missing="mask").read("a")
    np.testing.assert_allclose(record.signal[:, 0], RAMP, atol=1e-6)
    assert (record.labels[40:42] == UNKNOWN).all()
    with pytest.raises(SignalError, match="missing samples 'drop'"):
        open_source(file, missing="drop").read("a")


def test_labels_and_waves_are_two_views_of_one_thing(tmp_path: Path) -> None:
    record = open_source(save(tmp_path / "a.npz", signal=RAMP, labels=LABELS, sample_rate_hz=64)).read("a")
    assert labels_to_waves(record.labels[:, 0], 64, classes=record.classes) == record.waves[0]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": LABELS, "sample_rate_hz": 64}, "has no array 'signal'"),
        ({"signal": RAMP, "labels": LABELS}, "does not say its sample rate"),
        ({"signal": RAMP, "sample_rate_hz": -1.0}, "a sample rate of -1 Hz"),
        ({"signal": RAMP, "sample_rate_hz": [1.0, 2.0]}, "give one number"),
        ({"signal": RAMP, "labels": LABELS[:50], "sample_rate_hz": 64}, r"labels \(50,\) do not fit"),
        ({"signal": RAMP, "labels": LABELS, "sample_rate_hz": 64, "classes": ["a", "b"]}, "label 2 at sample 50"),
        ({"signal": RAMP, "labels": LABELS - 2, "sample_rate_hz": 64}, "label -2 at sample 0"),
        ({"signal": RAMP, "labels": LABELS + 0.5, "sample_rate_hz": 64}, r"label 0\.5 at sample 0"),
        ({"signal": RAMP, "labels": LABELS * 1j, "sample_rate_hz": 64}, "labels are of type complex128"),
        ({"signal": RAMP[:1], "sample_rate_hz": 64}, r"has 1 sample\(s\)"),
        ({"signal": np.zeros((2, 2, 2, 2)), "sample_rate_hz": 64}, "'signal' is float64"),
        ({"signal": np.array(["a", "b"]), "sample_rate_hz": 64}, "'signal' is <U1"),
        ({"signal": np.full(100, 1e300), "sample_rate_hz": 64}, "NaN, infinite"),
        ({"signal": RAMP, "sample_rate_hz": 64, "lables": LABELS}, "unknown array 'lables'"),
        ({"signal": RAMP, "sample_rate_hz": 64, "leads": ["a", "b"]}, "1 channels but 2 lead names"),
        ({"signal": np.zeros((2, 50, 1)), "labels": LABELS, "sample_rate_hz": 64}, r"give \(records, time\)"),
        (
            {"signal": RAMP, "labels": np.array(["x"] * 100), "sample_rate_hz": 64, "classes": ["a", "b"]},
            "label 'x' is not among the classes a, b",
        ),
        ({"signal": RAMP, "labels": np.array(["x"] * 100), "sample_rate_hz": 64}, "label 'x' is a name"),
        ({"signal": np.array([{}]), "sample_rate_hz": 64}, "damaged or not plain numbers"),
    ],
)
def test_an_npz_that_cannot_be_used_is_one_sentence(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    save(tmp_path / "a.npz", **arrays)
    with pytest.raises(SignalError, match=message) as caught:
        open_source(tmp_path).read(open_source(tmp_path).names()[0])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no samples"),
        ("time,x\n", "has no samples"),
        ("time,label\n0,1\n1,1\n", "at least one signal column"),
        ("time_s,x\n0,1\n0.1,2\n0.9,3\n", "even steps"),
        ("time_s,x\n0,1\n0,2\n0,3\n", "even steps"),
        ("x\n1\n2\n", "does not say its sample rate"),
        ("# sample_rate_hz: fast\nx\n1\n2\n", "give one number"),
        ("time_s,x\n0,1\n1,two\n", "column 'x' has 'two' at sample 1"),
        ("time_s,x\n0,1\n1\n", "sample 2 has 1 values, the header 2"),
        ("time_s,x\n0,1\n1,\n", "NaN"),
        ("# classes: a,b\ntime_s,x,label\n0,1,c\n1,2,a\n", "label 'c' is not among the classes a, b"),
        ("# classes: a,b\ntime_s,x,label\n0,1,7\n1,2,a\n", "label 7 is beyond the 2 classes"),
    ],
)
def test_a_csv_that_cannot_be_used_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(SignalError, match=message) as caught:
        open_source(tmp_path).read("a")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"rate": 5}, "unknown key 'rate'"),
        ({"classes": "P"}, "'classes' must be a list"),
        ({"sample_rate_hz": 0}, "'sample_rate_hz' must be a positive number"),
        ({"patients": ["x"]}, "'patients' must be an object"),
        ({"patients": {"z": "x"}, "sample_rate_hz": 5}, "names record 'z'"),
    ],
)
def test_a_wrong_dataset_file_is_one_sentence(tmp_path: Path, document: dict[str, Any], message: str) -> None:
    save(tmp_path / "a.npz", signal=RAMP)
    (tmp_path / "dataset.json").write_text(json.dumps(document))
    with pytest.raises(SignalError, match=message):
        open_source(tmp_path).read("a")


def test_files_that_disagree_on_classes_or_names_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.npz", signal=RAMP, sample_rate_hz=5, classes=["x", "y"])
    save(tmp_path / "b.npz", signal=RAMP, sample_rate_hz=5, classes=["x", "z"])
    source = open_source(tmp_path)
    with pytest.raises(SignalError, match="has classes x, z, but the data set has x, y"):
        source.read("b")
    (tmp_path / "a.csv").write_text("time_s,x\n0,1\n1,2\n")
    with pytest.raises(SignalError, match="both give a record 'a'"):
        open_source(tmp_path).names()


def test_a_damaged_npz_is_one_sentence_at_any_cut(tmp_path: Path) -> None:
    file = save(tmp_path / "a.npz", signal=RAMP, labels=LABELS, sample_rate_hz=64)
    whole = file.read_bytes()
    for length in [*range(0, len(whole), 37), len(whole) - 1]:
        file.write_bytes(whole[:length])
        with pytest.raises(SignalError):
            open_source(file).read("a")
    np.save(tmp_path / "b.npy", RAMP)
    (tmp_path / "b.npy").rename(file)
    with pytest.raises(SignalError, match=r"not an \.npz"):
        open_source(file).read("a")


def test_a_file_that_is_neither_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(SignalError, match=r"not a \.npz or \.csv"):
        open_source(tmp_path / "a.txt")
    with pytest.raises(SignalError, match="no record 'q'"):
        open_source(save(tmp_path / "a.npz", signal=RAMP, sample_rate_hz=64)).read("q")
