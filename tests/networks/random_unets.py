"""Random int8 U-Nets that stream: every window a multiple of the total stride, every layer local in time.

``random_unet(seed)`` gives ``.tflite`` bytes; ``traits`` reads off a graph which of the promised features it has, so
that a test can hold a set of them to having all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import numpy as np

from edgeunet.graph import Graph
from tests.networks import random_layers as layers
from tests.networks.helium_table import SideBySide
from tests.networks.random_layers import CHANNELS, Network, Value
from tests.networks.random_networks import SeededChoices, _block, _head

MOST_STRIDE = 96
MOST_WINDOW = 192
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")


def random_unet(seed: int, types: str = "int8") -> bytes:
    """A U-Net of one to five levels; its depth goes with the seed, so that a few seeds have all depths.

    ``types`` is ``int8``, ``int16`` or ``mixed``: int16 first and last layers around int8 ones.
    """
    outer = "int8" if types == "int8" else "int16"
    network = Network(SeededChoices(np.random.default_rng((seed, 0xE5))), "1xT", outer)
    choices = network.choices
    strides = _strides(network, 1 + seed % 5)
    stride = prod(strides)
    window = stride * choices.integer(1, max(1, min(3, MOST_WINDOW // stride)))
    x = given = layers.input_value(network, (1, window, choices.pick(CHANNELS)))
    if types == "mixed":
        x = layers.converted(network, layers.convolution(network, x, stride=(1, 1), padding="SAME"), "int8")
    skips = []
    for factor in strides:
        x = _block(network, x, True)
        skips.append(x)
        x = _down(network, x, factor)
    x = _block(network, x, True)
    for skip, factor in zip(reversed(skips), reversed(strides), strict=True):
        x = _joined(network, _up(network, x, factor), skip)
        x = _block(network, x, True)
    if types == "mixed":
        x = layers.converted(network, x, "int16")
    return network.writer.build([given.index], [_head(network, x, True).index])


def _strides(network: Network, depth: int) -> list[int]:
    """Strides of 2 to 4, mixed, whose product is small enough to be quick."""
    strides: list[int] = []
    for level in range(depth):
        room = MOST_STRIDE // (prod(strides) * 2 ** (depth - level - 1))
        strides.append(network.choices.pick([s for s in (2, 3, 4) if s <= room]))
    network.choices.numbers.shuffle(strides)
    return strides


def _down(network: Network, x: Value, factor: int) -> Value:
    if network.choices.integer(0, 2):
        return layers.pool(network, x, stride=(1, factor), padding="SAME")
    return layers.convolution(network, x, stride=(1, factor), padding="SAME")


def _up(network: Network, x: Value, factor: int) -> Value:
    size = (1, x.shape[1] * factor)
    if network.choices.integer(0, 1):
        return layers.resize(network, x, size, plain=True)
    return layers.transpose_convolution(network, x, (1, factor), size)


def _joined(network: Network, x: Value, skip: Value) -> Value:
    if network.choices.integer(0, 3):
        return layers.concatenation(network, [x, skip])
    skip = layers.convolution(network, skip, channels=x.shape[2], stride=(1, 1), padding="SAME")
    return layers.arithmetic(network, "ADD", x, skip)


@dataclass(frozen=True)
class Traits:
    """What one network has of what streaming promises.

    Attributes
    ----------
    windows : (kind, kernel, stride, dilation) along time of every convolution and pool.
    ups : (kind, factor) of every upsampling.
    additions : how many sums of two signals there are.
    """

    windows: frozenset[tuple[str, int, int, int]]
    ups: frozenset[tuple[str, int]]
    additions: int
    depth: int

    @property
    def strides(self) -> set[int]:
        return {stride for _, _, stride, _ in self.windows if stride > 1}


def traits(graph: Graph) -> Traits:
    """Read off ``graph`` itself, not off what drew it."""
    windows, ups, additions, depth = set(), set(), 0, 0
    for op in graph.ops:
        stride = op.attributes.get("stride", (1, 1))[1]
        if op.kind in (*CONVOLUTIONS, *POOLS):
            pool = op.kind in POOLS
            kernel = op.attributes["filter"][1] if pool else graph.tensors[op.inputs[1]].shape[2]
            dilation = 1 if pool else op.attributes["dilation"][1]
            windows.add((op.kind, kernel, stride, dilation))
            depth += stride > 1
        elif op.kind == "TRANSPOSE_CONV":
            ups.add((op.kind, stride))
        elif op.kind == "RESIZE_NEAREST_NEIGHBOR":
            given, made = (graph.tensors[i].shape[2] for i in (op.inputs[0], op.outputs[0]))
            ups.add((op.kind, made // given))
        elif op.kind == "ADD":
            additions += 1
    return Traits(frozenset(windows), frozenset(ups), additions, depth)


def missing_features(found: Iterable[Traits]) -> list[str]:
    """Which of the features that streaming promises no network of ``found`` has."""
    nets = list(found)
    windows = {window for net in nets for window in net.windows}
    ups = {up for net in nets for up in net.ups}
    pools = {(kernel, stride) for kind, kernel, stride, _ in windows if kind in POOLS}
    kernels = {kernel for kind, kernel, _, _ in windows if kind in CONVOLUTIONS}
    wanted = {
        **{f"depth {n}": any(net.depth == n for net in nets) for n in range(1, 6)},
        "even kernels": {2, 4} <= kernels,
        "odd kernels": {1, 3, 5} <= kernels,
        **{f"dilated {kind}": any(w[0] == kind and w[3] > 1 and w[1] > 1 for w in windows) for kind in CONVOLUTIONS},
        **{f"pool of {n}": any(kernel == n for kernel, _ in pools) for n in (2, 3, 4)},
        "pool window over its stride": any(kernel > stride > 1 for kernel, stride in pools),
        "pool window under its stride": any(kernel < stride for kernel, stride in pools),
        **{f"{kind} pool": any(w[0] == kind for w in windows) for kind in POOLS},
        "strided convolution": any(w[0] == "CONV_2D" and w[2] > 1 for w in windows),
        **{f"stride {n}": any(n in net.strides for net in nets) for n in (2, 3, 4)},
        **{
            f"{kind} by {n}": (kind, n) in ups for kind in ("TRANSPOSE_CONV", "RESIZE_NEAREST_NEIGHBOR") for n in (2, 3)
        },
        "mixed strides": any(len(net.strides) > 1 for net in nets),
        "residuals": any(net.additions for net in nets),
    }
    return [name for name, there in wanted.items() if not there]


def small_unet(channels: int, seed: int) -> bytes:
    """Encoder, bottom, decoder, with every kind of step that a stream has."""
    network = SideBySide(seed)
    x = network.input(32, channels)
    a = network.convolution(x, 12, 1, ("RELU", -128))
    b = network.convolution(network.depthwise(x, 5, ("RELU", -128)), 12, 1, ("RELU6", -128))
    skip = network.add(a, b)
    low = network.convolution(network.pool(skip, 2, 2), 8, 5, ("RELU", -128))
    low = network.convolution(network.depthwise(low, 3, ("NONE", 3)), 12, 1, ("RELU", -20))
    high = network.convolution(network.transposed(low, 12, 4, 2), 12, 3, ("NONE", 3))
    network.results = [network.convolution(network.add(high, skip), 5, 3, ("NONE", -128))]
    return network.build()
