"""What all families of Helium functions share: names for shapes, naked functions, what calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def mark(shape: DataclassInstance) -> str:
    """A short name for a shape among those of its family: six digits over its fields' values, in their order.

    Names of classes and of fields are not in it, so that renaming them renames no function.
    """
    return hashlib.sha256(repr(astuple(shape)).encode()).hexdigest()[:6]


def naked(name: str, parameter: str, lines: Iterable[str]) -> str:
    """A function whose body is assembly alone."""
    declared = parameter if parameter == "void" else f"__attribute__((unused)) {parameter}"
    body = "\n".join(f'            "{line}\\n\\t"' for line in lines)
    return (
        f"__attribute__((naked, noinline)) static void {name}({declared})\n"
        f'{{\n    __asm__(".syntax unified\\n\\t"\n{body});\n}}\n'
    )


def caller(family: str, loop: str, *, operands: int, doubled: bool = True) -> str:
    """``<loop>_run``, what a step calls: the C of ``family`` around the naked function ``loop``.

    With one operand, the family's function gets it twice where it is ``doubled``.
    """
    declared = "const int8_t *a, const int8_t *b" if operands > 1 else "const int8_t *in"
    passed = "a, b" if operands > 1 else "in, in" if doubled else "in"
    return (
        f"static void {loop}_run({declared}, int8_t *out, const {family}_t *p)\n"
        f"{{\n    {family}({passed}, out, p, {loop});\n}}\n"
    )
