"""Rows of the Helium convolutions by quads, and by blocks: which steps they take, how their constants are laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from edgeunet.kernels.conditions import convolution, parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Kernel, StructFields, in_order
from edgeunet.kernels.mve.assembly import caller, mark
from edgeunet.kernels.mve.scaling import choose_scaling, fits, scales, shared_shift
from edgeunet.kernels.mve.tiles.blocks import CHANNELS, ROWS, BlockShape, block_function, block_stream
from edgeunet.kernels.mve.tiles.function import QuadShape, quad_function
from edgeunet.kernels.mve.vectors import LANES, Segment
from edgeunet.program.convolutions import Conv, ConvSum, Int8Array, Requantization
from edgeunet.program.steps import ARENA, Clearance, Step, View

QUAD = 4
OCTET = 8
LONGEST_STEP = 1 << 15
"""Steps and counts from which on the arguments' 16 bits are not enough."""
OCTET_SAVES = 5
SHIFTS_SAVE = 4
"""Instructions that an octet saves against two quads; and where it shifts while narrowing."""
WORTH = 8
"""Instructions per call that a byte of code has to save."""
WORTH_IN_STREAMS = 0.25
"""The same in a stream, of whose calls a window's worth of signal takes many."""


def _segment(weights: Int8Array, view: View, stride: int, dilation: int, shared: bool, rows: int) -> Segment | None:
    """The window of ``weights (out, taps, in)`` as one run of bytes, or ``None``."""
    taps, channels = weights.shape[1:]
    if taps > 1 and (dilation != 1 or view.pitch_bytes != channels):
        return None
    return Segment(taps * channels, stride * view.pitch_bytes if rows > 1 else 0, shared)


def _conv_shape(step: Step, *, streams: bool = False) -> QuadShape | None:
    """The function that runs a convolution (in a stream), or ``None`` where none does."""
    conv = parameters(step, Conv)
    if not plain(step) or not scales(conv) or not fits(conv.accumulator_bound):
        return None
    segment = _segment(conv.weights, source(step), conv.stride, conv.dilation, False, step.groups)
    return None if segment is None else _shape((segment,), step, streams=streams)


def _sum_shape(step: Step, *, streams: bool = False) -> QuadShape | None:
    """The same for a convolution over two signals side by side, the first read once for one or two rows."""
    conv = parameters(step, ConvSum)
    if not plain(step) or not scales(conv) or not fits(conv.accumulator_bound) or conv.repeat > 2:
        return None
    shared = conv.repeat == 2
    rows = step.groups * conv.repeat
    parts = [
        _segment(conv.weights[i], source(step, i), conv.stride, conv.dilation, shared and i == 0, rows) for i in (0, 1)
    ]
    if parts[0] is None or parts[1] is None:
        return None
    return _shape((parts[0], parts[1]), step, streams=streams)


