"""One recording as it stands in a file, before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from edgeunet.short_repr import short_repr


@dataclass(frozen=True)
class Recording:
    """One recording as it stands in a file; ``None`` for what the file does not say.

    ``signal`` is ``(time, channels)``; ``labels`` is ``(time,)`` or ``(time, channels)``, numbers or class names.
    ``notes`` say what was assumed in reading it.
    """

    signal: npt.NDArray[Any]
    labels: npt.NDArray[Any] | None = None
    sample_rate_hz: float | None = None
    classes: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None
    patient: str | None = None
    notes: tuple[str, ...] = ()

    __repr__ = short_repr
