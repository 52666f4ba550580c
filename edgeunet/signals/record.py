"""What every source of signals hands on: a recording, its waves and a label for each sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.short_repr import short_repr

CLASSES = ("background", "P", "QRS", "T")
"""Class names of ECG delineation; the position is the label."""

UNKNOWN = -1
"""Label of a sample that nobody annotated: masked from loss and score.

Below it lie *weak* labels, of samples of which no more is known than that they are none of certain classes: a label of
``UNKNOWN - mask`` rules out class ``k`` where bit ``k`` of ``mask`` is set. See `rule_out` and `ruled_out`.
"""

WEAK_CLASSES = 7
"""Classes that a weak label can tell of: its mask has so many bits."""

RATES_HZ = (0.001, 1e7)
"""Lowest and highest sample rate of a recording; what lies beyond is a slip, and would round to 0 or overflow."""

MOST_SAMPLES = 1 << 28
"""Samples of all leads together that a recording may have: 2 GiB of ADC values."""

MOST_LEADS = 4096
MOST_CLASSES = 127
"""Labels are int8, and -1 is `UNKNOWN`."""

Signal = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Wave:
    """One annotated wave; all three are sample indices and ``offset`` is the last sample that belongs to the wave.

    Attributes
    ----------
    kind : class name, such as ``"QRS"``.
    onset, offset : first and last sample. Where the annotator left a boundary out (``onset_marked`` or
        ``offset_marked`` is False) it repeats the peak and must not be scored.
    exact_onset, exact_offset : where resampling moved them to, between samples; ``None`` where that is a sample.
    peak : the marked peak; ``None`` where there is none. On paced beats it may lie before ``onset``.
    """

    kind: str
    onset: int
    peak: int | None
    offset: int
    onset_marked: bool = True
    offset_marked: bool = True
    exact_onset: float | None = field(default=None, compare=False)
    exact_offset: float | None = field(default=None, compare=False)

    def instant(self, end: str) -> float:
        """Return the exact time of ``"onset"`` or ``"offset"``, in samples."""
        exact, whole = (self.exact_onset, self.onset) if end == "onset" else (self.exact_offset, self.offset)
        return whole if exact is None else exact


@dataclass(frozen=True)
class Record:
    """One recording of one patient.

    Attributes
    ----------
    name : unique within its source.
    patient : whom it was taken from; splits are made by this.
    sample_rate_hz : samples per second.
    leads : channel names.
    signal : float32 ``(time, leads)``; millivolts for ECG.
    waves : per lead, in order of onset; empty where a source has labels only.
    annotated : per lead the half-open sample range ``(start, stop)`` somebody annotated, or ``None``.
    labels : int8 ``(time, leads)``: position in ``classes``, or ``UNKNOWN``.
    classes : class names.
    missing : per lead the share of samples that were NaN or marked invalid before they were filled; empty for none.
    units : per lead ``"mV"`` for any voltage (it was converted), else the unit as given; empty where nobody says.
    notes : what was assumed in reading it, for the user to know.
    """

    name: str
    patient: str
    sample_rate_hz: float
    leads: tuple[str, ...]
    signal: Signal
    waves: tuple[tuple[Wave, ...], ...]
    annotated: tuple[tuple[int, int] | None, ...]
    labels: Labels
    classes: tuple[str, ...] = CLASSES
    missing: tuple[float, ...] = ()
    units: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if self.signal.ndim != 2 or self.signal.shape != self.labels.shape or self.signal.shape[1] != len(self.leads):
            raise SignalError(
                f"record '{self.name}': signal {self.signal.shape} and labels {self.labels.shape} must both be "
                f"(time, {len(self.leads)} leads); give every channel a label for every sample"
            )

    @property
    def samples(self) -> int:
        """Length in samples."""
        return int(self.signal.shape[0])

    def lead_index(self, lead: str) -> int:
        """Return the channel of ``lead``, whatever its letter case.

        Raises
        ------
        SignalError
            When there is no such lead.
        """
        folded = [name.casefold() for name in self.leads]
        if lead.casefold() not in folded:
            raise SignalError(
                f"record '{self.name}' has no lead '{lead}'; it has {', '.join(self.leads)}, so name one of these"
            )
        return folded.index(lead.casefold())

    def pick(self, leads: Sequence[str]) -> Record:
        """Return the record with just ``leads``, in this order."""
        index = [self.lead_index(lead) for lead in leads]
        return replace(
            self,
            leads=tuple(self.leads[i] for i in index),
            signal=self.signal[:, index],
            waves=tuple(self.waves[i] for i in index),
            annotated=tuple(self.annotated[i] for i in index),
            labels=self.labels[:, index],
            missing=tuple(self.missing[i] for i in index) if self.missing else (),
            units=tuple(self.units[i] for i in index) if self.units else (),
        )

    def has(self, kind: str) -> bool:
        """Return whether any lead has a wave or label of class ``kind``."""
        if kind not in self.classes:
            raise SignalError(f"record '{self.name}' has no class '{kind}'; it has {', '.join(self.classes)}")
        return bool((self.labels == self.classes.index(kind)).any())

    @property
    def has_p(self) -> bool:
        """Whether any lead has a P wave; False in atrial fibrillation, flutter and some paced rhythms."""
        return self.has("P")


def checked_rate(value: Any, where: str) -> float:
    """Return a sample rate as a number.

    Raises
    ------
    SignalError
        When it is not one number within `RATES_HZ`.
    """
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    try:
        if isinstance(value, (bool, np.ndarray)) or (isinstance(value, str) and "_" in value):
            raise ValueError(value)
        rate_hz = float(value)
    except (TypeError, ValueError, OverflowError):
        raise SignalError(f"{where}: the sample rate is {shown(value)}; give one number, in hertz") from None
    if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise SignalError(
            f"{where}: a sample rate of {rate_hz:g} Hz is not a positive number from {RATES_HZ[0]:g} to "
            f"{RATES_HZ[1]:,.0f}; correct it"
        )
    return rate_hz


def checked_classes(names: Sequence[str], where: str) -> tuple[str, ...]:
    """Return the names of classes.

    Raises
    ------
    SignalError
        When there are too many for labels of 8 bits, or one is empty or given twice.
    """
    if len(names) > MOST_CLASSES:
        raise SignalError(f"{where} declares {len(names)} classes, and labels of 8 bits tell {MOST_CLASSES} apart")
    if not all(name.strip() for name in names):
        raise SignalError(f"{where} declares a class without a name; give every class one")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SignalError(f"{where} declares class {shown(twice)} twice; name the classes apart")
    return tuple(names)


def paint_labels(
    samples: int,
    waves: Iterable[Wave],
    annotated: tuple[int, int] | None,
    classes: Sequence[str] = CLASSES,
    unknown: Iterable[tuple[int, int]] = (),
) -> Labels:
    """Return int8 labels ``(samples,)`` of ``waves``: background between them, ``UNKNOWN`` outside ``annotated``.

    The half-open ranges in ``unknown`` are ``UNKNOWN`` too, except where a wave lies. A boundary
    that was not marked leaves the samples between the wave and its neighbour unknown. Waves that overlap share their
    common samples half and half.
    """
    labels = np.full(samples, UNKNOWN, np.int8)
    if annotated is None:
        return labels
    start, stop = annotated
    labels[max(start, 0) : stop] = 0
    for first, last in unknown:
        labels[max(first, 0) : max(last, 0)] = UNKNOWN
    ordered = sorted(waves, key=lambda wave: (wave.onset, wave.offset))
    for before, after in zip([None, *ordered], [*ordered, None], strict=True):
        open_left = before is not None and not before.offset_marked
        open_right = after is not None and not after.onset_marked
        if open_left or open_right:
            first = start if before is None else before.offset + 1
            last = stop if after is None else after.onset
            labels[max(first, 0) : max(last, 0)] = UNKNOWN
    return paint_waves(labels, ordered, classes)


def paint_waves(labels: Labels, waves: Iterable[Wave], classes: Sequence[str]) -> Labels:
    """Write ``waves`` (in order of onset) over ``labels`` ``(time,)`` in place and return it."""
    end_of_last = -1
    for wave in waves:
        first = wave.onset
        if first <= end_of_last:
            first = min((first + end_of_last + 1) // 2, end_of_last + 1)
        labels[max(first, 0) : wave.offset + 1] = classes.index(wave.kind)
        end_of_last = max(end_of_last, wave.offset)
    return labels


def rule_out(labels: Labels, place: Any, label: int) -> None:
    """Say of the unknown samples of ``labels`` at ``place`` (an index) that they are not of class ``label``, in place.

    Samples whose class is known stay as they are.
    """
    part = labels[place].astype(np.int16)
    mask = np.where(part < 0, UNKNOWN - part, 0) | (1 << label)
    labels[place] = np.where(part < 0, UNKNOWN - mask, part).astype(np.int8)


def ruled_out(labels: npt.NDArray[Any], label: int) -> npt.NDArray[np.bool_]:
    """Return where a weak label says that a sample is not of class ``label``; False where the class is known."""
    if label >= WEAK_CLASSES:
        return np.zeros(labels.shape, np.bool_)
    wide = labels.astype(np.int16)
    return np.asarray((wide < UNKNOWN) & ((UNKNOWN - wide) >> label & 1 == 1))


def missing_shares(signal: npt.NDArray[Any]) -> tuple[float, ...]:
    """Return per lead the share of NaN or infinite samples of ``signal`` ``(time, leads)``; nothing where all are 0."""
    shares = (~np.isfinite(signal)).mean(axis=0)
    return tuple(float(share) for share in shares) if shares.any() else ()


MISSING = ("error", "mask")
"""What to do with samples that are NaN, infinite or marked invalid: refuse the record, or fill and mask them."""


def without_missing(
    signal: npt.NDArray[Any], labels: Labels, where: str, missing: str = "error"
) -> tuple[Signal, Labels]:
    """Return ``signal`` and ``labels`` (both ``(time, leads)``) with no NaN or infinite sample left.

    With ``missing="mask"`` such samples lie on a line between their neighbours and are unknown; a lead that has no
    other samples becomes zeros.

    Raises
    ------
    SignalError
        With ``missing="error"``, naming the first such sample.
    """
    if missing not in MISSING:
        raise SignalError(f"missing samples '{missing}': choose {' or '.join(MISSING)}")
    bad = ~np.isfinite(signal)
    if not bad.any():
        return np.asarray(signal, np.float32), labels
    if missing == "error":
        where_first = np.argwhere(bad)[0].tolist()
        raise SignalError(
            f"{where}: {int(bad.sum())} of {bad.size} samples are NaN, infinite or marked invalid, the first at sample "
            f"{where_first[0]} of lead {where_first[1]}; fill the gaps, or read with missing samples masked"
        )
    filled = np.array(signal, np.float64)
    grid = np.arange(len(signal))
    for lead in np.flatnonzero(bad.any(axis=0)):
        good = ~bad[:, lead]
        filled[:, lead] = np.interp(grid, grid[good], filled[good, lead]) if good.any() else 0.0
    return filled.astype(np.float32), np.where(bad, UNKNOWN, labels).astype(np.int8)
