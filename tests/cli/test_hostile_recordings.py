"""No text of a data set, a recording, its annotations or its file's name becomes a command of the terminal or code."""

from __future__ import annotations

import csv
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.modelcard import ModelCard, write_card
from tests.networks.tflite_writer import ModelWriter
from tests.rigs.hostile import TEXTS, Key, all_pairs, each_with_a_text, file_name, text_places, told, with_text
from tests.rigs.pipeline_stages import card, small_network

SAMPLES = 500
ARRAYS: dict[str, Any] = {
    "dataset": {
        "sample_rate_hz": 250,
        "classes": ["background", "QRS"],
        "leads": ["II"],
        "patients": {"a": "anna", "b": "bert"},
        "unit": "mV",
    },
    "csv": ["II", "label"],
    "npz": {"signal": 0, "labels": 0},
    "patients": {"a": "anna"},
}
WFDB: dict[str, Any] = {
    "record": "r",
    "storage": "16",
    "signals": [
        {"file": "r.dat", "gain": "200(0)/mV", "description": "II"},
        {"file": "r.dat", "gain": "200(0)/mV", "description": "V1"},
    ],
    "comments": ["patient: anna", "<age>: 40"],
    "records": ["r"],
    "notes": ["(N", "a note"],
}
EDF: dict[str, Any] = {
    "version": "0",
    "patient": "P1 F X anna",
    "recording": "Startdate 01-FEB-2026 X X X",
    "date": "01.02.26",
    "time": "12.30.00",
    "reserved": "EDF+C",
    "label": "ECG II",
    "transducer": "Ag",
    "unit": "mV",
    "prefiltering": "HP:0.1Hz",
    "note": "lights off",
}


def a_signal() -> np.ndarray[Any, Any]:
    """Two seconds in millivolts that nothing is wrong with."""
    at = np.arange(SAMPLES) / 250
    return np.sin(2 * np.pi * 3 * at) + 0.01 * np.sin(2 * np.pi * 40 * at)


