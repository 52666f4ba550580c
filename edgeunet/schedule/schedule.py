"""The result of scheduling: what runs in which order, on which bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edgeunet.schedule.program import Constant, Signal
from edgeunet.schedule.timing import Timing

ARENA, INPUT, OUTPUT = "arena", "input", "output"


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

    ``rows`` says how many rows the step reads or writes there.
    """

    buffer: int
    space: str
    offset_bytes: int
    pitch_bytes: int
    rows: int
    channels: int


@dataclass(frozen=True)
class Margin:
    """Rows to set to ``value`` before a step reads them, because they are outside the signal.

    In a window: ``rows`` rows from ``view``. In a stream: those among the rows of ``view`` whose index (the first is
    ``hop number * hop_rows + first_index``) is below 0 or at least the length of the signal, ``rate`` rows per input row.
    """

    view: View
    value: int
    signal: int
    first_index: int = 0
    hop_rows: int = 0


@dataclass(frozen=True, eq=False)
class Step:
    """One call: ``kind`` and ``parameters`` say what, the views where.

    ``inputs`` are views or constants in operand order; ``epilogue`` is applied to the values before they are written.
    ``first_group`` is the index, in the first call, of the first group; each call moves it by ``hop_groups``.
    """

    kind: str
    name: str
    inputs: tuple[View | Constant, ...]
    output: View
    groups: int
    parameters: Any
    covers: tuple[str, ...]
    macs: int
    node: int
    input_strides: tuple[int, ...] = ()
    """Rows that each operand moves on from group to group (0 for one that is read whole or repeated)."""
    margins: tuple[Margin, ...] = ()
    epilogue: tuple[Any, ...] = ()
    first_group: int = 0
    hop_groups: int = 0

    @property
    def rows(self) -> int:
        """Output rows written."""
        return self.output.rows


@dataclass(frozen=True, eq=False)
class Schedule:
    """Steps and buffers of one network, whole window or stream; see ``Timing`` for lags."""

    name: str
    signals: tuple[Signal, ...]
    timing: Timing
    buffers: tuple[Buffer, ...]
    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    arena_bytes: int
    lower_bound_bytes: int
