"""1x1 convolution over an upsampled signal beside another: the upsampled half summed at the low rate.

Nearest upsampling by ``f`` repeats each row ``f`` times, so in ``conv(concat(upsample(a), b))`` with a 1x1 kernel ``f``
neighbouring outputs share one sum over ``a``:

    out[g * f + i] = requantize(bias + sum a[g] * W_a  +  sum b[g * f + i] * W_b),   i = 0 .. f - 1

That sum is made once, from the low-rate signal, and the upsampled tensor never exists: ``1/f`` of its products. Holds
for sums of two signals (``fuse_concat``) of which one is upsampled, where only such convolutions read the upsampled
signal.
"""

from __future__ import annotations

from dataclasses import replace

from edgeunet.program.convolutions import ConvSum
from edgeunet.program.program import Access, Node, Program


def accumulate_at_low_rate(program: Program) -> Program:
    """``program`` with every such convolution reading the low-rate signal itself."""
    for upsampled in range(len(program.signals)):
        program = _fuse(program, upsampled)
    return program


def _fuse(program: Program, upsampled: int) -> Program:
    writers, readers = program.writers(upsampled), program.readers(upsampled)
    if len(writers) != 1 or not readers or upsampled in program.outputs:
        return program
    producer = program.nodes[writers[0]]
    if producer.kind != "repeat" or producer.repeat < 2:
        return program
    if not all(_is_pointwise_sum(program.nodes[r], upsampled) for r in readers):
        return program
    nodes = [
        _at_low_rate(node, producer) if number in readers else node
        for number, node in enumerate(program.nodes)
        if number != writers[0]
    ]
    return replace(program, nodes=tuple(nodes))


def _is_pointwise_sum(node: Node, upsampled: int) -> bool:
    conv = node.parameters
    return (
        isinstance(conv, ConvSum)
        and conv.weights[0].shape[1] == conv.stride == conv.repeat == node.repeat == 1
        and node.accesses[0].first == 0
        and node.operands.count(upsampled) == 1
    )


def _at_low_rate(node: Node, producer: Node) -> Node:
    conv, repeat = node.parameters, producer.repeat
    assert isinstance(conv, ConvSum)
    own = node.operands.index(producer.output)
    weights = (conv.weights[own], conv.weights[1 - own])
    rows = node.macs // (weights[0].size + weights[1].size)
    return replace(
        node,
        operands=(*producer.signals, node.operands[1 - own]),
        accesses=(Access(1, 0, 0), Access(repeat, 0, repeat - 1)),
        parameters=replace(conv, weights=weights, repeat=repeat),
        covers=(*producer.covers, *node.covers),
        macs=rows // repeat * weights[0].size + rows * weights[1].size,
        repeat=repeat,
    )
