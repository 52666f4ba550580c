"""The result of scheduling: what runs in which order, on which bytes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from edgeunet.program.program import Constant, Signal
from edgeunet.schedule.timing import Timing

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

    In a window: all rows of ``view``. In a stream: those outside the signal, of which the first of ``view`` has the
    index ``first_index`` counted from the rows that the hop's input stands for.
    """

    view: View
    value: int
    signal: int
    first_index: int = 0


@dataclass(frozen=True)
class Span:
    """Where a signal begins and ends in a stream, in rows counted from those that the hop's input stands for.

    Before hop ``h`` it begins at ``-h * hop_rows``; when ``left`` input samples remain from the hop's first on, it ends
    at ``left * rate + excess``.
    """

    hop_rows: int
    rate: Fraction
    excess: int


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
    parameters: Any
    covers: tuple[str, ...]
    macs: int
    node: int
    input_strides: tuple[int, ...] = ()
    """Rows that each operand moves on from group to group (0 for one that is read whole or repeated)."""
    margins: tuple[Margin, ...] = ()
    epilogue: tuple[Any, ...] = ()
    first_group: int = 0
    """In a stream, index of the first group counted from those that the hop's input stands for (never positive)."""
    signal: int = -1
    """The signal read first (for the step that brings the input, the one written)."""
    scratch: View | None = None
    """Bytes of the arena that the step's kernel has for itself while it runs."""

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
    macs: int
    """Multiply-accumulates per call."""

    def span(self, signal: int) -> Span:
        """Where ``signal`` begins and ends in a stream."""
        rate = self.timing.rates[signal]
        excess = self.signals[signal].rows - self.signals[self.inputs[0]].rows * rate
        assert excess.denominator == 1
        return Span(self.timing.rows[signal], rate, int(excess))

    @property
    def lookahead_rows(self) -> int:
        """Rows by which the outputs lag, in output rows."""
        return max(self.timing.lags[signal] for signal in self.outputs)

    @property
    def settling_hops(self) -> int:
        """Hops after which no buffer holds a row from before the signal began."""
        reach = [0]
        for buffer in self.buffers:
            reach.append(-(-(buffer.before + buffer.lag_rows) // max(buffer.rows, 1)))
        return max(reach) + 1
