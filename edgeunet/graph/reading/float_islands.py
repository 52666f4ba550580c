"""Float operators between DEQUANTIZE and QUANTIZE, turned into tables of 256 entries.

The converter has no int8 NEG, so Keras' LayerNormalization becomes DEQUANTIZE, NEG in float32, QUANTIZE. Whatever the
float operator does to one value, the three together map 256 stored values to 256 others: they become one int8
operator whose table is computed with the same float32 arithmetic (which is exact for a negation).
"""

from __future__ import annotations

from dataclasses import replace

from edgeunet.graph.ir import Graph, Op

_FLOAT_KINDS = ("NEG",)


def fold_islands(graph: Graph) -> Graph:
    """``graph`` with every DEQUANTIZE, float operator, QUANTIZE that nothing else reads replaced by one operator."""
    ops: list[Op] = list(graph.ops)
    for middle in [op for op in graph.ops if op.kind in _FLOAT_KINDS]:
        before = graph.producer(middle.inputs[0])
        after = graph.consumers(middle.outputs[0])
        if before is None or before.kind != "DEQUANTIZE" or len(after) != 1 or after[0].kind != "QUANTIZE":
            continue
        if middle.outputs[0] in graph.outputs or graph.tensors[before.inputs[0]].dtype != "int8":
            continue
        folded = replace(middle, inputs=before.inputs, outputs=after[0].outputs)
        ops = [folded if op is after[0] else op for op in ops if op is not middle]
    return replace(graph, ops=tuple(ops))
