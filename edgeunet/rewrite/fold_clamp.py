"""RELU and its kin into the clamp of the operator before them.

Every operator ends in ``clamp(y, low, high)`` on int8 values. A RELU, RELU6 or RELU_N1_TO_1 of its own that does not
rescale is another clamp, and two clamps are one:

    clamp(clamp(y, l, h), low, high) = clamp(y, clamp(l, low, high), clamp(h, low, high))

(both sides are ``low`` below, ``high`` above, ``y`` between). Any function of one value whose table is a clamp counts.
Holds where nothing else reads the values before the second clamp.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from edgeunet.program.convolutions import Conv2d, Depthwise2d, WeightedSum
from edgeunet.program.parameters import Add, AveragePool, Multiply, Parameters, Pool, Pool2d, Table
from edgeunet.program.program import Node, Program


def fold_clamps(program: Program) -> Program:
    """``program`` with every such activation gone."""
    for number in reversed(range(len(program.nodes))):
        program = _folded(program, number)
    return program


def _folded(program: Program, number: int) -> Program:
    node = program.nodes[number]
    bounds = clamp_of(node.parameters) if isinstance(node.parameters, Table) else None
    if bounds is None or len(program.writers(node.output)) != 1:
        return program
    (source,) = node.signals
    writers = program.writers(source)
    if not writers or source in program.outputs or program.readers(source) != (number,):
        return program
    clamped = {w: _clamped(program.nodes[w], bounds) for w in writers}
    made = {w: parameters for w, parameters in clamped.items() if parameters is not None}
    if len(made) < len(clamped):
        return program
    nodes = []
    for index, old in enumerate(program.nodes):
        if index in made:
            covers = (*old.covers, *node.covers)
            nodes.append(replace(old, output=node.output, parameters=made[index], covers=covers))
        elif index != number:
            nodes.append(old)
    return replace(program, nodes=tuple(nodes))


def clamp_of(table: Table) -> tuple[int, int] | None:
    """The bounds of a table that is a clamp, else ``None``."""
    values = table.values.astype(np.int64)
    low, high = int(values.min()), int(values.max())
    return (low, high) if np.array_equal(values, np.clip(np.arange(-128, 128), low, high)) else None


def _clamped(node: Node, bounds: tuple[int, int]) -> Parameters | None:
    """The node's parameters with ``bounds`` applied last, or ``None`` where it has no clamp."""
    parameters = node.parameters
    if node.epilogue:
        return None
    if isinstance(parameters, Add | Multiply | Pool | AveragePool | Pool2d):
        low, high = _both((parameters.low, parameters.high), bounds)
        return replace(parameters, low=low, high=high)
    if isinstance(parameters, WeightedSum | Conv2d | Depthwise2d):
        r = parameters.requantization
        low, high = _both((r.low, r.high), bounds)
        return replace(parameters, requantization=replace(r, low=low, high=high))
    return None


def _both(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    low, high = second
    return min(max(first[0], low), high), min(max(first[1], low), high)
