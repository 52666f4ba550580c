"""WFDB records in several segments, of fixed and of variable layout: a piece for each segment, gaps included."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.files import is_there
from edgeunet.signals.recordings.wfdb.files import AdcLead, AdcRecord, header_path, read_piece, require_size
from edgeunet.signals.recordings.wfdb.header import GAP, Header, SegmentLine, SignalLine, read_header

FREE_GAP = 1 << 20
MOST_GAP = 15 / 16
"""Frames in gaps that any record may have, and the share of all that they may be beyond that."""


def read_segments(base: Path, header: Header) -> AdcRecord:
    """Read the segments that ``header``, the one of ``base``, names.

    A gap (``~``), and a lead that a segment of a variable layout lacks, become invalid samples.

    Raises
    ------
    SignalError
        When a segment is missing, damaged, or does not fit the others.
    """
    segments = header.segments[1:] if header.has_layout else header.segments
    headers = {each.name: _segment_header(base, header, each) for each in header.segments if each.name != GAP}
    if not any(segment.name != GAP for segment in segments):
        raise SignalError(f"record '{base}' has nothing but gaps; leave it out")
    lines = _lines(base, header, [headers[segment.name] for segment in segments if segment.name != GAP])
    require_size(base, sum(segment.frames for segment in segments) * sum(line.frame for line in lines))
    _require_signal(base, segments)
    pieces = []
    for segment in segments:
        if segment.name == GAP:
            pieces.append(tuple(_absent(line, segment.frames) for line in lines))
            continue
        found = read_piece(base.with_name(segment.name), headers[segment.name])
        if len(found[0].adc) // found[0].line.frame < segment.frames:
            have = len(found[0].adc) // found[0].line.frame
            raise SignalError(
                f"record '{base}': segment '{segment.name}' has {have} samples where the header says {segment.frames}; "
                "fetch both again"
            )
        pieces.append(tuple(_in_order(base, segment, lines, found, header.has_layout)))
    return AdcRecord(header.rate_hz, tuple(pieces))


def _require_signal(base: Path, segments: Sequence[SegmentLine]) -> None:
    """Raise where gaps, which take memory and are in no file, are nearly all there is."""
    gaps = sum(segment.frames for segment in segments if segment.name == GAP)
    frames = sum(segment.frames for segment in segments)
    if gaps > FREE_GAP and gaps > MOST_GAP * frames:
        raise SignalError(
            f"record '{base}' says {frames} samples, {gaps} of them in gaps; use its segments as records of their own"
        )


def _segment_header(base: Path, header: Header, segment: SegmentLine) -> Header:
    """Return the header of a segment, or of the layout, checked against that of the record."""
    where = f"record '{base}': segment '{segment.name}'"
    path = header_path(base.with_name(segment.name))
    if not is_there(path):
        raise SignalError(f"{where} is missing: there is no '{path}'; fetch it again")
    found = read_header(path)
    if found.segments:
        raise SignalError(f"{where} has segments itself, which the standard does not allow; name its segments instead")
    if found.rate_hz != header.rate_hz:
        raise SignalError(
            f"{where} is at {found.rate_hz:g} Hz, the record at {header.rate_hz:g} Hz; correct one header"
        )
    if segment.frames and found.samples is not None and found.samples != segment.frames:
        raise SignalError(
            f"{where} says {found.samples} samples, the record's header {segment.frames}; correct one header"
        )
    if not found.signals:
        raise SignalError(f"{where} has no signals; write a gap as '~'")
    return found


def _lines(base: Path, header: Header, segments: list[Header]) -> list[SignalLine]:
    """Return a line for each lead of the record: as in the layout, or in the first segment; sizes of frames agree."""
    if header.has_layout:
        named = {line.lead: line for segment in reversed(segments) for line in segment.signals}
        layout = read_header(header_path(base.with_name(header.segments[0].name))).signals
        lines = [named.get(line.lead, line) for line in layout]
    else:
        lines = list(segments[0].signals)
    if len(lines) != header.leads:
        raise SignalError(
            f"record '{base}' says {header.leads} signals, its segments have {len(lines)}; correct one header"
        )
    frames = {line.lead: line.frame for line in lines}
    if len(frames) != len(lines) and header.has_layout:
        raise SignalError(f"record '{base}' has two leads of one name in its layout; name them apart")
    for segment in segments:
        for line in segment.signals:
            if frames.get(line.lead, line.frame) != line.frame:
                raise SignalError(
                    f"record '{base}': lead {line.lead} has {frames[line.lead]} samples per frame in one segment and "
                    f"{line.frame} in another; use the segments as records of their own"
                )
    return lines


def _in_order(
    base: Path, segment: SegmentLine, lines: list[SignalLine], found: tuple[AdcLead, ...], variable: bool
) -> list[AdcLead]:
    """Return the leads of a segment in the order of the record, those that it lacks all invalid."""
    names = [lead.line.lead for lead in found]
    wanted = [line.lead for line in lines]
    if not variable and names != wanted:
        raise SignalError(
            f"record '{base}': segment '{segment.name}' has the leads {', '.join(names)} where the first has "
            f"{', '.join(wanted)}; write the record with a layout header (variable layout)"
        )
    strange = next((name for name in names if name not in wanted), None)
    if strange is not None:
        raise SignalError(
            f"record '{base}': segment '{segment.name}' has a lead {strange} that the layout lacks; add it"
        )
    if not variable:
        leads = list(found)
    else:
        by_name = {lead.line.lead: lead for lead in found}
        if len(by_name) < len(found):
            raise SignalError(f"record '{base}': segment '{segment.name}' has two leads of one name; name them apart")
        leads = [by_name.get(line.lead, _absent(line, segment.frames)) for line in lines]
    count = segment.frames
    return [
        AdcLead(lead.line, lead.adc[: count * lead.line.frame], lead.invalid[: count * lead.line.frame], lead.gap)
        for lead in leads
    ]


def _absent(line: SignalLine, frames: int) -> AdcLead:
    samples = frames * line.frame
    return AdcLead(line, np.zeros(samples, np.int64), np.ones(samples, np.bool_), samples)
