"""Models changed in one place: the whole sentence for each, and what is still taken beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import ABSENT, Graph, Op, Tensor
from edgeunet.graph.reading.tflite import pruned
from tests.networks.tflite_writer import ModelWriter, packed

DAMAGED = "; the file is damaged"
Change = Callable[[Any], object]


def written() -> Any:
    """A convolution with weights of two scales and a bias, and a RELU, as objects of the schema."""
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, 4), "int8", 0.5, 3, name="x")
    weights = writer.tensor((2, 1, 1, 4), "int8", [0.5, 0.25], data=np.ones((2, 1, 1, 4), np.int8), name="w")
    bias = writer.tensor((2,), "int32", [0.25, 0.125], data=np.ones(2, np.int32), name="b")
    y = writer.op(
        "CONV_2D", [x, weights, bias], writer.tensor((1, 1, 6, 2), "int8", 1.0, name="y"), strideH=1, strideW=1
    )
    z = writer.op("RELU", [y], writer.tensor((1, 1, 6, 2), "int8", 1.0, name="z"))
    return schema.ModelT.InitFromPackedBuf(writer.build([x], [z]), 0)


def put(name: str, value: Any, tensor: int = 0) -> Change:
    return lambda model: setattr(model.subgraphs[0].tensors[tensor], name, value)


def scales(name: str, value: Any, tensor: int = 0) -> Change:
    return lambda model: setattr(model.subgraphs[0].tensors[tensor].quantization, name, value)


def operator(name: str, value: Any, number: int = 1) -> Change:
    return lambda model: setattr(model.subgraphs[0].operators[number], name, value)


def code(name: str, value: Any) -> Change:
    return lambda model: setattr(model.operatorCodes[1], name, value)


def graph(name: str, value: Any) -> Change:
    return lambda model: setattr(model.subgraphs[0], name, value)


F32, I64, I32 = np.float32, np.int64, np.int32
TENSORS = f"and 1 to {1 << 26} elements in up to 8 dimensions are supported; convert the model with static shapes"
NO_SCALE = "quantization of 'x' has a scale that is negative or not a number" + DAMAGED
REFUSED: list[tuple[Change, str]] = [
    (put("type", 23), "tensor 'x' has unknown type 23; the file is damaged or newer than this reader"),
    (put("type", -1), "tensor 'x' has unknown type -1; the file is damaged or newer than this reader"),
    (put("shape", [1] * 9), f"tensor 'x' has shape {(1,) * 9}, {TENSORS}"),
    (put("shape", [1] * 10), f"tensor 'x' has shape {(1,) * 9}, {TENSORS}"),
    (put("shape", [1, -1, 6]), f"tensor 'x' has shape (1, -1, 6), {TENSORS}"),
    (put("shape", [1, (1 << 26) + 1]), f"tensor 'x' has shape (1, {(1 << 26) + 1}), {TENSORS}"),
    (put("buffer", 100), "tensor 'x' is kept in buffer 100 of 3" + DAMAGED),
    (put("buffer", 3), "tensor 'x' is kept in buffer 3 of 3" + DAMAGED),
    (put("shape", [3], 2), "tensor 'b' of shape (3,) needs 12 bytes but has 8" + DAMAGED),
    (scales("zeroPoint", np.zeros(3, I64)), "quantization of 'x' has 1 scales and 3 zero points along axis 0"),
    (scales("quantizedDimension", 4, 1), "quantization of 'w' has 2 scales and 2 zero points along axis 4"),
    (scales("quantizedDimension", -1, 1), "quantization of 'w' has 2 scales and 2 zero points along axis -1"),
    (scales("quantizedDimension", 3, 1), "quantization of 'w' has 2 scales for 4 channels" + DAMAGED),
    (scales("scale", np.array([-1], F32)), NO_SCALE),
    (scales("scale", np.array([np.inf], F32)), NO_SCALE),
    (scales("zeroPoint", np.array([128], I64)), "quantization of 'x' has a zero point outside int8" + DAMAGED),
    (scales("zeroPoint", np.array([-129], I64)), "quantization of 'x' has a zero point outside int8" + DAMAGED),
    (graph("inputs", [5]), "graph inputs of subgraph 0 name tensor 5 of 5" + DAMAGED),
    (graph("inputs", [-1]), "graph inputs of subgraph 0 name tensor -1 of 5" + DAMAGED),
    (graph("outputs", [5]), "graph outputs of subgraph 0 name tensor 5 of 5" + DAMAGED),
    (graph("inputs", []), "it has no inputs, no outputs or no operators; convert the model again"),
    (graph("outputs", []), "it has no inputs, no outputs or no operators; convert the model again"),
    (graph("operators", []), "it has no inputs, no outputs or no operators; convert the model again"),
    (graph("inputs", [1]), "an input of the graph is a constant or given twice" + DAMAGED),
    (operator("opcodeIndex", 2), "operator 1 uses operator code 2 of 2" + DAMAGED),
    (operator("inputs", [5]), "inputs of operator 1 name tensor 5 of 5" + DAMAGED),
    (operator("inputs", [-2]), "inputs of operator 1 name tensor -2 of 5" + DAMAGED),
    (operator("outputs", [-1]), "outputs of operator 1 name tensor -1 of 5" + DAMAGED),
    (operator("inputs", []), "RELU 'z': has 0 inputs and 1 outputs" + DAMAGED),
    (operator("outputs", [3]), "RELU 'y#2': its output 'y' is already known before it"),
    (operator("outputs", [0]), "RELU 'x': its output 'x' is already known before it"),
    (operator("inputs", [4]), "RELU 'z': its operand 'z' is not computed before it" + DAMAGED),
    (code("builtinCode", 5000), "operator number 5000 'z': this operator is not supported; "
     "build the layer from the operators in docs/SUPPORTED_OPS.md"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_one_change(change: Change, sentence: str) -> None:
    model = written()
    change(model)
    with pytest.raises(GraphError, match=f"^the model: {re.escape(sentence)}$"):
        read_tflite(packed(model))


def test_the_model_as_it_is() -> None:
    found = read_tflite(packed(written()))
    assert [op.kind for op in found.ops] == ["CONV_2D", "RELU"]
    x, weights, bias = found.tensors[:3]
    assert (x.quantization, weights.quantization) == (
        type(x.quantization)((0.5,), (3,), 0), type(x.quantization)((0.5, 0.25), (0, 0), 0)
    )  # fmt: skip
    assert bias.data is not None
    assert (bias.dtype, bias.data.tolist(), bias.quantization.axis) == ("int32", [1, 1], 0)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [scales("zeroPoint", np.array([127], I64)), scales("zeroPoint", np.array([-128], I64)),
     scales("zeroPoint", np.zeros(0, I64)), scales("zeroPoint", np.zeros(1, I64), 1),
     scales("quantizedDimension", 9, 2)],
)  # fmt: skip
def test_what_is_taken_beside(change: Change) -> None:
    model = written()
    change(model)
    found = read_tflite(packed(model))
    assert len(found.ops) == 2
    assert all(t.quantization and len(t.quantization.scales) == len(t.quantization.zero_points) for t in found.tensors)


def test_an_operand_that_nothing_computes() -> None:
    model = written()
    model.subgraphs[0].operators.reverse()
    with pytest.raises(GraphError, match=r"^the model: RELU 'z': its operand 'y' is not computed before it; the file"):
        read_tflite(packed(model))
    model = written()
    model.subgraphs[0].operators.pop()
    with pytest.raises(GraphError, match=r"^the model: the graph's output 'z' is computed by no operator$"):
        read_tflite(packed(model))


def test_operators_of_the_user() -> None:
    for custom, name in (("Mine\n", "Mine_"), ("", "without a name")):
        model = written()
        model.operatorCodes[1].builtinCode = model.operatorCodes[1].deprecatedBuiltinCode = 32
        model.operatorCodes[1].customCode = custom
        with pytest.raises(
            GraphError, match=f"^the model: custom operator {name} 'z': this operator is not supported; con"
        ):
            read_tflite(packed(model))


def test_options_of_another_operator() -> None:
    model = written()
    model.subgraphs[0].operators[0].builtinOptionsType = schema.BuiltinOptions.Pool2DOptions
    model.subgraphs[0].operators[0].builtinOptions = schema.Pool2DOptionsT()
    number = schema.BuiltinOptions.Pool2DOptions
    sentence = f"CONV_2D 'y' has options of another operator (number {number})" + DAMAGED
    with pytest.raises(GraphError, match=f"^the model: {re.escape(sentence)}$"):
        read_tflite(packed(model))


def test_files_and_their_names(tmp_path: Path) -> None:
    path = tmp_path / "net.int8.tflite"
    path.write_bytes(packed(written()))
    assert (read_tflite(path).name, read_tflite(str(path)).name) == ("net", "net")
    assert read_tflite(path.read_bytes()).name == "model"
    hidden = tmp_path / ".tflite"
    hidden.write_bytes(path.read_bytes())
    assert read_tflite(hidden).name == "model"
    path.write_bytes(b"TFL3TFL")
    with pytest.raises(
        GraphError, match=rf"^'{path}': it is not a TensorFlow Lite model \(no TFL3 mark\); pass a file w"
    ):
        read_tflite(path)


def test_what_outputs_do_not_need_is_dropped_and_inputs_stay() -> None:
    tensors = tuple(Tensor(f"serving_default_{name}:0", (1, 1, 1, 1), "int8") for name in "abcdefg")
    ops = (
        Op("RELU", "unused", (0,), (1,)),
        Op("RELU", "first", (2,), (3,)),
        Op("CONV_2D", "second", (3, 4, ABSENT), (5,)),
    )
    found = pruned(Graph("net", tensors, ops, (0, 2), (5,), "digest"))
    assert [tensor.name for tensor in found.tensors] == ["a", "c", "d", "e", "f"]
    assert [(op.name, op.inputs, op.outputs) for op in found.ops] == [
        ("first", (1,), (2,)),
        ("second", (2, 3, ABSENT), (4,)),
    ]
    assert (found.inputs, found.outputs, found.digest) == ((0, 1), (4,), "digest")
