"""Convolution over a concatenation, without the concatenation.

A convolution's sum over the channels of ``concat(a, b)`` is the sum over ``a``'s plus the sum over ``b``'s; int32
addition is associative, so

    conv(concat(a, b), W) = requantize(bias + sum a * W[:, :, :A] + sum b * W[:, :, A:])

with one requantization, whatever order the sums are made in. The concatenation never exists. Holds for a concatenation
of two signals along the channels that only such convolutions read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.program.convolutions import Conv, ConvSum
from edgeunet.program.program import Node, Program, channel_offset


def fuse_concatenations(program: Program) -> Program:
    """``program`` with every such convolution reading both signals itself."""
    for signal in range(len(program.signals)):
        program = _fuse(program, signal)
    return program


def _fuse(program: Program, joined: int) -> Program:
    numbers, readers = program.writers(joined), program.readers(joined)
    writers = [program.nodes[number] for number in numbers]
    if joined in program.outputs or not readers or len(writers) != 2:
        return program
    if any(node.kind != "concat" or not isinstance(node.operands[0], int) for node in writers):
        return program
    if any(not is_plain_convolution(program.nodes[r]) for r in readers):
        return program
    nodes = [
        _summed(program, node, (writers[0], writers[1])) if number in readers else node
        for number, node in enumerate(program.nodes)
        if number not in numbers
    ]
    return replace(program, nodes=tuple(nodes))


def is_plain_convolution(node: Node) -> bool:
    """Whether ``node`` is a convolution over rows with nothing fused to it yet."""
    return node.kind == "conv" and node.repeat == 1 and not node.epilogue and node.is_local


def _summed(program: Program, node: Node, writers: tuple[Node, Node]) -> Node:
    conv = node.parameters
    assert isinstance(conv, Conv)
    (a,), (b,) = writers[0].signals, writers[1].signals
    halves = [
        np.ascontiguousarray(conv.weights[:, :, first : first + program.signals[signal].channels])
        for signal, first in ((a, channel_offset(writers[0])), (b, channel_offset(writers[1])))
    ]
    parameters = ConvSum(
        (halves[0], halves[1]),
        conv.bias,
        conv.input_zero_point,
        conv.requantization,
        stride=conv.stride,
        dilation=conv.dilation,
    )
    return replace(
        node,
        kind="conv_sum",
        operands=(a, b),
        accesses=(node.accesses[0], node.accesses[0]),
        parameters=parameters,
        covers=("CONCATENATION", *node.covers),
    )
