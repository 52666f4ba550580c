"""Networks of one random layer, one row high or images, of every operator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgeunet.graph import Graph, read_tflite
from tests.networks import random_layers as layers
from tests.networks.random_layers import Network, Value
from tests.networks.random_networks import SeededChoices
from tests.networks.rare_layers import RARE

Layer = Callable[[Network, Value], Value]


def _binary(kind: str) -> Layer:
    return lambda n, x: layers.arithmetic(n, kind, *(x, layers.constant(n, x))[:: n.choices.pick((1, -1))])


def _joined(axis: int) -> Layer:
    def layer(n: Network, x: Value) -> Value:
        y = layers.convolution(n, x, stride=(1, 1), padding="SAME", channels=x.shape[2] if axis < 3 else None)
        return layers.concatenation(n, [x, y, x][: n.choices.integer(2, 3)], axis)

    return layer


def _cropped(n: Network, x: Value) -> Value:
    sizes = [n.choices.integer(max(1, size - 3), size) for size in x.shape[:2]]
    return layers.crop(n, x, (sizes[0], sizes[1]))


LAYERS: dict[str, Layer] = {
    "convolution": layers.convolution,
    "depthwise": layers.depthwise,
    "transposed": layers.transpose_convolution,
    "pool": layers.pool,
    "resize": layers.resize,
    "add": _binary("ADD"),
    "sub": _binary("SUB"),
    "mul": _binary("MUL"),
    "squared difference": _binary("SQUARED_DIFFERENCE"),
    "norm": layers.layer_norm,
    "beside": _joined(3),
    "after": _joined(2),
    "below": _joined(1),
    "pad": layers.pad,
    "crop": _cropped,
    "mean over channels": lambda n, x: layers.mean(n, x, [3]),
    "mean over time": lambda n, x: layers.mean(n, x, [2]),
    "mean over height": lambda n, x: layers.mean(n, x, [1]),
    "mean over both": lambda n, x: layers.mean(n, x, [1, 2]),
    "mean of all": lambda n, x: layers.mean(n, x, [1, 2, 3]),
    "mean over the batch": lambda n, x: layers.mean(n, x, [0]),
    "maximum": lambda n, x: layers.maximum(n, x, [1, 2]),
    "dense": lambda n, x: layers.fully_connected(n, x, flatten=False),
    "flat": lambda n, x: layers.fully_connected(n, x, flatten=True),
    "softmax": lambda n, x: layers.unary(n, "SOFTMAX", x),
    "logistic": lambda n, x: layers.unary(n, "LOGISTIC", x),
    "leaky": lambda n, x: layers.unary(n, "LEAKY_RELU", x),
    "requantize": lambda n, x: layers.requantize(n, x, x.scale * 1.7, 3),
    **RARE,
}


def one_layer(layer: Layer, layout: str, seed: int) -> Graph:
    """``layer`` on an input of few rows and channels."""
    return read_tflite(written_layer(layer, layout, seed))


def written_layer(layer: Layer, layout: str, seed: int) -> bytes:
    """The file of ``one_layer``."""
    n = Network(SeededChoices(np.random.default_rng(seed)), layout)
    rows = n.choices.integer(4, 9)
    height, width = {"1xT": (1, rows), "HxW": (rows, n.choices.integer(3, 6))}[layout]
    x = layers.input_value(n, (height, width, n.choices.pick((1, 3, 4, 5))))
    return n.writer.build([x.index], [layer(n, x).index])
