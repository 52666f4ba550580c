"""QUANTIZE at the inputs and DEQUANTIZE at the outputs: left to the caller, so that the network is int8 from edge to
edge.

A model with float edges computes ``q = round(x / scale) + zero_point`` first and ``x = scale * (q - zero_point)`` last.
The header gives scale and zero point; firmware quantizes where its samples arrive. The network between is unchanged.
uint8 edges (``q + 128`` of the same scale) are left to the caller in the same way. A uint8 edge of another scale than
the network behind it becomes an int8 edge of its own scale, ``q - 128``, and the change of scale stays.
"""

from __future__ import annotations

from dataclasses import replace

from edgeunet.graph.evaluation.quantization import quantization_of
from edgeunet.graph.ir import Graph, Tensor

_TO_OTHER = ("DEQUANTIZE", "QUANTIZE")


def strip_edges(graph: Graph) -> Graph:
    """``graph`` without float32 or uint8 inputs and outputs."""
    return _strip_outputs(_strip_inputs(_signed_edges(graph)))


def _signed_edges(graph: Graph) -> Graph:
    """Make uint8 edges of another scale int8: ``q - zero_point``, all that a change of scale sees, stays the same."""
    tensors = list(graph.tensors)
    for op in graph.ops:
        for edge, inner in ((op.inputs[0], op.outputs[0]), (op.outputs[0], op.inputs[0])):
            if op.kind == "QUANTIZE" and _is_uint8_edge(graph, edge) and not _same(graph, edge, inner):
                tensors[edge] = _signed(graph.tensors[edge])
    return replace(graph, tensors=tuple(tensors))


def _is_uint8_edge(graph: Graph, index: int) -> bool:
    users = len(graph.consumers(index)) + (graph.producer(index) is not None)
    return index in (*graph.inputs, *graph.outputs) and graph.tensors[index].dtype == "uint8" and users == 1


def _same(graph: Graph, edge: int, inner: int) -> bool:
    """Return whether a uint8 edge is the int8 tensor behind it, 128 added."""
    outer, within = quantization_of(graph.tensors[edge]), quantization_of(graph.tensors[inner])
    return outer.scale == within.scale and outer.zero_point - 128 == within.zero_point


def _signed(tensor: Tensor) -> Tensor:
    assert tensor.quantization is not None
    shifted = tuple(zero_point - 128 for zero_point in tensor.quantization.zero_points)
    return replace(tensor, dtype="int8", quantization=replace(tensor.quantization, zero_points=shifted))


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
