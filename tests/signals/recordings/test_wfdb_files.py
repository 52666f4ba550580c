"""Our reader of WFDB files against the ``wfdb`` package, format by format."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals.recordings.wfdb_annotations import SYMBOLS, read_annotations
from edgeunet.signals.recordings.wfdb_files import STORAGES, read_adc, read_header

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
    line = found.header.signals[0]
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
    assert found.header.signals[1].units == "uV"


def test_signals_in_several_files_and_after_a_preamble_are_put_together(tmp_path: Path) -> None:
    a, b = np.arange(10, dtype="<i2"), np.arange(10, 20, dtype="<i2")
    (tmp_path / "a.dat").write_bytes(b"head" + a.tobytes())
    (tmp_path / "b.dat").write_bytes(b.tobytes())
    (tmp_path / "r.hea").write_text("# a comment\nr 2 128/0.5(3) 10\na.dat 16+4 200\nb.dat 16 200/mV\n")
    found = read_adc(tmp_path / "r")
    np.testing.assert_array_equal(found.adc, np.stack([a, b], axis=1))
    assert [line.lead for line in found.header.signals] == ["ch0", "ch1"]


def test_a_header_without_length_takes_what_the_file_holds(tmp_path: Path) -> None:
    (tmp_path / "r.dat").write_bytes(np.arange(12, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text("r 2\nr.dat 16\nr.dat 16\n")
    found = read_adc(tmp_path / "r")
    assert found.adc.shape == (6, 2)
    assert (found.header.rate_hz, found.header.samples, found.header.signals[0].gain) == (250.0, None, 0.0)


def test_unusual_layouts_are_left_to_the_wfdb_package(tmp_path: Path) -> None:
    (tmp_path / "r.dat").write_bytes(np.arange(12, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text("r 1 100 6\nr.dat 16x2 100(0)/mV 12 0 0 0 0 fast\n")
    found = read_adc(tmp_path / "r")
    assert found.adc.shape == (6, 1)
    (tmp_path / "r.dat").write_bytes(b"")
    with pytest.raises(SignalError, match="cannot read record"):
        read_adc(tmp_path / "r")


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


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("r 1 100 99999999999999999999\nr.dat 16\n", "holds 6 samples"),
        ("r 1 100 6\nr.dat 16+99999999999999999999\n", "holds 0 samples"),
        ("r 1 1e999 6\nr.dat 16\n", "not a positive number"),
        ("r 1 1e1e1 6\nr.dat 16\n", "not a positive number"),
        ("r 1 100 6\nr.dat 16 1e1e1\n", "cannot make out the signal line"),
        ("r 1 100 6\nr.dat 16 200(99999999999999999999)\n", "cannot make out the signal line"),
        ("r 1 100 6\nr.dat sixteen\n", "cannot make out the signal line"),
        ("r 99999 100 6\nr.dat 16\n", "names 99999 signals but describes 1"),
        ("r 1 100 6\n/nowhere/r.dat 16\n", "must lie beside it"),
        ("r 1 100 6\n../r.dat 16\n", "must lie beside it"),
        ("r 1 100 6\nother.dat 16\n", "cannot read signal file"),
        ("r 1 100 6\nr.dat 17\n", "cannot read record"),
        ("r/3 1 100 6\na 2\nb 2\nc 2\n", "cannot read record"),
    ],
)
def test_absurd_headers_are_one_sentence(tmp_path: Path, header: str, message: str) -> None:
    (tmp_path / "r.dat").write_bytes(np.arange(6, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text(header)
    with pytest.raises(SignalError, match=message) as caught:
        read_adc(tmp_path / "r")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("note", [b"## time resolution: 0", b"## time resolution: 1.2.3", b"## time resolution: x"])
def test_an_absurd_clock_is_no_clock(tmp_path: Path, note: bytes) -> None:
    words = np.array([22 << 10, 63 << 10 | len(note)], "<u2").tobytes() + note + b"\0" * (len(note) % 2)
    (tmp_path / "r.q1c").write_bytes(words + np.array([1 << 10 | 5, 0], "<u2").tobytes())
    assert read_annotations(tmp_path / "r.q1c").ticks_per_s in (None, 1.2)
