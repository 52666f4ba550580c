"""Operators that compute each row from the same row of their operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edgeunet.errors import CompileError
from edgeunet.graph.evaluation.curves import CURVES
from edgeunet.graph.ir import Op, Tensor
from edgeunet.lower.builder import Builder, typed_kind
from edgeunet.lower.scales import (
    addition,
    curve_parameters,
    function_table,
    maximum,
    minimum,
    multiplication,
    pair_table,
    prelu,
    rescaling,
    softmax_parameters,
    squared_difference,
)
from edgeunet.program.parameters import Parameters, Table
from edgeunet.program.program import EACH, WHOLE, Constant


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


def lower_pair(builder: Builder, op: Op) -> None:
    """MINIMUM, MAXIMUM, PRELU and DIV: of one signal and a single number a table, else two operands row by row."""
    tensors = [builder.graph.tensors[i] for i in (*op.inputs, op.outputs[0])]
    single = next((place for place in (0, 1) if tensors[place].is_constant and tensors[place].size_bytes == 1), None)
    if single is None:
        lower_binary(builder, op)
        return
    signal = builder.signal(op.inputs[1 - single])
    builder.add(op, "table", (signal,), (EACH,), Table(pair_table(op, *tensors)))


BINARY: Mapping[str, tuple[str, Callable[[Op, Tensor, Tensor, Tensor], Parameters]]] = {
    "ADD": ("add", addition),
    "SUB": ("add", addition),
    "MUL": ("mul", multiplication),
    "SQUARED_DIFFERENCE": ("squared_difference", squared_difference),
    "MINIMUM": ("maximum", minimum),
    "MAXIMUM": ("maximum", maximum),
    "PRELU": ("prelu", prelu),
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
