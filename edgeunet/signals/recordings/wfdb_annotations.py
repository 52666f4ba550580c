"""WFDB annotation files, read with NumPy alone (MIT format, WFDB Applications Guide, *annot(5)*).

The file is a row of 16-bit words: six bits of code, ten bits of time since the annotation before. Codes from 59 on
belong to the annotation they follow (59 goes before it and gives a long time); the word 0 ends the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import LARGEST_TEXT_BYTES, read_bytes, require_regular
from edgeunet.short_repr import short_repr

SYMBOLS = {code: symbol for code, symbol in enumerate(' NLRaVFJASEj/Q~ | sT*D"=pB^t+u?![]en@xf()r') if symbol != " "}
"""Annotation code → symbol (``ecgcodes.h`` of the WFDB library)."""

SKIP, NUM, SUB, CHN, AUX = 59, 60, 61, 62, 63
NOTE = 22

_RESOLUTION = re.compile(rb"## time resolution: (\d{1,12}(?:\.\d{1,12})?)")


@dataclass(frozen=True)
class Annotations:
    """Times (in order of the file) and symbols; in samples, or in ``ticks_per_s`` where the file says so.

    ``notes`` are the texts beside them (rhythms: ``(AFIB``), empty where there is none.
    """

    samples: tuple[int, ...]
    symbols: tuple[str, ...]
    ticks_per_s: float | None = None
    notes: tuple[str, ...] = ()

    __repr__ = short_repr


def read_annotations(path: Path) -> Annotations:
    """Read an annotation file.

    Raises
    ------
    SignalError
        When it cannot be read, is cut short or is no annotation file.
    """
    require_regular(path, SignalError)
    data = read_bytes(path, SignalError, LARGEST_TEXT_BYTES)
    words = np.frombuffer(data[: len(data) // 2 * 2], "<u2").tolist()
    samples: list[int] = []
    symbols: list[str] = []
    notes: list[str] = []
    ticks_per_s: float | None = None
    at, time = 0, 0
    try:
        while words[at]:
            code, low = words[at] >> 10, words[at] & 0x3FF
            at += 1
            if code == SKIP:
                step = words[at] << 16 | words[at + 1]
                time += step - (1 << 32) if step >= 1 << 31 else step
                at += 2
            elif code == AUX:
                text = data[2 * at : 2 * at + low]
                if found := _RESOLUTION.match(text):
                    ticks_per_s = float(found[1]) or None
                    del samples[-1:], symbols[-1:], notes[-1:]
                elif notes:
                    notes[-1] = text.split(b"\0")[0].decode("ascii", "replace")
                at += (low + 1) // 2
            elif code < SKIP:
                time += low
                samples.append(time)
                symbols.append(SYMBOLS.get(code, " "))
                notes.append("")
    except IndexError:
        raise SignalError(
            f"annotations '{path}' have no end mark: the file is cut short or not WFDB; fetch it again"
        ) from None
    return Annotations(tuple(samples), tuple(symbols), ticks_per_s, tuple(notes))


@dataclass(frozen=True)
class PlacedMarks:
    """Annotations by sample of a record, ascending."""

    samples: tuple[int, ...]
    symbols: tuple[str, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr


def read_placed_marks(path: Path, samples: int, rate_hz: float, frame_rate_hz: float | None = None) -> PlacedMarks:
    """Return the annotations of a file, at samples of a record that has ``samples`` of them.

    Times count frames (``frame_rate_hz``; samples when ``None``) unless the file has a clock of its own.

    Raises
    ------
    SignalError
        When it cannot be read or marks samples that the record does not have.
    """
    found = read_annotations(path)
    ticks_per_sample = (found.ticks_per_s or frame_rate_hz or rate_hz) / rate_hz
    at = [round(sample / ticks_per_sample) for sample in found.samples]
    if at and not (min(at) >= 0 and max(at) < samples):
        raise SignalError(
            f"'{path}' marks sample {max(at)}, but the record has {samples}; the annotations belong to another record"
        )
    order = sorted(range(len(at)), key=at.__getitem__)
    return PlacedMarks(*(tuple(each[i] for i in order) for each in (at, found.symbols, found.notes)))  # type: ignore[arg-type]


def read_wfdb_marks(
    path: Path, samples: int, rate_hz: float, frame_rate_hz: float | None = None
) -> tuple[list[int], list[str]]:
    """Return sample indices (ascending) and symbols of an annotation file; see `read_placed_marks`."""
    placed = read_placed_marks(path, samples, rate_hz, frame_rate_hz)
    return list(placed.samples), list(placed.symbols)
