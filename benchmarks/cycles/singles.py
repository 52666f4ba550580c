"""Networks of single layers side by side, for kernels that chains of 1-D layers come to too rarely: over images, of
int16 values, and of operators that few networks have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from edgeunet.graph import Graph, read_tflite
from tests.networks import random_layers as layers
from tests.networks.image_networks import ACTIVATIONS, ImageNetwork
from tests.networks.random_layers import CHANNELS, Network, Value
from tests.networks.random_networks import SeededChoices
from tests.networks.single_layers import LAYERS

Layer = Callable[[Network, Value], Value]


def _there_and_back(n: Network, x: Value) -> Value:
    """To the other type and back."""
    other = "int8" if x.dtype == "int16" else "int16"
    return layers.converted(n, layers.converted(n, x, other), x.dtype)


def _saturated(n: Network, x: Value) -> Value:
    """A softmax over few channels, as networks end in."""
    return layers.unary(n, "SOFTMAX", layers.convolution(n, x, n.choices.pick((2, 3, 5, 12)), (1, 1), "SAME"))


MADE: dict[str, Layer] = {
    **LAYERS,
    "tanh": lambda n, x: layers.unary(n, "TANH", x),
    "there and back": _there_and_back,
    "rescaled": lambda n, x: layers.requantize(n, x, x.scale * n.choices.pick((0.6, 1.7, 5.0)), 0),
    "classes": _saturated,
}

OVER_IMAGES = (
    *("convolution", "depthwise", "transposed", "pool", "resize", "bilinear", "grouped"),
    *("convolution", "depthwise", "pool", "pad"),
)
OF_FEW_NETWORKS = (
    *("prelu", "larger", "matrices", "attention", "place of the largest", "largest channel", "largest of all"),
    *("sum over channels", "squared difference", "mul", "sub", "mean over time", "smallest over time", "divided"),
)
WIDE = (
    *("convolution", "depthwise", "pool", "add", "mul", "mean over time", "softmax", "logistic", "tanh", "rescaled"),
    *("convolution", "depthwise", "pool", "add", "mean over channels", "there and back", "classes"),
)
WIDE_IMAGES = ("convolution", "depthwise", "transposed", "pool", "convolution", "depthwise", "pool")


@dataclass(frozen=True)
class Sort:
    """Networks of one sort: layers by name (of ``MADE``), layout and type."""

    name: str
    layers: Sequence[str]
    layout: str = "1xT"
    dtype: str = "int8"
    times: int = 2
    """How often each layer stands in a network."""
    networks: int = 3
    falls_back: bool = False
    """Whether fast cores run portable kernels for such layers that their own kernels keep from being measured."""


LONE_NETWORKS = 6
SORTS = (
    Sort("images", OVER_IMAGES, "HxW", times=3, falls_back=True),
    Sort("lone-images", tuple(dict.fromkeys(OVER_IMAGES)), "HxW", times=1, networks=LONE_NETWORKS),
    Sort("few", OF_FEW_NETWORKS),
    Sort("lone-few", OF_FEW_NETWORKS, times=1, networks=LONE_NETWORKS),
    Sort("wide", WIDE, dtype="int16", falls_back=True),
    Sort("lone-wide", tuple(dict.fromkeys(WIDE)), dtype="int16", times=1, networks=LONE_NETWORKS),
    Sort("wide-images", WIDE_IMAGES, "HxW", "int16"),
    Sort("mixed", ("there and back", "leaky", "classes"), times=5),
)
SIZES = (3, 5, 8, 9, 12, 15, 16, 20)
WINDOWS, WINDOW_NETWORKS = 8, 3


def side_by_side(sort: Sort, seed: int) -> Graph:
    """Layers of ``sort``, each behind a convolution of an input of its own."""
    network = Network(SeededChoices(np.random.default_rng(seed)), sort.layout, sort.dtype, mixed=True)
    given, results = [], []
    for name in sort.times * tuple(sort.layers):
        network.dtype = sort.dtype
        x = layers.input_value(network, _shape(network))
        given.append(x.index)
        x = layers.convolution(network, x, stride=(1, 1), padding="SAME")
        results.append(MADE[name](network, x).index)
    return read_tflite(network.writer.build(given, results))


def _shape(network: Network) -> tuple[int, int, int]:
    choices = network.choices
    if network.layout == "HxW":
        return choices.integer(4, 14), choices.integer(4, 14), choices.pick(CHANNELS[1:])
    return 1, choices.pick((2, 5, 8, 16, 25, 40, 64)), choices.pick((*CHANNELS, 12, 24))


def separable(seed: int) -> Graph:
    """3x3 windows and depthwise ones over images, as compact networks have them."""
    n, ends = ImageNetwork(seed), list[Value]()
    for _ in range(WINDOWS):
        height, width, channels, outputs, step = (
            int(n.numbers.choice(of)) for of in (SIZES, SIZES, (4, 8, 12, 16, 24), (4, 8, 12, 16), (1, 1, 2))
        )
        x = n.conv(n.image(height, width, 3), channels, (3, 3))
        deep = n.depth(x, (3, 3), ACTIVATIONS[int(n.numbers.integers(2))], (step, step))
        ends += [n.conv(deep, outputs, (1, 1)), n.conv(x, outputs, (3, 3), stride=(step, step))]
    return read_tflite(n.only(*ends))
