"""Every format, frame, skew and layout of segments, against the ``wfdb`` package; and what none of them can mean."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import WfdbSource
from edgeunet.signals.recordings.units import MILLIVOLTS_PER
from edgeunet.signals.recordings.wfdb.files import read_adc
from edgeunet.signals.recordings.wfdb.storage import COMPRESSED, STORAGES
from edgeunet.signals.recordings.wfdb_directory import read_wfdb_signal
from tests.signals.conftest import WriteRecord, beats

wfdb = pytest.importorskip("wfdb")
soundfile = pytest.importorskip("soundfile")

RATE_HZ = 62.5
FRAMES = 60


def judged(base: Path, *, physical: bool, skew: bool = True) -> list[npt.NDArray[Any]]:
    """Return every lead as the wfdb package reads it, no frames averaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = wfdb.rdrecord(str(base), physical=physical, smooth_frames=False, ignore_skew=not skew)
    return list(found.e_p_signal if physical else found.e_d_signal)


def write_signals(
    directory: Path,
    name: str,
    storage: str,
    frames: Sequence[int],
    *,
    skews: Sequence[int] = (),
    length: int = FRAMES,
    gains: Sequence[str] = (),
    names: Sequence[str] = (),
    seed: int = 0,
) -> Path:
    """Write one record of random bytes (FLAC: random samples), a lead for each number of samples per frame."""
    rng, total = np.random.default_rng(seed), sum(frames)
    path = directory / f"{name}.dat"
    if storage in COMPRESSED:
        bits = COMPRESSED[storage]
        values = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (length * frames[0], len(frames)))
        subtype = {8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}[bits]
        soundfile.write(
            path, (values << (32 - bits)).astype(np.int32), 250, subtype=subtype, format="FLAC", closefd=True
        )
    else:
        data = rng.integers(0, 256, STORAGES[storage].bytes_for(length * total)).astype(np.uint8)
        if storage == "311":
            data[3::4] &= 0x3F  # the two bits without a meaning, which the wfdb package takes for more of a sample
        path.write_bytes(data.tobytes())
    lines = [f"{name} {len(frames)} {RATE_HZ} {length}"]
    for index, frame in enumerate(frames):
        skew = f":{skews[index]}" if skews else ""
        gain = gains[index] if gains else f"{150 + index}.5({index - 3})/mV"
        lead = names[index] if names else f"lead{index}"
        lines.append(f"{name}.dat {storage}x{frame}{skew} {gain} 12 0 {7 * index} 0 0 {lead}")
    (directory / f"{name}.hea").write_text("\n".join(lines) + "\n")
    return directory / name


def in_words_the_package_reads(base: Path) -> Path:
    """Return the record, or a copy of it: the package cannot expand frames of format 61, so they become format 16."""
    header = base.with_suffix(".hea").read_text()
    if ".dat 61x" not in header:
        return base
    copy = base.with_name(f"{base.name}_little")
    np.fromfile(base.with_suffix(".dat"), ">i2").astype("<i2").tofile(copy.with_suffix(".dat"))
    copy.with_suffix(".hea").write_text(header.replace(f"{base.name}.dat 61x", f"{copy.name}.dat 16x"))
    return copy


@pytest.mark.parametrize("storage", [*STORAGES, *COMPRESSED])
@pytest.mark.parametrize("frames", [(1,), (1, 1, 1), (4,), (4, 4), (1, 3, 2)], ids=str)
@pytest.mark.parametrize("skew", [0, 5, 100], ids="skew {}".format)
def test_counts_and_volts_equal_those_of_the_wfdb_package(
    tmp_path: Path, storage: str, frames: tuple[int, ...], skew: int
) -> None:
    skews = [skew * (len(frames) - index) for index in range(len(frames))]
    base = write_signals(tmp_path, "r", storage, frames, skews=skews)
    if storage in COMPRESSED and len(set(frames)) > 1:
        with pytest.raises(SignalError, match="one number of samples per frame"):
            read_adc(base)
        return
    found = read_adc(base)
    assert found.rate_hz == RATE_HZ
    # The package fails on skews that differ and on those of FLAC, so here it reads without and the samples move here.
    copy = in_words_the_package_reads(base)
    counts, volts = (judged(copy, physical=physical, skew=False) for physical in (False, True))
    for index, (frame, late) in enumerate(zip(frames, skews, strict=True)):
        lead, moved = found.column(index), late * frame
        there = max(FRAMES - late, 0) * frame
        assert len(lead.adc) == FRAMES * frame
        assert lead.invalid[there:].all()  # behind the end of a skewed lead nothing is known
        np.testing.assert_array_equal(lead.adc[:there], counts[index][moved:])
        good = ~lead.invalid[:there]
        np.testing.assert_array_equal(good, np.isfinite(volts[index][moved:]))
        millivolts = (lead.adc[:there][good] - lead.line.baseline) / lead.line.gain
        np.testing.assert_allclose(millivolts, volts[index][moved:][good], rtol=1e-9)
    if len(set(frames)) == 1:
        signal, rate_hz, leads = read_wfdb_signal(base, "header")
        assert (rate_hz, leads) == (RATE_HZ * frames[0], tuple(f"lead{index}" for index in range(len(frames))))
        assert signal.shape == (FRAMES * frames[0], len(frames))


