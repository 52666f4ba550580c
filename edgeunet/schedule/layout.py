"""Where every signal lies: which buffer, which channels of it, which signals share one.

A signal starts with a buffer of its own. Then, in order:

- a graph input that no one pads stays in the caller's memory, and the last signal of the network is written there;
- an operand of a concatenation is written straight into its channels of the result, where that does not make bytes
  live longer than copying would;
- an elementwise node writes over an operand that nothing reads later;
- a reshape of contiguous bytes is the same buffer.

No byte changes by where it lies, so each of these (``caller_memory``, ``side_by_side``, ``in_place``, ``reshapes``) can
be left out to see what it brings.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from edgeunet.program.program import Node, Program, channel_offset
from edgeunet.program.steps import ARENA, INPUT, OUTPUT
from edgeunet.schedule.timing import Timing

IN_PLACE = (
    *("add", "mul", "table", "squared_difference", "maximum", "prelu"),
    *("add_int16", "mul_int16", "logistic_int16", "tanh_int16", "rescale_int16"),
)
"""Kinds whose kernels may write over an operand."""


@dataclass
class Extent:
    """Rows around a signal's data that its readers need."""

    before: int = 0
    after: int = 0


@dataclass
class Place:
    """Where a signal lies: bytes ``offset`` to ``offset + row_bytes`` of each row of a root signal's buffer."""

    root: int
    offset: int = 0
    reshaped: bool = False
    """Whether the rows of ``root`` are not the rows of this signal, so that it keeps its own pitch."""


