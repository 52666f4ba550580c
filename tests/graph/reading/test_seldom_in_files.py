"""What few files have: quantizations of other kinds, inputs that nothing reads, operators that only fold."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from edgeunet.errors import GraphError, UnsupportedOpError
from edgeunet.graph import read_tflite
from edgeunet.graph.folding.orders import regrouped, reshaped
from edgeunet.graph.ir import Graph, Op, Quantization, Tensor
from edgeunet.graph.length import RATES
from edgeunet.graph.rules.operands import Subject
from edgeunet.graph.rules.shapes import exchanged_shape
from tests.networks.tflite_writer import ModelWriter, packed


def relu(change: Any) -> bytes:
    """RELU of one of two inputs; ``change`` may do something to the tensors of the file."""
    writer = ModelWriter()
    x, other = (writer.tensor((1, 1, 6, 4), "int8", 0.1, name=name) for name in ("net/x", "net/other"))
    y = writer.op("RELU", [x], writer.tensor((1, 1, 6, 4), "int8", 0.1, name="net/act/Relu"))
    content = schema.ModelT.InitFromPackedBuf(writer.build([x, other], [y]), 0)
    change(content.subgraphs[0].tensors)
    return packed(content)


def test_a_quantization_without_scales_is_none() -> None:
    def empty(tensors: Any) -> None:
        tensors[0].quantization.scale = np.zeros(0, np.float32)

    with pytest.raises(UnsupportedOpError, match="RELU 'act': tensor 'net/x' has no scale"):
        read_tflite(relu(empty))


def test_a_quantization_by_a_table_is_refused() -> None:
    def custom(tensors: Any) -> None:
        tensors[0].quantization.detailsType = schema.QuantizationDetails.CustomQuantization
        tensors[0].quantization.details = schema.CustomQuantizationT()

    with pytest.raises(UnsupportedOpError, match=r"quantization of .* is not affine; convert with the built-in int8"):
        read_tflite(relu(custom))


def test_an_input_that_nothing_reads_is_held_to_what_tensors_are() -> None:
    def variable(tensors: Any) -> None:
        tensors[1].isVariable = True

    assert len(read_tflite(relu(lambda tensors: None)).inputs) == 2
    with pytest.raises(UnsupportedOpError, match=r"tensor '.*other' is a variable .*build a stateless model"):
        read_tflite(relu(variable))


@pytest.mark.parametrize("kind", ["ZEROS_LIKE", "FLOOR_DIV"])
def test_an_operator_that_only_folds_is_refused_on_a_signal(kind: str) -> None:
    writer = ModelWriter()
    x = writer.tensor((1, 1, 6, 4), "int32", name="net/x")
    operands = [x] if kind == "ZEROS_LIKE" else [x, writer.constant([2])]
    y = writer.op(kind, operands, writer.tensor((1, 1, 6, 4), "int32", name="net/layer/op"))
    with pytest.raises(UnsupportedOpError, match=f"{kind} 'layer': this operator is not supported; "):
        read_tflite(writer.build([x], [y]))


def test_a_file_that_ends_in_an_error_is_named() -> None:
    path = Path("/proc/self/mem")
    if not path.exists():
        pytest.skip("needs a file whose first byte cannot be read: /proc/self/mem of Linux")
    with pytest.raises(GraphError, match=r"mem' can't be read: .*; check its permissions"):
        read_tflite(path)


def rate(kind: str, given: tuple[int, ...], made: tuple[int, ...], **attributes: Any) -> Fraction | None:
    return RATES[kind](Op(kind, "layer", (0,), (1,), attributes), given, made)


def test_rates_of_rows_that_are_regrouped() -> None:
    assert rate("FULLY_CONNECTED", (1, 1, 6, 4), (1, 1, 6, 9)) == 1
    assert rate("FULLY_CONNECTED", (1, 1, 6, 4), (1, 1, 1, 9)) is None
    assert rate("RESHAPE", (1, 1, 6, 4), (1, 1, 6, 4)) == 1
    assert rate("RESHAPE", (1, 1, 6, 4), (1, 1, 12, 2)) == 2
    assert rate("RESHAPE", (1, 1, 6, 4), (1, 1, 2, 12)) == Fraction(1, 3)
    for given, made in (
        ((1, 1, 6, 4), (1, 1, 8, 3)), ((1, 1, 6, 4), (1, 1, 1, 24)), ((1, 1, 1, 24), (1, 1, 6, 4)),
        ((1, 2, 6, 4), (1, 1, 12, 4)), ((1, 1, 12, 4), (1, 2, 6, 4)),
    ):  # fmt: skip
        assert rate("RESHAPE", given, made) is None
    assert rate("REVERSE_V2", (1, 1, 1, 4), (1, 1, 1, 4)) == 1
    assert rate("REVERSE_V2", (1, 1, 6, 4), (1, 1, 6, 4)) is None
    assert rate("RESIZE_BILINEAR", (1, 1, 1, 4), (1, 1, 6, 4)) is None
    assert rate("RESIZE_NEAREST_NEIGHBOR", (1, 1, 6, 4), (1, 1, 18, 4)) == 3
    assert rate("RESIZE_NEAREST_NEIGHBOR", (1, 1, 6, 4), (1, 1, 9, 4)) is None
    assert rate("SUM", (1, 1, 6, 4), (1, 1, 6, 1), axes=(3,)) == 1
    assert rate("SUM", (1, 1, 6, 4), (1, 1, 1, 4), axes=(1, 2)) is None
    assert rate("CONCATENATION", (1, 1, 6, 4), (1, 1, 6, 8), axis=3) == 1
    assert rate("CONCATENATION", (1, 1, 6, 4), (1, 1, 12, 4), axis=2) is None


def test_blocks_that_change_place_are_all_of_the_input() -> None:
    tensors = tuple(Tensor(name, (1, 1, 6, 4), "int8", Quantization((0.1,), (0,))) for name in "xy")

    def told(rows: int) -> str | None:
        op = Op("TRANSPOSE", "turn", (0,), (1,), {"outer": 2, "rows": rows, "columns": 2, "run": 2})
        return exchanged_shape(Subject(op, Graph("net", tensors, (op,), (0,), (1,), "")))

    assert told(3) is None
    assert told(4) == (
        "it can't exchange axes of (1, 1, 6, 4) as {'outer': 2, 'rows': 4, 'columns': 2, 'run': 2}; the file is damaged"
    )


def test_shapes_of_other_sizes_have_no_order_in_common() -> None:
    assert reshaped((2, 3), (2, 4), (1, 0)) is None
    assert reshaped((2, 3), (2,), (0, 1)) is None
    assert regrouped((2, 3), (2, 4), (1, 0)) == (1, 0)
