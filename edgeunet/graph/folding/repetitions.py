"""TILE and GATHER at constant places as what they are: nearest upsampling, slices, tensors side by side.

Keras' ``UpSampling1D`` becomes EXPAND_DIMS, TILE along the new axis and RESHAPE; others gather each row twice, or
broadcast it. In bytes, repeating an axis of ``length`` values with ``inner`` behind each is

    (outer, length * inner)  ->  (outer, times, length * inner)

that is, every row of ``length * inner`` values written ``times`` times: RESIZE_NEAREST_NEIGHBOR of a signal with that
many channels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.evaluation.arithmetic import nearest_indices
from edgeunet.graph.ir import Graph, Op, Tensor

MOST_PARTS = 64
"""Parts that a tensor is put together from."""

_GRIDS = ((False, False), (False, True), (True, False))
"""``align_corners`` and ``half_pixel_centers`` of the ways to resize."""


def with_full_ranks(graph: Graph) -> Graph:
    """``graph`` with a RESHAPE before every TILE that has more axes than its operand, and after a GATHER of another
    rank.
    """
    tensors, ops = list(graph.tensors), []
    for op in graph.ops:
        given, made = op.inputs[0], op.outputs[0]
        shape = tensors[given].shape
        if op.kind == "TILE" and len(shape) < len(op.attributes["multiples"]):
            tensors.append(replace(tensors[given], shape=(1,) * (len(op.attributes["multiples"]) - len(shape)) + shape))
            ops.append(Op("RESHAPE", f"{op.name}/axes", (given,), (len(tensors) - 1,)))
            op = replace(op, inputs=(len(tensors) - 1,))
        if op.kind == "GATHER" and len(shape) != len(tensors[made].shape):
            axis, count = op.attributes["axis"], len(op.attributes["indices"])
            tensors.append(replace(tensors[made], shape=(*shape[:axis], count, *shape[axis + 1 :])))
            ops.append(replace(op, outputs=(len(tensors) - 1,)))
            op = Op("RESHAPE", f"{op.name}/axes", (len(tensors) - 1,), (made,))
        ops.append(op)
    return replace(graph, tensors=tuple(tensors), ops=tuple(ops))


def expand_repetitions(graph: Graph) -> Graph:
    """``graph`` without TILE and GATHER.

    Raises
    ------
    UnsupportedOpError
        For a GATHER from more places than tensors can be put together from.
    """
    expansion = _Expansion(graph)
    for op in graph.ops:
        {"TILE": expansion.tile, "GATHER": expansion.gather}.get(op.kind, expansion.ops.append)(op)
    return replace(graph, tensors=tuple(expansion.tensors), ops=tuple(expansion.ops))


class _Expansion:
    def __init__(self, graph: Graph) -> None:
        self.tensors = list(graph.tensors)
        self.ops: list[Op] = []

    def _like(self, index: int, shape: Sequence[int]) -> int:
        self.tensors.append(replace(self.tensors[index], shape=tuple(shape), data=None))
        return len(self.tensors) - 1

    def _reshape(self, op: Op, index: int, shape: Sequence[int]) -> int:
        if self.tensors[index].shape == tuple(shape):
            return index
        made = self._like(index, shape)
        self.ops.append(Op("RESHAPE", f"{op.name}/rows", (index,), (made,)))
        return made

    def _close(self, op: Op, index: int) -> None:
        """The last step: into the tensor that the operator made."""
        self.ops.append(Op("RESHAPE", op.name, (index,), op.outputs))

    def tile(self, op: Op) -> None:
        (at,) = op.inputs
        shape = list(self.tensors[at].shape)
        for axis, times in enumerate(op.attributes["multiples"]):
            if times == 1:
                continue
            after = [*shape[:axis], shape[axis] * times, *shape[axis + 1 :]]
            if math.prod(shape[axis + 1 :]) == 1 and times <= MOST_PARTS:
                at = self._side_by_side(op, [self._reshape(op, at, shape)] * times, axis, after)
            else:
                at = self._rows(op, at, math.prod(shape[:axis]), math.prod(shape[axis:]), times)
            shape = after
        self._close(op, at)

    def _side_by_side(self, op: Op, parts: Sequence[int], axis: int, shape: Sequence[int]) -> int:
        made = self._like(parts[0], shape)
        self.ops.append(Op("CONCATENATION", op.name, tuple(parts), (made,), {"axis": axis, "activation": "NONE"}))
        return made

    def _rows(self, op: Op, at: int, rows: int, channels: int, times: int) -> int:
        """Each of ``rows`` rows ``times`` times."""
        every = np.arange(rows * times) // times
        if times > MOST_PARTS or np.array_equal(nearest_indices(rows, rows * times, False, False), every):
            return self._resized(op, self._reshape(op, at, (1, 1, rows, channels)), rows * times, (False, False))
        parts = [self._reshape(op, at, (1, rows, 1, channels))] * times
        return self._side_by_side(op, parts, 2, (1, rows, times, channels))

    def _resized(self, op: Op, at: int, width: int, grid: tuple[bool, bool]) -> int:
        one, height, _, channels = self.tensors[at].shape
        made = self._like(at, (one, height, width, channels))
        attributes = {"align_corners": grid[0], "half_pixel_centers": grid[1]}
        self.ops.append(Op("RESIZE_NEAREST_NEIGHBOR", op.name, (at,), (made,), attributes))
        return made

    def gather(self, op: Op) -> None:
        shape, (axis, indices) = self.tensors[op.inputs[0]].shape, (op.attributes["axis"], op.attributes["indices"])
        outer, length, inner = math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :])
        times, rest = divmod(len(indices), length)
        if not rest and times > 1 and inner > 1 and list(indices) == [place // times for place in range(len(indices))]:
            return self._close(op, self._rows(op, op.inputs[0], outer * length, inner, times))
        runs = _runs(indices)
        for grid in _GRIDS if len(runs) > 1 and inner > 1 else ():
            if list(indices) == nearest_indices(length, len(indices), *grid).tolist():
                at = self._reshape(op, op.inputs[0], (1, outer, length, inner))
                return self._close(op, self._resized(op, at, len(indices), grid))
        if len(runs) > MOST_PARTS:
            raise UnsupportedOpError(
                f"GATHER '{op.name}': it takes {len(runs)} separate parts of an axis of {length} and {MOST_PARTS} are "
                "supported; upsample by a nearest-neighbour resize, reorder channels by their weights"
            )
        return self._parts(op, runs, axis)

    def _parts(self, op: Op, runs: Sequence[tuple[int, int]], axis: int) -> None:
        shape, parts = self.tensors[op.inputs[0]].shape, []
        for first, last in runs:
            size = (*shape[:axis], last - first, *shape[axis + 1 :])
            begin = tuple(first if place == axis else 0 for place in range(len(shape)))
            parts.append(self._like(op.inputs[0], size))
            name = op.name if len(runs) == 1 else f"{op.name}/part{len(parts)}"
            self.ops.append(Op("SLICE", name, op.inputs, (parts[-1],), {"begin": begin, "size": size}))
        made = self.tensors[op.outputs[0]].shape
        self._close(op, parts[0] if len(parts) == 1 else self._side_by_side(op, parts, axis, made))


def _runs(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of neighbouring places: first, and one past the last."""
    starts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(indices)) if b != a + 1)]
    return [(indices[a], indices[b - 1] + 1) for a, b in pairwise([*starts, len(indices)])]


