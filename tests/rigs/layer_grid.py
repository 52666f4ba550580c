"""A grid of single layers, line by line, and what each takes on a core by plan alone: nothing is compiled or run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from edgeunet.emit.work import predicted_layers
from edgeunet.graph import read_tflite
from edgeunet.kernels.flavours import find_flavour
from edgeunet.run.machines.boards import load_boards
from edgeunet.schedule.plan import schedule_graph
from tests.networks.pass_networks import LOW, NONE, PassNetwork

GROUP = 4
"""Outputs that are summed together, and inputs of a word."""


@dataclass(frozen=True)
class Layer:
    """A convolution, or a depthwise one, of ``rows`` rows of inputs."""

    depthwise: bool = False
    rows: int = 64
    channels: int = 16
    outputs: int = 16
    taps: int = 1
    stride: int = 1
    dilation: int = 1

    @property
    def out_rows(self) -> int:
        return -(-self.rows // self.stride)

    @property
    def macs(self) -> int:
        inputs = 1 if self.depthwise else self.channels
        return self.out_rows * (self.channels if self.depthwise else self.outputs) * inputs * self.taps


@dataclass(frozen=True)
class Bound:
    """What the best loops of a core take, in cycles: of a convolution per four outputs of a row and per four of their
    inputs, of a depthwise one per output and per tap; and what is done once per call for them, whatever the rows."""

    conv: tuple[float, float, float]
    depthwise: tuple[float, float, float]

    def of(self, layer: Layer) -> float:
        once, result, product = self.depthwise if layer.depthwise else self.conv
        counts = parts(layer)
        return once * counts[0] + result * counts[1] + product * counts[2]


def parts(layer: Layer) -> tuple[int, int, int]:
    """How often a bound's parts occur."""
    if layer.depthwise:
        outputs = layer.out_rows * layer.channels
        return layer.channels, outputs, outputs * layer.taps
    quads, groups = -(-layer.outputs // GROUP), -(-layer.taps * layer.channels // GROUP)
    return quads * groups, layer.out_rows * quads, layer.out_rows * quads * groups


@dataclass(frozen=True)
class Line:
    """Layers that differ in one size, in its order."""

    name: str
    sizes: tuple[int, ...]
    layers: tuple[Layer, ...]


CHANNELS = (1, 2, 3, 4, 5, 8, 13, 16, 17, 32, 67)
ROWS = (1, 2, 3, 4, 5, 8, 9, 16, 64)
FEW_CHANNELS = (1, 3, 4, 15, 16, 17, 31)
TAPS = (1, 2, 3, 4, 5, 7, 9)
STEPS = (1, 2, 3, 4, 8)


def lines(*, fine: bool) -> tuple[Line, ...]:
    """The grid: up to 67 channels, 11 taps, strides and dilations of 8, 64 rows; ``fine`` has every size."""

    def line(name: str, size: str, sizes: Iterable[int], base: Layer) -> Line:
        listed = tuple(sizes)
        return Line(name, listed, tuple(replace(base, **{size: value}) for value in listed))

    deep = Layer(depthwise=True, taps=5)
    channels = range(1, 68) if fine else CHANNELS
    few = range(1, 34) if fine else FEW_CHANNELS
    rows = range(1, 65) if fine else ROWS
    taps = range(1, 12)
    steps = range(1, 9) if fine else STEPS
    return (
        line("1x1 inputs", "channels", channels, Layer()),
        line("1x1 outputs", "outputs", channels, Layer()),
        line("1x1 rows", "rows", rows, Layer()),
        line("k = 5 inputs", "channels", few, Layer(taps=5)),
        line("k = 5 outputs", "outputs", few, Layer(taps=5)),
        line("taps", "taps", taps if fine else TAPS, Layer()),
        line("k = 3 rows", "rows", rows, Layer(taps=3)),
        line("k = 3 stride", "stride", steps, Layer(taps=3)),
        line("k = 3 dilation", "dilation", steps, Layer(taps=3)),
        line("depthwise channels", "channels", channels if fine else CHANNELS[::2], deep),
        line("depthwise rows", "rows", rows, deep),
        line("depthwise stride", "stride", steps, deep),
        line("depthwise dilation", "dilation", steps, deep),
        line("depthwise taps", "taps", taps, deep),
        line("depthwise taps, stride 2", "taps", taps if fine else TAPS, replace(deep, stride=2)),
        line("depthwise taps, dilation 2", "taps", taps if fine else TAPS, replace(deep, dilation=2)),
    )


def _network(layer: Layer) -> bytes:
    """The layer alone, between functions of a value, so that its operands lie in the arena."""
    n = PassNetwork(3)
    x = n.activated(n.input(layer.rows, layer.channels), "LOGISTIC", (1 / 256, -128))
    if layer.depthwise:
        y = n.depthwise(x, layer.taps, NONE, layer.stride, layer.dilation)
    else:
        y = n.convolution(x, layer.outputs, layer.taps, LOW, layer.stride, layer.dilation)
    return n.only(n.activated(y, "TANH", (1 / 128, 0)))


@cache
def layer_cycles(core: str, layer: Layer) -> float | None:
    """Cycles of ``layer`` as predicted for ``core``; ``None`` where a kernel was never measured on it."""
    flavour = find_flavour(load_boards().cores[core].kernels[0]).on(core)
    schedule = schedule_graph(read_tflite(_network(layer)), kernels=flavour, search=False)
    predicted = predicted_layers(schedule).cycles
    own = [c for step, c in zip(schedule.steps, predicted, strict=True) if step.kind not in ("table", "copy")]
    return None if None in own else sum(c for c in own if c is not None)
