"""Which kernels the steps of a window or a stream may have, and the one that each gets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter

from edgeunet.errors import CompileError
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.kernel import Kernel, KernelTable
from edgeunet.kernels.portable.unfolded import UNFOLDED
from edgeunet.program.steps import Clearance, Step, View

OF_ANY_WIDTH = frozenset({"copy", "fill", "repeat", "resize", "rescale_widen", "rescale_narrow"})
"""Kinds that move bytes, or go from one width to the other; every other kind says in its name that it is for int16."""


def select_kernel(step: Step, tables: Sequence[KernelTable]) -> Kernel:
    """The first kernel of ``tables`` (most wanted first) that accepts ``step``.

    Raises
    ------
    CompileError
        When none does.
    """
    for table in tables if _of_its_values(step) else ():
        for kernel in table.get(step.kind, ()):
            if kernel.accepts(step):
                return kernel
    raise CompileError(
        f"layer '{step.name}' ({'/'.join(step.covers)}): no kernel takes a {step.kind} of these shapes; "
        "report it with the model, it is a limit of the compiler"
    )


def _of_its_values(step: Step) -> bool:
    """Whether the kind of ``step`` is for values of the width that it reads and writes."""
    if step.kind in OF_ANY_WIDTH:
        return True
    views = (view for view in (*step.inputs, step.output) if isinstance(view, View))
    return all((view.element_bytes == 2) == step.kind.endswith("_int16") for view in views)


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


def _without_places(step: Step) -> Hashable:
    """What a kernel could tell of ``step`` before its operands have their places."""
    shapes = tuple(_SHAPE(view) if isinstance(view, View) else id(view) for view in (*step.inputs, step.output))
    return _TOLD_APART(step), id(step.parameters), shapes


_SHAPE = attrgetter(*(f.name for f in fields(View) if f.name != "offset_bytes"))
_TOLD_APART = attrgetter(
    *(f.name for f in fields(Step) if f.name not in ("inputs", "output", "parameters", "scratch", "margins"))
)


def _both(first: Callable[[Step], bool], second: Callable[[Step], bool]) -> Callable[[Step], bool]:
    return lambda step: first(step) and second(step)


SPARING_SCRATCH_BYTES = 512
"""Scratch that a step may have in a stream at its smallest hop, where bytes matter more than instructions."""


@dataclass(frozen=True, eq=False)
class Selection:
    """The kernels that steps may have: ``tables``, most wanted first, and whether operands may share bytes."""

    tables: tuple[KernelTable, ...]
    overlaps: bool = True
    _known: dict[Hashable, Kernel] = field(default_factory=dict, repr=False)

    def kernel(self, step: Step) -> Kernel:
        """The kernel for ``step``; a ``CompileError`` where there is none.

        It is chosen once, when first asked about, which is before operands have their places: overlaps and scratch
        memory are then planned for it.
        """
        key = _without_places(step)
        if key not in self._known:
            self._known[key] = select_kernel(step, self.tables)
        return self._known[key]

    def settled(self, step: Step) -> Kernel:
        """The kernel that runs ``step`` in its place, in the scratch memory that it has: the one chosen before, or
        another where that does not take it there (a word would lie at an odd address)."""
        chosen = self.kernel(step)
        if chosen.accepts(step):
            return chosen
        return select_kernel(step, within_scratch(self.tables, 0 if step.scratch is None else step.scratch.rows))

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
