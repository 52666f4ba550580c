"""What cannot be right about a recording is counted, said, and beyond a share refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import PreparedSource, Record, SyntheticSource, open_source
from edgeunet.signals.inspection import describe_inspection, inspect
from edgeunet.signals.plausibility import Expectation, examine, is_ecg, require_plausible, summaries

ECG = Expectation(ecg=True, bits=16)


@pytest.fixture
def clean() -> Record:
    return SyntheticSource(records=1, seed=3, leads=("ii", "v2")).read("synthetic-0000")


def kinds(record: Record, expected: Expectation = ECG) -> dict[str, bool]:
    """Return the kinds found, and whether the record is refused for each."""
    return {finding.kind: finding.refused for finding in examine(record, expected)}


def test_a_clean_recording_is_passed_in_silence(clean: Record) -> None:
    assert kinds(clean) == {}
    for offset in (-5, 5):
        assert kinds(replace(clean, signal=clean.signal + np.float32(offset))) == {}


@pytest.mark.parametrize(
    ("factor", "refused", "guess"),
    [(1000, True, "microvolts"), (1e-3, True, "volts"), (30, False, "raw counts"), (0.03, False, "raw counts")],
)
def test_another_unit_is_told_by_the_amplitude(clean: Record, factor: float, refused: bool, guess: str) -> None:
    record = replace(clean, signal=clean.signal * np.float32(factor))
    found = next(finding for finding in examine(record, Expectation(ecg=True)) if finding.kind == "amplitude")
    assert found.refused == refused
    assert f"{guess}?); say what the numbers are" in found.text
    assert "amplitude" not in kinds(record, Expectation(ecg=False))


def test_other_quantities_than_voltages_have_amplitudes_of_their_own(clean: Record) -> None:
    loud = replace(clean, signal=clean.signal * np.float32([1, 1000]), units=("mV", "mmHg"))
    assert "amplitude" not in kinds(loud)
    assert "amplitude" in kinds(replace(loud, units=("mV", "mV")))


def test_an_electrode_offset_is_said_and_refused_only_where_16_bits_saturate(clean: Record) -> None:
    record = replace(clean, signal=clean.signal + np.float32(100))
    assert kinds(record) == {"saturated": True, "offset": False}
    assert kinds(record, Expectation(ecg=True)) == {"offset": False}
    assert kinds(replace(clean, signal=clean.signal - np.float32(20))) == {"offset": False}
    assert kinds(record, Expectation(ecg=False, bits=16)) == {"saturated": True}


def test_24_bits_have_room_for_an_electrode_offset(clean: Record) -> None:
    wide = Expectation(ecg=True, bits=24)
    assert kinds(replace(clean, signal=clean.signal - np.float32(300)), wide) == {}
    assert kinds(replace(clean, signal=clean.signal + np.float32(9000)), wide) == {"saturated": True}


@pytest.mark.parametrize(("share", "expected"), [(0.03, {}), (0.2, {"flat": False}), (0.6, {"flat": True})])
def test_flat_stretches_are_counted_over_all_leads_in_use(
    clean: Record, share: float, expected: dict[str, bool]
) -> None:
    signal = clean.signal.copy()
    signal[: int(share * len(signal))] = 0.01
    assert kinds(replace(clean, signal=signal)) == expected
    signal = clean.signal.copy()
    signal[:, 0] = 0
    assert kinds(replace(clean, signal=signal)) == {"flat": False}
    assert kinds(replace(clean, signal=signal).pick(["ii"])) == {"flat": True}


def test_samples_at_a_rail_are_counted(clean: Record) -> None:
    signal = clean.signal.copy()
    top = signal.max() + np.float32(1)
    signal[500:1000] = top  # 0.1 of the recording, in pieces shorter than what counts as flat
    signal[500:1000:100] = 0
    found = examine(replace(clean, signal=signal), Expectation(ecg=True))
    assert [(finding.kind, finding.refused) for finding in found] == [("clipped", False)]
    assert found[0].worst == pytest.approx(495 / len(signal))
    between_rails = np.where(np.arange(len(signal)) // 100 % 2, 1, -1).astype(np.float32)[:, None] * [1, 1]
    between_rails[::50] = 0
    assert kinds(replace(clean, signal=between_rails.astype(np.float32))) == {"clipped": True}


def test_a_pulse_that_rests_at_its_zero_is_not_at_a_rail(clean: Record) -> None:
    pulse = np.zeros_like(clean.signal)
    pulse[np.arange(len(pulse)) % 400 < 10] = 1
    assert "clipped" not in kinds(replace(clean, signal=pulse))


@pytest.mark.parametrize(("missing", "expected"), [((0.0, 0.02), {"missing": False}), ((0.9, 0.2), {"missing": True})])
def test_masked_samples_are_counted(clean: Record, missing: tuple[float, float], expected: dict[str, bool]) -> None:
    record = replace(clean, missing=missing)
    assert kinds(record) == expected
    assert kinds(record, Expectation(ecg=False)) == expected


def test_a_refusal_is_one_sentence_and_summaries_count_records(clean: Record) -> None:
    bad = [replace(clean, name=name, missing=(share,) * 2) for name, share in (("a", 0.1), ("b", 0.6), ("c", 0.2))]
    findings = [finding for record in bad for finding in examine(record, ECG)]
    assert summaries(findings) == (
        "record 'b' (and 2 more records): 60 % of the samples are NaN or marked invalid; more than the 50 % that is "
        "let through; leave the recording or the lead out",
    )
    with pytest.raises(SignalError, match="record 'b': 60 % of the samples are NaN"):
        require_plausible(findings)


def test_an_ecg_is_known_by_its_classes_or_else_by_its_leads() -> None:
    assert is_ecg(("background", "P", "QRS", "T"), ["red"])
    assert is_ecg(("background",), ["red", "aVR"])
    assert is_ecg(("background",), ["ecg_1"])
    assert not is_ecg(("background",), ["red"])
    assert not is_ecg(("rest", "beat"), ["ii"])


@pytest.fixture
def directory(tmp_path: Path, clean: Record) -> Path:
    for name, factor in (("good", 1), ("slip", 1000)):
        np.savez(
            tmp_path / f"{name}.npz", signal=clean.signal * factor, labels=clean.labels, leads=np.array(clean.leads),
            classes=np.array(clean.classes), sample_rate_hz=clean.sample_rate_hz,
        )  # fmt: skip
    return tmp_path


def test_inspect_shows_what_the_others_refuse(directory: Path) -> None:
    document = inspect(open_source(directory))
    assert (document["records"], document["refused"]) == (2, [])
    found = {entry["kind"]: entry for entry in document["implausible"]}
    assert found["amplitude"]["records"] == found["amplitude"]["refused"] == ["slip"]
    text = "\n".join(describe_inspection(document))
    assert "warning: record 'slip': a typical peak-to-peak of" in text
    assert "(train, evaluate and simulate refuse 1)" in text


def test_prepared_records_are_refused_or_warned_of(directory: Path) -> None:
    prepared = PreparedSource(open_source(directory), rate_hz=250)
    prepared.read("good")
    assert prepared.warnings() == ()
    with pytest.raises(SignalError, match="record 'slip': a typical peak-to-peak"):
        prepared.read("slip")
    (directory / "dataset.json").write_text('{"unit": "uV"}')
    prepared = PreparedSource(open_source(directory), rate_hz=250)
    prepared.read("slip")  # which the declared unit mends
    assert prepared.warnings() == ()
