"""Pooling and nearest-neighbour resizing as nodes."""

from __future__ import annotations

from edgeunet.graph.evaluation.arithmetic import bilinear_places, nearest_indices
from edgeunet.graph.ir import Op
from edgeunet.lower.builder import Builder, is_row, typed_kind
from edgeunet.lower.convolutions import row_access
from edgeunet.lower.scales import clamp_bounds
from edgeunet.program.convolutions import Image
from edgeunet.program.parameters import AveragePool, Bilinear, Pool, Pool2d, Repeat, Resize
from edgeunet.program.program import EACH, WHOLE

LOWEST = {1: -128, 2: -(1 << 15)}
"""The smallest value of a type, by its bytes."""


def lower_pool(builder: Builder, op: Op) -> None:
    """MAX_POOL_2D and AVERAGE_POOL_2D."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    (kernel_h, kernel_w), (stride_h, stride_w) = op.attributes["filter"], op.attributes["stride"]
    top, _, left, _ = op.attributes["padding"]
    low, high = clamp_bounds(op.attributes["activation"], builder.graph.tensors[op.outputs[0]])
    maximum = op.kind == "MAX_POOL_2D"
    if not (is_row(signal) and is_row(output)) or op.attributes.get("whole", False):
        image = Image(
            signal.height,
            signal.width,
            output.height,
            output.width,
            kernel_h,
            kernel_w,
            stride_h,
            stride_w,
            1,
            1,
            top,
            left,
        )
        kind = "max_pool_2d" if maximum else "average_pool_2d"
        builder.add(op, typed_kind(kind, signal), (source,), (WHOLE,), Pool2d(image, low, high))
    elif maximum:
        access = row_access(kernel_w, stride_w, 1, left, LOWEST[signal.element_bytes])
        builder.add(op, typed_kind("max_pool", signal), (source,), (access,), Pool(kernel_w, stride_w, low, high))
    else:
        access = row_access(kernel_w, stride_w, 1, left, None)
        pool = AveragePool(kernel_w, stride_w, left, signal.width, low, high)
        builder.add(op, typed_kind("average_pool", signal), (source,), (access,), pool)


def lower_resize_bilinear(builder: Builder, op: Op) -> None:
    """RESIZE_BILINEAR by tables, over rows and over images."""
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    options = (op.attributes["align_corners"], op.attributes["half_pixel_centers"])
    rows = bilinear_places(signal.height, output.height, *options)
    columns = bilinear_places(signal.width, output.width, *options)
    builder.add(op, "resize_bilinear", (source,), (WHOLE,), Bilinear(rows, columns, signal.width))


def lower_reverse(builder: Builder, op: Op) -> None:
    """REVERSE_V2: rows or columns by a table of indices."""
    source = builder.signal(op.inputs[0])
    signal = builder.signals[source]
    rows, columns = tuple(range(signal.height)), tuple(range(signal.width))
    rows, columns = (rows[::-1], columns) if op.attributes["axis"] == 1 else (rows, columns[::-1])
    builder.add(op, "resize", (source,), (WHOLE,), Resize(rows, columns, signal.width))


def lower_resize(builder: Builder, op: Op) -> None:
    """RESIZE_NEAREST_NEIGHBOR: a repeat of rows where that is what it does at any length, else a table of indices.

    With aligned corners and a factor over 2 it is a repeat for very few rows only, which a stream would outgrow.
    """
    source, target = builder.signal(op.inputs[0]), builder.signal(op.outputs[0])
    signal, output = builder.signals[source], builder.signals[target]
    options = (op.attributes["align_corners"], op.attributes["half_pixel_centers"])
    rows = tuple(int(i) for i in nearest_indices(signal.height, output.height, *options))
    columns = tuple(int(i) for i in nearest_indices(signal.width, output.width, *options))
    factor = output.width // signal.width
    at_any_length = not op.attributes["align_corners"] or factor <= 2
    if (
        is_row(signal)
        and is_row(output)
        and at_any_length
        and columns == tuple(j // max(factor, 1) for j in range(signal.width * factor))
    ):
        builder.add(op, "repeat", (source,), (EACH,), Repeat(factor), repeat=factor)
        return
    builder.add(op, "resize", (source,), (WHOLE,), Resize(rows, columns, signal.width))
