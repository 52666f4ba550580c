"""Fixtures of the tests of planning."""

from __future__ import annotations

import pytest

from edgeunet.schedule import effort as efforts
from edgeunet.schedule.effort import LIMITS


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a network of some dozen layers meets."""
    small = {"order": 800, "pairs": 30, "search": 200, "candidates": 60, "lags": 300, "skips": 10, "rewrites": 100}
    assert small.keys() == LIMITS.keys()
    for stage, limit in small.items():
        monkeypatch.setitem(efforts.LIMITS, stage, limit)
