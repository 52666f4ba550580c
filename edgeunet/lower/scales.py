"""Requantization parameters of nodes, from the tensors' scales through ``edgeunet.graph.evaluation.arithmetic``."""

from __future__ import annotations

import numpy as np

from edgeunet.graph.evaluation import arithmetic, curves
from edgeunet.graph.evaluation.lookup import STORED, lookup_table
from edgeunet.graph.evaluation.pairs import pair_results, prelu_factors
from edgeunet.graph.evaluation.slopes import slopes_of
from edgeunet.graph.evaluation.softmax import softmax_table
from edgeunet.graph.ir import Op, Quantization, Tensor
from edgeunet.program.convolutions import Int8Array, Int32Array
from edgeunet.program.parameters import (
    Add,
    Curve,
    Maximum,
    Mean,
    Multiply,
    Prelu,
    Rescale,
    Softmax,
    SquaredDifference,
    WideSoftmax,
)


def quantization_of(tensor: Tensor) -> Quantization:
    """The quantization an integer tensor must have."""
    assert tensor.quantization is not None
    return tensor.quantization


def convolution_requantization(
    kind: str, source: Tensor, weights: Tensor, output: Tensor, channels: int
) -> tuple[Int32Array, Int8Array]:
    """Multipliers and shifts per output channel of a convolution or a fully connected layer."""
    factors_of = arithmetic.fully_connected_factors if kind == "FULLY_CONNECTED" else arithmetic.convolution_factors
    factors = factors_of(
        quantization_of(source).scale, quantization_of(weights), quantization_of(output).scale, channels
    )
    return np.array([f.multiplier for f in factors], np.int32), np.array([f.shift for f in factors], np.int8)


def clamp_bounds(activation: str, output: Tensor) -> tuple[int, int]:
    """Smallest and largest value of the output's type that the activation lets through."""
    return arithmetic.activation_range(activation, quantization_of(output), output.dtype)


def addition(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Add:
    """Parameters of ADD and SUB."""
    one, two, out = (quantization_of(t) for t in (first, second, output))
    factors = arithmetic.sum_factors(op.kind, one.scale, two.scale, out.scale, output.dtype)
    low, high = clamp_bounds(op.attributes["activation"], output)
    return Add(
        factors.left_shift,
        (one.zero_point, two.zero_point),
        (factors.first.multiplier, factors.second.multiplier),
        (factors.first.shift, factors.second.shift),
        factors.out.multiplier,
        factors.out.shift,
        out.zero_point,
        low,
        high,
        -1 if op.kind == "SUB" else 1,
    )


def squared_difference(op: Op, first: Tensor, second: Tensor, output: Tensor) -> SquaredDifference:
    """Parameters of SQUARED_DIFFERENCE."""
    one, two, out = (quantization_of(t) for t in (first, second, output))
    factors = arithmetic.sum_factors(op.kind, one.scale, two.scale, out.scale)
    return SquaredDifference(
        factors.left_shift,
        (one.zero_point, two.zero_point),
        (factors.first.multiplier, factors.second.multiplier),
        (factors.first.shift, factors.second.shift),
        factors.out.multiplier,
        factors.out.shift,
        out.zero_point,
    )


def multiplication(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Multiply:
    """Parameters of MUL."""
    one, two, out = (quantization_of(t) for t in (first, second, output))
    factor = arithmetic.quantize_multiplier(one.scale * two.scale / out.scale)
    low, high = clamp_bounds(op.attributes["activation"], output)
    return Multiply((one.zero_point, two.zero_point), factor.multiplier, factor.shift, out.zero_point, low, high)


def mean_requantization(op: Op, source: Tensor, output: Tensor, sizes: tuple[int, int, int]) -> Mean:
    """Parameters of MEAN or SUM over the middle one of ``sizes (outer, count, inner)``."""
    given, made = quantization_of(source), quantization_of(output)
    factor = arithmetic.mean_factor(given.scale, made.scale, sizes[1] if op.kind == "MEAN" else 1)
    return Mean(*sizes, given.zero_point, factor.multiplier, factor.shift, made.zero_point)


def maximum(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Maximum:
    """Parameters of MAXIMUM."""
    return Maximum(smaller=False)


def minimum(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Maximum:
    """Parameters of MINIMUM."""
    return Maximum(smaller=True)


def prelu(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Prelu:
    """Parameters of PRELU."""
    one, two, out = (quantization_of(t) for t in (first, second, output))
    above, below = prelu_factors((one, two, out))
    return Prelu(
        (one.zero_point, two.zero_point),
        (above.multiplier, below.multiplier),
        (above.shift, below.shift),
        out.zero_point,
    )


def pair_table(op: Op, first: Tensor, second: Tensor, output: Tensor) -> Int8Array:
    """The 256 outputs of an operator of ``pairs`` one of whose operands is a single number."""
    one, two = (STORED if t.data is None else t.data.astype(np.int64).reshape(-1) for t in (first, second))
    quantizations = (quantization_of(first), quantization_of(second), quantization_of(output))
    return pair_results(op.kind, op.attributes, one, two, quantizations).astype(np.int8)


def function_table(op: Op, source: Tensor, output: Tensor) -> Int8Array:
    """The 256 outputs of an operator that maps each int8 value alone."""
    return lookup_table(op.kind, op.attributes, quantization_of(source), quantization_of(output))


def rescaling(op: Op, source: Tensor, output: Tensor) -> Rescale:
    """The one or two slopes of an operator that is a change of scale, from or to int16."""
    given, made = quantization_of(source), quantization_of(output)
    slopes = slopes_of(op.kind, op.attributes, given, made, output.dtype)
    return Rescale(
        given.zero_point,
        slopes.positive.multiplier,
        slopes.positive.shift,
        slopes.negative.multiplier,
        slopes.negative.shift,
        slopes.negative_sign,
        made.zero_point,
        slopes.low,
        slopes.high,
    )


def curve_parameters(source: Tensor) -> Curve:
    """Samples and factor of LOGISTIC or TANH of int16 values."""
    factor = curves.argument_factor(quantization_of(source).scale)
    return Curve(curves.sigmoid_samples(), factor.multiplier, factor.shift)


def softmax_parameters(op: Op, source: Tensor) -> Softmax | WideSoftmax:
    """The exponentials of SOFTMAX, as many as are added to the sum; of int16 values both tables."""
    if source.dtype == "int16":
        tables = curves.wide_softmax(op.attributes["beta"], quantization_of(source).scale)
        return WideSoftmax(tables.exponentials, tables.reciprocals, tables.factor.multiplier, tables.factor.shift)
    table = softmax_table(op.attributes["beta"], quantization_of(source).scale)
    return Softmax(table.exponentials[: table.largest_difference + 1])
