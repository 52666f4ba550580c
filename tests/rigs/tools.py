"""Tools that a test needs: a skip with the reason where one is missing, a failure where EDGEUNET_REQUIRE=all (CI)."""

from __future__ import annotations

import os
from functools import cache

import pytest

from edgeunet.run.doctor import examine


@cache
def _missing() -> dict[str, str]:
    return {finding.name: finding.install for finding in examine() if finding.version is None}


def need(*tools: str) -> None:
    """Go on only where every one of ``tools`` (names as ``edgeunet doctor`` lists them) is installed."""
    missing = [f"{tool} is not installed ({_missing()[tool]})" for tool in tools if tool in _missing()]
    if not missing:
        return
    if os.environ.get("EDGEUNET_REQUIRE") == "all":
        pytest.fail("; ".join(missing))
    pytest.skip("; ".join(missing))
