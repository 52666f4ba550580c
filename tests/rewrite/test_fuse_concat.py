"""Convolutions over a concatenation: both signals read by the convolution itself, and where that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.parameters import Copy
from edgeunet.program.program import WHOLE, Constant, FusedAdd, Program
from edgeunet.rewrite.fuse_concat import fuse_concatenations
from tests.rigs.hand_made import ADD, conv, edited, node, outputs_too, parameters_edited, read_again, signal


def beside(taps: int = 3, stride: int = 1) -> Program:
    signals = (signal("a", 8, 3), signal("b", 8, 2), signal("ab", 8, 5), signal("y", 8 // stride, 4))
    last = conv(2, 3, 5, 4, taps, 8 // stride)
    access = replace(last.accesses[0], stride=stride)
    last = replace(last, accesses=(access,), parameters=replace(last.parameters, stride=stride, dilation=1))
    nodes = (node("concat", (0,), 2, Copy(1, 8, 3)), node("concat", (1,), 2, Copy(1, 8, 2, out_offset=3)), last)
    return Program(signals, nodes, (0, 1), (3,))


def test_a_convolution_reads_both_signals_itself() -> None:
    program = parameters_edited(beside(stride=2), 2, dilation=3)
    (made,) = fuse_concatenations(program).nodes
    whole = program.nodes[2].parameters
    assert (made.kind, made.operands, made.accesses) == ("conv_sum", (0, 1), program.nodes[2].accesses * 2)
    assert np.array_equal(np.concatenate(made.parameters.weights, axis=2), whole.weights)
    assert [w.shape for w in made.parameters.weights] == [(4, 3, 3), (4, 3, 2)]
    assert (made.parameters.stride, made.parameters.dilation, made.parameters.repeat) == (2, 3, 1)
    assert made.covers == ("CONCATENATION", "CONV")
    assert all(w.flags.c_contiguous for w in made.parameters.weights)


@pytest.mark.parametrize(
    "broken",
    [
        lambda p: outputs_too(p, 2),
        lambda p: read_again(p, 2),
        lambda p: replace(p, nodes=p.nodes[:2], outputs=(0,)),
        lambda p: replace(p, nodes=(p.nodes[0], p.nodes[1], p.nodes[1], p.nodes[2])),
        lambda p: edited(p, 1, operands=(Constant(np.zeros((1, 2), np.int8)),)),
        lambda p: edited(p, 1, kind="copy"),
        lambda p: edited(p, 0, kind="copy"),
        lambda p: edited(p, 2, kind="depthwise"),
        lambda p: edited(p, 2, repeat=2),
        lambda p: edited(p, 2, epilogue=(FusedAdd(ADD, False),)),
        lambda p: edited(p, 2, accesses=(WHOLE,)),
    ],
)
def test_a_concatenation_that_stays(broken: Callable[[Program], Program]) -> None:
    program = broken(beside())
    assert fuse_concatenations(program) is program