def join_reshapes(graph: Graph) -> Graph:
    """``graph`` with every RESHAPE or exchange of axes of a RESHAPE as one of what that read, and without operators
    that
    nothing needs."""
    source: dict[int, int] = {}
    ops = []
    for op in graph.ops:
        if op.kind in ("RESHAPE", "TRANSPOSE"):
            given = source.get(op.inputs[0], op.inputs[0])
            op = replace(op, inputs=(given,))
            if op.kind == "RESHAPE" and _alike(graph.tensors[given], graph.tensors[op.outputs[0]]):
                source[op.outputs[0]] = given
        ops.append(op)
    needed, kept = set(graph.outputs), []
    for op in reversed(ops):
        if needed.intersection(op.outputs):
            needed.update(op.inputs)
            kept.append(op)
    return replace(graph, ops=tuple(reversed(kept)))


def without_idle_reshapes(graph: Graph) -> Graph:
    """``graph``, in one layout, without reshapes to the shape that their operand has."""
    source: dict[int, int] = {}
    ops = []
    for op in graph.ops:
        op = replace(op, inputs=tuple(source.get(index, index) for index in op.inputs))
        given, made = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
        idle = op.kind == "RESHAPE" and given.shape == made.shape and _alike(given, made)
        if idle and op.outputs[0] not in graph.outputs:
            source[op.outputs[0]] = op.inputs[0]
        else:
            ops.append(op)
    return replace(graph, ops=tuple(ops))


def _alike(one: Tensor, other: Tensor) -> bool:
    return one.quantization == other.quantization and one.dtype == other.dtype
