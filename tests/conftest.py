"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from edgeunet.quantize.apart import ConverterProcess


@pytest.fixture(scope="session")
def shared() -> Path:
    """The directory of fixed workloads and real ECG that CI has and a user's machine has not."""
    directory = os.environ.get("EDGEUNET_SHARED")
    if not directory:
        assert os.environ.get("EDGEUNET_REQUIRE") != "all", "EDGEUNET_REQUIRE=all, but EDGEUNET_SHARED is not set"
        pytest.skip("EDGEUNET_SHARED is not set: the fixed workloads and LUDB records are not on this machine")
    path = Path(directory).resolve()
    assert path.is_dir(), f"EDGEUNET_SHARED={directory} is not a directory"
    return path


class _Kept:
    """A converter's process that outlives what enters it: starting one costs as long as TensorFlow takes to load."""

    def __init__(self, process: ConverterProcess) -> None:
        self._process = process

    def __enter__(self) -> ConverterProcess:
        return self._process

    def __exit__(self, *_: object) -> None:
        """Goes on."""


@pytest.fixture(scope="session")
def converter() -> Iterator[ConverterProcess]:
    """A converter's process for all tests that need not start one of their own."""
    from edgeunet.quantize.apart import ConverterProcess

    with ConverterProcess() as process:
        yield process


@pytest.fixture
def one_converter(converter: ConverterProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """``quantize`` converts in ``converter``."""
    monkeypatch.setattr("edgeunet.quantize.quantization.ConverterProcess", lambda: _Kept(converter))


@pytest.fixture
def first_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offsets from the promising orders alone, for tests of values: a search for a few bytes less changes none."""
    monkeypatch.setattr("edgeunet.schedule.memory._ATTEMPTS", 0)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden C of tests/golden anew")
