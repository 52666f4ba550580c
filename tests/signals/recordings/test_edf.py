"""EDF and EDF+ files, written here by the published specification: values, units, patients, and every refusal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import EdfSource, open_source
from edgeunet.signals.recordings.edf_files import ANNOTATIONS

SIGNAL_FIELDS = (
    *(("label", 16), ("transducer", 80), ("unit", 8), ("physical_low", 8), ("physical_high", 8), ("low", 8)),
    *(("high", 8), ("prefiltering", 80), ("samples", 8), ("reserved", 32)),
)
"""Name and bytes of a signal's fields, in the order of edfplus.info/specs/edf.html."""


@dataclass
class Edf:
    """A file to be: header fields as text, and int16 values ``(records, samples)`` of each signal."""

    signals: list[dict[str, Any]]
    values: list[np.ndarray[Any, Any]]
    version: str = "0"
    patient: str = "X X X X"
    reserved: str = ""
    record_s: str = "1"
    records: str | None = None
    header_bytes: str | None = None
    count: str | None = None
    tail: bytes = field(default=b"")

    def write(self, file: Path) -> Path:
        number = len(self.signals)
        blocks = [
            (self.version, 8), (self.patient, 80), ("Startdate X X X X", 80), ("01.02.26", 8), ("12.30.00", 8),
            (self.header_bytes or str(256 * (number + 1)), 8), (self.reserved, 44),
            (str(len(self.values[0])) if self.records is None else self.records, 8), (self.record_s, 8),
            (self.count or str(number), 4),
        ]  # fmt: skip
        for name, size in SIGNAL_FIELDS:
            blocks += [(str(signal.get(name, "")), size) for signal in self.signals]
        header = b"".join(text.encode("ascii").ljust(size) for text, size in blocks)
        data = np.concatenate(self.values, axis=1).astype("<i2").tobytes()
        file.write_bytes(header + data + self.tail)
        return file


def signal(label: str, samples: int, unit: str = "uV", **fields: Any) -> dict[str, Any]:
    about = {"label": label, "unit": unit, "samples": samples}
    return {**about, "physical_low": -3200, "physical_high": 3200, "low": -32000, "high": 32000, **fields}


@pytest.fixture
def values() -> np.ndarray[Any, Any]:
    return np.random.default_rng(3).integers(-32000, 32001, (4, 250))


@pytest.fixture
def one(values: np.ndarray[Any, Any]) -> Edf:
    return Edf([signal("ECG II", 250)], [values])


