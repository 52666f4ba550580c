"""The table of operators and the document written from it; the schema's numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from ai_edge_litert import schema_py_generated as generated

from edgeunet.graph import ir
from edgeunet.graph.evaluation.evaluate import EVALUATIONS
from edgeunet.graph.reading import schema
from edgeunet.graph.reading.options import DECODERS
from edgeunet.graph.rules.supported_ops import supported_ops_markdown
from edgeunet.graph.rules.table import CURES, SUPPORTED

DOCUMENT = Path(__file__).parents[3] / "docs" / "SUPPORTED_OPS.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == supported_ops_markdown(), (
        "docs/SUPPORTED_OPS.md is stale: run 'python -m edgeunet.graph.rules.supported_ops'"
    )


def test_every_rule_says_what_it_asks() -> None:
    for kind, entry in SUPPORTED.items():
        assert entry.rules, kind
        for rule in entry.rules:
            assert rule.__doc__, rule
            assert rule.__doc__.strip().endswith("."), rule


def test_every_supported_operator_can_be_evaluated_and_none_has_a_cure() -> None:
    assert set(EVALUATIONS) == set(SUPPORTED)
    assert not set(SUPPORTED) & set(CURES)
    spellings = {spelling.split()[0] for entry in SUPPORTED.values() for spelling in entry.spellings}
    decoded = set(SUPPORTED) - {"FLOAT_FUNCTION"}
    assert set(DECODERS) == decoded | spellings | {
        "SPACE_TO_BATCH_ND",
        "BATCH_TO_SPACE_ND",
    }


def test_operator_and_type_numbers_are_the_schema_s() -> None:
    for number, name in enumerate(schema.BUILTIN_OPERATORS):
        assert getattr(generated.BuiltinOperator, name) == number
    for number, name in enumerate(schema.TENSOR_TYPES[:18]):
        assert getattr(generated.TensorType, name.upper()) == number
    assert [getattr(generated.ActivationFunctionType, name) for name in schema.ACTIVATIONS] == list(range(6))
    assert (generated.Padding.SAME, generated.Padding.VALID) == (0, 1)


OPTION_TABLES = {
    "CONV_2D": "Conv2DOptions", "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions", "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions", "FULLY_CONNECTED": "FullyConnectedOptions", "SOFTMAX": "SoftmaxOptions",
    "CONCATENATION": "ConcatenationOptions", "ADD": "AddOptions", "RESHAPE": "ReshapeOptions", "MUL": "MulOptions",
    "MEAN": "ReducerOptions", "REDUCE_MAX": "ReducerOptions",
    "SUB": "SubOptions", "SQUEEZE": "SqueezeOptions", "STRIDED_SLICE": "StridedSliceOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions", "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "LEAKY_RELU": "LeakyReluOptions", "GELU": "GeluOptions", "NONE": "NONE", "GATHER": "GatherOptions",
    "REDUCE_MIN": "ReducerOptions", "REDUCE_PROD": "ReducerOptions", "SUM": "ReducerOptions", "DIV": "DivOptions",
    "PACK": "PackOptions", "UNPACK": "UnpackOptions", "CALL_ONCE": "CallOnceOptions", "VAR_HANDLE": "VarHandleOptions",
    "RESIZE_BILINEAR": "ResizeBilinearOptions", "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions", "BATCH_MATMUL": "BatchMatMulOptions",
    "SPLIT": "SplitOptions", "SPLIT_V": "SplitVOptions",
}  # fmt: skip


def test_option_numbers_are_the_schema_s() -> None:
    assert {kind: getattr(generated.BuiltinOptions, name) for kind, name in OPTION_TABLES.items()} == schema.OPTIONS


FIELDS = {
    "Model": schema.MODEL, "OperatorCode": schema.OPERATOR_CODE, "SubGraph": schema.SUBGRAPH, "Tensor": schema.TENSOR,
    "QuantizationParameters": schema.QUANTIZATION, "Operator": schema.OPERATOR, "Buffer": schema.BUFFER,
    "Conv2DOptions": schema.CONV_2D_OPTIONS, "DepthwiseConv2DOptions": schema.DEPTHWISE_CONV_2D_OPTIONS,
    "TransposeConvOptions": schema.TRANSPOSE_CONV_OPTIONS, "Pool2DOptions": schema.POOL_2D_OPTIONS,
    "FullyConnectedOptions": schema.FULLY_CONNECTED_OPTIONS, "ConcatenationOptions": schema.CONCATENATION_OPTIONS,
    "AddOptions": schema.ARITHMETIC_OPTIONS, "SubOptions": schema.ARITHMETIC_OPTIONS,
    "MulOptions": schema.ARITHMETIC_OPTIONS, "SoftmaxOptions": schema.SOFTMAX_OPTIONS,
    "ReducerOptions": schema.MEAN_OPTIONS, "SqueezeOptions": schema.SQUEEZE_OPTIONS,
    "StridedSliceOptions": schema.STRIDED_SLICE_OPTIONS, "LeakyReluOptions": schema.LEAKY_RELU_OPTIONS,
    "GeluOptions": schema.GELU_OPTIONS, "GatherOptions": schema.GATHER_OPTIONS, "PackOptions": schema.PACK_OPTIONS,
    "UnpackOptions": schema.UNPACK_OPTIONS, "CallOnceOptions": schema.CALL_ONCE_OPTIONS,
    "VarHandleOptions": schema.VAR_HANDLE_OPTIONS,
    "ResizeBilinearOptions": schema.RESIZE_BILINEAR_OPTIONS, "DepthToSpaceOptions": schema.BLOCK_OPTIONS,
    "SpaceToDepthOptions": schema.BLOCK_OPTIONS, "BatchMatMulOptions": schema.BATCH_MATMUL_OPTIONS,
    "DivOptions": schema.ARITHMETIC_OPTIONS,
    "ResizeNearestNeighborOptions": schema.RESIZE_OPTIONS,
}  # fmt: skip
SPELLINGS = {"activation": "fusedActivationFunction", "dilation_w": "dilationWFactor", "dilation_h": "dilationHFactor",
             "filter_w": "filterWidth", "filter_h": "filterHeight"}  # fmt: skip


@pytest.mark.parametrize("table", FIELDS)
def test_field_numbers_are_the_schema_s(table: str) -> None:
    """The generated code adds field n with ``<Table>Add<Field>``, which writes vtable slot n."""

    class Slots:
        def __getattr__(self, name: str) -> object:
            return lambda slot, *_: setattr(self, "slot", slot)

    for field, number in FIELDS[table].items():
        words = SPELLINGS.get(field, "".join(word.capitalize() for word in field.split("_")))
        slots = Slots()
        getattr(generated, f"{table}Add{words[0].upper()}{words[1:]}")(slots, 0)
        assert slots.slot == number, field  # type: ignore[attr-defined]


def test_absent_is_what_the_schema_means_by_it() -> None:
    assert ir.ABSENT == -1
