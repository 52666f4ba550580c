"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden C of tests/golden anew")
