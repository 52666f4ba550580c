"""Operators that ai-edge-quantizer leaves in float between DEQUANTIZE and QUANTIZE, though they have integer kernels.

Scales stand on both sides already, so the operator takes the integers itself and the two conversions go. A PRELU's
slopes become int8 with one scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edgeunet.litert import schema_classes
from edgeunet.quantize.tidy import builtin_code, packed

_OWN_SCALE = ("LEAKY_RELU", "RELU6", "RELU_N1_TO_1", "PRELU")
_SAME_SCALE = ("SQUEEZE", "EXPAND_DIMS", "TILE", "SPLIT_V", "REVERSE_V2", "DEPTH_TO_SPACE", "REDUCE_MAX")


def integers_throughout(model: bytes) -> bytes:
    """Return ``model`` with integer kernels in place of such islands; any other stays."""
    schema = schema_classes()
    document = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(model), 0))
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    kinds = [names[builtin_code(code)] for code in document.operatorCodes]
    found = [_Islands(document, graph, kinds).settle() for graph in document.subgraphs]
    return packed(document) if any(found) else model


class _Islands:
    """The operators of one subgraph."""

    def __init__(self, document: Any, graph: Any, kinds: Sequence[str]) -> None:
        self._document, self._graph, self._kinds = document, graph, kinds
        self._float = schema_classes().TensorType.FLOAT32
        self._whole = {
            int(operator.outputs[0]): int(operator.inputs[0])
            for operator in graph.operators
            if self._kind(operator) == "DEQUANTIZE"
        }

    def settle(self) -> bool:
        """Rewire what can be; return whether anything was."""
        rewired = 0
        for operator in list(self._graph.operators):
            if self._kind(operator) in (*_OWN_SCALE, *_SAME_SCALE):
                rewired += self._rewire(operator)
        if rewired:
            read = {int(index) for operator in self._graph.operators for index in operator.inputs}
            read |= {int(index) for index in self._graph.outputs}
            self._graph.operators = [
                operator
                for operator in self._graph.operators
                if self._kind(operator) != "DEQUANTIZE" or int(operator.outputs[0]) in read
            ]
        return rewired > 0

    def _kind(self, operator: Any) -> str:
        kind: str = self._kinds[int(operator.opcodeIndex)]
        return kind

    def _rewire(self, operator: Any) -> bool:
        inputs = [int(index) for index in operator.inputs]
        signals = [index for index in inputs if self._is_float(index) and not self._is_constant(index)]
        slopes = [index for index in inputs if self._is_float(index) and self._is_constant(index)]
        quantizers = [self._only_quantizer(int(index)) for index in operator.outputs]
        if not all(index in self._whole for index in signals) or None in quantizers:
            return False
        if slopes and self._kind(operator) != "PRELU":
            return False
        outputs = [int(quantizer.outputs[0]) for quantizer in quantizers]
        ends = [*(self._whole[index] for index in signals), *outputs]
        if self._kind(operator) in _SAME_SCALE and len({self._quantization(index) for index in ends}) > 1:
            return False
        replaced: Mapping[int, int] = {index: self._whole[index] for index in signals} | {
            index: self._int8(index) for index in slopes
        }
        operator.inputs = [replaced.get(index, index) for index in inputs]
        for index, output in zip(map(int, operator.outputs), outputs, strict=True):
            tensors = self._graph.tensors
            tensors[index].name, tensors[output].name = tensors[output].name, tensors[index].name
        operator.outputs = outputs
        self._graph.operators = [each for each in self._graph.operators if not any(each is q for q in quantizers)]
        return True

    def _is_float(self, index: int) -> bool:
        return index >= 0 and self._graph.tensors[index].type == self._float

    def _is_constant(self, index: int) -> bool:
        data = self._document.buffers[self._graph.tensors[index].buffer].data
        return data is not None and len(data) > 0

    def _only_quantizer(self, index: int) -> Any:
        readers = [operator for operator in self._graph.operators if index in map(int, operator.inputs)]
        is_one = (
            len(readers) == 1 and self._kind(readers[0]) == "QUANTIZE" and index not in map(int, self._graph.outputs)
        )
        return readers[0] if is_one else None

    def _quantization(self, index: int) -> tuple[float, int]:
        quantization = self._graph.tensors[index].quantization
        return float(quantization.scale[0]), int(quantization.zeroPoint[0])

    def _int8(self, index: int) -> int:
        """Return a new int8 tensor with the values of a constant of float32."""
        schema = schema_classes()
        old = self._graph.tensors[index]
        values = np.frombuffer(bytes(self._document.buffers[old.buffer].data), np.float32)
        scale = max(float(np.abs(values).max()), 1e-6) / 127
        buffer, tensor = schema.BufferT(), schema.TensorT()
        buffer.data = np.round(values / scale).astype(np.int8).view(np.uint8)
        self._document.buffers.append(buffer)
        tensor.shape, tensor.type, tensor.buffer = old.shape, schema.TensorType.INT8, len(self._document.buffers) - 1
        tensor.name = (old.name or b"slopes") + b"/int8"
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = np.array([scale], np.float32), np.zeros(1, np.int64)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1
