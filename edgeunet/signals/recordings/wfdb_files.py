"""WFDB header and signal files, read with NumPy alone.

Formats after the WFDB Applications Guide, *header(5)* and *signal(5)*. Record layouts met in no delineation database
(several segments, several samples per frame, compressed signals) are left to the ``wfdb`` package.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr

Adc = npt.NDArray[np.int64]

DEFAULT_RATE_HZ = 250.0
"""Where a header gives no sampling frequency (WFDB's own default)."""


@dataclass(frozen=True)
class SignalLine:
    """What one signal line of a header says; ``invalid`` is the ADC value that marks a missing sample."""

    file: str
    storage: str
    byte_offset: int
    gain: float
    baseline: int
    units: str
    lead: str
    simple: bool
    """False where it has several samples per frame or a skew."""


@dataclass(frozen=True)
class Header:
    """A header file; ``samples`` is ``None`` where it does not say."""

    rate_hz: float
    samples: int | None
    signals: tuple[SignalLine, ...]
    segments: int = 1


@dataclass(frozen=True)
class AdcRecord:
    """A record as stored: ADC values ``(time, leads)``, and a mask of the same shape of those marked invalid."""

    header: Header
    adc: Adc
    invalid: npt.NDArray[np.bool_]

    __repr__ = short_repr


_RECORD = re.compile(
    r"(?P<name>[^\s/]+)(?:/(?P<segments>\d+))?\s+(?P<signals>\d+)"
    r"(?:\s+(?P<rate>[\d.eE+-]+)(?:/[^\s]*)?(?:\s+(?P<samples>\d+))?.*)?$"
)
_SIGNAL = re.compile(
    r"(?P<file>\S+)\s+(?P<storage>\d+)(?:x(?P<frame>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<offset>\d+))?"
    r"(?:\s+(?P<gain>[\d.eE+-]+)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<units>\S+))?"
    r"(?:\s+\d+(?:\s+(?P<zero>-?\d+)(?:\s+-?\d+(?:\s+-?\d+(?:\s+\d+(?:\s+(?P<lead>\S.*?))?)?)?)?)?)?)?\s*$"
)


def read_header(path: Path) -> Header:
    """Read a ``.hea`` file.

    Raises
    ------
    SignalError
        When it is missing, cut short or not a header.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise SignalError(f"cannot read header '{path}': {error.strerror}; check the path") from error
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    first = _RECORD.match(lines[0]) if lines else None
    if first is None:
        raise SignalError(f"'{path}' is not a WFDB header: its first line must be 'name signals rate samples'")
    count, segments = int(first["signals"]), int(first["segments"] or 1)
    if segments == 1 and len(lines) - 1 < count:
        raise SignalError(
            f"header '{path}' names {count} signals but describes {len(lines) - 1}; it is cut short, fetch it again"
        )
    try:
        rate_hz = float(first["rate"] or DEFAULT_RATE_HZ)
    except ValueError:
        rate_hz = 0.0
    if not (np.isfinite(rate_hz) and rate_hz > 0):
        raise SignalError(
            f"header '{path}': the sampling frequency '{first['rate']}' is not a positive number; correct it"
        )
    signals = [] if segments > 1 else [_signal_line(path, line, i) for i, line in enumerate(lines[1 : count + 1])]
    return Header(rate_hz, int(first["samples"] or 0) or None, tuple(signals), segments)


def _signal_line(path: Path, line: str, index: int) -> SignalLine:
    found = _SIGNAL.match(line)
    try:
        gain = float(found["gain"] or 0) if found else np.nan
    except ValueError:
        gain = np.nan
    if found is None or not np.isfinite(gain) or abs(int(found["baseline"] or found["zero"] or 0)) >= 2**31:
        raise SignalError(f"header '{path}': cannot make out the signal line '{line[:60]}'; fetch the file again")
    return SignalLine(
        file=found["file"],
        storage=found["storage"],
        byte_offset=int(found["offset"] or 0),
        gain=gain,
        baseline=int(found["baseline"] or found["zero"] or 0),
        units=found["units"] or "mV",
        lead=(found["lead"] or f"ch{index}").strip(),
        simple=int(found["frame"] or 1) == 1 and int(found["skew"] or 0) == 0,
    )


def read_adc(base: Path) -> AdcRecord:
    """Read the record whose header is ``base`` with ``.hea``.

    Raises
    ------
    SignalError
        When a file is missing, cut short or not WFDB.
    """
    header = read_header(base.with_name(base.name + ".hea"))
    plain = header.segments == 1 and all(line.simple and line.storage in STORAGES for line in header.signals)
    if not plain:
        return _read_with_wfdb(base)
    if not header.signals:
        raise SignalError(f"record '{base}' has no signals; it cannot be used")
    parts = [
        _read_file(_beside(base, file), tuple(lines), header)
        for file, lines in groupby(header.signals, key=lambda line: line.file)
    ]
    samples = min(len(adc) for adc, _ in parts)
    return AdcRecord(
        header,
        np.concatenate([adc[:samples] for adc, _ in parts], axis=1),
        np.concatenate([invalid[:samples] for _, invalid in parts], axis=1),
    )


def _beside(base: Path, file: str) -> Path:
    path = Path(file)
    if path.is_absolute() or ".." in path.parts or "\0" in file:
        raise SignalError(
            f"header '{base}.hea' names the signal file '{file[:60]}', which must lie beside it; correct it"
        )
    return base.parent / path


def _read_file(path: Path, lines: tuple[SignalLine, ...], header: Header) -> tuple[Adc, npt.NDArray[np.bool_]]:
    storage = STORAGES[lines[0].storage]
    try:
        available = path.stat().st_size - lines[0].byte_offset
        wanted = available if header.samples is None else storage.bytes_for(header.samples * len(lines))
        with path.open("rb") as file:
            file.seek(min(lines[0].byte_offset, path.stat().st_size))
            data = file.read(max(min(wanted, available), 0))
    except OSError as error:
        raise SignalError(f"cannot read signal file '{path}': {error.strerror}; fetch it again") from error
    values = storage.decode(np.frombuffer(data, np.uint8))
    have = len(values) // len(lines)
    if header.samples is not None and have < header.samples:
        raise SignalError(
            f"signal file '{path}' holds {have} samples where its header says {header.samples}; "
            "it is cut short, fetch it again"
        )
    adc = values[: (header.samples or have) * len(lines)].reshape(-1, len(lines))
    return adc, adc == storage.invalid


@dataclass(frozen=True)
class Storage:
    """How samples lie in bytes: ``group`` samples in ``group_bytes`` bytes."""

    group: int
    group_bytes: int
    invalid: int
    decode: Callable[[npt.NDArray[np.uint8]], Adc]

    def bytes_for(self, samples: int) -> int:
        """Return how many bytes ``samples`` samples take, the last group in full."""
        return -(-samples // self.group) * self.group_bytes


def _whole(kind: str, add: int = 0) -> Callable[[npt.NDArray[np.uint8]], Adc]:
    size = np.dtype(kind).itemsize

    def decode(data: npt.NDArray[np.uint8]) -> Adc:
        return data[: len(data) // size * size].view(kind).astype(np.int64) + add

    return decode


def _decode_24(data: npt.NDArray[np.uint8]) -> Adc:
    b = data[: len(data) // 3 * 3].reshape(-1, 3).astype(np.int64)
    return _signed(b[:, 0] | b[:, 1] << 8 | b[:, 2] << 16, 24)


def _decode_212(data: npt.NDArray[np.uint8]) -> Adc:
    """Two 12-bit samples in three bytes; the last may stand alone in two."""
    b = _padded(data, 3).reshape(-1, 3).astype(np.int64)
    pairs = np.stack([b[:, 0] | (b[:, 1] & 0x0F) << 8, b[:, 2] | (b[:, 1] & 0xF0) << 4], axis=1)
    return _signed(pairs.reshape(-1)[: len(data) // 3 * 2 + (len(data) % 3 == 2)], 12)


def _decode_310(data: npt.NDArray[np.uint8]) -> Adc:
    """Three 10-bit samples in two 16-bit words: bits 1-10 of each, and bits 11-15 of both; an odd word holds one."""
    w = _padded(data, 4).view("<u2").reshape(-1, 2).astype(np.int64)
    third = (w[:, 0] >> 11) | (w[:, 1] >> 11) << 5
    values = np.stack([w[:, 0] >> 1 & 0x3FF, w[:, 1] >> 1 & 0x3FF, third], axis=1).reshape(-1)
    return _signed(values[: len(data) // 4 * 3 + (len(data) % 4 >= 2)], 10)


def _decode_311(data: npt.NDArray[np.uint8]) -> Adc:
    """Three 10-bit samples in the low 30 bits of a 32-bit word; the last word may be short."""
    w = _padded(data, 4).view("<u4").astype(np.int64)
    values = np.stack([w & 0x3FF, w >> 10 & 0x3FF, w >> 20 & 0x3FF], axis=1).reshape(-1)
    return _signed(values[: len(data) // 4 * 3 + len(data) % 4 * 8 // 10], 10)


def _padded(data: npt.NDArray[np.uint8], multiple: int) -> npt.NDArray[np.uint8]:
    return np.append(data, np.zeros(-len(data) % multiple, np.uint8))


def _signed(values: Adc, bits: int) -> Adc:
    return np.asarray(values - ((values >> (bits - 1) & 1) << bits))


STORAGES: Mapping[str, Storage] = {
    "16": Storage(1, 2, -(2**15), _whole("<i2")),
    "61": Storage(1, 2, -(2**15), _whole(">i2")),
    "160": Storage(1, 2, -(2**15), _whole("<u2", -(2**15))),
    "80": Storage(1, 1, -(2**7), _whole("u1", -(2**7))),
    "24": Storage(1, 3, -(2**23), _decode_24),
    "32": Storage(1, 4, -(2**31), _whole("<i4")),
    "212": Storage(2, 3, -(2**11), _decode_212),
    "310": Storage(3, 4, -(2**9), _decode_310),
    "311": Storage(3, 4, -(2**9), _decode_311),
}
"""Number of the storage format → how to read it, and its mark for an invalid sample."""


def _read_with_wfdb(base: Path) -> AdcRecord:
    import warnings

    import wfdb

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = wfdb.rdrecord(str(base), physical=True)
        physical = np.asarray(found.p_signal, np.float64)
        rate_hz, names, units = float(found.fs), list(found.sig_name), list(found.units)
    except Exception as error:  # whatever a damaged file makes wfdb stumble over
        reason = " ".join(str(error).split())[:100] or type(error).__name__
        raise SignalError(
            f"cannot read record '{base}' ({reason}); a file is missing, cut short or not WFDB"
        ) from error
    # Physical values in steps of a millionth, so that they pass for ADC values with a gain of a million.
    invalid = ~np.isfinite(physical)
    adc = np.rint(np.where(invalid, 0.0, physical) * 1e6).astype(np.int64)
    lines = tuple(
        SignalLine("", "", 0, 1e6, 0, str(unit), str(name), True) for name, unit in zip(names, units, strict=True)
    )
    return AdcRecord(Header(rate_hz, len(adc), lines), adc, invalid)