@pytest.mark.parametrize("storage", ["16", "24", "212", "310"])
@pytest.mark.parametrize("frames", [(1,), (3,), (2, 2)], ids=str)
def test_a_skew_moves_a_lead_as_the_wfdb_package_moves_it(
    tmp_path: Path, storage: str, frames: tuple[int, ...]
) -> None:
    base = write_signals(tmp_path, "r", storage, frames, skews=[5] * len(frames))
    found = read_adc(base)
    for index, counts in enumerate(judged(base, physical=False)):
        there = (FRAMES - 5) * frames[index]
        np.testing.assert_array_equal(found.column(index).adc[:there], counts[:there])


@pytest.mark.parametrize("storage", ["16", "212", "516"])
@pytest.mark.parametrize("frames", [(1, 1), (3, 3)], ids=str)
def test_fixed_segments_are_put_together_with_their_own_gains(
    tmp_path: Path, storage: str, frames: tuple[int, ...]
) -> None:
    write_signals(tmp_path, "s1", storage, frames, length=20, gains=["200(3)/mV", "100/uV"], seed=1)
    write_signals(tmp_path, "s2", storage, frames, length=30, gains=["50(-3)/mV", "100/uV"], seed=2)
    (tmp_path / "r.hea").write_text(f"r/3 2 {RATE_HZ} 57\ns1 20\n~ 7\ns2 30\n")
    signal, rate_hz, _ = read_wfdb_signal(tmp_path / "r")
    assert (signal.shape, rate_hz) == ((57 * frames[0], 2), RATE_HZ * frames[0])
    gap = slice(20 * frames[0], 27 * frames[0])
    assert np.isnan(signal[gap]).all()
    for segment, part in (("s1", signal[: gap.start]), ("s2", signal[gap.stop :])):
        for lead, factor in enumerate((1.0, 1e-3)):
            expected = judged(tmp_path / segment, physical=True)[lead] * factor
            np.testing.assert_allclose(part[:, lead], expected, rtol=1e-5, atol=1e-6)


def test_a_variable_layout_fills_leads_that_a_segment_lacks(tmp_path: Path) -> None:
    write_signals(tmp_path, "s1", "16", (2, 2), length=20, names=["II", "ABP"], gains=["200/mV", "10/mmHg"], seed=1)
    write_signals(tmp_path, "s2", "16", (2,), length=30, names=["II"], gains=["100/mV"], seed=2)
    layout = [f"lay 3 {RATE_HZ} 0", *(f"~ 0x2 200/mV 0 0 0 0 0 {name}" for name in ("ABP", "II", "V"))]
    (tmp_path / "lay.hea").write_text("\n".join(layout) + "\n")
    (tmp_path / "r.hea").write_text(f"r/3 3 {RATE_HZ} 50\nlay 0\ns1 20\ns2 30\n")
    signal, rate_hz, leads = read_wfdb_signal(tmp_path / "r")
    assert (rate_hz, leads) == (2 * RATE_HZ, ("ABP", "II", "V"))
    first, second = judged(tmp_path / "s1", physical=True), judged(tmp_path / "s2", physical=True)
    np.testing.assert_allclose(signal[:, 1], np.concatenate([first[0], second[0]]), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(signal[:40, 0], first[1], rtol=1e-5, atol=1e-6)
    assert np.isnan(signal[40:, 0]).all()
    assert np.isnan(signal[:, 2]).all()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("r/2 1 62.5 40\ns1 20\nnone 20\n", "segment 'none' is missing"),
        ("r/2 1 62.5 50\ns1 20\ns2 20\n", "says 50 samples but its segments add up to 40"),
        ("r/2 1 62.5 40\ns1 25\ns2 15\n", "segment 's1' says 20 samples, the record's header 25"),
        ("r/2 1 125 40\ns1 20\ns2 20\n", "segment 's1' is at 62.5 Hz, the record at 125 Hz"),
        ("r/2 2 62.5 40\ns1 20\ns2 20\n", "says 2 signals, its segments have 1"),
        ("r/2 1 62.5 40\ns1 20\ntwo 20\n", "segment 'two' has the leads lead0, lead1 where the first has lead0"),
        ("r/2 1 62.5 40\ns1 20\nfast 20\n", "lead0 has 1 samples per frame in one segment and 2 in another"),
        ("r/2 1 62.5 40\ns1 20\nr 20\n", "has segments itself"),
        ("r/1 1 62.5 40\n~ 40\n", "nothing but gaps"),
        ("r/2 1 62.5\ns1 20\n~ 999999999999999\n", "at most 268435456 can be read"),
        ("r/2 1 62.5 40\ns1 20\n../s2 20\n", "is no segment"),
        ("r/2 1 62.5 40\ns1 20\ns2 2,0\n", "is no segment"),
        ("r/3 1 62.5 40\ns1 20\ns2 20\n", "names 3 segments but describes 2"),
    ],
)
def test_segments_that_do_not_fit_are_one_sentence(tmp_path: Path, header: str, message: str) -> None:
    for name, frames in (("s1", (1,)), ("s2", (1,)), ("two", (1, 1)), ("fast", (2,))):
        write_signals(tmp_path, name, "16", frames, length=20)
    (tmp_path / "r.hea").write_text(header)
    with pytest.raises(SignalError, match=message) as caught:
        read_adc(tmp_path / "r")
    assert "\n" not in str(caught.value)


