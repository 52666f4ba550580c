"""Subgraphs besides the first: initialisers of variables that nothing else writes, and signatures of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import evaluate, read_tflite
from tests.networks.shuffled_networks import values_for
from tests.networks.tflite_writer import ModelWriter
from tests.networks.tflite_writer import packed as file_of
from tests.rigs.judges import litert_reference

S = (1, 6, 3)
CONSTANT = np.arange(18, dtype=np.int8).reshape(S) * 7 - 60


def kept_constant(
    *, put: bool = True, assigned: bool = False, also: str = "", read_shape: tuple[int, ...] = S
) -> bytes:
    """A sum with a variable that the second subgraph fills (``put``), and the first perhaps too (``assigned``)."""
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1, -5)
    handle = writer.op("VAR_HANDLE", [], writer.tensor((), "resource"), sharedName="gain", container="")
    value = writer.op("READ_VARIABLE", [handle], writer.tensor(read_shape, "int8", 0.05, 3, name="net/gain/Read"))
    y = writer.op("ADD", [x, value], writer.tensor(S, "int8", 0.2, 1), fusedActivationFunction="NONE")
    if assigned:
        _effect(writer, "ASSIGN_VARIABLE", [handle, y])
    _effect(writer, "CALL_ONCE", [], initSubgraphIndex=1)
    operators = writer.graph.operators
    operators.insert(0, operators.pop())
    writer.graph.inputs, writer.graph.outputs = [x], [y]
    main, writer.graph = writer.graph, schema.SubGraphT()
    writer.graph.tensors, writer.graph.operators, writer.graph.inputs, writer.graph.outputs = [], [], [], []
    writer.model.subgraphs.append(writer.graph)
    if put:
        handle = writer.op("VAR_HANDLE", [], writer.tensor((), "resource"), sharedName="gain", container="")
        given = writer.tensor(S, "int8", 0.05, 3, CONSTANT)
        if also:
            given = writer.op(also, [given], writer.tensor(S, "int8", 0.05, 3))
        _effect(writer, "ASSIGN_VARIABLE", [handle, given])
    assert main is writer.model.subgraphs[0]
    return file_of(writer.model)


def _effect(writer: ModelWriter, kind: str, inputs: list[int], **options: Any) -> None:
    """An operator without outputs."""
    writer.op(kind, inputs, 0, **options)
    writer.graph.operators[-1].outputs = []


def test_a_variable_that_only_its_initialiser_writes_is_a_constant() -> None:
    model = kept_constant()
    graph = read_tflite(model)
    assert [op.kind for op in graph.ops] == ["ADD"]
    assert graph.tensors[graph.ops[0].inputs[1]].is_constant
    values = values_for(S, 0)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), litert_reference(model, values)[0].ravel())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"assigned": True}, r"ASSIGN_VARIABLE .*: this operator is not supported; it keeps a state from call to call"),
        (
            {"put": False},
            r"READ_VARIABLE 'gain': no initialiser puts a constant into the variable that it reads; build",
        ),
        ({"also": "RELU"}, r"CALL_ONCE .*: its initialiser runs RELU '.*', and only constants put into variables"),
        (
            {"read_shape": (1, 1, 3)},
            r"READ_VARIABLE 'gain': its variable is int8 \(1, 6, 3\) and read as int8 \(1, 1, 3\)",
        ),
    ],
)
def test_variables_that_are_no_constants_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UnsupportedOpError, match=sentence):
        read_tflite(kept_constant(**changes))


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_initialisers_that_are_not_there_are_refused(number: int) -> None:
    content = schema.ModelT.InitFromPackedBuf(kept_constant(), 0)
    content.subgraphs[0].operators[0].builtinOptions.initSubgraphIndex = number
    with pytest.raises(GraphError, match=f"it names subgraph {number} of 2; the file is damaged"):
        read_tflite(file_of(content))


def test_of_several_signatures_the_first_subgraph_is_read_as_interpreters_run_it() -> None:
    writer = ModelWriter()
    for kind in ("RELU", "ABS"):
        if kind == "ABS":
            writer.graph = schema.SubGraphT()
            writer.graph.tensors, writer.graph.operators = [], []
            writer.model.subgraphs.append(writer.graph)
        x, y = (writer.tensor(S, "int8", 0.1, -5) for _ in range(2))
        writer.graph.inputs, writer.graph.outputs = [x], [writer.op(kind, [x], y)]
    model = file_of(writer.model)
    graph = read_tflite(model)
    assert [op.kind for op in graph.ops] == ["RELU"]
    values = values_for(S, 0)
    np.testing.assert_array_equal(evaluate(graph, values)[0].ravel(), litert_reference(model, values)[0].ravel())
