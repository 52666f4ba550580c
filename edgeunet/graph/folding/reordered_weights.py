"""A change of order before a dense layer, done to its weights.

PyTorch flattens ``(channels, time)``, the convolution before it makes ``(time, channels)``. The dense layer sums over
all of them, and a sum has no order: its weights are put into the order of what is there, and nothing is moved.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from edgeunet.graph.ir import Graph, Op, Tensor


def reorder_weights(graph: Graph) -> Graph:
    """``graph`` with no TRANSPOSE of all that a FULLY_CONNECTED reads as one row."""
    producers = {index: op for op in graph.ops for index in op.outputs}
    tensors, ops = list(graph.tensors), []
    for op in graph.ops:
        while op.kind == "FULLY_CONNECTED" and (found := _transposed_row(op, tensors, producers)) is not None:
            order = found.attributes
            places = np.arange(math.prod(order.values())).reshape(
                [order[name] for name in ("outer", "rows", "columns", "run")]
            )
            weights = tensors[op.inputs[1]]
            assert weights.data is not None
            data = np.empty_like(weights.data)
            data[:, places.swapaxes(1, 2).reshape(-1)] = weights.data
            data.flags.writeable = False
            tensors.append(replace(weights, data=data))
            op = replace(op, inputs=(found.inputs[0], len(tensors) - 1, *op.inputs[2:]))
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _transposed_row(op: Op, tensors: list[Tensor], producers: dict[int, Op]) -> Op | None:
    """The TRANSPOSE whose output ``op`` reads as one row, through reshapes of one quantization."""
    weights, at = tensors[op.inputs[1]], op.inputs[0]
    row = tensors[at]
    if weights.data is None or weights.data.ndim != 2 or weights.data.shape[1] != math.prod(row.shape):
        return None
    while (producer := producers.get(at)) is not None:
        source = tensors[producer.inputs[0]]
        if producer.kind not in ("RESHAPE", "TRANSPOSE") or source.quantization != row.quantization:
            return None
        if producer.kind == "TRANSPOSE":
            return producer
        at = producer.inputs[0]
    return None
