"""``dataset.json`` says what the numbers of CSV and npz files are, so that raw counts can stay raw."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeunet.errors import SignalError
from edgeunet.signals import open_source

COUNTS = np.stack([np.arange(2000, 2100), np.arange(-50, 50)], axis=1)


def read(tmp_path: Path, **document: Any) -> np.ndarray[Any, Any]:
    (tmp_path / "dataset.json").write_text(json.dumps({"sample_rate_hz": 250, **document}))
    np.savez(tmp_path / "a.npz", signal=COUNTS)
    rows = "\n".join(f"{a},{b}" for a, b in COUNTS)
    (tmp_path / "b.csv").write_text(f"ii,v1\n{rows}\n")
    source = open_source(tmp_path)
    np.testing.assert_array_equal(source.read("a").signal, source.read("b").signal)
    return source.read("a").signal


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, COUNTS),
        ({"unit": "mV"}, COUNTS),
        ({"unit": "uV"}, COUNTS / 1000),
        ({"unit": "microvolts", "scale": 4.88}, COUNTS * 0.00488),
        ({"unit": "V", "scale": 1e-6, "offset": 2048}, (COUNTS - 2048) / 1000),
        ({"scale": 0.005, "offset": [2048, 0]}, (COUNTS - [2048, 0]) * 0.005),
        ({"scale": [0.005, -0.01], "offset": [2048, -1]}, (COUNTS - [2048, -1]) * [0.005, -0.01]),
        ({"unit": "mmHg", "scale": 0.1}, COUNTS * 0.1),
        ({"unit": "counts"}, COUNTS),
    ],
)
def test_values_are_what_unit_scale_and_offset_say(tmp_path: Path, document: dict[str, Any], expected: Any) -> None:
    np.testing.assert_allclose(read(tmp_path, **document), expected, rtol=1e-6)


def test_what_was_declared_is_in_the_description(tmp_path: Path) -> None:
    read(tmp_path, unit="uV", scale=2)
    assert open_source(tmp_path).describe() == {
        "source": "arrays", "directory": tmp_path.name, "records": 2, "unit": "uV", "scale": [2.0], "offset": [0.0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"unit": "milli"}, "the unit 'milli' is unknown"),
        ({"unit": 5}, "'unit' must be a text"),
        ({"scale": 0}, "'scale' must not be 0"),
        ({"scale": [0.1, 0]}, "'scale' must not be 0"),
        ({"scale": "0.1"}, "'scale' must be a number, or a list"),
        ({"scale": True}, "'scale' must be a number, or a list"),
        ({"scale": []}, "'scale' must be a number, or a list"),
        ({"scale": float("nan")}, "'scale' must be a number, or a list"),
        ({"offset": float("inf")}, "'offset' must be a number, or a list"),
        ({"offset": [1, None]}, "'offset' must be a number, or a list"),
        ({"offset": 10**400}, "'offset' must be a number, or a list"),
        ({"offset": [1, 2, 3]}, r"has 2 channels but dataset\.json 3 numbers in 'offset'"),
        ({"sample_rate_hz": 10**400}, "the sample rate is a number of more than 64 bits"),
        ({"sample_rate_hz": float("nan")}, "a sample rate of nan Hz"),
        ({"sample_rate_hz": 1e-9}, "a sample rate of 1e-09 Hz"),
        ({"gain": 1}, "unknown key 'gain'"),
    ],
)
def test_a_calibration_that_is_none_is_one_sentence(tmp_path: Path, document: dict[str, Any], message: str) -> None:
    with pytest.raises(SignalError, match=message) as caught:
        read(tmp_path, **document)
    assert "\n" not in str(caught.value)


def test_an_integer_of_thousands_of_digits_is_one_sentence(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", signal=COUNTS)
    (tmp_path / "dataset.json").write_text('{"sample_rate_hz": ' + "9" * 5000 + "}")
    with pytest.raises(SignalError, match="not valid JSON") as caught:
        open_source(tmp_path)
    assert len(str(caught.value)) < 500
