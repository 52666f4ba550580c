"""Sums over an upsampled signal at its low rate, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.convolutions import ConvSum
from edgeunet.program.parameters import Repeat
from edgeunet.program.program import Access, Program
from edgeunet.rewrite.low_rate import accumulate_at_low_rate
from tests.rigs.hand_made import ADD, edited, node, outputs_too, parameters_edited, read_again, scaling, signal


def low_rate(own: int = 0, repeat: int = 3) -> Program:
    """``a`` upsampled beside ``b``, in either order, under a 1x1 convolution."""
    signals = (signal("a", 4, 3), signal("b", 4 * repeat, 2), signal("up", 4 * repeat, 3), signal("y", 4 * repeat, 5))
    a, b = np.arange(15).reshape(5, 1, 3).astype(np.int8), np.arange(10).reshape(5, 1, 2).astype(np.int8)
    order = 1 - 2 * own
    parameters = ConvSum(((a, b)[::order][0], (a, b)[::order][1]), np.zeros(5, np.int32), 0, scaling(5))
    operands = (2, 1)[::order]
    nodes = (
        node("repeat", (0,), 2, Repeat(repeat), repeat=repeat),
        node("conv_sum", operands, 3, parameters, Access(1, 0, 0, 0), Access(1, 0, 0, 0), macs=4 * repeat * 25),
    )
    return Program(signals, nodes, (0, 1), (3,))


@pytest.mark.parametrize("own", [0, 1])
@pytest.mark.parametrize("repeat", [2, 3])
def test_the_upsampled_half_is_summed_at_the_low_rate(own: int, repeat: int) -> None:
    program = low_rate(own, repeat)
    (made,) = accumulate_at_low_rate(program).nodes
    assert (made.operands, made.accesses) == ((0, 1), (Access(1, 0, 0), Access(repeat, 0, repeat - 1)))
    assert [w.shape for w in made.parameters.weights] == [(5, 1, 3), (5, 1, 2)]
    assert (made.repeat, made.parameters.repeat, made.covers) == (repeat, repeat, ("REPEAT", "CONV_SUM"))
    assert made.macs == 4 * 15 + 4 * repeat * 10


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 2),
        lambda p: replace(p, nodes=p.nodes[:1], outputs=(0,)),
        lambda p: replace(p, nodes=(p.nodes[0], *p.nodes)),
        lambda p: edited(p, 0, kind="copy"),
        lambda p: edited(p, 0, repeat=1),
        lambda p: edited(p, 1, operands=(2, 2)),
        lambda p: edited(p, 1, repeat=2),
        lambda p: edited(p, 1, accesses=(Access(1, -1, 0, 0), Access(1, -1, 0, 0))),
        lambda p: parameters_edited(p, 1, stride=2),
        lambda p: parameters_edited(p, 1, repeat=2),
        lambda p: parameters_edited(p, 1, weights=tuple(np.tile(w, (1, 3, 1)) for w in p.nodes[1].parameters.weights)),
        lambda p: edited(p, 1, parameters=ADD),
    ],
)
def test_a_sum_that_stays_at_the_high_rate(broken: Callable[[Program], Program]) -> None:
    program = broken(low_rate())
    assert accumulate_at_low_rate(program) is program
