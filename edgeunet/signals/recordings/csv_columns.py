"""What the columns of a ``.csv`` hold, by their names: signal, time, label, index; what no lead can be is refused.

A column taken for a lead that is none (an index, a target, a date) trains a network on nonsense without a word. Hence
every name that commonly stands for something else is known here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edgeunet.errors import SignalError, shown
from edgeunet.short_repr import short_repr

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

TIME_COLUMNS = {
    "time": 1.0,
    "t": 1.0,
    "seconds": 1.0,
    "milliseconds": 1e-3,
    **{f"{name}_{unit}": size for name in ("time", "t", "timestamp", "elapsed") for unit, size in _SECONDS.items()},
}
"""CSV columns that hold the time, and what one unit of it is in seconds."""

TIMESTAMP_COLUMNS = ("timestamp", "time_stamp", "unix_time", "epoch")
"""Time columns whose unit is read off their size: seconds since 1970 have 9 or 10 digits, milliseconds 12 or 13, …"""

LONGEST_TIME = 1e21
"""Beyond any time in any unit."""

LABEL_COLUMNS = ("label", "labels", "class", "annotation", "annotations", "target", "targets", "ground_truth")

INDEX_COLUMNS = (
    "index", "idx", "sample", "samples", "sample_index", "sample_number", "sample_no", "row", "frame", "number",
    "counter", "#",
)  # fmt: skip
"""Columns that count; left out where they do, refused where they do not."""

OTHER_COLUMNS = (
    "id", "patient", "patient_id", "subject", "subject_id", "record", "record_id", "recording", "date", "datetime",
    "file", "filename", "split", "fold", "prediction", "predicted", "pred", "truth", "gt", "class_id", "label_id",
    "category", "y_true", "y_pred",
)  # fmt: skip
"""Columns that are no signal, and what they are instead is not certain: refused."""

_UNITS = {"s": "s", "sec": "s", "seconds": "s", "ms": "ms", "us": "us", "µs": "us", "μs": "us", "ns": "ns"}
_WITH_UNIT = re.compile(r"(?P<name>[^\[(/]+?)\s*[\[(/]\s*(?P<unit>[a-zµμ]+)\s*[\])]?")
_UNNAMED = re.compile(r"unnamed:?_?[0-9]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Column:
    """One column of a ``.csv``, as text."""

    name: str
    values: tuple[str, ...]

    __repr__ = short_repr

    @property
    def plain_name(self) -> str:
        """The name in lower case, words joined by ``_``, a unit of time in brackets as its ending: ``time_ms``."""
        name = self.name.casefold()
        unit = _WITH_UNIT.fullmatch(name)
        if unit and unit["unit"] in _UNITS:
            name = f"{unit['name']}_{_UNITS[unit['unit']]}"
        return re.sub(r"[\s.-]+", "_", name)

    def numbers(self, file: Path) -> npt.NDArray[np.float64]:
        """Return the values as numbers, empty ones as NaN.

        Raises
        ------
        SignalError
            Naming the first that is none.
        """
        try:
            return np.array([_number(value) for value in self.values])
        except ValueError:
            bad = next(i for i, value in enumerate(self.values) if not _is_number(value))
            raise SignalError(
                f"'{file}': column {shown(self.name)} has {shown(self.values[bad])} at sample {bad}; give a number"
            ) from None


@dataclass(frozen=True)
class Columns:
    """Columns by what they hold; ``notes`` say what was left out."""

    signal: tuple[Column, ...]
    time: Column | None
    label: Column | None
    notes: tuple[str, ...]

    __repr__ = short_repr


def sort_columns(columns: Sequence[Column], file: Path) -> Columns:
    """Return the columns by what they hold.

    Raises
    ------
    SignalError
        When a column has no name, the name of another, or one that says it is no signal; or when there is no signal
        column, or more than one of time or of label.
    """
    _require_names(columns, file)
    roles: dict[str, list[Column]] = {"signal": [], "time": [], "label": [], "index": []}
    names = {column.plain_name for column in columns}
    for column in columns:
        roles[_role(column, names, file)].append(column)
    if not roles["signal"] or len(roles["time"]) > 1 or len(roles["label"]) > 1:
        header = shown(",".join(column.name for column in columns), 100)
        raise SignalError(
            f"'{file}': the header {header} must have at least one signal column, at most one time column (such as "
            f"{', '.join(list(TIME_COLUMNS)[:3])}) and at most one label column ({', '.join(LABEL_COLUMNS)})"
        )
    for column in roles["index"]:
        _require_counting(column, file)
    return Columns(
        tuple(roles["signal"]),
        roles["time"][0] if roles["time"] else None,
        roles["label"][0] if roles["label"] else None,
        tuple(f"column {shown(column.name)} counts samples and was left out" for column in roles["index"]),
    )


def time_in_seconds(column: Column, file: Path) -> npt.NDArray[np.float64]:
    """Return the times of a time column in seconds.

    Raises
    ------
    SignalError
        When they are no numbers, or their unit cannot be told.
    """
    times = column.numbers(file)
    if not (np.abs(times) < LONGEST_TIME).all():
        raise SignalError(
            f"'{file}': column {shown(column.name)} does not go up in even steps, a time being missing or infinite; "
            "correct it"
        )
    if column.plain_name in TIME_COLUMNS:
        return np.asarray(times * TIME_COLUMNS[column.plain_name])
    for size, least in zip(_SECONDS.values(), (1e8, 1e11, 1e14, 1e17), strict=True):
        if least <= abs(times[0]) < 1000 * least:
            return np.asarray((times - times[0]) * size)
    raise SignalError(
        f"'{file}': column {shown(column.name)} does not say its unit of time; name it time_s, time_ms or time_us"
    )


def _require_names(columns: Sequence[Column], file: Path) -> None:
    seen: set[str] = set()
    for number, column in enumerate(columns, start=1):
        if not column.name:
            raise SignalError(
                f"'{file}': column {number} of the header has no name; name it or leave it out (pandas: index=False)"
            )
        if _NUMBER.fullmatch(column.name):
            raise SignalError(
                f"'{file}': column {number} is called {shown(column.name)}, a number; give a header with names"
            )
        if column.name.casefold() in seen:
            raise SignalError(f"'{file}' has two columns called {shown(column.name)}; name them apart")
        seen.add(column.name.casefold())


def _role(column: Column, names: Set[str], file: Path) -> str:
    name = column.plain_name
    if name in TIME_COLUMNS or name in TIMESTAMP_COLUMNS:
        return "time"
    if name in LABEL_COLUMNS:
        return "label"
    if name in INDEX_COLUMNS or _UNNAMED.fullmatch(name):
        return "index"
    if name in OTHER_COLUMNS or (name == "y" and not names & {"x", "z"}):
        raise SignalError(
            f"'{file}': column {shown(column.name)} is no signal by its name; leave it out, call it 'label' if it "
            "holds the class of each sample, or rename it if it is a signal"
        )
    return "signal"


def _require_counting(column: Column, file: Path) -> None:
    """Raise where a column with the name of an index does not go up in even steps of whole numbers."""
    counts = column.numbers(file)
    whole = np.isfinite(counts).all() and (counts == np.rint(counts)).all() and np.abs(counts).max() < 2**53
    steps = np.diff(counts) if whole else counts
    if not whole or (steps.size and not (steps[0] > 0 and (steps == steps[0]).all())):
        raise SignalError(
            f"'{file}': column {shown(column.name)} has the name of an index but does not count evenly; leave it out, "
            "or rename it if it is a signal"
        )


def _number(value: str) -> float:
    text = value.strip()
    if not text:
        return float("nan")
    if "_" in text:  # which Python takes for a separator of digits
        raise ValueError(text)
    return float(text)


def _is_number(value: str) -> bool:
    try:
        _number(value)
    except ValueError:
        return False
    return True
