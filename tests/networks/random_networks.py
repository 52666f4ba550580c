"""Random int8 networks, written directly as ``.tflite`` bytes: chains, residual blocks and U-Nets, 1-D and 2-D.

``random_network(seed)`` for loops, ``networks()`` as a hypothesis strategy, ``random_inputs`` for what to feed them.
A few milliseconds per network. Edge cases are frequent on purpose: channels 1, 3, 4, 5, 16, 17; lengths around
strides; per-tensor and per-channel weights; clamps that bite; zero points at -128 and 127; multipliers over 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.networks import random_layers as layers
from tests.networks import rare_layers
from tests.networks.four_bits import with_four_bits
from tests.networks.random_layers import CHANNELS, Choices, Network, Value


@dataclass
class SeededChoices:
    """Decisions from a numpy generator."""

    numbers: np.random.Generator

    def integer(self, low: int, high: int) -> int:
        return int(self.numbers.integers(low, high + 1))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.integer(0, len(options) - 1)]


@dataclass
class DrawnChoices:
    """Decisions drawn by hypothesis, so that it can shrink them; only weights come from a seed."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    numbers: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = np.random.default_rng(self.draw(st.integers(0, 999)))

    def integer(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.integer(0, len(options) - 1)]


def random_network(
    source: int | np.random.Generator | Choices,
    *,
    layout: str | None = None,
    local: bool = False,
    outputs: int = 1,
    types: str = "int8",
    weights: str = "int8",
) -> bytes:
    """One random network.

    Parameters
    ----------
    source
        A seed, a generator, or ``Choices``.
    layout
        ``"1xT"``, ``"Tx1"`` or ``"HxW"``; any of them when None (most often ``"1xT"``).
    local
        Only operators that are local in time (what streaming allows), and one rate at input and output where possible.
    outputs
        How many outputs at most.
    types
        ``"int8"``, ``"int16"`` (16x8) or ``"mixed"``: either, changed by QUANTIZE between layers.
    weights
        ``"int4"`` for four bits in the weights of most convolutions over int8 values.

    Returns
    -------
    bytes
        A ``.tflite`` file with one input of that type.
    """
    if isinstance(source, int | np.integer):
        source = np.random.default_rng(int(source))
    choices: Choices = SeededChoices(source) if isinstance(source, np.random.Generator) else source
    layout = layout or choices.pick(("1xT", "1xT", "Tx1", "HxW"))
    first = choices.pick(("int8", "int16")) if types == "mixed" else types
    network = Network(choices, layout, first, mixed=types == "mixed")
    length = choices.pick((7, 8, 16, 24, 31, 33, 40)) if layout != "HxW" else choices.integer(5, 12)
    height, width = {"1xT": (1, length), "Tx1": (length, 1), "HxW": (length, choices.integer(4, 11))}[layout]
    x = given = layers.input_value(network, (height, width, choices.pick(CHANNELS)))
    flat_input = layout == "1xT" and choices.integer(0, 1)
    if flat_input:
        given = _reshaped(network, x, (1, length, x.shape[2]))
        network.writer.op("RESHAPE", [given.index, network.writer.constant([1, *x.shape])], x.index)
    y = choices.pick((_chain, _unet, _unet))(network, x, local)
    results = [_head(network, y, local)]
    if results[0] == x:
        results = [layers.convolution(network, x)]
    if outputs > 1 and choices.integer(0, 1):
        results.append(layers.convolution(network, y))
    made = network.writer.build([given.index], [result.index for result in results])
    return with_four_bits(made, choices.integer(0, 999)) if weights == "int4" else made


@st.composite
def networks(draw: Any, /, **options: Any) -> bytes:
    """``random_network`` as a hypothesis strategy."""
    return random_network(DrawnChoices(draw), **options)


def random_inputs(shape: Sequence[int], rng: np.random.Generator, dtype: str = "int8") -> NDArray[Any]:
    """Random values: mostly uniform, else constant extremes, alternating extremes, or a slow wave."""
    kind, low, high = int(rng.integers(0, 8)), int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    if kind == 0:
        return np.full(shape, rng.choice([low, high, 0, -1]), dtype)
    if kind == 1:
        return rng.choice(np.array([low, high], dtype), tuple(shape))
    if kind == 2:
        wave = high * np.sin(np.arange(np.prod(shape)) / float(rng.integers(2, 20)))
        return wave.round().astype(dtype).reshape(shape)
    return rng.integers(low, high + 1, tuple(shape), dtype=dtype)


def _reshaped(network: Network, x: Value, shape: Sequence[int]) -> Value:
    index = network.writer.tensor(shape, x.dtype, x.scale, x.zero_point)
    return replace(x, index=index)


