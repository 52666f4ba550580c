"""How far an output looks: receptive field and look-ahead, exact, by walking intervals back through the network.

Positions are whole numbers along one axis. An output position needs an interval of every tensor before it; each layer
turns the interval of its output into that of its input. With strides the interval depends on the phase of the output,
so every phase of one period (the total stride) is walked. (Araujo et al. 2019, "Computing receptive fields of
convolutional neural networks", gives the closed form for networks without upsampling.)
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.model.network import Network, Node

_Interval = tuple[int, int]


@dataclass(frozen=True)
class Reach:
    """What one output position depends on along one axis.

    Attributes
    ----------
    receptive_field : input positions between the first and the last one that can matter, both included; the largest
        over all phases of the output.
    lookahead : input positions after the output's own that can matter; the latency of a stream in samples.
    """

    receptive_field: int
    lookahead: int


def whole_window_layers(network: Network) -> tuple[str, ...]:
    """Return the layers for which every output depends on the whole window, so that the network cannot stream."""
    return tuple(node.name for node in network.nodes if node.kind == "layer_norm" and node.axis == "time")


def reach(network: Network, axis: int) -> Reach:
    """Return how far the outputs of ``network`` look along ``axis`` (0 height, 1 time or width)."""
    source, output = network.nodes[0], network.output
    if whole_window_layers(network):
        return Reach(source.shape[axis], source.shape[axis] - 1)
    spec = network.spec
    step = spec.pair(spec.output_kernel_stride)[axis] if spec.include_top else 1
    offset = (source.shape[axis] - output.shape[axis] * step) // 2
    spans = []
    for position in range(spec.total_stride[axis]):
        first, last = _needed(network, axis, position)
        own = position * step + offset
        spans.append((last - first + 1, last - own))
    return Reach(max(width for width, _ in spans), max(0, *(ahead for _, ahead in spans)))


def _needed(network: Network, axis: int, position: int) -> _Interval:
    """Return the first and last input position that output ``position`` depends on, in a window without edges."""
    sizes = {node.name: node.shape[axis] for node in network.nodes}
    needs: dict[str, _Interval] = {network.output.name: (position, position)}
    for node in reversed(network.nodes[1:]):
        if node.name not in needs:
            continue
        for name in node.inputs:
            low, high = _input_interval(node, axis, sizes[name], needs[node.name])
            known = needs.get(name, (low, high))
            needs[name] = (min(low, known[0]), max(high, known[1]))
    return needs[network.nodes[0].name]


def _input_interval(node: Node, axis: int, size: int, interval: _Interval) -> _Interval:
    low, high = interval
    kernel, stride, dilation = node.kernel[axis], node.strides[axis], node.dilation[axis]
    if node.kind in ("conv", "separable", "pool"):
        reached = (kernel - 1) * dilation
        before = _padding_before(size, reached + 1, stride) if node.padding == "same" else 0
        return low * stride - before, high * stride - before + reached
    if node.kind == "transpose":
        before = (kernel - stride) // 2
        return -((kernel - 1 - low - before) // stride), (high + before) // stride
    if node.kind == "nearest":
        return low // stride, high // stride
    if node.kind == "crop":
        cut = (size - node.shape[axis]) // 2
        return low + cut, high + cut
    return interval


def _padding_before(size: int, reached: int, stride: int) -> int:
    """TensorFlow's ``same`` padding: as little as covers the window, the smaller half in front."""
    return max((-(-size // stride) - 1) * stride + reached - size, 0) // 2
