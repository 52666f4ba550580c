"""How many random networks a night tries: a share that two cores manage in an hour, times ``EDGEUNET_NIGHTS``."""

from __future__ import annotations

import os

NIGHTS = int(os.environ.get("EDGEUNET_NIGHTS", "1"))


def starts(first: int, networks: int, batch: int) -> range:
    """First seeds of batches of ``batch`` networks: ``networks`` of them per night, from seed ``first`` on."""
    return range(first, first + NIGHTS * networks, batch)
