"""Power traces: energies that are known by hand, the headers of instruments, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import edgeunet
from edgeunet.cli.energy import command
from edgeunet.errors import RunError
from edgeunet.power.columns import read_header
from edgeunet.power.recorded_run import read_run
from edgeunet.power.trace import Trace, measure_pulses, read_trace


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows, ""]))
    return path


def two_pulses(separator: str = ",", scale: float = 1.0, digits: int = 6) -> list[str]:
    """10 ms at 1 kHz: 1 mA, and 10 mA while the trigger is high, from 2 to 4 ms and from 6 to 9 ms."""
    high = [2 <= ms < 4 or 6 <= ms < 9 for ms in range(11)]
    return [
        separator.join([f"{ms:g}", f"{(10 if up else 1) * scale:.{digits}f}", str(int(up))])
        for ms, up in enumerate(high)
    ]


@pytest.mark.parametrize(
    ("header", "separator", "scale"),
    [
        ("Timestamp(ms),Current(uA),D0", ",", 1000.0),
        ("Time (ms);Current (mA);Trigger", ";", 1.0),
        ("Timestamp [ms],Main Current [A],GPI1", ",", 1e-3),
        ("#time (ms)\tcurrent (nA)\tIN0", "\t", 1e6),
    ],
)
def test_energy_of_each_pulse_by_hand(header: str, separator: str, scale: float, tmp_path: Path) -> None:
    """At 3 V 10 mA are 30 mW: 2 ms are 60 uJ and 3 ms are 90 uJ; between them it is 3 mW."""
    path = write(tmp_path / "trace.csv", header, two_pulses(separator, scale))
    found = measure_pulses(read_trace(path, voltage_v=3.0))
    assert found.microjoules == pytest.approx((60.0, 90.0))
    assert found.microseconds == pytest.approx((2000.0, 3000.0))
    assert found.idle_microwatts == pytest.approx(3000.0)
    assert found.document()["microjoules_measured"] == 75.0
    assert found.first(1).microjoules == pytest.approx((60.0,))


def test_digits_of_the_power_profiler_are_bits_with_d0_first(tmp_path: Path) -> None:
    rows = [row[:-1] + f"0{row[-1]}000000" for row in two_pulses(",", 1000.0)]
    path = write(tmp_path / "ppk2.csv", "Timestamp(ms),Current(uA),D0-D7", rows)
    trace = read_trace(path, voltage_v=3.0)
    assert trace.trigger == "D1"
    assert measure_pulses(trace).microjoules == pytest.approx((60.0, 90.0))


def test_power_and_voltage_columns_need_no_voltage(tmp_path: Path) -> None:
    by_power = write(tmp_path / "p.csv", "time (s),power (mW),trigger", ["0,5,0", "1,5,1", "2,5,1", "3,5,0"])
    assert measure_pulses(read_trace(by_power)).microjoules == pytest.approx((10_000.0,))
    rows = ["0,1,2,0", "1,1,2,1", "2,1,4,1", "3,1,2,0"]
    by_voltage = write(tmp_path / "v.csv", "#time (s),current (mA),voltage (V),trigger", rows)
    assert measure_pulses(read_trace(by_voltage)).microjoules == pytest.approx((6000.0,))


def test_a_comma_for_a_point_between_semicolons(tmp_path: Path) -> None:
    rows = ["0,0;1,5;0", "0,5;1,5;1", "1,0;1,5;0"]
    path = write(tmp_path / "t.csv", "Time (s);Current (mA);Trigger", rows)
    assert measure_pulses(read_trace(path, voltage_v=2.0)).microjoules == pytest.approx((1500.0,))


def test_pulses_cut_off_by_the_recording_do_not_count() -> None:
    high = np.array([1, 1, 0, 1, 0, 1], bool)
    found = measure_pulses(Trace(np.arange(6.0), np.ones(6), high, "D0"))
    assert found.microjoules == (1e6,)
    assert found.cut == 2


@pytest.mark.parametrize("seed", range(8))
def test_pulses_and_pauses_make_up_the_whole(seed: int) -> None:
    """Energy in pulses and outside of them is all there is, however long the steps between the samples are."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 40))
    seconds = np.cumsum(random.uniform(1e-6, 1.0, count))
    watts, high = random.uniform(0.0, 10.0, count), random.random(count) < 0.5
    high[0] = high[-1] = False
    high[1] = True
    found = measure_pulses(Trace(seconds, watts, high, "D0"))
    assert found.idle_microwatts is not None
    outside = np.diff(seconds)[~high[:-1]].sum()
    whole = 1e6 * (watts[:-1] * np.diff(seconds)).sum()
    assert sum(found.microjoules) + found.idle_microwatts * outside == pytest.approx(whole)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Timestamp(ms),Current,D0", "column 'Current' .* names no unit of current"),
        ("Timestamp(ms),Current(uV),D0", "column 'Current\\(uV\\)' .* names no unit of current"),
        ("Timestamp(min),Current(uA),D0", "column 'Timestamp\\(min\\)' .* names no unit of time"),
        ("Timestamp(ms),Current(kA),D0", "no unit of current"),
        ("Current(uA),D0", "needs a time and a current or a power"),
        ("Timestamp(ms),D0", "needs a time and a current or a power"),
        ("Timestamp(ms),Current(uA),Current(mA),D0", "two columns of current"),
        ("", "needs a time"),
    ],
)
def test_headers_are_taken_strictly(header: str, said: str) -> None:
    with pytest.raises(RunError, match=said):
        read_header(header, Path("trace.csv"))


