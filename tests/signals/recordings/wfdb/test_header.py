"""Headers are read in full or refused: no prefix passes for a number, and nothing is left over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals.recordings.wfdb.files import read_adc
from edgeunet.signals.recordings.wfdb.header import read_header

LINE = "r.dat 16 200/mV 16 0 0 0 0 II"


def header(tmp_path: Path, text: str) -> Path:
    (tmp_path / "r.dat").write_bytes(np.arange(6, dtype="<i2").tobytes())
    (tmp_path / "r.hea").write_text(text)
    return tmp_path / "r.hea"


@pytest.mark.parametrize(
    ("line", "rate_hz", "samples"),
    [
        ("r 1", 250.0, None),
        ("r 1 360", 360.0, None),
        ("r 1 249.9 6", 249.9, 6),
        ("r 1 2.5e2 6", 250.0, 6),
        ("r 1 250 0", 250.0, None),
        ("r 1 250/0.5(3) 6", 250.0, 6),
        ("r 1 250 6 0:0:0 0/0/0", 250.0, 6),
        ("r 1 250 6 12:30:59.123 01/02/1999", 250.0, 6),
        ("r 1 250 6 05-Feb-2020 11:39:16", 250.0, 6),
        ("r 1 250 6 10:00", 250.0, 6),
    ],
)
def test_record_lines_that_the_standard_and_databases_write(
    tmp_path: Path, line: str, rate_hz: float, samples: int | None
) -> None:
    found = read_header(header(tmp_path, f"# before\n{line}\n  # between\n{LINE}\n# after\n"))
    assert (found.rate_hz, found.samples, found.signals[0].lead) == (rate_hz, samples, "II")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r 1 1,000 6", "'1,000' is no sampling frequency"),
        ("r 1 249,9 6", "'249,9' is no sampling frequency"),
        ("r 1 250Hz 6", "'250Hz' is no sampling frequency"),
        ("r 1 1_000 6", "'1_000' is no sampling frequency"),
        ("r 1 nan 6", "'nan' is no sampling frequency"),
        ("r 1 1e1e1 6", "'1e1e1' is no sampling frequency"),
        ("r 1 1e999 6", "a sample rate of inf Hz"),
        ("r 1 -250 6", "a sample rate of -250 Hz"),
        ("r 1 1e-9 6", "a sample rate of 1e-09 Hz"),
        ("r 1 0 6", "a sample rate of 0 Hz"),
        ("r 1 250 2,500", "'2,500' is no number of samples"),
        ("r 1 250 2.5e+03", r"'2.5e\+03' is no number of samples"),
        ("r 1 250 6.0", "'6.0' is no number of samples"),
        ("r 1 250 -6", "'-6' is no number of samples"),
        ("r 1 250 " + "9" * 5000, "is no number of samples"),
        ("r 1 250 ٦", "is no number of samples"),
        ("r 1 250 6 noon", "'noon' is no time or date"),
        ("r 1 250 6 10:00 1/2/1999 more", "'more' is no time or date"),
        ("r 1 250 6 10:00 11:00", "is no time and date"),
        ("r 1,0 250 6", "'1,0' is no number of signals"),
        ("r " + "9" * 5000 + " 250 6", "is no number of signals"),
        ("r 100000 250 6", "names 100000 signals, at most 4096"),
        ("r", "is not a WFDB header"),
        ("r/0 1 250 6", "names 0 segments but describes 1"),
        ("r/" + "9" * 5000 + " 1 250 6", "is not a WFDB header"),
        ("r 2 250 6", "names 2 signals but describes 1; it is cut short"),
        ("r 0 250 6", "names 0 signals but describes 1"),
    ],
)
def test_a_record_line_that_is_not_all_number_is_refused(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(SignalError, match=message) as caught:
        read_header(header(tmp_path, f"{line}\n{LINE}\n"))
    assert "r.hea" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r.dat", "is no storage format"),
        ("r.dat sixteen", "'sixteen' is no storage format"),
        ("r.dat 16x", "'16x' is no storage format"),
        ("r.dat 16x0", "between 1 and 100000"),
        ("r.dat 16x" + "9" * 5000, "is no storage format"),
        ("r.dat 16:-1", "'16:-1' is no storage format"),
        ("r.dat 16 1,000/mV", "'1,000/mV' is no gain"),
        ("r.dat 16 1e1e1", "is no gain"),
        ("r.dat 16 1e99", "gain between 1e-12 and 1e12"),
        ("r.dat 16 200(1.5)/mV", "is no gain"),
        ("r.dat 16 200(99999999999)/mV", "is no gain"),
        ("r.dat 16 200(9999999999)/mV", "baseline or initial value of 32 bits"),
        ("r.dat 16 200 /mV", "'/mV' is no ADC resolution"),
        ("r.dat 16 200 16.0 0", "'16.0' is no ADC resolution"),
        ("r.dat 16 200 16 0 0 0 x II", "'x' is no block size"),
        ("r.dat 16 200 16 0 " + "9" * 5000, "is no initial value"),
        ("/nowhere/r.dat 16", "must lie beside it"),
        ("../r.dat 16", "must lie beside it"),
        ("other.dat 16", "cannot read signal file"),
        ("r.dat 17", "is of format 17, which is not read"),
        ("r.dat 16+99999999999999", "holds 0 samples"),
        ("r.dat 16 200 16 0 0 0 0 II\nr.dat 16 200 16 0 0 0 0 V1", "names 1 signals but describes 2"),
    ],
)
def test_a_signal_line_that_is_not_all_number_is_refused(tmp_path: Path, line: str, message: str) -> None:
    path = header(tmp_path, f"r 1 250 6\n{line}\n")
    with pytest.raises(SignalError, match=message) as caught:
        read_adc(path.with_suffix(""))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_claimed_length_is_checked_against_the_file_before_memory_is_taken(tmp_path: Path) -> None:
    path = header(tmp_path, f"r 1 250 268435456\n{LINE}\n")
    with pytest.raises(SignalError, match="holds 6 samples where its header says 268435456"):
        read_adc(path.with_suffix(""))
    with pytest.raises(SignalError, match="at most 268435456 can be read"):
        read_adc(header(tmp_path, f"r 1 250 999999999999999\n{LINE}\n").with_suffix(""))


def test_the_micro_sign_of_older_programs_is_read(tmp_path: Path) -> None:
    path = header(tmp_path, "")
    path.write_bytes("r 1 250 6\nr.dat 16 1/µV 16 0 0 0 0 II\n".encode("latin-1"))
    assert read_header(path).signals[0].units == "µV"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("a.dat 16 200 16 0 0 0 0 I\nb.dat 16 200 16 0 0 0 0 II\na.dat 16 200 16 0 0 0 0 III", "in two groups"),
        ("a.dat 16 200 16 0 0 0 0 I\na.dat 61 200 16 0 0 0 0 II\nb.dat 16 200", r"two formats \(16, 61\)"),
        ("a.dat 16+2 200 16 0 0 0 0 I\na.dat 16 200 16 0 0 0 0 II\nb.dat 16 200", r"two byte offsets \(0, 2\)"),
    ],
)
def test_a_file_has_one_group_of_one_format(tmp_path: Path, lines: str, message: str) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.dat").write_bytes(np.arange(12, dtype="<i2").tobytes())
    with pytest.raises(SignalError, match=message):
        read_adc(header(tmp_path, f"r 3 250 6\n{lines}\n").with_suffix(""))
