"""What a source holds, record by record, and which records cannot be read: to look at before training on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.escaping.terminal import cell
from edgeunet.signals.causal import NARROW_BITS
from edgeunet.signals.plausibility import Expectation, Finding, examine, is_ecg, summaries
from edgeunet.signals.record import Record
from edgeunet.signals.source import Source


def inspect(source: Source, tell: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Return the document that ``edgeunet inspect --json`` prints.

    Every record is read once, and what is implausible about it is counted. One that cannot be read is listed with the
    reason instead of ending the inspection.

    Parameters
    ----------
    tell : called with records done and to do.

    Raises
    ------
    SignalError
        When no record at all can be read; it is the reason for the first.
    """
    classes, names, owners = source.classes, source.names(), source.patients()
    totals = _Totals(classes)
    refused: list[dict[str, str]] = []
    findings: list[Finding] = []
    patients: set[str] = set()
    for done, name in enumerate(names, start=1):
        try:
            record = source.read(name)
            totals.add(record)
            patients.add(owners[name])
            findings += examine(record, Expectation(ecg=is_ecg(record.classes, record.leads), bits=NARROW_BITS))
        except SignalError as error:
            refused.append({"record": name, "reason": str(error)})
        if tell is not None:
            tell(done, len(names))
    if len(refused) == len(names):
        raise SignalError(refused[0]["reason"])
    return {
        "schema": "edgeunet.inspect/1",
        "data": source.describe(),
        "records": len(names) - len(refused),
        "patients": len(patients),
        **totals.document(),
        "refused": refused,
        "implausible": _implausible(findings),
    }


def _implausible(findings: list[Finding]) -> list[dict[str, Any]]:
    """Return what is implausible, kind by kind: the records, a sentence about the worst, and those refused for it."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.text if finding.kind == "note" else finding.kind, []).append(finding)
    return [
        {
            "kind": group[0].kind,
            "records": sorted({finding.record for finding in group}),
            "refused": sorted({finding.record for finding in group if finding.refused}),
            "worst": summaries(group)[0],
        }
        for group in groups.values()
    ]


class _Totals:
    """Running sums over records."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self.samples = np.zeros(len(classes) + 1, np.int64)
        self.lead_seconds = self.seconds = 0.0
        self.rates: Counter[float] = Counter()
        self.leads: Counter[str] = Counter()
        self.waves: Counter[str] = Counter()
        self.durations_ms: dict[str, list[float]] = {kind: [] for kind in classes[1:]}
        self.without: dict[str, list[str]] = {kind: [] for kind in classes[1:]}

    def add(self, record: Record) -> None:
        self.samples += np.bincount(record.labels.ravel().astype(np.int64) + 1, minlength=len(self.classes) + 1)
        self.seconds += record.samples / record.sample_rate_hz
        self.lead_seconds += record.labels.size / record.sample_rate_hz
        self.rates[record.sample_rate_hz] += 1
        self.leads.update(record.leads)
        for wave in (wave for waves in record.waves for wave in waves):
            self.waves[wave.kind] += 1
            if wave.onset_marked and wave.offset_marked:
                length_ms = 1000 * (wave.offset - wave.onset + 1) / record.sample_rate_hz
                self.durations_ms[wave.kind].append(length_ms)
        for kind in self.classes[1:]:
            if not record.has(kind):
                self.without[kind].append(record.name)

    def document(self) -> dict[str, Any]:
        total, known = int(self.samples.sum()), int(self.samples[1:].sum())
        return {
            "seconds": round(self.seconds, 3),
            "lead_seconds": round(self.lead_seconds, 3),
            "sample_rates_hz": {f"{rate:g}": count for rate, count in sorted(self.rates.items())},
            "leads": dict(self.leads),
            "unknown_share": round(1 - known / total, 6) if total else None,
            "classes": {
                name: {
                    "share": round(int(self.samples[label + 1]) / known, 6) if known else None,
                    **(self._kind(name) if label else {}),
                }
                for label, name in enumerate(self.classes)
            },
        }

    def _kind(self, kind: str) -> dict[str, Any]:
        lengths = self.durations_ms[kind]
        return {
            "waves": self.waves[kind],
            "median_ms": round(float(np.median(lengths)), 3) if lengths else None,
            "records_without": self.without[kind],
        }


def describe_inspection(document: dict[str, Any]) -> list[str]:
    """Return ``document`` (of `inspect`) as lines for a terminal."""
    rates = ", ".join(f"{rate} Hz" for rate in document["sample_rates_hz"])
    unknown = document["unknown_share"]
    lines = [
        f"{document['records']} records of {document['patients']} patients, {document['seconds']:.0f} s at {rates}",
        f"leads: {', '.join(f'{lead} ({count})' for lead, count in document['leads'].items())}",
        f"unknown: {100 * unknown:.1f} % of all samples" if unknown is not None else "no samples",
        f"{'class':<14}{'share %':>8}{'waves':>9}{'median ms':>11}{'records without':>17}",
    ]
    for name, figures in document["classes"].items():
        share = "-" if figures["share"] is None else f"{100 * figures['share']:.1f}"
        row = f"{cell(name):<14}{share:>8}"
        if "waves" in figures:
            median = "-" if figures["median_ms"] is None else f"{figures['median_ms']:.0f}"
            row += f"{figures['waves']:>9}{median:>11}{len(figures['records_without']):>17}"
        lines.append(row)
    for entry in document["implausible"]:
        use = f" (train, evaluate and simulate refuse {len(entry['refused'])})" if entry["refused"] else ""
        lines.append(f"{'note' if entry['kind'] == 'note' else 'warning'}: {entry['worst']}{use}")
    return [*lines, *(f"refused: {entry['reason']}" for entry in document["refused"])]
