"""What is done to a signal before the model sees it, one function per name.

Most are done to each window alone. Those in `RECORDING_NORMALIZATIONS` have a state that runs through the recording:
they are done to it once, before windows are cut (`normalize_recording`), and nothing is left to do to the windows
(`window_normalization`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.signals.causal import FAST_BITS, NARROW_BITS, WIDE_BITS, causal
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


@dataclass(frozen=True)
class CausalForm:
    """A form of `edgeunet.signals.causal`, which a device does sample by sample.

    Attributes
    ----------
    bits : of the integers that samples become.
    faster_bits : by how much the baseline's shift is lower; 2 is a corner four times higher.
    """

    bits: int = NARROW_BITS
    faster_bits: int = 0

    def __call__(self, signal: Signal, sample_rate_hz: float) -> Signal:
        """Return a recording ``(time, channels)`` normalized."""
        return causal(signal, sample_rate_hz, self.bits, self.faster_bits)


CAUSAL_FORMS: Mapping[str, CausalForm] = {
    "causal": CausalForm(),
    "causal-24": CausalForm(WIDE_BITS),
    "causal-fast": CausalForm(faster_bits=FAST_BITS),
    "causal-fast-24": CausalForm(WIDE_BITS, FAST_BITS),
}

RECORDING_NORMALIZATIONS: Mapping[str, Callable[[Signal, float], Signal]] = CAUSAL_FORMS
"""Name → function from a recording, float32 ``(time, channels)``, and its sample rate to another of that shape."""

COUNT_BITS: Mapping[str, int] = {name: form.bits for name, form in CAUSAL_FORMS.items()}
"""Name → bits of the integers that samples become; of the others they become none."""


def normalize(window: Signal, name: str) -> Signal:
    """Return ``window`` (float32 ``(time, channels)``) normalized by the method called ``name``.

    Raises
    ------
    SignalError
        When there is no such method.
    """
    return normalization(name)(window)


def require_normalization(name: str) -> None:
    """Raise where there is no normalization called ``name``, of windows or of recordings.

    Raises
    ------
    SignalError
        With the names there are.
    """
    if name not in NORMALIZATIONS and name not in RECORDING_NORMALIZATIONS:
        names = ", ".join((*NORMALIZATIONS, *RECORDING_NORMALIZATIONS))
        raise SignalError(f"normalization '{name}' is unknown; choose one of {names}")


def normalization(name: str) -> Callable[[Signal], Signal]:
    """Return the function called ``name``, to be done to each window.

    Raises
    ------
    SignalError
        When there is no such method, or it is one for whole recordings.
    """
    if name in RECORDING_NORMALIZATIONS:
        raise SignalError(
            f"normalization '{name}' runs through a whole recording, not a window; use normalize_recording before "
            "cutting windows"
        )
    require_normalization(name)
    return NORMALIZATIONS[name]


def normalize_recording(signal: Signal, name: str, sample_rate_hz: float | None) -> Signal:
    """Return a recording (float32 ``(time, channels)``, from its first sample on) ready for windows to be cut.

    Raises
    ------
    SignalError
        When there is no such method, or it needs the sample rate and that is ``None``.
    """
    if name not in RECORDING_NORMALIZATIONS:
        normalization(name)
        return signal
    if sample_rate_hz is None:
        raise SignalError(f"normalization '{name}' depends on the sample rate, which is not known; give it")
    return RECORDING_NORMALIZATIONS[name](signal, sample_rate_hz)


def window_normalization(name: str) -> Callable[[Signal], Signal]:
    """Return what is left to do to each window of a recording that went through `normalize_recording`.

    Raises
    ------
    SignalError
        When there is no such method.
    """
    return unchanged if name in RECORDING_NORMALIZATIONS else normalization(name)


def _divide(centred: npt.NDArray[np.floating[Any]], spread: npt.NDArray[np.floating[Any]]) -> Signal:
    live = spread > SMALLEST_SPREAD
    return np.asarray(np.where(live, centred / np.where(live, spread, 1.0), 0.0), np.float32)
