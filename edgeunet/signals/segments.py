"""From a class for every sample to waves: runs of one class, merged and cleaned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.signals.record import CLASSES, Wave


def labels_to_waves(
    labels: npt.NDArray[Any],
    sample_rate_hz: float,
    min_ms: float | Mapping[str, float] = 0.0,
    merge_ms: float | Mapping[str, float] = 0.0,
    classes: Sequence[str] = CLASSES,
) -> tuple[Wave, ...]:
    """Return the waves in a class sequence, in order of onset.

    First, runs of one class with nothing but ``merge_ms`` or less of background between them become one wave; then
    waves shorter than ``min_ms`` are dropped.

    Parameters
    ----------
    labels : integers ``(time,)``; 0 is background and anything below it counts as background.
    sample_rate_hz : samples per second.
    min_ms, merge_ms : one duration for all classes, or one per class name (0 for those not named).
    classes : class names, background first.
    """
    runs = _merge(label_runs(labels), {k: _samples(merge_ms, k, sample_rate_hz) for k in classes}, classes)
    return tuple(
        Wave(classes[label], start, None, stop - 1)
        for label, start, stop in runs
        if stop - start >= _samples(min_ms, classes[label], sample_rate_hz)
    )


def label_runs(labels: npt.NDArray[Any]) -> list[tuple[int, int, int]]:
    """Return ``(label, start, stop)`` of every run of one label above background in ``labels`` ``(time,)``."""
    values = np.maximum(np.asarray(labels).astype(np.int64), 0)
    if values.size == 0:
        return []
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate(([0], edges))
    stops = np.concatenate((edges, [values.size]))
    return [(int(values[a]), int(a), int(b)) for a, b in zip(starts, stops, strict=True) if values[a] > 0]


def _merge(
    runs: list[tuple[int, int, int]], gap_samples: Mapping[str, float], classes: Sequence[str]
) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for label, start, stop in runs:
        if merged and merged[-1][0] == label and start - merged[-1][2] <= gap_samples[classes[label]]:
            merged[-1] = (label, merged[-1][1], stop)
        else:
            merged.append((label, start, stop))
    return merged


def _samples(duration_ms: float | Mapping[str, float], kind: str, sample_rate_hz: float) -> float:
    chosen = duration_ms.get(kind, 0.0) if isinstance(duration_ms, Mapping) else duration_ms
    return chosen * sample_rate_hz / 1000.0
