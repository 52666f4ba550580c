"""A network as nodes over signals, not yet placed in time or memory: what lowering makes and fusion rewrites.

A node runs in *groups*: group ``g`` reads rows ``g * stride + first`` to ``g * stride + last`` of each operand and
writes rows ``g * repeat`` to ``g * repeat + repeat - 1`` of its output (or, for one ``phase`` of an interleaved output,
row ``g * repeat + phase`` only). That is all that timing, padding and memory planning need to know about an operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from edgeunet.program.convolutions import Int8Array, Int16Array
from edgeunet.program.parameters import Add, Copy, Parameters
from edgeunet.short_repr import LONGEST, cut, short_repr


@dataclass(frozen=True)
class Signal:
    """An activation: ``height * width`` rows (time steps) of ``channels`` values, int8 or int16."""

    name: str
    height: int
    width: int
    channels: int
    scale: float
    zero_point: int
    element_bytes: int = 1

    __repr__ = short_repr

    @property
    def rows(self) -> int:
        return self.height * self.width

    @property
    def row_bytes(self) -> int:
        return self.channels * self.element_bytes

    @property
    def size_bytes(self) -> int:
        return self.rows * self.row_bytes


@dataclass(frozen=True, eq=False)
class Constant:
    """An operand known at compile time, int8 or int16 ``(rows, channels)``; one row or one channel is broadcast."""

    values: Int8Array | Int16Array

    __repr__ = short_repr


@dataclass(frozen=True)
class Access:
    """Which rows of an operand a group reads; see the module's docstring.

    ``pad_value`` is what rows outside the signal must read as (``None``: their value does not matter); ``whole`` marks
    an operand that is read entirely, whatever the group, so that the node is not local in time; ``contiguous`` one
    whose rows must follow each other without gaps, because the node sees other rows than the signal has.
    """

    stride: int = 1
    first: int = 0
    last: int = 0
    pad_value: int | None = None
    whole: bool = False
    contiguous: bool = False


EACH = Access()
WHOLE = Access(whole=True)
RESHAPED = Access(whole=True, contiguous=True)


@dataclass(frozen=True, eq=False)
class Node:
    """One operation: ``operands`` are signal indices or constants, each with its access."""

    kind: str
    name: str
    operands: tuple[int | Constant, ...]
    accesses: tuple[Access, ...]
    output: int
    parameters: Parameters
    covers: tuple[str, ...]
    macs: int = 0
    repeat: int = 1
    phase: int | None = None
    contiguous_output: bool = False
    wide: bool = False
    """Whether a group's ``repeat`` rows are written as one row of ``repeat`` times the channels."""
    epilogue: tuple[FusedAdd, ...] = ()

    __repr__ = short_repr

    @cached_property
    def signals(self) -> tuple[int, ...]:
        """The operands that are signals."""
        return tuple(o for o in self.operands if isinstance(o, int))

    @property
    def is_local(self) -> bool:
        return not any(access.whole for access in self.accesses)


@dataclass(frozen=True, eq=False)
class Program:
    """Nodes in execution order over ``signals``; a signal may be written by several nodes (phases)."""

    signals: tuple[Signal, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        sides = " -> ".join(
            ", ".join(f"{self.signals[i].rows} x {self.signals[i].channels}" for i in side)
            for side in (self.inputs, self.outputs)
        )
        return cut(f"<Program: {len(self.nodes)} nodes, {len(self.signals)} signals, {sides} values>", LONGEST)

    def readers(self, signal: int) -> tuple[int, ...]:
        """Indices of the nodes that read ``signal``."""
        return self._readers.get(signal, ())

    def writers(self, signal: int) -> tuple[int, ...]:
        """Indices of the nodes that write ``signal``."""
        return self._writers.get(signal, ())

    @cached_property
    def _readers(self) -> dict[int, tuple[int, ...]]:
        return _index((signal, i) for i, node in enumerate(self.nodes) for signal in dict.fromkeys(node.signals))

    @cached_property
    def _writers(self) -> dict[int, tuple[int, ...]]:
        return _index((node.output, i) for i, node in enumerate(self.nodes))


def channel_offset(node: Node) -> int:
    """Bytes of the output's rows before those that ``node`` writes, which copies (a part of a concatenation): its
    channels, where they are int8."""
    assert isinstance(node.parameters, Copy)
    return node.parameters.out_offset


def _index(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """Second members of ``pairs``, in order, by the first."""
    found: dict[int, list[int]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


@dataclass(frozen=True)
class FusedAdd:
    """The epilogue: ``add`` of the step's own value and of its last operand, which is the first of the sum where
    ``swapped``."""

    add: Add
    swapped: bool

    __repr__ = short_repr


Accepts = Callable[[Node], bool]
