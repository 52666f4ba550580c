"""The outline of any ``.tflite`` file: operators, inputs and outputs, of whatever type, supported by us or not."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from edgeunet.errors import GraphError
from edgeunet.files import read_bytes
from edgeunet.graph.reading.flatbuffer import Buffer, Table
from edgeunet.graph.reading.schema import (
    BUILTIN_OPERATORS,
    FILE_IDENTIFIER,
    MODEL,
    OPERATOR,
    OPERATOR_CODE,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    TENSOR_TYPES,
)
from edgeunet.short_repr import short_repr

_ITEM_BYTES = {"float32": 4, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "int64": 8, "bool": 1, "float16": 2}


@dataclass(frozen=True)
class Port:
    """One input or output; ``scale`` is ``None`` where the values are not quantized."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None
    zero_point: int

    __repr__ = short_repr

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def size_bytes(self) -> int:
        return self.elements * _ITEM_BYTES.get(self.dtype, 4)


@dataclass(frozen=True)
class Outline:
    """What a ``.tflite`` file asks of an interpreter.

    Attributes
    ----------
    operators : kind and custom name (empty for built-in operators) of each operator, in order.
    inputs, outputs : the model's ports.
    digest : SHA-256 of the file in hexadecimal digits.
    size_bytes : length of the file.
    """

    operators: tuple[tuple[str, str], ...]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    digest: str
    size_bytes: int

    __repr__ = short_repr

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """Each different operator once, in alphabetical order."""
        return tuple(sorted(set(self.operators)))


def read_outline(model: bytes | Path) -> Outline:
    """Read the outline of a ``.tflite`` file.

    Raises
    ------
    GraphError
        When it cannot be read, is no TFLite model, or is damaged.
    """
    label = "the model" if isinstance(model, bytes) else f"'{model}'"
    data = model if isinstance(model, bytes) else read_model_bytes(model)
    if data[4:8] != FILE_IDENTIFIER:
        raise GraphError(f"{label} is not a .tflite file (no 'TFL3' mark in {len(data)} bytes); check the file")
    try:
        return _outline(data)
    except GraphError as error:
        raise GraphError(f"{label}: {error}") from error


def read_model_bytes(path: Path) -> bytes:
    """Return the content of a model file.

    Raises
    ------
    GraphError
        When it cannot be read.
    """
    return read_bytes(path, GraphError)


def _outline(data: bytes) -> Outline:
    root = Buffer(data).root()
    graphs = root.tables(MODEL["subgraphs"], "subgraph")
    if not graphs:
        raise GraphError("it has no subgraph; convert the model again")
    graph = graphs[0]
    codes = [_kind(code) for code in root.tables(MODEL["operator_codes"], "operator code")]
    tensors = graph.tables(SUBGRAPH["tensors"], "tensor")
    operators = []
    for operator in graph.tables(SUBGRAPH["operators"], "operator"):
        index = operator.uint32(OPERATOR["opcode_index"])
        if index >= len(codes):
            raise GraphError(f"{operator.what} has the code {index} of {len(codes)}; the file is damaged")
        operators.append(codes[index])
    return Outline(
        operators=tuple(operators),
        inputs=_ports(graph, "inputs", tensors),
        outputs=_ports(graph, "outputs", tensors),
        digest=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
    )


def _kind(code: Table) -> tuple[str, str]:
    number = max(code.int32(OPERATOR_CODE["builtin_code"]), code.int8(OPERATOR_CODE["deprecated_builtin_code"]))
    name = BUILTIN_OPERATORS[number] if 0 <= number < len(BUILTIN_OPERATORS) else f"BUILTIN_{number}"
    return name, code.string(OPERATOR_CODE["custom_code"], "custom code") if name == "CUSTOM" else ""


def _ports(graph: Table, side: str, tensors: list[Table]) -> tuple[Port, ...]:
    ports = []
    for index in graph.numbers(SUBGRAPH[side], "int32", side):
        if not 0 <= index < len(tensors):
            raise GraphError(f"its {side} name tensor {index} of {len(tensors)}; the file is damaged")
        ports.append(_port(tensors[index]))
    if not ports:
        raise GraphError(f"it has no {side}; convert the model again")
    return tuple(ports)


def _port(tensor: Table) -> Port:
    number = tensor.int8(TENSOR["type"])
    quantization = tensor.table(TENSOR["quantization"], "quantization")
    scales = quantization.numbers(QUANTIZATION["scale"], "float32", "scales") if quantization else ()
    zero_points = quantization.numbers(QUANTIZATION["zero_point"], "int64", "zero points") if quantization else ()
    shape = tuple(int(size) for size in tensor.numbers(TENSOR["shape"], "int32", "shape"))
    if any(size < 0 for size in shape):
        raise GraphError(f"{tensor.what} has the shape {shape}; convert the model for a fixed window")
    return Port(
        name=tensor.string(TENSOR["name"], "tensor name"),
        shape=shape,
        dtype=TENSOR_TYPES[number] if 0 <= number < len(TENSOR_TYPES) else f"type{number}",
        scale=float(scales[0]) if scales else None,
        zero_point=int(zero_points[0]) if zero_points else 0,
    )
