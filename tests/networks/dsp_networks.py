"""Networks in which every DSP kernel has something to do, around its edges."""

from __future__ import annotations

from collections.abc import Callable, Container
from itertools import cycle

import numpy as np

from tests.networks.helium_table import CHANNELS, SideBySide, column_network, table_network
from tests.networks.pass_networks import LOW, PassNetwork
from tests.networks.random_layers import Value

ACTIVATIONS = (("RELU", -128), ("RELU", -20), ("NONE", 3), ("RELU6", -128))


def residual_network(channels: int, seed: int) -> bytes:
    """Projected residuals in both operand orders, sums over repeated signals, maxima: even and odd counts of rows."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((3, 8, 33, 64)):
        x = network.convolution(network.input(rows, channels), channels, 1, ACTIVATIONS[seed % 4])
        own = network.convolution(network.depthwise(x, 5, ("NONE", 3)), 12, 1, ACTIVATIONS[number])
        other = network.convolution(x, 12, 1, ("NONE", 3))
        y = network.add(*((own, other) if number % 2 else (other, own)))
        done.append(network.convolution(network.pool(y, 4, (4, 2)[number % 2]), 4, 1, ("NONE", 3)))
        low = network.pool(y, 3, 2)
        low = network.add(network.pool(low, 3, 1), network.depthwise(low, 3, ("NONE", 3)))
        skip = network.convolution(network.input(2 * low.shape[1], channels), 8, 1, ("NONE", 3))
        network.writer.graph.tensors[skip.index].quantization.scale = np.float32([low.scale])
        network.writer.graph.tensors[skip.index].quantization.zeroPoint = np.int64([low.zero_point])
        skip = Value(skip.index, skip.shape, low.scale, low.zero_point)
        done.append(network.joined(low, skip, 8, 1, ACTIVATIONS[number], repeat=2))
    network.results = done
    return network.build()


def long_calls_network(channels: int, seed: int) -> bytes:
    """Windows of one run of bytes and of several, over one signal and two, in calls that are not short."""
    network = SideBySide(seed)
    x = network.input(70, channels)
    y = network.pool(x, 2, 1)
    done = [network.joined(y, x, 8, 5, activation) for activation in (*ACTIVATIONS, ("RELU6", 10))]
    done += [network.convolution(x, 5, taps, ("RELU", -128)) for taps in (1, 5)]
    network.results = [*done, network.convolution(x, 5, 5, ("NONE", 3))]
    return network.build()


def depthwise_network(channels: int, seed: int) -> bytes:
    """Long windows over counts of rows around four and its multiples, chained so that buffers share bytes."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 33, 64, 71)):
        x = network.depthwise(network.input(rows, channels), (7, 9)[number % 2], ("NONE", 3))
        y = network.depthwise(x, (9, 7)[number % 2], ("NONE", -128))
        done.append(network.convolution(y, 4, 1, ("NONE", 3)))
    network.results = done
    return network.build()


def several_rows_network(channels: int, seed: int) -> bytes:
    """Convolutions, sums and additions of 16 and 12 rows, which the kernels that widen both operands are best for."""
    network = SideBySide(seed)
    done = []
    for activation in (("RELU", -128), ("RELU", -20), ("NONE", 3)):
        x = network.convolution(network.input(16, channels), channels, 1, activation)
        done.append(network.convolution(x, 24, 3, activation))
        own, other = (network.convolution(x, 24, 1, kind) for kind in (activation, ("NONE", 3)))
        done.append(network.add(own, other))
        z = network.convolution(network.input(12, 8), 8, 1, ("NONE", 3))
        done.append(network.joined(network.pool(z, 2, 1), z, 24, 3, activation))
    network.results = done
    return network.build()


