"""The flatbuffer re-shaped to another recording length: same weights, same scales, shapes and constant sizes rewritten.

The judge of streaming: LiteRT's reference kernels run the result. It works on the schema's objects and knows nothing
of edgeunet's graph, so that a mistake there can't hide here. SAME padding follows TFLite's rule for the new length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.networks.random_layers import out_size
from tests.networks.tflite_writer import packed

_NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
_WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D")


class TooShortError(ValueError):
    """The recording is shorter than what some layer needs for its first output."""


def reshape_model(model: bytes, samples: int) -> bytes:
    """``model`` with an input of ``samples`` samples.

    Raises
    ------
    ValueError
        For operators that are not local in time, and lengths that don't fit.
    """
    unpacked = schema.ModelT.InitFromPackedBuf(model, 0)
    return packed(_Reshaping(unpacked).to(samples))


class _Reshaping:
    def __init__(self, model: Any) -> None:
        self.model = model
        self.graph = model.subgraphs[0]
        self.old = [[int(size) for size in tensor.shape] for tensor in self.graph.tensors]
        self.axis: dict[int, int] = {}
        self.length: dict[int, int] = {}

    def to(self, samples: int) -> Any:
        for index in self.graph.inputs:
            self._set(int(index), _time_axis(self.old[index]), samples)
        for operator in self.graph.operators:
            code = self.model.operatorCodes[operator.opcodeIndex]
            self._reshape(_NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)], operator)
        return self.model

    def _set(self, index: int, axis: int, length: int) -> None:
        if length < 1:
            raise TooShortError(f"tensor {index} would have {length} samples")
        self.axis[index], self.length[index] = axis, length
        tensor = self.graph.tensors[index]
        tensor.shape = [*self.old[index][:axis], length, *self.old[index][axis + 1 :]]
        tensor.shapeSignature = None

    def _constant(self, index: int) -> list[int]:
        data = self.model.buffers[self.graph.tensors[index].buffer].data
        return [int(number) for number in np.frombuffer(bytes(bytearray(data)), np.int32)]

    def _rewrite(self, operator: Any, position: int, numbers: list[int]) -> None:
        """Give ``operator`` a constant of its own (converters share them)."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(np.array(numbers, np.int32).tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = [len(numbers)], schema.TensorType.INT32, "rewritten"
        tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        self.old.append([len(numbers)])
        operator.inputs = [*operator.inputs[:position], len(self.graph.tensors) - 1, *operator.inputs[position + 1 :]]

    def _reshape(self, kind: str, operator: Any) -> None:
        source, made = int(operator.inputs[2 if kind == "TRANSPOSE_CONV" else 0]), int(operator.outputs[0])
        if source not in self.length:
            source = int(operator.inputs[1])
        axis, length = self.axis[source], self.length[source]
        before, after = self.old[source][axis], self.old[made]
        options = operator.builtinOptions
        if kind in _WINDOWED:
            self._set(made, axis, self._slid(kind, operator, axis, length))
        elif kind == "TRANSPOSE_CONV":
            stride = options.strideW if axis == 2 else options.strideH
            self._set(made, axis, after[axis] + (length - before) * stride)
            self._rewrite(operator, 0, self.graph.tensors[made].shape)
        elif kind == "RESIZE_NEAREST_NEIGHBOR":
            if after[axis] % before:
                raise ValueError("resize by a broken factor")
            self._set(made, axis, length * (after[axis] // before))
            self._rewrite(operator, 1, self.graph.tensors[made].shape[1:3])
        elif kind in ("RESHAPE", "EXPAND_DIMS", "SQUEEZE"):
            self._set(made, _time_axis(after, before), length)
            if kind == "RESHAPE":
                options and setattr(options, "newShape", None)
                self._rewrite(operator, 1, self.graph.tensors[made].shape)
        elif kind in ("PAD", "PADV2"):
            self._set(made, axis, length + after[axis] - before)
        elif kind in ("SLICE", "STRIDED_SLICE"):
            self._set(made, axis, length + after[axis] - before)
            numbers = self._constant(int(operator.inputs[2]))
            if numbers[axis] > 0:
                numbers[axis] += length - before
            self._rewrite(operator, 2, numbers)
        elif kind in ("MEAN", "FULLY_CONNECTED", "CONCATENATION", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"):
            if kind.endswith("ND") or after[axis] != before or len(after) != len(self.old[source]):
                raise ValueError(f"{kind} is not local in time")
            self._set(made, axis, length)
        else:
            self._same(operator, made, axis, length)

    def _slid(self, kind: str, operator: Any, axis: int, length: int) -> int:
        options, side = operator.builtinOptions, "W" if axis == 2 else "H"
        padding = "SAME" if options.padding == schema.Padding.SAME else "VALID"
        stride = getattr(options, f"stride{side}")
        if kind.endswith("POOL_2D"):
            return out_size(
                length, getattr(options, "filterWidth" if axis == 2 else "filterHeight"), stride, 1, padding
            )
        window = self.old[int(operator.inputs[1])][axis]
        return out_size(length, window, stride, getattr(options, f"dilation{side}Factor"), padding)

    def _same(self, operator: Any, made: int, axis: int, length: int) -> None:
        for index in map(int, operator.inputs):
            shape = self.graph.tensors[index].shape
            if index in self.length and self.length[index] != length:
                raise ValueError("operands of different lengths")
            if index not in self.length and len(shape) > axis and shape[axis] > 1 and len(shape) > 2:
                raise ValueError("a constant with one value per sample")
        self._set(made, axis, length)


def _time_axis(shape: list[int], length: int | None = None) -> int:
    """The axis of time: 1 of three, and of four the one of 1, 2 that is long (or as long as asked)."""
    if len(shape) == 3:
        return 1
    if len(shape) != 4:
        raise ValueError(f"no time axis in {shape}")
    if length is not None and shape[1] != shape[2]:
        return 1 if shape[1] == length else 2
    return 1 if shape[2] == 1 and shape[1] > 1 else 2