def _layer(network: Network, x: Value, local: bool) -> Value:
    """One random layer that keeps, lowers or raises the rate."""
    choices = network.choices
    if network.mixed and choices.integer(0, 1):
        return layers.converted(network, x, "int8" if x.dtype == "int16" else "int16")
    kind = choices.pick(
        ("convolution", "convolution", "depthwise", "pool", "resize", "transpose", "residual", "arithmetic", "pad",
         "unary", "concat", "norm", "dense", "requantize", "crop", "rare")
    )  # fmt: skip
    big = max(x.shape[0], x.shape[1]) > 48
    if kind == "depthwise":
        return layers.depthwise(network, x)
    if kind == "pool":
        return layers.pool(network, x)
    if kind == "resize" and not big:
        return layers.resize(network, x)
    if kind == "transpose" and not big:
        return layers.transpose_convolution(network, x)
    if kind == "residual":
        y = layers.convolution(network, x, channels=x.shape[2], stride=(1, 1), padding="SAME")
        return layers.arithmetic(network, choices.pick(("ADD", "ADD", "SUB", "MUL")), y, x)
    if kind == "arithmetic":
        operands = [x, layers.constant(network, x)]
        operands = operands[:: choices.pick((1, -1))]
        return layers.arithmetic(network, choices.pick(("ADD", "SUB", "MUL")), *operands)
    if kind == "pad":
        return layers.pad(network, x)
    if kind == "unary":
        kinds = ("LOGISTIC", "TANH", "RELU", "RELU6", "LEAKY_RELU", "HARD_SWISH", "ABS")
        return layers.unary(network, choices.pick(kinds if x.dtype == "int8" else kinds[:-2]), x)
    if kind == "concat":
        y = layers.convolution(network, x, stride=(1, 1), padding="SAME")
        return layers.concatenation(network, [x, y, x][: choices.integer(2, 3)])
    if kind == "norm" and x.shape[2] > 2 and x.dtype == "int8":
        return layers.layer_norm(network, x)
    if kind == "dense":
        return layers.fully_connected(network, x, flatten=False)
    if kind == "requantize":
        return layers.requantize(network, x, x.scale * choices.pick((0.5, 1.0, 1.7)), network.zero_point())
    if kind == "rare" and x.dtype == "int8":
        return choices.pick(rare_layers.LOCAL if local else rare_layers.WHOLE)(network, x)
    if kind == "crop" and not local:
        sizes = [choices.integer(max(1, size - 3), size) for size in x.shape[:2]]
        return layers.crop(network, x, (sizes[0], sizes[1]))
    return layers.convolution(network, x)


def _chain(network: Network, x: Value, local: bool) -> Value:
    for _ in range(network.choices.integer(1, 6)):
        x = _layer(network, x, local)
    return x


def _block(network: Network, x: Value, local: bool) -> Value:
    """One or two layers, at one rate if ``local``, with a projected residual now and then."""
    y = x
    for _ in range(network.choices.integer(1, 2)):
        if network.choices.integer(0, 1):
            y = layers.convolution(network, y, stride=(1, 1), padding="SAME")
        else:
            y = layers.depthwise(network, y, same=local)
    if y.shape[:2] == x.shape[:2] and network.choices.integer(0, 2) == 0:
        projected = layers.convolution(network, x, channels=y.shape[2], stride=(1, 1), padding="SAME")
        y = layers.arithmetic(network, "ADD", y, projected)
    return y


def _unet(network: Network, x: Value, local: bool) -> Value:
    """Encoder, bottom and decoder; skips joined by concatenation or addition, lengths that don't divide cropped."""
    choices, skips = network.choices, []
    for _ in range(choices.pick((1, 2, 2, 3, 3, 4, 5) if network.layout != "HxW" else (1, 2))):
        x = _block(network, x, local)
        stride = network.pair(2, choices.pick((2, 2, 3)))
        skips.append((x, stride))
        down = layers.pool if choices.integer(0, 2) else layers.convolution
        x = down(network, x, stride=stride, padding="SAME")
    x = _block(network, x, local)
    for skip, stride in reversed(skips):
        if choices.integer(0, 1):
            x = layers.resize(network, x, (x.shape[0] * stride[0], x.shape[1] * stride[1]))
        else:
            x = layers.transpose_convolution(network, x, stride, (x.shape[0] * stride[0], x.shape[1] * stride[1]))
        x, skip = _aligned(network, x, skip)
        if choices.integer(0, 3):
            x = layers.concatenation(network, [x, skip])
        else:
            skip = layers.convolution(network, skip, channels=x.shape[2], stride=(1, 1), padding="SAME")
            x = layers.arithmetic(network, "ADD", x, skip)
        x = _block(network, x, local)
    return x


def _aligned(network: Network, first: Value, second: Value) -> tuple[Value, Value]:
    """Both cropped to the smaller height and width."""
    rows, columns = (min(first.shape[axis], second.shape[axis]) for axis in (0, 1))
    cropped = [
        value if value.shape[:2] == (rows, columns) else layers.crop(network, value, (rows, columns))
        for value in (first, second)
    ]
    return cropped[0], cropped[1]


def _head(network: Network, x: Value, local: bool) -> Value:
    """The end of the network: a 1 x 1 convolution, probabilities, or (not local) pooled and dense."""
    choices = network.choices
    kind = choices.pick(("none", "classes", "softmax", "logistic", "mean", "dense"))
    if kind == "none":
        return x
    if kind == "mean" and not local:
        reduce = layers.mean if choices.integer(0, 2) or x.dtype == "int16" else layers.maximum
        x = reduce(network, x, choices.pick(([1, 2], [2, 1], [3], [1, 2, 3], [2])))
        return layers.fully_connected(network, x, flatten=bool(choices.integer(0, 1)))
    if kind == "dense" and not local:
        return layers.fully_connected(network, x, flatten=True)
    x = layers.convolution(network, x, channels=choices.pick((2, 3, 4, 5)), stride=(1, 1))
    if kind in ("softmax", "logistic"):
        return layers.unary(network, kind.upper(), x)
    return x
