"""Constant data as C: ``static const`` arrays, equal ones shared, deterministic text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.emit.template import CPage, render
from edgeunet.escaping.c import CIdentifier, CText

C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "int64": "int64_t",
}
_COLUMNS = 112


@dataclass(frozen=True)
class Table:
    """One array: its C type, its elements and, for the reader, its shape in numpy."""

    c_type: CText
    name: CIdentifier
    size: int
    shape: CText
    numbers: CText


@dataclass(frozen=True, eq=False)
class TablesPage(CPage):
    """All arrays, in the order they were asked for."""

    template = "emit/c/tables.jinja"

    tables: tuple[Table, ...]


class Tables:
    """Collects constant arrays; ``add`` returns the name to refer to one by."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[tuple[str, bytes], CIdentifier] = {}
        self._tables: list[Table] = []
        self.size_bytes = 0

    def add(self, name: str, values: NDArray[Any]) -> CIdentifier:
        """Name of a table holding ``values``: a new one, or an equal one that is there already."""
        dtype = values.dtype.name
        key = (dtype, np.ascontiguousarray(values).tobytes())
        if key not in self._names:
            self._names[key] = CIdentifier(f"{self._prefix}_{name}")
            shape = CText(" x ".join(str(size) for size in values.shape))
            numbers = number_lines(values)
            self._tables.append(Table(CText(C_TYPES[dtype]), self._names[key], values.size, shape, numbers))
            self.size_bytes += values.nbytes
        return self._names[key]

    @property
    def text(self) -> str:
        """The arrays as C."""
        return render(TablesPage(CIdentifier(self._prefix), tuple(self._tables)))


def wrap_numbers(values: NDArray[Any], indent: str = "    ") -> list[str]:
    """``values`` as lines of comma-separated literals."""
    lines, line = [], indent
    for value in values.reshape(-1).tolist():
        literal = c_integer(value) + ","
        if len(line) + len(literal) + 1 > _COLUMNS:
            lines.append(line.rstrip())
            line = indent
        line += literal + " "
    lines.append(line.rstrip())
    return lines


def number_lines(values: NDArray[Any], indent: str = "    ") -> CText:
    """``values`` as they stand between the braces of an initialiser, without the last line break."""
    return CText("\n".join(wrap_numbers(values, indent)))


def c_integer(value: int) -> str:
    """An integer literal; the most negative int32 has none of its own, and what int32 cannot hold says its type."""
    if -(1 << 31) < value < 1 << 32:
        return str(value)
    return "INT32_MIN" if value == -(1 << 31) else f"INT64_C({value})"


def c_float(value: float) -> CText:
    """The shortest literal that reads back as the same float32."""
    text = repr(float(str(np.float32(value))))
    return CText(f"{text}F")


def c_number(value: float) -> CText:
    """A number as short as it goes: an integer where it is one."""
    return CText(str(int(value)) if float(value).is_integer() else repr(float(value)))
