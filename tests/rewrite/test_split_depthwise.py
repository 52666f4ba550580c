"""Depthwise convolutions over a concatenation part by part, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.convolutions import Depthwise
from edgeunet.program.parameters import Copy, Repeat
from edgeunet.program.program import EACH, Access, Constant, FusedAdd, Program
from edgeunet.rewrite.split_depthwise import DEPTHWISE_PARTS, split_offers
from tests.rigs.hand_made import ADD, conv, edited, node, outputs_too, read_again, scaling, signal
from tests.rigs.programs import taken


def parts(repeat: int = 1) -> Program:
    """A depthwise convolution over ``a`` upsampled beside ``b``."""
    signals = (signal("a", 4, 2), signal("b", 8, 3), signal("up", 8, 2), signal("both", 8, 5),
               signal("y", 8, 5 * repeat))  # fmt: skip
    weights = np.arange(25 * repeat).reshape(5, 5 * repeat).astype(np.int8)
    parameters = Depthwise(weights, np.arange(5 * repeat, dtype=np.int32), 0, scaling(5 * repeat), repeat)
    nodes = (
        node("repeat", (0,), 2, Repeat(2), repeat=2),
        node("concat", (2,), 3, Copy(1, 8, 2)),
        node("concat", (1,), 3, Copy(1, 8, 3, out_offset=2)),
        node("depthwise", (3,), 4, parameters, Access(1, -2, 2, 0), macs=8 * weights.size),
    )
    return Program(signals, nodes, (0, 1), (4,))


@pytest.mark.parametrize("repeat", [1, 2])
def test_a_depthwise_convolution_is_done_part_by_part(repeat: int) -> None:
    program = parts(repeat)
    (offer,) = split_offers(program, 3)
    made = offer.program
    assert [n.kind for n in made.nodes] == ["repeat", "depthwise", "concat", "depthwise", "concat"]
    _, first, placed, second, beside = made.nodes
    whole = program.nodes[3].parameters
    split = 2 * repeat
    for part, columns, channels in ((first, slice(0, split), split), (second, slice(split, None), 3 * repeat)):
        assert part.parameters.weights.tolist() == whole.weights[:, columns].tolist()
        assert part.parameters.bias.tolist() == whole.bias[columns].tolist()
        r = part.parameters.requantization
        assert r.multipliers.tolist() == whole.requantization.multipliers[columns].tolist()
        assert len(r.shifts) == channels
        assert part.macs == 8 * 5 * channels
        assert made.signals[part.output].channels == channels
    assert (first.operands, second.operands) == ((2,), (1,))
    assert (placed.operands, placed.output, placed.parameters) == ((first.output,), 4, Copy(1, 8, split))
    assert beside.parameters == Copy(1, 8, 3 * repeat, out_offset=split)
    assert (placed.name, placed.accesses, placed.covers) == ("depthwise4", (EACH,), ("CONCATENATION",))
    assert (first.covers, second.covers) == (("CONCATENATION", "DEPTHWISE"), ("DEPTHWISE",))
    assert [made.signals[n.output].name for n in (first, second)] == ["y/0", "y/1"]
    assert [n.kind for n in offer.asked] == ["depthwise_upsampled"]
    assert len(taken(program, DEPTHWISE_PARTS).nodes) == 5


def test_a_part_that_another_convolution_reads_stays_at_the_high_rate() -> None:
    """Though that one could do without it as well."""
    program = parts()
    more = Program((*program.signals, signal("z", 8)), (*program.nodes, conv(2, 5, 2, 2, 3)), (0, 1), (4, 5))
    assert list(split_offers(program, 3))
    assert not list(split_offers(more, 3))


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 3),
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 2),
        lambda p: read_again(p, 3),
        lambda p: edited(p, 0, repeat=1),
        lambda p: edited(p, 0, kind="copy"),
        lambda p: edited(p, 1, kind="copy"),
        lambda p: edited(p, 2, kind="copy"),
        lambda p: edited(p, 2, operands=(Constant(np.zeros((1, 3), np.int8)),)),
        lambda p: edited(p, 3, kind="conv"),
        lambda p: edited(p, 3, epilogue=(FusedAdd(ADD, False),)),
        lambda p: replace(p, nodes=(p.nodes[0], p.nodes[1], p.nodes[3])),
        lambda p: replace(p, nodes=p.nodes[:3], outputs=(0,)),
        lambda p: replace(p, nodes=(p.nodes[0], *p.nodes)),
    ],
)
def test_a_depthwise_convolution_that_stays_whole(broken: Callable[[Program], Program]) -> None:
    program = broken(parts())
    assert taken(program, DEPTHWISE_PARTS) is program
