"""TRANSPOSEs pushed towards the outputs until they cancel.

PyTorch's networks are channels-first, TFLite's convolutions channels-last, so that a converter puts a TRANSPOSE before
and after each convolution and leaves what lies between (activations, CONCATENATION, PAD, MEAN, reshapes)
channels-first. Here nothing is moved where a TRANSPOSE stands: the tensor is noted to lie in another *order*
(``orders``), and what reads it works on the bytes as they lie, its axes renamed. Only what needs its own order (a
convolution, a pool, an output) moves values, and only those that do not lie so already.

What computes each value alone, or names its axes, gives the same values in any order: all rewrites here are exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from edgeunet.graph.folding.orders import (
    Order,
    Shape,
    cheapest,
    exchanges,
    in_order,
    long_axes,
    natural,
    regrouped,
    reshaped,
)
from edgeunet.graph.ir import Graph, Op, Tensor
from edgeunet.graph.layout import activations


def push_transposes(graph: Graph) -> Graph:
    """``graph``, in the file's ranks, with its TRANSPOSEs as few exchanges of axes as it needs."""
    return graph if all(op.kind != "TRANSPOSE" for op in graph.ops) else _Pushing(graph).pushed()


@dataclass(frozen=True)
class _Form:
    """``tensor`` holds the values of another with its axes in ``order``, under whatever shape."""

    tensor: int
    order: Order


@dataclass(frozen=True)
class _Link:
    """A tensor that is another view of ``source``: how orders of the one are orders of the other, where they are."""

    source: int
    down: Callable[[Order], Order | None]
    up: Callable[[Order], Order | None]
    depth: int = 1


MOST_VIEWS = 32
"""Views of views that are followed; whatever a file strings together, no network has so many."""


