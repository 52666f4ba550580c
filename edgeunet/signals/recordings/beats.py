"""What beat annotations tell of the samples around them: weak labels, and which beats a delineation leaves out.

A file such as MIT-BIH's ``.atr`` says when every beat was, near its R peak, and how the rhythm changes. From that:

==========================  =========================================================================================
within ±16 ms of a beat     it is QRS
160 ms or more from any     it is not QRS
in `RHYTHMS_WITHOUT_P`      it is not P
with a ``.pwave`` beside    within ±16 ms of a mark it is P, and 120 ms or more from any it is not
==========================  =========================================================================================

All else is unknown: a weak label rules classes out (`edgeunet.signals.record.rule_out`). Where the ventricles
flutter (``[`` to ``]``) nothing is said of QRS.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.files import is_file
from edgeunet.signals.record import CLASSES, UNKNOWN, Labels, Wave, rule_out
from edgeunet.signals.recordings.marks import BEATS
from edgeunet.signals.recordings.wfdb_annotations import PlacedMarks, read_placed_marks

CORE_S = 0.016
"""From a beat's mark to either side its QRS complex is sure to reach."""

BEYOND_QRS_S, BEYOND_P_S = 0.16, 0.12
"""Further than this from every mark there is no such wave."""

RHYTHMS_WITHOUT_P = frozenset(("(AFIB", "(AFL", "(P", "(VT", "(VFL", "(IVR"))
"""Fibrillation, flutter, pacing, and rhythms of the ventricles."""

P_MARKS = "pwave"
OTHER_ANNOTATORS = ("atr", "pu0", "pu1", "pu", "ecg")
"""Looked at for beats that a delineation of some beats leaves out."""

SAME_BEAT_S = 0.15
STANDS_OUT = 4.0
"""A QRS complex is that much steeper than half of the samples, or its steepness tells nothing."""

STEEP = 0.5
"""A stretch between waves at least half as steep as the usual QRS complex holds a beat that nobody marked."""

P, QRS = CLASSES.index("P"), CLASSES.index("QRS")


def beat_labels(path: Path, base: Path, samples: int, rate_hz: float, frame_rate_hz: float | None = None) -> Labels:
    """Return weak labels ``(samples,)`` of a file of beats, and of the P peaks beside it where there are any.

    Raises
    ------
    SignalError
        When a file cannot be read or is of another record.
    """
    marks = read_placed_marks(path, samples, rate_hz, frame_rate_hz)
    labels = np.full(samples, UNKNOWN, np.int8)
    _say_where(labels, _beats(marks), QRS, BEYOND_QRS_S * rate_hz, CORE_S * rate_hz, _fluttering(marks, samples))
    for start, stop in _spans_without_p(marks, samples):
        rule_out(labels, slice(start, stop), P)
    peaks = base.parent / f"{base.name}.{P_MARKS}"
    if is_file(peaks):
        found = read_placed_marks(peaks, samples, rate_hz, frame_rate_hz)
        at = [sample for sample, symbol in zip(found.samples, found.symbols, strict=True) if symbol == "p"]
        _say_where(labels, at, P, BEYOND_P_S * rate_hz, CORE_S * rate_hz, np.zeros(samples, np.bool_))
    return labels


def _say_where(
    labels: Labels, at: Sequence[int], label: int, beyond: float, core: float, unsure: npt.NDArray[np.bool_]
) -> None:
    """Label ``core`` samples around ``at``, and rule the class out ``beyond`` samples from all of them."""
    if not at:
        return
    distance = _distance(len(labels), at)
    rule_out(labels, (distance >= beyond) & ~unsure, label)
    labels[(distance <= core) & ~unsure & (labels < 0)] = label


