"""Transposed convolution as ordinary convolutions, one per phase.

A transposed convolution with stride ``s`` adds input row ``j`` times tap ``t`` to output row ``i = j * s - pad + t``.
Read from the output: row ``i = g * s + f`` receives through the taps ``t = (f + pad) mod s + m * s``, from input row

    j = (i + pad - t) / s = g + floor((f + pad) / s) - m,

so phase ``f`` is a convolution with every ``s``-th tap, in reverse. No product is with a zero between samples, nothing
is accumulated in memory, and each output is summed and requantized once. Where all phases read the same rows they are
one convolution with ``s`` times the outputs, whose one wide row is the group's ``s`` rows. Holds for signals one row
high whose output is a whole number of groups.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.program.convolutions import Conv, Conv2d, Image, Int8Array
from edgeunet.program.program import Access, Node, Program

_MADE = {"transpose_conv_2d": "conv", "transpose_conv_2d_int16": "conv_int16"}
"""Kind of a transposed convolution → that of the convolutions."""


def split_transposed(program: Program) -> Program:
    """``program`` with every such transposed convolution as convolutions."""
    nodes = [made for node in program.nodes for made in _split(node)]
    return replace(program, nodes=tuple(nodes))


def _is_splittable(image: Image) -> bool:
    one_row = image.in_height == image.out_height == 1 and 0 <= image.top < image.kernel_height
    return one_row and image.out_width % image.stride_width == 0


def _split(node: Node) -> tuple[Node, ...]:
    """``node``, or what it is split into."""
    given = node.parameters
    if node.kind not in _MADE or not isinstance(given, Conv2d) or not _is_splittable(given.image):
        return (node,)
    image, stride, zero_point = given.image, given.image.stride_width, given.input_zero_point
    weights, groups = given.weights[:, image.top], image.out_width // image.stride_width
    phases = [phase_taps(weights, stride, phase + image.left) for phase in range(stride)]
    plain = replace(node, kind=_MADE[node.kind], repeat=stride)
    if len({(newest, taps.shape[1]) for taps, newest in phases}) == 1:
        stacked, newest = np.concatenate([taps for taps, _ in phases]), phases[0][1]
        bias = given.bias[np.tile(np.arange(given.bias.size), stride)]
        conv = Conv(stacked, bias, zero_point, given.requantization.repeated(stride))
        access = Access(1, newest - stacked.shape[1] + 1, newest, zero_point)
        macs = groups * stacked.size
        return (replace(plain, accesses=(access,), parameters=conv, macs=macs, wide=True, contiguous_output=True),)
    return tuple(
        replace(
            plain,
            accesses=(Access(1, newest - taps.shape[1] + 1, newest, zero_point),),
            parameters=Conv(taps, given.bias, zero_point, given.requantization),
            macs=groups * taps.size,
            phase=phase,
        )
        for phase, (taps, newest) in enumerate(phases)
    )


def phase_taps(weights: Int8Array, stride: int, position: int) -> tuple[Int8Array, int]:
    """The taps of ``weights (out, kernel, in)`` that reach one phase, oldest input first, and the newest input's row.

    ``position`` is phase plus padding; rows count from the group. A phase that no tap reaches gets one tap of zeros.
    """
    newest, first = divmod(position, stride)
    taps = weights[:, first::stride][:, ::-1]
    if taps.shape[1] == 0:
        taps = np.zeros((weights.shape[0], 1, weights.shape[2]), np.int8)
    return np.ascontiguousarray(taps), newest
