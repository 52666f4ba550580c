"""Files at the limits of what is read: sizes, numbers of things, types and places at the last value taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import read_tflite
from edgeunet.graph.ir import Tensor
from edgeunet.graph.reading import tflite
from edgeunet.graph.reading.flatbuffer import Buffer, Table
from edgeunet.graph.reading.outline import read_outline
from edgeunet.graph.reading.schema import BUILTIN_OPERATORS, TENSOR_TYPES
from tests.networks.tflite_writer import ModelWriter, packed

S = (1, 1, 8, 2)


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    for extra, sentence in ((0, "no TFL3 mark"), (1, "over the limit of 67108864")):
        with path.open("wb") as file:
            file.truncate((64 << 20) + extra)
        with pytest.raises(GraphError, match=sentence):
            read_tflite(path)


def test_the_mark_may_end_the_file() -> None:
    with pytest.raises(GraphError, match=r"root table at byte 4 needs|vtable of root table"):
        read_tflite(b"\4\0\0\0TFL3")
    with pytest.raises(GraphError, match="no TFL3 mark"):
        read_tflite(b"\4\0\0\0TFL")


def test_as_many_as_are_supported() -> None:
    tflite._limit(5, 5, "things")
    with pytest.raises(UnsupportedOpError, match=r"^it has 6 things and 5 are supported; build a smaller network$"):
        tflite._limit(6, 5, "things")


def as_table(made: Any) -> Table:
    builder = flatbuffers.Builder(64)
    builder.Finish(made.Pack(builder))
    return Buffer(bytes(builder.Output())).root()


def tensor_table(**fields: Any) -> Table:
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = "x", list(S), schema.TensorType.INT8, 0
    for name, value in fields.items():
        setattr(made, name, value)
    return as_table(made)


def read(buffers: int = 1, **fields: Any) -> Tensor:
    return tflite._tensor(tensor_table(**fields), [as_table(schema.BufferT()) for _ in range(buffers)])


def test_names_of_any_length_are_kept_up_to_a_limit() -> None:
    assert read(name="n" * 4096).name == "n" * 4096
    assert read(name="n" * 4097).name == "n" * 4096


def test_shapes_at_their_limits() -> None:
    assert read(shape=[1, 1, 1, 1, 1, 1, 2, 3]).shape == (1, 1, 1, 1, 1, 1, 2, 3)
    assert read(shape=[1 << 13, 1 << 13]).shape == (1 << 13, 1 << 13)
    assert read(shape=[1, 0]).shape == (1, 0)
    for shape in ([1] * 9, [(1 << 13) + 1, 1 << 13], [1, -1]):
        with pytest.raises(GraphError, match=r"and 1 to 67108864 elements in up to 8 dimensions are supported"):
            read(shape=shape)


def relu(**fields: Any) -> bytes:
    """One RELU, with ``fields`` of its input tensor changed."""
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1, name="x")
    y = writer.op("RELU", [x], writer.tensor(S, "int8", 0.1, name="y"))
    for name, value in fields.items():
        setattr(writer.graph.tensors[x], name, value)
    return writer.build([x], [y])


def test_open_dimensions() -> None:
    assert read_tflite(relu(shapeSignature=[-1, 1, 8, 2])).tensors[0].shape == S
    assert read_tflite(relu(shapeSignature=[-1, 0, 8, 2])).tensors[0].shape == S
    for axis in (1, 2, 3):
        signature = [1, 1, 8, 2]
        signature[axis] = -1
        with pytest.raises(
            UnsupportedOpError, match=r"tensor 'x' has the dynamic shape \(.*-1.*\); build the model with a"
        ):
            read_tflite(relu(shapeSignature=signature))


def test_empty_tensors_are_named_where_they_are_used() -> None:
    with pytest.raises(UnsupportedOpError, match=r"tensor 'x' has shape \(1, 0, 8, 2\), and 1 element at least"):
        read_tflite(relu(shape=[1, 0, 8, 2]))


def test_places_of_values() -> None:
    assert read(0, buffer=0).data is None
    assert read(1, buffer=0).data is None
    for buffers, index in ((0, 1), (1, 1), (1, 2), (2, 2)):
        with pytest.raises(GraphError, match=f"tensor 'x' is kept in buffer {index} of {buffers}; the file is damaged"):
            read(buffers, buffer=index)


def stored(offset: int, size: int, data: bytes = b"") -> Any:
    made = schema.BufferT()
    made.offset, made.size = offset, size
    made.data = np.frombuffer(data, np.uint8) if data else None
    values = tflite._values(as_table(made), "x", (4,), "int8")
    return None if values is None else values.tobytes()


def test_values_lie_in_the_buffer_or_elsewhere_in_the_file() -> None:
    made = schema.BufferT()
    made.offset, made.size = 2, 4
    whole = as_table(made).buffer.data
    assert stored(0, 4) is None
    assert stored(1, 4) is None  # what a writer leaves that has not filled it in
    assert stored(2, 4) == whole[2:6]
    assert stored(2, 4, b"data") == b"data"
    assert stored(0, 0, b"data") == b"data"
    with pytest.raises(GraphError, match="needs 4 bytes but the file has"):
        stored(len(whole) - 3, 4)


def scaled(scales: list[float], zero_points: list[int] | None, dimension: int = 0) -> Any:
    details = schema.QuantizationParametersT()
    details.scale = np.array(scales, np.float32)
    details.zeroPoint = None if zero_points is None else np.array(zero_points, np.int64)
    details.quantizedDimension = dimension
    return read(quantization=details).quantization


def test_scales_without_zero_points_have_zero() -> None:
    assert scaled([0.5], None).zero_points == (0,)
    assert scaled([0.5, 0.25], None, 3).zero_points == (0, 0)
    assert scaled([0.5, 0.25], [3], 3).zero_points == (3, 3)


def test_one_scale_has_no_axis() -> None:
    assert scaled([0.5], [1], 9).scales == (0.5,)
    with pytest.raises(GraphError, match="has 2 scales and 2 zero points along axis 9"):
        scaled([0.5, 0.25], [1, 1], 9)


def convolution(output: str, weights: str, bias: str = "net/third/bias") -> bytes:
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1, name="net/first/Relu")
    w = writer.tensor((2, 1, 1, 2), "int8", 0.02, data=np.ones((2, 1, 1, 2), np.int8), name=weights)
    b = writer.tensor((2,), "int32", 0.002, data=np.zeros(2, np.int32), name=bias)
    y = writer.tensor(S, "int8", 0.5, name=output)
    writer.op("CONV_2D", [x, w, b], y, padding="SAME", strideH=1, strideW=1)
    return writer.build([x], [y])


def test_a_layer_is_named_after_its_output_or_else_after_its_weights() -> None:
    assert read_tflite(convolution("net/enc/Conv2D", "net/other/Conv2D")).ops[0].name == "enc"
    assert read_tflite(convolution("Identity", "net/enc/Conv2D")).ops[0].name == "enc"
    assert read_tflite(convolution("Identity", "Identity")).ops[0].name == "conv_2d"


def numbered(builtin: int, deprecated: int, dtype: int = 9) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(convolution("net/enc/Conv2D", "w"), 0)
    model.operatorCodes[0].builtinCode, model.operatorCodes[0].deprecatedBuiltinCode = builtin, deprecated
    model.subgraphs[0].tensors[0].type = dtype
    return packed(model)


@pytest.mark.parametrize("number", [len(BUILTIN_OPERATORS), -1])
def test_operators_newer_than_the_schema_are_told_by_their_number(number: int) -> None:
    with pytest.raises(UnsupportedOpError, match=rf"operator number {number} 'enc': this operator is not supported"):
        read_tflite(numbered(number, min(number, 127)))
    assert read_outline(numbered(number, min(number, 127))).kinds == ((f"BUILTIN_{number}", ""),)


def test_the_last_operator_of_the_schema_has_a_name() -> None:
    assert read_outline(numbered(len(BUILTIN_OPERATORS) - 1, 127)).kinds == ((BUILTIN_OPERATORS[-1], ""),)


@pytest.mark.parametrize("number", [len(TENSOR_TYPES), -1])
def test_types_newer_than_the_schema_are_told_by_their_number(number: int) -> None:
    assert read_outline(numbered(3, 3, number)).inputs[0].dtype == f"type{number}"
    with pytest.raises(GraphError, match=f"has unknown type {number}; the file is damaged or newer"):
        read_tflite(numbered(3, 3, number))


def test_the_zero_point_of_a_port_is_its_first() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 2), "int8", [0.5, 0.25], 7)
    y = writer.op("RELU", [x], writer.tensor((1, 2), "int8", 0.5))
    model = schema.ModelT.InitFromPackedBuf(writer.build([x], [y]), 0)
    model.subgraphs[0].tensors[0].quantization.zeroPoint = np.array([3, 4, 5], np.int64)
    assert read_outline(packed(model)).inputs[0].zero_point == 3


def test_options_may_be_left_out() -> None:
    model = schema.ModelT.InitFromPackedBuf(convolution("net/enc/Conv2D", "w"), 0)
    (operator,) = model.subgraphs[0].operators
    operator.builtinOptionsType, operator.builtinOptions = 0, None
    with pytest.raises(GraphError, match="stride"):  # its default is 0, which no interpreter takes
        read_tflite(packed(model))
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1)
    y = writer.op("ADD", [x, x], writer.tensor(S, "int8", 0.2))
    model = schema.ModelT.InitFromPackedBuf(writer.build([x], [y]), 0)
    (operator,) = model.subgraphs[0].operators
    operator.builtinOptionsType, operator.builtinOptions = 0, None
    assert read_tflite(packed(model)).ops[0].attributes["activation"] == "NONE"


def test_an_operator_that_is_not_known_is_named_before_what_it_lacks() -> None:
    writer = ModelWriter()
    x, nowhere, y = (writer.tensor(S, "int8", 0.1) for _ in range(3))
    writer.op("FLOOR_MOD", [x, nowhere], y)
    with pytest.raises(UnsupportedOpError, match=r"FLOOR_MOD .*: this operator is not supported"):
        read_tflite(writer.build([x], [y]))


def ended(outputs: str) -> bytes:
    writer = ModelWriter()
    x = writer.tensor(S, "int8", 0.1, name="x")
    y = writer.op("RELU", [x], writer.tensor(S, "int8", 0.1, name="y"))
    c = writer.tensor(S, "int8", 0.1, data=np.zeros(S, np.int8), name="c")
    s = writer.op("SHAPE", [x], writer.tensor((4,), "int32", name="s"))
    return writer.build([x], [{"x": x, "y": y, "c": c, "s": s}[name] for name in outputs])


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ("yc", r"the graph's output 'c' is a constant; leave it out, it never changes$"),
        ("ys", r"the graph's output 's' is a constant; leave it out, it never changes$"),
        ("yx", r"the graph's output 'x' is its input; leave it out, the caller has it$"),
        ("yy", r"the graph has 'y' as an output twice; leave the second out, it is the same$"),
    ],
)
def test_outputs_that_nobody_needs_are_refused(outputs: str, sentence: str) -> None:
    assert len(read_tflite(ended("y")).outputs) == 1
    with pytest.raises(UnsupportedOpError, match=sentence):
        read_tflite(ended(outputs))


def test_stored_weights_are_found_behind_other_operators() -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 8, 2), "int8", 0.1)
    middle = writer.op("DEQUANTIZE", [x], writer.tensor((1, 1, 8, 2), "float32"))
    middle = writer.op("RELU", [middle], writer.tensor((1, 1, 8, 2), "float32"))
    kept = writer.tensor((2, 1, 1, 2), "float16", data=np.ones((2, 1, 1, 2), np.float16))
    w = writer.op("DEQUANTIZE", [kept], writer.tensor((2, 1, 1, 2), "float32", name="net/enc/kernel"))
    b = writer.tensor((2,), "float32", data=np.zeros(2, np.float32))
    y = writer.op(
        "CONV_2D", [middle, w, b], writer.tensor((1, 1, 8, 2), "float32"), padding="SAME", strideH=1, strideW=1
    )
    with pytest.raises(UnsupportedOpError, match="weights are stored in float16 and computed with in float32"):
        read_tflite(writer.build([x], [y]))


def test_four_dimensions_are_handed_on_in_their_order() -> None:
    from tests.rigs.operators import operator

    assert operator("CONV_2D", [(2, 3, 4, 5)], (1,)).rank_4(0, "weights") == (2, 3, 4, 5)
