"""Decoders of functions of one value, and of those along axes."""

from __future__ import annotations

import math

from edgeunet.errors import GraphError
from edgeunet.graph.ir import Op
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.operator import Operator, normal_axis


def decode_softmax(operator: Operator) -> Op:
    beta = operator.options.float32(schema.SOFTMAX_OPTIONS["beta"])
    if not math.isfinite(beta) or beta <= 0:
        raise GraphError(f"{operator.label}: its beta is {beta}, not a positive number; the file is damaged")
    return operator.op((operator.operand(0, "input"),), beta=beta)


def decode_leaky_relu(operator: Operator) -> Op:
    alpha = operator.options.float32(schema.LEAKY_RELU_OPTIONS["alpha"])
    if not math.isfinite(alpha):
        raise GraphError(f"{operator.label}: its slope is {alpha}; the file is damaged")
    return operator.op((operator.operand(0, "input"),), alpha=alpha)


def decode_gelu(operator: Operator) -> Op:
    approximate = operator.options.boolean(schema.GELU_OPTIONS["approximate"])
    return operator.op((operator.operand(0, "input"),), approximate=approximate)


def decode_unary(operator: Operator) -> Op:
    return operator.op((operator.operand(0, "input"),))


def decode_arg(operator: Operator) -> Op:
    (axis,) = operator.constants(1, "axis")[:1] or (-1,)
    return operator.op((operator.inputs[0],), axis=normal_axis(operator, axis, len(operator.shape(0))))


def decode_mean(operator: Operator) -> Op:
    rank = len(operator.shape(0))
    axes = {normal_axis(operator, axis, rank) for axis in operator.constants(1, "axes")}
    return operator.op((operator.inputs[0],), axes=tuple(sorted(axes)))
