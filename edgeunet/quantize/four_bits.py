"""Weights of four bits: an int8 ``.tflite`` file whose convolutions' weights become packed int4.

Per output channel the weights ``w`` (int8 times its scale, 127 steps fine) are rounded to ``q`` in [-7, 7] steps of the
scale that leaves the least ``sum (w - scale * q)²`` among shares of ``max |w| / 7``: large weights may be cut where
many small ones gain by it. Biases are sums of products, so they move to the new scale; activations keep theirs.

Inputs are not centred (those behind a RELU least of all), so rounded weights move the mean of a sum, by ``sum (scale *
q - w) * mean(x)`` over the window. Where the means are known, biases take that back: of a depthwise half without an
activation, which has no bias as a rule, in the convolution behind it.

Transposed convolutions, which no interpreter runs with such weights, and fully connected layers, which tflite-micro
does not, keep int8.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from edgeunet.int4 import pack_int4

PACKED_KINDS = {3: 0, 4: 3}
"""Operators whose weights may have four bits, CONV_2D and DEPTHWISE_CONV_2D, and the axis of their output channels."""

MOST = 7
"""Largest magnitude of a weight: with -8 left out, positive and negative weights reach as far."""

Array: TypeAlias = NDArray[np.float64]
Means: TypeAlias = Mapping[int, Array]
"""By the index of a tensor the mean of each channel, in real units."""

SHARES = np.linspace(0.5, 1.0, 51)
"""Of the scale that cuts nothing: those that are tried."""

_INT8, _INT4 = 9, 17
"""``TensorType`` of the schema."""

_BIAS_LIMIT = (1 << 31) - 1


@dataclass(frozen=True)
class _Layer:
    """An operator whose weights may have four bits, by its output's name; tensors by index."""

    name: str
    axis: int
    source: int
    weights: int
    bias: int
    output: int
    rectified: bool


