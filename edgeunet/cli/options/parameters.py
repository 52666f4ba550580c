"""Option types that several commands share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # not generic before click 8.4


class ShapeType(ParamType):
    """``800,1`` or ``96x128x3`` as a tuple of whole numbers."""

    name = "T,C"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = str(value).replace("x", ",").replace("×", ",").split(",")
        if not all(part.strip().isdigit() for part in parts):
            self.fail(f"'{value}' is not a shape; write time,channels such as 800,1", param, ctx)
        return tuple(int(part) for part in parts)


class ClassesType(ParamType):
    """``4``, or names separated by commas."""

    name = "N|NAMES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...] | int:
        if isinstance(value, int | tuple):
            return value
        text = str(value).strip()
        return int(text) if text.isdigit() else tuple(part.strip() for part in text.split(","))


class FiniteRange(click.FloatRange):
    """A ``FloatRange`` that takes neither ``nan``, which lies in every range, nor ``inf``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number

    def _describe_range(self) -> str:
        """The range as the help shows it; nothing where every finite number is in it."""
        return "" if self.min is None and self.max is None else str(super()._describe_range())


SHAPE = ShapeType()
CLASSES = ClassesType()
