"""Convolution or depthwise over a nearest-upsampled signal: one small kernel per phase, on the low-rate signal.

Nearest upsampling by ``f`` reads ``u[j] = x[floor(j / f)]``, outside the signal as well (padding repeats like the
rest). A window with stride ``s`` that divides ``f``, taps ``t`` at rows ``i * s + first + t * d``, gives for output row
``i = g * (f / s) + p`` of phase ``p``

    sum over t of u[g * f + p * s + first + t * d] * w[t] = sum over m of x[g + m] * (sum of the w[t] with
                                                            floor((p * s + first + t * d) / f) = m)

so each phase is a convolution over ``x`` whose coinciding taps are summed: 5 taps over x2 become 3. The sums are exact
integers of up to 16 bits. The upsampled tensor never exists. With one tap all phases are the same: the convolution runs
at the low rate and its result is repeated. Over two signals side by side (``fuse_concat``) the upsampled one is treated
so, the other keeps its taps, ``s`` rows apart from phase to phase.

Holds where every reader of the upsampled signal is such an operator, its output is a whole number of groups, and no
phase needs more taps than the operator had. A group of the new node is all its phases, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import gcd

import numpy as np

from edgeunet.program.convolutions import (
    Conv,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    DepthwiseUpsampled,
    Int8Array,
    Int16Array,
)
from edgeunet.program.parameters import Repeat
from edgeunet.program.program import EACH, Access, Constant, Node, Program, Signal
from edgeunet.rewrite.offers import Offer, OfferedRewrite

INT16_LIMIT = 1 << 15
INT8_KINDS = ("conv", "conv_sum", "depthwise")
"""What there are kinds over upsampled signals for; those of int16 values have sums and constants of other types."""


@dataclass(frozen=True)
class Phases:
    """The phases of a window over an upsampled signal.

    Phase ``p`` reads ``taps`` low-rate rows, the first ``starts[p]`` rows after ``first`` and then every ``dilation``;
    ``coinciding[p][m]`` are the window's taps that meet there (none where another phase needs more rows).
    """

    first: int
    last: int
    dilation: int
    starts: tuple[int, ...]
    coinciding: tuple[tuple[tuple[int, ...], ...], ...]

    @property
    def count(self) -> int:
        return len(self.starts)

    @property
    def taps(self) -> int:
        return len(self.coinciding[0])

    def summed(self, weights: Int8Array, axis: int) -> Int16Array:
        """``weights`` with the taps along ``axis`` that coincide summed; phases first."""
        sums = [
            np.stack([weights.take(taps, axis).sum(axis, dtype=np.int64) for taps in phase], axis)
            for phase in self.coinciding
        ]
        joined: Int16Array = np.ascontiguousarray(np.stack(sums).astype(np.int16))
        return joined


def window_phases(first: int, taps: int, dilation: int, stride: int, factor: int) -> Phases | None:
    """The phases of a window over a signal upsampled by ``factor``; ``None`` where one needs more taps than it had."""
    rows = [[(p * stride + first + t * dilation) // factor for t in range(taps)] for p in range(factor // stride)]
    step = gcd(*(row - own[0] for own in rows for row in own)) or 1
    count = max((own[-1] - own[0]) // step for own in rows) + 1
    if count > taps:
        return None
    low, high = min(own[0] for own in rows), max(own[-1] for own in rows)
    starts = [min(own[0], high - (count - 1) * step) for own in rows]
    coinciding = tuple(
        tuple(tuple(t for t in range(taps) if own[t] == start + m * step) for m in range(count))
        for own, start in zip(rows, starts, strict=True)
    )
    whole = all(sum(map(len, phase)) == taps for phase in coinciding)
    return Phases(low, high, step, tuple(start - low for start in starts), coinciding) if whole else None


def upsampled_offers(program: Program, upsampled: int) -> Iterator[Offer]:
    """``program`` with every reader of one upsampled signal reading its low-rate source, if all can.

    Asked about are nodes of the new kinds only (``*_upsampled``); a 1x1 convolution at the low rate is one as any.
    """
    writers, readers = program.writers(upsampled), program.readers(upsampled)
    if len(writers) != 1 or not readers or upsampled in program.outputs:
        return
    producer = program.nodes[writers[0]]
    if producer.kind != "repeat" or producer.repeat < 2:
        return
    signals, made = list(program.signals), dict[int, tuple[Node, ...]]()
    for reader in readers:
        nodes = _rewritten(program, program.nodes[reader], producer, signals)
        if not nodes:
            return
        made[reader] = nodes
    kept = [(number, node) for number, node in enumerate(program.nodes) if number != writers[0]]
    nodes_now = tuple(new for number, node in kept for new in made.get(number, (node,)))
    asked = tuple(node for nodes in made.values() for node in nodes if node.kind.endswith("_upsampled"))
    yield Offer(replace(program, signals=tuple(signals), nodes=nodes_now), asked)


UPSAMPLED = OfferedRewrite(lambda program: range(len(program.signals)), upsampled_offers)
"""Signal by signal."""


def _rewritten(program: Program, node: Node, producer: Node, signals: list[Signal]) -> tuple[Node, ...]:
    """What replaces ``node``, a reader of what ``producer`` repeats (nothing: it has to stay); new signals go into
    ``signals``."""
    parameters = node.parameters
    if not isinstance(parameters, Conv | ConvSum | Depthwise) or node.operands.count(producer.output) != 1:
        return ()
    if node.epilogue or not node.is_local or node.repeat != 1 or producer.repeat % parameters.stride:
        return ()
    own = node.operands.index(producer.output)
    taps = _taps(parameters)
    phases = window_phases(node.accesses[own].first, taps, parameters.dilation, parameters.stride, producer.repeat)
    if phases is None or program.signals[node.output].rows % phases.count or taps * 128 >= INT16_LIMIT:
        return ()
    if isinstance(parameters, Conv) and taps == parameters.stride == 1 and node.accesses[0].first == 0:
        return _low_then_repeated(program, node, producer, signals)
    if node.kind not in INT8_KINDS:
        return ()
    made = replace(
        node,
        operands=producer.operands,
        accesses=(Access(1, phases.first, phases.last, node.accesses[own].pad_value),),
        covers=(*producer.covers, *node.covers),
        repeat=phases.count,
    )
    if isinstance(parameters, ConvSum):
        return _sum(made, parameters, phases, node.operands[1 - own], node.accesses[1 - own], own)
    if isinstance(parameters, Depthwise):
        return (_depthwise(made, parameters, phases, node.accesses[own].first),)
    return (_conv(made, parameters, phases),)


def _taps(parameters: Conv | ConvSum | Depthwise) -> int:
    if isinstance(parameters, Depthwise):
        return len(parameters.weights)
    weights = parameters.weights[0] if isinstance(parameters, ConvSum) else parameters.weights
    return len(weights[0])


def _low_then_repeated(program: Program, node: Node, producer: Node, signals: list[Signal]) -> tuple[Node, ...]:
    """A 1x1 convolution and the repetition of its rows."""
    output = program.signals[node.output]
    signals.append(replace(output, name=f"{output.name}/low", width=output.width // producer.repeat))
    low = len(signals) - 1
    convolution = replace(node, operands=producer.operands, output=low, macs=node.macs // producer.repeat)
    repeat = Repeat(producer.repeat)
    repeated = replace(
        producer, name=node.name, operands=(low,), accesses=(EACH,), output=node.output, parameters=repeat
    )
    return convolution, repeated


def _conv(made: Node, conv: Conv, phases: Phases) -> Node:
    weights = phases.summed(conv.weights, 1)
    parameters = ConvUpsampled(
        weights, conv.bias, conv.input_zero_point, conv.requantization, phases.starts, phases.dilation
    )
    macs = made.macs // conv.weights.size * weights.size // phases.count
    return replace(made, kind="conv_upsampled", parameters=parameters, macs=macs)


def _sum(
    made: Node, conv: ConvSum, phases: Phases, other: int | Constant, access: Access, own: int
) -> tuple[Node, ...]:
    if conv.repeat != 1:
        return ()
    a, b = phases.summed(conv.weights[own], 1), conv.weights[1 - own]
    parameters = ConvUpsampled(
        a, conv.bias, conv.input_zero_point, conv.requantization, phases.starts, phases.dilation, b,
        conv.stride, conv.dilation,
    )  # fmt: skip
    reach = access.last + (phases.count - 1) * conv.stride
    second = Access(conv.stride * phases.count, access.first, reach, access.pad_value)
    rows = made.macs // (conv.weights[own].size + b.size)
    return (
        replace(
            made,
            kind="conv_sum_upsampled",
            operands=(*made.operands, other),
            accesses=(*made.accesses, second),
            parameters=parameters,
            macs=rows * (a.size // phases.count + b.size),
        ),
    )


def _depthwise(made: Node, depthwise: Depthwise, phases: Phases, first: int) -> Node:
    weights = phases.summed(depthwise.weights, 0)
    dense = depthwise.stride == depthwise.dilation == 1
    parameters = DepthwiseUpsampled(
        weights, depthwise.bias, depthwise.input_zero_point, depthwise.requantization, phases.starts,
        depthwise.repeat, phases.dilation, depthwise.weights if dense else None, first - phases.count * phases.first,
    )  # fmt: skip
    macs = made.macs // depthwise.weights.size * weights.size // phases.count
    return replace(made, kind="depthwise_upsampled", parameters=parameters, macs=macs)
