"""Operators that ai-edge-quantizer leaves in float between DEQUANTIZE and QUANTIZE, though they have integer kernels.

Each takes and gives integers itself: with the scale that a QUANTIZE behind it has, with that of its input where it only
moves values, or with one for its range over the calibration windows. A PRELU's slopes become int8 with one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from edgeunet.litert import schema_classes
from edgeunet.quantize.ranges import Ranges
from edgeunet.quantize.tidy import builtin_code, packed

_OWN_SCALE = ("LEAKY_RELU", "RELU6", "RELU_N1_TO_1", "PRELU")
_SAME_SCALE = ("SQUEEZE", "EXPAND_DIMS", "SHAPE", "TILE", "SPLIT_V", "REVERSE_V2", "DEPTH_TO_SPACE", "REDUCE_MAX")
_IN_INT16 = ("LEAKY_RELU", "SQUEEZE", "EXPAND_DIMS", "SHAPE")
"""Of these: those that LiteRT and TFLM run in int16."""


def integers_throughout(model: bytes, ranges: Ranges) -> bytes:
    """Return ``model`` with integer kernels in place of such islands; any other operator stays.

    Parameters
    ----------
    model : as ai-edge-quantizer wrote it.
    ranges : of the activations of the float file, by name.
    """
    schema = schema_classes()
    document = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(bytearray(model), 0))
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    kinds = [names[builtin_code(code)] for code in document.operatorCodes]
    found = [_Islands(document, graph, kinds, ranges).settle() for graph in document.subgraphs]
    return packed(document) if any(found) else model


class _Islands:
    """The operators of one subgraph, and which integers stand for which float tensor."""

    def __init__(self, document: Any, graph: Any, kinds: Sequence[str], ranges: Ranges) -> None:
        self._document, self._graph, self._kinds, self._ranges = document, graph, kinds, ranges
        self._types = schema_classes().TensorType
        self._whole = {
            int(operator.outputs[0]): int(operator.inputs[0])
            for operator in graph.operators
            if self._kind(operator) == "DEQUANTIZE"
        }

    def settle(self) -> bool:
        """Make integers of what can be; return whether anything was."""
        changed = [self._convert(operator) for operator in list(self._graph.operators)]
        if any(changed):
            self._join_quantizers()
            self._drop_unread()
        return any(changed)

    def _kind(self, operator: Any) -> str:
        kind: str = self._kinds[int(operator.opcodeIndex)]
        return kind

    def _convert(self, operator: Any) -> bool:
        kind = self._kind(operator)
        inputs, outputs = [int(i) for i in operator.inputs], [int(i) for i in operator.outputs]
        signals = [index for index in inputs if self._is_float(index) and not self._is_constant(index)]
        slopes = [index for index in inputs if self._is_float(index) and self._is_constant(index)]
        if kind not in (*_OWN_SCALE, *_SAME_SCALE) or (slopes and kind != "PRELU"):
            return False
        if not signals or not all(index in self._whole for index in signals):
            return False
        source = self._graph.tensors[self._whole[signals[0]]]
        if source.type != self._types.INT8 and kind not in _IN_INT16:
            return False
        if any(self._name(index) not in self._ranges for index in outputs if self._is_float(index)):
            return False
        made = {index: self._integers(index, kind, source) for index in outputs if self._is_float(index)}
        slope = {index: self._slopes(index) for index in slopes}
        operator.inputs = [slope.get(index, self._whole.get(index, index)) for index in inputs]
        operator.outputs = [made.get(index, index) for index in outputs]
        self._whole |= made
        return True

    def _integers(self, index: int, kind: str, source: Any) -> int:
        """Return a new tensor for the values of the float tensor ``index``, which gives it its name."""
        old = self._graph.tensors[index]
        new = schema_classes().TensorT()
        new.shape, new.shapeSignature, new.type, new.buffer = old.shape, old.shapeSignature, source.type, 0
        new.name = old.name
        old.name = (old.name or b"") + b"/float"
        quantizers = [reader for reader in self._readers(index) if self._kind(reader) == "QUANTIZE"]
        if kind in _SAME_SCALE:
            new.quantization = source.quantization
        elif quantizers:
            new.quantization = self._graph.tensors[int(quantizers[0].outputs[0])].quantization
        else:
            new.quantization = self._quantization(*self._ranges[new.name.decode()], source.type)
        self._graph.tensors.append(new)
        return len(self._graph.tensors) - 1

    def _quantization(self, low: float, high: float, kind: int) -> Any:
        made = schema_classes().QuantizationParametersT()
        if kind == self._types.INT8:
            scale = max(high - low, 1e-6) / 255
            zero_point = round(-128 - low / scale)
        else:
            scale, zero_point = max(-low, high, 1e-6) / 32767, 0
        made.scale, made.zeroPoint = np.array([scale], np.float32), np.array([zero_point], np.int64)
        return made

    def _join_quantizers(self) -> None:
        """Let each QUANTIZE take the integers there are, and leave it out where it would change nothing."""
        same: dict[int, int] = {}
        kept = []
        for operator in self._graph.operators:
            operator.inputs = [same.get(int(index), int(index)) for index in operator.inputs]
            if self._kind(operator) == "QUANTIZE" and operator.inputs[0] in self._whole:
                source, sink = self._whole[operator.inputs[0]], int(operator.outputs[0])
                operator.inputs = [source]
                if self._scale(source) == self._scale(sink) and sink not in map(int, self._graph.outputs):
                    same[sink] = source
                    continue
            kept.append(operator)
        self._graph.operators = kept

    def _drop_unread(self) -> None:
        read = {int(index) for operator in self._graph.operators for index in operator.inputs}
        read |= {int(index) for index in self._graph.outputs}
        self._graph.operators = [
            operator
            for operator in self._graph.operators
            if self._kind(operator) != "DEQUANTIZE" or int(operator.outputs[0]) in read
        ]

    def _readers(self, index: int) -> list[Any]:
        return [operator for operator in self._graph.operators if index in map(int, operator.inputs)]

    def _name(self, index: int) -> str:
        return (self._graph.tensors[index].name or b"").decode(errors="replace")

    def _is_float(self, index: int) -> bool:
        return index >= 0 and self._graph.tensors[index].type == self._types.FLOAT32

    def _is_constant(self, index: int) -> bool:
        data = self._document.buffers[self._graph.tensors[index].buffer].data
        return data is not None and len(data) > 0

    def _scale(self, index: int) -> tuple[float, int, int]:
        tensor = self._graph.tensors[index]
        return float(tensor.quantization.scale[0]), int(tensor.quantization.zeroPoint[0]), int(tensor.type)

    def _slopes(self, index: int) -> int:
        """Return a new int8 tensor with the values of a constant of float32."""
        schema = schema_classes()
        old = self._graph.tensors[index]
        values = np.frombuffer(bytes(self._document.buffers[old.buffer].data), np.float32)
        scale = max(float(np.abs(values).max()), 1e-6) / 127
        buffer, tensor = schema.BufferT(), schema.TensorT()
        buffer.data = np.round(values / scale).astype(np.int8).view(np.uint8)
        self._document.buffers.append(buffer)
        tensor.shape, tensor.type, tensor.buffer = old.shape, self._types.INT8, len(self._document.buffers) - 1
        tensor.name = (old.name or b"slopes") + b"/int8"
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = np.array([scale], np.float32), np.zeros(1, np.int64)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1