def test_a_gap_is_refused_by_name_or_masked(tmp_path: Path) -> None:
    write_signals(tmp_path, "s1", "80", (1,), length=20)
    (tmp_path / "s1.dat").write_bytes(np.arange(100, 120, dtype="u1").tobytes())
    (tmp_path / "r.hea").write_text("r/3 1 62.5 60\ns1 20\n~ 20\ns1 20\n")
    with pytest.raises(SignalError, match=r"20 samples lie in gaps between segments\): 20 of 60 samples"):
        WfdbSource(tmp_path, annotator="none").read("r")
    record = WfdbSource(tmp_path, annotator="none", missing="mask").read("r")
    assert record.missing == (pytest.approx(1 / 3),)


def test_a_damaged_flac_file_is_one_sentence(tmp_path: Path) -> None:
    base = write_signals(tmp_path, "r", "516", (1, 1))
    whole = (tmp_path / "r.dat").read_bytes()
    for length in (0, 3, 30, 60, len(whole) // 2, len(whole) - 1):
        (tmp_path / "r.dat").write_bytes(whole[:length])
        with pytest.raises(SignalError, match=r"damaged|cut short|holds"):
            read_adc(base)
    (tmp_path / "r.dat").write_bytes(b"RIFF" + whole)
    with pytest.raises(SignalError, match="damaged or not FLAC"):
        read_adc(base)
    header = base.with_suffix(".hea")
    (tmp_path / "r.dat").write_bytes(whole)
    header.write_text(header.read_text().replace("516", "508"))
    with pytest.raises(SignalError, match="2 channels of FLAC PCM_16, but its header says 2 of format 508"):
        read_adc(base)


@pytest.mark.parametrize("storage", ["16", "508", "516", "524"])
@pytest.mark.parametrize("skew", ["", ":3"])
def test_adc_units_act_on_true_counts(tmp_path: Path, storage: str, skew: str) -> None:
    counts = np.tile(np.arange(-100, 100), 5)
    if storage == "16":
        (tmp_path / "r.dat").write_bytes(counts.astype("<i2").tobytes())
    else:
        bits = COMPRESSED[storage]
        subtype = {8: "PCM_S8", 16: "PCM_16", 24: "PCM_24"}[bits]
        soundfile.write(
            tmp_path / "r.dat", (counts << (32 - bits)).astype(np.int32), 250, subtype=subtype, format="FLAC"
        )
    (tmp_path / "r.hea").write_text(f"r 1 50 200\nr.dat {storage}x5{skew} 200/mV 16 0 0 0 0 II\n")
    signal, rate_hz, _ = read_wfdb_signal(tmp_path / "r", 5)
    assert rate_hz == 250
    assert np.nanmax(signal) - np.nanmin(signal) == pytest.approx(199 * 0.005)
    (tmp_path / "m.hea").write_text("m/1 1 50 200\nr 200\n")
    np.testing.assert_array_equal(read_wfdb_signal(tmp_path / "m", 5)[0], signal)


def test_leads_of_different_rates_are_refused_by_name_and_can_be_chosen(tmp_path: Path) -> None:
    base = write_signals(tmp_path, "r", "24", (4, 4, 1), names=["II", "V", "RESP"])
    with pytest.raises(SignalError, match=r"different sample rates \(II 250 Hz, V 250 Hz, RESP 62.5 Hz\); choose"):
        read_wfdb_signal(base)
    for leads, rate_hz in ((["V", "II"], 250.0), (["resp"], 62.5)):
        record = WfdbSource(tmp_path, annotator="none", leads=leads).read("r")
        assert record.sample_rate_hz == rate_hz
        assert record.samples == FRAMES * rate_hz / 62.5
        column = {"V": 1, "resp": 2}[leads[0]]
        np.testing.assert_allclose(record.signal[:, 0], judged(base, physical=True)[column], rtol=1e-5, atol=1e-4)


def test_annotations_of_frames_count_frames(write_record: WriteRecord) -> None:
    directory = write_record(samples=2500, leads=("II",), annotations={"q1c": beats([100, 240, 380])}, storage="16")
    header = directory / "sel1.hea"
    header.write_text(header.read_text().replace(" 250 2500", " 62.5 625").replace(" 16 ", " 16x4 ", 1))
    record = WfdbSource(directory).read("sel1")
    assert (record.sample_rate_hz, record.samples) == (250, 2500)
    assert [wave.onset for wave in record.waves[0] if wave.kind == "P"] == [400, 960, 1520]


@pytest.mark.parametrize(
    ("unit", "gain"),
    [
        *((unit, 200 / factor * 1.0) for unit, factor in (("mV", 1), ("uV", 1e3), ("V", 1e-3), ("nV", 1e6))),
        ("microvolts", 0.2), ("uVolt", 0.2), ("µV", 0.2), ("\u03bcV", 0.2), ("micro-Volt", 0.2), ("MICROVOLTS", 0.2),
        ("Volts", 200_000), ("volt", 200_000), ("millivolts", 200), ("mVolt", 200), ("nanovolt", 2e-4),
    ],
)  # fmt: skip
def test_words_for_volts_are_understood(tmp_path: Path, unit: str, gain: float) -> None:
    (tmp_path / "r.dat").write_bytes(np.arange(0, 600, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text(f"r 1 250 600\nr.dat 16 {gain:g}/{unit} 16 0 0 0 0 II\n", encoding="utf-8")
    signal, _, _ = read_wfdb_signal(tmp_path / "r")
    assert np.ptp(signal) == pytest.approx(599 / 200, rel=1e-4)


@pytest.mark.parametrize("unit", ["mVV", "milli", "kV", "1mV", "mV/s", "?", "units", "x" * 5000])
def test_an_unknown_unit_is_refused_unless_it_does_not_matter(tmp_path: Path, unit: str) -> None:
    assert unit not in MILLIVOLTS_PER
    (tmp_path / "r.dat").write_bytes(np.arange(0, 600, dtype="<i2").tobytes())
    line = f"r.dat 16 200/{unit} 16 0 0 0 0"
    (tmp_path / "r.hea").write_text(f"r 2 250 300\n{line} II\nr.dat 16 200/mmHg 16 0 0 0 0 ABP\n")
    with pytest.raises(SignalError, match=r"lead II: the unit .* is unknown") as caught:
        read_wfdb_signal(tmp_path / "r")
    assert len(str(caught.value)) < 500
    assert np.ptp(read_wfdb_signal(tmp_path / "r", 5)[0][:, 0]) == pytest.approx(2.99, abs=0.01)
    assert np.ptp(WfdbSource(tmp_path, leads=["ABP"], annotator="none").read("r").signal) == pytest.approx(2.99)


@pytest.mark.parametrize(
    ("gains", "millivolts"),
    [
        ((200,), [1.0]),  # a calibration pulse of 1 mV, alone
        ((200, 200), [1.0, 1.0]),  # twice
        ((200, 150), [0.2, 0.15]),  # different gains, each the lead's own range: 1 unit is 1 uV
        ((200, 153.5), [1.0, 150 / 153.5]),  # one gain is no range
    ],
)
def test_gains_are_ranges_only_where_several_leads_with_different_gains_say_so(
    tmp_path: Path, gains: tuple[float, ...], millivolts: list[float]
) -> None:
    spans = [200, 200 if gains[-1] == 200 else 150]
    square = np.arange(2500)[:, None] % 250 < 125
    (tmp_path / "r.dat").write_bytes((square * np.array(spans[: len(gains)])).astype("<i2").tobytes())
    lines = [f"r.dat 16 {gain}/mV 16 0 0 0 0 L{index}" for index, gain in enumerate(gains)]
    (tmp_path / "r.hea").write_text("\n".join([f"r {len(gains)} 250 2500", *lines]) + "\n")
    for name in ("r", "m"):
        (tmp_path / "m.hea").write_text(f"m/1 {len(gains)} 250 2500\nr 2500\n")
        record = WfdbSource(tmp_path, annotator="none").read("m") if name == "m" else None
        signal, _, _ = read_wfdb_signal(tmp_path / name)
        np.testing.assert_allclose(np.ptp(signal, axis=0), millivolts, rtol=1e-6)
        if record is not None:
            assert bool(record.notes) == (millivolts[0] == 0.2)
            assert all("1 ADC unit was taken as 1 uV" in note for note in record.notes)
