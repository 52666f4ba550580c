"""What is done to a window before the model sees it: one function per name, applied to each window alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.signals.record import Signal

SMALLEST_SPREAD = 1e-6
"""Below this spread (in units of the signal) a channel counts as constant and becomes all zeros."""


def unchanged(window: Signal) -> Signal:
    """Return the window as it is."""
    return window


def zscore(window: Signal) -> Signal:
    """Subtract each channel's mean and divide by its standard deviation; a constant channel becomes zeros."""
    centred = window - window.mean(axis=0, keepdims=True, dtype=np.float64)
    return _divide(centred, np.sqrt(np.mean(centred * centred, axis=0, keepdims=True)))


def median_mad(window: Signal) -> Signal:
    """Subtract each channel's median and divide by 1.4826 × the median absolute deviation.

    Electrode pops hardly move it; a channel whose deviation is 0 (flat for more than half the window) becomes zeros.
    """
    centred = window - np.median(window, axis=0, keepdims=True).astype(np.float64)
    return _divide(centred, 1.4826 * np.median(np.abs(centred), axis=0, keepdims=True))


def centre(window: Signal) -> Signal:
    """Subtract each channel's mean and keep its scale."""
    return np.asarray(window - window.mean(axis=0, keepdims=True, dtype=np.float64), np.float32)


NORMALIZATIONS: Mapping[str, Callable[[Signal], Signal]] = {
    "none": unchanged,
    "centre": centre,
    "zscore": zscore,
    "median-mad": median_mad,
}
"""Name → function from a float32 window ``(time, channels)`` to another of that shape."""


def normalize(window: Signal, name: str) -> Signal:
    """Return ``window`` (float32 ``(time, channels)``) normalized by the method called ``name``.

    Raises
    ------
    SignalError
        When there is no such method.
    """
    return normalization(name)(window)


def normalization(name: str) -> Callable[[Signal], Signal]:
    """Return the function called ``name``.

    Raises
    ------
    SignalError
        When there is no such method.
    """
    if name not in NORMALIZATIONS:
        raise SignalError(f"normalization '{name}' is unknown; choose one of {', '.join(NORMALIZATIONS)}")
    return NORMALIZATIONS[name]


def _divide(centred: npt.NDArray[np.floating[Any]], spread: npt.NDArray[np.floating[Any]]) -> Signal:
    live = spread > SMALLEST_SPREAD
    return np.asarray(np.where(live, centred / np.where(live, spread, 1.0), 0.0), np.float32)
