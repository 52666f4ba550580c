"""One subgraph as a ``.tflite`` file has it, with what the file says of its tensors besides type and shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import ABSENT, Tensor
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.flatbuffer import Table
from edgeunet.graph.reading.operator import Operator
from edgeunet.short_repr import short_repr


@dataclass(frozen=True, eq=False)
class Subgraph:
    """Tensors, and operators in the file's order.

    ``signatures`` are the shapes with open axes (-1), ``reservations`` why a tensor cannot be used: both by tensor.
    """

    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    signatures: Mapping[int, Sequence[int]]
    reservations: Mapping[int, str]

    __repr__ = short_repr


def open_signatures(tables: Sequence[Table]) -> dict[int, tuple[int, ...]]:
    """Of the tensors in ``tables`` those that have open axes."""
    field = schema.TENSOR["shape_signature"]
    signatures = {
        i: table.numbers(field, "int32", f"shape signature of {table.what}") for i, table in enumerate(tables)
    }
    return {index: sizes for index, sizes in signatures.items() if any(size < 0 for size in sizes)}


def reservations(tables: Sequence[Table]) -> dict[int, str]:
    """Of the tensors in ``tables`` those that no operator may use, and the sentence about each."""
    found = {}
    for index, table in enumerate(tables):
        shape = table.numbers(schema.TENSOR["shape"], "int32", f"shape of {table.what}")
        if 0 in shape:
            found[index] = (
                f"has shape {shape}, and 1 element at least is supported; convert the model with static shapes"
            )
        elif table.has(schema.TENSOR["sparsity"]):
            found[index] = "has sparse weights; convert the model without sparsity"
        elif table.boolean(schema.TENSOR["is_variable"]):
            found[index] = "is a variable (state kept between calls); build a stateless model"
    return found


def check_reservations(subgraph: Subgraph) -> None:
    """Raise ``UnsupportedOpError`` for an open input, or the first operator with an operand that cannot be used."""
    for index in subgraph.inputs:
        signature = subgraph.signatures.get(index, ())
        if any(size < 0 for size in signature[1:]):
            raise UnsupportedOpError(
                f"tensor '{subgraph.tensors[index].name}' has the dynamic shape {tuple(signature)}; "
                "build the model with a fixed input length and batch size 1"
            )
    for operator in subgraph.operators:
        for index in (*operator.inputs, *operator.outputs):
            if index != ABSENT and index in subgraph.reservations:
                name = subgraph.tensors[index].name
                raise UnsupportedOpError(f"{operator.label}: tensor '{name}' {subgraph.reservations[index]}")
    for index in subgraph.inputs:
        if index in subgraph.reservations:
            raise UnsupportedOpError(f"tensor '{subgraph.tensors[index].name}' {subgraph.reservations[index]}")
