"""Where quantization loses accuracy: every layer's integers against the same layer in float, on the same windows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeunet.litert import (
    ReferenceInterpreter,
    TensorDetail,
    dequantize,
    quantize_saturating,
    reference_interpreter,
    schema_classes,
)
from edgeunet.short_repr import short_repr

_EDGE_KINDS = ("QUANTIZE", "DEQUANTIZE")


@dataclass(frozen=True)
class LayerError:
    """One layer's output, quantized, against the float network's.

    The error is cumulative: it holds what the layers before have lost as well. ``lost_db`` is this layer's own share.

    Attributes
    ----------
    name, op, shape, dtype : the layer, its TFLite operator, and its output.
    scale, zero_point : the output's quantization: ``real = scale * (q - zero_point)``.
    float_min, float_max : smallest and largest value of the float network.
    range_used : the part of the representable range between these two, 0 to 1.
    clipping : share of the float values beyond the representable range by more than half a step.
    sqnr_db : signal to quantization-noise ratio, ``10 log10(sum(x²) / sum((x - q)²))``; ``None`` without any error.
    lost_db : how far ``sqnr_db`` lies below the worst input of the layer; negative where the layer averages noise out.
    max_error, max_error_steps : largest absolute error, in real units and in units of ``scale``.
    """

    name: str
    op: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    float_min: float
    float_max: float
    range_used: float
    clipping: float
    sqnr_db: float | None
    lost_db: float | None
    max_error: float
    max_error_steps: float

    __repr__ = short_repr

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as a plain document."""
        return asdict(self)


@dataclass(frozen=True)
class Operator:
    """An operator of a ``.tflite`` file: its kind and the tensors it reads and writes, by index."""

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class _Sums:
    """What is added up for one tensor over the windows."""

    def __init__(self) -> None:
        self.signal = 0.0
        self.noise = 0.0
        self.minimum = math.inf
        self.maximum = -math.inf
        self.max_error = 0.0
        self.clipped = 0
        self.count = 0

    def add(self, real: NDArray[Any], integers: NDArray[Any], detail: TensorDetail) -> None:
        limits = np.iinfo(detail.dtype)
        low = detail.scale * (limits.min - detail.zero_point - 0.5)
        high = detail.scale * (limits.max - detail.zero_point + 0.5)
        exact = real.astype(np.float64)
        error = dequantize(integers, detail.scale, detail.zero_point).astype(np.float64) - exact
        self.signal += float(np.sum(exact * exact))
        self.noise += float(np.sum(error * error))
        self.minimum = min(self.minimum, float(exact.min()))
        self.maximum = max(self.maximum, float(exact.max()))
        self.max_error = max(self.max_error, float(np.abs(error).max()))
        self.clipped += int(np.count_nonzero((exact < low) | (exact > high)))
        self.count += exact.size

    @property
    def sqnr_db(self) -> float | None:
        if self.noise == 0:
            return None
        return 10 * math.log10(max(self.signal, np.finfo(np.float64).tiny) / self.noise)


def compare_layers(float_model: bytes, quantized: bytes, windows: Iterable[NDArray[np.float32]]) -> list[LayerError]:
    """Run both models on ``windows`` in the reference kernels and compare every tensor that they have in common.

    Tensors are matched by name and shape (both models come from one Keras model and are tidied alike); what has no
    partner, such as a QUANTIZE at the edge, is left out.

    Parameters
    ----------
    float_model, quantized : tidied ``.tflite`` files.
    windows : real-valued inputs, each of the model's input shape.
    """
    reference = reference_interpreter(float_model, preserve_all_tensors=True)
    subject = reference_interpreter(quantized, preserve_all_tensors=True)
    operators = read_operators(quantized)
    pairs = _pairs(reference, subject, operators)
    if not pairs:
        return []
    sums = {detail.index: _Sums() for _, detail in pairs}
    source = subject.input_details[0]
    for window in windows:
        reference.run(window.astype(np.float32))
        subject.run(quantize_saturating(window, source.scale, source.zero_point, source.dtype))
        for float_index, detail in pairs:
            sums[detail.index].add(reference.tensor(float_index), subject.tensor(detail.index), detail)
    kinds = {index: operator.kind for operator in operators for index in operator.outputs}
    readers = {index: operator.inputs for operator in operators for index in operator.outputs}
    return [
        _layer(detail, kinds.get(detail.index, "INPUT"), sums, readers.get(detail.index, ()))
        for _, detail in pairs
        if sums[detail.index].count
    ]


