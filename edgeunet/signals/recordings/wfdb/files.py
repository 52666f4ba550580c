"""WFDB signal files, read with NumPy alone but for FLAC: ADC values lead by lead, at each lead's own rate.

Formats after the WFDB Applications Guide, *header(5)* and *signal(5)*. A frame holds one or more samples of each
signal; every sample is handed on, none is averaged or repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.files import require_regular
from edgeunet.short_repr import short_repr
from edgeunet.signals.record import MOST_SAMPLES
from edgeunet.signals.recordings.wfdb.flac import read_flac
from edgeunet.signals.recordings.wfdb.header import Header, SignalLine, read_header
from edgeunet.signals.recordings.wfdb.storage import COMPRESSED, DIFFERENCES, STORAGES, Adc


@dataclass(frozen=True)
class AdcLead:
    """One lead as stored: ADC values ``(time,)`` at ``line.frame`` samples per frame, and which of them are invalid.

    Attributes
    ----------
    gap : how many of the invalid ones lie in gaps between segments.
    """

    line: SignalLine
    adc: Adc
    invalid: npt.NDArray[np.bool_]
    gap: int = 0

    __repr__ = short_repr


@dataclass(frozen=True)
class AdcRecord:
    """A record as stored.

    Attributes
    ----------
    rate_hz : frames per second.
    pieces : one, or one for each segment: all leads of a stretch of time. Calibration may differ between them.
    """

    rate_hz: float
    pieces: tuple[tuple[AdcLead, ...], ...]

    __repr__ = short_repr

    @property
    def leads(self) -> tuple[str, ...]:
        """Names of the leads."""
        return tuple(lead.line.lead for lead in self.pieces[0])

    def column(self, index: int) -> AdcLead:
        """Return lead number ``index`` from beginning to end, with the calibration of the first piece."""
        parts = [piece[index] for piece in self.pieces]
        return AdcLead(
            parts[0].line,
            np.concatenate([part.adc for part in parts]),
            np.concatenate([part.invalid for part in parts]),
            sum(part.gap for part in parts),
        )

    @property
    def adc(self) -> Adc:
        """ADC values ``(time, leads)``, where all leads have one rate."""
        return np.stack([self.column(index).adc for index in range(len(self.leads))], axis=1)


def read_adc(base: Path) -> AdcRecord:
    """Read the record whose header is ``base`` with ``.hea``.

    Raises
    ------
    SignalError
        When a file is missing, cut short or not WFDB.
    """
    header = read_header(header_path(base))
    if header.segments:
        from edgeunet.signals.recordings.wfdb.segments import read_segments

        return read_segments(base, header)
    return AdcRecord(header.rate_hz, (read_piece(base, header),))


def header_path(base: Path) -> Path:
    """Return the path of the header of the record at ``base``."""
    return base.with_name(base.name + ".hea")


def read_piece(base: Path, header: Header) -> tuple[AdcLead, ...]:
    """Return the leads of a record in one piece, all of as many frames.

    Raises
    ------
    SignalError
        When a file is missing, cut short, or used in a way that the standard has no meaning for.
    """
    if not header.signals:
        raise SignalError(f"record '{base}' has no signals; it cannot be used")
    _require_one_group_per_file(base, header)
    require_size(base, (header.samples or 0) * sum(line.frame for line in header.signals))
    files = [
        _read_file(_beside(base, file), tuple(lines), header)
        for file, lines in groupby(header.signals, key=lambda line: line.file)
    ]
    leads = [lead for file in files for lead in file]
    frames = min(len(lead.adc) // lead.line.frame for lead in leads)
    return tuple(
        replace(lead, adc=lead.adc[: frames * lead.line.frame], invalid=lead.invalid[: frames * lead.line.frame])
        for lead in leads
    )


def require_size(base: Path, samples: int) -> None:
    """Raise where a record claims more than can be held, before anything is allocated for it."""
    if samples > MOST_SAMPLES:
        raise SignalError(f"record '{base}' says {samples} samples, at most {MOST_SAMPLES} can be read; cut it up")


def _require_one_group_per_file(base: Path, header: Header) -> None:
    """Raise where a file is named in two groups, or its signals differ in what the file can have only once."""
    seen: set[str] = set()
    for file, group in groupby(header.signals, key=lambda line: line.file):
        lines = list(group)
        cure = "each file has one group of signals of one format; correct the header or write the signals again"
        if file in seen:
            raise SignalError(f"header '{base}.hea' names the file {shown(file)} in two groups of signals; {cure}")
        seen.add(file)
        for what, values in (
            ("formats", {line.storage for line in lines}),
            ("byte offsets", {str(line.byte_offset) for line in lines}),
        ):
            if len(values) > 1:
                raise SignalError(
                    f"header '{base}.hea' gives the file {shown(file)} two {what} ({', '.join(sorted(values))}); {cure}"
                )


def _beside(base: Path, file: str) -> Path:
    path = Path(file)
    if path.is_absolute() or ".." in path.parts or "\0" in file:
        raise SignalError(
            f"header '{base}.hea' names the signal file {shown(file, 60)}, which must lie beside it; correct it"
        )
    return base.parent / path


def _read_file(path: Path, lines: tuple[SignalLine, ...], header: Header) -> list[AdcLead]:
    """Return the signals of one file."""
    storage = lines[0].storage
    require_regular(path, SignalError)
    invalid: int | None
    if storage in COMPRESSED:
        values, invalid = read_flac(path, lines, header.samples), -(1 << COMPRESSED[storage] - 1)
    elif storage in STORAGES:
        values, invalid = _read_plain(path, lines, header.samples), STORAGES[storage].invalid
    else:
        known = ", ".join([*STORAGES, *COMPRESSED])
        raise SignalError(f"signal file '{path}' is of format {storage}, which is not read; convert it to 16 ({known})")
    frame = sum(line.frame for line in lines)
    have = len(values) // frame
    if header.samples is not None and have < header.samples:
        raise SignalError(
            f"signal file '{path}' holds {have} samples where its header says {header.samples}; "
            "it is cut short, fetch it again"
        )
    frames = values[: (header.samples or have) * frame].reshape(-1, frame)
    starts = np.cumsum([0, *(line.frame for line in lines)])
    leads = []
    for line, start in zip(lines, starts, strict=False):
        adc = frames[:, start : start + line.frame].reshape(-1)
        if storage == DIFFERENCES:
            adc = adc.cumsum() + line.first
        leads.append(_unskewed(line, adc, adc == invalid if invalid is not None else np.zeros(len(adc), bool)))
    return leads


def _read_plain(path: Path, lines: tuple[SignalLine, ...], frames: int | None) -> Adc:
    storage, offset = STORAGES[lines[0].storage], lines[0].byte_offset
    try:
        size = path.stat().st_size
        available = max(size - offset, 0)
        wanted = available if frames is None else storage.bytes_for(frames * sum(line.frame for line in lines))
        with path.open("rb") as file:
            file.seek(min(offset, size))
            data = file.read(min(wanted, available))
    except OSError as error:
        raise SignalError(f"cannot read signal file '{path}': {error.strerror}; fetch it again") from error
    return storage.decode(np.frombuffer(data, np.uint8))


def _unskewed(line: SignalLine, adc: Adc, invalid: npt.NDArray[np.bool_]) -> AdcLead:
    """Move a signal that lies ``skew`` frames late in its file; what would follow its end is not there: invalid."""
    late = min(line.skew * line.frame, len(adc))
    if not late:
        return AdcLead(line, adc, invalid)
    return AdcLead(
        line,
        np.concatenate([adc[late:], np.zeros(late, np.int64)]),
        np.concatenate([invalid[late:], np.ones(late, np.bool_)]),
    )