def dense_network(channels: int, seed: int) -> bytes:
    """Windows of 3, 5 and 7 taps with RELU over one signal and two: rows around threes, blocks of 9 and 12 and what is
    left of them, even and odd counts of outputs."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 17, 25)):
        taps, activation = (3, 5, 7)[(seed + number) % 3], ACTIVATIONS[number % 2]
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.convolution(x, (channels, 3, 8)[number % 3], taps, activation)
        done.append(network.convolution(y, 4, 1, ("NONE", 3)))
        done.append(network.joined(network.pool(x, 2, 1), x, 5 + number % 2, taps, activation))
    network.results = done
    return network.build()


def dense_networks() -> list[bytes]:
    """All rows with all taps, over counts of channels that the loop takes once and several times."""
    return [dense_network(channels, seed) for seed, channels in enumerate((4, 12, 20))]


FEW_ROWS_CHANNELS = (4, 8, 20, 48, 52, 64)


def few_rows_network(channels: int, seed: int) -> bytes:
    """Convolutions, sums and additions with few rows and many outputs: rows around four, windows around a pass."""
    network = SideBySide(seed)
    done = []
    for number, rows in enumerate((1, 2, 3, 4, 5, 8)):
        activation = ACTIVATIONS[(seed + number) % 3]
        x = network.input(rows, channels)
        done.append(network.convolution(x, 13 + number, 5, activation))
        done.append(network.convolution(x, 40, 3, ("NONE", -128), dilation=1 + number % 2))
        done.append(network.convolution(x, 40, 3, activation, stride=2))
        y = network.convolution(x, channels, 1, ("NONE", 3))
        own = network.convolution(y, 36, 1, activation)
        other = network.convolution(y, 36, 1, ("NONE", 3))
        done.append(network.add(*((own, other) if number % 2 else (other, own))))
        done.append(network.joined(network.pool(y, 2, 1), y, 17, 1 + 2 * (number % 3), activation))
        high = network.convolution(network.input((2 + number % 2) * rows, channels), 12, 1, ("NONE", 3))
        low = network.convolution(y, 12, 1, ("NONE", 3))
        done.append(network.joined(low, high, 34, 1, activation, repeat=2 + number % 2))
    network.results = done
    return network.build()


def few_rows_networks(names: Container[str] | None = None) -> list[tuple[str, bytes]]:
    """Shapes around the edges of the kernels for few rows, and those of all others; ``names`` are all by default."""
    made: list[tuple[str, Callable[[int, int], bytes], int, int]] = [
        (f"f{channels}", few_rows_network, channels, seed) for seed, channels in enumerate(FEW_ROWS_CHANNELS)
    ]
    for seed, channels in enumerate((4, 12, 24)):
        made += [(f"c{channels}", table_network, channels, seed), (f"r{channels}", residual_network, channels, seed)]
    return [(name, make(channels, seed)) for name, make, channels, seed in made if names is None or name in names]


EACH_WAY = ("f20", "f52", "c4", "c24", "r4")
"""A few of ``few_rows_networks`` that between them have every kernel of each way of convolution."""


def windows_network(channels: int, seed: int) -> bytes:
    """Depthwise windows of all kinds: any taps, strides, dilations and clamps, few rows, over upsampled signals. Sums
    with clamps."""
    network = PassNetwork(seed)
    done = []
    clamps = cycle((("NONE", 3), ("RELU", -20), ("RELU6", -128), ("RELU_N1_TO_1", 0), ("NONE", -128)))
    for rows, taps, stride, dilation in (
        *((1, 1, 1, 1), (2, 3, 1, 1), (3, 5, 1, 1), (5, 3, 1, 1), (7, 7, 1, 1), (6, 9, 1, 1), (9, 2, 1, 1)),
        *((17, 4, 1, 1), (16, 11, 1, 1), (16, 3, 2, 1), (17, 5, 3, 1), (18, 3, 1, 2), (19, 5, 1, 4), (20, 7, 2, 1)),
    ):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(x, taps, next(clamps), stride, dilation)
        done.append(network.depthwise(y, taps, next(clamps), 1, dilation))
    for rows in (1, 4, 7):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(x, 3, ("NONE", 9))
        done += [network.add(x, y, activation) for activation in ("RELU", "RELU6", "RELU_N1_TO_1", "NONE")]
    for rows, taps in ((4, 3), (5, 5), (6, 7), (9, 9), (8, 4), (33, 8), (64, 7), (32, 5)):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(network.upsampled(x, 2), taps, ("NONE", -7))
        done.append(network.convolution(y, 4, 1, ("NONE", 3)))
    for rows, factor, taps in ((5, 2, 11), (6, 3, 4), (7, 2, 12), (3, 4, 6)):
        up = network.upsampled(network.input(rows, channels), factor)
        done.append(network.depthwise(up, taps, next(clamps)))
    return network.only(*done)


def spread_network(channels: int, seed: int) -> bytes:
    """Depthwise windows with strides and dilations: odd and even taps, phases of as many rows and of one less, chained
    so that buffers share bytes."""
    network = PassNetwork(seed)
    done = []
    for rows, taps, stride, dilation in (
        *((1, 1, 1, 1), (2, 3, 1, 2), (17, 4, 1, 1), (16, 2, 1, 1), (9, 1, 2, 1), (20, 5, 2, 1), (21, 7, 1, 3)),
        *((30, 6, 1, 1), (31, 9, 2, 1), (33, 10, 1, 1), (40, 8, 1, 2), (25, 3, 3, 1), (64, 5, 1, 4), (30, 3, 1, 2)),
        *((31, 7, 1, 2), (61, 9, 1, 4), (41, 5, 1, 3)),
    ):
        x = network.convolution(network.input(rows, 4), channels, 1, ("NONE", 3))
        y = network.depthwise(network.depthwise(x, taps, ("NONE", 3), stride, dilation), taps, LOW, 1, dilation)
        done.append(network.convolution(y, 4, 1, ("NONE", 3)) if rows % 2 else y)
    return network.only(*done)


def unaligned_network(outputs: int, seed: int) -> bytes:
    """Convolutions over numbers of channels that are no multiples of four: a few bytes, and more than one chain has."""
    network = PassNetwork(seed)
    activations = cycle((("NONE", 3), ("RELU", -128), ("RELU6", -20)))
    done = []
    for rows, channels, taps, stride in (
        *((9, 2, 1, 1), (8, 3, 1, 1), (30, 2, 1, 1), (3, 1, 1, 1), (33, 1, 1, 1), (20, 1, 2, 1), (21, 1, 3, 1)),
        *((22, 1, 2, 2), (7, 2, 1, 2), (12, 15, 5, 1), (40, 17, 5, 1), (35, 23, 5, 1), (9, 31, 5, 1), (10, 67, 3, 1)),
        *((11, 71, 1, 1), (5, 19, 4, 1), (6, 31, 9, 2)),
    ):
        x = network.activated(network.input(rows, channels), "LOGISTIC", (1 / 256, -128))
        y = network.convolution(x, outputs, taps, next(activations), stride)
        done.append(network.convolution(y, 4, 1, ("NONE", 3)) if rows % 2 else y)
    return network.only(*done)


def table_of_shapes(names: Container[str] | None = None) -> list[tuple[str, bytes]]:
    """Networks that between them have every DSP kernel, around its edges; ``names`` are all by default."""
    kinds: tuple[tuple[str, Callable[[int, int], bytes], tuple[int, ...]], ...] = (
        ("c", table_network, CHANNELS),
        ("r", residual_network, (4, 8, 12, 48, 64)),
        ("l", long_calls_network, (16, 20)),
        ("d", depthwise_network, (1, 4, 5, 12)),
        ("w", windows_network, (1, 4, 5, 17)),
        ("p", column_network, (1, 4, 5, 17)),
        ("s", spread_network, (1, 3, 4, 70, 300)),
        ("u", unaligned_network, (4, 5, 16)),
    )
    return [
        (f"{letter}{channels}", make(channels, seed))
        for letter, make, sizes in kinds
        for seed, channels in enumerate(sizes)
        if names is None or f"{letter}{channels}" in names
    ]


EACH_KERNEL = ("c1", "c3", "c5", "c24", "r4", "r64", "l16", "d5", "w1", "w5", "p4", "s3", "u5", "u16")
"""A few of ``table_of_shapes`` that between them have every DSP kernel."""
