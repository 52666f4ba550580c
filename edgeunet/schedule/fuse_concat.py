"""Convolution over a concatenation, without the concatenation.

A convolution's sum over the channels of ``concat(a, b)`` is the sum over ``a``'s plus the sum over ``b``'s; int32
addition is associative, so

    conv(concat(a, b), W) = requantize(bias + sum a * W[:, :, :A] + sum b * W[:, :, A:])

with one requantization, whatever order the sums are made in. Where ``a`` is a nearest upsampling by ``f`` and the
kernel is 1x1, ``f`` neighbouring outputs share the same sum over ``a``: it is made once, from the low-rate signal.
Neither the upsampled tensor nor the concatenation exists. Holds for a concatenation of two signals along the channels
that only such convolutions read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from edgeunet.schedule.program import Access, Node, Program
from edgeunet.schedule.steps import Conv, ConvSum


@dataclass(frozen=True)
class _Part:
    """One half of a concatenation: the signal to read, how often each row is repeated, its channels in the weights."""

    signal: int
    repeat: int
    start: int
    channels: int
    nodes: tuple[int, ...]
    """Nodes that are no longer needed."""


def fuse_concatenations(program: Program) -> Program:
    """``program`` with every such convolution reading both signals itself."""
    for signal in range(len(program.signals)):
        program = _fuse(program, signal)
    return program


def _fuse(program: Program, joined: int) -> Program:
    writers, readers = program.writers(joined), program.readers(joined)
    if joined in program.outputs or not readers or len(writers) != 2:
        return program
    if any(program.nodes[w].kind != "concat" for w in writers):
        return program
    if any(not _is_plain_convolution(program.nodes[r]) for r in readers):
        return program
    pointwise = all(_is_pointwise(program.nodes[r]) for r in readers)
    parts = [_part(program, w, pointwise) for w in writers]
    found = sorted((p for p in parts if p is not None), key=lambda p: -p.repeat)
    if len(found) != 2 or found[1].repeat != 1:
        return program
    dropped = set(writers) | {n for part in found for n in part.nodes}
    nodes = [
        _summed(node, (found[0], found[1])) if number in readers else node
        for number, node in enumerate(program.nodes)
        if number not in dropped
    ]
    return replace(program, nodes=tuple(nodes))


def _is_plain_convolution(node: Node) -> bool:
    return node.kind == "conv" and node.repeat == 1 and not node.epilogue and node.is_local


def _is_pointwise(node: Node) -> bool:
    conv = node.parameters
    assert isinstance(conv, Conv)
    return conv.weights.shape[1] == 1 and conv.stride == 1 and node.accesses[0].first == 0


def _part(program: Program, writer: int, pointwise: bool) -> _Part | None:
    node = program.nodes[writer]
    operand = node.operands[0]
    if not isinstance(operand, int):
        return None
    start, channels = node.parameters.out_offset, program.signals[operand].channels
    writers = program.writers(operand)
    if pointwise and len(writers) == 1 and operand not in program.outputs and program.readers(operand) == (writer,):
        producer = program.nodes[writers[0]]
        if producer.kind == "repeat" and producer.repeat > 1:
            (source,) = producer.signals
            return _Part(source, producer.repeat, start, channels, (writers[0],))
    return _Part(operand, 1, start, channels, ())


def _summed(node: Node, parts: tuple[_Part, _Part]) -> Node:
    conv = node.parameters
    assert isinstance(conv, Conv)
    weights = [np.ascontiguousarray(conv.weights[:, :, p.start : p.start + p.channels]) for p in parts]
    repeat, access = parts[0].repeat, node.accesses[0]
    fused = ConvSum(
        (weights[0], weights[1]),
        conv.bias,
        conv.input_zero_point,
        conv.requantization,
        repeat,
        conv.stride,
        conv.dilation,
    )
    rows = node.macs // conv.weights.size
    slow = Access(1, 0, 0) if repeat > 1 else access
    fast = Access(repeat, 0, repeat - 1) if repeat > 1 else access
    macs = rows * (weights[0].size // repeat + weights[1].size)
    covers = ("RESIZE_NEAREST_NEIGHBOR",) * (repeat > 1) + ("CONCATENATION", *node.covers)
    return replace(
        node,
        kind="conv_sum",
        operands=(parts[0].signal, parts[1].signal),
        accesses=(slow, fast),
        parameters=fused,
        covers=covers,
        macs=macs,
        repeat=repeat,
    )
