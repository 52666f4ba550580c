"""Convolutions over two signals of which one is upsampled: that one by phase, the other as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edgeunet.program.convolutions import ConvSum, ConvUpsampled
from edgeunet.program.parameters import Repeat
from edgeunet.program.program import Access, Program
from edgeunet.rewrite.upsampled import UPSAMPLED
from tests.rigs.hand_made import node, parameters_edited, scaling, signal
from tests.rigs.programs import taken


def summed(own: int, stride: int = 1) -> Program:
    """Five taps over ``a`` upsampled beside ``b``, which is operand ``1 - own``."""
    rows = 16 // stride
    signals = (signal("a", 8, 3), signal("b", 16, 2), signal("up", 16, 3), signal("y", rows, 4))
    weights = (np.arange(60).reshape(4, 5, 3).astype(np.int8), np.arange(40).reshape(4, 5, 2).astype(np.int8))
    order = 1 - 2 * own
    first, second = weights[::order]
    parameters = ConvSum((first, second), np.arange(4, dtype=np.int32), 7, scaling(4), stride=stride)
    access = Access(stride, -2, 2, 7)
    nodes = (
        node("repeat", (0,), 2, Repeat(2), repeat=2),
        node("conv_sum", (2, 1)[::order], 3, parameters, access, access, macs=rows * 100),
    )
    return Program(signals, nodes, (0, 1), (3,))


@pytest.mark.parametrize("own", [0, 1])
def test_the_other_signal_keeps_its_taps_a_row_on_from_phase_to_phase(own: int) -> None:
    program = summed(own)
    (made,) = taken(program, UPSAMPLED).nodes
    given, found = program.nodes[1].parameters, made.parameters
    assert isinstance(given, ConvSum)
    assert isinstance(found, ConvUpsampled)
    assert (made.kind, made.operands, made.repeat) == ("conv_sum_upsampled", (0, 1), 2)
    assert made.accesses == (Access(1, -1, 1, 7), Access(2, -2, 3, 7))
    assert made.covers == ("REPEAT", "CONV_SUM")
    upsampled = given.weights[own].astype(int)
    first = np.stack([upsampled[:, 0] + upsampled[:, 1], upsampled[:, 2] + upsampled[:, 3], upsampled[:, 4]], axis=1)
    assert found.weights[0].tolist() == first.tolist()
    assert found.weights.shape == (2, 4, 3, 3)
    assert found.other is given.weights[1 - own]
    assert (found.other_stride, found.other_dilation, found.starts, found.dilation) == (1, 1, (0, 0), 1)
    assert made.macs == 16 * (4 * 3 * 3 + 40)


def test_a_stride_as_long_as_the_upsampling_leaves_one_phase() -> None:
    (made,) = taken(summed(0, 2), UPSAMPLED).nodes
    assert (made.repeat, made.accesses) == (1, (Access(1, -1, 1, 7), Access(2, -2, 2, 7)))
    assert (made.parameters.other_stride, made.macs) == (2, 8 * (4 * 3 * 3 + 40))


def test_a_sum_that_is_at_the_low_rate_already_stays() -> None:
    for program in (parameters_edited(summed(0), 1, repeat=2), replace(summed(1), outputs=(2, 3))):
        assert taken(program, UPSAMPLED) is program
