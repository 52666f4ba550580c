"""A WFDB record as a signal in millivolts: units, gains that differ from segment to segment, rates of leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edgeunet.errors import SignalError
from edgeunet.short_repr import short_repr
from edgeunet.signals.record import Signal
from edgeunet.signals.recordings.units import (
    gains_are_ranges,
    parse_adc_units,
    to_millivolts,
    unit_factor,
    unit_of_values,
)
from edgeunet.signals.recordings.wfdb.files import AdcLead, AdcRecord, read_adc

GAIN_NOTE = (
    "the header's gain of each lead is that lead's own peak-to-peak, so 1 ADC unit was taken as 1 uV "
    "(--adc-units header believes the header)"
)
"""Note on a record where the rule for gains that are ranges was used."""


@dataclass(frozen=True)
class WfdbSignal:
    """What was read.

    Attributes
    ----------
    signal : float32 ``(time, leads)``, millivolts (other quantities as they are); NaN where invalid.
    rate_hz : of the signal: the frames' rate times the samples in a frame.
    frame_rate_hz : what annotations count in, where they do not say.
    columns : number of each lead of ``signal`` among ``all_leads``.
    units : per lead, after conversion.
    gap_samples : samples, of all leads together, that lie in gaps between segments.
    """

    signal: Signal
    rate_hz: float
    frame_rate_hz: float
    all_leads: tuple[str, ...]
    columns: tuple[int, ...]
    gap_samples: int
    units: tuple[str, ...]
    notes: tuple[str, ...]

    __repr__ = short_repr


def read_signal(base: Path, adc_units: str | float = "auto", leads: Sequence[str] | None = None) -> WfdbSignal:
    """Read the ``leads`` (all when ``None``) of the record at ``base``.

    Raises
    ------
    SignalError
        When a file is missing, cut short or malformed, a lead is not there or its unit unknown, or the leads are
        sampled at different rates.
    """
    found = read_adc(base)
    names = found.leads
    columns = tuple(range(len(names)) if leads is None else (_column(base, names, lead) for lead in leads))
    frame = _common_frame(base, found, columns)
    microvolts = parse_adc_units(adc_units)
    notes: tuple[str, ...] = ()
    if adc_units == "auto" and _gains_are_ranges(found):
        microvolts, notes = 1.0, (GAIN_NOTE,)
    signal = np.stack([_millivolts(base, found, column, microvolts) for column in columns], axis=1)
    if len(signal) < 2:
        raise SignalError(f"record '{base}' has {len(signal)} sample(s), at least 2 are needed; leave it out")
    units = tuple(unit_of_values(found.pieces[0][column].line.units) for column in columns)
    gap = sum(piece[column].gap for piece in found.pieces for column in columns)
    return WfdbSignal(signal, found.rate_hz * frame, found.rate_hz, names, columns, gap, units, notes)


def _column(base: Path, names: Sequence[str], lead: str) -> int:
    folded = [name.casefold() for name in names]
    if lead.casefold() not in folded:
        raise SignalError(f"record '{base.name}' has no lead '{lead}'; it has {', '.join(names)}, so name one of these")
    return folded.index(lead.casefold())


def _common_frame(base: Path, found: AdcRecord, columns: Sequence[int]) -> int:
    """Return how many samples a frame has of each lead.

    Averaging a faster lead, or repeating the samples of a slower one, would make up a signal that nobody recorded.
    """
    frames = [found.pieces[0][column].line.frame for column in columns]
    if len(set(frames)) > 1:
        rates = ", ".join(
            f"{found.leads[column]} {found.rate_hz * frame:g} Hz" for column, frame in zip(columns, frames, strict=True)
        )
        raise SignalError(
            f"record '{base}' has leads of different sample rates ({rates}); choose leads of one rate with --lead"
        )
    return frames[0]


def _gains_are_ranges(found: AdcRecord) -> bool:
    gains = [lead.line.gain for lead in found.pieces[0]]
    if any([lead.line.gain for lead in piece] != gains for piece in found.pieces):
        return False
    return gains_are_ranges([_span(found.column(index)) for index in range(len(gains))], gains)


def _span(lead: AdcLead) -> float:
    valid = lead.adc[~lead.invalid]
    return float(valid.max() - valid.min()) if valid.size else 0.0


def _millivolts(base: Path, found: AdcRecord, column: int, microvolts: float | None) -> Signal:
    """Return one lead, each piece by its own calibration; all pieces that have it must have one kind of quantity."""
    parts = []
    for piece in found.pieces:
        lead = piece[column]
        line = lead.line
        if microvolts is not None:
            part = lead.adc * (microvolts / 1000.0)
        elif lead.invalid.all():
            part = np.zeros(len(lead.adc))  # what is not there needs no unit
        else:
            factor = unit_factor(line.units, f"record '{base}', lead {line.lead}")
            part = to_millivolts(lead.adc, line.gain, line.baseline, factor)
        with np.errstate(over="ignore"):
            parts.append(np.where(lead.invalid, np.nan, part).astype(np.float32))
    return np.concatenate(parts)
