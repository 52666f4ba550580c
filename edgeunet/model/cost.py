"""What a network will cost, before it is trained: parameters, work, reach, memory. No framework is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edgeunet.model.network import Network, Node, describe_network
from edgeunet.model.reach import reach, whole_window_layers
from edgeunet.short_repr import short_repr
from edgeunet.spec import UNetSpec

_CONVOLUTIONS = ("conv", "separable", "transpose")
_FUSED_ACTIVATIONS = ("relu", "relu6")
_ALIASES = ("dropout",)

CHANNEL_BYTES = 9
"""Constants per output channel of a convolution in compiled C: int32 bias, int32 multiplier, int8 shift."""
CODE_BYTES = 512
CODE_BYTES_PER_STEP = 100
"""Code as ``arm-none-eabi-gcc -O2`` makes it of the portable kernels for Cortex-M4: a constant and a share per call.

Fitted to the ECG presets and heartkit, which it meets within 1 %; kernels for the DSP extension take up to twice that.
"""


@dataclass(frozen=True)
class LayerCost:
    """One row of the table.

    Attributes
    ----------
    name, kind : as in the network.
    output_shape : ``(time, channels)`` of a 1-D network, ``(height, width, channels)`` of a 2-D one.
    parameters : weights and, of a batch norm, its statistics too.
    macs : multiply-accumulates for one window, padding included.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int

    __repr__ = short_repr


@dataclass(frozen=True)
class Cost:
    """What one network costs.

    Attributes
    ----------
    model : the network's name.
    input_shape, output_shape : without the batch.
    parameters : weights and batch-norm statistics.
    macs : multiply-accumulates for one window.
    macs_per_second : the same for one second of signal, window after window; ``None`` without a sample rate.
    receptive_field_samples : input samples (along time or width) that one output can depend on.
    lookahead_samples : how many of them come after the output's own: the latency of a stream.
    receptive_field_ms, lookahead_ms : the same in time; ``None`` without a sample rate.
    receptive_field_shape : per axis, ``(time,)`` or ``(height, width)``.
    whole_window_layers : layers every output of which depends on the whole window; empty where the network can stream.
    peak_activation_bytes : the most bytes of int8 tensors alive at once when layers run in order on a whole window.
    estimated_flash_bytes : int8 weights, per-channel constants and an allowance for code, as compiled C.
    layers : a row per layer.
    """

    model: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    macs_per_second: float | None
    receptive_field_samples: int
    lookahead_samples: int
    receptive_field_ms: float | None
    lookahead_ms: float | None
    receptive_field_shape: tuple[int, ...]
    whole_window_layers: tuple[str, ...]
    peak_activation_bytes: int
    estimated_flash_bytes: int
    layers: tuple[LayerCost, ...]

    __repr__ = short_repr


def cost(spec: UNetSpec) -> Cost:
    """Return what the network of ``spec`` costs."""
    network = describe_network(spec)
    layers = tuple(_layer_cost(network, node) for node in network.nodes[1:])
    along = reach(network, 1)
    macs = sum(layer.macs for layer in layers)
    rate = spec.sample_rate_hz
    return Cost(
        model=spec.name,
        input_shape=spec.input_shape,
        output_shape=_visible(network, network.output),
        parameters=sum(layer.parameters for layer in layers),
        macs=macs,
        macs_per_second=None if rate is None else round(macs * rate / _advance(network), 3),
        receptive_field_samples=along.receptive_field,
        lookahead_samples=along.lookahead,
        receptive_field_ms=_ms(along.receptive_field, rate),
        lookahead_ms=_ms(along.lookahead, rate),
        receptive_field_shape=tuple(reach(network, axis).receptive_field for axis in range(2 - spec.dimensions, 2)),
        whole_window_layers=whole_window_layers(network),
        peak_activation_bytes=_peak_bytes(network),
        estimated_flash_bytes=_flash_bytes(network),
        layers=layers,
    )


def macs_of(network: Network, node: Node) -> int:
    """Return the multiply-accumulates of ``node`` for one window; what is not a convolution has none."""
    if node.kind not in _CONVOLUTIONS:
        return 0
    height, width, filters = node.shape
    source = network[node.inputs[0]].shape
    taps = node.kernel[0] * node.kernel[1]
    if node.kind == "separable":
        return height * width * source[2] * (taps + filters)
    if node.kind == "transpose":
        return source[0] * source[1] * source[2] * taps * filters
    return height * width * taps * source[2] * filters


