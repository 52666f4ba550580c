"""What cannot be right about a recording: counted once, shown by ``inspect``, warned of or refused by who uses it.

=============  =========================================================================  ==============  ============
kind           what is counted                                                            warned of from  refused from
=============  =========================================================================  ==============  ============
``missing``    share of samples that are NaN or marked invalid                            any             50 %
``saturated``  share of samples beyond ±32.767, where an int16 input saturates            0.1 %           50 %
               (of 24 bits: ±8388.607)
``flat``       share of samples in stretches of 1 s and more at one value                 5 %             50 %
``clipped``    share of samples that stay at the lead's highest or lowest value           1 %             50 %
``amplitude``  typical peak-to-peak of 2 s: an ECG's lies between 0.05 and 20 mV          outside         0.01-100 mV
``offset``     middle of the lead: an electrode's offset, unless 24 bits are there for it ±10 mV          never
``note``       what was assumed in reading                                                always          never
=============  =========================================================================  ==============  ============

Shares count all samples of the leads in use together. ``saturated`` is counted where samples become int16 counts;
``flat`` to ``offset`` for ECG only: other signals may rest or pulse as they like, and have units of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.causal import COUNTS_PER_UNIT, NARROW_BITS, ends_of
from edgeunet.signals.record import CLASSES, Record

MOST = 0.5
"""Share from which on a recording is refused."""

WARNED = {"missing": 0.0, "saturated": 0.001, "flat": 0.05, "clipped": 0.01}
"""Kind → the share above which it is warned of."""

FLAT_S = 1.0
CLIPPED_S = 0.04
CLIPPED_SAMPLES = 4
"""Time, and samples at least, in a row at the highest or lowest value that no rounding explains."""

WINDOW_S = 2.0
PLAUSIBLE_MV = (0.05, 20.0)
POSSIBLE_MV = (0.01, 100.0)
OFFSET_MV = 10.0

_ECG_LEADS = {"i", "ii", "iii", "avr", "avl", "avf", *(f"v{n}" for n in range(1, 10))}
_UNIT_GUESSES = ((1e-3, "microvolts"), (1e3, "volts"))

_CURES = {
    "missing": "leave the recording or the lead out",
    "saturated": "say in dataset.json what the numbers are (unit, scale, offset), or remove the electrode offset "
    "(--adc-bits 24 does)",
    "flat": "was the electrode on? leave the recording or the lead out",
    "clipped": "the front end was at its rail; leave the recording or the lead out",
    "amplitude": "say what the numbers are: unit, scale and offset in dataset.json, or --adc-units",
    "offset": "subtract it, or give it as offset in dataset.json",
}


@dataclass(frozen=True)
class Expectation:
    """What the signal is for: ``ecg``, or anything; ``bits`` of the integers its samples become, if any."""

    ecg: bool
    bits: int | None = None

    @property
    def limit(self) -> float:
        """The largest magnitude that fits the ``bits``."""
        return np.inf if self.bits is None else ends_of(self.bits)[1] / COUNTS_PER_UNIT


@dataclass(frozen=True)
class Finding:
    """Something implausible about one record; ``worst`` is the share, millivolts, or 0, that ``text`` speaks of."""

    kind: str
    record: str
    text: str
    worst: float = 0.0
    refused: bool = False

    __repr__ = short_repr


def is_ecg(classes: Sequence[str], leads: Iterable[str]) -> bool:
    """Return whether a signal is taken for an ECG: by its classes, or where it has none, by the names of its leads."""
    if len(classes) > 1:
        return tuple(classes) == CLASSES
    folded = [lead.casefold() for lead in leads]
    return any(lead in _ECG_LEADS or lead.startswith(("ecg", "ekg", "mlii")) for lead in folded)


def examine(record: Record, expected: Expectation) -> tuple[Finding, ...]:
    """Return all that is implausible about ``record`` as it came from its source, the gravest first."""
    shares: dict[str, list[float]] = {"missing": list(record.missing)}
    if expected.bits:
        shares["saturated"] = [float(np.mean(np.abs(lead) > expected.limit)) for lead in record.signal.T]
    found = [Finding("note", record.name, note) for note in record.notes]
    if expected.ecg:
        volts = [lead for lead, unit in enumerate(record.units or ("mV",) * len(record.leads)) if unit == "mV"]
        rests = [_rests(record.signal[:, lead], record.sample_rate_hz) for lead in volts]
        shares["flat"], shares["clipped"] = [flat for flat, _ in rests], [clipped for _, clipped in rests]
        found += _amplitudes(record, volts)
        found += _offsets(record, volts) if (expected.bits or NARROW_BITS) == NARROW_BITS else []
    for kind, values in shares.items():
        share = float(np.mean(values)) if values else 0.0
        if share > WARNED[kind]:
            found.append(Finding(kind, record.name, _share_text(kind, share, expected), share, share > MOST))
    return tuple(sorted(found, key=lambda finding: (not finding.refused, finding.kind)))


def require_plausible(findings: Iterable[Finding]) -> None:
    """Raise where a record is refused.

    Raises
    ------
    SignalError
        Saying what is implausible about it, and the cure.
    """
    for finding in findings:
        if finding.refused:
            raise SignalError(f"record '{finding.record}': {finding.text}")


def summaries(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return a sentence for each kind (notes: for each text): the worst record, and how many there are."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.text if finding.kind == "note" else finding.kind, []).append(finding)
    lines = []
    for group in groups.values():
        worst = max(group, key=lambda finding: (finding.refused, finding.worst))
        others = len({finding.record for finding in group}) - 1
        also = f" (and {others} more record{'s' if others > 1 else ''})" if others else ""
        lines.append(f"record '{worst.record}'{also}: {worst.text}")
    return tuple(lines)


def _share_text(kind: str, share: float, expected: Expectation) -> str:
    what = {
        "missing": "of the samples are NaN or marked invalid",
        "saturated": f"of the samples lie beyond ±{expected.limit:.3f}, where {expected.bits} bits saturate",
        "flat": f"of the samples lie in flat stretches of {FLAT_S:g} s and more",
        "clipped": "of the samples stay at the highest or lowest value",
    }[kind]
    limit = f"more than the {100 * MOST:g} % that is let through; " if share > MOST else ""
    return f"{_percent(share)} {what}; {limit}{_CURES[kind]}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _millivolts(value: float) -> str:
    return f"{value:.0f} mV" if abs(value) >= 100 else f"{value:.3g} mV"


def _rests(lead: npt.NDArray[np.float32], rate_hz: float) -> tuple[float, float]:
    """Return the share of samples in flat stretches, and of those that stay at the highest or lowest value."""
    starts = np.concatenate(([0], np.flatnonzero(lead[1:] != lead[:-1]) + 1))
    lengths = np.diff(np.concatenate((starts, [len(lead)])))
    long = lengths >= max(CLIPPED_SAMPLES, FLAT_S * rate_hz)
    kept = lengths >= max(CLIPPED_SAMPLES, CLIPPED_S * rate_hz)
    # A value that the lead rests at most of the time is its zero and no rail.
    rails = (lead[starts] == lead.max()) | (lead[starts] == lead.min())
    rails &= kept & (lead[starts] != _middle(lead))
    return float(lengths[long].sum() / len(lead)), float(lengths[rails].sum() / len(lead))


def _middle(lead: npt.NDArray[np.float32]) -> float:
    """Return the median, in float64: that of two large float32 would overflow."""
    return float(np.median(lead.astype(np.float64)))


def typical_peak_to_peak(lead: npt.NDArray[np.float32], rate_hz: float) -> float | None:
    """Return the median peak-to-peak of stretches of 2 s, flat ones left out; ``None`` where all are flat."""
    length = min(len(lead), max(2, round(WINDOW_S * rate_hz)))
    parts = lead[: len(lead) // length * length].reshape(-1, length)
    spans = parts.max(axis=1).astype(np.float64) - parts.min(axis=1)  # of float32 they would overflow
    spans = spans[spans > 0]
    return float(np.median(spans)) if spans.size else None


def _amplitudes(record: Record, leads: Sequence[int]) -> list[Finding]:
    """Return the finding about the lead whose amplitude is furthest from an ECG's, refused where that of most is."""
    spans = {lead: typical_peak_to_peak(record.signal[:, lead], record.sample_rate_hz) for lead in leads}
    sizes = {lead: span for lead, span in spans.items() if span is not None}
    odd = {lead: span for lead, span in sizes.items() if not PLAUSIBLE_MV[0] <= span <= PLAUSIBLE_MV[1]}
    if not odd:
        return []
    impossible = sum(not POSSIBLE_MV[0] <= span <= POSSIBLE_MV[1] for span in odd.values())
    refused = impossible > MOST * len(sizes)
    distance = {lead: abs(float(np.log(span))) for lead, span in odd.items()}
    worst = max(odd, key=lambda lead: distance[lead])
    guess = next((name for factor, name in _UNIT_GUESSES if 0.2 <= odd[worst] * factor <= 10), "raw counts")
    limits = POSSIBLE_MV if refused else PLAUSIBLE_MV
    text = (
        f"a typical peak-to-peak of {_millivolts(odd[worst])} in lead {record.leads[worst]} is no ECG's "
        f"({limits[0]:g} to {limits[1]:g} mV; {guess}?); {_CURES['amplitude']}"
    )
    return [Finding("amplitude", record.name, text, distance[worst], refused)]


def _offsets(record: Record, leads: Sequence[int]) -> list[Finding]:
    middles = {lead: _middle(record.signal[:, lead]) for lead in leads}
    worst = max(middles, key=lambda lead: abs(middles[lead]), default=None)
    if worst is None or abs(middles[worst]) <= OFFSET_MV:
        return []
    text = (
        f"lead {record.leads[worst]} lies around {_millivolts(middles[worst])}, an electrode offset; {_CURES['offset']}"
    )
    return [Finding("offset", record.name, text, abs(middles[worst]))]
