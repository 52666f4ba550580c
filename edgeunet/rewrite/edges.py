"""QUANTIZE at the inputs and DEQUANTIZE at the outputs: left to the caller, so that the network is int8 from edge to
edge.

A model with float edges computes ``q = round(x / scale) + zero_point`` first and ``x = scale * (q - zero_point)`` last.
The header gives scale and zero point; firmware quantizes where its samples arrive. The network between is unchanged.
uint8 edges (``q + 128`` of the same scale) are left to the caller in the same way.
"""

from __future__ import annotations

from dataclasses import replace

from edgeunet.graph.ir import Graph

_TO_OTHER = ("DEQUANTIZE", "QUANTIZE")


def strip_edges(graph: Graph) -> Graph:
    """``graph`` without float32 or uint8 inputs and outputs."""
    return _strip_outputs(_strip_inputs(graph))


def _strip_inputs(graph: Graph) -> Graph:
    inputs, dropped = list(graph.inputs), []
    for position, index in enumerate(graph.inputs):
        readers = graph.consumers(index)
        other = graph.tensors[index].dtype in ("float32", "uint8")
        if other and len(readers) == 1 and readers[0].kind == "QUANTIZE":
            inputs[position] = readers[0].outputs[0]
            dropped.append(readers[0])
    return replace(graph, inputs=tuple(inputs), ops=tuple(op for op in graph.ops if op not in dropped))


def _strip_outputs(graph: Graph) -> Graph:
    outputs, dropped = list(graph.outputs), []
    for position, index in enumerate(graph.outputs):
        producer = graph.producer(index)
        other = graph.tensors[index].dtype in ("float32", "uint8")
        if producer is not None and other and producer.kind in _TO_OTHER and not graph.consumers(index):
            outputs[position] = producer.inputs[0]
            dropped.append(producer)
    return replace(graph, outputs=tuple(outputs), ops=tuple(op for op in graph.ops if op not in dropped))