class Layout:
    """Union of signals into buffers; built once per candidate set of placed concatenation operands."""

    def __init__(
        self, program: Program, timing: Timing, copied: Collection[int] = (), without: Collection[str] = ()
    ) -> None:
        self.program, self.timing, self.without = program, timing, frozenset(without)
        self.extents = signal_extents(program, timing)
        self.places = [Place(i) for i in range(len(program.signals))]
        self._known: dict[int, tuple[int, int, int]] = {}
        """What ``_lie`` found since a place changed."""
        self._members = [[i] for i in range(len(program.signals))]
        """Per signal those that lie in its buffer; of one that is no root any more, what lay there."""
        self.space = [ARENA] * len(program.signals)
        self.skipped: set[int] = set()
        """Nodes that became nothing: placed concatenations, in-place reshapes."""
        self.copied = frozenset(copied)
        self._last = [max((*program.readers(i), *program.writers(i)), default=-1) for i in range(len(program.signals))]
        """Per root the last node that touches its buffer."""
        if "caller_memory" not in without:
            self._place_interfaces()
        for number in range(len(program.nodes)):
            self._share(number)
        if "side_by_side" not in without:
            for number in reversed(range(len(program.nodes))):
                self._place_concatenated(number)

    def root(self, signal: int) -> tuple[int, int]:
        """The signal that owns the buffer ``signal`` lies in, and its byte offset within a row."""
        owner, offset, _ = self._lie(signal)
        return owner, offset

    def pitch(self, signal: int) -> int:
        """Bytes from one row of ``signal`` to the next."""
        return self.program.signals[self._lie(signal)[2]].row_bytes

    def _lie(self, signal: int) -> tuple[int, int, int]:
        """The root of ``signal``, its offset there, and the signal whose rows it has; walked once, then known."""
        path = []
        while signal not in self._known and self.places[signal].root != signal:
            path.append(signal)
            signal = self.places[signal].root
        owner, offset, rows_of = self._known.setdefault(signal, (signal, 0, signal))
        for inner in reversed(path):
            place = self.places[inner]
            offset, rows_of = offset + place.offset, inner if place.reshaped else rows_of
            self._known[inner] = owner, offset, rows_of
        return owner, offset, rows_of

    def members(self, root: int) -> list[int]:
        """The signals that lie in the buffer of ``root``, ascending; none where that has no buffer of its own."""
        return sorted(self._members[root]) if self.places[root].root == root else []

    def _settle(self, root: int, place: Place) -> None:
        """Give up the buffer of ``root``: it lies at ``place`` from now on."""
        owner = self.root(place.root)[0]
        self.places[root] = place
        self._known.clear()
        few, many = sorted((self._members[root], self._members[owner]), key=len)
        self._members[owner] = many
        many += few
        self._last[owner] = max(self._last[owner], self._last[root])

    def extent(self, root: int) -> Extent:
        """Rows around the data that any member needs."""
        members = [self.extents[i] for i in self.members(root)]
        return Extent(max(e.before for e in members), max(e.after for e in members))

    def _place_interfaces(self) -> None:
        """Signals of a whole window may lie in the caller's memory; a stream's begin and end are staged in the
        arena."""
        program = self.program
        if self.timing.streams:
            return
        for signal in program.inputs:
            extent = self.extents[signal]
            if extent.before == extent.after == 0 and not program.writers(signal):
                self.space[signal] = INPUT
        for signal in program.outputs:
            extent = self.extents[signal]
            if extent.before == extent.after == 0 and signal not in program.inputs:
                self.space[signal] = OUTPUT

    def _owned(self, signal: int) -> bool:
        """Whether the signal is alone in a buffer of the arena."""
        return self.places[signal].root == signal and self.space[signal] == ARENA

    def _share(self, number: int) -> None:
        """Let node ``number`` write over one of its operands, where nothing reads that operand later: the largest."""
        node, signals = self.program.nodes[number], self.program.signals
        for signal in sorted(self._replaceable(node), key=lambda s: -signals[s].size_bytes):
            if self._last_of_buffer(signal) <= number and self._may_replace(node, signal):
                self._merge(signal, node.output)
                if node.kind == "reshape":
                    self.skipped.add(number)
                return

    def _replaceable(self, node: Node) -> tuple[int, ...]:
        """The operands that ``node``'s kernels may write over; of a fused addition its own operand."""
        if ("reshapes" if node.kind == "reshape" else "in_place") in self.without:
            return ()
        if len(self.program.writers(node.output)) > 1:
            return ()
        if node.epilogue:
            return node.signals[-1:]
        return node.signals if node.kind in (*IN_PLACE, "reshape") else ()

    def _may_replace(self, node: Node, signal: int) -> bool:
        """Whether the output of ``node`` may lie where ``signal`` does: rows like its, in a buffer that is free to
        take it."""
        out = node.output
        same = self._has_rows_of(signal, out)
        if not same and (node.kind != "reshape" or not self._is_reshaped(signal, out)):
            return False
        if self.timing.streams and (self.extents[signal].before or self.timing.lags[signal] != self.timing.lags[out]):
            return False
        source, offset = self.root(signal)
        if self.space[source] != ARENA or offset:
            return False
        if self.space[out] == OUTPUT:
            return self.extent(source) == Extent() and source not in self.program.inputs
        return self._owned(out)

    def _has_rows_of(self, signal: int, out: int) -> bool:
        a, b = self.program.signals[signal], self.program.signals[out]
        return (a.rows, a.channels, a.element_bytes) == (b.rows, b.channels, b.element_bytes)

    def _is_reshaped(self, signal: int, out: int) -> bool:
        """Whether ``out`` is the bytes of ``signal`` as other rows, around which no reader needs any."""
        same_bytes = self.program.signals[signal].size_bytes == self.program.signals[out].size_bytes
        return same_bytes and self.extent(self.root(signal)[0]) == self.extents[out] == Extent()

    def _last_of_buffer(self, signal: int) -> int:
        return self._last[self.root(signal)[0]]

    def _merge(self, signal: int, out: int) -> None:
        """Make ``out`` the owner of ``signal``'s buffer."""
        self._settle(self.root(signal)[0], Place(out, 0, not self._has_rows_of(signal, out)))

    def _place_concatenated(self, number: int) -> None:
        """Let the operand of a concatenation be written where the result wants it."""
        node = self.program.nodes[number]
        if node.kind != "concat" or number in self.copied or not node.signals:
            return
        (signal,) = node.signals
        root, inner = self.root(signal)
        target = self.root(node.output)[0]
        if root == target or inner or self.space[root] != ARENA:
            return
        if self.space[target] == OUTPUT and self.extent(root) != Extent():
            return
        if all(self._fits_beside(member, signal, node.output) for member in self.members(root)):
            self._settle(root, Place(node.output, channel_offset(node)))
            self.skipped.add(number)

    def _fits_beside(self, member: int, signal: int, output: int) -> bool:
        """Whether ``member`` of the buffer of ``signal`` can do with the pitch and the lag of ``output``."""
        if not self._has_rows_of(member, signal) or self._needs_contiguous(member) or member in self.program.inputs:
            return False
        return not self.timing.streams or self.timing.lags[member] == self.timing.lags[output]

    def _needs_contiguous(self, signal: int) -> bool:
        nodes = self.program.nodes
        written = any(nodes[i].contiguous_output for i in self.program.writers(signal) if i not in self.skipped)
        read = any(
            access.contiguous
            for i in self.program.readers(signal)
            if i not in self.skipped
            for operand, access in zip(nodes[i].operands, nodes[i].accesses, strict=True)
            if operand == signal
        )
        return written or read


def signal_extents(program: Program, timing: Timing) -> list[Extent]:
    """Rows that the readers of each signal need before and after its data."""
    extents = [Extent() for _ in program.signals]
    for number, node in enumerate(program.nodes):
        for position, operand in enumerate(node.operands):
            if isinstance(operand, int):
                extent = extents[operand]
                extent.before = max(extent.before, -timing.first_row(program, number, position))
                extent.after = max(extent.after, timing.end_row(program, number, position) - timing.rows[operand])
    slowest = max(timing.lags[signal] for signal in program.outputs)
    for signal in program.outputs:
        extents[signal].before = max(extents[signal].before, slowest - timing.lags[signal])
    return extents
