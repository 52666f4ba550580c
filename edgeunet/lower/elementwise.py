"""Operators that compute each row from the same row of their operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from edgeunet.errors import CompileError
from edgeunet.graph.evaluation.curves import CURVES
from edgeunet.graph.ir import Op, Tensor
from edgeunet.lower.builder import Builder, typed_kind
from edgeunet.lower.scales import (
    addition,
    curve_parameters,
    function_table,
    mean_requantization,
    multiplication,
    rescaling,
    softmax_parameters,
    squared_difference,
)
from edgeunet.program.parameters import Mean, Parameters, Table
from edgeunet.program.program import EACH, WHOLE, Access, Constant

CHANNELS = 2
"""The axis of the channels, the batch left out."""


def lower_binary(builder: Builder, op: Op) -> None:
    """ADD, SUB, MUL, SQUARED_DIFFERENCE, with one operand repeated over rows or channels where it is smaller."""
    target = builder.signal(op.outputs[0])
    output = builder.signals[target]
    operands, accesses = [], []
    for index in op.inputs:
        operand = builder.operand(index)
        shape = (1, 1, 1, *builder.graph.tensors[index].shape)[-4:]
        _check_broadcast(op, shape[1:], (output.height, output.width, output.channels))
        rows = shape[1] * shape[2]
        operands.append(operand)
        repeated = rows == 1 < output.rows
        accesses.append(EACH if repeated == isinstance(operand, Constant) else WHOLE)
    tensors = [builder.graph.tensors[i] for i in (*op.inputs, op.outputs[0])]
    kind, parameters_of = BINARY[op.kind]
    builder.add(op, typed_kind(kind, output), tuple(operands), tuple(accesses), parameters_of(op, *tensors))


BINARY: Mapping[str, tuple[str, Callable[[Op, Tensor, Tensor, Tensor], Parameters]]] = {
    "ADD": ("add", addition),
    "SUB": ("add", addition),
    "MUL": ("mul", multiplication),
    "SQUARED_DIFFERENCE": ("squared_difference", squared_difference),
}
"""Node kind and parameters of each operator with two operands."""


def _check_broadcast(op: Op, shape: tuple[int, ...], output: tuple[int, int, int]) -> None:
    """Rows and channels may be repeated, but not only the height or only the width of an image."""
    rows, channels = shape[0] * shape[1], shape[2]
    if rows not in (1, output[0] * output[1]) or channels not in (1, output[2]):
        raise CompileError(
            f"layer '{op.name}' ({op.kind}) repeats an operand of shape {shape} over an output of shape {output}, "
            f"along "
            "the height or the width alone; reshape the operand to the full image or to (1, 1, channels)"
        )


def lower_unary(builder: Builder, op: Op) -> None:
    """A function of one value: from int8 to int8 a table of 256 bytes, else a curve or a change of scale."""
    source, target = builder.graph.tensors[op.inputs[0]], builder.graph.tensors[op.outputs[0]]
    operands, wide = (builder.signal(op.inputs[0]),), (source.dtype == "int16", target.dtype == "int16")
    if wide == (False, False):
        builder.add(op, "table", operands, (EACH,), Table(function_table(op, source, target)))
    elif op.kind in CURVES:
        builder.add(op, f"{op.kind.lower()}_int16", operands, (EACH,), curve_parameters(source))
    else:
        builder.add(op, RESCALES[wide], operands, (EACH,), rescaling(op, source, target))


RESCALES: Mapping[tuple[bool, bool], str] = {
    (True, True): "rescale_int16",
    (False, True): "rescale_widen",
    (True, False): "rescale_narrow",
}
"""Kind of a change of scale, by whether input and output are int16."""


def lower_dequantize(builder: Builder, op: Op) -> None:
    """DEQUANTIZE: at the outputs it is left to the caller (``rewrite.edges``), inside a network there is no float.

    Raises
    ------
    CompileError
        Always.
    """
    raise CompileError(f"layer '{op.name}' ({op.kind}) cannot be compiled to C; see docs/SUPPORTED_OPS.md")


def lower_softmax(builder: Builder, op: Op) -> None:
    """SOFTMAX over the channels of each row."""
    tables = softmax_parameters(op, builder.graph.tensors[op.inputs[0]])
    source = builder.signal(op.inputs[0])
    builder.add(op, typed_kind("softmax", builder.signals[source]), (source,), (EACH,), tables)


def lower_mean(builder: Builder, op: Op) -> None:
    """MEAN over channels (local), over all rows, or over one or two neighbouring axes of an image."""
    source = builder.signal(op.inputs[0])
    signal = builder.signals[source]
    sizes = (signal.height, signal.width, signal.channels)
    axes = sorted(axis - 1 for axis in op.attributes["axes"] if axis > 0)
    axes = [axis for axis in axes if sizes[axis] > 1] or axes[-1:]
    first, last = (
        (axes[0], axes[-1]) if axes else (CHANNELS + 1, CHANNELS)
    )  # over the batch alone: each value by itself
    if axes != list(range(first, last + 1)) and sizes[1] > 1:
        raise CompileError(f"layer '{op.name}' (MEAN) averages over axes that do not touch; split it into two means")
    outer = count = inner = 1
    for axis, size in enumerate(sizes):
        outer *= size if axis < first else 1
        count *= size if axis in axes else 1
        inner *= size if axis > last else 1
    tensors = builder.graph.tensors
    mean = mean_requantization(tensors[op.inputs[0]], tensors[op.outputs[0]], Mean(outer, count, inner, 0, 0, 0, 0))
    local = axes == [CHANNELS]
    access = replace(EACH) if local else Access(whole=True, contiguous=True)
    builder.add(op, typed_kind("mean", signal), (source,), (access,), mean, contiguous_output=not local)
