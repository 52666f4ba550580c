"""Variables that only their initialiser writes: constants, which a converter keeps in a subgraph that CALL_ONCE runs.

CALL_ONCE runs a subgraph before the first inference: VAR_HANDLE names a variable, ASSIGN_VARIABLE puts a constant
there. Where the network itself assigns to no variable, READ_VARIABLE gives that constant in every call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Tensor
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.operator import Operator
from edgeunet.graph.reading.subgraph import Subgraph
from edgeunet.graph.rules.table import unsupported

_OF_VARIABLES = ("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE")


def with_initial_values(main: Subgraph, numbered: Callable[[int], Subgraph]) -> Subgraph:
    """``main`` with what it reads from variables as constants; ``numbered`` gives the other subgraphs.

    Raises
    ------
    UnsupportedOpError
        When the network keeps something in a variable, or reads one that nothing was put into.
    """
    if not any(operator.kind in _OF_VARIABLES for operator in main.operators):
        return main
    for operator in main.operators:
        if operator.kind == "ASSIGN_VARIABLE":
            raise unsupported(operator.kind, operator.name)
    values: dict[str, Tensor] = {}
    for operator in main.operators:
        if operator.kind == "CALL_ONCE":
            values |= _assigned(
                operator, numbered(operator.options.int32(schema.CALL_ONCE_OPTIONS["init_subgraph_index"]))
            )
    variables = _variables(main.operators)
    tensors = list(main.tensors)
    for operator in main.operators:
        if operator.kind == "READ_VARIABLE":
            index = operator.outputs[0] if operator.outputs else operator.operand(1, "output")
            tensors[index] = _read(
                operator, tensors[index], values.get(variables.get(operator.operand(0, "variable"), ""))
            )
    kept = (operator for operator in main.operators if operator.kind not in _OF_VARIABLES)
    return replace(
        main, tensors=tuple(tensors), operators=tuple(replace(operator, tensors=tuple(tensors)) for operator in kept)
    )


def _variables(operators: tuple[Operator, ...]) -> dict[int, str]:
    """The name of the variable that each handle stands for."""
    field = schema.VAR_HANDLE_OPTIONS["shared_name"]
    return {
        operator.outputs[0]: operator.options.string(field, "name of a variable")
        for operator in operators
        if operator.kind == "VAR_HANDLE" and operator.outputs
    }


def _assigned(caller: Operator, subgraph: Subgraph) -> dict[str, Tensor]:
    """What an initialiser puts into which variable."""
    variables = _variables(subgraph.operators)
    values = {}
    for operator in subgraph.operators:
        if operator.kind == "VAR_HANDLE":
            continue
        if operator.kind != "ASSIGN_VARIABLE":
            raise UnsupportedOpError(
                f"{caller.label}: its initialiser runs {operator.label}, and only constants put into variables are "
                "supported; build the model without it"
            )
        value = subgraph.tensors[operator.operand(1, "value")]
        if value.is_constant:
            values[variables.get(operator.operand(0, "variable"), "")] = value
    return values


def _read(operator: Operator, made: Tensor, value: Tensor | None) -> Tensor:
    if value is None:
        raise UnsupportedOpError(
            f"{operator.label}: no initialiser puts a constant into the variable that it reads; build a stateless model"
        )
    if (value.shape, value.dtype) != (made.shape, made.dtype):
        raise UnsupportedOpError(
            f"{operator.label}: its variable is {value.dtype} {value.shape} and read as {made.dtype} {made.shape}; "
            "convert the model again"
        )
    return replace(made, data=value.data)
