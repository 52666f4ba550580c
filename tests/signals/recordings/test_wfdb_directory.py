"""The QT database's layout, units, and every way a WFDB directory can be broken."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import UNKNOWN, Source, Wave, WfdbSource, open_source
from edgeunet.signals.record import ruled_out
from tests.signals.conftest import WriteRecord, beats


def test_joint_annotations_hold_for_all_leads(write_record: WriteRecord) -> None:
    directory = write_record(annotations={"q1c": beats([300, 500, 700])})
    record = open_source(directory).read("sel1")
    assert record.leads == ("ECG1", "ECG2")
    assert record.waves[0] == record.waves[1]
    assert [wave.kind for wave in record.waves[0]] == ["P", "QRS", "T"] * 3
    assert record.annotated[0] == (300, 811)
    np.testing.assert_array_equal(record.labels[:, 0], record.labels[:, 1])


def test_signal_is_in_millivolts_by_the_header(write_record: WriteRecord) -> None:
    record = open_source(write_record(annotations={"q1c": beats([300])})).read("sel1")
    expected = np.sin(2 * np.pi * np.arange(2500) / 250)
    np.testing.assert_allclose(record.signal[:, 0], expected, atol=0.5 / 200 + 1e-6)


def test_a_t_wave_without_onset_is_not_marked_and_the_stretch_before_it_unknown(write_record: WriteRecord) -> None:
    record = open_source(write_record(annotations={"q1c": beats([300, 500, 700])})).read("sel1")
    assert record.waves[0][2] == Wave("T", 390, 390, 410, onset_marked=False)
    labels = record.labels[:, 0]
    assert (labels[351:390] == UNKNOWN).all()
    assert (labels[390:411] == 3).all()
    assert (labels[411:500] == 0).all()


def test_beats_left_out_between_annotated_ones_are_unknown(write_record: WriteRecord) -> None:
    record = open_source(write_record(annotations={"q1c": beats([200, 400, 600, 1400, 1600, 1800])})).read("sel1")
    labels = record.labels[:, 0]
    assert (labels[711:1400] == UNKNOWN).all()
    assert (labels[511:600] == 0).all()
    assert (labels[1511:1600] == 0).all()
    assert (labels[:200] == UNKNOWN).all()
    assert (labels[1911:] == UNKNOWN).all()


def test_the_first_expert_goes_before_the_second_and_both_before_the_program(write_record: WriteRecord) -> None:
    annotations = {"pu0": beats([100]), "q2c": beats([200]), "q1c": beats([300])}
    directory = write_record(annotations=annotations)
    assert open_source(directory).read("sel1").annotated[0] == (300, 411)
    assert open_source(directory, annotator="q2c").read("sel1").annotated[0] == (200, 311)
    (directory / "sel1.q1c").unlink()
    (directory / "sel1.q2c").unlink()
    assert open_source(directory, annotator="pu{index}", leads=["ECG1"]).read("sel1").annotated[0] == (100, 211)


def test_numbered_annotators_belong_to_leads(write_record: WriteRecord) -> None:
    directory = write_record(annotations={"pu0": beats([100], t_onset=True), "pu1": beats([150], t_onset=True)})
    record = open_source(directory).read("sel1")
    assert record.annotated == ((100, 211), (150, 261))
    assert open_source(directory, leads=["ecg2"]).read("sel1").annotated == ((150, 261),)


def test_annotation_files_named_after_leads_are_found(write_record: WriteRecord) -> None:
    directory = write_record(leads=("I", "V1"), annotations={"i": beats([100]), "v1": beats([150])})
    record = open_source(directory).read("sel1")
    assert record.annotated == ((100, 211), (150, 261))
    assert record.waves[0][2].onset_marked  # LUDB: one mark where onset and peak fall together


def test_signals_alone_can_be_read(write_record: WriteRecord) -> None:
    record = open_source(write_record(), annotator="none").read("sel1")
    assert record.annotated == (None, None)
    assert (record.labels == UNKNOWN).all()


def test_annotations_with_their_own_clock_are_brought_to_samples(write_record: WriteRecord) -> None:
    directory = write_record(annotations={"q1c": beats([600, 1000, 1400])}, fs=500)
    assert open_source(directory).read("sel1").waves[0][0].onset == 300


def test_samples_marked_invalid_are_refused_or_masked(write_record: WriteRecord) -> None:
    signal = np.zeros((2500, 2))
    signal[350:360, 1] = np.nan
    directory = write_record(signal=signal, annotations={"q1c": beats([300, 500, 700])})
    with pytest.raises(SignalError, match=r"10 of 5000 samples .* sample 350 of lead 1"):
        open_source(directory).read("sel1")
    record = open_source(directory, missing="mask").read("sel1")
    assert np.isfinite(record.signal).all()
    assert (record.labels[350:360, 1] == UNKNOWN).all()
    assert record.labels[350, 0] != UNKNOWN


def test_patients_come_from_a_file(write_record: WriteRecord) -> None:
    for name in ("a1", "a2", "b1"):
        directory = write_record(name, annotations={"q1c": beats([300])})
    assert WfdbSource(directory).patients() == {"a1": "a1", "a2": "a2", "b1": "b1"}
    (directory / "patients.json").write_text('{"a1": "anna", "a2": "anna"}')
    assert WfdbSource(directory).patients() == {"a1": "anna", "a2": "anna", "b1": "b1"}
    table = directory / "who.csv"
    table.write_text("record,patient\na1,anna\nb1,anna\n")
    assert open_source(directory, patients=table).patients() == {"a1": "anna", "a2": "a2", "b1": "anna"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"c9": "x"}', "names record 'c9'"),
        ('{"a1": []}', "patient of record 'a1'"),
        ("{", "not valid JSON"),
        ("[]", "not an object"),
    ],
)
def test_a_wrong_patients_file_is_one_sentence(write_record: WriteRecord, content: str, message: str) -> None:
    directory = write_record("a1", annotations={"q1c": beats([300])})
    (directory / "patients.json").write_text(content)
    with pytest.raises(SignalError, match=message):
        open_source(directory)


def test_a_wrong_patients_table_is_one_sentence(write_record: WriteRecord) -> None:
    directory = write_record("a1", annotations={"q1c": beats([300])})
    table = directory / "who.csv"
    for content in ("", "record,who\na1,x\n", "\xff\xfe"):
        table.write_bytes(content.encode("latin-1"))
        with pytest.raises(SignalError, match=r"who\.csv"):
            open_source(directory, patients=table)


def test_records_of_one_name_in_two_directories_keep_both_names(write_record: WriteRecord) -> None:
    directory = write_record("a1", annotations={"q1c": beats([300])})
    for sub in ("x", "y"):
        (directory / sub).mkdir()
        for file in directory.glob("a1.*"):
            shutil.copy(file, directory / sub)
    for file in list(directory.glob("a1.*")):
        file.unlink()
    source = open_source(directory)
    assert source.names() == ("x/a1", "y/a1")
    assert source.read("y/a1").name == "y/a1"


# What is wrong with a directory, and what the sentence says about it.
def _wrong(directory: Path, what: str) -> None:
    hea, dat, q1c = (directory / f"sel1.{extension}" for extension in ("hea", "dat", "q1c"))
    header = hea.read_text()
    changes = {
        "dat cut short": lambda: dat.write_bytes(dat.read_bytes()[:1000]),
        "dat empty": lambda: dat.write_bytes(b""),
        "dat missing": dat.unlink,
        "hea cut short": lambda: hea.write_text(header[: header.index("\n") + 20]),
        "hea empty": lambda: hea.write_text(""),
        "hea not a header": lambda: hea.write_bytes(bytes(range(256))),
        "hea rate": lambda: hea.write_text(header.replace(" 250 ", " 0 ")),
        "hea one line": lambda: hea.write_text(header.splitlines()[0]),
        "annotation cut short": lambda: q1c.write_bytes(q1c.read_bytes()[:-5]),
        "annotation empty": lambda: q1c.write_bytes(b""),
        "annotation missing": q1c.unlink,
    }
    changes[what]()


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("dat cut short", r"sel1\.dat' holds 333 samples where its header says 2500"),
        ("dat empty", "holds 0 samples"),
        ("dat missing", r"cannot read signal file .*sel1\.dat"),
        ("hea cut short", r"sel1\.hea"),
        ("hea empty", "not a WFDB header"),
        ("hea not a header", "not a WFDB header"),
        ("hea rate", "a sample rate of 0 Hz"),
        ("hea one line", "names 2 signals but describes 0"),
        ("annotation cut short", r"sel1\.q1c' have no end mark"),
        ("annotation empty", "no end mark"),
        ("annotation missing", "no annotations named after its leads"),
    ],
)
def test_a_broken_file_is_one_sentence(write_record: WriteRecord, what: str, message: str) -> None:
    directory = write_record(annotations={"q1c": beats([300])})
    _wrong(directory, what)
    with pytest.raises(SignalError, match=message) as caught:
        open_source(directory).read("sel1")
    assert "\n" not in str(caught.value)


def test_an_empty_directory_and_a_missing_one_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match="holds no WFDB records"):
        open_source(tmp_path)
    with pytest.raises(SignalError, match="no file or directory"):
        open_source(tmp_path / "nothing")


def test_a_wrong_lead_is_named_with_those_there_are(write_record: WriteRecord) -> None:
    source = open_source(write_record(annotations={"q1c": beats([300])}), leads=["v9"])
    with pytest.raises(SignalError, match="no lead 'v9'; it has ECG1, ECG2"):
        source.read("sel1")


def test_a_wrong_annotator_is_named_with_the_files_there_are(write_record: WriteRecord) -> None:
    source = open_source(write_record(annotations={"q1c": beats([300])}), annotator="pu9")
    with pytest.raises(SignalError, match=r"sel1\.pu9'; files beside it end in \.dat, \.hea, \.q1c"):
        source.read("sel1")


@pytest.mark.parametrize("annotator", ["{foo}", "{", "{lead.x}", "../x", ""])
def test_an_odd_annotator_is_a_file_that_is_not_there(write_record: WriteRecord, annotator: str) -> None:
    source = open_source(write_record(annotations={"q1c": beats([300])}), annotator=annotator)
    with pytest.raises(SignalError, match="there is no annotation file"):
        source.read("sel1")


def test_lead_names_may_hold_slashes(write_record: WriteRecord) -> None:
    record = open_source(write_record(leads=("I/II", "V5"), annotations={"q1c": beats([300])})).read("sel1")
    assert record.annotated == ((300, 411), (300, 411))


@pytest.mark.parametrize("annotator", ["atr", None])
def test_annotations_without_boundaries_say_where_a_qrs_is_and_where_none_can_be(
    write_record: WriteRecord, annotator: str | None
) -> None:
    directory = write_record(annotations={"atr": ([400, 800, 1200], ["N", "N", "V"])})
    record = open_source(directory, annotator=annotator).read("sel1")
    labels = record.labels[:, 0]
    core = round(0.016 * record.sample_rate_hz)
    assert (labels[800 - core : 800 + core + 1] == 2).all()
    assert labels[600] < UNKNOWN
    assert ruled_out(labels, 2)[600]
    assert not ruled_out(labels, 1)[600]
    assert labels[800 + core + 1] == UNKNOWN
    assert record.waves == ((),) * len(record.leads)


def test_marks_beyond_the_end_are_refused(write_record: WriteRecord) -> None:
    with pytest.raises(SignalError, match="marks sample 3110, but the record has 2500"):
        open_source(write_record(annotations={"q1c": beats([3000])})).read("sel1")


def test_a_record_of_one_sample_is_refused(write_record: WriteRecord) -> None:
    directory = write_record(signal=np.zeros((1, 2)), annotations={"q1c": ([0], ["("])})
    with pytest.raises(SignalError, match=r"has 1 sample\(s\)"):
        open_source(directory).read("sel1")


@pytest.mark.parametrize("units", ["microvolts", -1, 0, float("nan")])
def test_wrong_adc_units_are_refused(write_record: WriteRecord, units: str | float) -> None:
    with pytest.raises(SignalError, match="adc units"):
        open_source(write_record(annotations={"q1c": beats([300])}), adc_units=units)


def test_a_record_that_is_not_there_is_named(write_record: WriteRecord) -> None:
    with pytest.raises(SignalError, match="no record 'sel9'; it has sel1"):
        open_source(write_record(annotations={"q1c": beats([300])})).read("sel9")


def read_or_one_sentence(source: Source) -> None:
    with contextlib.suppress(SignalError):
        source.read("sel1")


def test_any_cut_of_any_file_is_one_sentence_or_reads(write_record: WriteRecord) -> None:
    directory = write_record(samples=400, annotations={"q1c": beats([10, 200])})
    source = open_source(directory)
    for extension in ("hea", "q1c"):
        file = directory / f"sel1.{extension}"
        whole = file.read_bytes()
        for length in range(len(whole)):
            file.write_bytes(whole[:length])
            read_or_one_sentence(source)
        file.write_bytes(whole)
    assert source.read("sel1").samples == 400


def test_random_bytes_are_one_sentence_or_read(write_record: WriteRecord) -> None:
    directory = write_record(samples=400, annotations={"q1c": beats([10, 200])})
    rng = np.random.default_rng(0)
    source = open_source(directory)
    for extension in ("hea", "q1c", "dat"):
        file = directory / f"sel1.{extension}"
        whole = file.read_bytes()
        for _ in range(300):
            changed = bytearray(whole)
            for at in rng.integers(len(whole), size=4):
                changed[at] = int(rng.integers(256))
            file.write_bytes(bytes(changed))
            read_or_one_sentence(source)
        file.write_bytes(whole)
