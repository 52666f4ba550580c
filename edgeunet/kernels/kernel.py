"""Kernel selection as a table: for each step, the first row that accepts it; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.program.steps import Clearance, Step, View

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Value: TypeAlias = "int | str | NDArray[np.integer[Any]] | Mapping[str, Value]"
StructFields: TypeAlias = dict[str, Value]
"""The fields of an argument struct: numbers, C expressions, tables, structs inside."""


@dataclass(frozen=True, eq=False)
class Arguments:
    """A kernel's argument struct: arrays become ``static const`` tables, integers and C expressions are written in
    place.

    ``function``, when set, is what to call instead of the kernel's own name: an instance of it for one shape, defined
    by ``definitions`` (C texts pasted once after the kernel files, equal ones shared).
    """

    struct: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    function: str = ""
    definitions: tuple[str, ...] = ()


def nested(fields: Mapping[str, int]) -> str:
    """The initializer of a struct inside another."""
    return "{" + ", ".join(f".{key} = {value}" for key, value in fields.items()) + "}"


def no_scratch(step: Step) -> int:
    """For a kernel that needs nothing besides its operands."""
    return 0


def anything(step: Step) -> bool:
    """Where there is no other way; for a kernel that takes its operands byte by byte."""
    return True


def no_overlap(step: Step, position: int) -> Clearance | None:
    """For a kernel that may write a byte of its output before it has read every input."""
    return None


def in_order(block_groups: int = 1) -> Callable[[Step, int], Clearance | None]:
    """For a kernel that runs its groups in ascending order, in blocks of at most ``block_groups``.

    Block ``k`` writes output rows below ``(k + 1) * block`` and reads input from row ``k * block`` of its steps on, as
    do the blocks after it. The input must therefore start ``max over k of (k + 1) * block * out_bytes - k * block *
    in_bytes`` above the output, per group; the largest is the first or the last, or the one before a last that is not
    whole.
    """

    def clearance(step: Step, position: int) -> Clearance | None:
        view = step.inputs[position]
        assert isinstance(view, View)
        if step.output.rows % step.groups:
            return None
        out_bytes = step.output.rows // step.groups * step.output.pitch_bytes
        in_bytes = step.input_strides[position] * view.pitch_bytes
        last = (step.groups - 1) // block_groups * block_groups
        starts = (0, max(last - block_groups, 0), last)
        ends = (min(start + block_groups, step.groups) for start in starts)
        return Clearance(max(end * out_bytes - at * in_bytes for at, end in zip(starts, ends, strict=True)))

    return clearance


@dataclass(frozen=True)
class Inside:
    """What a kernel made of others does for a step.

    Attributes
    ----------
    calls : the kernels that it runs, the step that each runs, and how often.
    own : how often the loops of other functions run, by function and loop.
    """

    calls: tuple[tuple[Kernel, Step, int], ...]
    own: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Kernel:
    """One row of the table.

    Attributes
    ----------
    function : name of the C function; its text is that of ``kernel_source``.
    flavour : ``portable``, ``dsp`` or ``mve``.
    accepts : whether the kernel can run a step: every condition on shapes, quantization and epilogue it relies on.
    arguments : the struct for a step, arrays packed as the kernel wants them.
    requires : files to paste before it, in order.
    positioned : whether the call also gets the index of its first group and the length of its input signal.
    scratch_bytes : bytes of arena the call wants besides its operands.
    streams_only : whether whole windows do without it: it is for calls of few rows, which in a window are too small a
        part of the work to be worth its flash.
    overlap : for an operand's position, how far it must lie above the output so that they may share bytes (see
        ``in_order``); ``None`` for never.
    words_align : whether every word that it loads or stores in the operands of a step lies at a multiple of four.
    inside : what it does for a step, where it is made of other kernels (which ``function`` then is one of).
    """

    function: str
    flavour: str
    accepts: Callable[[Step], bool]
    arguments: Callable[[Step], Arguments]
    requires: tuple[str, ...] = ()
    positioned: bool = False
    scratch_bytes: Callable[[Step], int] = no_scratch
    overlap: Callable[[Step, int], Clearance | None] = no_overlap
    streams_only: bool = False
    words_align: Callable[[Step], bool] = anything
    inside: Callable[[Step], Inside] | None = None

    def __repr__(self) -> str:
        return f"<Kernel {self.function} ({self.flavour})>"


Chosen = Callable[[Step], bool]
"""Whether a way of doing a step is the one to take."""


KernelTable = Mapping[str, Sequence[Kernel]]


TWIN_FOLDER = "twin"
"""The folder of a family with the plain C of what its kernels do: for tests, never pasted."""


LICENCE = "/* SPDX-License-Identifier: Apache-2.0 OR 0BSD */\n"
"""How every file begins; a file that a kernel is pasted into says it once."""

VARIANTS = "/* Variants:\n"
"""How a file goes on that is the text of several functions: in its first comment a line each, a name and values, which
``$name`` and the other words after a ``$`` stand for (in capitals for the value in capitals)."""


class _Text(Template):
    flags = re.VERBOSE
    idpattern = "[a-z]+|[A-Z]+"


@cache
def kernel_source(flavour: str, function: str) -> str:
    """The C text of ``function`` of a family of ``flavour``, twins left out, or of the portable one called so."""
    own = kernel_texts(flavour)
    return own[function] if function in own else kernel_texts("portable")[function]


@cache
def kernel_texts(flavour: str, *, twins: bool = False) -> Mapping[str, str]:
    """C text by function name, from the files below ``kernels/<flavour>``; the ``twins`` among them, or all others.

    Raises
    ------
    ValueError
        When two files have a function of one name.
    """
    found: dict[str, str] = {}
    for file in _c_files(files("edgeunet") / "kernels" / flavour, twins):
        for name, text in _functions(
            file.name.removesuffix(".c"), file.read_text(encoding="utf-8").removeprefix(LICENCE)
        ):
            if name in found:
                raise ValueError(
                    f"kernels/{flavour} has two texts of {name}; its name says in which family a function is"
                )
            found[name] = text
    return found


def _functions(stem: str, text: str) -> Iterator[tuple[str, str]]:
    """Name and text of the function that a file is called after, or of each of its variants."""
    if not text.startswith(VARIANTS):
        yield stem, text
        return
    table, _, body = text.partition("*/\n")
    for line in table.removeprefix(VARIANTS).splitlines():
        if words := line.split()[1:]:
            values = {"name": words[0], **dict(word.split("=") for word in words[1:])}
            yield words[0], _Text(body).substitute(values, **{key.upper(): values[key].upper() for key in values})


def _c_files(folder: Traversable, twins: bool) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _c_files(entry, twins) if entry.name != TWIN_FOLDER else entry.iterdir() if twins else ()
        elif entry.name.endswith(".c") and not twins:
            yield entry
