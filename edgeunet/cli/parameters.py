"""Option types that several commands share."""

from __future__ import annotations

from typing import Any

import click


class ShapeType(click.ParamType[Any]):
    """``800,1`` or ``96x128x3`` as a tuple of whole numbers."""

    name = "T,C"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = str(value).replace("x", ",").replace("×", ",").split(",")
        if not all(part.strip().isdigit() for part in parts):
            self.fail(f"'{value}' is not a shape; write time,channels such as 800,1", param, ctx)
        return tuple(int(part) for part in parts)


class ClassesType(click.ParamType[Any]):
    """``4``, or names separated by commas."""

    name = "N|NAMES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...] | int:
        if isinstance(value, int | tuple):
            return value
        text = str(value).strip()
        return int(text) if text.isdigit() else tuple(part.strip() for part in text.split(","))


SHAPE = ShapeType()
CLASSES = ClassesType()