def _shape(segments: tuple[Segment, ...], step: Step, *, streams: bool) -> QuadShape | None:
    """In octets where their inputs all stay in registers, else in quads."""
    outputs, scaling = step.output.channels, choose_scaling(convolution(step), step.output.channels)
    rest = outputs % QUAD
    if max(outputs, step.output.pitch_bytes) >= LONGEST_STEP:
        return None
    if outputs >= OCTET:
        first = 0 if scaling.shift else shared_shift(convolution(step).requantization.shifts)
        split = replace(scaling, first_shift=first)
        shape = QuadShape(segments, split, octets=True, loops=True, quad=outputs % OCTET >= QUAD, rest=rest)
        if shape.possible and _saved(shape, outputs // OCTET, step.rows) >= (WORTH_IN_STREAMS if streams else WORTH):
            return shape
    shape = QuadShape(segments, scaling, octets=False, loops=outputs >= QUAD, quad=False, rest=rest)
    return shape if shape.possible else None


def _saved(shape: QuadShape, octets: int, rows: int) -> float:
    """Instructions of a call that octets save, per byte of the longer code."""
    quad_bytes = 4 * (12 * sum(segment.vectors for segment in shape.segments) + 16)
    saved = OCTET_SAVES + (SHIFTS_SAVE if shape.scaling.first_shift else 0)
    return octets * (rows // 2) * saved / (quad_bytes * (2 if shape.quad else 1))


def _blocks(shape: QuadShape, outputs: int) -> Iterator[list[int]]:
    """Output channels of each quad, in the order of the stream."""
    first = 0
    for size in (OCTET,) * (outputs // OCTET) if shape.octets else ():
        yield from (list(range(first + half, first + size, 2)) for half in (0, 1))
        first += size
    for n in range(first, outputs, QUAD):
        yield list(range(n, min(n + QUAD, outputs)))


def _stream(
    shape: QuadShape, weights: Sequence[Int8Array], bias: NDArray[np.int32], r: Requantization
) -> NDArray[np.int32]:
    """Per quad: its biases, weights (16 inputs or what is left, of each channel), multipliers, shifts (if any).

    Where octets shift while narrowing, the second quad of each has what is left to shift of all eight channels.
    """
    outputs = bias.shape[0]
    flat = [w.reshape(outputs, -1) for w in weights]
    parts: list[bytes] = []
    for quad in _blocks(shape, outputs):
        used = b"".join(
            flat[p.row_a.segment][quad, LANES * p.index : LANES * p.index + p.row_a.inputs].tobytes()
            for p in shape.placement.products
        )
        parts += [bias[quad].astype("<i4").tobytes(), used.ljust(-(-len(used) // QUAD) * QUAD, b"\0")]
        parts.append(np.resize(r.multipliers[quad], QUAD).astype("<i4").tobytes())
        if shape.scaling.first_shift and len(quad) == QUAD and quad[1] - quad[0] == 2:
            octet = list(range(quad[0] - 1, quad[-1] + 1)) if quad[0] % 2 else []
            parts.append((r.shifts[octet] + shape.scaling.first_shift).astype(np.int8).tobytes())
        elif not shape.scaling.shift:
            parts.append(np.resize(r.shifts[quad], QUAD).astype(np.int8).tobytes())
    return np.frombuffer(b"".join(parts), "<i4").astype(np.int32)


def _arguments(step: Step, shape: QuadShape, weights: Sequence[Int8Array], rows: int) -> Arguments:
    conv = convolution(step)
    r = conv.requantization
    loop = f"eu_tiles_{mark(shape)}"
    text = caller("eu_tiles", loop, operands=len(shape.segments))
    scaling = shape.scaling
    fields: StructFields = {
        "stream": _stream(shape, weights, conv.folded_bias, r),
        "rows": rows,
        "addend": r.zero_point << scaling.shift if scaling.folded else r.zero_point,
        "a_pair": shape.segments[0].pair_bytes,
        "b_step": shape.segments[-1].step_bytes,
        "outputs": step.output.channels,
        "out_step": step.output.pitch_bytes if rows > 1 else 0,
    }
    return Arguments("eu_tiles_t", fields, f"{loop}_run", (quad_function(loop, shape), text))


def _block_shape(step: Step, *, placed: bool = True) -> BlockShape | None:
    """The function that runs a convolution of few inputs by blocks, or ``None``; ``placed`` looks at addresses too."""
    conv, view, output = parameters(step, Conv), source(step), step.output
    quads = _conv_shape(step)
    if quads is None or quads.segments[0].vectors > 1 or step.groups % ROWS or output.channels % CHANNELS:
        return None
    if placed and (output.space != ARENA or output.offset_bytes % CHANNELS or output.pitch_bytes % CHANNELS):
        return None
    scaling = choose_scaling(conv, output.channels, folds=False)
    shape = BlockShape(quads.segments[0].inputs, conv.stride * view.pitch_bytes, scaling)
    return shape if shape.possible else None


def _block(step: Step) -> Arguments:
    shape, conv, output = _block_shape(step), parameters(step, Conv), step.output
    assert shape is not None
    weights = conv.weights.reshape(output.channels, -1)
    fields: StructFields = {
        "stream": block_stream(weights, conv.folded_bias, conv.requantization, shape.scaling),
        "outputs": output.channels,
        "fours": step.groups // ROWS,
        "out_step": output.pitch_bytes,
        "zero_point": conv.requantization.zero_point,
    }
    name = f"eu_tiles_blocks_{mark(shape)}"
    return Arguments("eu_tiles_blocks_t", fields, name, (block_function(name, shape),))


def _conv(step: Step, *, streams: bool = False) -> Arguments:
    shape = _conv_shape(step, streams=streams)
    assert shape is not None
    return _arguments(step, shape, (parameters(step, Conv).weights,), step.groups)


def _conv_sum(step: Step, *, streams: bool = False) -> Arguments:
    shape, conv = _sum_shape(step, streams=streams), parameters(step, ConvSum)
    assert shape is not None
    return _arguments(step, shape, conv.weights, step.groups * conv.repeat)


def _pair_overlap(step: Step, position: int) -> Clearance | None:
    """Rows go in ascending pairs, unless an odd one sends the last pair one row back; in fours where by blocks."""
    if step.kind == "conv" and _block_shape(step, placed=False) is not None:
        return in_order(ROWS)(step, position)
    return in_order(2)(step, position) if step.groups % 2 == 0 else None


def _sum_overlap(step: Step, position: int) -> Clearance | None:
    """A pair of rows is one group where the first operand is read once for both."""
    return in_order()(step, position) if parameters(step, ConvSum).repeat == 2 else _pair_overlap(step, position)


BLOCKS = Kernel("eu_tiles_blocks", "mve", lambda step: _block_shape(step) is not None, _block, overlap=_pair_overlap)
CONV = Kernel("eu_tiles", "mve", lambda step: _conv_shape(step) is not None, _conv, overlap=_pair_overlap)
CONV_SUM = Kernel("eu_tiles", "mve", lambda step: _sum_shape(step) is not None, _conv_sum, overlap=_sum_overlap)
CONV_IN_STREAMS = replace(CONV, arguments=partial(_conv, streams=True), streams_only=True)
CONV_SUM_IN_STREAMS = replace(CONV_SUM, arguments=partial(_conv_sum, streams=True), streams_only=True)