def nearest_steps(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Steps ``(channels, weights)`` in [-7, 7] and the scale per channel that together come nearest to ``weights``; a
    channel of zeros has the scale 1."""
    largest = np.abs(weights).max(axis=1)
    whole = np.where(largest > 0, largest / MOST, 1.0)
    best, steps, scales = np.full(len(weights), np.inf), np.zeros(weights.shape, np.int8), whole.astype(np.float32)
    for share in SHARES[::-1]:
        tried = (whole * share).astype(np.float32)
        rounded = np.clip(np.rint(weights / tried[:, None]), -MOST, MOST)
        error = ((weights - rounded * tried[:, None]) ** 2).sum(axis=1)
        better = error < best
        best = np.where(better, error, best)
        steps = np.where(better[:, None], rounded, steps).astype(np.int8)
        scales = np.where(better, tried, scales).astype(np.float32)
    return steps, scales


def four_bit_layers(document: Any) -> list[str]:
    """Names of the layers of a schema's ``ModelT`` whose int8 weights can have four bits, in the order they run."""
    return [layer.name for graph in document.subgraphs for layer in _layers(document, graph) if _alone(graph, layer)]


def to_four_bits(document: Any, kept: Collection[str] = (), means: Means | None = None) -> None:
    """Give the layers of a schema's ``ModelT`` weights of four bits, all but those called ``kept``.

    ``means`` are the mean values of each channel of the activations, by the index of their tensor.
    """
    for graph in document.subgraphs:
        moved: dict[int, Array] = {}
        for layer in list(_layers(document, graph)):
            if layer.name not in kept and _alone(graph, layer):
                _pack(document, graph.tensors, layer, means or {}, moved)


def packable_layers(model: bytes) -> list[str]:
    """Names of the layers of an int8 ``.tflite`` file whose weights can have four bits, in the order they run."""
    from edgeunet.quantize.tidy import open_document

    return four_bit_layers(open_document(model))


def packed_model(model: bytes, kept: Collection[str] = (), means: Means | None = None) -> bytes:
    """An int8 ``.tflite`` file with weights of four bits in all layers that can have them but ``kept``; see
    ``to_four_bits``."""
    from edgeunet.quantize.tidy import open_document, written

    document = open_document(model)
    to_four_bits(document, kept, means)
    return written(document)


def _layers(document: Any, graph: Any) -> Iterator[_Layer]:
    for operator in graph.operators:
        code = document.operatorCodes[operator.opcodeIndex]
        kind = max(int(code.builtinCode), int(code.deprecatedBuiltinCode))
        if kind not in PACKED_KINDS:
            continue
        source, weights, *rest = (int(index) for index in operator.inputs)
        tensor = graph.tensors[weights]
        if tensor.type != _INT8 or graph.tensors[source].type != _INT8 or not _has_data(document, tensor):
            continue
        name = bytes(graph.tensors[int(operator.outputs[0])].name).decode()
        output, rectified = int(operator.outputs[0]), operator.builtinOptions.fusedActivationFunction != 0
        yield _Layer(name, PACKED_KINDS[kind], source, weights, rest[0] if rest else -1, output, rectified)


def _has_data(document: Any, tensor: Any) -> bool:
    data = document.buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _alone(graph: Any, layer: _Layer) -> bool:
    """Whether no other operator reads the layer's weights or bias, which change with its scales."""
    read = [int(index) for operator in graph.operators for index in operator.inputs]
    return read.count(layer.weights) == 1 and (layer.bias < 0 or read.count(layer.bias) == 1)


def _pack(document: Any, tensors: Any, layer: _Layer, means: Means, moved: dict[int, Array]) -> None:
    """Pack the weights of ``layer``; its bias takes back how far its sums' means move, or ``moved`` says it."""
    tensor, source = tensors[layer.weights], tensors[layer.source]
    shape = tuple(int(size) for size in tensor.shape)
    levels = np.frombuffer(bytes(bytearray(document.buffers[tensor.buffer].data)), np.int8).reshape(shape)
    rows = np.moveaxis(levels, layer.axis, 0)
    flat = rows.reshape(rows.shape[0], -1).astype(np.float64)
    old = np.broadcast_to(np.asarray(tensor.quantization.scale, np.float64), (len(flat),))
    steps, scales = nearest_steps(flat * old[:, None])
    packed = pack_int4(np.ascontiguousarray(np.moveaxis(steps.reshape(rows.shape), 0, layer.axis)))
    _replace(document, tensor, packed)
    tensor.type = _INT4
    _rescale(tensor, scales, layer.axis)
    rounded = steps.astype(np.float64) * scales[:, None]
    off = _mean_error(flat * old[:, None], rounded, layer, means, moved)
    if layer.axis and not layer.rectified:
        moved[layer.output], off = off, np.zeros(len(off))
    if layer.bias >= 0:
        bias = tensors[layer.bias]
        sums = np.frombuffer(bytes(bytearray(document.buffers[bias.buffer].data)), "<i4").astype(np.float64)
        step = np.float64(source.quantization.scale[0])
        whole = np.rint(sums * old / scales - off / (step * scales))
        _replace(document, bias, np.clip(whole, -_BIAS_LIMIT, _BIAS_LIMIT).astype("<i4").view(np.uint8))
        _rescale(bias, (np.float32(step) * scales).astype(np.float32), 0)


def _mean_error(exact: Array, packed: Array, layer: _Layer, means: Means, moved: Mapping[int, Array]) -> Array:
    """How far the mean sum of each channel ``(out,)`` moves from ``exact`` weights ``(out, taps * inputs)`` to
    ``packed`` ones, padding left out of account."""
    if layer.source not in means or (not layer.axis and exact.shape[1] % len(means[layer.source])):
        return np.zeros(len(exact))  # unknown, or in groups
    mean = means[layer.source]
    off = moved.get(layer.source, np.zeros(len(mean)))
    if layer.axis:
        inputs = np.arange(len(exact)) * len(mean) // len(exact)
        error: Array = (packed - exact).sum(axis=1) * mean[inputs] + packed.sum(axis=1) * off[inputs]
        return error
    change, whole = (each.reshape(len(each), -1, len(mean)).sum(axis=1) for each in (packed - exact, packed))
    result: Array = change @ mean + whole @ off
    return result


def _replace(document: Any, tensor: Any, data: NDArray[np.uint8]) -> None:
    """Give ``tensor`` a buffer of its own with ``data``: equal constants may have shared one."""
    buffer = type(document.buffers[tensor.buffer])()
    buffer.data = data
    document.buffers.append(buffer)
    tensor.buffer = len(document.buffers) - 1


def _rescale(tensor: Any, scales: NDArray[np.float32], axis: int) -> None:
    tensor.quantization.scale = scales
    tensor.quantization.zeroPoint = np.zeros(len(scales), np.int64)
    tensor.quantization.quantizedDimension = axis
