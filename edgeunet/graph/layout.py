"""One layout for every activation: NHWC with N = 1, and time along W.

Three steps on a graph that still has the file's ranks: shapes of any rank become four-dimensional by ones in front
(``(1, time, channels)`` and ``(1, 1, time, channels)`` are the same bytes); where an operator drops an axis (a MEAN
that does not keep dimensions, a slice that shrinks) a RESHAPE follows it; and where every image between two reshapes
is ``T x 1`` its axes are exchanged, so that one-dimensional signals are ``(1, 1, time, channels)`` however they were
built.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Graph, Op, Quantization, Tensor

WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")
"""Operators whose inputs 1 and 2 are weights and bias, which keep their own layout."""

_SHAPE_FREE = ("RESHAPE", "TRANSPOSE", "FULLY_CONNECTED", "BATCH_MATMUL")
_BY_AXIS_PAIR = ("stride", "dilation", "filter")
_BY_AXIS_QUAD = ("begin", "size", "paddings")


def canonical(graph: Graph) -> Graph:
    """``graph`` with every activation ``(1, height, width, channels)``, one-dimensional signals along the width.

    Raises
    ------
    UnsupportedOpError
        When an activation has a batch other than 1 or more than four dimensions.
    """
    graph = _with_places_in_bytes(_rank_4(_with_flat_biases(graph)))
    return _time_along_width(_with_maxima_pooled(_with_dropped_axes_reshaped(graph)))


def activations(op: Op) -> tuple[int, ...]:
    """The inputs of ``op`` that are not weights or bias."""
    if op.kind in WEIGHTED:
        return op.inputs[:1]
    return tuple(index for index in op.inputs if index != ABSENT)


def _with_flat_biases(graph: Graph) -> Graph:
    """Biases of any rank, such as ``(1, channels)``, as the row of numbers that interpreters take them for.

    Not those of DEPTHWISE_CONV_2D, which LiteRT refuses unless they are a row.
    """
    tensors, ops = list(graph.tensors), []
    for op in graph.ops:
        bias = op.inputs[2] if op.kind in WEIGHTED and op.kind != "DEPTHWISE_CONV_2D" else ABSENT
        data = tensors[bias].data if bias != ABSENT else None
        if data is not None and data.ndim != 1:
            tensors.append(replace(tensors[bias], shape=(data.size,), data=data.reshape(-1)))
            op = replace(op, inputs=(*op.inputs[:2], len(tensors) - 1))
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _rank_4(graph: Graph) -> Graph:
    tensors = list(graph.tensors)
    layer = {index: op.name for op in graph.ops for index in op.outputs}
    data = {index for op in graph.ops for index in (*activations(op), *op.outputs)} | {*graph.inputs, *graph.outputs}
    for index in sorted(data):
        tensor = tensors[index]
        shape = _four(tensor, layer.get(index, "input"))
        packed = tensor.data is None or tensor.data.size != math.prod(shape)
        values = tensor.data if packed or tensor.data is None else tensor.data.reshape(shape)
        tensors[index] = replace(tensor, shape=shape, data=values)
    ops = tuple(replace(op, attributes=_lifted(op, len(graph.tensors[op.inputs[0]].shape))) for op in graph.ops)
    return replace(graph, tensors=tuple(tensors), ops=ops)


def _four(tensor: Tensor, layer: str) -> tuple[int, ...]:
    shape = tensor.shape
    while len(shape) > 4 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) > 4:
        raise UnsupportedOpError(
            f"'{layer}': tensor '{tensor.name}' has shape {tensor.shape}, and at most four dimensions besides a batch "
            "of 1 are supported; reshape to (1, height, width, channels)"
        )
    shape = (1,) * (4 - len(shape)) + shape
    if shape[0] != 1:
        raise UnsupportedOpError(
            f"'{layer}': tensor '{tensor.name}' has a batch of {shape[0]} (shape {tensor.shape}), and only batch 1 "
            "is supported; convert the model with batch size 1"
        )
    return shape


def _lifted(op: Op, rank: int) -> Mapping[str, Any]:
    """Attributes of ``op`` with axes counted in four dimensions instead of ``rank``."""
    shift, attributes = 4 - rank, dict(op.attributes)
    if "axis" in attributes:
        attributes["axis"] += shift
    if "axes" in attributes:
        attributes["axes"] = tuple(axis + shift for axis in attributes["axes"] if axis + shift > 0)
    for name, neutral in (("begin", 0), ("size", 1), ("paddings", (0, 0))):
        if name in attributes:
            attributes[name] = ((neutral,) * 4 + tuple(attributes[name]))[-4:]
    return attributes


def _with_dropped_axes_reshaped(graph: Graph) -> Graph:
    tensors, ops = list(graph.tensors), []
    for op in graph.ops:
        kept = _kept_shape(op, tensors)
        (output,) = op.outputs
        if kept is None or kept == tensors[output].shape:
            ops.append(op)
            continue
        if math.prod(kept) != math.prod(tensors[output].shape):
            raise UnsupportedOpError(f"{op.kind} '{op.name}': its output {tensors[output].shape} should be {kept}")
        tensors.append(replace(tensors[output], shape=kept, name=f"{tensors[output].name}/kept"))
        ops.append(replace(op, outputs=(len(tensors) - 1,)))
        ops.append(Op("RESHAPE", f"{op.name}/drop", (len(tensors) - 1,), (output,)))
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def _with_places_in_bytes(graph: Graph) -> Graph:
    """Every ARG_MAX and ARG_MIN over channels with int8 places, one per row, instead of the file's int32 or int64.

    They are the same numbers where there are at most 128 channels, and an output of the graph alone (``rules``).
    """
    tensors = list(graph.tensors)
    for op in graph.ops:
        if op.kind in ("ARG_MAX", "ARG_MIN") and op.attributes["axis"] == 3:
            shape = (*tensors[op.inputs[0]].shape[:3], 1)
            made = replace(tensors[op.outputs[0]], shape=shape, dtype="int8", quantization=Quantization((1.0,), (0,)))
            tensors[op.outputs[0]] = made
    return replace(graph, tensors=tuple(tensors))


def _with_maxima_pooled(graph: Graph) -> Graph:
    """Every REDUCE_MAX over height and width as the MAX_POOL_2D of one window that it is; one over channels stays."""
    ops = []
    for op in graph.ops:
        if op.kind == "REDUCE_MAX" and 3 not in op.attributes["axes"]:
            _, height, width, _ = graph.tensors[op.inputs[0]].shape
            axes = op.attributes["axes"]
            window = (height if 1 in axes else 1, width if 2 in axes else 1)
            pool = {"filter": window, "stride": (1, 1), "padding": (0, 0, 0, 0), "activation": "NONE", "whole": True}
            op = replace(op, kind="MAX_POOL_2D", attributes=pool)
        ops.append(op)
    return replace(graph, ops=tuple(ops))


def _kept_shape(op: Op, tensors: list[Tensor]) -> tuple[int, ...] | None:
    """The four-dimensional output shape of an operator that may have dropped axes."""
    if op.kind in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"):
        shape = tensors[op.inputs[0]].shape
        return tuple(1 if axis in op.attributes["axes"] else size for axis, size in enumerate(shape))
    if op.kind == "SLICE":
        return tuple(op.attributes["size"])
    return None


def _time_along_width(graph: Graph) -> Graph:
    upright = _upright(graph)
    if not upright:
        return graph
    tensors = list(graph.tensors)
    for index in upright:
        _, height, _, channels = tensors[index].shape
        tensors[index] = replace(tensors[index], shape=(1, 1, height, channels))
    turned: dict[int, int] = {}
    ops = tuple(
        _turned_op(op, tensors, turned) if op.kind not in _SHAPE_FREE and op.outputs[0] in upright else op
        for op in graph.ops
    )
    return replace(graph, tensors=tuple(tensors), ops=ops)


def _upright(graph: Graph) -> set[int]:
    """Activations in regions (between reshapes) where every image is one column, and some are higher than one row."""
    region = list(range(len(graph.tensors)))

    def find(index: int) -> int:
        while region[index] != index:
            region[index] = region[region[index]]
            index = region[index]
        return index

    members = set(graph.inputs)
    for op in graph.ops:
        members.update(op.outputs)
        if op.kind in _SHAPE_FREE:
            continue
        for index in activations(op):
            if not graph.tensors[index].is_constant:
                region[find(index)] = find(op.outputs[0])
    regions: dict[int, set[int]] = {}
    for index in members:
        regions.setdefault(find(index), set()).add(index)
    matrices = {i for op in graph.ops if op.kind == "BATCH_MATMUL" for i in (*op.inputs, *op.outputs)}
    result: set[int] = set()
    for indices in regions.values():
        if indices & matrices:  # whose height counts them
            continue
        shapes = [graph.tensors[index].shape for index in indices]
        if all(shape[2] == 1 for shape in shapes) and any(shape[1] > 1 for shape in shapes):
            result |= indices
    return result


def _turned_op(op: Op, tensors: list[Tensor], turned: dict[int, int]) -> Op:
    """``op`` with height and width exchanged in its attributes, weights and constant operands."""
    attributes = dict(op.attributes)
    for name in _BY_AXIS_PAIR:
        if name in attributes:
            attributes[name] = (attributes[name][1], attributes[name][0])
    for name in _BY_AXIS_QUAD:
        if name in attributes:
            first, height, width, last = attributes[name]
            attributes[name] = (first, width, height, last)
    if "padding" in attributes:
        top, bottom, left, right = attributes["padding"]
        attributes["padding"] = (left, right, top, bottom)
    if "axis" in attributes:
        attributes["axis"] = _turned_axis(attributes["axis"])
    if "axes" in attributes:
        attributes["axes"] = tuple(sorted(_turned_axis(axis) for axis in attributes["axes"]))
    inputs = list(op.inputs)
    for position, index in enumerate(inputs):
        data = tensors[index].data if index != ABSENT else None
        if data is not None and data.ndim == 4:  # what packs several numbers into a byte is refused by the rules
            inputs[position] = _turned_constant(index, tensors, turned)
    return replace(op, inputs=tuple(inputs), attributes=attributes)


def _turned_axis(axis: int) -> int:
    return {1: 2, 2: 1}.get(axis, axis)


def _turned_constant(index: int, tensors: list[Tensor], turned: dict[int, int]) -> int:
    if index not in turned:
        tensor = tensors[index]
        assert tensor.data is not None
        data = np.ascontiguousarray(tensor.data.swapaxes(1, 2))
        data.flags.writeable = False
        tensors.append(replace(tensor, shape=data.shape, data=data))
        turned[index] = len(tensors) - 1
    return turned[index]
