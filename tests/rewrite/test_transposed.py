"""The taps of a transposed convolution's phases, and transposed convolutions that are not split."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgeunet.program.convolutions import Conv2d, Depthwise2d, Image
from edgeunet.program.program import Program
from edgeunet.rewrite.transposed import phase_taps, split_transposed
from tests.rigs.hand_made import node, scaling, signal


def test_taps_of_a_phase_oldest_input_first() -> None:
    weights = np.arange(5, dtype=np.int8).reshape(1, 5, 1)
    for position, taps, newest in ((0, [4, 2, 0], 0), (1, [3, 1], 0), (2, [4, 2, 0], 1), (3, [3, 1], 1)):
        found, row = phase_taps(weights, 2, position)
        assert (found.ravel().tolist(), row) == (taps, newest)
    found, row = phase_taps(weights, 7, 5)
    assert (found.ravel().tolist(), found.shape, row) == ([0], (1, 1, 1), 0)
    assert phase_taps(weights, 7, 4)[0].ravel().tolist() == [4]


def transposed(kind: str = "transpose_conv_2d", **changes: Any) -> Program:
    """A kernel of two rows, of which the second meets the one input row."""
    shape = {"in_height": 1, "in_width": 4, "out_height": 1, "out_width": 8, "kernel_height": 2, "kernel_width": 3}
    image = Image(**{**shape, "stride_width": 2, "top": 1} | changes)
    weights = np.arange(24).reshape(2, 2, 3, 2).astype(np.int8)
    parameters = Conv2d(image, weights, np.zeros(2, np.int32), 0, scaling(2))
    nodes = (node(kind, (0,), 1, parameters),)
    return Program((signal("x", 4), signal("y", 8)), nodes, (0,), (1,))


def test_a_kernel_of_many_rows_meets_the_input_with_one_of_them() -> None:
    for top in (0, 1):
        made = split_transposed(transposed(top=top)).nodes
        assert [n.phase for n in made] == [0, 1]
        assert [n.parameters.weights[0].tolist() for n in made] == [
            [[4 + 6 * top, 5 + 6 * top], [6 * top, 1 + 6 * top]], [[2 + 6 * top, 3 + 6 * top]]
        ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"top": 2},
        {"top": -1},
        {"in_height": 2},
        {"out_height": 2},
        {"in_height": 2, "out_height": 2},
        {"out_width": 7},
        {"kind": "conv_2d"},
    ],
)
def test_a_transposed_convolution_that_stays(changes: dict[str, Any]) -> None:
    program = transposed(**changes)
    assert split_transposed(program).nodes == program.nodes


def test_parameters_of_another_kind_stay() -> None:
    given = transposed().nodes[0].parameters
    assert isinstance(given, Conv2d)
    other = Depthwise2d(given.image, given.weights[0], given.bias, 0, given.requantization)
    program = Program((signal("x", 4), signal("y", 8)), (node("transpose_conv_2d", (0,), 1, other),), (0,), (1,))
    assert split_transposed(program).nodes == program.nodes
