"""Where tables in a row stay two: each condition of the merge broken alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.parameters import Table
from edgeunet.program.program import FusedAdd, Program
from edgeunet.rewrite.merge_tables import merge_tables
from tests.rigs.hand_made import ADD, edited, node, outputs_too, read_again, signal

DOWN = Table(np.arange(127, -129, -1).astype(np.int8))
HALF = Table((np.arange(-128, 128) // 2).astype(np.int8))


def two() -> Program:
    """x -> -1 - x -> half of it, rounded down -> a copy."""
    signals = tuple(signal(name) for name in "xabcy")
    nodes = (node("copy", (0,), 1, None), node("table", (1,), 2, DOWN), node("table", (2,), 3, HALF),
             node("copy", (3,), 4, None))  # fmt: skip
    return Program(signals, nodes, (0,), (4,))


def test_two_tables_are_the_second_of_the_first() -> None:
    made = merge_tables(two()).nodes
    assert [(n.kind, n.name, n.operands, n.output) for n in made] == [
        ("copy", "copy1", (0,), 1), ("table", "table2", (1,), 3), ("copy", "copy4", (3,), 4),
    ]  # fmt: skip
    assert made[1].covers == ("TABLE", "TABLE")
    assert made[1].parameters.values.tolist() == [(-1 - x) // 2 for x in range(-128, 128)]


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 2),
        lambda p: edited(p, 1, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 2, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 1, parameters=ADD),
        lambda p: edited(p, 2, parameters=ADD),
        lambda p: replace(p, nodes=p.nodes[2:], inputs=(2,)),
        lambda p: replace(p, nodes=(*p.nodes[:2], p.nodes[1], *p.nodes[2:])),
        lambda p: replace(p, nodes=(*p.nodes[:2], node("copy", (0,), 2, None), *p.nodes[2:])),
    ],
)
def test_tables_that_stay_two(broken: Callable[[Program], Program]) -> None:
    program = broken(two())
    assert merge_tables(program) is program


def test_a_table_that_is_the_first_or_the_last_node_is_merged_too() -> None:
    program = two()
    alone = Program(program.signals, program.nodes[1:3], (1,), (3,))
    (made,) = merge_tables(alone).nodes
    assert (made.operands, made.output) == ((1,), 3)
