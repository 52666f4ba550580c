"""What a result document must hold. A figure that is missing or is no number is an error, never an empty cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from edgeunet.errors import ReportError, shown
from edgeunet.report.figures import PIPELINE, is_share
from edgeunet.report.results import Figure

VERSION = "1"
COMMANDS = ("build", "train", "quantize", "evaluate", "bench")
"""Commands whose documents are results; other JSON files in a directory are passed over."""

_REQUIRED = {
    "build": ("parameters", "macs"),
    "train": ("epochs",),
    "quantize": ("format", "model_bytes"),
    "evaluate": ("format", "records", "boundaries", "samples"),
    "bench": ("target", "exact", "ram_bytes", "flash_bytes"),
}
REQUIRED_FIGURES = frozenset(name for names in _REQUIRED.values() for name in names)
_MAY_BE_NULL = frozenset({"ram_bytes", "flash_bytes"})
"""Required figures that the host cannot tell, and then says so with ``null``."""

_COUNTED = ("instructions", "cycles", "wall_ns")
_TEXTS = frozenset(
    {
        "format",
        "model_digest",
        "target",
        "part",
        "toolchain",
        "toolchain_version",
        "emulator",
        "emulator_version",
        "flags",
        "cycles_reason",
        "weights_in",
    }
)
_OBJECTS = frozenset(
    {
        "boundaries",
        "samples",
        "strict",
        "validation",
        "float",
        "quantized",
        "with_p_waves",
        "without_p_waves",
        "energy",
        "pipeline",
        "state_parts_bytes",
    }
)
_LISTS = frozenset({"layers", "compare", "memory"})
_FIGURES = frozenset(
    {
        "parameters",
        "macs",
        "instructions",
        "cycles",
        "records",
        "epochs",
        "leads",
        "seconds",
        "count",
        "streams",
        "milliseconds",
        "milliseconds_per_second",
        "realtime_share",
        "microjoules",
        "battery_days",
        "average_ua",
    }
)
_TRUTHS = frozenset({"exact", "estimated"})
_UNITS = ("_bytes", "_samples", "_ms", "_ns", "_db", "_hz", "_points", "_percent", "_per_mac", "_f1")
_NEVER_NEGATIVE = ("_bytes", "_samples", "_ns", "_hz")
LARGEST = 2.0**63
_SCORES = frozenset({"boundaries", "samples", "drop_points"})
"""Objects that hold nothing but figures, at any depth."""

_PER_CLASS = frozenset({"tolerance_ms", "drop_points"})
"""Figures that may, inside another object, be one with a figure per class or boundary."""


def command_of(document: Mapping[str, Any]) -> str | None:
    """Return the command that wrote ``document``, ``None`` for anything that is no result."""
    name, _, version = _schema(document)
    return name if version == VERSION and name in COMMANDS else None


def other_version(document: Mapping[str, Any]) -> bool:
    """Return whether ``document`` is a result of another version of edgeunet."""
    name, _, version = _schema(document)
    return name in COMMANDS and version != VERSION


def check_document(document: Mapping[str, Any], origin: str) -> None:
    """Raise unless ``document``, a result read from ``origin``, can be reported.

    Raises
    ------
    ReportError
        Naming the file, the figure and the command that writes it again.
    """
    command = command_of(document)
    assert command is not None
    for problem in _problems(document, command):
        raise ReportError(f"'{origin}' {problem}; write it again with edgeunet {command} --json")


def _schema(document: Mapping[str, Any]) -> tuple[str, str, str]:
    schema = document.get("schema")
    if not isinstance(schema, str) or not schema.startswith("edgeunet."):
        return "", "", ""
    return schema.removeprefix("edgeunet.").partition("/")


def _problems(document: Mapping[str, Any], command: str) -> Iterator[str]:
    model = document.get("model")
    if not isinstance(model, str) or not model:
        yield "has no 'model' name"
    for key in _REQUIRED[command]:
        if key not in document or (document[key] is None and key not in _MAY_BE_NULL):
            yield f"has no '{key}'"
    if command == "bench" and all(document.get(key) is None for key in _COUNTED):
        yield f"has none of {', '.join(repr(key) for key in _COUNTED)}"
    yield from _wrong_members(document, "")


def _wrong_members(table: Mapping[str, Any], path: str) -> Iterator[str]:
    in_scores = not _SCORES.isdisjoint(path.split("."))
    for key, value in table.items():
        name = f"{path}{key}"
        if value is None:
            continue
        if key == "cycles" and isinstance(value, Mapping) and path in ("", PIPELINE):
            yield from _wrong_members(value, f"{name}.")
        elif key in _OBJECTS or (isinstance(value, Mapping) and (in_scores or (path and key in _PER_CLASS))):
            if isinstance(value, Mapping):
                yield from _wrong_members(value, f"{name}.")
            else:
                yield f"has '{name}' = {shown(value)} where an object belongs"
        elif key in _TEXTS:
            if not isinstance(value, str):
                yield f"has '{name}' = {shown(value)} where text belongs"
        elif key in _LISTS:
            yield from _wrong_rows(value, name)
        elif key in _TRUTHS:
            if not isinstance(value, bool):
                yield f"has '{name}' = {shown(value)} where true or false belongs"
        elif in_scores or key in _FIGURES or key.endswith(_UNITS):
            yield from _wrong_figure(name, value)


def _wrong_rows(value: object, name: str) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        yield f"has '{name}' = {shown(value)} where a list of objects belongs"
        return
    for position, row in enumerate(value):
        yield from _wrong_members(row, f"{name}[{position}].")


def is_figure(value: object) -> TypeGuard[Figure]:
    """Return whether ``value`` is a number that can be reported and compared: finite, and of 64 bits."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def _wrong_figure(name: str, value: object) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"has '{name}' = {shown(value)} where a number belongs"
    elif not math.isfinite(value) if isinstance(value, float) else abs(value) > LARGEST:
        yield f"has '{name}' = {shown(value)}, which is no finite number of 64 bits"
    elif is_share(name) and not 0 <= value <= 1:
        yield f"has '{name}' = {shown(value)}, a share that must lie between 0 and 1"
    elif value < 0 and (name.rsplit(".", 1)[-1] in _FIGURES or name.endswith(_NEVER_NEGATIVE)):
        yield f"has '{name}' = {shown(value)}, which cannot be negative"
