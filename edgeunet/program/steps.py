"""What a kernel sees of a network placed in time and memory: steps over views of buffers."""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.program.parameters import Parameters
from edgeunet.program.program import Constant, FusedAdd
from edgeunet.short_repr import short_repr

ARENA, INPUT, OUTPUT = "arena", "input", "output"


ENTER, LEAVE = "INPUT", "OUTPUT"
"""What the steps that copy from and to the caller's memory cover."""


@dataclass(frozen=True)
class Buffer:
    """Rows of ``pitch_bytes`` bytes in the arena or in the caller's input or output.

    ``before`` rows precede the data (padding of a window, history of a stream), ``after`` rows follow it. It holds data
    from step ``first_step`` to step ``last_step``; in a stream the rows before the data live on from hop to hop.
    """

    name: str
    space: str
    rows: int
    pitch_bytes: int
    before: int
    after: int
    first_step: int
    last_step: int
    offset_bytes: int
    persistent: bool = False
    lag_rows: int = 0
    store_bytes: int | None = None
    """Offset of the place where the history waits between hops, for a buffer that exists only while it is in use."""

    __repr__ = short_repr

    @property
    def data_offset_bytes(self) -> int:
        """Where row 0 starts in its space."""
        return self.offset_bytes + self.before * self.pitch_bytes

    @property
    def size_bytes(self) -> int:
        return (self.before + self.rows + self.after) * self.pitch_bytes


@dataclass(frozen=True)
class View:
    """Rows of a buffer as a kernel sees them: from byte ``offset_bytes`` of the space, one row every ``pitch_bytes``.

    ``rows`` says how many rows the step reads or writes there, each of ``channels`` values of ``element_bytes``.
    """

    buffer: int
    space: str
    offset_bytes: int
    pitch_bytes: int
    rows: int
    channels: int
    element_bytes: int = 1

    @property
    def row_bytes(self) -> int:
        return self.channels * self.element_bytes


@dataclass(frozen=True)
class Margin:
    """Rows to set to ``value`` before a step reads them, because they are outside the signal.

    In a window: all rows of ``view``. In a stream: those outside the signal, of which the first of ``view`` has the
    index ``first_index`` counted from the rows that the hop's input stands for.
    """

    view: View
    value: int
    signal: int
    first_index: int = 0

    __repr__ = short_repr


@dataclass(frozen=True, eq=False)
class Step:
    """One call: ``kind`` and ``parameters`` say what, the views where.

    ``inputs`` are views or constants in operand order; ``epilogue`` is applied to the values before they are written.
    """

    kind: str
    name: str
    inputs: tuple[View | Constant, ...]
    output: View
    groups: int
    parameters: Parameters
    covers: tuple[str, ...]
    macs: int
    node: int
    input_strides: tuple[int, ...] = ()
    """Rows that each operand moves on from group to group (0 for one that is read whole or repeated)."""
    margins: tuple[Margin, ...] = ()
    epilogue: tuple[FusedAdd, ...] = ()
    first_group: int = 0
    """In a stream, index of the first group counted from those that the hop's input stands for (never positive)."""
    signal: int = -1
    """The signal read first (for the step that brings the input, the one written)."""
    scratch: View | None = None
    """Bytes of the arena that the step's kernel has for itself while it runs."""

    __repr__ = short_repr

    @property
    def rows(self) -> int:
        """Output rows written."""
        return self.output.rows


@dataclass(frozen=True)
class Clearance:
    """How far above its output an operand must lie so that they may share bytes: ``least_bytes`` and any multiple of
    ``period_bytes`` more."""

    least_bytes: int
    period_bytes: int = 1

    def moved(self, by_bytes: int) -> Clearance:
        """The smallest that is not negative when the operand's view starts ``by_bytes`` earlier in its item than the
        output's does in its own."""
        least = self.least_bytes + by_bytes
        return Clearance(least if least >= 0 else least % self.period_bytes, self.period_bytes)
