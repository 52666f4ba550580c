"""Networks of very many small layers: what planning must be bounded for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.networks.pass_networks import RELU, PassNetwork


def chain(layers: int) -> bytes:
    """Convolutions one after the other."""
    n = PassNetwork(1)
    x = n.input(16, 4)
    for _ in range(layers):
        x = n.convolution(x, 4, 3, RELU)
    return n.only(x)


def parallel(layers: int) -> bytes:
    """Convolutions of one input, each an output."""
    n = PassNetwork(2)
    x = n.input(16, 4)
    return n.only(*(n.convolution(x, 4, 3, RELU) for _ in range(layers)))


def concatenated(layers: int) -> bytes:
    """Convolutions of one input, beside each other."""
    n = PassNetwork(3)
    x = n.input(16, 4)
    parts = [n.convolution(x, 4, 3, RELU) for _ in range(layers)]
    made = n.like(parts[0], 16, 4 * layers)
    n.writer.op("CONCATENATION", [part.index for part in parts], made.index, axis=3)
    return n.only(made)


def summed(layers: int) -> bytes:
    """Convolutions of one input, summed two by two."""
    n = PassNetwork(4)
    x = n.input(16, 4)
    parts = [n.convolution(x, 4, 3, RELU) for _ in range(layers)]
    while len(parts) > 1:
        pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
        parts = [n.add(*pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return n.only(parts[0])


MANY: Mapping[str, Callable[[int], bytes]] = {
    "chain": chain,
    "parallel": parallel,
    "concatenated": concatenated,
    "summed": summed,
}