def parameters_of(network: Network, node: Node) -> int:
    """Return the weights of ``node``, batch-norm statistics included."""
    if node.kind == "batch_norm":
        return 4 * node.shape[2]
    if node.kind == "layer_norm":
        return 2 * (node.shape[0] * node.shape[1] if node.axis == "time" else node.shape[2])
    if node.kind in _CONVOLUTIONS:
        return _weights(network, node) + (node.shape[2] if node.use_bias else 0)
    return 0


def _weights(network: Network, node: Node) -> int:
    channels, taps = network[node.inputs[0]].shape[2], node.kernel[0] * node.kernel[1]
    if node.kind == "separable":
        return channels * (taps + node.shape[2])
    return channels * taps * node.shape[2]


def _layer_cost(network: Network, node: Node) -> LayerCost:
    return LayerCost(
        node.name, node.kind, _visible(network, node), parameters_of(network, node), macs_of(network, node)
    )


def _visible(network: Network, node: Node) -> tuple[int, ...]:
    return node.shape[1:] if network.spec.dimensions == 1 else node.shape


def _advance(network: Network) -> int:
    """Input samples by which windows that cover a signal without gaps are apart."""
    spec = network.spec
    step = spec.pair(spec.output_kernel_stride)[1] if spec.include_top else 1
    return network.output.shape[1] * step


def _ms(samples: int, rate: float | None) -> float | None:
    return None if rate is None else round(samples * 1000 / rate, 3)


@dataclass(frozen=True)
class _Step:
    """One operator as it will run: tensors it reads, the one it makes, its bytes."""

    reads: tuple[str, ...]
    makes: str
    size_bytes: int


def _peak_bytes(network: Network) -> int:
    steps = list(_steps(network))
    last_use = {name: index for index, step in enumerate(steps) for name in step.reads}
    source = network.nodes[0]
    live = {source.name: _bytes(source.shape)}
    peak = 0
    for index, step in enumerate(steps):
        live[step.makes] = step.size_bytes
        peak = max(peak, sum(live.values()))
        for name in [name for name in live if last_use.get(name, len(steps)) <= index]:
            del live[name]
    return peak


def _steps(network: Network) -> Iterator[_Step]:
    """Yield the operators that are left once normalization and activation are fused into their convolution."""
    made_by: dict[str, str] = {network.nodes[0].name: network.nodes[0].name}
    fusable: set[str] = set()
    for node in network.nodes[1:]:
        reads = tuple(made_by[name] for name in node.inputs)
        made_by[node.name] = node.name
        if node.kind in _ALIASES or (_fuses(node) and reads[0] in fusable):
            made_by[node.name] = reads[0]
            if node.kind == "activation":
                fusable.discard(reads[0])
            continue
        if node.kind in _CONVOLUTIONS:
            fusable.add(node.name)
        yield from _expanded(network, node, reads)


def _fuses(node: Node) -> bool:
    return node.kind == "batch_norm" or (node.kind == "activation" and node.activation in _FUSED_ACTIVATIONS)


def _expanded(network: Network, node: Node, reads: tuple[str, ...]) -> Iterator[_Step]:
    size = _bytes(node.shape)
    inside = f"{node.name}/inside"
    if node.kind == "separable":
        yield _Step(reads, inside, _bytes((*node.shape[:2], network[node.inputs[0]].shape[2])))
        yield _Step((inside,), node.name, size)
    elif node.kind == "batch_norm":
        yield _Step(reads, inside, size)
        yield _Step((inside,), node.name, size)
    elif node.kind == "layer_norm":
        yield _Step(reads, inside, size)
        yield _Step((inside,), f"{inside}/squared", size)
        yield _Step((inside, f"{inside}/squared"), node.name, size)
    else:
        yield _Step(reads, node.name, size)


def _bytes(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _flash_bytes(network: Network) -> int:
    total = CODE_BYTES
    for node in network.nodes[1:]:
        if node.kind in _CONVOLUTIONS:
            channels = node.shape[2] + (network[node.inputs[0]].shape[2] if node.kind == "separable" else 0)
            total += _weights(network, node) + CHANNEL_BYTES * channels
        elif node.kind == "layer_norm":
            total += parameters_of(network, node)
    return total + CODE_BYTES_PER_STEP * sum(1 for _ in _steps(network))


def cost_document(figures: Cost) -> dict[str, Any]:
    """Return ``figures`` as the JSON object that ``edgeunet build --json`` prints, without its lint."""
    document: dict[str, Any] = {"schema": "edgeunet.build/1"}
    for key, value in vars(figures).items():
        document[key] = list(value) if isinstance(value, tuple) else value
    document["layers"] = [{**vars(layer), "output_shape": list(layer.output_shape)} for layer in figures.layers]
    return document
