"""Factors and tables as nodes get them: which tensors' scales, how many entries, in which order signals come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edgeunet.graph import Graph
from edgeunet.graph.evaluation import arithmetic
from edgeunet.graph.evaluation.softmax import softmax_table
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.lower.lower import lower
from edgeunet.lower.scales import convolution_requantization, softmax_parameters
from edgeunet.program.parameters import Mean


def tensor(shape: tuple[int, ...], scale: float = 0.1, zero_point: int = 0) -> Tensor:
    return Tensor("t", shape, "int8", Quantization((scale,), (zero_point,)))


def test_dense_layers_round_the_product_of_their_scales() -> None:
    """To float32, which convolutions do not: for these scales the multipliers differ."""
    source, weights, output = tensor((1, 4), 0.1), tensor((1, 4), 0.3), tensor((1, 1), 0.7)
    given = (weights.quantization, 0.7, 1)
    assert given[0] is not None
    (dense,) = arithmetic.fully_connected_factors(0.1, given[0], 0.7, 1)
    (plain,) = arithmetic.convolution_factors(0.1, given[0], 0.7, 1)
    assert dense != plain
    for kind, factor in (("FULLY_CONNECTED", dense), ("CONV_2D", plain), ("DEPTHWISE_CONV_2D", plain)):
        multipliers, shifts = convolution_requantization(kind, source, weights, output, 1)
        assert (multipliers.tolist(), shifts.tolist()) == ([factor.multiplier], [factor.shift])


@pytest.mark.parametrize("scale", [0.01, 0.1, 0.5, 4.0])
def test_a_softmax_has_the_exponentials_that_are_added(scale: float) -> None:
    table = softmax_table(1.0, scale)
    made = softmax_parameters(Op("SOFTMAX", "s", (0,), (1,), {"beta": 1.0}), tensor((1, 1, 6, 4), scale)).exponentials
    assert len(made) == table.largest_difference + 1
    assert np.array_equal(made, table.exponentials[: len(made)])


def test_a_mean_scales_from_its_first_input() -> None:
    """The axes are another tensor, here with a scale that would show."""
    op = Op("MEAN", "m", (0, 2), (1,), {"axes": [3]})
    tensors = (tensor((1, 1, 6, 4), 0.1, 3), tensor((1, 1, 6, 1), 0.2, -7), tensor((1,), 9.0, 50))
    (node,) = lower(Graph("net", tensors, (op,), (0,), (1,), "")).nodes
    factor = arithmetic.mean_factor(0.1, 0.2, 4)
    assert node.parameters == Mean(6, 4, 1, 3, factor.multiplier, factor.shift, -7)


def test_inputs_are_the_first_signals_whatever_is_read_first() -> None:
    tensors = tuple(replace(tensor((1, 1, 6, 4)), name=name) for name in ("first", "second", "sum"))
    op = Op("ADD", "a", (1, 0), (2,), {"activation": "NONE"})
    program = lower(Graph("net", tensors, (op,), (0, 1), (2,), ""))
    assert [signal.name for signal in program.signals] == ["first", "second", "sum"]
    assert (program.inputs, program.nodes[0].operands, program.outputs) == ((0, 1), (1, 0), (2,))
