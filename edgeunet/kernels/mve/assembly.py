"""What all families of Helium functions share: names for shapes, naked functions, what calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


LINE_LENGTH = 120
"""As ``.clang-format`` has it."""


def mark(shape: DataclassInstance) -> str:
    """A short name for a shape among those of its family: six digits over its fields' values, in their order.

    Names of classes and of fields are not in it, so that renaming them renames no function.
    """
    return hashlib.sha256(repr(astuple(shape)).encode()).hexdigest()[:6]


def naked(name: str, parameters: Iterable[str], lines: Iterable[str]) -> str:
    """A function whose body is assembly alone."""
    head = f"__attribute__((naked, noinline)) static void {name}("
    declared = [f"__attribute__((unused)) {parameter}" for parameter in parameters] or ["void"]
    body = "\n".join(f'            "{line}\\n\\t"' for line in lines)
    return f'{_filled(head, declared)}\n{{\n    __asm__(".syntax unified\\n\\t"\n{body});\n}}\n'


def _filled(head: str, parameters: Sequence[str]) -> str:
    """``head`` and the ``parameters`` behind it, as many on a line as fit, the others below the first."""
    done, line = [], head
    for parameter in [f"{parameter}," for parameter in parameters[:-1]] + [f"{parameters[-1]})"]:
        if line != head and len(line) + 1 + len(parameter) > LINE_LENGTH:
            done.append(line)
            line = " " * len(head) + parameter
        else:
            line += parameter if line == head else f" {parameter}"
    return "\n".join([*done, line])


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
