"""Delineation scores: predicted wave boundaries matched one to one with annotated ones, in milliseconds.

A boundary is one end (onset or offset) of one kind of wave. Within a lead, predicted and annotated boundaries of the
same kind and end are matched so that as many as possible pair up within the tolerance and, among those matchings, the
summed distance is least. No boundary is used twice. What is left over is a false positive or a false negative.

Only annotated ground is judged, and where a weak label rules a kind of wave out, that kind. A predicted wave centred on
a sample that nobody annotated is never a false positive, but may still match: an onset placed 4 ms before the first
annotated one is not lost. A boundary that the annotator left out (``onset_marked`` or ``offset_marked`` False) is no
miss, and a predicted wave that overlaps its wave no false positive at that end. Sensitivity is TP / (TP + FN), positive
predictive value TP / (TP + FP), F1 their harmonic mean; mean and SD are of (predicted - annotated) over the matched
pairs, late being positive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.errors import TrainError
from edgeunet.short_repr import short_repr
from edgeunet.signals import Wave

TOLERANCE_MS = 150.0
STRICT_TOLERANCES_MS: Mapping[str, float] = {"P": 50.0, "QRS": 40.0, "T": 50.0}
ENDS = ("onset", "offset")


@dataclass(frozen=True)
class LeadDelineation:
    """What was annotated and what was predicted on one lead.

    Attributes
    ----------
    truth, predicted : waves in sample indices, offset inclusive; any order.
    known : bool per sample: whether somebody annotated it. Predictions elsewhere are not judged.
    ruled_out : kind → bool per sample: whether a weak label says that no such wave is there, the rest being unknown.
    sample_rate_hz : what turns samples into milliseconds.
    """

    truth: tuple[Wave, ...]
    predicted: tuple[Wave, ...]
    known: NDArray[np.bool_]
    sample_rate_hz: float
    ruled_out: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    __repr__ = short_repr


@dataclass
class BoundaryCount:
    """Running counts for one end of one kind of wave."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    errors_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | int | None]:
        """Return se, ppv and f1 (0..1), mean_ms and sd_ms (n - 1 in the denominator), n annotated, and the counts.

        A figure with nothing to divide by is ``None``, never 0 or 1: a record set without P waves has no P sensitivity.
        """
        tp, fp, fn = self.true_positives, self.false_positives, self.false_negatives
        errors = np.asarray(self.errors_ms, dtype=np.float64)
        return {
            "se": tp / (tp + fn) if tp + fn else None,
            "ppv": tp / (tp + fp) if tp + fp else None,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else None,
            "mean_ms": float(errors.mean()) if tp else None,
            "sd_ms": float(errors.std(ddof=1)) if tp > 1 else None,
            "n": tp + fn,
            "tp": tp,
            "fp": fp,
            "fn": fn,
        }


def match_boundaries(
    truth: Sequence[float], predicted: Sequence[float], tolerance: float
) -> tuple[tuple[int, int], ...]:
    """Match two sets of instants one to one, as many as possible, then as close as possible.

    Parameters
    ----------
    truth, predicted : instants in any one unit, in any order.
    tolerance : largest distance of a pair, in the same unit, inclusive.

    Returns
    -------
    Pairs ``(index in truth, index in predicted)``, ordered by time.

    Notes
    -----
    On a line some best matching has no crossing pairs (uncrossing two pairs lengthens neither their sum nor their
    longer one), so an alignment over the sorted instants finds it. The line is first cut wherever neighbours are
    further apart than the tolerance, which keeps the alignment to a few instants at a time.
    """
    if not math.isfinite(tolerance) or tolerance < 0:
        raise TrainError(f"tolerance is {tolerance}; give a finite number of milliseconds, 0 or more")
    instants = sorted([(t, 0, i) for i, t in enumerate(truth)] + [(p, 1, i) for i, p in enumerate(predicted)])
    pairs: list[tuple[int, int]] = []
    cluster: list[tuple[float, int, int]] = []
    for instant in instants:
        if cluster and instant[0] - cluster[-1][0] > tolerance:
            pairs += _match_cluster(cluster, tolerance)
            cluster = []
        cluster.append(instant)
    return tuple(pairs + _match_cluster(cluster, tolerance))


