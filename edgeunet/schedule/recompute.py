"""Skips computed again when they are needed, instead of kept until then.

A skip connection waits for the path it bypasses: rows times channels of history. The same rows can be computed a second
time from the network's input, late: then the input waits, which has few channels, and the skip is computed just before
it is read. The copies are the same nodes on the same values, so every result is the same; what they cost is their
multiply-accumulates. Of the outermost levels these are few and the history is long, which is where it pays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from edgeunet.errors import CompileError
from edgeunet.program.program import Constant, Node, Program
from edgeunet.schedule.effort import Ledger
from edgeunet.schedule.retiming import history_bytes, retime
from edgeunet.schedule.timing import Timing, stream_timing, total_stride

CHEAP = 20
"""At the smallest hop, skips are computed again for at most one part in so many of the multiply-accumulates."""


def timed_stream(
    program: Program,
    hop: int | None,
    count: int | None = None,
    without: Collection[str] = (),
    ledger: Ledger | None = None,
) -> tuple[Program, Timing]:
    """``program`` with ``count`` skips computed again, and the timing of its stream.

    ``hop`` is the total stride where ``None``. Without a ``count``, the smallest hop takes as many as are cheap
    (``CHEAP``), a larger one none: who hops in small steps is short of bytes. ``without`` may name ``recompute`` (then
    none are by default) and ``retiming`` (then every node runs as soon as it can). ``ledger`` says how many counts of
    skips may be tried, and hears of those that were not.
    """
    ledger = ledger or Ledger()
    stride = total_stride(program)
    hop = stride if hop is None else hop
    retimed = None if "retiming" in without else ledger
    if count is not None:
        return _timed(program, hop, count, retimed)
    best = _timed(program, hop, 0, retimed)
    if hop != stride or "recompute" in without:
        return best
    limit = macs_per_stride(program) * (CHEAP + 1) / CHEAP
    skips, nodes = len(find_skips(program)), max(len(program.nodes), 1)
    room = max(ledger.limit("skips") // nodes, 1)
    for attempt in range(1, min(skips, room) + 1):
        made = _timed(program, hop, attempt, retimed)
        ledger.spend("skips", nodes)
        if macs_per_stride(made[0]) > limit or history_bytes(*made) >= history_bytes(*best):
            return best
        best = made
    if skips > room:
        ledger.cut("skips", f"{skips - room:,} of {skips:,} skips were not computed again", skips * nodes)
    return best


def _timed(program: Program, hop: int, count: int, retimed: Ledger | None) -> tuple[Program, Timing]:
    """``program`` with ``count`` skips computed again, and its timing, retimed where there is a ledger for it."""
    made = recompute_skips(program, count)
    if retimed is None:
        return made, stream_timing(made, hop)
    late = range(len(program.signals), len(made.signals))
    return made, retime(made, stream_timing(made, hop), late, retimed)


def macs_per_stride(program: Program) -> Fraction:
    """Multiply-accumulates per input row."""
    rows = program.signals[program.inputs[0]].rows
    return Fraction(sum(node.macs for node in program.nodes), rows)


@dataclass(frozen=True)
class Skip:
    """A signal that one reader needs much later than the others: the bytes that wait for it alone."""

    signal: int
    reader: int
    waiting_bytes: int


def find_skips(program: Program) -> list[Skip]:
    """The skips of ``program``, the one with most bytes waiting first."""
    timing = stream_timing(program, total_stride(program))
    found = []
    for signal in range(len(program.signals)):
        if signal in program.inputs:
            continue
        rows = sorted(
            (max(0, -timing.first_row(program, number, position)), number)
            for number in program.readers(signal)
            for position, operand in enumerate(program.nodes[number].operands)
            if operand == signal
        )
        if len(rows) > 1 and rows[-1][0] > rows[-2][0]:
            waiting = (rows[-1][0] - rows[-2][0]) * program.signals[signal].row_bytes
            found.append(Skip(signal, rows[-1][1], waiting))
    return sorted(found, key=lambda skip: (-skip.waiting_bytes, skip.signal))


def recompute_skips(program: Program, count: int) -> Program:
    """``program`` with its ``count`` longest-waiting skips computed again just before their last reader.

    Skips share the nodes that are computed again for both.

    Raises
    ------
    CompileError
        When there are fewer skips than ``count``.
    """
    skips = find_skips(program)
    if count > len(skips):
        raise CompileError(
            f"--recompute {count} asks for more skips than the network has, {len(skips)}; "
            f"use --recompute 0 to {len(skips)}"
        )
    copies: dict[int, int] = {}
    signals, rename, wanted = list(program.signals), dict[int, dict[int, int]](), set[int]()
    for skip in skips[:count]:
        for number in _ancestors(program, skip.signal):
            wanted.add(number)
            output = program.nodes[number].output
            if output not in copies:
                copies[output] = len(signals)
                signals.append(replace(program.signals[output], name=f"{program.signals[output].name}/again"))
        rename.setdefault(skip.reader, {})[skip.signal] = copies[skip.signal]
    nodes: list[Node] = []
    done: set[int] = set()
    for number, node in enumerate(program.nodes):
        renamed = rename.get(number, {})
        for signal in renamed:
            needed = [n for n in _ancestors(program, signal) if n in wanted and n not in done]
            nodes += [_again(program.nodes[n], copies) for n in needed]
            done |= set(needed)
        nodes.append(replace(node, operands=_renamed(node.operands, renamed)))
    return replace(program, signals=tuple(signals), nodes=tuple(nodes))


def _again(node: Node, copies: dict[int, int]) -> Node:
    return replace(
        node, name=f"{node.name}/again", operands=_renamed(node.operands, copies), output=copies[node.output]
    )


def _renamed(operands: Sequence[int | Constant], names: dict[int, int]) -> tuple[int | Constant, ...]:
    return tuple(names.get(o, o) if isinstance(o, int) else o for o in operands)


def _ancestors(program: Program, signal: int) -> list[int]:
    """Nodes that ``signal`` is computed from, itself included, in execution order."""
    needed, signals = set[int](), [signal]
    while signals:
        for number in program.writers(signals.pop()):
            if number not in needed:
                needed.add(number)
                signals += program.nodes[number].signals
    return sorted(needed)
