"""A schedule as C: one call and one comment per layer, its argument structs and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from edgeunet.emit.source import Layer
from edgeunet.emit.stream import (
    EDGE,
    FILL,
    MOVE,
    Edge,
    Entry,
    Exit,
    Move,
    Rows,
    Setter,
    edge_position,
    edges,
    kept_history,
    passage,
    pointer,
    restored_history,
    rows_of,
)
from edgeunet.emit.tables import Tables
from edgeunet.emit.template import CPage, render
from edgeunet.escaping.c import CComment, CIdentifier, CText, Source, c_comment
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.kernel import Arguments, Kernel, Value, kernel_source
from edgeunet.program import parameters
from edgeunet.program.program import Constant
from edgeunet.program.steps import ENTER, LEAVE, Margin, Step, View
from edgeunet.schedule.schedule import Schedule


@dataclass(frozen=True)
class Code:
    """The parts of a generated ``.c`` that come from the steps."""

    kernels: str
    """Text of the kernels used, each once, what a kernel requires before it."""
    arguments: str
    calls: tuple[str, ...]
    """The lines of the function's body, not indented."""
    layers: tuple[Layer, ...]
    files: tuple[tuple[str, str], ...] = ()
    """Flavour and name of each text in ``kernels``."""
    written: Mapping[str, int] = field(default_factory=dict)
    """By kernel, how many functions were written for its shapes."""


@dataclass(frozen=True)
class Field:
    """A member of an argument struct."""

    name: CIdentifier
    value: CText


@dataclass(frozen=True)
class Struct:
    """An argument struct; layers whose members are all equal share one."""

    c_type: CText
    name: CIdentifier
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Fill:
    """Rows that are set to ``value``."""

    function: CText
    to: Rows
    value: int


@dataclass(frozen=True)
class Call:
    """The call of a kernel."""

    function: CText
    operands: tuple[Source | int, ...]


@dataclass(frozen=True)
class LayerCode:
    """What stands in the function's body for one step, in this order."""

    title: CComment
    restored: tuple[Move, ...] = ()
    fills: tuple[Fill, ...] = ()
    edges: tuple[Edge, ...] = ()
    entry: Entry | None = None
    exit: Exit | None = None
    call: Call | None = None
    kept: tuple[Move, ...] = ()


@dataclass(frozen=True, eq=False)
class LayersPage(CPage):
    """The body of the function that runs the network, not indented."""

    template = "emit/c/layers.jinja"

    layers: tuple[LayerCode, ...]


@dataclass(frozen=True, eq=False)
class ArgumentsPage(CPage):
    """The argument structs."""

    template = "emit/c/arguments.jinja"

    structs: tuple[Struct, ...]


def render_steps(schedule: Schedule, prefix: str, data: Tables) -> Code:
    """Write the call of each step's kernel; constants go into ``data``."""
    assert schedule.flavour is not None
    steps = _Steps(schedule, schedule.flavour, prefix, data)
    pairs = zip(schedule.steps, schedule.kernels, strict=True)
    codes = [steps.layer(index, step, kernel) for index, (step, kernel) in enumerate(pairs)]
    if any(move.function.text == MOVE for code in codes for move in (*code.restored, *code.kept)):
        steps.files[schedule.flavour.name, MOVE] = None
    kernels = "\n".join([*(kernel_source(flavour, name) for flavour, name in steps.files), *steps.definitions])
    name = CIdentifier(prefix)
    calls = render(LayersPage(name, tuple(codes))).splitlines()
    arguments = render(ArgumentsPage(name, tuple(steps.structs.values())))
    return Code(
        kernels, arguments, tuple(calls), tuple(steps.layers), tuple(steps.files), Counter(steps.definitions.values())
    )


