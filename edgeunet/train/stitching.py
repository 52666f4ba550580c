"""A network of fixed window length run over a recording of any length.

Overlapping windows are cut at multiples of the network's total stride, so that pooling sees the same pairs of samples
as in one pass over the whole recording, and each output sample is taken from the window in which it lies furthest from
an end. Windows overlap by what the receptive field needs, so that but for the normalization, which each window gets by
itself, the result equals that single pass (and so the streaming C) sample for sample. Where the receptive field is not
known windows overlap by half, and never by more than three quarters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.signals.normalization import normalize_recording, window_normalization

Scores = NDArray[np.float32]

OVERLAP = 0.5
"""Share of a window that the next one repeats where the receptive field is not known."""

MOST_OVERLAP = 0.75


class Predictor(Protocol):
    """Anything that turns windows into class scores.

    Attributes
    ----------
    window_samples, channels : shape of one window.
    output_samples : outputs per window, one per input sample; fewer where unpadded convolutions shorten it evenly.
    classes : number of scores per sample.
    total_stride : shift under which the network commutes; 1 where unknown.
    halo : samples that an output depends on to the side where it looks further; ``None`` where unknown.
    """

    @property
    def window_samples(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def output_samples(self) -> int: ...
    @property
    def classes(self) -> int: ...
    @property
    def total_stride(self) -> int: ...
    @property
    def halo(self) -> int | None: ...

    def scores(self, windows: NDArray[np.float32]) -> Scores:
        """Return scores ``(n, output_samples, classes)`` for windows ``(n, window_samples, channels)``."""
        ...


@dataclass(frozen=True)
class Cut:
    """One window over a recording, and which of its outputs are kept.

    Attributes
    ----------
    start : first sample of the window; the recording is continued by its last value where the window reaches further.
    keep : ``(first, stop)`` recording samples whose outputs come from this window.
    """

    start: int
    keep: tuple[int, int]


def plan_cuts(samples: int, window: int, output: int, stride: int, overlap: float) -> tuple[Cut, ...]:
    """Plan the windows over a recording of ``samples``.

    Parameters
    ----------
    window, output : samples in and out of the network; the outputs belong to the middle of the window.
    stride : windows begin at multiples of it.
    overlap : share of the *output* that consecutive windows have in common, 0 to 0.9.

    Returns
    -------
    Cuts whose ``keep`` ranges follow one another and together hold every sample that the network can reach.
    """
    if not 0 <= overlap <= 0.9:
        raise TrainError(f"overlap is {overlap}; give a share of the window from 0 to 0.9")
    margin = (window - output) // 2
    hop = max(stride, int(output * (1 - overlap)) // stride * stride)
    reach = samples - window
    starts = list(range(0, max(reach, 0) + hop, hop)) if reach > 0 else [0]
    starts[-1] = min(starts[-1], -(-max(reach, 0) // stride) * stride)
    starts = sorted(set(starts))
    cuts = []
    first = margin if output < window else 0
    for index, start in enumerate(starts):
        if index + 1 < len(starts):
            stop = (start + margin + output + starts[index + 1] + margin + 1) // 2
        else:
            stop = min(samples, start + margin + output)
        cuts.append(Cut(start, (first, stop)))
        first = stop
    return tuple(cuts)


def needed_overlap(predictor: Predictor) -> float:
    """Return the share of its outputs by which windows must overlap for none of those kept to miss any input."""
    if predictor.halo is None:
        return OVERLAP
    inside = (predictor.window_samples - predictor.output_samples) // 2
    missing = max(0, predictor.halo - inside)
    return min(MOST_OVERLAP, 2 * missing / predictor.output_samples)


def predict_record(
    predictor: Predictor,
    signal: NDArray[np.float32],
    *,
    normalization: str = "none",
    sample_rate_hz: float | None = None,
    overlap: float | None = None,
    batch_size: int = 64,
) -> Scores:
    """Return class scores ``(time, classes)`` for a recording ``(time, channels)`` of any length.

    Samples that unpadded convolutions cannot reach have scores of 0 but for class 0 (background), which has 1.

    Parameters
    ----------
    normalization : done as in training: to each window by itself, or running through the recording.
    sample_rate_hz : needed by a normalization that runs through the recording.
    overlap : share of a window that the next one repeats; ``None`` for what the receptive field needs.
    batch_size : windows held in memory at a time.

    Raises
    ------
    TrainError
        When the signal has another number of channels, or is shorter than a quarter of a window.
    """
    samples, channels = signal.shape
    if channels != predictor.channels:
        raise TrainError(
            f"the signal has {channels} channels but the model takes {predictor.channels}; choose its leads"
        )
    if samples * 4 < predictor.window_samples:
        raise TrainError(
            f"the signal has {samples} samples where the model's window is {predictor.window_samples}; "
            "give recordings of at least a quarter of a window"
        )
    result = np.zeros((samples, predictor.classes), np.float32)
    result[:, 0] = 1
    if overlap is None:
        overlap = needed_overlap(predictor)
    cuts = plan_cuts(samples, predictor.window_samples, predictor.output_samples, predictor.total_stride, overlap)
    margin = (predictor.window_samples - predictor.output_samples) // 2
    signal = normalize_recording(signal, normalization, sample_rate_hz)
    prepare = window_normalization(normalization)
    for batch in _batches(cuts, batch_size):
        windows = np.stack([prepare(_window(signal, cut.start, predictor.window_samples)) for cut in batch])
        for cut, scores in zip(batch, predictor.scores(windows), strict=True):
            first, stop = cut.keep
            result[first:stop] = scores[first - cut.start - margin : stop - cut.start - margin]
    return result


def _window(signal: NDArray[np.float32], start: int, length: int) -> NDArray[np.float32]:
    part = signal[start : start + length]
    missing = length - len(part)
    return np.pad(part, ((0, missing), (0, 0)), mode="edge") if missing else part


def _batches(cuts: tuple[Cut, ...], size: int) -> Iterator[tuple[Cut, ...]]:
    for first in range(0, len(cuts), size):
        yield cuts[first : first + size]
