"""The layers that are measured: random shapes as compact 1-D U-Nets have them, each kind of kernel in its turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.cycles.singles import SORTS, WINDOW_NETWORKS, separable, side_by_side
from edgeunet.graph import Graph, read_tflite
from edgeunet.kernels.dsp.choice import WAYS
from edgeunet.kernels.dsp.panels import rows as panels
from edgeunet.kernels.dsp.table import dsp_table
from edgeunet.kernels.flavour import Flavour
from edgeunet.kernels.flavours import FLAVOURS
from edgeunet.kernels.kernel import Kernel, KernelTable, anything
from edgeunet.kernels.portable.short_work import SHORT as SHORT_WORK
from edgeunet.kernels.portable.table import PORTABLE as PORTABLE_TABLE
from tests.networks.four_bits import with_four_bits
from tests.networks.int16_networks import wide_network
from tests.networks.pass_networks import PassNetwork
from tests.networks.random_layers import Value
from tests.networks.random_networks import random_network
from tests.networks.random_unets import random_unet

ROWS = (1, 2, 3, 4, 5, 8, 12, 16, 25, 32, 50, 64, 100, 128, 200)
FEW_ROWS = (1, 2, 3, 4, 5, 6, 8, 12, 16, 25, 32)
CHANNELS = (4, 8, 12, 16, 20, 24, 32, 48, 64)
ODD_CHANNELS = (1, 2, 3, 5, 6, 10, 17)
OUTPUTS = (3, 4, 5, 8, 12, 16, 24, 32, 48)
TAPS = (1, 1, 3, 5, 7, 9)
ACTIVATIONS = (("RELU", -128), ("RELU", -128), ("NONE", 3), ("NONE", -20), ("RELU6", -128), ("RELU", -30))
MOST_MACS = 80_000
"""Of one layer: what takes longer says nothing more."""
LAYERS = 24
"""Chains in one network."""
NETWORKS, RARER, LONE, LOOPS, COPIES, COLUMNS, FORCED = 7, 5, 6, 2, 3, 2, 3
SIMPLE, STREAMS, IMAGES, WINDOWS, RECTIFIED, FALLBACKS, LOOPED_FALLBACKS, DOTS, FOURS = 6, 4, 2, 3, 5, 6, 3, 6, 4


@dataclass(frozen=True)
class Case:
    """One network to measure, and how to compile it."""

    name: str
    flavour: Flavour
    graph: Graph
    hop: int | None = None


class Chains(PassNetwork):
    """Short chains of layers side by side, each from an input of its own."""

    def __init__(self, seed: int, rows: tuple[int, ...], odd: bool) -> None:
        super().__init__(seed)
        self.rows, self.channels = rows, (*CHANNELS, *ODD_CHANNELS) if odd else CHANNELS
        if seed % 3 == 0:
            self.scales = (1.0, 1.0001)

    def pick(self, options: tuple[int, ...]) -> int:
        return int(self.numbers.choice(options))

    def activation(self) -> tuple[str, int]:
        return ACTIVATIONS[int(self.numbers.integers(len(ACTIVATIONS)))]

    def start(self, channels: int | None = None, rows: int | None = None) -> Value:
        """A signal in the arena."""
        x = self.input(rows or self.pick(self.rows), 4)
        return self.convolution(x, channels or self.pick(self.channels), 1, ("NONE", 3))

    def outputs_for(self, x: Value, taps: int) -> int:
        """Channels that keep a convolution within `MOST_MACS`."""
        most = MOST_MACS // (x.shape[1] * x.shape[2] * taps)
        fitting = tuple(n for n in OUTPUTS if n <= most) or (OUTPUTS[0],)
        return self.pick(fitting)


def _convolution(n: Chains) -> Value:
    x, taps = n.start(), n.pick(TAPS)
    stride, dilation = n.pick((1, 1, 1, 2)), n.pick((1, 1, 2))
    return n.convolution(x, n.outputs_for(x, taps), taps, n.activation(), stride, dilation if stride == 1 else 1)


def _depthwise(n: Chains) -> Value:
    taps, stride = n.pick((3, 5, 7, 9, 4)), n.pick((1, 1, 1, 2))
    return n.depthwise(n.start(), taps, n.activation(), stride)


def _window(n: Chains) -> Value:
    """A depthwise window of the whole int8 range that none of the loops which slide takes."""
    taps, stride, dilation = n.pick(tuple(range(1, 11))), n.pick((1, 2, 2, 3)), n.pick((1, 2, 4))
    x = n.start(rows=n.pick(tuple(r for r in n.rows if r <= 100)))
    return n.depthwise(x, taps, ("NONE", 3), stride, dilation if stride == 1 else 1)


def _saturated_depthwise(n: Chains) -> Value:
    return n.depthwise(n.start(), n.pick((3, 5, 7, 9)), (("RELU", -128), ("NONE", 3))[n.pick((0, 1))])


def _residual(n: Chains) -> Value:
    x = n.start()
    outputs = n.outputs_for(x, 1) // 4 * 4 or 4
    own = n.convolution(n.depthwise(x, 5, ("NONE", 3)), outputs, 1, n.activation())
    other = n.convolution(x, outputs, 1, ("NONE", 3))
    total = n.add(own, other)
    return n.convolution(total, 4, 1, ("NONE", 3))


def _rectified_residual(n: Chains) -> Value:
    x, relu = n.start(), ("RELU", n.pick((-128, -30)))
    outputs = n.outputs_for(x, 1) // 4 * 4 or 4
    own = n.convolution(n.depthwise(x, 5, ("NONE", 3)), outputs, 1, relu)
    return n.convolution(n.add(own, n.convolution(x, outputs, 1, ("NONE", 3))), 4, 1, ("NONE", 3))


def _rectified_sum(n: Chains) -> Value:
    x = n.start()
    return n.joined(n.pool(x, 2, 1), x, n.outputs_for(x, 2), 1, ("RELU", n.pick((-128, -30))))


def _rectified_window(n: Chains) -> Value:
    x, taps, relu = n.start(), n.pick((3, 5, 7)), ("RELU", n.pick((-128, -30)))
    if n.pick((0, 1)):
        return n.convolution(x, n.outputs_for(x, taps), taps, relu)
    return n.joined(n.pool(x, 2, 1), x, n.outputs_for(x, 2 * taps), taps, relu)


def _sum(n: Chains) -> Value:
    x, taps = n.start(), n.pick((1, 3, 5))
    y = n.pool(x, 2, 1)
    return n.joined(y, x, n.outputs_for(x, 2 * taps), taps, n.activation())


def _low_sum(n: Chains) -> Value:
    repeat = n.pick((2, 2, 3))
    low = n.start()
    high = n.start(rows=low.shape[1] * repeat)
    quantization = n.writer.graph.tensors[high.index].quantization
    quantization.scale, quantization.zeroPoint = np.array([low.scale], np.float32), np.array([low.zero_point], np.int64)
    high = Value(high.index, high.shape, low.scale, low.zero_point)
    return n.joined(low, high, n.outputs_for(high, 2), 1, n.activation(), repeat=repeat)


def _single(n: Chains) -> Value:
    x = n.input(n.pick(n.rows), 1)
    return n.convolution(x, n.pick(OUTPUTS), n.pick((1, 1, 5, 9)), n.activation(), n.pick((1, 1, 2)))


def _narrow(n: Chains) -> Value:
    x, taps = n.start(n.pick(ODD_CHANNELS)), n.pick(TAPS)
    return n.convolution(x, n.outputs_for(x, taps), taps, n.activation())


def _unaligned(n: Chains) -> Value:
    """A convolution over a number of channels that is no multiple of four: more bytes than one chain has, or a few."""
    kinds = ((2, 1), (3, 1), (15, 5), (17, 5), (23, 5), (31, 3), (19, 9), (71, 1))
    channels, taps = kinds[n.pick(tuple(range(len(kinds))))]
    x = n.start(channels)
    return n.convolution(x, n.outputs_for(x, taps), taps, n.activation())


def _pool(n: Chains) -> Value:
    return n.convolution(n.pool(n.start(), n.pick((2, 3, 4, 5)), n.pick((1, 2, 4))), 4, 1, ("NONE", 3))


def _add(n: Chains) -> Value:
    x = n.start()
    y = n.depthwise(x, 3, ("NONE", 9))
    return n.add(x, y, ("NONE", "RELU", "NONE", "RELU6")[n.pick((0, 1, 2, 3))])


def _upsampled(n: Chains) -> Value:
    x = n.start(rows=n.pick(tuple(r for r in n.rows if r <= 64)))
    up = n.upsampled(x, n.pick((2, 2, 3)))
    taps = n.pick((3, 4, 5, 7, 9))
    if n.pick((0, 1)):
        return n.convolution(n.depthwise(up, taps, ("NONE", -7)), 4, 1, ("NONE", 3))
    if n.pick((0, 1)):
        return n.convolution(up, n.outputs_for(up, taps), taps, n.activation())
    return n.convolution(
        n.beside(up, n.same_quantization(x, up.shape[1], 4)), n.outputs_for(up, taps), taps, n.activation()
    )


def _function(n: Chains) -> Value:
    x = n.start(n.pick((3, 4, 5, 16)))
    if n.pick((0, 1)):
        return n.activated(x, "LOGISTIC", (1 / 256, -128))
    made = n._made(x.shape[1], x.shape[2], 1 / 256, -128)
    n.writer.op("SOFTMAX", [x.index], made.index, beta=1.0)
    return made


def _copies(n: Chains) -> Value:
    x = n.start(rows=n.pick(tuple(r for r in n.rows if r <= 64)))
    up = n.upsampled(x, 2)
    return n.beside(up, n.same_quantization(x, up.shape[1], n.pick((1, 4, 16, 17))))


def _joined_copies(n: Chains) -> Value:
    x = n.start(rows=n.pick(tuple(r for r in n.rows if r <= 64)))
    up = n.upsampled(x, n.pick((2, 2, 3)))
    other = n.pick((4, 8, 12, 16, 20, 24, 32, 48, 3, 17))
    return n.depthwise(n.beside(up, n.same_quantization(x, up.shape[1], other)), 3, ("NONE", 3))


def _rounded_line(n: Chains) -> Value:
    return n.convolution(n.input(n.pick(n.rows), 1), n.pick((4, 8, 12, 16)), 1, ("NONE", n.pick((3, -7, 40, -60))))


def _transposed(n: Chains) -> Value:
    x = n.start(rows=n.pick(tuple(r for r in n.rows if r <= 64)))
    return n.transposed(x, n.outputs_for(x, 2), n.pick((2, 3, 4)), 2)


def _twice(n: Chains) -> Value:
    x = n.start(rows=n.pick((4, 5, 8, 16, 25, 64)))
    return n.convolution(n.depthwise(n.upsampled(x, 2), n.pick((4, 5, 7, 8, 9)), ("NONE", -7)), 4, 1, ("NONE", 3))


def _long_depthwise(n: Chains) -> Value:
    return n.depthwise(n.start(rows=n.pick((8, 12, 25, 64, 100, 200))), n.pick((7, 9)), ("NONE", 3))


def _line(n: Chains) -> Value:
    return n.convolution(n.input(n.pick(n.rows), 1), n.pick((4, 8, 12, 16)), 1, n.activation())


def _column(n: Chains) -> Value:
    x = n.start(n.pick((8, 12, 16, 32)), n.pick((64, 104, 128)))
    return n.convolution(x, n.pick((32, 40)), n.pick((3, 5)), n.activation())


def _product(n: Chains) -> Value:
    x = n.start()
    y = n.depthwise(x, 3, ("NONE", 9))
    made = n.like(x, x.shape[1], x.shape[2])
    n.writer.op(("MUL", "SQUARED_DIFFERENCE", "SUB")[n.pick((0, 1, 2))], [x.index, y.index], made.index)
    return made


def _average(n: Chains) -> Value:
    x, stride = n.start(), n.pick((1, 2))
    made = n.like(x, -(-x.shape[1] // stride), x.shape[2])
    sizes = {"strideW": stride, "strideH": 1, "filterWidth": n.pick((2, 3, 4)), "filterHeight": 1}
    n.writer.op("AVERAGE_POOL_2D", [x.index], made.index, padding="SAME", **sizes)
    return made


def _mean(n: Chains) -> Value:
    x = n.start()
    made = n.like(x, 1, x.shape[2])
    n.writer.op("MEAN", [x.index, n.writer.constant([2])], made.index, keepDims=True)
    return made


CONVOLUTIONS: tuple[Callable[[Chains], Value], ...] = (_convolution, _convolution, _residual, _sum, _low_sum)
ALL: tuple[Callable[[Chains], Value], ...] = (
    *CONVOLUTIONS,
    _convolution,
    _depthwise,
    _saturated_depthwise,
    _single,
    _narrow,
    _pool,
    _add,
    _upsampled,
    _function,
    _copies,
    _transposed,
)


RARE: tuple[Callable[[Chains], Value], ...] = (
    *(
        _twice,
        _long_depthwise,
        _line,
        _column,
        _product,
        _average,
        _mean,
        _add,
        _single,
        _upsampled,
        _saturated_depthwise,
    ),
)
"""What the others make too few of."""


LONELY: tuple[Callable[[Chains], Value], ...] = (
    *(_sum, _depthwise, _pool, _add, _upsampled, _function, _copies, _product, _average, _mean, _narrow, _transposed),
)
"""Each once in a network, so that its function is called once."""

LOOPED: tuple[Callable[[Chains], Value], ...] = (_pool, _line, _pool, _function, _pool, _line, _add, _single)


COPIED: tuple[Callable[[Chains], Value], ...] = (_joined_copies, _joined_copies, _rounded_line)
"""Copies of every alignment, and lines that round twice."""


def chains(
    seed: int, kinds: tuple[Callable[[Chains], Value], ...], rows: tuple[int, ...], odd: bool, layers: int = LAYERS
) -> Graph:
    """A network of so many chains of ``kinds`` in turn."""
    return read_tflite(_chains(seed, kinds, rows, odd, layers))


def _chains(
    seed: int, kinds: tuple[Callable[[Chains], Value], ...], rows: tuple[int, ...], odd: bool, layers: int
) -> bytes:
    network = Chains(seed, rows, odd)
    return network.only(*(kinds[(i + seed) % len(kinds)](network) for i in range(layers)))


def fours(seed: int) -> Graph:
    """Chains of convolutions whose weights have four bits, half of the depthwise ones without a bias."""
    kinds = (*CONVOLUTIONS, _rectified_residual, _rectified_sum, _saturated_depthwise)
    return read_tflite(with_four_bits(_chains(seed, kinds, ROWS, False, LAYERS), seed, 0.0))


def forced(family: str) -> Flavour:
    """The flavour ``dsp`` with one way before all others: each is measured wherever it fits, not only where it is
    chosen."""

    def anywhere(row: Kernel) -> Kernel:
        return replace(row, streams_only=False)

    def table(core: str) -> KernelTable:
        found = dsp_table(core)
        first = panels.rows_by_kind(anything, panels.order_for(core)) if family == "panels" else WAYS[family]
        return {kind: (*map(anywhere, first.get(kind, ())), *rows) for kind, rows in found.items()}

    return replace(FLAVOURS["dsp"], own_table=table)


def looped() -> Flavour:
    """The flavour ``portable`` with its simple loops before all others, which elsewhere run what few layers need."""
    fast = set(SHORT_WORK)

    def table(_: str) -> KernelTable:
        return {kind: tuple(row for row in rows if row.function not in fast) for kind, rows in PORTABLE_TABLE.items()}

    return replace(FLAVOURS["portable"], own_table=table)


def cases(flavour: str) -> Iterator[Case]:
    """All networks to measure with the kernels ``flavour``."""
    made = FLAVOURS[flavour]
    for seed in range(NETWORKS):
        yield Case(f"chains-{seed}", made, chains(seed, ALL, ROWS, odd=seed % 2 == 1))
    for seed in range(RARER):
        yield Case(f"rare-{seed}", made, chains(200 + seed, RARE, tuple(r for r in ROWS if r > 2), odd=seed % 2 == 1))
    for seed in range(LONE):
        yield Case(f"lone-{seed}", made, chains(300 + seed, LONELY, ROWS, odd=seed % 2 == 1, layers=len(LONELY)))
    for seed in range(LOOPS):
        yield Case(f"loops-{seed}", made, chains(400 + seed, LOOPED, ROWS, odd=False))
    for seed in range(COPIES):
        yield Case(f"copies-{seed}", made, chains(600 + seed, COPIED, ROWS, odd=seed == 2))
    for seed in range(COLUMNS if flavour == "mve" else 0):
        yield Case(f"columns-{seed}", made, chains(500 + seed, (_column,), ROWS, odd=False))
    for seed in range(FORCED if flavour == "dsp" else 0):
        few = partial(chains, 100 + seed, CONVOLUTIONS, FEW_ROWS if seed % 2 else ROWS, odd=False)
        for family in WAYS:
            yield Case(f"{family}-{seed}", forced(family), few())
    for seed in range(WINDOWS if flavour != "mve" else 0):
        rows = forced("rows") if flavour == "dsp" else made
        yield Case(f"windows-{seed}", rows, chains(800 + seed, (_window,), ROWS, odd=seed % 2 == 1))
    for seed in range(WINDOWS if flavour == "dsp" else 0):
        yield Case(f"unaligned-{seed}", forced("quads"), chains(900 + seed, (_unaligned,), ROWS, odd=False))
    if flavour == "dsp":
        rectified = chains(108, (_rectified_residual, _rectified_sum, _rectified_residual), ROWS, odd=False)
        yield Case("panels-rectified", forced("panels"), rectified)
    for seed in range(RECTIFIED if flavour == "dsp" else 0):
        yield Case(
            f"trios-rectified-{seed}", forced("trios"), chains(950 + seed, (_rectified_window,), ROWS, odd=False)
        )
    for seed in range(SIMPLE if flavour == "portable" else 0):
        kinds = (ALL, RARE, LONELY)[seed % 3]
        layers = len(kinds) if kinds is LONELY else LAYERS
        yield Case(f"simple-{seed}", looped(), chains(700 + seed, kinds, ROWS, odd=seed % 2 == 1, layers=layers))
    yield from _single_layers(flavour)
    for seed in range(FOURS if flavour != "mve" else 0):
        yield Case(f"fours-{seed}", made, fours(1000 + seed))
    for seed in range(STREAMS):
        yield Case(f"stream-{seed}", made, read_tflite(random_unet(seed)), hop=96)
    for seed in range(IMAGES):
        yield Case(f"image-{seed}", made, read_tflite(random_network(seed, layout="HxW")))


def _single_layers(flavour: str) -> Iterator[Case]:
    """What chains come to too rarely, and, for fast cores, the portable kernels that those fall back to."""
    for sort in SORTS:
        for seed in range(sort.networks):
            network = side_by_side(sort, 1000 + seed)
            yield Case(f"{sort.name}-{seed}", FLAVOURS[flavour], network)
            if flavour != "portable" and sort.falls_back:
                yield Case(f"portable-{sort.name}-{seed}", FLAVOURS["portable"], network)
    for seed in range(WINDOW_NETWORKS):
        yield Case(f"separable-{seed}", FLAVOURS[flavour], separable(1100 + seed))
    for seed in range(WINDOW_NETWORKS if flavour == "dsp" else 0):
        yield Case(f"duos-{seed}", FLAVOURS[flavour], read_tflite(wide_network((4, 8, 12)[seed], seed)))
    for seed in range(DOTS):
        yield Case(f"dots-{seed}", looped(), chains(1300 + seed, (_rounded_line,), ROWS[4:], odd=False, layers=1))
    for seed in range(FALLBACKS if flavour != "portable" else 0):
        kinds = (ALL, RARE, LONELY)[seed % 3]
        made = chains(1200 + seed, kinds, ROWS, odd=seed % 2 == 1, layers=LAYERS // 2 if kinds is LONELY else LAYERS)
        yield Case(f"portable-chains-{seed}", FLAVOURS["portable"], made)
        if seed < LOOPED_FALLBACKS:
            yield Case(f"portable-simple-{seed}", looped(), made)
