"""Windows to calibrate and to compare on, drawn evenly from the patients of one part of the split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import QuantizeError
from edgeunet.modelcard import ModelCard
from edgeunet.signals import PreparedSource, Record, Source, Split, streams
from edgeunet.signals.normalization import RECORDING_NORMALIZATIONS, normalization, normalize_recording
from edgeunet.signals.windows import Stream, cut
from edgeunet.train.evaluation import expectation_of

Windows = NDArray[np.float32]

GAINS = (0.8, 1.25)
"""Amplitudes that every fourth calibration window has, in turn: other recordings will be larger and smaller."""

_EVERY_WITH_GAIN = 4
_WHITE = 0.05
"""Below this mean correlation of neighbouring samples a set of windows is noise: recorded signals have 0.3 and more."""


def prepare(source: Source, card: ModelCard) -> PreparedSource:
    """Return ``source`` as the model of ``card`` takes it; it remembers what was implausible about what it read."""
    expected = expectation_of(card) if card.classes else None
    return PreparedSource(source, rate_hz=card.sample_rate_hz, leads=card.leads or None, expected=expected)


def draw_windows(
    source: Source | PreparedSource,
    split: Split,
    part: str,
    card: ModelCard,
    shape: Sequence[int],
    count: int,
    *,
    seed: int = 0,
    vary_gain: bool = False,
) -> Windows:
    """Draw ``count`` windows as the model sees them, ``(count, time, channels)``.

    Every patient of ``part`` gives as many as every other, from records, leads and places drawn at random; so the set
    has as many rhythms and shapes as the data has. The same arguments give the same windows.

    Parameters
    ----------
    source, split, part : whose signals; the source may be prepared already, see `prepare`.
    card : the model's sample rate, leads and normalization.
    shape : the model's input shape, ``(time, channels)``.
    vary_gain : give every fourth window another amplitude (before normalization).

    Raises
    ------
    QuantizeError
        When the model is not one-dimensional or takes another number of channels than the data has.
    SignalError
        When the data or the split cannot be used.
    """
    if len(shape) != 2:
        raise QuantizeError(
            f"the model takes inputs of shape {tuple(shape)}, and signals give (time, channels); "
            "quantize it from Python with quantize_model and windows of your own"
        )
    if count < 1:
        raise QuantizeError(f"{count} windows were asked for; ask for at least 1, better 100 or more")
    prepared = source if isinstance(source, PreparedSource) else prepare(source, card)
    rng = np.random.default_rng(seed)
    plan = _plan(split.records(prepared, part), prepared, count, rng)
    drawn: list[Windows] = []
    for name, times in plan.items():
        choices = _streams(prepared.read(name), int(shape[1]))
        for _ in range(times):
            stream = choices[int(rng.integers(len(choices)))]
            start = int(rng.integers(max(1, len(stream.signal) - shape[0] + 1)))
            gain = np.float32(1)
            if vary_gain and len(drawn) % _EVERY_WITH_GAIN == _EVERY_WITH_GAIN - 1:
                gain = np.float32(GAINS[len(drawn) // _EVERY_WITH_GAIN % len(GAINS)])
            drawn.append(_ready_window(stream, start, shape[0], card.normalization, gain))
    return np.stack(drawn)


def _ready_window(stream: Stream, start: int, length: int, name: str, gain: np.float32) -> Windows:
    """Return one window, louder by ``gain`` and then normalized."""
    if name in RECORDING_NORMALIZATIONS:
        stream = replace(stream, signal=normalize_recording(stream.signal * gain, name, stream.sample_rate_hz))
        return cut(stream, start, length)[0]
    x, _ = cut(stream, start, length)
    return normalization(name)((x * gain).astype(np.float32))


def limit_range(windows: Windows, share: float) -> Windows:
    """Return ``windows`` saturated so that ``share`` of their samples, in percent, lie inside; the rest is at the ends.

    One electrode pop otherwise sets the scale of the input, and all that follows: on LUDB, leaving out 0.01 % of the
    samples brings the quantized network's decisions closer to the float network's. The device saturates likewise.

    Raises
    ------
    QuantizeError
        When ``share`` is not from 90 to 100.
    """
    if not 90 <= share <= 100:
        raise QuantizeError(f"an input range of {share:g} % of the samples was asked for; choose from 90 to 100")
    beyond = (100 - share) / 2
    low, high = np.percentile(windows, (beyond, 100 - beyond))
    return np.clip(windows, np.float32(low), np.float32(high))


def check_windows(windows: Windows, shape: Sequence[int]) -> None:
    """Refuse windows that would calibrate ranges no signal has: wrong shape, NaN, constants, or white noise.

    Raises
    ------
    QuantizeError
        Saying what is wrong with them.
    """
    if windows.ndim != len(shape) + 1 or windows.shape[1:] != tuple(shape) or not len(windows):
        raise QuantizeError(
            f"calibration windows have shape {windows.shape}, the model takes (windows, {', '.join(map(str, shape))}); "
            "cut the signal into windows of that shape"
        )
    if not np.isfinite(windows).all():
        bad = int((~np.isfinite(windows)).sum())
        raise QuantizeError(
            f"{bad} of {windows.size} calibration samples are NaN or infinite; cut or fill the gaps first"
        )
    centred = windows - windows.mean(axis=1, keepdims=True)
    energy = np.atleast_1d(np.sum(centred**2, axis=1, dtype=np.float64))
    if not (energy > 0).any():
        raise QuantizeError("every calibration window is constant, so it shows no range; calibrate on recorded signals")
    live = energy > 0
    neighbours = np.atleast_1d(np.sum(centred[:, 1:] * centred[:, :-1], axis=1, dtype=np.float64))
    if windows.shape[1] >= 32 and abs(float(np.mean(neighbours[live] / energy[live]))) < _WHITE:
        raise QuantizeError(
            "the calibration windows are white noise (neighbouring samples are not correlated), whose ranges are not "
            "those of a signal; calibrate on recordings, or leave --data out for synthetic ECG"
        )


def _plan(records: Sequence[str], source: PreparedSource, count: int, rng: np.random.Generator) -> dict[str, int]:
    """Return how many windows each record gives: patients take turns, and so do the records of a patient."""
    owners = source.patients()
    by_patient: dict[str, list[str]] = {}
    for name in records:
        by_patient.setdefault(owners[name], []).append(name)
    patients = [list(by_patient)[i] for i in rng.permutation(len(by_patient))]
    plan: dict[str, int] = {}
    for turn in range(count):
        lap, place = divmod(turn, len(patients))
        names = by_patient[patients[place]]
        name = names[lap % len(names)]
        plan[name] = plan.get(name, 0) + 1
    return plan


def _streams(record: Record, channels: int) -> list[Stream]:
    if channels == 1:
        return list(streams(record, "each"))
    if len(record.leads) != channels:
        raise QuantizeError(
            f"the model takes {channels} channels and record '{record.name}' has {len(record.leads)} "
            f"({', '.join(record.leads)}); choose as many with --lead"
        )
    return list(streams(record, "all"))
