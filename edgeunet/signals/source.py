"""Where records come from: one protocol, and the function that picks the source for a path."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from edgeunet.errors import SignalError
from edgeunet.files import is_hidden, require_regular, settle
from edgeunet.short_repr import LONGEST, cut
from edgeunet.signals.plausibility import Expectation, Finding, examine, is_ecg, require_plausible, summaries
from edgeunet.signals.record import Record
from edgeunet.signals.resampling import resample


class Source(Protocol):
    """Records by name, read one at a time."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the labels, background first."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all records, in a fixed order."""

    def read(self, name: str) -> Record:
        """Read one record; a ``SignalError`` says what is wrong with it."""

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient, without reading signals."""

    def describe(self) -> dict[str, Any]:
        """Return what it is, for model cards and reports (never a path of this machine's)."""


def open_source(
    path: Path | str | None = None,
    *,
    leads: Sequence[str] | None = None,
    annotator: str | None = None,
    adc_units: str | float = "auto",
    patients: Path | str | None = None,
    classes: Sequence[str] | None = None,
    sample_rate_hz: float | None = None,
    missing: str = "error",
    seed: int = 0,
    records: int = 200,
) -> Source:
    """Open the records at ``path``.

    Parameters
    ----------
    path : a directory of WFDB records, a directory of ``.edf`` or of ``.npz``/``.csv`` files or one such file; ``None``
        for synthetic ECG.
    leads : channels to take, in this order; all when ``None``.
    annotator : WFDB only: extension of the annotation files, ``{lead}`` standing for the lead's name and ``{index}``
        for its number; found out by itself when ``None``.
    adc_units : WFDB only: ``"auto"``, ``"header"``, or microvolts per ADC unit (`edgeunet.signals.recordings.units`).
    patients : JSON or CSV file saying whose each record is; else every record is its own patient.
    classes, sample_rate_hz : arrays only: what the files themselves do not say.
    missing : ``"error"`` refuses records with NaN or invalid samples, ``"mask"`` fills these and makes them unknown.
    seed, records : synthetic ECG only.

    Raises
    ------
    SignalError
        When there is nothing readable at ``path``, or something is given that means nothing for what is there.
    """
    from edgeunet.signals.recordings.array_files import array_files
    from edgeunet.signals.recordings.arrays import ArraySource
    from edgeunet.signals.recordings.edf_directory import EdfSource, edf_files
    from edgeunet.signals.recordings.wfdb_directory import WfdbSource
    from edgeunet.signals.synthesis.synthetic import SyntheticSource

    about_files = {
        "annotator": None if annotator == "any" else annotator,
        "adc_units": None if adc_units == "auto" else adc_units,
    }
    about_arrays = {"classes": classes, "sample_rate_hz": sample_rate_hz}
    if path is None:
        _refuse({**about_files, "patients": patients, **about_arrays}, "synthetic ECG")
        return SyntheticSource(seed=seed, records=records, leads=tuple(leads) if leads else None)
    path = Path(path)
    settle(path)
    settle(path.parent)
    if not path.exists():
        raise SignalError(f"there is no file or directory '{path}'; check the path given as data")
    if not path.is_dir():
        require_regular(path, SignalError)
    # Headers first: WFDB directories often hold a CSV about their subjects (LUDB does).
    has_headers = path.is_dir() and _holds_headers(path)
    if not has_headers and edf_files(path):
        _refuse({**about_files, **about_arrays}, f"'{path}', which holds EDF files")
        return EdfSource(path, leads=leads, patients=patients)
    if path.is_dir() and (has_headers or not array_files(path)):
        _refuse(about_arrays, f"'{path}', which is no directory of arrays")
        return WfdbSource(
            path, leads=leads, annotator=annotator, adc_units=adc_units, patients=patients, missing=missing
        )
    _refuse(about_files, f"'{path}', which holds arrays and no WFDB records")
    return ArraySource(
        path, leads=leads, classes=classes, sample_rate_hz=sample_rate_hz, patients=patients, missing=missing
    )


def _holds_headers(directory: Path) -> bool:
    return any(not is_hidden(header, directory) for header in directory.rglob("*.hea"))


def _refuse(given: Mapping[str, Any], what: str) -> None:
    """Refuse what would have no effect, rather than let the caller believe that it had."""
    for name, value in given.items():
        if value is not None:
            raise SignalError(f"{name.replace('_', '-')} '{value}' means nothing for {what}; leave it out")


def records_without(source: Source, kind: str = "P", names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return those of ``names`` (all when ``None``) that have no wave of class ``kind`` in any lead.

    Records without a P wave (atrial fibrillation, flutter, pacing) are a class of input of their own: report figures
    with them and without.
    """
    chosen = source.names() if names is None else names
    return tuple(name for name in chosen if not source.read(name).has(kind))


class PreparedSource:
    """A source whose records come at one sample rate with chosen leads, the latest ones kept in memory.

    Parameters
    ----------
    expected : what the signal is for; by default what its classes say (`edgeunet.signals.plausibility`).
    cache_bytes : how much memory the kept records may take; the least recently used go first.
    """

    def __init__(
        self,
        source: Source,
        *,
        rate_hz: float | None = None,
        leads: Sequence[str] | None = None,
        expected: Expectation | None = None,
        cache_bytes: int = 256_000_000,
    ) -> None:
        self.source = source
        self.rate_hz = rate_hz
        self.leads = tuple(leads) if leads else None
        self.expected = expected
        self.cache_bytes = cache_bytes
        self._findings: dict[str, tuple[Finding, ...]] = {}
        self._kept: OrderedDict[str, Record] = OrderedDict()
        self._kept_bytes = 0

    def __repr__(self) -> str:
        rate = "its own rates" if self.rate_hz is None else f"{self.rate_hz:g} Hz"
        return cut(f"<PreparedSource: {self.source!r} at {rate}, leads {', '.join(self.leads or ['all'])}>", LONGEST)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names of the labels, background first."""
        return self.source.classes

    def names(self) -> tuple[str, ...]:
        """Return the names of all records."""
        return self.source.names()

    def patients(self) -> Mapping[str, str]:
        """Return record name → patient."""
        return self.source.patients()

    def describe(self) -> dict[str, Any]:
        """Return what the inner source says."""
        return self.source.describe()

    def read(self, name: str) -> Record:
        """Read, pick, examine and resample one record, or return the one kept.

        Raises
        ------
        SignalError
            Also where the record is too implausible to be used.
        """
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        record = self.source.read(name)
        if self.leads is not None:
            record = record.pick(self.leads)
        expected = self.expected or Expectation(ecg=is_ecg(record.classes, record.leads))
        self._findings[name] = examine(record, expected)
        require_plausible(self._findings[name])
        if self.rate_hz is not None:
            record = resample(record, self.rate_hz)
        self._keep(name, record)
        return record

    def warnings(self) -> tuple[str, ...]:
        """Return what is implausible about the records read so far, a sentence for each kind."""
        return summaries(finding for findings in self._findings.values() for finding in findings)

    def _keep(self, name: str, record: Record) -> None:
        self._kept[name] = record
        self._kept_bytes += _bytes(record)
        while self._kept_bytes > self.cache_bytes and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= _bytes(dropped)


def _bytes(record: Record) -> int:
    return int(record.signal.nbytes + record.labels.nbytes) + 200 * sum(len(waves) for waves in record.waves)
