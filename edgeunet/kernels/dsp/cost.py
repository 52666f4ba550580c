"""What a convolution costs on Cortex-M4 in each of the four ways there are, so that the cheapest is taken.

- *quads*: four channels of a row at a time, weights widened once per call, inputs as they are read;
- *pairs*: the same with the inputs of a block of rows widened once as well;
- *tall*: four rows of a channel at a time, inputs widened once, weights as they are read;
- *bare*: four channels of a row at a time, both operands as they are read, without scratch memory.

The constants are instructions, measured on the fixed workloads in streams and windows (docs/DSP_KERNELS.md); what they
give is within 3 % of what runs, but for layers of a few thousand instructions.
"""

from __future__ import annotations

from dataclasses import dataclass

from edgeunet.kernels.conditions import convolution
from edgeunet.kernels.dsp.scaling import flat_weights
from edgeunet.kernels.dsp.windows import GROUP, TALL_ROWS
from edgeunet.program.convolutions import ConvSum
from edgeunet.program.steps import Step


@dataclass(frozen=True)
class Cost:
    """Instructions of one way.

    A *unit* is a quad of channels over all rows, or four rows over all channels: ``unit`` once, and ``widened`` per
    group of four inputs that are made 16 bits wide. In it, each chain takes ``group`` per group of four inputs and
    ``end`` besides (``low_end`` where it is over a first signal at a lower rate); an addition is ``add`` more, and
    ``add_unit`` per unit.
    """

    group: float
    unit: float
    widened: float
    end: float
    low_end: float
    add: float
    add_unit: float = 0.0

    def chains(self, count: int, shape: Shape) -> float:
        """What ``count`` rows or channels of a unit take."""
        cost = count * shape.repeat * (self.end + self.add * shape.adds + self.group * shape.groups)
        cost += self.add_unit * shape.adds
        return cost + (count * (self.low_end + self.group * shape.low_groups) if shape.low_groups else 0.0)


QUADS = Cost(group=12.5, unit=48, widened=13, end=26.5, low_end=18, add=20, add_unit=75)
QUADS_ROUNDED = Cost(group=12.5, unit=55, widened=21, end=31.5, low_end=18, add=15, add_unit=75)
PAIRS = Cost(group=10.5, unit=48, widened=13, end=29.5, low_end=18, add=20, add_unit=40)
PAIRS_ROUNDED = Cost(group=10.5, unit=60, widened=21, end=35.5, low_end=18, add=15, add_unit=40)
PAIRS_BLOCK = 150
PAIRS_LOOP = 50
"""A block of rows, and each further row loop of a quad."""
INPUT_GROUP = 3.6
"""Widening four inputs of one row."""
TALL = {
    "saturated": Cost(group=12.5, unit=190, widened=16, end=31, low_end=45, add=22),
    "relu": Cost(group=12.5, unit=190, widened=16, end=35, low_end=45, add=22),
    "linear": Cost(group=12.5, unit=190, widened=16, end=37, low_end=45, add=22),
}


BARE_GROUP = 16.5
BARE_RUN = 7
BARE_SIGNAL = 8
BARE_ADD = 20
BARE_QUAD = {"saturated": 48, "clamped": 51, "relu": 57, "linear": 67}
BARE_ROW = 42
BARE_CALL = 40
"""Of a quad of channels of a row: a group of inputs and a run of its window, a second signal, an addition, what
follows; then a row and a call."""


@dataclass(frozen=True)
class Shape:
    """What the cost of a convolution depends on; ``low_groups`` is of a first signal of ``rows / repeat`` rows."""

    outputs: int
    rows: int
    groups: int
    repeat: int = 1
    low_groups: int = 0
    adds: bool = False

    def quads_cost(self, rounded: bool) -> float:
        """Four channels of a row at a time."""
        cost = QUADS_ROUNDED if rounded else QUADS
        unit = cost.unit + cost.widened * (self.groups + self.low_groups) + cost.chains(self.rows // self.repeat, self)
        return -(-self.outputs // GROUP) * unit

    def pairs_cost(self, rounded: bool, blocks: int, input_groups: int) -> float:
        """The same in ``blocks`` blocks of rows, with ``input_groups`` groups of inputs widened in all."""
        cost = PAIRS_ROUNDED if rounded else PAIRS
        unit = blocks * (cost.unit + cost.widened * (self.groups + self.low_groups))
        unit += cost.chains(self.rows // self.repeat, self) + blocks * self.repeat * PAIRS_LOOP * (self.low_groups > 0)
        return blocks * PAIRS_BLOCK + INPUT_GROUP * input_groups + -(-self.outputs // GROUP) * unit

    def tall_cost(self, tail: str) -> float:
        """Four rows of a channel at a time."""
        cost = TALL[tail]
        unit = cost.unit + cost.widened * (self.repeat * self.groups + self.low_groups)
        unit += cost.chains(self.outputs, self)
        return -(-self.rows // self.repeat // TALL_ROWS) * unit

    def bare_cost(self, tail: str, runs: int) -> float:
        """Four channels of a row at a time with nothing widened before; ``runs`` of neighbouring inputs in all."""
        quad = BARE_QUAD[tail] + BARE_RUN * runs + BARE_GROUP * (self.groups + self.low_groups)
        quad += BARE_SIGNAL * (self.low_groups > 0) + BARE_ADD * self.adds
        return BARE_CALL + self.rows * (BARE_ROW + -(-self.outputs // GROUP) * quad)


def shape_of(step: Step) -> Shape:
    """What the cost of a convolution depends on."""
    conv, outputs, rows = convolution(step), step.output.channels, step.output.rows
    if isinstance(conv, ConvSum):
        low, groups = (w[0].size // GROUP for w in conv.weights)
        return Shape(outputs, rows, groups, conv.repeat, low)
    return Shape(outputs, rows, flat_weights(conv).shape[1] // GROUP, adds=bool(step.epilogue))
