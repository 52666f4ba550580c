"""Which kernels the steps of a window or a stream may have, and the one that each gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from edgeunet.errors import CompileError
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.kernel import Kernel, KernelTable
from edgeunet.kernels.portable.unfolded import UNFOLDED
from edgeunet.program.steps import Clearance, Step, View


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


def with_words_aligned(tables: Sequence[KernelTable]) -> tuple[KernelTable, ...]:
    """``tables`` without the kernels that would load or store a word of a step at an odd address."""

    def aligned(kernel: Kernel) -> Kernel:
        return replace(kernel, accepts=_both(kernel.accepts, kernel.words_align))

    return tuple({kind: tuple(map(aligned, rows)) for kind, rows in table.items()} for table in tables)


def without_kernels(tables: Sequence[KernelTable], names: Collection[str]) -> tuple[KernelTable, ...]:
    """``tables`` in which portable rows run what the kernels called ``names`` would."""
    portable = {
        kind: [row for table in tables for row in table.get(kind, ()) if row.flavour == "portable"]
        for kind in {kind for table in tables for kind in table}
    }

    def rows(kind: str, kernel: Kernel) -> tuple[Kernel, ...]:
        if kernel.flavour == "portable" or kernel.function not in names:
            return (kernel,)
        return tuple(replace(row, accepts=_both(kernel.accepts, row.accepts)) for row in portable[kind])

    return tuple(
        {kind: tuple(row for kernel in listed for row in rows(kind, kernel)) for kind, listed in table.items()}
        for table in tables
    )


def _same(first: Step, second: Step) -> bool:
    """Whether no kernel could tell the two apart: parameters and constants are one object, all but the place of scratch
    memory is equal."""
    if first.parameters is not second.parameters or len(first.inputs) != len(second.inputs):
        return False
    for one, other in zip(first.inputs, second.inputs, strict=True):
        if one is not other and not (isinstance(one, View) and one == other):
            return False
    return _TOLD_APART(first) == _TOLD_APART(second)


_TOLD_APART = attrgetter(*(f.name for f in fields(Step) if f.name not in ("inputs", "parameters", "scratch")))


def _both(first: Callable[[Step], bool], second: Callable[[Step], bool]) -> Callable[[Step], bool]:
    return lambda step: first(step) and second(step)


SPARING_SCRATCH_BYTES = 512
"""Scratch that a step may have in a stream at its smallest hop, where bytes matter more than instructions."""


@dataclass(frozen=True, eq=False)
class Selection:
    """The kernels that steps may have: ``tables``, most wanted first, and whether operands may share bytes."""

    tables: tuple[KernelTable, ...]
    overlaps: bool = True
    _known: dict[int, tuple[Step, Kernel]] = field(default_factory=dict, repr=False)
    """Number of a node → its step as asked last, and the answer: a plan asks about most steps several times."""

    def kernel(self, step: Step) -> Kernel:
        """The kernel that runs ``step``; a ``CompileError`` where none does."""
        asked, kernel = self._known.get(step.node, (None, None))
        if asked is None or kernel is None or not _same(asked, step):
            kernel = select_kernel(step, self.tables)
            self._known[step.node] = step, kernel
        return kernel

    def overlap(self, step: Step, position: int) -> Clearance | None:
        """How far operand ``position`` must lie above the output of ``step`` to share bytes; ``None`` for never."""
        return self.kernel(step).overlap(step, position) if self.overlaps else None

    def scratch_bytes(self, step: Step) -> int:
        """Bytes of arena that ``step`` wants for itself while it runs."""
        return self.kernel(step).scratch_bytes(step)


def select_kernels(
    flavour: Flavour,
    *,
    streams: bool,
    smallest_hop: bool = False,
    aligned: bool = False,
    without: Collection[str] = (),
) -> Selection:
    """The kernels of ``flavour`` for a window or a stream, at the smallest hop without what wants much scratch memory.

    ``aligned`` refuses a kernel where it would load or store a word that does not lie at a multiple of four.
    ``without`` may name passes (``zero_points``, ``overlap``) and kernels of the flavour to leave out.
    """
    tables = flavour.tables if streams else for_windows(flavour.tables)
    if flavour.own_kernels & {*without}:
        tables = without_kernels(tables, without)
    if "zero_points" in without:
        tables = (UNFOLDED, *tables)
    if aligned:
        tables = with_words_aligned(tables)
    limits = [SPARING_SCRATCH_BYTES] if smallest_hop else []
    limits += [] if flavour.scratch_bytes is None else [flavour.scratch_bytes]
    if limits:
        tables = within_scratch(tables, min(limits))
    return Selection(tables, "overlap" not in without)
