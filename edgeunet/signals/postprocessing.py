"""From class scores to waves: what is merged and what is too short to count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError, shown
from edgeunet.signals import Wave, labels_to_waves


@dataclass(frozen=True)
class PostProcessing:
    """Cleaning of a predicted class sequence: first merge, then drop.

    Attributes
    ----------
    merge_ms : by class; runs of one class with this much background or less between them become one wave.
    min_ms : by class; waves shorter than this are dropped.
    """

    merge_ms: Mapping[str, float] = field(default_factory=dict)
    min_ms: Mapping[str, float] = field(default_factory=dict)

    def waves(self, scores: NDArray[Any], sample_rate_hz: float, classes: Sequence[str]) -> tuple[Wave, ...]:
        """Return the waves in class scores ``(time, classes)``."""
        return labels_to_waves(np.argmax(scores, axis=-1), sample_rate_hz, self.min_ms, self.merge_ms, classes)

    def to_dict(self, classes: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return it as a plain document holding the classes named."""
        return {
            "merge_ms": {kind: ms for kind, ms in self.merge_ms.items() if kind in classes},
            "min_ms": {kind: ms for kind, ms in self.min_ms.items() if kind in classes},
        }


DEFAULT_POSTPROCESSING = PostProcessing(
    merge_ms=MappingProxyType({"P": 60.0, "QRS": 40.0, "T": 100.0}),
    min_ms=MappingProxyType({"P": 40.0, "QRS": 40.0, "T": 60.0}),
)
"""Chosen on the LUDB training patients; for classes of other names nothing is merged or dropped."""


def postprocessing_from_dict(document: Mapping[str, Any] | None) -> PostProcessing:
    """Return what a model card says; the default where it says nothing.

    Raises
    ------
    TrainError
        When a key is unknown or a duration is no number of 0 or more.
    """
    if not document:
        return DEFAULT_POSTPROCESSING
    unknown = sorted(set(document) - {"merge_ms", "min_ms"})
    if unknown:
        raise TrainError(f"post-processing has an unknown key '{unknown[0]}'; it has merge_ms and min_ms by class")
    for key, durations in document.items():
        bad = not isinstance(durations, Mapping) or not all(
            isinstance(ms, int | float) and not isinstance(ms, bool) and 0 <= ms < 1e6 for ms in durations.values()
        )
        if bad:
            raise TrainError(f"post-processing: {key} = {shown(durations)}; give milliseconds of 0 or more by class")
    return PostProcessing(document.get("merge_ms", {}), document.get("min_ms", {}))
