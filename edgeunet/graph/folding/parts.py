"""Operators that take tensors apart or put them together, in terms of a few that the compiler has.

    SPLIT, SPLIT_V, UNPACK        a SLICE for each output
    PACK                          CONCATENATION of its operands, each reshaped to one more axis
    STRIDED_SLICE with strides    SLICE, then a MAX_POOL_2D whose window is one place (which copies every n-th)
    REVERSE_V2 along channels     CONCATENATION of one-channel slices, as are strides along channels
    CONV_2D in groups             CONCATENATION of convolutions of slices; DEPTHWISE_CONV_2D where each sees one channel

Reversals along time and space stay: they are an operator of their own. All of it is on the file's ranks, in which
channels are the last axis and the batch, if there are four, the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Graph, Op, Tensor

MOST_CHANNELS = 64
"""Channels that are taken one by one."""

Shape = tuple[int, ...]


def in_parts(graph: Graph) -> Graph:
    """``graph`` with every operator of ``PARTS`` replaced by those it is made of, named after it and counted."""
    made, ops = _Parts(list(graph.tensors), []), list[Op]()
    for op in graph.ops:
        PARTS.get(op.kind, _Parts.kept)(made, op)
        several = len(made.ops) > 1
        ops += [replace(part, name=f"{op.name}/{i}") if several else part for i, part in enumerate(made.ops, 1)]
        made.ops.clear()
    return replace(graph, tensors=tuple(made.tensors), ops=tuple(ops))


class _Parts:
    """The tensors so far, and what one operator is made of."""

    def __init__(self, tensors: list[Tensor], ops: list[Op]) -> None:
        self.tensors, self.ops = tensors, ops

    def kept(self, op: Op) -> None:
        self.ops.append(op)

    def split(self, op: Op) -> None:
        """A slice for each output, of ``sizes`` along ``axis``."""
        axis, begin = op.attributes["axis"], 0
        for output, size in zip(op.outputs, op.attributes["sizes"], strict=True):
            self._slice(op, op.inputs[0], output, axis, begin, size)
            begin += size

    def convolution(self, op: Op) -> None:
        """Each group by itself; an ordinary convolution stays what it is."""
        given, weights = (self.tensors[index] for index in op.inputs[:2])
        inside = weights.shape[-1]
        groups, rest = divmod(given.shape[-1], inside)
        if len(weights.shape) != 4 or rest or groups < 2 or weights.shape[0] % groups or weights.data is None:
            self.kept(op)
        elif inside == 1:
            self._depthwise(op, weights, weights.shape[0] // groups)
        else:
            self._grouped(op, groups)

    def _depthwise(self, op: Op, weights: Tensor, multiplier: int) -> None:
        assert weights.data is not None
        quantization = replace(weights.quantization, axis=3) if weights.quantization else None
        data = np.ascontiguousarray(np.moveaxis(weights.data, 0, 3).reshape(1, *weights.shape[1:3], -1))
        self.tensors.append(replace(weights, shape=data.shape, data=data, quantization=quantization))
        attributes = {**op.attributes, "depth_multiplier": multiplier}
        inputs = (op.inputs[0], len(self.tensors) - 1, self._flat(op.inputs[2]))
        self.ops.append(replace(op, kind="DEPTHWISE_CONV_2D", inputs=inputs, attributes=attributes))

    def _grouped(self, op: Op, groups: int) -> None:
        if groups > MOST_CHANNELS:
            raise UnsupportedOpError(
                f"{op.kind} '{op.name}': it has {groups} groups and {MOST_CHANNELS} are supported; use fewer groups, "
                "or a depthwise convolution"
            )
        shape, made = self.tensors[op.inputs[0]].shape, self.tensors[op.outputs[0]].shape
        inside, outside, bias, parts = shape[-1] // groups, made[-1] // groups, self._flat(op.inputs[2]), []
        for group in range(groups):
            part = self._new(op.inputs[0], (*shape[:-1], inside))
            result = self._new(op.outputs[0], (*made[:-1], outside))
            self._slice(op, op.inputs[0], part, len(shape) - 1, group * inside, inside)
            weights = self._rows_of(op.inputs[1], group * outside, outside)
            inputs = (part, weights, bias if bias == ABSENT else self._rows_of(bias, group * outside, outside))
            self.ops.append(replace(op, inputs=inputs, outputs=(result,)))
            parts.append(result)
        self._join(op, parts, op.outputs[0], len(made) - 1)

    def _flat(self, bias: int) -> int:
        """A bias as the row of numbers that it is."""
        data = self.tensors[bias].data if bias != ABSENT else None
        return self._new(bias, (data.size,)) if data is not None else bias

    def _rows_of(self, tensor: int, first: int, size: int) -> int:
        """``size`` output channels of weights ``(out, ...)`` or of a bias, with their scales."""
        whole, rows = self.tensors[tensor], slice(first, first + size)
        assert whole.data is not None
        q = whole.quantization
        if q is not None and len(q.scales) > 1:
            q = replace(q, scales=q.scales[rows], zero_points=q.zero_points[rows])
        data = whole.data[rows]
        self.tensors.append(replace(whole, shape=data.shape, data=data, quantization=q))
        return len(self.tensors) - 1

    def pack(self, op: Op) -> None:
        """The operands side by side along an axis that they don't have yet."""
        axis, parts = op.attributes["axis"], []
        for index in op.inputs:
            shape = self.tensors[index].shape
            parts.append(self._new(index, (*shape[:axis], 1, *shape[axis:])))
            if self.tensors[index].data is None:
                self.ops.append(Op("RESHAPE", op.name, (index,), (parts[-1],)))
        self._join(op, parts, op.outputs[0], axis)

    def strided(self, op: Op) -> None:
        """Axis by axis: turned around where the step is negative, cut, and every n-th place taken."""
        tensor, rank = op.inputs[0], len(self.tensors[op.inputs[0]].shape)
        for axis, (start, size, step) in enumerate(op.attributes["places"]):
            whole = self.tensors[tensor].shape[axis]
            if (start, size, step) == (0, whole, 1):
                continue
            if step < 0:
                tensor, start = self._turned(op, tensor, axis), whole - 1 - start
            if axis == rank - 1 and abs(step) > 1:
                tensor = self._picked(op, tensor, [start + number * abs(step) for number in range(size)])
                continue
            tensor = self._cut(op, tensor, axis, start, size, abs(step))
            if abs(step) > 1:
                tensor = self._thinned(op, tensor, axis, size, abs(step))
        self._end(op, tensor)

    def reverse(self, op: Op) -> None:
        """Along channels by slices; along others an operator that remains."""
        tensor = op.inputs[0]
        for axis in op.attributes["axes"]:
            tensor = self._turned(op, tensor, axis)
        self._end(op, tensor)

    def _end(self, op: Op, tensor: int) -> None:
        """Make ``tensor`` the output of ``op``, whose shape may lack axes that ``tensor`` has."""
        if self.ops and self.tensors[tensor].shape == self.tensors[op.outputs[0]].shape:
            self.ops[-1] = replace(self.ops[-1], outputs=op.outputs)
        else:
            self.ops.append(Op("RESHAPE", op.name, (tensor,), op.outputs))

    def _turned(self, op: Op, tensor: int, axis: int) -> int:
        shape = self.tensors[tensor].shape
        if shape[axis] == 1:
            return tensor
        if axis == len(shape) - 1:
            return self._picked(op, tensor, list(reversed(range(shape[axis]))))
        made = self._new(tensor, shape)
        self.ops.append(Op("REVERSE_V2", op.name, (tensor,), (made,), {"axis": axis}))
        return made

    def _picked(self, op: Op, tensor: int, channels: list[int]) -> int:
        """Those channels of ``tensor``, in that order."""
        if len(channels) > MOST_CHANNELS:
            raise UnsupportedOpError(
                f"{op.kind} '{op.name}': it takes {len(channels)} channels one by one and {MOST_CHANNELS} are "
                "supported; order the channels in the weights of the layer before it"
            )
        shape, parts = self.tensors[tensor].shape, []
        for channel in channels:
            parts.append(self._new(tensor, (*shape[:-1], 1)))
            self._slice(op, tensor, parts[-1], len(shape) - 1, channel, 1)
        made = self._new(tensor, (*shape[:-1], len(channels)))
        self._join(op, parts, made, len(shape) - 1)
        return made

    def _cut(self, op: Op, tensor: int, axis: int, start: int, size: int, step: int) -> int:
        """From ``start`` on; to the last of ``size`` places where more would follow it."""
        shape = self.tensors[tensor].shape
        rest = shape[axis] - start
        kept = rest if -(-rest // step) == size else (size - 1) * step + 1
        if kept == shape[axis]:
            return tensor
        made = self._new(tensor, (*shape[:axis], kept, *shape[axis + 1 :]))
        self._slice(op, tensor, made, axis, start, kept)
        return made

    def _thinned(self, op: Op, tensor: int, axis: int, size: int, step: int) -> int:
        """Every ``step``-th place along time or space."""
        shape = self.tensors[tensor].shape
        place = axis - (len(shape) - 3)
        if place not in (0, 1):
            raise UnsupportedOpError(f"{op.kind} '{op.name}': it steps over the batch, and only batch 1 is supported")
        made = self._new(tensor, (*shape[:axis], size, *shape[axis + 1 :]))
        stride = tuple(step if place == side else 1 for side in (0, 1))
        pool = {"filter": (1, 1), "stride": stride, "padding": (0, 0, 0, 0), "activation": "NONE"}
        self.ops.append(Op("MAX_POOL_2D", op.name, (tensor,), (made,), pool))
        return made

    def _slice(self, op: Op, given: int, made: int, axis: int, start: int, size: int) -> None:
        shape = self.tensors[given].shape
        begin = tuple(start if place == axis else 0 for place in range(len(shape)))
        extent = (*shape[:axis], size, *shape[axis + 1 :])
        self.ops.append(Op("SLICE", op.name, (given,), (made,), {"begin": begin, "size": extent}))

    def _join(self, op: Op, parts: list[int], made: int, axis: int) -> None:
        self.ops.append(Op("CONCATENATION", op.name, tuple(parts), (made,), {"axis": axis, "activation": "NONE"}))

    def _new(self, like: int, shape: Shape) -> int:
        """A tensor of another shape with the quantization of ``like``; the same values, where that is a constant."""
        tensor = self.tensors[like]
        values = tensor.data.reshape(shape) if tensor.data is not None else None
        self.tensors.append(replace(tensor, name=f"{tensor.name}/part", shape=shape, data=values))
        return len(self.tensors) - 1


PARTS: Mapping[str, Callable[[_Parts, Op], None]] = {
    "CONV_2D": _Parts.convolution,
    "SPLIT": _Parts.split,
    "SPLIT_V": _Parts.split,
    "UNPACK": _Parts.split,
    "PACK": _Parts.pack,
    "STRIDED_SLICE": _Parts.strided,
    "REVERSE_V2": _Parts.reverse,
}
"""How each becomes others."""
