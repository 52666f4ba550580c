"""Output channels that are the same for every input: weights of zero, and factors that fast kernels take.

Training leaves channels behind that nothing comes out of: weights of next to nothing, whose accumulators are scaled
down until only the zero point is left, by factors far outside what fast kernels are exact for. Requantization only
grows with the accumulator, so where the least and the greatest one that the inputs can give,

    bias + sum over w > 0 of w * (low - z) + sum over w < 0 of w * (high - z)      and the other way round,

become the same int8 value v, every input gives it (low and high are -128 and 127, or v and v where the input's channel
is constant itself, and z as well where a window may reach into the padding). Such a channel is written anew where its
factor is out of reach. With weights of zero the accumulator is the bias; scaled by 2^30 / 2^31, then shifted by seven
bits, a bias of 256 times v - zero point gives v exactly, both roundings included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.graph.evaluation.arithmetic import multiply_by_quantized_multiplier
from edgeunet.program.convolutions import INT32_LIMIT, Conv, Conv2d, Depthwise, Depthwise2d
from edgeunet.program.parameters import AveragePool, Parameters, Pool, Pool2d
from edgeunet.program.program import Node, Program

Weighted: TypeAlias = Conv | Conv2d | Depthwise | Depthwise2d
Values: TypeAlias = NDArray[np.int64]
"""Per channel the value that it always has, or ``VARIES``."""

VARIES = 1 << 9

MULTIPLIER, SHIFT, STEP = 1 << 30, -7, 256
"""A factor of ``1 / STEP``, which is near those of other channels."""

LARGEST_SHIFT = 20
"""What fast kernels are exact for (``kernels.exact.one_multiply``); a channel within it is left as it is."""


def fix_constant_channels(program: Program) -> Program:
    """``program`` with every such channel of a convolution written so."""
    found = constant_channels(program)
    nodes = tuple(
        replace(node, parameters=_fixed(node.parameters, found[node.output])) if _needs(node, found) else node
        for node in program.nodes
    )
    return (
        replace(program, nodes=nodes) if any(a is not b for a, b in zip(nodes, program.nodes, strict=True)) else program
    )


def constant_channels(program: Program) -> Mapping[int, Values]:
    """By signal that one node writes: what its channels always are."""
    found: dict[int, Values] = {}
    for node in program.nodes:
        if len(program.writers(node.output)) == 1 and is_whole(node) and len(node.signals) == 1:
            values = _values(program, node, found)
            if values is not None:
                found[node.output] = values
    return found


def is_whole(node: Node) -> bool:
    """Whether the node writes rows of its output one by one, and nothing is done to them after."""
    return node.repeat == 1 and node.phase is None and not node.wide and not node.epilogue


def weights_of(p: Weighted) -> NDArray[np.int64]:
    """``(out, taps, in)``; of a depthwise convolution one input each."""
    w = p.weights.astype(np.int64)
    if isinstance(p, Depthwise | Depthwise2d):
        return w.reshape(-1, w.shape[-1]).T[:, :, None]
    return w.reshape(w.shape[0], -1, w.shape[-1])


def reaches_padding(node: Node) -> bool:
    """Whether a window of a convolution may lie partly outside its input."""
    p = node.parameters
    if isinstance(p, Conv2d | Depthwise2d):
        return (p.image.kernel_height, p.image.kernel_width, p.image.top, p.image.left) != (1, 1, 0, 0)
    return (node.accesses[0].first, node.accesses[0].last) != (0, 0)


def keeps_channels(program: Program, node: Node) -> bool:
    """Whether a reshape leaves rows and channels as they are."""
    source, target = program.signals[node.signals[0]], program.signals[node.output]
    return node.kind == "reshape" and (source.rows, source.channels) == (target.rows, target.channels)


def _values(program: Program, node: Node, found: Mapping[int, Values]) -> Values | None:
    p, source = node.parameters, node.signals[0]
    channels = program.signals[source].channels
    given = found.get(source, np.full(channels, VARIES, np.int64))
    if isinstance(p, Weighted) and node.kind != "transpose_conv_2d":
        return _of_convolution(p, given, reaches_padding(node))
    if isinstance(p, Pool | Pool2d | AveragePool):
        return np.where(given == VARIES, VARIES, np.clip(given, p.low, p.high))
    if keeps_channels(program, node):
        return given
    return None


def _of_convolution(p: Weighted, given: Values, padded: bool) -> Values | None:
    if p.bias.dtype == np.int64:
        return None  # of int16 values, which are requantized otherwise
    w, z, r = weights_of(p), p.input_zero_point, p.requantization
    low, high = np.where(given == VARIES, -128, given), np.where(given == VARIES, 127, given)
    if padded:
        low, high = np.minimum(low, z), np.maximum(high, z)
    if isinstance(p, Depthwise | Depthwise2d):
        low, high = (np.repeat(end, p.repeat)[:, None, None] for end in (low, high))
    elif w.shape[2] != len(given):
        return None
    up, down = np.maximum(w, 0), np.minimum(w, 0)
    least = p.bias + (up * (low - z) + down * (high - z)).sum(axis=(1, 2))
    greatest = p.bias + (up * (high - z) + down * (low - z)).sum(axis=(1, 2))
    exact = (r.shifts <= 0) & (least >= -INT32_LIMIT) & (greatest < INT32_LIMIT)
    first, last = (
        np.clip(
            multiply_by_quantized_multiplier(end, r.multipliers, r.shifts) + r.zero_point,
            r.low,
            r.high,
        )
        for end in (least, greatest)
    )
    return np.where(exact & (first == last), first, VARIES)


def _out_of_reach(p: Weighted, values: Values) -> NDArray[np.bool_]:
    r = p.requantization
    far: NDArray[np.bool_] = (values != VARIES) & ((r.multipliers == 0) | (r.shifts < -LARGEST_SHIFT))
    return far


def _needs(node: Node, found: Mapping[int, Values]) -> bool:
    p = node.parameters
    return isinstance(p, Weighted) and node.output in found and bool(_out_of_reach(p, found[node.output]).any())


def _fixed(p: Parameters, values: Values) -> Parameters:
    assert isinstance(p, Weighted)
    r, far = p.requantization, _out_of_reach(p, values)
    weights = p.weights.copy()
    if isinstance(p, Depthwise | Depthwise2d):
        weights[..., far] = 0
    else:
        weights[far] = 0
    requantization = replace(
        r,
        multipliers=np.where(far, MULTIPLIER, r.multipliers).astype(np.int32),
        shifts=np.where(far, SHIFT, r.shifts).astype(np.int8),
    )
    bias = np.where(far, STEP * (values - r.zero_point), p.bias).astype(np.int32)
    return replace(p, weights=weights, bias=bias, requantization=requantization)