def labels() -> np.ndarray[Any, Any]:
    return (np.arange(SAMPLES) // 25 % 2).astype(np.int64)


def write_arrays(directory: Path, document: dict[str, Any]) -> None:
    """A ``.csv``, a ``.npz`` and ``dataset.json``."""
    (directory / "dataset.json").write_text(json.dumps(document.get("dataset", {})))
    (directory / "patients.json").write_text(json.dumps(document.get("patients", {})))
    with open(directory / "a.csv", "w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        writer = csv.writer(file)
        writer.writerow(document.get("csv", ["II", "label"]))
        writer.writerows(zip(a_signal(), labels(), strict=True))
    arrays = {"signal": a_signal()[:, None], "labels": labels()[:, None]}
    known = dict(zip(document.get("npz", {}), arrays.values(), strict=False))
    _write_npz(directory / "b.npz", known)


def _write_npz(path: Path, arrays: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            fits = name.encode("utf-8", "replace").decode().replace("\0", "?")[:60_000]
            with archive.open(f"{fits}.npy", "w") as member:
                np.lib.format.write_array(member, array)


def write_wfdb(directory: Path, document: dict[str, Any]) -> None:
    """A record of two leads with one annotation file."""
    signals = document.get("signals", [])
    lines = [f"{document.get('record', 'r')} {len(signals)} 250 {SAMPLES}"]
    for signal in signals:
        parts = (signal.get("file", ""), document.get("storage", "16"), signal.get("gain", ""), "16 0 0 0 0")
        lines.append(" ".join((*parts, signal.get("description", ""))))
    lines += [f"# {comment}" for comment in document.get("comments", ())]
    (directory / "r.hea").write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    counts = np.repeat((200 * a_signal()).astype("<i2")[:, None], 2, axis=1)
    (directory / "r.dat").write_bytes(counts.tobytes())
    (directory / "RECORDS").write_bytes("\n".join(document.get("records", ())).encode("utf-8", "surrogatepass"))
    words = b""
    for note in document.get("notes", ()):
        text = note.encode("utf-8", "surrogatepass")[:1000]
        for code, delta in ((39, 20), (1, 5), (40, 5)):
            words += struct.pack("<H", code << 10 | delta)
        words += struct.pack("<H", 63 << 10 | len(text)) + text + b"\0" * (len(text) % 2)
    (directory / "r.q1c").write_bytes(words + b"\0\0")


def write_edf(directory: Path, document: dict[str, Any]) -> None:
    """An EDF+ file of one signal and its annotations."""

    def field(text: str, size: int) -> bytes:
        return text.encode("utf-8", "replace")[:size].ljust(size)

    def of(key: str) -> str:
        return str(document.get(key, ""))

    head = [
        field(of("version"), 8), field(of("patient"), 80), field(of("recording"), 80), field(of("date"), 8),
        field(of("time"), 8), field("768", 8), field(of("reserved"), 44), field("2", 8), field("1", 8), field("2", 4),
    ]  # fmt: skip
    note = ("EDF Annotations", "", "", "-1", "1", "-32768", "32767", "", "60", "")
    ecg = (of("label"), of("transducer"), of("unit"), "-32", "32", "-32000", "32000", of("prefiltering"), "250", "")
    for size, *texts in zip((16, 80, 8, 8, 8, 8, 8, 80, 8, 32), ecg, note, strict=True):
        head += [field(text, size) for text in texts]
    data = b""
    for second, part in enumerate(np.split((1000 * a_signal()).astype("<i2"), 2)):
        said = f"+{second}\x14\x14\0+{second}\x14".encode() + of("note").encode("utf-8", "replace") + b"\x14\0"
        data += part.tobytes() + said[:120].ljust(120, b"\0")
    (directory / "night.edf").write_bytes(b"".join(head) + data)


FORMS: dict[str, tuple[dict[str, Any], Callable[[Path, dict[str, Any]], None]]] = {
    "arrays": (ARRAYS, write_arrays),
    "wfdb": (WFDB, write_wfdb),
    "edf": (EDF, write_edf),
}


def check(directory: Path, form: str, pairs: list[tuple[Any, str]]) -> None:
    document, write = FORMS[form]
    for number, (place, text) in enumerate(pairs):
        here = directory / str(number)
        here.mkdir()
        write(here, with_text(document, place, text))
        said = told("inspect", "--data", here, *(["--json"] if number % 3 == 0 else []))
        assert said.code in (0, 2)
        if number % 3 == 0 and said.code == 0:
            assert json.loads(said.out)["records"] > 0
        shutil.rmtree(here)


@pytest.mark.parametrize("form", FORMS)
def test_a_data_set_without_hostile_texts_is_read(tmp_path: Path, form: str) -> None:
    document, write = FORMS[form]
    write(tmp_path, document)
    said = told("inspect", "--data", tmp_path, "--json")
    assert said.code == 0, said.err
    inspected = json.loads(said.out)
    assert not inspected["refused"]
    assert inspected["leads"]["II" if form != "edf" else "ECG II"] >= 1


@pytest.mark.parametrize("form", FORMS)
def test_a_text_of_a_data_set_stays_text(tmp_path: Path, form: str) -> None:
    check(tmp_path, form, each_with_a_text(list(text_places(FORMS[form][0])), seed=1))


@pytest.mark.nightly
@pytest.mark.parametrize("form", FORMS)
def test_any_text_at_any_place_stays_text(tmp_path: Path, form: str) -> None:
    check(tmp_path, form, all_pairs(list(text_places(FORMS[form][0]))))


def test_every_kind_of_text_is_among_the_places() -> None:
    places = {form: list(text_places(document)) for form, (document, _) in FORMS.items()}
    assert ("dataset", "classes", 1) in places["arrays"]
    assert ("npz", Key("signal")) in places["arrays"]
    assert ("signals", 0, "description") in places["wfdb"]
    assert ("label",) in places["edf"]


def recordings(directory: Path) -> list[Path]:
    """A recording for each text, called so as far as a file can be."""
    made = []
    for text in TEXTS:
        path = directory / os.fsdecode(file_name(text).encode("utf-8", "replace") + b"\xff_r.csv")
        path.write_text("II\n" + "\n".join(f"{value:.4f}" for value in a_signal()))
        made.append(path)
    return made


def test_a_recording_of_any_name_is_inspected(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text(json.dumps({"sample_rate_hz": 250}))
    count = len(recordings(tmp_path))
    said = told("inspect", "--data", tmp_path, "--json")
    assert said.code == 0, said.err
    hidden = sum(file_name(text).startswith(".") for text in TEXTS)
    assert json.loads(said.out)["records"] == count - hidden
    assert told("inspect", "--data", tmp_path).code == 0


def a_model(directory: Path, card_: ModelCard, content: bytes = b"") -> Path:
    path = directory / "m.tflite"
    path.write_bytes(content or small_network())
    write_card(path, card_)
    return path


NUMBERS = [9, *(pytest.param(number, marks=pytest.mark.nightly) for number in range(len(TEXTS)) if number != 9)]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_recording_of_any_name_and_lead_is_simulated(tmp_path: Path, number: int) -> None:
    (tmp_path / "dataset.json").write_text(json.dumps({"sample_rate_hz": 250, "leads": [TEXTS[number][:200]]}))
    recording = recordings(tmp_path)[number]
    model = a_model(tmp_path, card(leads=()))
    said = told("simulate", recording, "--model", model, "--plot", tmp_path / "events.png")
    assert said.code == 0, said.err
    assert (tmp_path / "events.png").read_bytes().startswith(b"\x89PNG")


def a_scored_model() -> bytes:
    """A convolution between reshapes, from (batch, time, channels) to (batch, time, classes)."""
    w = ModelWriter()
    x, out = (w.tensor((1, 64, channels), scale=0.05) for channels in (1, 4))
    wide, high = (w.tensor((1, 1, 64, channels), scale=0.05) for channels in (1, 4))
    weights = w.tensor((4, 1, 3, 1), scale=0.01, data=np.arange(-60, 60, 10, dtype=np.int8).reshape(4, 1, 3, 1))
    bias = w.tensor((4,), "int32", scale=0.05 * 0.01, data=np.zeros(4, np.int32))
    w.op("RESHAPE", [x, w.constant([1, 1, 64, 1])], wide, newShape=[1, 1, 64, 1])
    same = {"padding": "SAME", "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    w.op("CONV_2D", [wide, weights, bias], high, **same)
    w.op("RESHAPE", [high, w.constant([1, 64, 4])], out, newShape=[1, 64, 4])
    return w.build([x], [out])


@pytest.mark.parametrize("number", NUMBERS)
def test_classes_of_any_name_are_scored(tmp_path: Path, number: int) -> None:
    pytest.importorskip("ai_edge_litert")
    classes = ("background", TEXTS[number][:200], "b", "c")
    document = with_text(ARRAYS, ("dataset", "leads", 0), TEXTS[number][:200])
    document["dataset"]["classes"] = list(classes)
    document["csv"] = [TEXTS[number][:200].replace("\0", "").encode("utf-8", "replace").decode(), "label"]
    (tmp_path / "data").mkdir()
    write_arrays(tmp_path / "data", document)
    model = a_model(tmp_path, ModelCard("net", classes, 250.0, normalization="zscore"), a_scored_model())
    said = told("evaluate", model, "--data", tmp_path / "data", "--part", "all", "--plot", tmp_path / "p.png")
    assert said.code == 0, said.err
