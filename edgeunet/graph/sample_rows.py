"""Channels-first inputs and outputs as rows of samples, which is what a stream has.

A network from PyTorch takes ``(1, channels, time)`` and gives the same, so that its first and last step change the
order of axes over the whole window. A stream takes a sample after another, each with all its channels: there the change
of order is nothing at all, and a window given as one row of ``time`` values is as many samples of one channel.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from edgeunet.graph.ir import Graph, Op, Tensor

_TYPE_ONLY = ("QUANTIZE", "DEQUANTIZE")


@lru_cache(maxsize=32)
def with_sample_rows(graph: Graph) -> Graph:
    """``graph`` whose inputs and outputs are ``(1, 1, time, channels)`` where a change of order stands at its edge."""
    for index in graph.inputs:
        graph = _input_as_rows(graph, index)
    for index in graph.outputs:
        graph = _output_as_rows(graph, index)
    return graph


def _input_as_rows(graph: Graph, index: int) -> Graph:
    at, path = index, [index]
    while len(readers := graph.consumers(at)) == 1 and readers[0].kind in _TYPE_ONLY:
        (at,) = readers[0].outputs
        path.append(at)
    shapes = {_turned(graph, op.inputs[0], op) for op in readers}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None or at in graph.outputs:
        return graph
    ops = tuple(Op("RESHAPE", op.name, op.inputs, op.outputs) if op in readers else op for op in graph.ops)
    return _without_idle_reshapes(replace(graph, tensors=_reshaped(graph, path, shape), ops=ops), at)


def _output_as_rows(graph: Graph, index: int) -> Graph:
    at, path, readers = index, [index], 0
    while (producer := graph.producer(at)) is not None and len(graph.consumers(at)) == readers:
        turned = _turned_back(graph, producer)
        if turned is not None:
            return _without_turn(replace(graph, tensors=_reshaped(graph, path, turned)), producer)
        if producer.kind not in _TYPE_ONLY or producer.inputs[0] in graph.outputs:
            return graph
        at, readers = producer.inputs[0], 1
        path.append(at)
    return graph


def _without_turn(graph: Graph, turn: Op) -> Graph:
    """``graph`` whose ``turn`` turns nothing: a reshape to the same shape, or nothing where its operand has no other
    use.
    """
    (given,), (made,) = turn.inputs, turn.outputs
    alone = len(graph.consumers(given)) == 1 and given not in (*graph.outputs, *graph.inputs)
    if not alone or graph.tensors[given].quantization != graph.tensors[made].quantization:
        idle = Op("RESHAPE", turn.name, turn.inputs, turn.outputs)
        return replace(graph, ops=tuple(idle if op is turn else op for op in graph.ops))
    ops = (op for op in graph.ops if op is not turn)
    return replace(graph, ops=tuple(replace(op, outputs=(made,)) if op.outputs == (given,) else op for op in ops))


def _turned(graph: Graph, index: int, op: Op) -> tuple[int, ...] | None:
    """The rows of samples that ``op`` makes of a channels-first tensor."""
    _, height, channels, time = graph.tensors[index].shape
    if op.kind == "TRANSPOSE" and height == 1 and _swaps(op, channels, time):
        return (1, 1, time, channels)
    if op.kind == "RESHAPE" and height == channels == 1 and graph.tensors[op.outputs[0]].shape == (1, 1, time, 1):
        return (1, 1, time, 1) if time > 1 else None
    return None


def _turned_back(graph: Graph, op: Op) -> tuple[int, ...] | None:
    """The rows of samples that ``op`` makes channels-first."""
    _, height, time, channels = graph.tensors[op.inputs[0]].shape
    if op.kind == "TRANSPOSE" and height == 1 and _swaps(op, time, channels):
        return (1, 1, time, channels)
    if op.kind == "RESHAPE" and height == channels == 1 and graph.tensors[op.outputs[0]].shape == (1, 1, 1, time):
        return (1, 1, time, 1) if time > 1 else None
    return None


def _swaps(op: Op, rows: int, columns: int) -> bool:
    return dict(op.attributes) == {"outer": 1, "rows": rows, "columns": columns, "run": 1}


def _reshaped(graph: Graph, indices: list[int], shape: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(
        replace(tensor, shape=shape) if index in indices else tensor for index, tensor in enumerate(graph.tensors)
    )


def _without_idle_reshapes(graph: Graph, index: int) -> Graph:
    """``graph`` without the reshapes of ``index`` to its own shape."""
    idle = {
        op.outputs[0]
        for op in graph.consumers(index)
        if op.kind == "RESHAPE" and graph.tensors[op.outputs[0]].shape == graph.tensors[index].shape
    }
    if idle.intersection(graph.outputs) or any(
        graph.tensors[i].quantization != graph.tensors[index].quantization for i in idle
    ):
        return graph
    ops = (op for op in graph.ops if not idle.intersection(op.outputs))
    kept = (replace(op, inputs=tuple(index if i in idle else i for i in op.inputs)) for op in ops)
    return replace(graph, ops=tuple(kept))
