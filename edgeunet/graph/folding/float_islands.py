"""Float operators between DEQUANTIZE and QUANTIZE, turned into tables of 256 entries.

The converter has no int8 form of NEG, SIN, SQUARE and others: Keras' LayerNormalization becomes DEQUANTIZE, NEG in
float32, QUANTIZE. Whatever float operators do to one int8 value (one of them, a chain, or several that come together
again, with single numbers as other operands), all together map 256 stored values to 256 others: they become one
operator, ``FLOAT_FUNCTION``, whose table is computed with the same float32 arithmetic
(``graph.evaluation.float_functions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edgeunet.graph.evaluation.float_functions import FLOAT_FUNCTIONS, FloatStep
from edgeunet.graph.ir import Graph, Op

MOST_STEPS = 64
"""Operators in a row; a longer chain is no function of one value that anybody wrote; it bounds how deep is looked."""


def fold_islands(graph: Graph) -> Graph:
    """``graph`` with the float operators before each QUANTIZE that depend on one int8 value replaced by one operator.

    What is left without a reader (the DEQUANTIZE and the float operators) goes with whatever nobody needs.
    """
    producers = {op.outputs[0]: op for op in graph.ops}
    return replace(graph, ops=tuple(_folded(graph, op, producers) for op in graph.ops))


def _folded(graph: Graph, op: Op, producers: Mapping[int, Op]) -> Op:
    """The operator that a QUANTIZE closes an island with, else ``op`` itself."""
    closed, made = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if op.kind != "QUANTIZE" or closed.dtype != "float32" or made.dtype != "int8" or closed.is_constant:
        return op
    island = _Island(graph, producers)
    if not island.entered(op.inputs[0]) or island.source is None or not island.steps:
        return op
    name = producers[op.inputs[0]].name
    return Op("FLOAT_FUNCTION", name, (island.source,), op.outputs, {"steps": tuple(island.steps)})


class _Island:
    """The steps found so far, walking from a float value back to what it is computed from."""

    def __init__(self, graph: Graph, producers: Mapping[int, Op]) -> None:
        self.graph, self.producers = graph, producers
        self.source: int | None = None
        """The int8 tensor that all of it depends on."""
        self.places: dict[int, int] = {}
        self.steps: list[FloatStep] = []

    def entered(self, tensor: int, depth: int = 0) -> bool:
        """Whether ``tensor`` is one of its values: known, the source dequantized, a single number, or a step's."""
        if tensor in self.places:
            return True
        number = self.graph.tensors[tensor].data
        if number is not None:
            fits = number.size == 1 and number.dtype == "float32"
            return fits and self._add(tensor, FloatStep("CONSTANT", (), {"value": float(number.reshape(-1)[0])}))
        op = self.producers.get(tensor)
        if op is None or depth > MOST_STEPS:
            return False
        if op.kind == "DEQUANTIZE":
            return self._opened(op)
        reached = op.kind in FLOAT_FUNCTIONS and all(self.entered(index, depth + 1) for index in op.inputs)
        if not reached:
            return False
        return self._add(tensor, FloatStep(op.kind, tuple(self.places[index] for index in op.inputs), op.attributes))

    def _opened(self, op: Op) -> bool:
        """Whether a DEQUANTIZE is of the one source."""
        given = op.inputs[0]
        if self.graph.tensors[given].dtype != "int8" or self.source not in (None, given):
            return False
        self.source = given
        self.places[op.outputs[0]] = 0
        return True

    def _add(self, tensor: int, step: FloatStep) -> bool:
        self.steps.append(step)
        self.places[tensor] = len(self.steps)
        return True