class _Pushing:
    """The graph so far: what was made, and in which forms each tensor of the file is there."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tensors = list(graph.tensors)
        self.ops: list[Op] = []
        self.forms: dict[int, list[_Form]] = {}
        self.links: dict[int, _Link] = {}

    def pushed(self) -> Graph:
        for index, tensor in enumerate(self.graph.tensors):
            if tensor.is_constant or index in self.graph.inputs:
                self.forms[index] = [_Form(index, natural(tensor.shape))]
        for op in self.graph.ops:
            RULES.get(op.kind, _in_natural_order)(self, op)
        for index in self.graph.outputs:
            producer = self.graph.producer(index)
            self.formed(index, natural(self.shape(index)), producer.name if producer else "output")
        return replace(self.graph, tensors=tuple(self.tensors), ops=tuple(self.ops))

    def shape(self, index: int) -> Shape:
        return self.graph.tensors[index].shape

    def forms_of(self, index: int) -> list[_Form]:
        """The forms in which a tensor is there: its own, and those of what it is only another view of."""
        own, link = self.forms[index], self.links.get(index)
        if link is None:
            return own
        seen = ((form.tensor, link.down(form.order)) for form in self.forms_of(link.source))
        return [*own, *(_Form(tensor, order) for tensor, order in seen if order is not None)]

    def link(self, index: int, link: _Link) -> None:
        """Note that a tensor is a view of another; beyond so many only in the forms that are there now."""
        above = self.links.get(link.source)
        link = replace(link, depth=1 if above is None else above.depth + 1)
        self.links[index] = link
        self.forms.setdefault(index, [])
        if link.depth > MOST_VIEWS:
            self.forms[index] = self.forms_of(index)
            del self.links[index]

    def add(self, index: int, form: _Form) -> None:
        """Note another form of a tensor, and of what it is a view of."""
        self.forms[index].append(form)
        link = self.links.get(index)
        order = None if link is None else link.up(form.order)
        if link is not None and order is not None:
            self.add(link.source, _Form(form.tensor, order))

    def orders(self, index: int) -> list[Order]:
        """The orders in which a tensor is there."""
        return [form.order for form in self.forms_of(index)]

    def is_natural(self, index: int, order: Order) -> bool:
        shape = self.shape(index)
        return long_axes(order, shape) == long_axes(natural(shape), shape)

    def has(self, index: int, order: Order) -> bool:
        wanted = long_axes(order, self.shape(index))
        return any(long_axes(form.order, self.shape(index)) == wanted for form in self.forms_of(index))

    def formed(self, index: int, order: Order, layer: str, shape: Shape | None = None) -> int:
        """A tensor that holds ``index`` in ``order``, as ``shape`` or with the sizes of its axes in that order."""
        own = self.shape(index)
        shape = shape or (own if self.is_natural(index, order) else in_order(own, order))
        if self.graph.tensors[index].data is not None:
            return self._constant(index, order, shape)
        wanted = long_axes(order, own)
        found = next((form for form in self.forms_of(index) if long_axes(form.order, own) == wanted), None)
        if found is None:
            found = self._moved(index, order, layer)
        return self._shaped(index, found, shape, layer)

    def _constant(self, index: int, order: Order, shape: Shape) -> int:
        tensor = self.graph.tensors[index]
        assert tensor.data is not None
        if self.is_natural(index, order) and shape == tensor.shape:
            return index
        data = np.ascontiguousarray(tensor.data.transpose(order)).reshape(shape)
        data.flags.writeable = False
        return self.new(replace(tensor, shape=shape, data=data))

    def _moved(self, index: int, order: Order, layer: str) -> _Form:
        """Exchange axes of the first form there is, one step after another."""
        source, own = self.forms_of(index)[0], self.shape(index)
        at, steps = source.tensor, exchanges(own, source.order, order)
        for number, step in enumerate(steps, 1):
            sizes = (step.outer, step.columns, step.rows, step.run)
            last, shape = number == len(steps), (1, *(size for size in sizes if size != 1))
            if last:
                shape = own if self.is_natural(index, order) else in_order(own, order)
            missing = last and self._awaited(index, _Form(at, order), shape)
            made = index if missing else self.new(replace(self.graph.tensors[index], shape=shape))
            self.ops.append(Op("TRANSPOSE", f"{layer}/order", (at,), (made,), vars(step)))
            at = made
        form = _Form(at, order)
        self.add(index, form)
        return form

    def _shaped(self, index: int, form: _Form, shape: Shape, layer: str) -> int:
        """The tensor of ``form`` under ``shape`` and with the quantization of ``index``: itself where it is so."""
        tensor, wanted = self.tensors[form.tensor], self.graph.tensors[index]
        if (
            tensor.shape == shape
            and tensor.quantization == wanted.quantization
            and not self._awaited(index, form, shape)
        ):
            return form.tensor
        made = index if self._awaited(index, form, shape) else self.new(replace(wanted, shape=shape))
        self.ops.append(Op("RESHAPE", f"{layer}/shape", (form.tensor,), (made,)))
        self.forms[index].insert(0, _Form(made, form.order))
        return made

    def _awaited(self, index: int, form: _Form, shape: Shape) -> bool:
        """Whether this is the file's own tensor, an output of the graph that nothing has made yet."""
        missing = index in self.graph.outputs and all(other.tensor != index for other in self.forms_of(index))
        return missing and shape == self.shape(index) and self.is_natural(index, form.order)

    def new(self, tensor: Tensor) -> int:
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def emit(self, op: Op, inputs: tuple[int, ...], order: Order, kept: Shape | None = None, **attributes: Any) -> None:
        """``op`` on operands that lie in ``order``, so that its output does; ``kept`` is its shape before axes drop."""
        (made,) = op.outputs
        shape = kept or self.shape(made)
        after = order if kept is None else reshaped(shape, self.shape(made), order)
        assert after is not None  # only axes of length 1 drop
        if long_axes(order, shape) == long_axes(natural(shape), shape) and kept is None:
            target = made
        else:
            target = self.new(replace(self.graph.tensors[made], shape=in_order(shape, order)))
        self.ops.append(replace(op, inputs=inputs, outputs=(target,), attributes={**op.attributes, **attributes}))
        self.forms[made] = [_Form(target, after)]


