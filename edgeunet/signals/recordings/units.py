"""Which millivolts the numbers in a file mean.

A WFDB header gives each lead a gain (ADC units per millivolt). The rule of ``adc_units="auto"``:

- where a record has several leads, their gains differ, and the gain of *every* lead equals that lead's own peak-to-peak
  in ADC units (to within 1), they were written by a program that scaled each lead to range 1, not by a calibration.
  Then 1 ADC unit is taken as 1 µV (LUDB is such a data set: only so does II = I + III hold), and the record says so in
  its notes. A lone lead, or leads of one gain, can meet this by chance (a calibration pulse of 1 mV): no rule for them;
- otherwise the header is believed: ``(value - baseline) / gain``, in the units it names, converted to millivolts.

``"header"`` always believes the header; a number gives microvolts per ADC unit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown

_PREFIXES = {
    "": 1e3,
    "m": 1.0,
    "milli": 1.0,
    "u": 1e-3,
    "µ": 1e-3,  # micro sign; casefold makes it the Greek letter
    "μ": 1e-3,
    "micro": 1e-3,
    "n": 1e-6,
    "nano": 1e-6,
}
_VOLT = ("v", "volt", "volts")

MILLIVOLTS_PER = {f"{prefix}{volt}": factor for prefix, factor in _PREFIXES.items() for volt in _VOLT}
"""Factor to millivolts by unit, letter case and hyphens aside."""

OTHER_UNITS = frozenset([
    "mmhg", "cmh2o", "kpa", "hpa", "pa", "bar", "mbar", "bpm", "%", "percent", "c", "degc", "°c", "k", "degf", "ohm",
    "ohms", "kohm", "s", "ms", "hz", "l", "ml", "l/min", "ml/min", "l/s", "nu", "nd", "g", "mg", "m/s2", "m/s^2",
    "m/s", "m/s/s", "dps", "deg", "deg/s", "rad", "rad/s", "ut", "au", "a.u.", "adu", "counts", "lsb", "unitless",
    "na", "nm", "um", "mm", "cm", "m", "ppm", "mol", "mmol/l", "umol", "w", "mw", "pm", "rpm", "nt", "siemens", "us",
])  # fmt: skip
"""Units of quantities that are no voltage; values in them stay as they are."""

DEFAULT_GAIN = 200.0
"""ADC units per millivolt where a header says 0 or nothing (WFDB's own default)."""


def unit_factor(unit: str, where: str) -> float:
    """Return what values in ``unit`` are multiplied by: to millivolts for voltages, by 1 for other known quantities.

    Raises
    ------
    SignalError
        When nobody could be sure what the unit is.
    """
    plain = _plain(unit)
    if plain in MILLIVOLTS_PER:
        return MILLIVOLTS_PER[plain]
    if plain in OTHER_UNITS:
        return 1.0
    raise SignalError(
        f"{where}: the unit {shown(unit)} is unknown; write mV, uV, V or nV (or mmHg, bpm, % and the like), or give "
        "microvolts per ADC unit with --adc-units where the file cannot be changed"
    )


def unit_of_values(unit: str) -> str:
    """Return the unit that values in a known ``unit`` have after conversion: ``"mV"`` for all voltages."""
    return unit if _plain(unit) in OTHER_UNITS else "mV"


def _plain(unit: str) -> str:
    return unit.strip().casefold().replace("-", "").replace("_", "")


def gains_are_ranges(spans: Sequence[float], gains: Sequence[float]) -> bool:
    """Return whether several leads have different gains, each just the lead's own peak-to-peak (``spans``)."""
    if len(set(gains)) < 2:
        return False
    return all(span > 0 and abs(span - gain) <= 1 for span, gain in zip(spans, gains, strict=True))


def to_millivolts(adc: npt.NDArray[np.int64], gain: float, baseline: int, factor: float) -> npt.NDArray[np.float64]:
    """Return one lead's ``adc`` ``(time,)`` by its header: ``factor`` is that of `unit_factor`."""
    with np.errstate(over="ignore"):  # an absurd gain gives infinite samples, and those are refused
        return np.asarray((adc - baseline) / (gain or DEFAULT_GAIN) * factor, np.float64)


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
        microvolts = -1.0 if "_" in str(adc_units) else float(adc_units)
    except ValueError:
        microvolts = -1.0
    if not (np.isfinite(microvolts) and microvolts > 0):
        raise SignalError(
            f"adc units {shown(adc_units)}: give auto, header, or microvolts per ADC unit such as 1 or 4.88"
        )
    return microvolts
