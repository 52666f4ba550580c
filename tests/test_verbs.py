"""The commands as Python functions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import edgeunet
from edgeunet import EdgeUNetError, UNetSpec, load_spec


def test_every_verb_is_there() -> None:
    for name in ("build", "train", "evaluate", "quantize", "export_c", "bench", "flash", "report", "check"):
        assert callable(getattr(edgeunet, name)), name


def test_build_returns_the_object_that_the_command_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "edgeunet", "build", "--preset", "ecg-tiny", "--no-lint", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert edgeunet.build(preset="ecg-tiny", lint=False) == json.loads(printed.stdout)


def test_a_spec_object_can_be_given_in_place_of_a_file() -> None:
    spec = load_spec("ecg-tiny")
    assert isinstance(spec, UNetSpec)
    assert edgeunet.build(spec, lint=False)["parameters"] == edgeunet.build(preset="ecg-tiny", lint=False)["parameters"]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EdgeUNetError, match=r"missing\.tflite"):
        edgeunet.export_c(tmp_path / "missing.tflite", output=tmp_path / "c")


def test_an_unknown_option_names_the_known_ones() -> None:
    with pytest.raises(EdgeUNetError, match=r"no option 'tolerence_ms'; it has: .*tolerance_ms"):
        edgeunet.evaluate("m.keras", tolerence_ms=40)


def test_packages_named_like_verbs_stay_packages(tmp_path: Path) -> None:
    from edgeunet.train import TrainOptions

    assert TrainOptions().epochs > 0
    with pytest.raises(EdgeUNetError, match=r"missing\.keras"):
        edgeunet.quantize(tmp_path / "missing.keras", output=tmp_path / "m.tflite")
