"""Small programs written by hand, and the same with one thing about them changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from edgeunet.program.convolutions import Conv, Requantization
from edgeunet.program.parameters import Add, Copy
from edgeunet.program.program import EACH, Access, Node, Program, Signal

ADD = Add(20, (1, 2), (3, 4), (0, -1), 5, -3, 7, -100, 90)
WINDOW = Access(1, -1, 1, 0)


def scaling(channels: int, low: int = -128, high: int = 127) -> Requantization:
    return Requantization(np.arange(channels, dtype=np.int32) + 9, np.zeros(channels, np.int8), 0, low, high)


def signal(name: str, rows: int = 8, channels: int = 2) -> Signal:
    return Signal(name, 1, rows, channels, 0.5, 0)


def node(kind: str, operands: tuple[Any, ...], output: int, parameters: Any, *accesses: Access, **more: Any) -> Node:
    return Node(kind, f"{kind}{output}", operands, accesses or (EACH,) * len(operands), output, parameters,
                (kind.upper(),), **more)  # fmt: skip


def conv(source: int, output: int, inside: int, out: int, taps: int = 1, rows: int = 8, **more: Any) -> Node:
    weights = np.arange(out * taps * inside).reshape(out, taps, inside).astype(np.int8)
    parameters = Conv(weights, np.arange(out, dtype=np.int32), 0, scaling(out))
    access = Access(1, -(taps // 2), -(taps // 2) + taps - 1, 0)
    return node("conv", (source,), output, parameters, access, macs=rows * weights.size, **more)


def edited(program: Program, number: int, **changes: Any) -> Program:
    """``program`` with one node changed."""
    nodes = list(program.nodes)
    nodes[number] = replace(nodes[number], **changes)
    return replace(program, nodes=tuple(nodes))


def parameters_edited(program: Program, number: int, **changes: Any) -> Program:
    return edited(program, number, parameters=replace(program.nodes[number].parameters, **changes))


def outputs_too(program: Program, signal: int) -> Program:
    return replace(program, outputs=(*program.outputs, signal))


def read_again(program: Program, signal: int) -> Program:
    """``signal`` copied to an output of its own."""
    made = replace(program.signals[signal], name="again")
    copy = node("copy", (signal,), len(program.signals), Copy(1, made.rows, made.channels))
    return Program((*program.signals, made), (*program.nodes, copy), program.inputs,
                   (*program.outputs, len(program.signals)))  # fmt: skip
