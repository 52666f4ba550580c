"""Activations into the clamp before them: two clamps are one, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.parameters import Copy, Fill, Pool, Table
from edgeunet.program.program import EACH, FusedAdd, Program
from edgeunet.rewrite.fold_clamp import clamp_of, fold_clamps
from tests.rigs.hand_made import ADD, conv, edited, node, outputs_too, parameters_edited, read_again, signal


def table(low: int, high: int) -> Table:
    return Table(np.clip(np.arange(-128, 128), low, high).astype(np.int8))


def clamped() -> Program:
    signals = (signal("x"), signal("z"), signal("sum"), signal("y"))
    return Program(signals, (node("add", (0, 1), 2, ADD), node("table", (2,), 3, table(-5, 100))), (0, 1), (3,))


def test_a_clamp_is_told_from_other_tables() -> None:
    assert clamp_of(table(-128, 127)) == (-128, 127)
    assert clamp_of(table(0, 60)) == (0, 60)
    assert clamp_of(Table(np.arange(-128, 128)[::-1].astype(np.int8))) is None
    off = table(0, 60).values.copy()
    off[130] += 1
    assert clamp_of(Table(off)) is None


@pytest.mark.parametrize(
    ("low", "high", "bounds"),
    [
        (-5, 100, (-5, 90)),
        (-128, 127, (-100, 90)),
        (-120, 80, (-100, 80)),
        (95, 100, (95, 95)),
        (-128, -110, (-110, -110)),
    ],
)
def test_two_clamps_are_one(low: int, high: int, bounds: tuple[int, int]) -> None:
    program = parameters_edited(clamped(), 1, values=table(low, high).values)
    (made,) = fold_clamps(program).nodes
    assert (made.parameters.low, made.parameters.high) == bounds
    assert (made.output, made.covers, made.operands) == (3, ("ADD", "TABLE"), (0, 1))
    every = np.arange(-128, 128)
    assert np.array_equal(np.clip(np.clip(every, -100, 90), low, high), np.clip(every, *bounds))


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 2),
        lambda p: parameters_edited(p, 1, values=np.arange(-128, 128)[::-1].astype(np.int8)),
        lambda p: edited(p, 0, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 0, kind="copy", operands=(0,), accesses=(EACH,), parameters=Copy(1, 8, 2)),
        lambda p: replace(p, nodes=p.nodes[1:], inputs=(0, 1, 2)),
        lambda p: replace(p, nodes=(*p.nodes, node("fill", (), 3, Fill(0)))),
    ],
)
def test_a_clamp_that_stays(broken: Callable[[Program], Program]) -> None:
    program = broken(clamped())
    assert fold_clamps(program) is program


def test_a_clamp_after_the_phases_of_a_signal_goes_into_each() -> None:
    """And one phase that cannot take it keeps it out of all."""
    phases = (conv(0, 2, 2, 2, rows=4, repeat=2, phase=0), conv(0, 2, 2, 2, rows=4, repeat=2, phase=1))
    last = node("table", (2,), 3, table(-5, 100))
    program = Program((signal("x", 4), signal("z"), signal("c"), signal("y")), (*phases, last), (0,), (3,))
    made = fold_clamps(program)
    assert [n.parameters.requantization.low for n in made.nodes] == [-5, -5]
    assert [n.parameters.requantization.high for n in made.nodes] == [100, 100]
    assert [n.output for n in made.nodes] == [3, 3]
    stays = edited(program, 0, kind="fill", operands=(), accesses=(), parameters=Fill(0))
    assert fold_clamps(stays) is stays


def test_of_a_chain_of_clamps_the_first_folds() -> None:
    signals = tuple(signal(str(i)) for i in range(5))
    nodes = (
        node("max_pool", (0,), 1, Pool(1, 1, -128, 127)),
        node("table", (1,), 2, table(-50, 127)),
        node("table", (2,), 3, table(-128, 50)),
        node("copy", (3,), 4, Copy(1, 8, 2)),
    )
    made = fold_clamps(Program(signals, nodes, (0,), (4,)))
    assert [(n.kind, n.output) for n in made.nodes] == [("max_pool", 2), ("table", 3), ("copy", 4)]
    assert (made.nodes[0].parameters.low, made.nodes[0].parameters.high) == (-50, 127)
