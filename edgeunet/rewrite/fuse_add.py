"""Addition done on a convolution's outputs before they are written.

``add(conv(x), b)`` rounds twice: the convolution to int8, then the sum to int8. Done in one step with both roundings
kept, the result is the same value for value, but the convolution's own output never exists, and the sum may be written
over ``b``:

    t = int8 requantization of the convolution's accumulator;   out = add(t, b)

A node that does so has the addition in its ``epilogue`` and ``b`` as its last operand. Done only where nothing else
reads the convolution's output, the operands lie in the arena (they are not the caller's), and the chosen kernels have
such a step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from edgeunet.program.parameters import Add
from edgeunet.program.program import EACH, FusedAdd, Node, Program
from edgeunet.rewrite.offers import Offer, OfferedRewrite


def addition_offers(program: Program, number: int) -> Iterator[Offer]:
    """``program`` with the addition that is its node ``number`` as an epilogue of one of the nodes before it."""
    node = program.nodes[number]
    if node.kind != "add" or node.epilogue or not isinstance(node.parameters, Add) or len(node.signals) != 2:
        return
    a, b = node.signals
    shapes = {(program.signals[s].rows, program.signals[s].channels) for s in (a, b, node.output)}
    if len(shapes) != 1 or a == b:
        return
    for own, other, swapped in sorted(((a, b, False), (b, a, True)), key=lambda t: _readers_of_source(program, t[0])):
        fused = _fused(program, node, own, other, swapped)
        if fused is not None:
            producer, joined = fused
            nodes = [joined if i == number else n for i, n in enumerate(program.nodes) if i != producer]
            yield Offer(replace(program, nodes=tuple(nodes)), (joined,))


ADDITIONS = OfferedRewrite(lambda program: range(len(program.nodes) - 1, -1, -1), addition_offers)
"""Node by node, the last first."""


def _readers_of_source(program: Program, signal: int) -> int:
    """How many nodes read what the producer of ``signal`` reads: the fewer, the earlier its memory is free."""
    writers = program.writers(signal)
    if not writers or not program.nodes[writers[0]].signals:
        return len(program.nodes)
    return len(program.readers(program.nodes[writers[0]].signals[0]))


def _fused(program: Program, add: Node, own: int, other: int, swapped: bool) -> tuple[int, Node] | None:
    """The producer of ``own`` and the node that replaces it and ``add``."""
    writers, parameters = program.writers(own), add.parameters
    assert isinstance(parameters, Add)
    if len(writers) != 1 or len(program.readers(own)) != 1 or own in program.outputs or own in program.inputs:
        return None
    producer = program.nodes[writers[0]]
    if producer.kind != "conv" or producer.epilogue or producer.repeat != 1 or producer.phase is not None:
        return None
    if producer.contiguous_output or producer.wide or not producer.is_local:
        return None
    if any(signal in (*program.inputs, *program.outputs) for signal in (*producer.signals, other)):
        return None
    joined = replace(
        producer,
        operands=(*producer.operands, other),
        accesses=(*producer.accesses, EACH),
        output=add.output,
        covers=(*producer.covers, *add.covers),
        epilogue=(FusedAdd(parameters, swapped),),
    )
    return writers[0], joined
