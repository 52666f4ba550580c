"""WFDB headers, read strictly: a number is a number in full, and nothing may follow what a line can hold.

After *header(5)* of the WFDB Applications Guide. A prefix that happens to be a number (``1,000``) is no number: read
so, it gives a recording at the wrong rate or of the wrong length without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import SignalError, shown
from edgeunet.files import LARGEST_TEXT_BYTES, read_bytes, require_regular
from edgeunet.signals.record import MOST_LEADS, checked_rate

DEFAULT_RATE_HZ = 250.0
"""Where a header gives no sampling frequency (WFDB's own default)."""

MOST_SAMPLES_PER_FRAME = 100_000
GAP = "~"
"""Name of a segment that is a gap."""


@dataclass(frozen=True)
class SignalLine:
    """What one signal line of a header says.

    Attributes
    ----------
    frame : samples per frame; the header's rate and length count frames.
    skew : frames by which this signal lies later in its file than the others.
    first : the value that format 8 (differences) begins from.
    """

    file: str
    storage: str
    byte_offset: int
    gain: float
    baseline: int
    units: str
    lead: str
    frame: int = 1
    skew: int = 0
    first: int = 0


@dataclass(frozen=True)
class SegmentLine:
    """One segment of a record in several: the name of its header, ``~`` for a gap, and its length in frames."""

    name: str
    frames: int


@dataclass(frozen=True)
class Header:
    """A header file; ``samples`` counts frames and is ``None`` where it does not say.

    ``segments`` is empty for a record in one piece; where there are any, ``signals`` is empty.
    """

    rate_hz: float
    samples: int | None
    signals: tuple[SignalLine, ...]
    segments: tuple[SegmentLine, ...] = ()
    leads: int = 0

    @property
    def has_layout(self) -> bool:
        """Whether the first segment only names the leads (its length is 0), and others may lack some of them."""
        return bool(self.segments) and self.segments[0].frames == 0 and self.segments[0].name != GAP


_COUNT = "[0-9]{1,15}"
_INTEGER = "-?[0-9]{1,10}"
_DECIMAL = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?"
_NAME = re.compile(rf"(?P<name>[^\s/]+)(?:/(?P<segments>{_COUNT}))?")
_RATE = re.compile(rf"(?P<rate>{_DECIMAL})(?:/{_DECIMAL}(?:\({_DECIMAL}\))?)?")
_TIME = re.compile(r"\[?[0-9]{1,2}(?::[0-9]{1,2}){0,2}(?:\.[0-9]{1,9})?\]?")
_DATE = re.compile(r"[0-9]{1,4}([/-])(?:[0-9]{1,2}|[A-Za-z]{3})\1[0-9]{1,4}\]?")
_FORMAT = re.compile(
    rf"(?P<storage>[0-9]{{1,4}})(?:x(?P<frame>{_COUNT}))?(?::(?P<skew>{_COUNT}))?(?:\+(?P<offset>{_COUNT}))?"
)
_GAIN = re.compile(rf"(?P<gain>{_DECIMAL})(?:\((?P<baseline>{_INTEGER})\))?(?:/(?P<units>\S+))?")
_WHOLE = re.compile(_INTEGER)
_SEGMENT = re.compile(rf"(?P<name>[^\s/]+)\s+(?P<frames>{_COUNT})")

_PLACES = ("ADC resolution", "ADC zero", "initial value", "checksum", "block size")
"""Whole numbers of a signal line between its gain and its description."""


def read_header(path: Path) -> Header:
    """Read a ``.hea`` file.

    Raises
    ------
    SignalError
        When it is missing, cut short or not a header, or anything in it is not just what belongs there.
    """
    first, *rest = header_lines(path) or [""]
    name, count, rate_hz, samples = _record_line(path, first)
    if name["segments"] is not None:
        segments = int(name["segments"])
        _require_lines(path, rest, segments, "segments")
        header = Header(rate_hz, samples, (), tuple(_segment_line(path, line) for line in rest), count)
        return _checked_segments(path, header)
    _require_lines(path, rest, count, "signals")
    return Header(rate_hz, samples, tuple(_signal_line(path, line, i) for i, line in enumerate(rest)), (), count)


def header_lines(path: Path) -> list[str]:
    """Return the lines of a header file that are neither empty nor comments."""
    require_regular(path, SignalError)
    data = read_bytes(path, SignalError, LARGEST_TEXT_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # the micro sign of older programs
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def segments_named(path: Path) -> tuple[str, ...]:
    """Return the names of the segments in a header, without gaps; none where it is no header of a record in several."""
    try:
        header = read_header(path)
    except SignalError:
        return ()
    return tuple(dict.fromkeys(segment.name for segment in header.segments if segment.name != GAP))


def _record_line(path: Path, line: str) -> tuple[re.Match[str], int, float, int | None]:
    """Return the match of the name, the number of signals, the rate and the number of frames."""

    def wrong(what: str, text: str) -> SignalError:
        return SignalError(
            f"header '{path}': {shown(text)} is no {what} (first line: 'name signals rate samples time date'); "
            "write it as a plain number, without separators"
        )

    words = line.split()
    name = _NAME.fullmatch(words[0]) if words else None
    if name is None or len(words) < 2:
        raise SignalError(f"'{path}' is not a WFDB header: its first line must be 'name signals rate samples'")
    if not re.fullmatch(_COUNT, words[1]):
        raise wrong("number of signals", words[1])
    rate = _RATE.fullmatch(words[2]) if len(words) > 2 else None
    if len(words) > 2 and rate is None:
        raise wrong("sampling frequency", words[2])
    if len(words) > 3 and not re.fullmatch(_COUNT, words[3]):
        raise wrong("number of samples", words[3])
    # Some databases write the date before the time.
    kinds = [[bool(kind.fullmatch(word)) for kind in (_TIME, _DATE)] for word in words[4:]]
    for word, (time, date) in zip(words[4:], kinds, strict=True):
        if not (time or date):
            raise wrong("time or date", word)
    if len(kinds) > 2 or (len(kinds) == 2 and kinds[0] == kinds[1]):
        raise wrong("time and date", " ".join(words[4:]))
    rate_hz = checked_rate(rate["rate"] if rate else DEFAULT_RATE_HZ, f"header '{path}'")
    if int(words[1]) > MOST_LEADS:
        raise SignalError(f"header '{path}' names {words[1]} signals, at most {MOST_LEADS} can be; fetch it again")
    return name, int(words[1]), rate_hz, (int(words[3]) if len(words) > 3 else 0) or None


def _require_lines(path: Path, lines: list[str], count: int, what: str) -> None:
    if len(lines) != count:
        cure = "it is cut short, fetch it again" if len(lines) < count else "correct the number or take lines out"
        raise SignalError(f"header '{path}' names {count} {what} but describes {len(lines)}; {cure}")


def _segment_line(path: Path, line: str) -> SegmentLine:
    found = _SEGMENT.fullmatch(line)
    if found is None or found["name"] in (".", ".."):
        raise SignalError(
            f"header '{path}': {shown(line)} is no segment, which is 'name samples'; a segment lies beside it"
        )
    return SegmentLine(found["name"], int(found["frames"]))


def _checked_segments(path: Path, header: Header) -> Header:
    if not header.segments:
        raise SignalError(f"header '{path}' says 0 segments; write it without '/0'")
    total = sum(segment.frames for segment in header.segments)
    if header.samples is not None and header.samples != total:
        raise SignalError(
            f"header '{path}' says {header.samples} samples but its segments add up to {total}; correct one of them"
        )
    return header


def _signal_line(path: Path, line: str, index: int) -> SignalLine:
    def wrong(what: str, text: str) -> SignalError:
        return SignalError(
            f"header '{path}': cannot make out the signal line {shown(line, 60)}: {shown(text)} is no {what}; "
            "correct it or fetch the file again"
        )

    words = line.split(None, 8)
    storage = _FORMAT.fullmatch(words[1]) if len(words) > 1 else None
    if storage is None:
        raise wrong("storage format", words[1] if len(words) > 1 else "")
    gain = _GAIN.fullmatch(words[2]) if len(words) > 2 else None
    if len(words) > 2 and gain is None:
        raise wrong("gain", words[2])
    for what, word in zip(_PLACES, words[3:8], strict=False):
        if not _WHOLE.fullmatch(word):
            raise wrong(what, word)
    zero = int(words[4]) if len(words) > 4 else 0
    baseline = int(gain["baseline"]) if gain and gain["baseline"] else zero
    number = float(gain["gain"]) if gain else 0.0
    if abs(number) > 1e12 or 0 < abs(number) < 1e-12:
        raise wrong("gain between 1e-12 and 1e12", words[2])
    frame, first = int(storage["frame"] or 1), int(words[5]) if len(words) > 5 else zero
    if not 1 <= frame <= MOST_SAMPLES_PER_FRAME:
        raise wrong(f"number of samples per frame between 1 and {MOST_SAMPLES_PER_FRAME}", words[1])
    if max(abs(baseline), abs(first)) >= 2**31:
        raise wrong("baseline or initial value of 32 bits", str(max(baseline, first, key=abs)))
    return SignalLine(
        file=words[0],
        storage=storage["storage"],
        byte_offset=int(storage["offset"] or 0),
        gain=number,
        baseline=baseline,
        units=(gain["units"] if gain else None) or "mV",
        lead=words[8].strip() if len(words) > 8 else f"ch{index}",
        frame=frame,
        skew=int(storage["skew"] or 0),
        first=first,
    )
