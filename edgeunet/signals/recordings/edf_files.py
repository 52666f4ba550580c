"""EDF and EDF+ files, read with NumPy alone.

After Kemp et al., "A simple format for exchange of digitized polygraphic recordings" (1992), and the EDF+ specification
(2003), both on edfplus.info: a header of 256 bytes, 256 more per signal (each field of all signals after the other),
then data records of little-endian int16, each with the samples of all signals over one duration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.record import Signal
from edgeunet.signals.recordings.units import MILLIVOLTS_PER

BLOCK_BYTES = 256
MOST_SIGNALS = 4096
LARGEST_PHYSICAL = 1e12
ANNOTATIONS = "EDF Annotations"
"""The label of what EDF+ files keep texts in, as if it were a signal."""

FILE_FIELDS = {
    "version": 8,
    "patient": 80,
    "recording": 80,
    "start date": 8,
    "start time": 8,
    "header bytes": 8,
    "reserved": 44,
    "number of data records": 8,
    "duration of a data record": 8,
    "number of signals": 4,
}
"""Bytes of each field of the first block, in order."""

SIGNAL_FIELDS = {
    "label": 16,
    "transducer": 80,
    "physical dimension": 8,
    "physical minimum": 8,
    "physical maximum": 8,
    "digital minimum": 8,
    "digital maximum": 8,
    "prefiltering": 80,
    "samples per data record": 8,
    "reserved": 32,
}
"""Bytes of each field of a signal, in order."""


@dataclass(frozen=True)
class EdfSignal:
    """What a header says of one signal; digital to physical values is the line through both pairs of extremes."""

    label: str
    unit: str
    physical: tuple[float, float]
    digital: tuple[int, int]
    samples_per_record: int

    @property
    def is_annotations(self) -> bool:
        return self.label == ANNOTATIONS

    @property
    def is_voltage(self) -> bool:
        return self.unit.lower() in MILLIVOLTS_PER

    def millivolts(self, values: npt.NDArray[np.int16]) -> Signal:
        """Return ``values`` ``(time,)`` in millivolts; in the file's own unit where that is none of volts."""
        (low, high), (first, last) = self.physical, self.digital
        physical = (values.astype(np.float64) - first) * ((high - low) / (last - first)) + low
        return np.asarray(physical * MILLIVOLTS_PER.get(self.unit.lower(), 1.0), np.float32)


@dataclass(frozen=True)
class EdfHeader:
    """A header; ``patient_code`` is ``None`` in plain EDF, where that field is free text, and where it is not known."""

    patient_code: str | None
    records: int
    record_s: float
    signals: tuple[EdfSignal, ...]

    __repr__ = short_repr

    @property
    def header_bytes(self) -> int:
        return BLOCK_BYTES * (1 + len(self.signals))

    @property
    def record_samples(self) -> int:
        """Samples of all signals in one data record."""
        return sum(signal.samples_per_record for signal in self.signals)

    def rate_hz(self, signal: EdfSignal) -> float:
        return signal.samples_per_record / self.record_s


def read_header(file: Path) -> EdfHeader:
    """Read and check the header of ``file``.

    Raises
    ------
    SignalError
        When a field is not what EDF says, or the file is not as long as its header says.
    """
    try:
        with file.open("rb") as stream:
            first = stream.read(BLOCK_BYTES)
            _check_version(first, file)
            fields = _Fields(first, FILE_FIELDS, 1, file)
            count = fields.integer("number of signals", 1, MOST_SIGNALS)
            rest = stream.read(BLOCK_BYTES * count)
    except OSError as error:
        raise SignalError(f"cannot read '{file}': {error.strerror}; check the path") from error
    if len(rest) < BLOCK_BYTES * count:
        raise SignalError(f"'{file}' ends within its header of {BLOCK_BYTES * (count + 1)} bytes; copy it again")
    fields.integer("header bytes", BLOCK_BYTES * (count + 1), BLOCK_BYTES * (count + 1))
    reserved = fields.text("reserved")
    if reserved.startswith("EDF+D"):
        raise SignalError(f"'{file}' is EDF+D: its data records have gaps between them; export it as EDF+C or EDF")
    described = _Fields(rest, SIGNAL_FIELDS, count, file)
    header = EdfHeader(
        _patient_code(fields.text("patient")) if reserved.startswith("EDF+C") else None,
        fields.integer("number of data records", -1, 2**31 - 1),
        fields.number("duration of a data record"),
        tuple(_signal(described, index) for index in range(count)),
    )
    if header.record_s <= 0:
        raise SignalError(
            f"'{file}': its duration of a data record is {header.record_s:g} s, which must be over 0; export it again"
        )
    return _with_length(header, file)