def channel_means(model: bytes, windows: Iterable[NDArray[np.float32]]) -> dict[int, NDArray[np.float64]]:
    """The mean of each channel of every quantized tensor of ``model`` over ``windows``, by the tensor's index.

    Parameters
    ----------
    model : an int8 ``.tflite`` file.
    windows : real-valued inputs, each of the model's input shape.
    """
    interpreter = reference_interpreter(model, preserve_all_tensors=True)
    (source,) = interpreter.input_details
    made = {source.index, *(index for operator in read_operators(model) for index in operator.outputs)}
    details = [each for each in interpreter.tensors() if each.index in made and each.is_quantized]
    sums: dict[int, NDArray[np.float64]] = {}
    count = 0
    for window in windows:
        interpreter.run(quantize_saturating(window, source.scale, source.zero_point, source.dtype))
        count += 1
        for each in details:
            real = dequantize(interpreter.tensor(each.index), each.scale, each.zero_point).astype(np.float64)
            mean = real.reshape(-1, each.shape[-1]).mean(axis=0) if each.shape else real.reshape(1)
            sums[each.index] = sums.get(each.index, 0.0) + mean
    return {index: total / count for index, total in sums.items()}


def read_operators(model: bytes) -> list[Operator]:
    """Return the operators of a ``.tflite`` file in the order in which they run."""
    schema = schema_classes()
    document = schema.Model.GetRootAsModel(bytearray(model), 0)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    graph = document.Subgraphs(0)
    operators = []
    for position in range(graph.OperatorsLength()):
        operator = graph.Operators(position)
        code = document.OperatorCodes(operator.OpcodeIndex())
        kind = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = tuple(int(i) for i in operator.InputsAsNumpy()) if operator.InputsLength() else ()
        operators.append(Operator(kind, inputs, tuple(int(i) for i in operator.OutputsAsNumpy())))
    return operators


def worst_layer(layers: Sequence[LayerError]) -> LayerError | None:
    """Return the layer with the lowest SQNR; ``None`` where nothing was lost."""
    lossy = [layer for layer in layers if layer.sqnr_db is not None]
    return min(lossy, key=lambda layer: layer.sqnr_db or 0.0, default=None)


def lossiest_layer(layers: Sequence[LayerError]) -> LayerError | None:
    """Return the layer that adds most of the error itself; ``None`` where no layer adds any."""
    lossy = [layer for layer in layers if layer.lost_db is not None]
    return max(lossy, key=lambda layer: layer.lost_db or 0.0, default=None)


def _pairs(
    reference: ReferenceInterpreter, subject: ReferenceInterpreter, operators: Sequence[Operator]
) -> list[tuple[int, TensorDetail]]:
    floats = {(detail.name, detail.shape): detail.index for detail in reference.tensors()}
    details = {detail.index: detail for detail in subject.tensors()}
    order = [detail.index for detail in subject.input_details]
    order += [index for op in operators if op.kind not in _EDGE_KINDS for index in op.outputs]
    return [
        (floats[details[index].name, details[index].shape], details[index])
        for index in order
        if details[index].is_quantized and (details[index].name, details[index].shape) in floats
    ]


def _layer(detail: TensorDetail, kind: str, sums: Mapping[int, _Sums], inputs: Sequence[int]) -> LayerError:
    total = sums[detail.index]
    limits = np.iinfo(detail.dtype)
    representable = detail.scale * (int(limits.max) - int(limits.min))
    sqnr = total.sqnr_db
    before = [value for index in inputs if index in sums and (value := sums[index].sqnr_db) is not None]
    return LayerError(
        name=detail.name,
        op=kind,
        shape=detail.shape,
        dtype=detail.dtype.name,
        scale=detail.scale,
        zero_point=detail.zero_point,
        float_min=total.minimum,
        float_max=total.maximum,
        range_used=min(1.0, (total.maximum - total.minimum) / representable),
        clipping=total.clipped / total.count,
        sqnr_db=sqnr,
        lost_db=min(before) - sqnr if before and sqnr is not None else None,
        max_error=total.max_error,
        max_error_steps=total.max_error / detail.scale,
    )
