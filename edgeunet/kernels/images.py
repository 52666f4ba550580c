"""Convolutions over images by the kernels for one dimension: per row of outputs the rows it reads are gathered.

Gathered rows lie column by column, ``[x][i][channel]``, padded with the input's zero point. A window over the image is
then a window of neighbouring columns:

- a convolution ``(out, kh, kw, in)`` is one over rows of ``kh * in`` channels, ``(out, kw, kh * in)``;
- a depthwise one ``(kh, kw, out)`` is one over ``kh`` rows per column, ``(kw * kh, out)`` with ``kh`` times the stride.

So every kernel for rows is one for images, borders cost a few bytes, and no tap asks whether it is inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from edgeunet.kernels.conditions import aligned, parameters, plain, source
from edgeunet.kernels.kernel import Arguments, Inside, Kernel, StructFields
from edgeunet.kernels.work import Work
from edgeunet.program.convolutions import Conv, Conv2d, Depthwise, Depthwise2d, Image
from edgeunet.program.steps import ARENA, Clearance, Step, View

APART = 1 << 28
"""Where gathered rows are taken to lie: apart from every operand, at a multiple of four."""

WORD = 4
GATHER = "eu_gather"


@dataclass(frozen=True)
class Row:
    """One row of outputs as a step over gathered rows, whose columns take ``column_bytes``."""

    step: Step
    image: Image
    column_bytes: int

    @property
    def columns(self) -> int:
        """Columns that the windows of the row reach."""
        image = self.image
        reach = (image.kernel_width - 1) * image.dilation_width
        return (image.out_width - 1) * image.stride_width + reach + 1

    @property
    def gathered_bytes(self) -> int:
        """Bytes of the gathered rows, and what kernels that read whole words may read behind them."""
        return (self.columns * self.column_bytes + WORD - 1) // WORD * WORD + WORD


@cache
def _conv(conv: Conv2d, column: int) -> Conv:
    """``conv`` over columns of ``column`` values, of which the last have no weight."""
    outputs, height, width, inputs = conv.weights.shape
    weights = np.zeros((outputs, width, column), np.int8)
    weights[:, :, : height * inputs] = conv.weights.transpose(0, 2, 1, 3).reshape(outputs, width, -1)
    image = conv.image
    return Conv(
        weights, conv.bias, conv.input_zero_point, conv.requantization, image.stride_width, image.dilation_width
    )


@cache
def _depthwise(p: Depthwise2d) -> Depthwise:
    height, width, outputs = p.weights.shape
    weights = np.ascontiguousarray(p.weights.transpose(1, 0, 2).reshape(width * height, outputs))
    stride = p.image.stride_width * height
    return Depthwise(weights, p.bias, p.input_zero_point, p.requantization, p.repeat, stride)


def conv_row(whole_words: bool) -> Callable[[Step], Row | None]:
    """A row of a convolution; columns are filled up to ``whole_words`` or as long as their values."""

    def row(step: Step) -> Row | None:
        conv, view = parameters(step, Conv2d), source(step)
        column = conv.image.kernel_height * view.channels
        if not plain(step) or conv.weights.shape[3] != view.channels or (whole_words and column % WORD == 0):
            return None
        column = -(-column // WORD) * WORD if whole_words else column
        gathered = View(-1, ARENA, APART, column, conv.image.in_width, column)
        return row_of_step(step, "conv", _conv(conv, column), gathered, conv.image, column)

    return row


def depthwise_row(step: Step) -> Row | None:
    """A row of a depthwise convolution."""
    p, view = parameters(step, Depthwise2d), source(step)
    if not plain(step) or p.image.dilation_width != 1:
        return None
    height = p.image.kernel_height
    gathered = View(-1, ARENA, APART, view.channels, height * p.image.in_width, view.channels)
    return row_of_step(step, "depthwise", _depthwise(p), gathered, p.image, height * view.channels)


def row_of_step(step: Step, kind: str, inner: Conv | Depthwise, gathered: View, image: Image, column: int) -> Row:
    """``inner`` over ``gathered`` rows as a step that writes a row of the step's outputs."""
    output = replace(step.output, rows=image.out_width)
    macs = step.macs // max(image.out_height, 1)
    made = Step(
        kind, step.name, (gathered,), output, image.out_width, inner, step.covers, macs, step.node, (inner.stride,)
    )  # fmt: skip
    return Row(made, image, column)


def gather_fields(step: Step, row: Row, behind_bytes: int) -> StructFields:
    """The fields of ``eu_gather_t``."""
    view, image = source(step), row.image
    return {
        "in_height": image.in_height,
        "in_width": image.in_width,
        "in_pitch": view.pitch_bytes,
        "channels": view.channels,
        "words": int(_copies_words(step)),
        "out_height": image.out_height,
        "out_row": image.out_width * row.step.output.pitch_bytes,
        "kernel_height": image.kernel_height,
        "stride_height": image.stride_height,
        "dilation_height": image.dilation_height,
        "top": image.top,
        "left": image.left,
        "width": row.columns,
        "column": row.column_bytes,
        "behind": behind_bytes // WORD,
        "zero_point": parameters(step, Conv2d, Depthwise2d).input_zero_point,
    }


