"""Networks of int16 layers side by side, around the edges of the kernels for them."""

from __future__ import annotations

from itertools import cycle

import numpy as np

from tests.networks.helium_table import SideBySide
from tests.networks.random_layers import Value

ACTIVATIONS = (("RELU", 0), ("NONE", 0), ("RELU6", 0), ("RELU_N1_TO_1", 0))


class Wide(SideBySide):
    """Layers of int16 activations."""

    dtype = "int16"

    def rescaled(self, x: Value, scale: float) -> Value:
        """QUANTIZE to another scale."""
        made = self._made(x.shape[1], x.shape[2], scale, 0)
        self.writer.op("QUANTIZE", [x.index], made.index)
        self.results.append(made)
        return made


def wide_network(channels: int, seed: int) -> bytes:
    """Convolutions of one run and several, depthwise windows, sums of equal and other scales; odd and even counts."""
    network = Wide(seed)
    outputs, taps, activations = cycle((1, 2, 5, 4)), cycle((1, 3, 5, 2)), cycle(ACTIVATIONS)
    for rows in (1, 2, 3, 8, 17):
        x = network.input(rows, channels)
        network.convolution(x, next(outputs), 1, next(activations))
        network.convolution(x, next(outputs), next(taps), next(activations))
        network.convolution(x, next(outputs), 3, next(activations), stride=2)
        network.convolution(x, next(outputs), 3, next(activations), dilation=2)
        y = network.convolution(x, channels, next(taps), next(activations))
        network.depthwise(network.depthwise(y, 3, next(activations)), 5, next(activations))
        network.depthwise(x, 3 + 2 * (rows % 2), next(activations), stride=1 + rows % 2, dilation=1 + rows // 8)
        network.add(x, y, "RELU" if rows % 2 else "NONE")
        network.add(y, x)
        network.add(x, x, "RELU6")
        network.pool(y, 2 + rows % 2, 1 + rows % 3)
        for ratio in (1.0, 1.7, 0.6, 900.0):
            network.rescaled(x, x.scale * ratio)
    return network.build()


def heavy_network(seed: int) -> bytes:
    """Two wide windows, of which the first has biases that leave int32, and a depthwise one."""
    network = Wide(seed)
    x = network.input(9, 130)
    network.convolution(x, 3, 5, ("NONE", 0))
    network.convolution(x, 3, 3, ("NONE", 0))
    network.depthwise(x, 5, ("NONE", 0))
    bias = next(t for t in network.writer.graph.tensors if t.name == "tensor_2")
    data = np.array([1 << 40, -(1 << 40), 12345], np.int64)
    network.writer.model.buffers[bias.buffer].data = np.frombuffer(data.tobytes(), np.uint8)
    return network.build()
