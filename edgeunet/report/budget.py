"""The budget file: limits on figures, and how far they may fall behind a stored baseline."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeunet.errors import ReportError, shown
from edgeunet.files import LARGEST_TEXT_BYTES, read_bytes
from edgeunet.report.documents import LARGEST, is_figure
from edgeunet.report.figures import canonical
from edgeunet.report.results import Figure, Subject
from edgeunet.short_repr import short_repr

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TOP_KEYS = ("budget", "baseline")
_BUDGET_KEYS = ("model", "format", "target", "max", "min")
_BASELINE_KEYS = ("file", "allow")


@dataclass(frozen=True)
class Limit:
    """One bound on one figure of one subject: at most ``bound`` (``"max"``) or at least (``"min"``)."""

    subject: Subject
    figure: str
    bound: Figure
    side: str


@dataclass(frozen=True)
class Allowance:
    """How much worse than the baseline a figure may be: ``absolute`` in its own unit plus ``percent`` of it."""

    figure: str
    absolute: float = 0.0
    percent: float = 0.0

    def slack(self, baseline: Figure) -> float:
        """Return by how much a figure may differ from ``baseline`` to the bad side."""
        return self.absolute + abs(baseline) * self.percent / 100


@dataclass(frozen=True)
class Budget:
    """A budget file: limits in the order written, and the baseline with its allowances, if there is one."""

    path: Path
    limits: tuple[Limit, ...]
    subjects: tuple[Subject, ...]
    baseline: Path | None
    allowances: tuple[Allowance, ...]

    __repr__ = short_repr

    def concerns(self, subject: Subject) -> bool:
        """Return whether ``subject`` is compared with the baseline: its model has a budget, or no model has one."""
        return not self.subjects or any(subject.model == budgeted.model for budgeted in self.subjects)


def load_budget(path: Path) -> Budget:
    """Read ``edgeunet.toml``.

    Raises
    ------
    ReportError
        When it cannot be read, holds an unknown key, or a value of the wrong type.
    """
    path = Path(path)
    document = _toml(path)
    _check_keys(path, "the file", document, _TOP_KEYS)
    tables = document.get("budget", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ReportError(f"'{path}': 'budget' must be tables; write [[budget]] with double brackets")
    limits: list[Limit] = []
    subjects: list[Subject] = []
    for position, table in enumerate(tables, start=1):
        where = f"[[budget]] number {position}"
        _check_keys(path, where, table, _BUDGET_KEYS)
        subject = _subject(path, where, table)
        subjects.append(subject)
        for side in ("max", "min"):
            limits += [Limit(subject, figure, bound, side) for figure, bound in _bounds(path, where, table, side)]
    baseline, allowances = _baseline(path, document.get("baseline"))
    if not limits and not allowances:
        raise ReportError(f"'{path}' sets no limit; add a [[budget]] with 'model' and 'max' or 'min'")
    return Budget(path, tuple(limits), tuple(dict.fromkeys(subjects)), baseline, allowances)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_bytes(path, ReportError, LARGEST_TEXT_BYTES).decode("utf-8").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers or tables beyond what Python takes
        raise ReportError(f"'{path}' is not valid TOML ({error}); correct it there") from error


def _check_keys(path: Path, where: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        raise ReportError(f"'{path}': {where} has the unknown key '{unknown[0]}'; it knows {', '.join(known)}")


def _subject(path: Path, where: str, table: Mapping[str, Any]) -> Subject:
    for key in ("model", "format", "target"):
        if not isinstance(table.get(key, ""), str):
            raise ReportError(f"'{path}': {where} has {key} = {shown(table[key])}; give a name in quotes")
    if not table.get("model"):
        raise ReportError(f"'{path}': {where} has no 'model'; name the model that the limits are for")
    return Subject(table["model"], table.get("format", ""), table.get("target", ""))


def _bounds(path: Path, where: str, table: Mapping[str, Any], side: str) -> list[tuple[str, Figure]]:
    bounds = table.get(side, {})
    if not isinstance(bounds, dict):
        raise ReportError(
            f"'{path}': {where} has {side} = {shown(bounds)}; write a table of figures, {side}.flash_bytes = 9000"
        )
    found = []
    for figure, bound in _flat(bounds):
        if isinstance(bound, bool):
            bound = int(bound)
        if not is_figure(bound):
            raise ReportError(f"'{path}': {where} limits '{figure}' to {shown(bound)}; give a finite number of 64 bits")
        found.append((canonical(figure), bound))
    return found


def _baseline(path: Path, table: object) -> tuple[Path | None, tuple[Allowance, ...]]:
    if table is None:
        return None, ()
    if not isinstance(table, dict):
        raise ReportError(f"'{path}': 'baseline' must be a table; write [baseline] with file = \"baseline.json\"")
    _check_keys(path, "[baseline]", table, _BASELINE_KEYS)
    file, allow = table.get("file"), table.get("allow", {})
    if not isinstance(file, str) or not file:
        raise ReportError(f"'{path}': [baseline] has no 'file'; name the JSON file that --update-baseline writes")
    if not isinstance(allow, dict) or not allow:
        raise ReportError(f"'{path}': [baseline] allows nothing; add [baseline.allow] with instructions = \"1 %\"")
    return path.parent / file, tuple(_allowance(path, canonical(figure), value) for figure, value in _flat(allow))


def _allowance(path: Path, figure: str, value: object) -> Allowance:
    if is_figure(value) and value >= 0:
        return Allowance(figure, absolute=float(value))
    if isinstance(value, str) and value.rstrip().endswith("%"):
        try:
            percent = float(value.rstrip()[:-1])
        except ValueError:
            percent = -1.0
        if 0 <= percent < LARGEST:
            return Allowance(figure, percent=percent)
    raise ReportError(
        f"'{path}': [baseline.allow] has {figure} = {shown(value)}; give a number of the figure's own unit, "
        'or a percentage such as "1 %", 0 or more'
    )


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Turn ``boundaries.P.onset.f1 = 0.9`` back into one dotted name, however it was written."""
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return pairs
