"""Which millivolts the numbers in a WFDB file mean.

A header line gives each lead a gain (ADC units per millivolt). The rule of ``adc_units="auto"``:

- where the gain of *every* lead equals that lead's own peak-to-peak in ADC units (to within 1), it was written by a
  program that scaled each lead to range 1, not by a calibration. Then 1 ADC unit is taken as 1 µV (LUDB is such a data
  set: only so does II = I + III hold);
- otherwise the header is believed: ``(value - baseline) / gain``, in the units it names, converted to millivolts.

``"header"`` always believes the header; a number gives microvolts per ADC unit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError
from edgeunet.signals.record import Signal

MILLIVOLTS_PER = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3, "nv": 1e-6}
"""Factor to millivolts by unit, letter case aside; values in any other unit (mmHg, bpm …) stay as they are."""

DEFAULT_GAIN = 200.0
"""ADC units per millivolt where a header says 0 or nothing (WFDB's own default)."""


def gains_are_ranges(adc: npt.NDArray[np.int64], gains: Sequence[float]) -> bool:
    """Return whether each lead's header gain is just its own peak-to-peak; ``adc`` is ``(time, leads)``."""
    if len(adc) < 2:
        return False
    spans = adc.max(axis=0) - adc.min(axis=0)
    return bool(np.all(spans > 0) and np.all(np.abs(spans - np.asarray(gains)) <= 1))


def to_millivolts(
    adc: npt.NDArray[np.int64],
    gains: Sequence[float],
    baselines: Sequence[int],
    units: Sequence[str],
    adc_units: str | float = "auto",
) -> Signal:
    """Return ``adc`` ``(time, leads)`` as float32 millivolts by the rule of this module.

    Raises
    ------
    SignalError
        When ``adc_units`` is none of ``"auto"``, ``"header"`` and a positive number.
    """
    microvolts = parse_adc_units(adc_units)
    if adc_units == "auto" and gains_are_ranges(adc, gains):
        microvolts = 1.0
    if microvolts is not None:
        return np.asarray(adc * (microvolts / 1000.0), np.float32)
    gain = np.array([g if g else DEFAULT_GAIN for g in gains])
    factor = np.array([MILLIVOLTS_PER.get((unit or "mV").lower(), 1.0) for unit in units])
    with np.errstate(over="ignore"):  # an absurd gain gives infinite samples, and those are refused
        return np.asarray((adc - np.asarray(baselines)) / gain * factor, np.float32)


def parse_adc_units(adc_units: str | float) -> float | None:
    """Return microvolts per ADC unit, or ``None`` where the records are to say.

    Raises
    ------
    SignalError
        When it is none of ``"auto"``, ``"header"`` and a positive number.
    """
    if adc_units in ("auto", "header"):
        return None
    try:
        microvolts = float(adc_units)
    except ValueError:
        microvolts = -1.0
    if not (np.isfinite(microvolts) and microvolts > 0):
        raise SignalError(f"adc units '{adc_units}': give auto, header, or microvolts per ADC unit such as 1 or 4.88")
    return microvolts
