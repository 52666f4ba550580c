"""Output channels that are the same for every input: weights of zero, and factors that fast kernels take.

Training leaves channels behind that nothing comes out of: weights of next to nothing, whose accumulators are scaled
down until only the zero point is left, by factors far outside what fast kernels are exact for. Requantization only
grows with the accumulator, so where the least and the greatest one that int8 inputs can give,

    bias - z * sum w + sum over w > 0 of -128 * w + sum over w < 0 of 127 * w      and the other way round,

become the same int8 value v, every input gives it. Such a channel is written anew where its factor is out of reach.
With weights of zero the accumulator is the bias; scaled by 2^30 / 2^31, then shifted by seven bits, a bias of 256 times
v - zero point gives v exactly, both roundings included.
A tap outside an image adds nothing, as one does whose input is z.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier
from edgeunet.program.convolutions import INT32_LIMIT, Conv, Conv2d, Depthwise, Depthwise2d
from edgeunet.program.parameters import Parameters
from edgeunet.program.program import Program

MULTIPLIER, SHIFT, STEP = 1 << 30, -7, 256
"""A factor of ``1 / STEP``, which is near those of other channels."""

LARGEST_SHIFT = 20
"""What fast kernels are exact for (``kernels.exact.one_multiply``); a channel within it is left as it is."""


def fix_constant_channels(program: Program) -> Program:
    """``program`` with every such channel of a convolution written so."""
    nodes = tuple(
        node if (made := _fixed(node.parameters)) is node.parameters else replace(node, parameters=made)
        for node in program.nodes
    )
    return (
        replace(program, nodes=nodes) if any(a is not b for a, b in zip(nodes, program.nodes, strict=True)) else program
    )


def _fixed(parameters: Parameters) -> Parameters:
    if not isinstance(parameters, Conv | Conv2d | Depthwise | Depthwise2d):
        return parameters
    channels_last = isinstance(parameters, Depthwise | Depthwise2d)
    weights = np.moveaxis(parameters.weights, -1 if channels_last else 0, 0)
    r = parameters.requantization
    least, greatest = _accumulators(weights.reshape(len(weights), -1), parameters.bias, parameters.input_zero_point)
    exact = (r.shifts <= 0) & (least >= -INT32_LIMIT) & (greatest < INT32_LIMIT)
    low, high = (
        np.clip(
            multiply_by_quantized_multiplier(np.where(exact, end, 0), r.multipliers, r.shifts) + r.zero_point,
            r.low,
            r.high,
        )
        for end in (least, greatest)
    )
    out_of_reach = (r.multipliers == 0) | (r.shifts < -LARGEST_SHIFT)
    constant = exact & (low == high) & out_of_reach
    kept = weights.copy()
    kept[constant] = 0
    made = replace(
        parameters,
        weights=np.ascontiguousarray(np.moveaxis(kept, 0, -1 if channels_last else 0)),
        bias=np.where(constant, STEP * (low - r.zero_point), parameters.bias).astype(np.int32),
        requantization=replace(
            r,
            multipliers=np.where(constant, MULTIPLIER, r.multipliers).astype(np.int32),
            shifts=np.where(constant, SHIFT, r.shifts).astype(np.int8),
        ),
    )
    return made if constant.any() else parameters


def _accumulators(
    weights: NDArray[np.int8], bias: NDArray[np.int32], zero_point: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least and greatest accumulator per channel of ``weights (out, inputs)``."""
    w = weights.astype(np.int64)
    start = bias - zero_point * w.sum(axis=1)
    up, down = np.maximum(w, 0).sum(axis=1), np.minimum(w, 0).sum(axis=1)
    return start - 128 * up + 127 * down, start + 127 * up - 128 * down
