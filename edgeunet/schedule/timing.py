"""When each row is computed: the whole window at once, or a hop at a time with lags.

In a stream, hop ``h`` brings input rows ``h * hop`` to ``(h + 1) * hop - 1``. A signal at rate ``1 / s`` gains ``n =
hop / s`` rows per hop and lags by ``L`` rows: after hop ``h`` its newest row is ``(h + 1) * n - 1 - L``. A node whose
group ``g`` reads up to row ``g * stride + last`` of an operand can, after that hop, run every group up to

    G = floor((newest - last) / stride),   which is   (h + 1) * n / stride - 1 - lag,
    lag = ceil((1 + L + last) / stride) - 1,

the same ``lag`` at every hop because ``n`` is a multiple of ``stride``. A node with several operands takes the largest
lag, and what its other operands wait is history. A whole window is one hop of all rows in which nothing lags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from edgeunet.errors import CompileError
from edgeunet.program.program import Access, Node, Program
from edgeunet.schedule.reach import receptive_field
from edgeunet.short_repr import short_repr

MOST_HOP = 1 << 16
"""Input samples per call, at most: generated C counts rows and bytes in 32 bits, with room for every rate and width."""


@dataclass(frozen=True)
class Timing:
    """Rows per call and lags. ``hop`` is ``None`` for a whole window.

    ``rows`` and ``lags`` are per signal, in rows of that signal; ``group_lags`` per node, in groups.
    """

    hop: int | None
    rows: tuple[int, ...]
    lags: tuple[int, ...]
    group_lags: tuple[int, ...]
    rates: tuple[Fraction, ...] = ()
    stride: int = 1
    """Smallest valid hop."""
    receptive_field: int = 0
    """Input rows that an output row of a stream depends on, at most."""

    __repr__ = short_repr

    @property
    def streams(self) -> bool:
        return self.hop is not None

    def groups(self, program: Program, node: int) -> int:
        """Groups that node number ``node`` runs per call."""
        return self.rows[program.nodes[node].output] // program.nodes[node].repeat

    def first_row(self, program: Program, node: int, operand: int) -> int:
        """Row that the first group reads first, counted from the operand's first new row (< 0: history or padding)."""
        access, signal = program.nodes[node].accesses[operand], program.nodes[node].operands[operand]
        assert isinstance(signal, int)
        if access.whole:
            return 0
        return self.lags[signal] - self.group_lags[node] * access.stride + access.first

    def end_row(self, program: Program, node: int, operand: int) -> int:
        """One past the last row that the last group reads, counted like ``first_row``."""
        access, signal = program.nodes[node].accesses[operand], program.nodes[node].operands[operand]
        assert isinstance(signal, int)
        if access.whole:
            return self.rows[signal]
        reach = (self.groups(program, node) - 1) * access.stride + access.last - access.first + 1
        return self.first_row(program, node, operand) + reach


def window_timing(program: Program) -> Timing:
    """All rows of every signal in one call."""
    return Timing(None, tuple(s.rows for s in program.signals), (0,) * len(program.signals), (0,) * len(program.nodes))


def signal_rates(program: Program) -> tuple[Fraction, ...]:
    """Rows of each signal per input row, from strides and repeats alone.

    Raises
    ------
    CompileError
        When a node is not local in time, or joins signals of different rates.
    """
    rates: list[Fraction | None] = [None] * len(program.signals)
    for signal in program.inputs:
        rates[signal] = Fraction(1)
    for node in program.nodes:
        refuse_whole(node)
        rate = {r / a.stride * node.repeat for r, a in _operand_rates(node, rates)}
        rate |= {known for known in [rates[node.output]] if known is not None}
        if len(rate) != 1:
            raise CompileError(
                f"layer '{node.name}' joins signals of different rates, which cannot run as a stream; use --mode window"
            )
        rates[node.output] = rate.pop()
    return tuple(rate if rate is not None else Fraction(0) for rate in rates)


def refuse_whole(node: Node) -> None:
    """Raise for a node that is not local in time."""
    if not node.is_local:
        raise CompileError(
            f"layer '{node.name}' ({'/'.join(node.covers)}) needs the whole window before its first output, so it "
            f"cannot "
            "run as a stream; use --mode window, or replace it by a layer that is local in time"
        )


def _operand_rates(node: Node, rates: Sequence[Fraction | None]) -> list[tuple[Fraction, Access]]:
    found = []
    for operand, access in zip(node.operands, node.accesses, strict=True):
        if isinstance(operand, int):
            rate = rates[operand]
            assert rate is not None, "operand before its producer"
            found.append((rate, access))
    return found


def total_stride(program: Program) -> int:
    """Smallest valid hop: every signal gains a whole number of rows, every node a whole number of groups."""
    rates = signal_rates(program)
    steps = [rate.denominator for rate in rates]
    steps += [(rates[node.output] / node.repeat).denominator for node in program.nodes]
    return lcm(*steps)


def stream_timing(program: Program, hop: int) -> Timing:
    """Lags for a stream in hops of ``hop`` input rows, each as small as can be.

    Raises
    ------
    CompileError
        When ``hop`` is not a positive multiple of the total stride, or the program is not local in time.
    """
    if len(program.inputs) != 1 or len(program.outputs) != 1:
        raise CompileError(
            f"a network with {len(program.inputs)} inputs and {len(program.outputs)} outputs cannot run as a "
            f"stream, only one "
            "with one of each; use --mode window"
        )
    stride = total_stride(program)
    if hop > MOST_HOP:
        raise CompileError(
            f"hop of {hop} samples is more than the {MOST_HOP} that a call can take; "
            f"use --hop {MOST_HOP // stride * stride} or less"
        )
    if hop < 1 or hop % stride:
        raise CompileError(
            f"hop of {hop} samples is not a multiple of the network's total stride {stride}; "
            f"use --hop {max(stride, -(-hop // stride) * stride)}"
        )
    rates = signal_rates(program)
    window = program.signals[program.inputs[0]].rows
    if any((signal.rows - window * rate).denominator != 1 for signal, rate in zip(program.signals, rates, strict=True)):
        raise CompileError(
            f"the model's window of {window} samples does not fit its total stride {stride}, so its edges cannot be "
            f"those "
            f"of a stream; build it with a window that is a multiple of {stride}, or use --mode window"
        )
    lags = [0] * len(program.signals)
    group_lags = []
    for node in program.nodes:
        lag = group_lag(node, lags)
        group_lags.append(lag)
        lags[node.output] = max(lags[node.output], lag * node.repeat)
    group_lags = [max(lag, lags[n.output] // n.repeat) for lag, n in zip(group_lags, program.nodes, strict=True)]
    rows = tuple(int(rate * hop) for rate in rates)
    reach = receptive_field(program, int(rates[program.outputs[0]] * stride))
    return Timing(hop, rows, tuple(lags), tuple(group_lags), rates, stride, reach)


def group_lag(node: Node, lags: Sequence[int]) -> int:
    """Smallest lag of ``node``'s groups given its operands' lags (the module's formula; never negative)."""
    return max(
        [0]
        + [
            -((1 + lags[operand] + access.last) // -access.stride) - 1
            for operand, access in zip(node.operands, node.accesses, strict=True)
            if isinstance(operand, int)
        ]
    )
