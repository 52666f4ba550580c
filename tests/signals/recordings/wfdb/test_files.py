"""Our reader of WFDB files against the ``wfdb`` package, format by format."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals.recordings.wfdb.files import read_adc
from edgeunet.signals.recordings.wfdb.header import read_header
from edgeunet.signals.recordings.wfdb.storage import STORAGES
from edgeunet.signals.recordings.wfdb_annotations import SYMBOLS, read_annotations

wfdb = pytest.importorskip("wfdb")

LIMITS = {"80": 7, "212": 11, "16": 15, "24": 23, "32": 31, "310": 9, "311": 9, "61": 15, "160": 15}


def judge(base: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return wfdb.rdrecord(str(base), physical=False)


@pytest.mark.parametrize("storage", ["80", "212", "16", "24", "32"])
@pytest.mark.parametrize(("samples", "leads"), [(2, 1), (7, 1), (7, 3), (100, 2), (101, 2)])
def test_signals_equal_those_of_the_wfdb_package(tmp_path: Path, storage: str, samples: int, leads: int) -> None:
    top = 2 ** LIMITS[storage] - 1
    rng = np.random.default_rng(samples * leads)
    adc = rng.integers(-top, top + 1, size=(samples, leads))
    adc[:2] = [[-top] * leads, [top] * leads]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrsamp(
            "r",
            fs=250,
            units=["mV"] * leads,
            sig_name=[f"lead {i}" for i in range(leads)],
            d_signal=adc,
            fmt=[storage] * leads,
            adc_gain=[100.5] * leads,
            baseline=[-3] * leads,
            write_dir=str(tmp_path),
        )
    found = read_adc(tmp_path / "r")
    np.testing.assert_array_equal(found.adc, adc)
    np.testing.assert_array_equal(judge(tmp_path / "r").d_signal, adc)
    line = found.pieces[0][0].line
    assert (line.lead, line.gain, line.baseline, line.units) == ("lead 0", 100.5, -3, "mV")


@pytest.mark.parametrize("storage", sorted(STORAGES))
def test_any_bytes_decode_as_the_wfdb_package_decodes_them(tmp_path: Path, storage: str) -> None:
    samples, leads = 60, 2
    size = STORAGES[storage].bytes_for(samples * leads)
    data = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    if storage == "311":
        data[3::4] &= 0x3F  # the two bits without a meaning, which the wfdb package takes for more of a sample
    (tmp_path / "r.dat").write_bytes(data.tobytes())
    lines = [f"r.dat {storage} 200(1)/uV 12 0 0 0 0 {name}" for name in ("a", "b")]
    (tmp_path / "r.hea").write_text("\n".join([f"r {leads} 360 {samples}", *lines]) + "\n")
    found = read_adc(tmp_path / "r")
    np.testing.assert_array_equal(found.adc, judge(tmp_path / "r").d_signal)
    assert found.pieces[0][1].line.units == "uV"


def test_signals_in_several_files_and_after_a_preamble_are_put_together(tmp_path: Path) -> None:
    a, b = np.arange(10, dtype="<i2"), np.arange(10, 20, dtype="<i2")
    (tmp_path / "a.dat").write_bytes(b"head" + a.tobytes())
    (tmp_path / "b.dat").write_bytes(b.tobytes())
    (tmp_path / "r.hea").write_text("# a comment\nr 2 128/0.5(3) 10\na.dat 16+4 200\nb.dat 16 200/mV\n")
    found = read_adc(tmp_path / "r")
    np.testing.assert_array_equal(found.adc, np.stack([a, b], axis=1))
    assert found.leads == ("ch0", "ch1")


def test_a_header_without_length_takes_what_the_file_holds(tmp_path: Path) -> None:
    (tmp_path / "r.dat").write_bytes(np.arange(12, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text("r 2\nr.dat 16\nr.dat 16\n")
    found = read_adc(tmp_path / "r")
    assert found.adc.shape == (6, 2)
    assert (found.rate_hz, found.pieces[0][0].line.gain) == (250.0, 0.0)


def test_a_header_without_signals_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.hea").write_text("r 0 100 0\n")
    assert read_header(tmp_path / "r.hea").signals == ()
    with pytest.raises(SignalError, match="no signals"):
        read_adc(tmp_path / "r")


def test_every_symbol_and_long_gaps_are_read_as_the_wfdb_package_reads_them(tmp_path: Path) -> None:
    symbols = [symbol for symbol in SYMBOLS.values() if symbol != '"']
    at = np.cumsum(np.array([5, 1023, 1024, 70_000, 3] * 10))[: len(symbols)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrann(
            "r",
            "atr",
            at,
            symbol=symbols,
            aux_note=["odd" if i % 3 else "" for i in range(len(symbols))],
            num=np.arange(len(symbols)) % 3,
            chan=np.arange(len(symbols)) % 2,
            write_dir=str(tmp_path),
        )
        expected = wfdb.rdann(str(tmp_path / "r"), "atr")
    found = read_annotations(tmp_path / "r.atr")
    assert list(found.samples) == list(expected.sample)
    assert list(found.symbols) == list(expected.symbol)


@pytest.mark.parametrize("note", [b"## time resolution: 0", b"## time resolution: 1.2.3", b"## time resolution: x"])
def test_an_absurd_clock_is_no_clock(tmp_path: Path, note: bytes) -> None:
    words = np.array([22 << 10, 63 << 10 | len(note)], "<u2").tobytes() + note + b"\0" * (len(note) % 2)
    (tmp_path / "r.q1c").write_bytes(words + np.array([1 << 10 | 5, 0], "<u2").tobytes())
    assert read_annotations(tmp_path / "r.q1c").ticks_per_s in (None, 1.2)
