"""A schedule as lines of C: one call and one comment per layer, its argument structs and tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edgeunet.emit.source import Layer
from edgeunet.emit.stream import MOVE, edge_calls, edge_position, keep_history, passage, pointer, restore_history
from edgeunet.emit.tables import Tables
from edgeunet.kernels.kernel import Arguments, Kernel, kernel_source
from edgeunet.program.program import Constant
from edgeunet.program.steps import ENTER, LEAVE, Margin, Step, View
from edgeunet.schedule.schedule import Schedule

FILL = ("portable", "eu_fill")
EDGE = ("portable", "eu_edge")


@dataclass(frozen=True)
class Code:
    """The parts of a generated ``.c`` that come from the steps."""

    kernels: str
    """Text of the kernels used, each once, what a kernel requires before it."""
    arguments: str
    calls: tuple[str, ...]
    layers: tuple[Layer, ...]


def render_steps(schedule: Schedule, prefix: str, data: Tables) -> Code:
    """Write the call of each step's kernel; constants go into ``data``."""
    assert schedule.flavour is not None
    files: dict[tuple[str, str], None] = {}
    arguments: dict[str, str] = {}
    definitions: dict[str, None] = {}
    bodies: list[str] = []
    calls: list[str] = []
    layers: list[Layer] = []
    streams = schedule.timing.streams
    words = streams and schedule.flavour.moves_words
    for index, (step, kernel) in enumerate(zip(schedule.steps, schedule.kernels, strict=True)):
        lines = [f"/* {index:2d} {_describe(step)} */", f"{prefix.upper()}_LAYER({index});"]
        lines += restore_history(schedule, index, words=words)
        if streams and step.covers in ((ENTER,), (LEAVE,)):
            calls += [*lines, *passage(schedule, step), *keep_history(schedule, index, words=words)]
            layers.append(_layer(step, ""))
            continue
        if step.margins:
            files[EDGE if streams else FILL] = None
        lines += edge_calls(schedule, step) if streams else [_margin_call(margin) for margin in step.margins]
        for name in kernel.requires:
            files[(kernel.flavour, name)] = None
        files[(kernel.flavour, kernel.function)] = None
        made = kernel.arguments(step)
        definitions |= dict.fromkeys(made.definitions)
        position = edge_position(schedule, step) if streams else f"0, 0, {getattr(step.parameters, 'length', 0)}"
        lines.append(_call(step, kernel, made, index, prefix, data, arguments, bodies, position))
        calls += [*lines, *keep_history(schedule, index, words=words)] if streams else lines
        layers.append(_layer(step, kernel.function))
    if any(line.startswith(f"{MOVE}(") for line in calls):
        files[schedule.flavour.name, MOVE] = None
    text = "\n".join([*(kernel_source(flavour, name) for flavour, name in files), *definitions])
    return Code(text, "\n".join(bodies), tuple(calls), tuple(layers))


def _layer(step: Step, kernel: str) -> Layer:
    return Layer(step.name, _operators(step), step.macs, (step.rows, step.output.channels), kernel)


def _operators(step: Step) -> str:
    return "+".join(step.covers)


def _describe(step: Step) -> str:
    shape = f"{step.rows} x {step.output.channels}"
    macs = f", {step.macs} MACs" if step.macs else ""
    return f"{step.name}: {_operators(step)} -> {shape}{macs}".replace("*/", "* /")


def _call(
    step: Step,
    kernel: Kernel,
    made: Arguments,
    index: int,
    prefix: str,
    data: Tables,
    arguments: dict[str, str],
    bodies: list[str],
    position: str,
) -> str:
    if step.kind == "fill":
        view = step.output
        return f"eu_fill({pointer(view)}, {view.rows}, {view.pitch_bytes}, {view.channels}, {step.parameters.value});"
    operands = [
        pointer(operand) if isinstance(operand, View) else _constant(operand, index, position, data)
        for position, operand in enumerate(step.inputs)
    ]
    fields = []
    for name, value in made.fields.items():
        text = data.add(f"{index:02d}_{name}", value) if isinstance(value, np.ndarray) else str(value)
        fields.append(f".{name} = {text}")
    body = f"{made.struct} {{ {', '.join(fields)} }}"
    if body not in arguments:
        arguments[body] = f"{prefix}_{index:02d}"
        lines = "\n".join(f"    {field}," for field in fields)
        bodies.append(f"static const {made.struct} {arguments[body]} = {{\n{lines}\n}};\n")
    parts = [*operands, pointer(step.output), f"&{arguments[body]}"]
    if kernel.positioned:
        parts.append(position)
    if step.scratch is not None:
        parts.append(f"(int32_t *)(void *)({pointer(step.scratch)})")
    return f"{made.function or kernel.function}({', '.join(parts)});"


def _constant(operand: Constant, index: int, position: int, data: Tables) -> str:
    return data.add(f"{index:02d}_operand{position}", operand.values)


def _margin_call(margin: Margin) -> str:
    view = margin.view
    if view.pitch_bytes == view.channels:
        return f"eu_fill({pointer(view)}, 1, 0, {view.rows * view.channels}, {margin.value});"
    return f"eu_fill({pointer(view)}, {view.rows}, {view.pitch_bytes}, {view.channels}, {margin.value});"