def gather_work(step: Step, row: Row, calls: Iterable[int]) -> Work:
    """How often the loops of ``eu_gather`` run, called once for each of ``calls``, rows of outputs."""
    image, channels = row.image, source(step).channels
    reached = max(0, min(image.left + image.in_width, row.columns) - image.left)
    starts = [y * image.stride_height - image.top for y in calls]
    lines = [start + i * image.dilation_height for start in starts for i in range(image.kernel_height)]
    inside = sum(0 <= line < image.in_height for line in lines) if reached else 0
    pixels, outside = inside * reached, len(lines) * row.columns - inside * reached
    counts = {"call": len(starts), "line": len(lines), "inside": inside, "outside": outside}
    if _copies_words(step):
        chunks, words = divmod(channels // WORD, WORD)
        return {
            **counts,
            "pixel": pixels,
            "chunk": pixels * chunks,
            "word": pixels * words,
            "outside_word": outside * channels // WORD,
        }
    special = {1: "one", 3: "three"}.get(channels)
    copied = {special: pixels} if special else {"pixel_bytes": pixels, "byte": pixels * channels}
    return {**counts, **copied, "outside_byte": outside * channels}


def _copies_words(step: Step) -> bool:
    """Whether all pixels lie at words, in the image and gathered."""
    return aligned(source(step)) and source(step).channels % WORD == 0


def _overlap(step: Step, position: int) -> Clearance | None:
    """How far above the output the image must lie: a row is gathered before its outputs are written, and what later
    rows read must stay."""
    image, view, output = parameters(step, Conv2d, Depthwise2d).image, source(step, position), step.output
    in_row, out_row = image.in_width * view.pitch_bytes, image.out_width * output.pitch_bytes
    later = range(1, image.out_height)
    return Clearance(max([0, *(y * out_row - max(0, y * image.stride_height - image.top) * in_row for y in later)]))


def _definition(name: str, made: Arguments, function: str, scratch: bool) -> str:
    """The function that gathers and runs ``function`` row by row, with its argument struct."""
    operands = "rows, out, &p->row" + (", scratch" if scratch else "")
    head = f"static void {name}("
    return (
        f"typedef struct {{\n    eu_gather_t image;\n    {made.struct} row;\n}} {name}_t;\n\n"
        f"{head}const int8_t *in, int8_t *out,\n{' ' * len(head)}const {name}_t *p, int32_t *scratch)\n{{\n"
        "    int8_t *const rows = (int8_t *)(scratch + p->image.behind);\n"
        "    for (int32_t y = 0; y < p->image.out_height; y++) {\n"
        "        eu_gather(in, rows, &p->image, y);\n"
        f"        {function}({operands});\n"
        "        out += p->image.out_row;\n    }\n}\n"
    )


def _over_rows(kernel: Kernel, row_of: Callable[[Step], Row | None]) -> Kernel:
    """The kernel that runs ``kernel`` on gathered rows."""

    def accepts(step: Step) -> bool:
        row = row_of(step)
        return row is not None and kernel.accepts(row.step)

    def scratch(step: Step) -> int:
        row = row_of(step)
        assert row is not None
        return own_scratch(kernel, row) + row.gathered_bytes

    def words_align(step: Step) -> bool:
        row = row_of(step)
        return row is not None and kernel.words_align(row.step)

    def inside(step: Step) -> Inside:
        row = row_of(step)
        assert row is not None
        times = row.image.out_height
        return Inside(((kernel, row.step, times),), {GATHER: gather_work(step, row, range(times))})

    def arguments(step: Step) -> Arguments:
        row = row_of(step)
        assert row is not None
        made, behind = kernel.arguments(row.step), own_scratch(kernel, row)
        function = made.function or kernel.function
        name = function.replace("eu_", "eu_gather_", 1)
        fields: StructFields = {"image": gather_fields(step, row, behind), "row": made.fields}
        definition = _definition(name, made, function, behind > 0)
        return Arguments(f"{name}_t", fields, name, (*made.definitions, definition))

    return Kernel(
        kernel.function,
        kernel.flavour,
        accepts,
        arguments,
        (*kernel.requires, GATHER),
        scratch_bytes=scratch,
        overlap=_overlap,
        words_align=words_align,
        inside=inside,
    )


def own_scratch(kernel: Kernel, row: Row) -> int:
    """Bytes, whole words, that the kernel for rows has for itself."""
    return -(-kernel.scratch_bytes(row.step) // WORD) * WORD


def convolutions(kernels: Sequence[Kernel]) -> tuple[Kernel, ...]:
    """``kernels`` for ``conv`` as kernels for ``conv_2d``."""
    return tuple(_over_rows(kernel, conv_row(words)) for words in (False, True) for kernel in kernels)


def depthwises(kernels: Sequence[Kernel]) -> tuple[Kernel, ...]:
    """``kernels`` for ``depthwise`` as kernels for ``depthwise_2d``."""
    return tuple(_over_rows(kernel, depthwise_row) for kernel in kernels)
