"""Programs of convolutions by hand: zero point 5 everywhere, accumulators divided by a power of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from edgeunet.program.convolutions import Conv, Conv2d, Image, Requantization
from edgeunet.program.program import WHOLE, Access, Node, Program, Signal

ZERO = 5
HALF = 1 << 30
Shape = tuple[int, int, int]


def scaling(channels: int, shift: ArrayLike = -1, zero_point: int = ZERO) -> Requantization:
    """Division by ``2^(1 - shift)``."""
    shifts = np.broadcast_to(np.asarray(shift, np.int8), channels)
    return Requantization(np.full(channels, HALF, np.int32), shifts, zero_point, -128, 127)


def conv(
    source: int,
    output: int,
    weights: ArrayLike,
    bias: ArrayLike,
    shift: ArrayLike = -1,
    taps: int = 1,
    first: int = 0,
    zero_point: int = ZERO,
    **more: Any,
) -> Node:
    """A convolution over rows of ``weights (out, in)``, the same for every tap; ``zero_point`` is its output's."""
    w = np.repeat(np.array(weights, np.int8)[:, None, :], taps, axis=1)
    made = Conv(w, np.array(bias, np.int32), ZERO, scaling(len(w), shift, zero_point))
    access = Access(1, first, first + taps - 1, ZERO)
    return Node("conv", f"to {output}", (source,), (access,), output, made, ("CONV_2D",), w.size, **more)


def image_conv(source: int, output: int, image: Image, weights: ArrayLike, kind: str = "conv_2d") -> Node:
    """A convolution over ``image`` of ``weights (out, in)``, the same for every tap, with no bias."""
    w = np.array(weights, np.int8)[:, None, None, :]
    w = np.ascontiguousarray(np.broadcast_to(w, (len(w), image.kernel_height, image.kernel_width, w.shape[3])))
    made = Conv2d(image, w, np.zeros(len(w), np.int32), ZERO, scaling(len(w)))
    return Node(kind, f"to {output}", (source,), (WHOLE,), output, made, ("CONV_2D",))


def program(
    *nodes: Node,
    outputs: Sequence[int] = (),
    rows: int = 1,
    channels: int = 1,
    shapes: Mapping[int, Shape] | None = None,
) -> Program:
    """``nodes``, of which the i-th writes signal i + 1 and the last is the output if ``outputs`` names none.

    Signals are ``rows`` rows of as many channels as their node has biases where ``shapes`` says nothing else; the input
    has ``channels``.
    """
    made: dict[int, Shape] = {0: (1, rows, channels)}
    for node in nodes:
        bias = getattr(node.parameters, "bias", ())
        made[node.output] = (1, rows, len(bias))
    made |= shapes or {}
    signals = tuple(Signal(str(i), *made[i], 0.1, ZERO) for i in range(len(made)))
    return Program(signals, nodes, (0,), tuple(outputs) or (nodes[-1].output,))
