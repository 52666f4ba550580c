"""Records cut into windows, one after the other: memory holds one record, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.causal import settling_samples
from edgeunet.signals.normalization import RECORDING_NORMALIZATIONS, normalize_recording, window_normalization
from edgeunet.signals.record import UNKNOWN, Labels, Record, Signal

Augment = Callable[[Signal, Labels, float, np.random.Generator], tuple[Signal, Labels]]
"""``(window, labels, sample_rate_hz, rng) -> (window, labels)`` of the same shapes."""

CHANNELS = ("each", "all")


@dataclass(frozen=True)
class Stream:
    """One thing to cut into windows: signal ``(time, channels)`` and labels ``(time,)``."""

    record: str
    signal: Signal
    labels: Labels
    sample_rate_hz: float

    __repr__ = short_repr


def streams(record: Record, channels: str = "each") -> Iterator[Stream]:
    """Yield each lead by itself (``"each"``: one channel, its own labels) or all leads together (``"all"``).

    With ``"all"`` a sample gets the label most of its annotated leads have, and is unknown where two labels tie.
    """
    if channels not in CHANNELS:
        raise SignalError(f"channels '{channels}': choose {' or '.join(CHANNELS)}")
    if channels == "all":
        yield Stream(record.name, record.signal, joint_labels(record), record.sample_rate_hz)
        return
    for lead in range(len(record.leads)):
        yield Stream(record.name, record.signal[:, lead : lead + 1], record.labels[:, lead], record.sample_rate_hz)


def joint_labels(record: Record) -> Labels:
    """Return one label per sample ``(time,)`` from those of all leads: the most frequent known one; ties unknown."""
    votes = np.stack([(record.labels == label).sum(axis=1) for label in range(len(record.classes))], axis=1)
    best = votes.max(axis=1)
    clear = (best > 0) & ((votes == best[:, None]).sum(axis=1) == 1)
    return np.where(clear, votes.argmax(axis=1), UNKNOWN).astype(np.int8)


def window_starts(samples: int, window_samples: int, hop_samples: int, first: int = 0) -> list[int]:
    """Return where windows begin: every hop from ``first``, and one that ends with the last sample."""
    last = samples - window_samples
    if last <= 0:
        return [0]
    starts = list(range(min(first, last), last + 1, hop_samples))
    return starts if starts[-1] == last else [*starts, last]


def windows(
    records: Iterable[Record],
    window_samples: int,
    hop_samples: int,
    *,
    normalization: str = "none",
    channels: str = "each",
    augment: Augment | None = None,
    rng: np.random.Generator | None = None,
    min_known: int = 1,
    most: int | None = None,
) -> Iterator[tuple[Signal, Labels]]:
    """Yield windows ``(float32 (window, channels), int8 (window,))`` of ``records``, in order.

    Windows reach to the last sample of each record; a record shorter than a window is continued by its last value
    with unknown labels. Windows with fewer than ``min_known`` labels, weak ones among them, are left out.

    Parameters
    ----------
    normalization : applied after augmentation; see `edgeunet.signals.normalization`. One that runs through the
        recording is done from its first sample; where windows are augmented, from about 8 s before each window, which
        are augmented along with it.
    channels : ``"each"`` lead by itself, or ``"all"`` together.
    augment : changes each window; drawn from ``rng``.
    rng : where given, the first window of each stream begins at a random sample below ``hop_samples``.
    most : windows of a stream at most, drawn from ``rng``; so no long recording crowds out the others.

    Raises
    ------
    SignalError
        When the window or hop is shorter than 1 sample.
    """
    if window_samples < 1 or hop_samples < 1:
        raise SignalError(f"windows of {window_samples} samples every {hop_samples} samples: both must be at least 1")
    prepare = window_normalization(normalization)
    for record in records:
        for stream in streams(record, channels):
            if augment is None:
                ready = normalize_recording(stream.signal, normalization, stream.sample_rate_hz)
                stream = replace(stream, signal=ready)
            first = int(rng.integers(hop_samples)) if rng is not None else 0
            starts = window_starts(len(stream.signal), window_samples, hop_samples, first)
            starts = [at for at in starts if int((cut(stream, at, window_samples)[1] != UNKNOWN).sum()) >= min_known]
            if most is not None and rng is not None:
                starts = [starts[place] for place in rng.permutation(len(starts))[:most]]
            for start in starts:
                x, y = cut(stream, start, window_samples)
                if augment is not None:
                    x, y = _augmented(stream, start, window_samples, augment, normalization, rng)
                yield prepare(x), y


def _augmented(
    stream: Stream, start: int, length: int, augment: Augment, normalization: str, rng: np.random.Generator | None
) -> tuple[Signal, Labels]:
    """Return one window, augmented; a normalization that runs through the recording begins some time before."""
    rate_hz = stream.sample_rate_hz
    before = min(start, settling_samples(rate_hz)) if normalization in RECORDING_NORMALIZATIONS else 0
    x, y = augment(*cut(stream, start - before, before + length), rate_hz, rng or np.random.default_rng(0))
    return normalize_recording(x, normalization, rate_hz)[before:], y[before:]


def cut(stream: Stream, start: int, window_samples: int) -> tuple[Signal, Labels]:
    """Return one window, continued by its last value (labels unknown) where the stream ends before it."""
    x = stream.signal[start : start + window_samples]
    y = stream.labels[start : start + window_samples]
    missing = window_samples - len(x)
    if missing:
        x = np.pad(x, ((0, missing), (0, 0)), mode="edge")
        y = np.pad(y, (0, missing), constant_values=UNKNOWN)
    return x, y
