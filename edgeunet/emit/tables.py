"""Constant data as C: ``static const`` arrays, equal ones shared, deterministic text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
}
_COLUMNS = 112


class Tables:
    """Collects constant arrays; ``add`` returns the name to refer to one by."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[tuple[str, bytes], str] = {}
        self._texts: list[str] = []
        self.size_bytes = 0

    def add(self, name: str, values: NDArray[Any]) -> str:
        """Name of a table holding ``values``: a new one, or an equal one that is there already."""
        dtype = values.dtype.name
        key = (dtype, np.ascontiguousarray(values).tobytes())
        if key not in self._names:
            self._names[key] = f"{self._prefix}_{name}"
            self._texts.append(_array(self._names[key], C_TYPES[dtype], values))
            self.size_bytes += values.nbytes
        return self._names[key]

    @property
    def text(self) -> str:
        return "\n".join(self._texts)


def _array(name: str, c_type: str, values: NDArray[Any]) -> str:
    shape = " x ".join(str(size) for size in values.shape)
    lines = [f"static const {c_type} {name}[{values.size}] = {{ /* {shape} */"]
    return "\n".join(lines + wrap_numbers(values) + ["};", ""])


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


def c_integer(value: int) -> str:
    """An integer literal; the most negative int32 has none of its own."""
    return "INT32_MIN" if value == -(1 << 31) else str(value)


def c_float(value: float) -> str:
    """The shortest literal that reads back as the same float32."""
    text = repr(float(str(np.float32(value))))
    return f"{text}F"
