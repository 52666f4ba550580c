"""Additions in the epilogue of a convolution: which one, in which order, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.parameters import Fill
from edgeunet.program.program import EACH, WHOLE, Constant, FusedAdd, Program
from edgeunet.rewrite.fuse_add import ADDITIONS
from tests.rigs.hand_made import ADD, conv, edited, node, outputs_too, read_again, signal
from tests.rigs.programs import taken


def added() -> Program:
    """``conv(a) + b`` where ``a`` and ``b`` come from convolutions of the input."""
    signals = (signal("x"), signal("a"), signal("b"), signal("t"), signal("s"), signal("y"))
    nodes = (conv(0, 1, 2, 2), conv(0, 2, 2, 2), conv(1, 3, 2, 2, 3), node("add", (3, 2), 4, ADD), conv(4, 5, 2, 2))
    return Program(signals, nodes, (0,), (5,))


def test_an_addition_becomes_the_epilogue_of_its_producer() -> None:
    program = added()
    made = taken(program, ADDITIONS)
    assert [n.output for n in made.nodes] == [1, 2, 4, 5]
    joined = made.nodes[2]
    assert (joined.operands, joined.accesses) == ((1, 2), (program.nodes[2].accesses[0], EACH))
    assert joined.epilogue == (FusedAdd(ADD, False),)
    assert (joined.kind, joined.covers, joined.name) == ("conv", ("CONV", "ADD"), "conv3")


def test_the_second_operand_may_be_the_one_that_is_computed_last() -> None:
    program = edited(added(), 3, operands=(2, 3))
    (joined,) = [n for n in taken(program, ADDITIONS).nodes if n.epilogue]
    assert (joined.operands, joined.epilogue) == ((1, 2), (FusedAdd(ADD, True),))


def test_of_two_producers_the_one_whose_source_is_free_sooner_is_asked_first() -> None:
    """``a`` is read by one node, ``x`` by two: the convolution of ``a`` first, whatever its place in the sum."""
    for operands in ((3, 2), (2, 3)):
        program = edited(added(), 3, operands=operands)
        program = replace(program, inputs=(), nodes=(node("fill", (), 0, Fill(0)), *program.nodes))
        offers = list(ADDITIONS.offers(program, 4))
        assert [[n.output for n in offer.asked] for offer in offers] == [[4], [4]]
        assert [offer.asked[0].operands for offer in offers] == [(1, 2), (0, 3)]
        refused = taken(program, ADDITIONS, lambda n: n.operands == (0, 3))
        assert [n.operands for n in refused.nodes if n.epilogue] == [(0, 3)]


def test_what_no_node_makes_and_what_is_made_from_nothing_may_be_added() -> None:
    """The first is the caller's and stays his; the second is an operand as any."""
    with_input = edited(added(), 3, operands=(3, 0))
    assert list(ADDITIONS.offers(with_input, 3)) == []
    assert list(ADDITIONS.offers(edited(added(), 3, operands=(0, 3)), 3)) == []
    filled = edited(added(), 1, kind="fill", operands=(), accesses=(), parameters=Fill(0))
    assert [offer.asked[0].operands for offer in ADDITIONS.offers(filled, 3)] == [(1, 2)]


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: edited(p, 3, kind="mul"),
        lambda p: edited(p, 3, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 3, parameters=Fill(0)),
        lambda p: edited(p, 3, operands=(3, Constant(np.zeros((1, 2), np.int8)))),
        lambda p: edited(p, 3, operands=(3, 3)),
        lambda p: replace(p, signals=(*p.signals[:2], signal("b", 8, 1), *p.signals[3:])),
        lambda p: replace(p, signals=(*p.signals[:2], signal("b", 1), *p.signals[3:])),
        lambda p: outputs_too(p, 3),
        lambda p: outputs_too(p, 1),
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 3),
        lambda p: edited(p, 2, kind="depthwise"),
        lambda p: edited(p, 2, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 2, repeat=2),
        lambda p: edited(p, 2, phase=0),
        lambda p: edited(p, 2, contiguous_output=True),
        lambda p: edited(p, 2, wide=True),
        lambda p: edited(p, 2, accesses=(WHOLE,)),
        lambda p: edited(p, 2, operands=(0,)),
        lambda p: replace(p, nodes=(*p.nodes[:3], p.nodes[2], *p.nodes[3:])),
    ],
)
def test_an_addition_that_stays(broken: Callable[[Program], Program]) -> None:
    program = broken(added())
    assert [
        n for n in taken(program, ADDITIONS).nodes if n.epilogue and n.operands[0] == 1 and len(n.operands) == 2
    ] == []
