"""Writing small ``.tflite`` files directly, without Keras and its converter: milliseconds instead of seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int32": schema.TensorType.INT32,
    "int8": schema.TensorType.INT8,
    "uint8": schema.TensorType.UINT8,
    "int16": schema.TensorType.INT16,
    "int64": schema.TensorType.INT64,
    "float16": schema.TensorType.FLOAT16,
    "int4": schema.TensorType.INT4,
    "bool": schema.TensorType.BOOL,
    "resource": schema.TensorType.RESOURCE,
}
_OPTIONS = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "ADD": "AddOptions",
    "SUB": "SubOptions",
    "MUL": "MulOptions",
    "SQUARED_DIFFERENCE": "SquaredDifferenceOptions",
    "CONCATENATION": "ConcatenationOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "RESHAPE": "ReshapeOptions",
    "SQUEEZE": "SqueezeOptions",
    "EXPAND_DIMS": "ExpandDimsOptions",
    "PAD": "PadOptions",
    "PADV2": "PadV2Options",
    "SLICE": "SliceOptions",
    "STRIDED_SLICE": "StridedSliceOptions",
    "MEAN": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "SPLIT": "SplitOptions",
    "SPLIT_V": "SplitVOptions",
    "UNPACK": "UnpackOptions",
    "PACK": "PackOptions",
    "REVERSE_V2": "ReverseV2Options",
    "RESIZE_BILINEAR": "ResizeBilinearOptions",
    "SPACE_TO_DEPTH": "SpaceToDepthOptions",
    "DEPTH_TO_SPACE": "DepthToSpaceOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "SUM": "ReducerOptions",
    "ARG_MAX": "ArgMaxOptions",
    "ARG_MIN": "ArgMinOptions",
    "SOFTMAX": "SoftmaxOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "DIV": "DivOptions",
    "GELU": "GeluOptions",
    "QUANTIZE": "QuantizeOptions",
    "DEQUANTIZE": "DequantizeOptions",
    "SPACE_TO_BATCH_ND": "SpaceToBatchNDOptions",
    "BATCH_TO_SPACE_ND": "BatchToSpaceNDOptions",
    "TRANSPOSE": "TransposeOptions",
    "TILE": "TileOptions",
    "BROADCAST_TO": "BroadcastToOptions",
    "GATHER": "GatherOptions",
    "SHAPE": "ShapeOptions",
    "CAST": "CastOptions",
    "REDUCE_PROD": "ReducerOptions",
    "CALL_ONCE": "CallOnceOptions",
    "VAR_HANDLE": "VarHandleOptions",
    "READ_VARIABLE": "ReadVariableOptions",
    "ASSIGN_VARIABLE": "AssignVariableOptions",
}
_VERSIONS = {"TILE": 2, "BROADCAST_TO": 2}
"""Of operators that LiteRT's reference kernels know by a later version than the first."""
_ENUMS: dict[str, type[Any]] = {"padding": schema.Padding, "fusedActivationFunction": schema.ActivationFunctionType}


class ModelWriter:
    """Collects tensors and operators of one subgraph, then packs them.

    Tensors are named by their index, operators' options by the schema's names (``strideW=2, padding="SAME"``).
    """

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "edgeunet test"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators, self.graph.inputs, self.graph.outputs = [], [], [], []
        self.model.subgraphs = [self.graph]
        self._codes: dict[str, int] = {}

    def tensor(
        self,
        shape: Sequence[int],
        dtype: str = "int8",
        scale: float | Sequence[float] | NDArray[Any] | None = None,
        zero_point: int = 0,
        data: NDArray[Any] | None = None,
        name: str | None = None,
        axis: int = 0,
    ) -> int:
        """Add a tensor; with ``data`` a constant. A sequence of scales quantizes per channel along ``axis``."""
        tensor = schema.TensorT()
        tensor.shape = [int(size) for size in shape]
        tensor.type = _TYPES[dtype]
        tensor.name = name or f"tensor_{len(self.graph.tensors)}"
        tensor.buffer = 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        if scale is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.atleast_1d(np.asarray(scale, np.float32))
            tensor.quantization.zeroPoint = np.full(len(tensor.quantization.scale), zero_point, np.int64)
            tensor.quantization.quantizedDimension = axis
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, numbers: Sequence[int] | Sequence[Sequence[int]]) -> int:
        """Add a constant int32 tensor (a shape, axes, paddings)."""
        data = np.asarray(numbers, np.int32)
        return self.tensor(data.shape, "int32", data=data)

    def op(self, kind: str, inputs: Sequence[int], output: int, **options: Any) -> int:
        """Add an operator of one output, and return that output."""
        self.operator(kind, inputs, [output], **options)
        return output

    def operator(self, kind: str, inputs: Sequence[int], outputs: Sequence[int], **options: Any) -> None:
        """Add an operator."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(kind)
        operator.inputs = [int(index) for index in inputs]
        operator.outputs = [int(index) for index in outputs]
        if kind in _OPTIONS:
            made = getattr(schema, f"{_OPTIONS[kind]}T")()
            for name, value in options.items():
                assert hasattr(made, name), f"{kind} has no option {name}"
                setattr(
                    made, name, getattr(_ENUMS[name], value) if name in _ENUMS and isinstance(value, str) else value
                )
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, _OPTIONS[kind])
            operator.builtinOptions = made
        self.graph.operators.append(operator)

    def _code(self, kind: str) -> int:
        if kind not in self._codes:
            code = schema.OperatorCodeT()
            number = getattr(schema.BuiltinOperator, kind)
            code.builtinCode, code.deprecatedBuiltinCode, code.version = (
                number,
                min(number, 127),
                _VERSIONS.get(kind, 1),
            )
            self.model.operatorCodes.append(code)
            self._codes[kind] = len(self._codes)
        return self._codes[kind]

    def build(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The file's bytes."""
        self.graph.inputs, self.graph.outputs = list(inputs), list(outputs)
        return packed(self.model)


def packed(model: Any) -> bytes:
    """The file of a ``schema.ModelT``."""
    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
