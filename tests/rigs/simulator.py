"""Schedules replayed on bytes: step by step, group by group, in an arena of exactly the size that was planned.

Nothing of the C text takes part: views say where to read and write, margins what to fill in, buffers which rows live on
to the next hop. A group reads its rows, then writes; so an output that runs into an input it still needs is found out,
as is every byte that someone else has overwritten.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.program.program import Access, Constant
from edgeunet.program.steps import ARENA, INPUT, LEAVE, OUTPUT, Step, View
from edgeunet.schedule.schedule import Schedule
from tests.rigs.interpreter import KINDS, POISON, Call, _add, _pooled

Bytes = NDArray[np.int64]
WHOLE_KINDS = ("mean", "softmax", "resize", "max_pool_2d", "average_pool_2d", "conv_2d", "depthwise_2d",
               "transpose_conv_2d")  # fmt: skip


class Machine:
    """The arena and the caller's memory."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        edges = {INPUT: schedule.inputs, OUTPUT: schedule.outputs}
        sizes = {
            space: sum(schedule.timing.rows[s] * schedule.signals[s].channels for s in signals)
            for space, signals in edges.items()
        }
        self.memory = {space: np.full(size, POISON, np.int64) for space, size in sizes.items()}
        self.memory[ARENA] = np.full(schedule.arena_bytes, POISON, np.int64)

    def places(self, view: View) -> NDArray[np.int64]:
        """Addresses ``(rows, channels)`` of a view's bytes."""
        found = view.offset_bytes + np.arange(view.rows)[:, None] * view.pitch_bytes + np.arange(view.channels)[None, :]
        assert view.rows == 0 or (found.min() >= 0 and found.max() < len(self.memory[view.space])), "outside the memory"
        return found

    def get(self, view: View) -> Bytes:
        return self.memory[view.space][self.places(view)]

    def put(self, view: View, values: Any) -> None:
        self.memory[view.space][self.places(view)] = values


def run_window(schedule: Schedule, arrays: list[Any]) -> Bytes:
    """All outputs, one after the other, of a schedule that runs the whole window at once."""
    machine = Machine(schedule)
    machine.memory[INPUT][:] = np.concatenate([np.asarray(array, np.int64).ravel() for array in arrays])
    for step in schedule.steps:
        for margin in step.margins:
            machine.put(margin.view, margin.value)
        _run(machine, step, 0, getattr(step.parameters, "length", 0))
    return machine.memory[OUTPUT]


