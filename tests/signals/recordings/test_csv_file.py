"""What a column of a CSV file is: recognised or refused by its name, never a lead by mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import Record, open_source

SAMPLES = 40


def write(tmp_path: Path, columns: dict[str, list[object]], notes: str = "# sample_rate_hz: 250\n") -> Path:
    """Write the columns beside a signal called ``ecg``."""
    table = {**columns, "ecg": [f"{0.001 * (n % 7):.3f}" for n in range(SAMPLES)]}
    rows = [",".join(table), *(",".join(str(values[n]) for values in table.values()) for n in range(SAMPLES))]
    path = tmp_path / "r.csv"
    path.write_text(notes + "\n".join(rows) + "\n")
    return path


def read(path: Path) -> Record:
    return open_source(path).read("r")


@pytest.mark.parametrize("name", ["index", "Index", "Unnamed: 0", "sample", "Sample Number", "idx", "#"])
@pytest.mark.parametrize(("first", "step"), [(0, 1), (1, 1), (7, 4)])
def test_a_column_that_counts_is_left_out_and_said_so(tmp_path: Path, name: str, first: int, step: int) -> None:
    notes = "# a comment before\n# sample_rate_hz: 250\n"
    columns = {"ecg2": ["0"] * SAMPLES, name: [first + step * n for n in range(SAMPLES)]}
    record = read(write(tmp_path, columns, notes))  # type: ignore[arg-type]
    assert record.leads == ("ecg2", "ecg")
    assert record.notes == (f"column '{name}' counts samples and was left out",)


@pytest.mark.parametrize("name", ["index", "Unnamed: 3", "sample"])
@pytest.mark.parametrize("values", [["1.5"] * SAMPLES, ["0"] * SAMPLES, [*range(SAMPLES - 1), 7], [""] * SAMPLES])
def test_an_index_that_does_not_count_is_refused(tmp_path: Path, name: str, values: list[object]) -> None:
    with pytest.raises(SignalError, match=f"'{name}' has the name of an index but does not count"):
        read(write(tmp_path, {name: values}))


@pytest.mark.parametrize("name", ["label", "labels", "class", "annotation", "target", "Targets", "Ground Truth"])
def test_a_target_is_the_label(tmp_path: Path, name: str) -> None:
    record = read(write(tmp_path, {name: [n % 2 for n in range(SAMPLES)]}))
    assert record.leads == ("ecg",)
    np.testing.assert_array_equal(record.labels[:, 0], np.arange(SAMPLES) % 2)


@pytest.mark.parametrize("name", ["y", "id", "Patient ID", "record", "date", "split", "prediction", "class-id"])
def test_a_name_that_is_no_signal_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SignalError, match=f"column '{name}' is no signal by its name"):
        read(write(tmp_path, {name: [0] * SAMPLES}))


def test_axes_are_signals(tmp_path: Path) -> None:
    assert read(write(tmp_path, {axis: [0] * SAMPLES for axis in "xyz"})).leads == ("x", "y", "z", "ecg")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_column_without_a_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SignalError, match="column 1 of the header has no name"):
        read(write(tmp_path, {name: [*range(SAMPLES)]}))


def test_a_number_is_no_name_and_a_name_stands_once(tmp_path: Path) -> None:
    with pytest.raises(SignalError, match=r"column 1 is called '-0\.0944', a number; give a header"):
        read(write(tmp_path, {"-0.0944": [0] * SAMPLES}))
    with pytest.raises(SignalError, match="two columns called 'ecg'"):
        read(write(tmp_path, {"ECG": [0] * SAMPLES}))


TIMES = [n / 250 for n in range(SAMPLES)]


@pytest.mark.parametrize("notes", ["", "# sample_rate_hz: 250\n", "# sample_rate_hz: 251\n"])
@pytest.mark.parametrize(
    ("name", "size", "start"),
    [
        ("time", 1, 0), ("t", 1, 5), ("Time (s)", 1, 0), ("time [ms]", 1e3, 0), ("time_us", 1e6, 0),
        ("Time/ms", 1e3, 0), ("seconds", 1, 0), ("elapsed_ms", 1e3, 0), ("timestamp_ms", 1e3, 0),
        ("timestamp", 1, 1.7e9), ("timestamp", 1e3, 1.7e9), ("Timestamp", 1e6, 1.7e9), ("epoch", 1e9, 1.7e9),
    ],
)  # fmt: skip
def test_times_give_the_rate(tmp_path: Path, name: str, size: float, start: float, notes: str) -> None:
    values = [f"{round(start * size) + time * size:.6f}" for time in TIMES]
    record = read(write(tmp_path, {name: values}, notes))  # type: ignore[arg-type]
    assert record.leads == ("ecg",)
    assert record.sample_rate_hz == pytest.approx(251 if "251" in notes else 250, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("time", TIMES, "'sample_rate_hz' says 500 Hz and the time column 'time' 250 Hz"),
        ("time", [4 * n for n in range(SAMPLES)], "says 500 Hz and the time column 'time' 0.25 Hz"),
        ("timestamp", TIMES, "'timestamp' does not say its unit of time"),
        ("timestamp", ["2024-01-01T00:00:00"] * SAMPLES, "has '2024-01-01T00:00:00' at sample 0; give a number"),
        ("time", [0.0] * SAMPLES, "does not go up in even steps"),
        ("time", TIMES[::-1], "does not go up in even steps"),
        ("time", [*TIMES[:-1], ""], "does not go up in even steps"),
        ("time", [1e9 * n for n in range(SAMPLES)], "a sample rate of 1e-09 Hz"),
        ("time_ns", [1e-9 * n for n in range(SAMPLES)], r"a sample rate of 1e\+18 Hz"),
    ],
)
def test_times_that_contradict_or_do_not_go_up_are_refused(
    tmp_path: Path, name: str, values: list[object], message: str
) -> None:
    with pytest.raises(SignalError, match=message):
        read(write(tmp_path, {name: values}, "# sample_rate_hz: 500\n"))


def test_rates_of_file_and_dataset_must_agree(tmp_path: Path) -> None:
    path = write(tmp_path, {})
    (tmp_path / "dataset.json").write_text('{"sample_rate_hz": 500}')
    with pytest.raises(SignalError, match=r"the file says 250 Hz and dataset\.json 500 Hz"):
        read(path)
    path = write(tmp_path, {}, "# sample_rate_hz: 250\n# sample_rate_hz: 500\n")
    with pytest.raises(SignalError, match="gives 'sample_rate_hz' twice, as '250' and as '500'"):
        read(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# sample_rate_hz: 250\necg\n" + "1" * 200_000 + "\n2\n", "field larger than field limit"),
        ("# sample_rate_hz: 250\necg\n" + "x" * 100_000 + "\n2\n", "give a number"),
        ("# sample_rate_hz: " + "9" * 5000 + "\necg\n1\n2\n", "a sample rate of inf Hz"),
        ("# sample_rate_hz: 1e-9\necg\n1\n2\n", "a sample rate of 1e-09 Hz"),
        ("# sample_rate_hz: 1_000\necg\n1\n2\n", "is '1_000'; give one number"),
        ("# sample_rate_hz: 250\necg\n1_0\n2\n", "has '1_0' at sample 0; give a number"),
        ("# sample_rate_hz: 250\necg,label\n1,0\n2," + "9" * 5000 + "\n", "is a name; declare 'classes'"),
        ("# sample_rate_hz: 250\necg,label\n1,0\n2,²\n", "label '²' is a name"),
        ("# sample_rate_hz: 250\n" + ",".join(f"a{n}" for n in range(9000)) + "\n1\n", "has 1 values, the header 9000"),
        ("# sample_rate_hz: 250\ntime;ecg\n0;1\n1;2\n", "column 'time;ecg' has '0;1' at sample 0"),
    ],
)
def test_absurd_files_are_one_short_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SignalError, match=message) as caught:
        open_source(tmp_path / "r.csv").read("r")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(tmp_path))
