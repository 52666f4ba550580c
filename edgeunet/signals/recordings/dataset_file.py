"""``dataset.json``: what a directory of ``.npz`` and ``.csv`` files has in common, said once.

``unit``, ``scale`` and ``offset`` say what the numbers in the files are, so that raw counts can stay raw counts::

    value = (number - offset) * scale        in ``unit``; voltages are converted to millivolts

``scale`` and ``offset`` are one number, or a list with one for each channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.files import read_json
from edgeunet.short_repr import short_repr
from edgeunet.signals.record import checked_classes, checked_rate
from edgeunet.signals.recordings.units import unit_factor

DATASET_FILE = "dataset.json"
"""Name of the file, beside the recordings."""

DATASET_KEYS = ("sample_rate_hz", "classes", "leads", "patients", "unit", "scale", "offset")


@dataclass(frozen=True)
class Calibration:
    """What the numbers in the files are; ``factor`` converts ``unit`` to millivolts."""

    unit: str = "mV"
    factor: float = 1.0
    scale: tuple[float, ...] = (1.0,)
    offset: tuple[float, ...] = (0.0,)

    __repr__ = short_repr

    def apply(self, signal: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
        """Return ``signal`` ``(time, channels)`` in millivolts, or in its own unit where that is no voltage.

        Raises
        ------
        SignalError
            When there is not one scale and offset, or one for each channel.
        """
        for key, values in (("scale", self.scale), ("offset", self.offset)):
            if len(values) not in (1, signal.shape[1]):
                raise SignalError(
                    f"{where} has {signal.shape[1]} channels but {DATASET_FILE} {len(values)} numbers in '{key}'; "
                    "give one, or one for each channel"
                )
        if self == Calibration():
            return signal
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite then is refused as such
            return np.asarray((signal.astype(np.float64) - self.offset) * (np.array(self.scale) * self.factor))

    def describe(self) -> dict[str, Any]:
        """Return unit, scale and offset for model cards and reports; nothing where none was declared."""
        if self == Calibration():
            return {}
        return {"unit": self.unit, "scale": list(self.scale), "offset": list(self.offset)}


@dataclass(frozen=True)
class Dataset:
    """The content of a ``dataset.json``; ``None`` for what it does not say."""

    sample_rate_hz: float | None = None
    classes: tuple[str, ...] | None = None
    leads: tuple[str, ...] | None = None
    patients: dict[str, Any] | None = None
    calibration: Calibration = Calibration()

    __repr__ = short_repr


def read_dataset(path: Path) -> Dataset:
    """Return the content of ``path``; that of an empty file where there is none.

    Raises
    ------
    SignalError
        When it has an unknown key, or a value that its key cannot have.
    """
    if not path.exists():
        return Dataset()
    document = read_json(path, SignalError)
    unknown = sorted(set(document) - set(DATASET_KEYS))
    if unknown:
        raise SignalError(f"'{path}' has an unknown key {shown(unknown[0])}; it may have {', '.join(DATASET_KEYS)}")
    if not isinstance(document.get("patients", {}), dict):
        raise SignalError(f"'{path}': 'patients' must be an object of record name and patient")
    rate = document.get("sample_rate_hz", 1.0)
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or rate <= 0:
        raise SignalError(f"'{path}': 'sample_rate_hz' must be a positive number, not {shown(rate)}")
    classes = _names(document, "classes", path)
    return Dataset(
        sample_rate_hz=None if "sample_rate_hz" not in document else checked_rate(rate, f"'{path}', 'sample_rate_hz'"),
        classes=None if classes is None else checked_classes(classes, f"'{path}'"),
        leads=_names(document, "leads", path),
        patients=document.get("patients"),
        calibration=_calibration(document, path),
    )


def _names(document: dict[str, Any], key: str, path: Path) -> tuple[str, ...] | None:
    names = document.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SignalError(f"'{path}': '{key}' must be a list of names")
    return tuple(names) or None


def _calibration(document: dict[str, Any], path: Path) -> Calibration:
    unit = document.get("unit", "mV")
    if not isinstance(unit, str):
        raise SignalError(f"'{path}': 'unit' must be a text such as mV, not {shown(unit)}")
    scale, offset = _numbers(document, "scale", 1.0, path), _numbers(document, "offset", 0.0, path)
    if 0.0 in scale:
        raise SignalError(f"'{path}': 'scale' must not be 0, which would make every sample 0")
    return Calibration(unit, unit_factor(unit, f"'{path}'"), scale, offset)


def _numbers(document: dict[str, Any], key: str, otherwise: float, path: Path) -> tuple[float, ...]:
    """Return the finite number, or numbers, under ``key``."""
    given = document.get(key, otherwise)
    values = given if isinstance(given, list) and given else [given]
    for value in values:
        plain = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (plain and abs(value) <= 1e18):
            raise SignalError(
                f"'{path}': '{key}' must be a number, or a list with one for each channel, not {shown(value)}"
            )
    return tuple(float(value) for value in values)
