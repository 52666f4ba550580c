"""Kernels are the subject here, not where buffers lie."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_search(first_plans: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """To search for a few bytes less, in offsets and in the order of nodes, costs more than all else here."""
    monkeypatch.setattr("edgeunet.schedule.order._ROUNDS", 0)