def _match_cluster(cluster: Sequence[tuple[float, int, int]], tolerance: float) -> list[tuple[int, int]]:
    truth = [(t, i) for t, side, i in cluster if side == 0]
    predicted = [(t, i) for t, side, i in cluster if side == 1]
    if len(truth) == 1 and len(predicted) == 1:
        return [(truth[0][1], predicted[0][1])]
    # best[i][j]: (unmatched-maximal count as a negative, summed distance) over the first i and j instants.
    best: list[list[tuple[int, float]]] = [[(0, 0.0)] * (len(predicted) + 1) for _ in range(len(truth) + 1)]
    for i, (t, _) in enumerate(truth, start=1):
        for j, (p, _) in enumerate(predicted, start=1):
            choice = min(best[i - 1][j], best[i][j - 1])
            if abs(t - p) <= tolerance:
                count, total = best[i - 1][j - 1]
                choice = min(choice, (count - 1, total + abs(t - p)))
            best[i][j] = choice
    pairs = []
    i, j = len(truth), len(predicted)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((truth[i][1], predicted[j][1]))
    return pairs[::-1]


def count_boundaries(
    leads: Iterable[LeadDelineation], kinds: Sequence[str], tolerances_ms: Mapping[str, float]
) -> dict[tuple[str, str], BoundaryCount]:
    """Match every lead and add up the counts, keyed by ``(kind, end)``, for the kinds that have a tolerance."""
    counts = {(kind, end): BoundaryCount() for kind in kinds if kind in tolerances_ms for end in ENDS}
    for lead in leads:
        for (kind, end), count in counts.items():
            _count_lead(count, lead, kind, end, tolerances_ms[kind])
    return counts


def _count_lead(count: BoundaryCount, lead: LeadDelineation, kind: str, end: str, tolerance_ms: float) -> None:
    waves = [wave for wave in lead.truth if wave.kind == kind]
    truth = [wave.instant(end) for wave in waves if getattr(wave, f"{end}_marked")]
    open_ended = [wave for wave in waves if not getattr(wave, f"{end}_marked")]
    predicted = [wave for wave in lead.predicted if wave.kind == kind]
    instants = [getattr(wave, end) for wave in predicted]
    pairs = match_boundaries(truth, instants, tolerance_ms * lead.sample_rate_hz / 1000)
    matched = {j for _, j in pairs}
    count.true_positives += len(pairs)
    count.false_negatives += len(truth) - len(pairs)
    count.errors_ms += [(instants[j] - truth[i]) * 1000 / lead.sample_rate_hz for i, j in pairs]
    judged = lead.known | lead.ruled_out[kind] if kind in lead.ruled_out else lead.known
    count.false_positives += sum(
        j not in matched
        and bool(judged[(wave.onset + wave.offset) // 2])
        and not any(wave.onset <= other.offset and other.onset <= wave.offset for other in open_ended)
        for j, wave in enumerate(predicted)
    )


def score_boundaries(
    leads: Iterable[LeadDelineation], kinds: Sequence[str], tolerances_ms: float | Mapping[str, float] = TOLERANCE_MS
) -> dict[str, dict[str, dict[str, Any]]]:
    """Score predicted waves: ``{kind: {"onset": figures, "offset": figures}}``.

    Parameters
    ----------
    leads : annotated and predicted waves, lead by lead.
    kinds : kinds of wave to score, in the order wanted.
    tolerances_ms : one tolerance for all kinds, or one per kind; kinds without one are left out.
    """
    if not isinstance(tolerances_ms, Mapping):
        tolerances_ms = dict.fromkeys(kinds, float(tolerances_ms))
    counts = count_boundaries(leads, kinds, tolerances_ms)
    return {kind: {end: counts[kind, end].figures() for end in ENDS} for kind in kinds if kind in tolerances_ms}
