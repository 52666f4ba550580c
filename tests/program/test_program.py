"""Signals, accesses, nodes, and who reads and writes what."""

from __future__ import annotations

import numpy as np

from edgeunet.program.parameters import Add, Fill
from edgeunet.program.program import EACH, RESHAPED, WHOLE, Access, Constant, FusedAdd, Node, Program, Signal
from edgeunet.short_repr import ShortRepr, short_repr
from tests.rigs.dataclasses_of import dataclasses_of


def node(operands: tuple[int | Constant, ...], output: int, *accesses: Access) -> Node:
    return Node("add", "n", operands, accesses or (EACH,) * len(operands), output, Fill(1), ("ADD",))


def test_a_signal_has_rows_of_channels() -> None:
    signal = Signal("x", 3, 5, 4, 0.5, -1)
    assert (signal.rows, signal.size_bytes) == (15, 60)


def test_the_three_plain_accesses() -> None:
    assert Access(1, 0, 0, None, False, False) == EACH == Access()
    assert Access(1, 0, 0, None, True, False) == WHOLE
    assert Access(1, 0, 0, None, True, True) == RESHAPED


def test_the_signals_of_a_node_are_its_operands_without_constants() -> None:
    found = node((4, Constant(np.zeros((1, 1), np.int8)), 2), 5)
    assert found.signals == (4, 2)
    assert found.is_local
    assert not node((4, 2), 5, EACH, WHOLE).is_local
    assert (found.macs, found.repeat, found.phase, found.contiguous_output, found.wide) == (0, 1, None, False, False)
    assert found.epilogue == ()


def test_readers_and_writers_in_order_each_once() -> None:
    signals = tuple(Signal(f"{i}", 1, 4, 2, 1.0, 0) for i in range(4))
    nodes = (node((0, 0), 1), node((1, 0), 2), node((0,), 1), node((2, 1), 3))
    program = Program(signals, nodes, (0,), (3,))
    assert [program.readers(i) for i in range(4)] == [(0, 1, 2), (1, 3), (3,), ()]
    assert [program.writers(i) for i in range(4)] == [(), (0, 2), (1,), (3,)]
    assert program.notes == ()
    assert repr(program) == "<Program: 4 nodes, 4 signals, 4 x 2 -> 4 x 2 values>"


def test_a_fused_addition_says_which_operand_is_its_first() -> None:
    add = Add(7, (0, 0), (1, 1), (0, 0), 1, 0, 0, -128, 127)
    assert FusedAdd(add, True) != FusedAdd(add, False)
    assert repr(FusedAdd(add, True)).startswith("FusedAdd(add=Add(")


def test_parameters_print_in_one_line_of_their_base() -> None:
    """The ``repr`` that ``dataclass`` would make prints arrays in full."""
    shortened = [cls for cls in dataclasses_of("edgeunet.program") if issubclass(cls, ShortRepr)]
    assert len(shortened) > 15
    assert {cls.__repr__ for cls in shortened} == {short_repr}


def test_a_signal_of_int16_has_twice_the_bytes() -> None:
    assert (Signal("s", 2, 3, 5, 0.1, 0).row_bytes, Signal("s", 2, 3, 5, 0.1, 0).size_bytes) == (5, 30)
    assert (Signal("s", 2, 3, 5, 0.1, 0, 2).row_bytes, Signal("s", 2, 3, 5, 0.1, 0, 2).size_bytes) == (10, 60)
