"""Depthwise over a concatenation of which a part is upsampled: one depthwise per part.

A depthwise convolution never mixes channels, so it may be done before channels are put side by side as well as after:

    depthwise(concat(a, b), w) = concat(depthwise(a, w_a), depthwise(b, w_b))

The results are written side by side where they can be placed. Nothing is saved by that alone; but where a part is
nearest-upsampled and read by nothing else, the rewrite of ``edgeunet.rewrite.upsampled`` applies to that part, and
neither it nor the concatenation exists. Holds for a concatenation along the channels that only depthwise convolutions
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from edgeunet.program.convolutions import Depthwise, Requantization
from edgeunet.program.parameters import Copy
from edgeunet.program.program import EACH, Node, Program, Signal, channel_offset
from edgeunet.rewrite.offers import Offer, OfferedRewrite
from edgeunet.rewrite.upsampled import upsampled_offers


def split_offers(program: Program, signal: int) -> Iterator[Offer]:
    """``program`` with every depthwise convolution over ``signal`` done part by part.

    Asked about is what a part becomes at the low rate: a split none of whose parts could be done there is not worth it.
    """
    parts = _upsampled_parts(program, signal)
    attempt = _split(program, signal) if parts else program
    for part in parts:
        yield from (Offer(attempt, low.asked) for low in upsampled_offers(attempt, part))


DEPTHWISE_PARTS = OfferedRewrite(lambda program: range(len(program.signals)), split_offers)
"""Signal by signal."""


def _split(program: Program, joined: int) -> Program:
    numbers, readers = program.writers(joined), program.readers(joined)
    writers = [program.nodes[number] for number in numbers]
    if joined in program.outputs or not readers or len(writers) < 2:
        return program
    if any(node.kind != "concat" or not node.signals for node in writers):
        return program
    if any(program.nodes[r].kind != "depthwise" or program.nodes[r].epilogue for r in readers):
        return program
    signals, nodes = list(program.signals), list[Node]()
    for number, node in enumerate(program.nodes):
        if number in readers:
            nodes += _parts(node, writers, signals)
        elif number not in numbers:
            nodes.append(node)
    return replace(program, signals=tuple(signals), nodes=tuple(nodes))


def _upsampled_parts(program: Program, joined: int) -> list[int]:
    """The signals put together in ``joined`` that are upsampled and that nothing else reads."""
    found = []
    for number in program.writers(joined):
        node = program.nodes[number]
        signal = node.signals[0] if node.kind == "concat" and node.signals else -1
        writers = [program.nodes[w] for w in program.writers(signal)]
        alone = program.readers(signal) == (number,) and signal not in program.outputs
        if alone and len(writers) == 1 and writers[0].kind == "repeat" and writers[0].repeat > 1:
            found.append(signal)
    return found


def _parts(node: Node, writers: Sequence[Node], signals: list[Signal]) -> list[Node]:
    """A depthwise for each part, and what puts its result beside the others."""
    whole = node.parameters
    assert isinstance(whole, Depthwise)
    output, made = signals[node.output], list[Node]()
    for number, writer in enumerate(writers):
        (source,) = writer.signals
        first, count = channel_offset(writer) * whole.repeat, signals[source].channels * whole.repeat
        part = slice(first, first + count)
        parameters = replace(
            whole,
            weights=np.ascontiguousarray(whole.weights[:, part]),
            bias=whole.bias[part],
            requantization=_of_channels(whole.requantization, part),
        )
        signals.append(replace(output, name=f"{output.name}/{number}", channels=count))
        target, macs = len(signals) - 1, node.macs * count // output.channels
        covers = ("CONCATENATION", *node.covers) if number == 0 else node.covers
        made.append(replace(node, operands=(source,), output=target, parameters=parameters, macs=macs, covers=covers))
        copy = Copy(1, output.rows, count, out_offset=first)
        made.append(
            replace(
                writer,
                name=node.name,
                operands=(target,),
                accesses=(EACH,),
                output=node.output,
                parameters=copy,
                covers=("CONCATENATION",),
            )
        )
    return made


def _of_channels(r: Requantization, channels: slice) -> Requantization:
    return replace(r, multipliers=r.multipliers[channels], shifts=r.shifts[channels])