def read_signals(file: Path, header: EdfHeader, chosen: list[int]) -> Signal:
    """Return the signals numbered ``chosen``, all of one rate, as float32 ``(time, len(chosen))`` in millivolts."""
    stored = np.fromfile(file, "<i2", header.records * header.record_samples, offset=header.header_bytes)
    records = stored.reshape(header.records, header.record_samples)
    ends = np.cumsum([signal.samples_per_record for signal in header.signals])
    columns = []
    for index in chosen:
        signal = header.signals[index]
        values = records[:, ends[index] - signal.samples_per_record : ends[index]].reshape(-1)
        columns.append(signal.millivolts(values))
    return np.stack(columns, axis=1)


def _check_version(first: bytes, file: Path) -> None:
    if first[:1] == b"\xff":
        raise SignalError(f"'{file}' is BDF, with samples of 24 bits; export it as EDF")
    if len(first) < BLOCK_BYTES or first[:8].rstrip(b" ") != b"0":
        raise SignalError(f"'{file}' is no EDF file: it does not begin with version 0 and 256 bytes of header")


def _patient_code(field: str) -> str | None:
    """The first word of EDF+'s patient field: the hospital's code, ``X`` where it is not known."""
    code = field.split(" ")[0]
    return None if code in ("", "X") else code


def _signal(fields: _Fields, index: int) -> EdfSignal:
    label = fields.text("label", index)
    signal = EdfSignal(
        label,
        fields.text("physical dimension", index),
        (fields.number("physical minimum", index), fields.number("physical maximum", index)),
        (
            fields.integer("digital minimum", -(2**15), 2**15 - 1, index),
            fields.integer("digital maximum", -(2**15), 2**15 - 1, index),
        ),
        fields.integer("samples per data record", 1, 2**24, index),
    )
    if max(map(abs, signal.physical)) > LARGEST_PHYSICAL:
        fields.refuse("physical minimum and maximum", index, f"must lie within ±{LARGEST_PHYSICAL:g}")
    if signal.physical[0] == signal.physical[1]:
        fields.refuse("physical minimum and maximum", index, f"are both {signal.physical[0]:g}, and must differ")
    if signal.digital[0] >= signal.digital[1]:
        fields.refuse("digital minimum", index, f"is {signal.digital[0]}, and must be under the maximum")
    return signal


def _with_length(header: EdfHeader, file: Path) -> EdfHeader:
    """``header`` with the number of data records, which is -1 while a file is written, held to the file's length."""
    size, record_bytes = file.stat().st_size - header.header_bytes, 2 * header.record_samples
    records = size // record_bytes if header.records == -1 else header.records
    if size != records * record_bytes:
        raise SignalError(
            f"'{file}' has {size} bytes after its header and {records} data records need {records * record_bytes}; "
            "it was cut short or damaged, so copy it again"
        )
    return EdfHeader(header.patient_code, records, header.record_s, header.signals)


class _Fields:
    """Fields of a block by name, each that of one signal after the other."""

    def __init__(self, block: bytes, sizes: dict[str, int], count: int, file: Path) -> None:
        self.file = file
        self.values: dict[str, list[str]] = {}
        at = 0
        for name, size in sizes.items():
            parts = [block[at + i * size : at + (i + 1) * size] for i in range(count)]
            self.values[name] = [part.decode("latin-1").strip(" \0") for part in parts]
            at += size * count

    def text(self, name: str, index: int = 0) -> str:
        return self.values[name][index]

    def number(self, name: str, index: int = 0) -> float:
        text = self.text(name, index)
        try:
            value = math.nan if "_" in text else float(text)  # which Python takes for a separator of digits
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.refuse(name, index, f"is '{text}', not a number")
        return value

    def integer(self, name: str, low: int, high: int, index: int = 0) -> int:
        value = self.number(name, index)
        if not (value.is_integer() and low <= value <= high):
            limit = f"not {low}" if low == high else f"not a whole number from {low} to {high}"
            self.refuse(name, index, f"is {self.text(name, index)}, {limit}")
        return int(value)

    def refuse(self, name: str, index: int, problem: str) -> None:
        """Raise the error for a field."""
        labels = self.values.get("label")
        where = f"signal '{labels[index]}': " if labels else ""
        raise SignalError(f"'{self.file}': {where}its {name} {problem}; export the file again")
