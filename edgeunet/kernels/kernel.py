"""Kernel selection as a table: for each step, the first row that accepts it; see ``edgeunet/kernels/README.md``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from edgeunet.errors import CompileError
from edgeunet.program.steps import Clearance, Step, View

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


@dataclass(frozen=True, eq=False)
class Arguments:
    """A kernel's argument struct: arrays become ``static const`` tables, integers and C expressions are written in
    place.

    ``function``, when set, is what to call instead of the kernel's own name: an instance of it for one shape, defined
    by ``definitions`` (C texts pasted once after the kernel files, equal ones shared).
    """

    struct: str
    fields: Mapping[str, int | str | NDArray[Any]] = field(default_factory=dict)
    function: str = ""
    definitions: tuple[str, ...] = ()


def no_scratch(step: Step) -> int:
    """For a kernel that needs nothing besides its operands."""
    return 0


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
class Kernel:
    """One row of the table.

    Attributes
    ----------
    function : name of the C function; its file is ``kernels/<core>/<function>.c``.
    core : ``portable``, ``dsp`` or ``mve``.
    accepts : whether the kernel can run a step: every condition on shapes, quantization and epilogue it relies on.
    arguments : the struct for a step, arrays packed as the kernel wants them.
    requires : files to paste before it, in order.
    positioned : whether the call also gets the index of its first group and the length of its input signal.
    scratch_bytes : bytes of arena the call wants besides its operands.
    streams_only : whether whole windows do without it: it is for calls of few rows, which in a window are too small a
        part of the work to be worth its flash.
    overlap : for an operand's position, how far it must lie above the output so that they may share bytes (see
        ``in_order``); ``None`` for never.
    """

    function: str
    core: str
    accepts: Callable[[Step], bool]
    arguments: Callable[[Step], Arguments]
    requires: tuple[str, ...] = ()
    positioned: bool = False
    scratch_bytes: Callable[[Step], int] = no_scratch
    overlap: Callable[[Step, int], Clearance | None] = no_overlap
    streams_only: bool = False


Chosen = Callable[[Step], bool]
"""Whether a way of doing a step is the one to take."""


def anything(step: Step) -> bool:
    """Where there is no other."""
    return True


KernelTable = Mapping[str, Sequence[Kernel]]


def select_kernel(step: Step, tables: Sequence[KernelTable]) -> Kernel:
    """The first kernel of ``tables`` (most wanted first) that accepts ``step``.

    Raises
    ------
    CompileError
        When none does.
    """
    for table in tables:
        for kernel in table.get(step.kind, ()):
            if kernel.accepts(step):
                return kernel
    raise CompileError(
        f"layer '{step.name}' ({'/'.join(step.covers)}): no kernel takes a {step.kind} of these shapes; "
        "report it with the model, it is a limit of the compiler"
    )


def within_scratch(tables: Sequence[KernelTable], limit_bytes: int) -> tuple[KernelTable, ...]:
    """``tables`` without the kernels that want more than ``limit_bytes`` of arena for a step."""

    def limited(kernel: Kernel) -> Kernel:
        return replace(kernel, accepts=lambda step: kernel.accepts(step) and kernel.scratch_bytes(step) <= limit_bytes)

    return tuple({kind: tuple(map(limited, rows)) for kind, rows in table.items()} for table in tables)


def for_windows(tables: Sequence[KernelTable]) -> tuple[KernelTable, ...]:
    """``tables`` without the kernels that only streams are to have."""
    return tuple(
        {kind: tuple(row for row in rows if not row.streams_only) for kind, rows in table.items()} for table in tables
    )


def without_kernels(tables: Sequence[KernelTable], names: Collection[str]) -> tuple[KernelTable, ...]:
    """``tables`` in which portable rows run what the kernels called ``names`` would."""
    portable = {
        kind: [row for table in tables for row in table.get(kind, ()) if row.core == "portable"]
        for kind in {kind for table in tables for kind in table}
    }

    def rows(kind: str, kernel: Kernel) -> tuple[Kernel, ...]:
        if kernel.core == "portable" or kernel.function not in names:
            return (kernel,)
        return tuple(replace(row, accepts=_both(kernel.accepts, row.accepts)) for row in portable[kind])

    return tuple(
        {kind: tuple(row for kernel in listed for row in rows(kind, kernel)) for kind, listed in table.items()}
        for table in tables
    )


def _both(first: Callable[[Step], bool], second: Callable[[Step], bool]) -> Callable[[Step], bool]:
    return lambda step: first(step) and second(step)


TWIN_FOLDER = "twin"
"""The folder of a family with the plain C of what its kernels do: for tests, never pasted."""


@cache
def kernel_source(core: str, function: str) -> str:
    """Text of the file ``<function>.c`` of a family of ``core``: somewhere below ``kernels/<core>``, twins left out."""
    return kernel_files(core)[function].read_text(encoding="utf-8")


@cache
def kernel_files(core: str, *, twins: bool = False) -> Mapping[str, Traversable]:
    """The C files below ``kernels/<core>`` by the name of their function; the ``twins`` among them, or all others.

    Raises
    ------
    ValueError
        When two families have a file of one name.
    """
    found: dict[str, Traversable] = {}
    for file in _c_files(files("edgeunet") / "kernels" / core, twins):
        name = file.name.removesuffix(".c")
        if name in found:
            raise ValueError(f"kernels/{core} has two files {file.name}; a function's name says in which family it is")
        found[name] = file
    return found


def _c_files(folder: Traversable, twins: bool) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _c_files(entry, twins) if entry.name != TWIN_FOLDER else entry.iterdir() if twins else ()
        elif entry.name.endswith(".c") and not twins:
            yield entry