def _in_natural_order(pushing: _Pushing, op: Op) -> None:
    """What needs the file's own order of axes."""
    data = set(activations(op))
    inputs = tuple(
        pushing.formed(index, natural(pushing.shape(index)), op.name) if index in data else index for index in op.inputs
    )
    pushing.ops.append(replace(op, inputs=inputs))
    for index in op.outputs:
        pushing.forms[index] = [_Form(index, natural(pushing.shape(index)))]


def _transposed(pushing: _Pushing, op: Op) -> None:
    places = op.attributes["permutation"]
    link = _Link(
        op.inputs[0],
        lambda order: tuple(places.index(axis) for axis in order),
        lambda order: tuple(places[axis] for axis in order),
    )
    pushing.link(op.outputs[0], link)


def _reshaped(pushing: _Pushing, op: Op) -> None:
    given, made = op.inputs[0], op.outputs[0]
    if pushing.graph.tensors[given].is_constant:
        return _in_natural_order(pushing, op)
    before, after = pushing.shape(given), pushing.shape(made)
    orders = [reshaped(before, after, order) for order in pushing.orders(given)]
    if all(order is None for order in orders):
        nearest = regrouped(before, after, _preferred(pushing, given))
        pushing.formed(given, nearest, op.name)
        orders = [reshaped(before, after, nearest)]
    if all(order is None or pushing.is_natural(made, order) for order in orders):
        _in_natural_order(pushing, op)
    link = _Link(given, lambda order: reshaped(before, after, order), lambda order: reshaped(after, before, order))
    pushing.link(made, link)
    return None


def _preferred(pushing: _Pushing, index: int) -> Order:
    return cheapest([(order, 0) for order in pushing.orders(index)], pushing.shape(index))


def _each_value(pushing: _Pushing, op: Op) -> None:
    """A function of one value. The change of type at an output stays last, where the caller may do it."""
    if op.outputs[0] in pushing.graph.outputs and op.kind in ("QUANTIZE", "DEQUANTIZE"):
        return _in_natural_order(pushing, op)
    order = _preferred(pushing, op.inputs[0])
    if len(order) != len(pushing.shape(op.outputs[0])):
        return _in_natural_order(pushing, op)
    return pushing.emit(op, (pushing.formed(op.inputs[0], order, op.name),), order)


def _widened(order: Order, more: int) -> Order:
    """``order`` with ``more`` axes of length 1 in front."""
    return (*range(more), *(axis + more for axis in order))


def _common_order(pushing: _Pushing, op: Op) -> Order:
    """The order in which most of the operands are there already."""
    shape = pushing.shape(op.outputs[0])
    signals = [index for index in op.inputs if not pushing.graph.tensors[index].is_constant]
    candidates = []
    for index in signals:
        for own in pushing.orders(index):
            order = _widened(own, len(shape) - len(own))
            cost = sum(
                math.prod(pushing.shape(i)) for i in signals if not pushing.has(i, _own(order, pushing.shape(i)))
            )
            candidates.append((order, cost))
    return cheapest(candidates, shape) if candidates else natural(shape)


def _own(order: Order, shape: Shape) -> Order:
    """``order``, of as many axes as the output has, for an operand that has fewer."""
    more = max(order) + 1 - len(shape)
    return tuple(axis - more for axis in order if axis >= more)


def _movable(tensor: Tensor, rank: int) -> bool:
    """Whether an operand has at most ``rank`` axes and, where it is constant, a value for each of its places."""
    return len(tensor.shape) <= rank and (tensor.data is None or tensor.data.shape == tensor.shape)


def _values_together(pushing: _Pushing, op: Op) -> None:
    """A function of values at the same place; operands are repeated along axes of length 1."""
    shape = pushing.shape(op.outputs[0])
    if not all(_movable(pushing.tensors[index], len(shape)) for index in op.inputs):
        return _in_natural_order(pushing, op)
    order = _common_order(pushing, op)
    if pushing.is_natural(op.outputs[0], order):
        return _in_natural_order(pushing, op)
    inputs = []
    for index in op.inputs:
        own = pushing.shape(index)
        sizes = (1,) * (len(shape) - len(own)) + own
        inputs.append(pushing.formed(index, _own(order, own), op.name, in_order(sizes, order)))
    return pushing.emit(op, tuple(inputs), order)