class _Steps:
    """Collects what the steps need besides their calls."""

    def __init__(self, schedule: Schedule, flavour: Flavour, prefix: str, data: Tables) -> None:
        self._schedule, self._prefix, self._data = schedule, prefix, data
        self._streams = schedule.timing.streams
        self._words = self._streams and flavour.moves_words
        self.files: dict[tuple[str, str], None] = {}
        self.definitions: dict[str, str] = {}
        """Text of a function that is written for a shape → the kernel that calls it."""
        self.structs: dict[tuple[str, tuple[Field, ...]], Struct] = {}
        self.layers: list[Layer] = []

    def layer(self, index: int, step: Step, kernel: Kernel) -> LayerCode:
        """What stands in the function's body for ``step``."""
        schedule, words = self._schedule, self._words
        title = c_comment(f"{index:2d} {_describe(step)}")
        restored = restored_history(schedule, index, words=words)
        kept = kept_history(schedule, index, words=words) if self._streams else ()
        if self._streams and step.covers in ((ENTER,), (LEAVE,)):
            self.layers.append(_layer(step, ""))
            way = passage(schedule, step)
            entry, way_out = (way, None) if isinstance(way, Entry) else (None, way)
            return LayerCode(title, restored, entry=entry, exit=way_out, kept=kept)
        self.layers.append(_layer(step, kernel.function))
        for margin in step.margins:
            self._add_setter(EDGE if self._streams else FILL, margin)
        for name in (*kernel.requires, kernel.function):
            self.files[kernel.flavour, name] = None
        made = kernel.arguments(step)
        self.definitions |= dict.fromkeys(made.definitions, kernel.function)
        if isinstance(step.parameters, parameters.Fill):
            fill = Fill(CText(kernel.function), rows_of(step.output), step.parameters.value)
            return LayerCode(title, restored, (fill,), kept=kept)
        fills = () if self._streams else tuple(map(_margin_fill, step.margins))
        outside = edges(schedule, step) if self._streams else ()
        call = Call(CText(made.function or kernel.function), self._operands(index, step, kernel, made))
        return LayerCode(title, restored, fills, outside, call=call, kept=kept)

    def _add_setter(self, setter: Setter, margin: Margin) -> None:
        function = setter.of(margin.view, margin.value)
        if function == EDGE.int16:
            self.files["portable", FILL.int16] = None
        self.files["portable", function] = None

    def _operands(self, index: int, step: Step, kernel: Kernel, made: Arguments) -> tuple[Source | int, ...]:
        operands: list[Source | int] = [
            pointer(operand)
            if isinstance(operand, View)
            else _constant(self._data.add(f"{index:02d}_operand{position}", operand.values), operand)
            for position, operand in enumerate(step.inputs)
        ]
        operands += [pointer(step.output), CText(f"&{self._struct(index, made)}")]
        if kernel.positioned:
            if self._streams:
                operands += edge_position(self._schedule, step)
            else:
                length = step.parameters.length if isinstance(step.parameters, parameters.AveragePool) else 0
                operands += (0, 0, length)
        if step.scratch is not None:
            operands.append(CText(f"(int32_t *)(void *)({pointer(step.scratch)})"))
        return tuple(operands)

    def _struct(self, index: int, made: Arguments) -> CIdentifier:
        fields = tuple(self._fields(index, made))
        name = CIdentifier(f"{self._prefix}_{index:02d}")
        return self.structs.setdefault((made.struct, fields), Struct(CText(made.struct), name, fields)).name

    def _fields(self, index: int, made: Arguments) -> Iterator[Field]:
        for name, value in made.fields.items():
            yield Field(CIdentifier(name), CText(self._value(index, name, value)))

    def _value(self, index: int, name: str, value: Value) -> str:
        """A member as C; arrays become tables."""
        if isinstance(value, np.ndarray):
            return self._data.add(f"{index:02d}_{name}", value).text
        if isinstance(value, Mapping):
            inner = ((CIdentifier(key).text, self._value(index, f"{name}_{key}", each)) for key, each in value.items())
            return "{" + ", ".join(f".{key} = {text}" for key, text in inner) + "}"
        return str(value)


def _constant(name: CIdentifier, constant: Constant) -> Source:
    """The name of a constant operand, as the address of bytes."""
    return name if constant.values.dtype == np.int8 else CText(f"(const int8_t *)(const void *){name.text}")


def _layer(step: Step, kernel: str) -> Layer:
    return Layer(step.name, _operators(step), step.macs, (step.rows, step.output.channels), kernel)


def _operators(step: Step) -> str:
    return "+".join(step.covers)


def _describe(step: Step) -> str:
    shape = f"{step.rows} x {step.output.channels}"
    macs = f", {step.macs} MACs" if step.macs else ""
    return f"{step.name}: {_operators(step)} -> {shape}{macs}"


def _margin_fill(margin: Margin) -> Fill:
    view = margin.view
    function = CText(FILL.of(view, margin.value))
    if view.pitch_bytes == view.row_bytes:
        return Fill(function, Rows(pointer(view), 1, 0, view.rows * view.row_bytes), margin.value)
    return Fill(function, rows_of(view), margin.value)
