"""Channels that are the same for every input, made no more: what they would add is in the biases that follow.

Where channel c of a signal always is v, a convolution that reads it adds ``sum over taps of w * (v - z)`` to every
accumulator, whatever the input: a constant, which goes into the bias, and the channel's weights go. Outside an image
(or signal) a tap adds nothing, so where windows reach there this holds for v = z alone, whose part is nothing
everywhere. Depthwise convolutions, pools and reshapes hand a channel on: it goes along the whole chain, from the
convolution that made it to those that sum over it, where it is constant in all of its signals.

A multiple of ``STEP`` channels is kept, which is what fast kernels take at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgeunet.program.convolutions import Conv, Conv2d, Depthwise, Depthwise2d, Requantization
from edgeunet.program.parameters import AveragePool, Copy, Pool, Pool2d
from edgeunet.program.program import Node, Program
from edgeunet.rewrite.constant_channels import (
    VARIES,
    Values,
    constant_channels,
    is_whole,
    keeps_channels,
    reaches_padding,
    weights_of,
)

STEP = 8


@dataclass(frozen=True)
class Chain:
    """Signals of the same channels, from the convolution ``root`` to the convolutions ``readers``."""

    root: int
    signals: tuple[int, ...]
    handing_on: tuple[int, ...]
    readers: tuple[int, ...]


def remove_dead_channels(program: Program) -> Program:
    """``program`` without such channels."""
    found = constant_channels(program)
    for root in range(len(program.nodes)):
        chain = _chain(program, root)
        if chain is not None:
            kept = _kept(program, chain, found)
            if not kept.all():
                program, found = _without(program, chain, kept, found), _reduced(found, chain, kept)
    return program


def _chain(program: Program, root: int) -> Chain | None:
    """The chain that begins with node ``root``; ``None`` where something else reads one of its signals.

    What is written otherwise than by one node, row by row, may be in it: ``constant_channels`` finds nothing there, so
    that all of its channels stay.
    """
    if not _sums(program, root):
        return None
    signals, handing_on, readers = [program.nodes[root].output], [], []
    for signal in signals:
        if signal in program.outputs or not program.readers(signal):
            return None
        for number in program.readers(signal):
            node = program.nodes[number]
            if _sums(program, number):
                readers.append(number)
            elif _hands_on(program, node):
                handing_on.append(number)
                signals.append(node.output)
            else:
                return None
    return Chain(root, tuple(signals), tuple(handing_on), tuple(readers))


def _sums(program: Program, number: int) -> bool:
    """Whether the node is a convolution over all channels of one signal."""
    node = program.nodes[number]
    p = node.parameters
    if not isinstance(p, Conv | Conv2d) or node.kind not in ("conv", "conv_2d") or not is_whole(node):
        return False
    all_channels: bool = p.weights.shape[-1] == program.signals[node.signals[0]].channels
    return all_channels


def _hands_on(program: Program, node: Node) -> bool:
    p = node.parameters
    if isinstance(p, Depthwise | Depthwise2d):
        return p.repeat == 1
    return isinstance(p, Pool | Pool2d | AveragePool) or keeps_channels(program, node)


def _kept(program: Program, chain: Chain, found: Mapping[int, Values]) -> NDArray[np.bool_]:
    """Which channels stay."""
    dead = np.ones(program.signals[chain.signals[0]].channels, np.bool_)
    for signal in chain.signals:
        dead &= found.get(signal, np.full(len(dead), VARIES, np.int64)) != VARIES
    if not dead.any():
        return ~dead
    for number in chain.readers:
        node = program.nodes[number]
        p = node.parameters
        assert isinstance(p, Conv | Conv2d)
        if reaches_padding(node):
            dead &= found[node.signals[0]] == p.input_zero_point
    alive = int((~dead).sum())
    spare = max(STEP, -(-alive // STEP) * STEP) - alive
    dead[np.flatnonzero(dead)[:spare]] = False
    return ~dead


def _without(program: Program, chain: Chain, kept: NDArray[np.bool_], found: Mapping[int, Values]) -> Program:
    nodes, signals = list(program.nodes), list(program.signals)
    count = int(kept.sum())
    for signal in chain.signals:
        signals[signal] = replace(signals[signal], channels=count)
    for number in (chain.root, *chain.handing_on):
        nodes[number] = _fewer_outputs(nodes[number], kept)
    for number in chain.readers:
        nodes[number] = _fewer_inputs(nodes[number], kept, found[nodes[number].signals[0]])
    return replace(program, nodes=tuple(nodes), signals=tuple(signals))


def _reduced(found: Mapping[int, Values], chain: Chain, kept: NDArray[np.bool_]) -> Mapping[int, Values]:
    return {signal: values[kept] if signal in chain.signals else values for signal, values in found.items()}


def _fewer_outputs(node: Node, kept: NDArray[np.bool_]) -> Node:
    """``node`` with the ``kept`` of its outputs."""
    p = node.parameters
    if isinstance(p, Copy):
        # one run per row or one of all rows
        return replace(node, parameters=replace(p, run_bytes=p.run_bytes // len(kept) * int(kept.sum())))
    if not isinstance(p, Conv | Conv2d | Depthwise | Depthwise2d):
        return node
    last = isinstance(p, Depthwise | Depthwise2d)
    weights = np.ascontiguousarray(p.weights[..., kept] if last else p.weights[kept])
    r = p.requantization
    fewer = Requantization(r.multipliers[kept], r.shifts[kept], r.zero_point, r.low, r.high)
    made = replace(p, weights=weights, bias=p.bias[kept], requantization=fewer)
    return replace(node, parameters=made, macs=node.macs // p.weights.size * weights.size)


def _fewer_inputs(node: Node, kept: NDArray[np.bool_], values: Values) -> Node:
    """``node`` with the ``kept`` of its inputs, and what the others add in its biases."""
    p = node.parameters
    assert isinstance(p, Conv | Conv2d)
    constant = (weights_of(p)[:, :, ~kept] * (values[~kept] - p.input_zero_point)).sum(axis=(1, 2))
    bias = (p.bias + constant).astype(np.uint64).astype(np.uint32).view(np.int32)
    weights = np.ascontiguousarray(p.weights[..., kept])
    made = replace(p, weights=weights, bias=bias)
    return replace(node, parameters=made, macs=node.macs // p.weights.size * weights.size)