def _joined(pushing: _Pushing, op: Op) -> None:
    rank = len(pushing.shape(op.outputs[0]))
    if any(len(pushing.shape(i)) != rank or not _movable(pushing.tensors[i], rank) for i in op.inputs):
        return _in_natural_order(pushing, op)
    order = _common_order(pushing, op)
    if pushing.is_natural(op.outputs[0], order):
        return _in_natural_order(pushing, op)
    inputs = tuple(pushing.formed(index, order, op.name, in_order(pushing.shape(index), order)) for index in op.inputs)
    return pushing.emit(op, inputs, order, axis=order.index(op.attributes["axis"]))


def _along_axes(pushing: _Pushing, op: Op) -> None:
    """What names axes in its attributes: paddings, parts, axes to reduce, times to repeat."""
    index, attributes = op.inputs[0], dict(op.attributes)
    order, shape = _preferred(pushing, index), pushing.shape(index)
    if pushing.is_natural(index, order):
        return _in_natural_order(pushing, op)
    kept = None
    for name in ("paddings", "begin", "size", "multiples"):
        if name in attributes:
            attributes[name] = tuple(attributes[name][axis] for axis in order)
    if "size" in attributes:
        kept = tuple(op.attributes["size"])
    if "axes" in attributes:
        kept = tuple(1 if axis in attributes["axes"] else size for axis, size in enumerate(shape))
        attributes["axes"] = tuple(sorted(order.index(axis) for axis in attributes["axes"]))
    if "axis" in attributes:
        attributes["axis"] = order.index(attributes["axis"])
    if reshaped(kept or shape, pushing.shape(op.outputs[0]) if kept else shape, order) is None:
        return _in_natural_order(pushing, op)
    given = pushing.formed(index, order, op.name, in_order(shape, order))
    return pushing.emit(op, (given, *op.inputs[1:]), order, kept, **attributes)


def _last_axis(pushing: _Pushing, op: Op) -> None:
    """What works on the last axis alone: any order of the others will do."""
    given, made = (pushing.shape(index) for index in (op.inputs[0], op.outputs[0]))
    order = _preferred(pushing, op.inputs[0])
    rows = op.kind != "FULLY_CONNECTED" or pushing.tensors[op.inputs[1]].shape[-1:] == given[-1:]
    if not given or not rows or len(given) != len(made) or order[-1] != len(given) - 1:
        return _in_natural_order(pushing, op)
    data = pushing.formed(op.inputs[0], order, op.name, in_order(given, order))
    return pushing.emit(op, (data, *op.inputs[1:]), order)


_EACH = (
    "RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "LEAKY_RELU", "GELU", "LOGISTIC", "TANH", "RSQRT", "NEG", "ABS",
    "ELU", "HARD_SWISH", "EXP", "LOG", "SQRT", "SQUARE", "SIN", "COS", "SIGN", "FLOOR", "CEIL", "ROUND", "QUANTIZE",
    "DEQUANTIZE",
)  # fmt: skip
_TOGETHER = ("ADD", "SUB", "MUL", "DIV", "SQUARED_DIFFERENCE", "MINIMUM", "MAXIMUM", "PRELU")
_AXES = ("PAD", "SLICE", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "TILE", "GATHER")
RULES: Mapping[str, Callable[[_Pushing, Op], None]] = {
    **dict.fromkeys(_EACH, _each_value),
    **dict.fromkeys(_TOGETHER, _values_together),
    **dict.fromkeys(_AXES, _along_axes),
    "TRANSPOSE": _transposed,
    "RESHAPE": _reshaped,
    "CONCATENATION": _joined,
    "SOFTMAX": _last_axis,
    "FULLY_CONNECTED": _last_axis,
}
"""How a TRANSPOSE passes each kind of operator; others need their own order."""