def test_values_are_millivolts_in_the_order_of_time(tmp_path: Path, values: np.ndarray[Any, Any]) -> None:
    about = [
        signal("ECG II", 250),
        signal("ECG V1", 250, "mV", physical_low=5, physical_high=-5, low=0, high=1000),
        signal("Pleth", 250, "a.u.", physical_low=0, physical_high=64000, low=-32000, high=32000),
    ]
    others = [np.abs(values) // 32, -values]
    Edf(about, [values, *others]).write(tmp_path / "three.edf")
    record = EdfSource(tmp_path).read("three")
    assert (record.leads, record.sample_rate_hz) == (("ECG II", "ECG V1", "Pleth"), 250.0)
    assert record.signal.shape == (1000, 3)
    np.testing.assert_allclose(record.signal[:, 0], values.ravel() * 1e-4, atol=1e-6)
    np.testing.assert_allclose(record.signal[:, 1], 5 - others[0].ravel() * 0.01, atol=1e-5)
    np.testing.assert_allclose(record.signal[:, 2], others[1].ravel() + 32000.0, atol=1e-2)
    assert (record.labels == -1).all()


def test_the_rate_is_samples_over_duration(tmp_path: Path, one: Edf) -> None:
    replace(one, record_s="0.5").write(tmp_path / "fast.edf")
    assert EdfSource(tmp_path / "fast.edf").read("fast").sample_rate_hz == 500.0


def test_annotations_of_edf_plus_are_no_signal(tmp_path: Path, one: Edf) -> None:
    about = [*one.signals, signal(ANNOTATIONS, 30, "", physical_low=-1, physical_high=1, low=-32768, high=32767)]
    Edf(about, [*one.values, np.zeros((4, 30))], reserved="EDF+C").write(tmp_path / "plus.edf")
    assert EdfSource(tmp_path).read("plus").leads == ("ECG II",)


def test_a_lead_is_its_label_with_or_without_the_kind(tmp_path: Path, one: Edf) -> None:
    one.write(tmp_path / "a.edf")
    for lead in ("ECG II", "ecg ii", "II"):
        assert EdfSource(tmp_path, leads=[lead]).read("a").leads == ("ECG II",)
    with pytest.raises(SignalError, match=r"'.*a\.edf' has no signal 'V6'; it has ECG II"):
        EdfSource(tmp_path, leads=["V6"]).read("a")


def test_signals_of_different_rates_are_refused_by_name(tmp_path: Path, one: Edf) -> None:
    both = Edf([*one.signals, signal("Resp", 25)], [*one.values, np.zeros((4, 25))])
    both.write(tmp_path / "night.edf")
    with pytest.raises(SignalError, match=r"'ECG II' \(250 Hz\) and 'Resp' \(25 Hz\) have different sample rates"):
        EdfSource(tmp_path).read("night")
    assert EdfSource(tmp_path, leads=["Resp"]).read("night").signal.shape == (100, 1)


def test_patients_are_the_codes_of_edf_plus_unless_a_file_says_otherwise(tmp_path: Path, one: Edf) -> None:
    for name, patient, reserved in (
        ("a", "MCH-17 F 02-MAY-1951 X", "EDF+C"), ("b", "MCH-17 F X X", "EDF+C"), ("c", "X X X X", "EDF+C"),
        ("d", "free text", ""),
    ):  # fmt: skip
        replace(one, patient=patient, reserved=reserved).write(tmp_path / f"{name}.edf")
    assert EdfSource(tmp_path).patients() == {"a": "MCH-17", "b": "MCH-17", "c": "c", "d": "d"}
    (tmp_path / "patients.json").write_text('{"d": "anna"}')
    assert EdfSource(tmp_path).patients()["d"] == "anna"


def test_a_file_still_being_written_has_the_records_that_are_there(tmp_path: Path, one: Edf) -> None:
    replace(one, records="-1").write(tmp_path / "open.edf")
    assert EdfSource(tmp_path).read("open").samples == 1000


def test_open_source_finds_directories_and_files(tmp_path: Path, one: Edf) -> None:
    file = one.write(tmp_path / "a.edf")
    assert isinstance(open_source(tmp_path), EdfSource)
    assert isinstance(open_source(file, annotator="any"), EdfSource)
    with pytest.raises(SignalError, match=r"classes '\('x',\)' means nothing for .* EDF files; leave it out"):
        open_source(tmp_path, classes=("x",))


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"version": "1"}, {}, "is no EDF file: it does not begin with version 0"),
    ({"reserved": "EDF+D"}, {}, r"is EDF\+D: its data records have gaps .* export it as EDF\+C"),
    ({"count": "x"}, {}, "its number of signals is 'x', not a number; export"),
    ({"count": "0"}, {}, "its number of signals is 0, not a whole number from 1 to 4096"),
    ({"count": "9"}, {}, "ends within its header of 2560 bytes; copy it again"),
    ({"header_bytes": "768"}, {}, "its header bytes is 768, not 512; export"),
    ({"record_s": "1_0"}, {}, "its duration of a data record is '1_0', not a number"),
    ({"record_s": "1e-320"}, {}, "a sample rate of inf Hz is not a positive number"),
    ({"record_s": "9e9"}, {}, "a sample rate of .* Hz is not a positive number from 0.001"),
    ({}, {"physical_high": "1e308"}, r"its physical minimum and maximum must lie within ±1e\+12"),
    ({"records": "2.5"}, {}, "its number of data records is 2.5, not a whole number"),
    ({"records": "5"}, {}, r"has 2000 bytes after its header and 5 data records need 2500; it was cut short"),
    ({"records": "3"}, {}, "3 data records need 1500; it was cut short or damaged"),
    ({"records": "-1", "tail": b"xy"}, {}, "has 2002 bytes after its header and 4 data records need 2000"),
    ({"record_s": "0"}, {}, "its duration of a data record is 0 s, which must be over 0"),
    ({"record_s": "nan"}, {}, "its duration of a data record is 'nan', not a number"),
    ({}, {"physical_high": -3200}, "signal 'ECG II': its physical minimum and maximum are both -3200, and must differ"),
    ({}, {"low": 32000}, "signal 'ECG II': its digital minimum is 32000, and must be under the maximum"),
    ({}, {"high": 40000}, "its digital maximum is 40000, not a whole number from -32768 to 32767"),
    ({}, {"samples": 0}, "its samples per data record is 0, not a whole number from 1"),
]


@pytest.mark.parametrize(("of_file", "of_signal", "sentence"), REFUSED)
def test_what_the_format_does_not_allow_is_a_sentence(
    tmp_path: Path, one: Edf, of_file: dict[str, Any], of_signal: dict[str, Any], sentence: str
) -> None:
    bad = replace(one, signals=[{**one.signals[0], **of_signal}], **of_file)
    bad.write(tmp_path / "bad.edf")
    with pytest.raises(SignalError, match=sentence) as caught:
        EdfSource(tmp_path).read("bad")
    assert "bad.edf" in str(caught.value)


def test_bdf_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.edf").write_bytes(b"\xffBIOSEMI".ljust(512))
    with pytest.raises(SignalError, match="is BDF, with samples of 24 bits; export it as EDF"):
        EdfSource(tmp_path).read("bad")


def test_any_damaged_header_is_a_sentence_or_reads(tmp_path: Path, one: Edf) -> None:
    good = one.write(tmp_path / "good.edf").read_bytes()
    rng = np.random.default_rng(8)
    outcomes = set()
    for _ in range(300):
        data = bytearray(good)
        for at in rng.integers(0, 512, 3):
            data[at] = rng.integers(0, 256)
        (tmp_path / "good.edf").write_bytes(data[: int(rng.integers(0, len(data) + 1)) if rng.random() < 0.2 else None])
        try:
            EdfSource(tmp_path).read("good")
            outcomes.add("read")
        except SignalError as error:
            outcomes.add("refused, by name" if "good.edf" in str(error) else str(error))
    assert outcomes == {"read", "refused, by name"}
