"""Operators that only move bytes: concatenation, padding, slicing, reshaping."""

from __future__ import annotations

import math

from edgeunet.errors import CompileError
from edgeunet.graph.ir import Op
from edgeunet.lower.builder import Builder, is_row
from edgeunet.program.parameters import Copy, Fill
from edgeunet.program.program import EACH, RESHAPED, WHOLE, Access, Constant

CHANNELS = 3


def lower_concatenation(builder: Builder, op: Op) -> None:
    """CONCATENATION: side by side along the channels (the layout decides what is placed and what copied), else runs."""
    target = builder.signal(op.outputs[0])
    output = builder.signals[target]
    if op.attributes["activation"] != "NONE":
        raise CompileError(f"layer '{op.name}' (CONCATENATION) has an activation; put it into a layer of its own")
    operands = [builder.operand(index) for index in op.inputs]
    axis = op.attributes["axis"]
    if axis == CHANNELS:
        offset = 0
        for index, operand in zip(op.inputs, operands, strict=True):
            run = builder.graph.tensors[index].shape[-1] * output.element_bytes
            copy = Copy(1, output.rows, run, out_offset=offset)
            access = WHOLE if isinstance(operand, Constant) and output.rows > 1 else EACH
            builder.add(op, "concat", (operand,), (access,), copy)
            offset += run
        return
    outer = output.height if axis == 2 else 1
    pitch, offset = output.size_bytes // outer, 0
    for index, operand in zip(op.inputs, operands, strict=True):
        run = math.prod(builder.graph.tensors[index].shape) // outer * output.element_bytes
        copy = Copy(1, outer, run, in_pitch=run, out_pitch=pitch, out_offset=offset)
        builder.add(op, "copy", (operand,), (RESHAPED,), copy, contiguous_output=True)
        offset += run


def lower_pad(builder: Builder, op: Op) -> None:
    """PAD that no convolution took: rows before and after by padding the operand, anything else by filling first."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    _, (top, bottom), (left, right), (front, back) = op.attributes["paddings"]
    value = op.attributes["value"]
    value = signal.zero_point if value is None else value
    if is_row(signal) and top == bottom == front == back == 0:
        copy = Copy(1, output.rows, output.row_bytes)
        builder.add(op, "copy", (source,), (Access(1, -left, -left, value),), copy)
        return
    first = (top * output.width + left) * output.row_bytes + front * output.element_bytes
    copy = Copy(
        signal.height, signal.width, signal.row_bytes,
        in_jump=signal.width * signal.row_bytes,
        in_pitch=signal.row_bytes,
        out_offset=first, out_pitch=output.row_bytes, out_jump=output.width * output.row_bytes,
    )  # fmt: skip
    del right
    builder.add(op, "fill", (), (), Fill(value), contiguous_output=True)
    builder.add(op, "copy", (source,), (RESHAPED,), copy, contiguous_output=True)


def lower_depth_to_space(builder: Builder, op: Op) -> None:
    """DEPTH_TO_SPACE: for each line of the blocks, a run of each input pixel."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    block, line = op.attributes["block"], output.width * output.row_bytes
    run = block * output.row_bytes
    for i in range(block):
        copy = Copy(
            signal.height, signal.width, run, i * run, signal.row_bytes, signal.width * signal.row_bytes,
            i * line, run, block * line,
        )  # fmt: skip
        builder.add(op, "copy", (source,), (RESHAPED,), copy, contiguous_output=True)


def lower_space_to_depth(builder: Builder, op: Op) -> None:
    """SPACE_TO_DEPTH: for each line of the blocks, a run of each output pixel."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    block, line = op.attributes["block"], signal.width * signal.row_bytes
    run = block * signal.row_bytes
    for i in range(block):
        copy = Copy(
            output.height, output.width, run, i * line, run, block * line,
            i * run, output.row_bytes, output.width * output.row_bytes,
        )  # fmt: skip
        builder.add(op, "copy", (source,), (RESHAPED,), copy, contiguous_output=True)


def lower_slice(builder: Builder, op: Op) -> None:
    """SLICE: a shift in time for rows, runs of bytes for images."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    _, top, left, front = op.attributes["begin"]
    _, height, width, _ = op.attributes["size"]
    if is_row(signal):
        copy = Copy(1, width, output.row_bytes, in_offset=front * signal.element_bytes)
        builder.add(op, "copy", (source,), (Access(1, left, left),), copy)
        return
    first = (top * signal.width + left) * signal.row_bytes + front * signal.element_bytes
    run, pitch = output.row_bytes, signal.row_bytes
    copy = Copy(height, width, run, first, pitch, signal.width * pitch, 0, run, width * run)
    builder.add(op, "copy", (source,), (RESHAPED,), copy, contiguous_output=True)


def lower_reshape(builder: Builder, op: Op) -> None:
    """RESHAPE: the same bytes; rows that become several, or several that become one, do so anywhere in time."""
    operand, target = builder.operand(op.inputs[0]), builder.signal(op.outputs[0])
    assert not isinstance(operand, Constant)
    found, made = builder.signals[operand], builder.signals[target]
    few, many = sorted((found.width, made.width))
    if found.rows == made.rows or not (is_row(found) and is_row(made)) or few == 1 or many % few:
        builder.add_reshape(op, operand, target)
        return
    run, factor = max(found.row_bytes, made.row_bytes), many // few
    if made.width == many:
        builder.add(op, "reshape", (operand,), (EACH,), Copy(1, few, run), repeat=factor, wide=True)
        return
    access = Access(factor, 0, factor - 1, contiguous=True)
    builder.add(op, "reshape", (operand,), (access,), Copy(1, few, run, in_pitch=run))


def lower_transpose(builder: Builder, op: Op) -> None:
    """TRANSPOSE: runs of bytes from ``(outer, rows, columns, run)`` to ``(outer, columns, rows, run)``.

    A copy has two loops around its runs; the third, the shortest, is as many copies.
    """
    source = builder.signal(op.inputs[0])
    outer, rows, columns, run = (op.attributes[name] for name in ("outer", "rows", "columns", "run"))
    run *= builder.signals[source].element_bytes
    loops = sorted(
        [
            (outer, rows * columns * run, rows * columns * run),
            (columns, run, rows * run),
            (rows, columns * run, run),
        ],
        key=lambda loop: loop[0],
    )
    (times, in_step, out_step), (blocks, in_jump, out_jump), (runs, in_pitch, out_pitch) = loops
    for i in range(times):
        copy = Copy(blocks, runs, run, i * in_step, in_pitch, in_jump, i * out_step, out_pitch, out_jump)
        builder.add(op, "copy", (source,), (RESHAPED,), copy, contiguous_output=True)
