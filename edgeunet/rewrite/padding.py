"""PAD into the convolution that follows.

A convolution reads ``x - zero_point`` inside the image and 0 outside. A PAD that writes the zero point is therefore the
same as more padding of the convolution: each output sums the same products. Holds for CONV_2D and DEPTHWISE_CONV_2D
when every reader of the padded tensor is one of them and only height and width are padded.
"""

from __future__ import annotations

from dataclasses import replace

from edgeunet.graph.ir import Graph, Op

CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")


def fold_padding(graph: Graph) -> Graph:
    """``graph`` with every such PAD gone."""
    for op in graph.ops:
        if op.kind == "PAD" and _foldable(graph, op):
            graph = _folded(graph, op)
    return graph


def _foldable(graph: Graph, op: Op) -> bool:
    (source, *_), (target,) = op.inputs, op.outputs
    quantization, value = graph.tensors[source].quantization, op.attributes["value"]
    first, _, _, last = op.attributes["paddings"]
    readers = graph.consumers(target)
    return (
        first == last == (0, 0)
        and quantization is not None
        and value in (None, quantization.zero_point)
        and quantization == graph.tensors[target].quantization
        and target not in graph.outputs
        and bool(readers)
        and all(reader.kind in CONVOLUTIONS and reader.inputs[0] == target for reader in readers)
    )


def _folded(graph: Graph, pad: Op) -> Graph:
    ops = []
    for op in graph.ops:
        if op is pad:
            continue
        if op.kind in CONVOLUTIONS and op.inputs[0] == pad.outputs[0]:
            _, (above, below), (before, after), _ = pad.attributes["paddings"]
            top, bottom, left, right = op.attributes["padding"]
            padding = (top + above, bottom + below, left + before, right + after)
            op = replace(op, inputs=(pad.inputs[0], *op.inputs[1:]), attributes={**op.attributes, "padding": padding})
        ops.append(op)
    return replace(graph, ops=tuple(ops))
