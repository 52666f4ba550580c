"""Tiny networks that reach much of the compiler."""

from __future__ import annotations

from tests.networks.pass_networks import LOW, NONE, RELU, PassNetwork


def level_network(*, skip_is_input: bool = True) -> bytes:
    """One level of a U-Net in channels that the kernels of every core take.

    A convolution, depthwise, an addition, a maximum, a convolution over an upsampled signal beside a second input; or,
    for a network of one input, over an upsampled signal alone, added to the skip.
    """
    n = PassNetwork(22)
    skip = n.convolution(n.input(16, 4), 8, 3, RELU)
    low = n.pool(n.add(skip, n.convolution(n.depthwise(skip, 3, NONE), 8, 1, NONE)), 2, 2)
    if skip_is_input:
        up = n.joined(low, n.same_quantization(low, 16, 4), 8, 1, RELU, repeat=2)
    else:
        up = n.add(n.convolution(n.upsampled(low, 2), 8, 3, RELU), skip)
    return n.only(n.convolution(up, 4, 1, LOW))
