"""Multiply-accumulates of a node, counted from its weights."""

from __future__ import annotations

from typing import Any

from edgeunet.program.parameters import MatrixProduct
from edgeunet.program.program import Node, Program


def products(program: Program, node: Node) -> int:
    """Products that ``node`` sums, padding included."""
    rows, p = program.signals[node.output].rows, node.parameters
    groups = rows // node.repeat
    if isinstance(p, MatrixProduct):
        return rows * program.signals[node.output].channels * p.depth
    weights: Any = getattr(p, "weights", None)
    if weights is None:
        return 0
    if node.kind == "conv":
        return groups * weights.size
    if node.kind == "conv_sum":
        return groups * weights[0].size + rows * weights[1].size
    if node.kind in ("conv_upsampled", "conv_sum_upsampled"):
        return groups * weights.size + (0 if p.other is None else rows * p.other.size)
    if node.kind == "depthwise_upsampled":
        return groups * weights.size
    if node.kind == "transpose_conv_2d":
        return program.signals[node.signals[0]].rows * weights.size
    return rows * weights.size