def run_stream(schedule: Schedule, samples: Any) -> Bytes:
    """Output rows of a recording ``(rows, channels)`` pushed hop by hop and flushed."""
    machine = Machine(schedule)
    hop = schedule.timing.hop
    assert hop is not None
    output = schedule.outputs[0]
    made: list[Bytes] = []
    for number in range(len(samples) // hop + 10_000):
        left = len(samples) - number * hop
        given = np.zeros((hop, samples.shape[1]), np.int64)
        given[: max(min(left, hop), 0)] = samples[number * hop : number * hop + hop]
        machine.memory[INPUT][:] = given.ravel()
        rows = _push(machine, number, left)
        span = schedule.span(output)
        if left < hop and int(left * span.rate) + span.excess + schedule.lookahead_rows <= 0:
            break
        made.append(rows)
    return np.concatenate(made)


def _push(machine: Machine, number: int, left: int) -> Bytes:
    """One hop; the output rows that belong to the signal."""
    schedule = machine.schedule
    ready = np.zeros((0, 1), np.int64)
    for index, step in enumerate(schedule.steps):
        _restore(machine, index)
        for margin in step.margins:
            span = schedule.span(margin.signal)
            begin, end = -number * span.hop_rows, int(left * span.rate) + span.excess
            for row in range(margin.view.rows):
                if not begin <= margin.first_index + row < end:
                    line = replace(margin.view, offset_bytes=margin.view.offset_bytes + row * margin.view.pitch_bytes,
                                   rows=1)  # fmt: skip
                    machine.put(line, margin.value)
        if step.covers == (LEAVE,):
            (source,), span = step.inputs, schedule.span(step.signal)
            assert isinstance(source, View)
            lag = schedule.lookahead_rows
            first = max(0, -number * span.hop_rows + lag)
            last = min(int(left * span.rate) + span.excess + lag, source.rows)
            ready = machine.get(source)[first : max(last, first)]
        else:
            span = schedule.span(step.signal) if step.signal >= 0 else None
            begin = 0 if span is None else -number * span.hop_rows
            end = 0 if span is None else int(left * span.rate) + span.excess
            _run(machine, step, begin, end)
        _keep(machine, index)
    return ready


def _restore(machine: Machine, index: int) -> None:
    for b in machine.schedule.buffers:
        if b.store_bytes is not None and b.first_step == index:
            size, arena = b.before * b.pitch_bytes, machine.memory[ARENA]
            arena[b.offset_bytes : b.offset_bytes + size] = arena[b.store_bytes : b.store_bytes + size].copy()


def _keep(machine: Machine, index: int) -> None:
    for b in machine.schedule.buffers:
        if b.persistent and b.last_step == index:
            size, arena = b.before * b.pitch_bytes, machine.memory[ARENA]
            newest = b.offset_bytes + b.rows * b.pitch_bytes
            to = b.offset_bytes if b.store_bytes is None else b.store_bytes
            arena[to : to + size] = arena[newest : newest + size].copy()


def _run(machine: Machine, step: Step, begin: int, end: int) -> None:
    """One step; ``begin`` and ``end`` are those of its first signal, for kernels that skip what lies outside."""
    if step.kind == "copy":
        _copy(machine, step)
    elif step.kind == "fill":
        machine.put(step.output, step.parameters.value)
    elif step.kind in WHOLE_KINDS:
        operands = [_whole(machine, operand) for operand in step.inputs]
        shape = (step.output.rows, step.output.channels)
        made = KINDS[step.kind](Call(_node(step, operands), operands, shape, step.groups))  # type: ignore[arg-type]
        machine.put(step.output, np.asarray(made).reshape(shape))
    elif step.output.rows:
        for group in range(step.groups):
            _group(machine, step, group, begin, end)


def _whole(machine: Machine, operand: View | Constant) -> Bytes:
    return machine.get(operand) if isinstance(operand, View) else operand.values.astype(np.int64)


def _group(machine: Machine, step: Step, group: int, begin: int, end: int) -> None:
    """Read the rows of one group, then write what it makes."""
    operands = []
    for operand, stride in zip(step.inputs, step.input_strides, strict=True):
        if isinstance(operand, Constant):
            values = operand.values.astype(np.int64)
            operands.append(values if len(values) == 1 else values[group : group + 1])
        elif stride:
            extent = operand.rows - (step.groups - 1) * stride
            operands.append(machine.get(replace(operand, offset_bytes=operand.offset_bytes + group * stride
                                                * operand.pitch_bytes, rows=extent)))  # fmt: skip
        else:
            operands.append(machine.get(operand))
    written = step.output.rows // step.groups
    target = replace(step.output, offset_bytes=step.output.offset_bytes + group * written * step.output.pitch_bytes,
                     rows=written)  # fmt: skip
    if step.kind == "average_pool":
        p = step.parameters
        start = (step.first_group + group) * p.stride - p.pad
        inside = operands[0][max(begin - start, 0) : max(min(end - start, p.kernel), 0)]
        made: Any = np.clip(_pooled(inside, "average"), p.low, p.high) if len(inside) else 0
    else:
        call = Call(_node(step, operands), operands, (written, step.output.channels), 1)  # type: ignore[arg-type]
        made = KINDS[step.kind](call)
    for add in step.epilogue:
        other = operands[-1]
        made = np.asarray(made).reshape(other.shape)
        made = _add(add.add, *((other, made) if add.swapped else (made, other)))
    machine.put(target, np.asarray(made).reshape(-1, step.output.channels))


def _node(step: Step, operands: list[Bytes]) -> Any:
    """What a ``Call`` asks of a node, for one group that reads all of ``operands``."""
    p = step.parameters
    pad = -128 if step.kind == "max_pool" else getattr(p, "input_zero_point", None)
    accesses = [
        Access(stride, 0, len(rows) - 1, pad) for stride, rows in zip(step.input_strides, operands, strict=True)
    ]
    repeat = len(getattr(p, "starts", ())) or getattr(p, "repeat", 1) if step.kind != "depthwise" else 1
    if step.kind == "conv" and accesses[0].stride != p.stride:
        repeat = 2  # the phases of a transposed convolution
    return SimpleNamespace(
        parameters=p, accesses=accesses, repeat=repeat, kind=step.kind, operands=step.inputs, name=step.name
    )


def _copy(machine: Machine, step: Step) -> None:
    """Runs of bytes; a constant's repeat where it has one row."""
    p, (operand,), output = step.parameters, step.inputs, step.output
    target = machine.memory[output.space]
    for i, r in np.ndindex(p.outer, p.rows):
        to = output.offset_bytes + i * p.out_jump + r * (output.pitch_bytes if p.out_pitch is None else p.out_pitch)
        assert 0 <= to <= to + p.run_bytes <= len(target)
        if isinstance(operand, Constant):
            values = operand.values.astype(np.int64).ravel()
            at = i * p.in_jump + r * (operand.values.shape[1] if p.in_pitch is None else p.in_pitch)
            run = values[at % len(values) :][: p.run_bytes]
        else:
            pitch = operand.pitch_bytes if p.in_pitch is None else p.in_pitch
            at = operand.offset_bytes + i * p.in_jump + r * pitch
            run = machine.memory[operand.space][at : at + p.run_bytes].copy()
        target[to : to + p.run_bytes] = run