@pytest.mark.parametrize(
    ("header", "rows", "options", "said"),
    [
        ("Time(s),Current(A),D0", ["0,1,0", "1,1,1", "2,1,0"], {}, "no voltage; .*--voltage 3.0"),
        ("Time(s),Current(A)", ["0,1", "1,1"], {"voltage_v": 3.0}, "no trigger column"),
        ("Time(s),Power(W),D0", ["0,1,0"], {}, "1 samples"),
        ("Time(s),Power(W),D0", [], {}, "a header and no samples"),
        ("Time(s),Power(W),D0", ["0,1,0", "1,x,1"], {}, "no number"),
        ("Time(s),Power(W),D0", ["0,1,0", "1,nan,1", "2,1,0"], {}, "not finite"),
        ("Time(s),Power(W),D0", ["0,1,0", "1,1,1", "1,1,0"], {}, "does not go on at sample 3"),
        ("Time(s),Power(W),D0", ["0,1,0", "1,1,0"], {}, "none of D0 ever changes"),
        ("Time(s),Power(W),D0,D1", ["0,1,0,0", "1,1,1,1"], {}, "D0, D1 all change"),
        ("Time(s),Power(W),D0", ["0,1,0", "1,1,1"], {"trigger": "D7"}, "no trigger 'D7'; choose one of: D0"),
    ],
)
def test_what_is_no_trace_is_a_sentence(
    header: str, rows: list[str], options: dict[str, float], said: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "trace.csv", header, rows)
    with pytest.raises(RunError, match=said):
        read_trace(path, **options)  # type: ignore[arg-type]


def test_a_trigger_that_never_falls_is_a_sentence() -> None:
    with pytest.raises(RunError, match="no whole pulse"):
        measure_pulses(Trace(np.arange(3.0), np.ones(3), np.array([False, True, True]), "D0"))


def test_too_few_pulses_for_the_calls_is_a_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "trace.csv", "Timestamp(ms),Current(uA),D0", two_pulses(",", 1000.0))
    with pytest.raises(RunError, match="2 whole pulses of D0 and the run made 3 calls"):
        measure_pulses(read_trace(path, voltage_v=3.0)).first(3)


def test_a_missing_or_binary_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot read the trace"):
        read_trace(tmp_path / "none.csv")
    (tmp_path / "trace.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError, match="no text"):
        read_trace(tmp_path / "trace.csv")


def test_the_command_prints_what_the_trace_says(tmp_path: Path) -> None:
    path = write(tmp_path / "trace.csv", "Timestamp(ms),Current(uA),D0", two_pulses(",", 1000.0))
    run = tmp_path / "run.json"
    run.write_text(
        json.dumps(
            {"schema": "edgeunet.bench/1", "model": "m", "board": "b", "calls": 1, "microseconds_measured": 1990.0}
        )
    )
    told = edgeunet.energy(path, voltage=3.0, run=run)
    assert (told["model"], told["board"], told["inferences"], told["trigger"]) == ("m", "b", 1, "D0")
    assert told["microjoules_measured"] == pytest.approx(60.0)
    said = CliRunner().invoke(command, [str(path), "--voltage", "3"])
    assert said.exit_code == 0
    assert "75.00 µJ per inference, measured over 2 (60.00 to 90.00), 2,500.0 µs each by D0" in said.output
    assert "3,000.0 µW between them" in said.output


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"schema": "edgeunet.bench/1", "calls": 1, "microseconds_measured": 9000.0}, "of another run"),
        ({"schema": "edgeunet.bench/1", "calls": 9, "microseconds_measured": None}, "2 whole pulses .* 9 calls"),
        ({"schema": "edgeunet.bench/1", "calls": 0}, "not what bench --json writes"),
        ({"schema": "edgeunet.flash/1", "calls": 1}, "not what bench --json writes"),
    ],
)
def test_a_trace_of_another_run_is_refused(document: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = write(tmp_path / "trace.csv", "Timestamp(ms),Current(uA),D0", two_pulses(",", 1000.0))
    (tmp_path / "run.json").write_text(json.dumps(document))
    with pytest.raises(RunError, match=said):
        read_run(tmp_path / "run.json").pulses(measure_pulses(read_trace(path, voltage_v=3.0)))