def _distance(samples: int, at: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return how far each sample is from the nearest of ``at`` (ascending)."""
    marks, grid = np.asarray(at, np.int64), np.arange(samples)
    after = np.searchsorted(marks, grid)
    next_mark, last_mark = marks[np.minimum(after, len(marks) - 1)], marks[np.maximum(after - 1, 0)]
    return np.asarray(np.minimum(np.abs(next_mark - grid), np.abs(grid - last_mark)), np.int64)


def _beats(marks: PlacedMarks) -> list[int]:
    return [sample for sample, symbol in zip(marks.samples, marks.symbols, strict=True) if symbol in BEATS]


def _fluttering(marks: PlacedMarks, samples: int) -> npt.NDArray[np.bool_]:
    inside, since = np.zeros(samples, np.bool_), -1
    for sample, symbol in zip(marks.samples, marks.symbols, strict=True):
        if symbol == "[":
            since = sample
        elif symbol == "]" and since >= 0:
            inside[since : sample + 1], since = True, -1
    if since >= 0:
        inside[since:] = True
    return inside


def _spans_without_p(marks: PlacedMarks, samples: int) -> list[tuple[int, int]]:
    """Return the half-open ranges of rhythms that have no P waves."""
    changes = [(at, note) for at, note in zip(marks.samples, marks.notes, strict=True) if note.startswith("(")]
    return [
        (at, end) for (at, note), (end, _) in pairwise([*changes, (samples, "")]) if note.strip() in RHYTHMS_WITHOUT_P
    ]


def other_beats(
    base: Path, delineation: Path, samples: int, rate_hz: float, frame_rate_hz: float | None = None
) -> list[int]:
    """Return the beats (samples, ascending) that the annotators beside a delineation mark; unreadable ones are none."""
    found: set[int] = set()
    for extension in OTHER_ANNOTATORS:
        path = base.parent / f"{base.name}.{extension}"
        if path == delineation or not is_file(path):
            continue
        try:
            found.update(_beats(read_placed_marks(path, samples, rate_hz, frame_rate_hz)))
        except SignalError:
            continue
    return sorted(found)


def unmarked_beats(
    waves: Sequence[Wave], others: Sequence[int], signal: npt.NDArray[np.float32], rate_hz: float
) -> list[tuple[int, int]]:
    """Return the half-open ranges between marked waves in which lies a beat that the delineation leaves out.

    In a bigeminal rhythm an expert may have marked every other beat: the distances are even, and only the beats that
    others marked, or a course as steep as that of a QRS complex, tell that more is there.

    Parameters
    ----------
    waves : of one lead, in order of onset.
    others : beats by other annotators, in samples.
    signal : of the lead, ``(time,)``; NaN counts as flat.
    """
    marked = [wave for wave in waves if wave.kind == "QRS"]
    if len(marked) < 2:
        return []
    slope = np.abs(np.diff(np.nan_to_num(signal.astype(np.float64)), prepend=np.nan_to_num(signal[:1])))
    usual = float(np.median([slope[wave.onset : wave.offset + 1].max(initial=0.0) for wave in marked]))
    tells = usual > STANDS_OUT * float(np.median(slope[marked[0].onset : marked[-1].offset + 1]))
    margin, gaps = SAME_BEAT_S * rate_hz, []
    for before, after in pairwise(sorted(waves, key=lambda wave: (wave.onset, wave.offset))):
        start, stop = before.offset + 1, after.onset
        if stop - start < 2 or not marked[0].onset <= start < marked[-1].onset:
            continue
        heard = any(start <= at < stop and _is_apart(at, marked, margin) for at in others)
        if heard or (tells and slope[start + 1 : stop - 1].max(initial=0.0) >= STEEP * usual):
            gaps.append((start, stop))
    return gaps


def beats_without_t(waves: Sequence[Wave]) -> list[tuple[int, int]]:
    """Return the half-open ranges from a QRS complex to the next wave where that is no T.

    There is always a T wave. Where an expert left it out, it was not to be seen well, and its samples are unknown.
    """
    ordered = sorted(waves, key=lambda wave: (wave.onset, wave.offset))
    return [
        (before.offset + 1, after.onset)
        for before, after in pairwise(ordered)
        if before.kind == "QRS" and after.kind != "T" and after.onset > before.offset + 1
    ]


def _is_apart(at: int, marked: Sequence[Wave], margin: float) -> bool:
    return all(at < wave.onset - margin or at > wave.offset + margin for wave in marked)
