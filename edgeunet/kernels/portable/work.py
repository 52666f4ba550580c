"""How often the loops of the portable kernels run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import parameters, source
from edgeunet.kernels.portable.four_work import FOUR
from edgeunet.kernels.portable.short_work import SHORT
from edgeunet.kernels.portable.table import copy_fields
from edgeunet.kernels.work import WORD_BYTES, Work, WorkOf, copied, filled, moved, together
from edgeunet.program.convolutions import (
    Conv,
    Conv2d,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    Depthwise2d,
    DepthwiseUpsampled,
    Image,
)
from edgeunet.program.parameters import (
    Add,
    AveragePool,
    MatrixProduct,
    Mean,
    Pool,
    Pool2d,
    Reduce,
    Repeat,
    SquaredDifference,
)
from edgeunet.program.steps import Step, View


def _conv_1d(step: Step) -> Work:
    outputs, taps, inputs = parameters(step, Conv).weights.shape
    values = step.groups * outputs
    return {"call": 1, "row": step.groups, "output": values, "tap": values * taps, "product": values * taps * inputs}


def _dots(rows: int, outputs: int, length: int) -> Work:
    """Two outputs at a time, then the last of an odd number."""
    pairs, single = rows * (outputs // 2), rows * (outputs % 2)
    counts = {"row": rows, "pair": pairs, "single": single}
    return {"call": 1, **counts, "pair_product": pairs * length, "single_product": single * length}


def _dot_rows(step: Step) -> Work:
    weights = parameters(step, Conv).weights
    return _dots(step.groups, weights.shape[0], weights[0].size)


def _dot_upsampled(step: Step) -> Work:
    weights = parameters(step, ConvUpsampled).weights
    phases, outputs = weights.shape[:2]
    return {"group": step.groups, **_dots(step.groups * phases, outputs, weights[0, 0].size)}


def _conv_sum(step: Step) -> Work:
    conv = parameters(step, ConvSum)
    outputs, taps, a_inputs = conv.weights[0].shape
    low = step.groups * outputs
    high, b_inputs = low * conv.repeat, conv.weights[1].shape[2]
    return {
        "call": 1,
        "row": step.groups,
        "shared": low,
        "output": high,
        "tap": (low + high) * taps,
        "product": low * taps * a_inputs + high * taps * b_inputs,
    }


def _conv_upsampled(step: Step) -> Work:
    phases, outputs, taps, inputs = parameters(step, ConvUpsampled).weights.shape
    rows = step.groups * phases
    values = rows * outputs
    counts = {"group": step.groups, "row": rows, "output": values}
    return {"call": 1, **counts, "tap": values * taps, "product": values * taps * inputs}


def _conv_sum_upsampled(step: Step) -> Work:
    conv = parameters(step, ConvUpsampled)
    assert conv.other is not None
    phases, outputs, taps, inputs = conv.weights.shape
    _, b_taps, b_inputs = conv.other.shape
    rows = step.groups * phases
    values = rows * outputs
    return {
        "call": 1,
        "group": step.groups,
        "row": rows,
        "output": values,
        "a_tap": values * taps,
        "a_product": values * taps * inputs,
        "b_tap": values * b_taps,
        "b_product": values * b_taps * b_inputs,
    }


def _depthwise_1d(step: Step) -> Work:
    taps, outputs = parameters(step, Depthwise).weights.shape
    values = step.groups * outputs
    return {"call": 1, "row": step.groups, "output": values, "product": values * taps}


def _depthwise_upsampled(step: Step) -> Work:
    phases, taps, outputs = parameters(step, DepthwiseUpsampled).weights.shape
    rows = step.groups * phases
    values = rows * outputs
    return {"call": 1, "group": step.groups, "row": rows, "output": values, "product": values * taps}


def _pool_1d(step: Step) -> Work:
    values = step.groups * step.output.channels
    taps = parameters(step, Pool, AveragePool).kernel
    return {"call": 1, "row": step.groups, "output": values, "product": values * taps}


def _average_pool(step: Step) -> Work:
    """One row is the mean of a number of rows that a compiler may know: then nothing is divided."""
    counts = dict(_pool_1d(step))
    if step.groups == 1:
        counts["lone_output"], counts["lone_product"] = counts.pop("output"), counts.pop("product")
    return counts


def _values(step: Step) -> Work:
    return {"call": 1, "row": step.rows, "output": step.rows * step.output.channels}


def _scaled_pair(step: Step) -> Work:
    """Two operands brought to one scale, and what they make; shifts to the right and to the left differ."""
    p = parameters(step, Add, SquaredDifference)
    values, shifts = step.rows * step.output.channels, (*p.shifts, p.out_shift)
    sides = {"right": values * sum(shift < 0 for shift in shifts), "left": values * sum(shift > 0 for shift in shifts)}
    return {"call": 1, "row": step.rows, "output": values, **sides}


def _repeat(step: Step) -> Work:
    factor, view, out = parameters(step, Repeat).factor, source(step), step.output
    samples = [
        (out.offset_bytes + (g * factor + i) * out.pitch_bytes, view.offset_bytes + g * view.pitch_bytes, view.channels)
        for g in range(min(step.groups, WORD_BYTES))
        for i in range(factor)
    ]
    return together({"call": 1, "row": step.groups}, moved(samples, step.groups * factor))


def _copy(step: Step) -> Work:
    fields, given = copy_fields(step), step.inputs[0]
    runs = fields["outer"] * fields["rows"]
    steps = fields["out_pitch"], fields["in_pitch"]
    if fields["rows"] == 1:
        steps = fields["out_jump"], fields["in_jump"]
    return together({"call": 1, "block": fields["outer"]}, copied(step.output, given, fields["bytes"], runs, *steps))


def _fill(step: Step) -> Work:
    out = step.output
    return filled(out, out.rows, out.pitch_bytes, out.channels)


def _mean(step: Step) -> Work:
    mean = parameters(step, Mean, Reduce)
    values = mean.outer * mean.inner
    return {"call": 1, "row": mean.outer, "output": values, "product": values * mean.count}


def _arg_max(step: Step) -> Work:
    return {"call": 1, "row": step.rows, "value": step.rows * source(step).channels}


def _batch_matmul(step: Step) -> Work:
    p = parameters(step, MatrixProduct)
    values = p.batches * p.rows * p.columns
    return {"call": 1, "row": p.batches * p.rows, "output": values, "product": values * p.depth}


def _inside(size: int, out: int, window: int, stride: int, dilation: int, before: int) -> int:
    """Taps along one axis that lie inside the image, over all outputs."""
    return sum(0 <= o * stride - before + k * dilation < size for o in range(out) for k in range(window))


def _taps(image: Image) -> tuple[int, int, int]:
    """Pixels, taps of all of them, and of these the taps inside."""
    pixels = image.out_height * image.out_width
    rows = _inside(
        image.in_height, image.out_height, image.kernel_height, image.stride_height, image.dilation_height, image.top
    )
    columns = _inside(
        image.in_width, image.out_width, image.kernel_width, image.stride_width, image.dilation_width, image.left
    )
    return pixels, pixels * image.kernel_height * image.kernel_width, rows * columns


def _conv_2d(step: Step) -> Work:
    conv = parameters(step, Conv2d)
    pixels, taps, inside = _taps(conv.image)
    outputs, inputs = step.output.channels, conv.weights.shape[3]
    counts = {"pixel": pixels, "output": pixels * outputs, "tap": taps * outputs, "inside": inside * outputs}
    return {"call": 1, **counts, "product": inside * outputs * inputs}


def _transpose_conv_2d(step: Step) -> Work:
    conv = parameters(step, Conv2d)
    image, outputs = conv.image, step.output.channels
    pixels, taps = image.out_height * image.out_width, image.kernel_height * image.kernel_width
    products = image.in_height * image.in_width * taps * outputs * source(step).channels
    counts = {"pixel": pixels, "output": pixels * outputs, "tap": pixels * outputs * taps}
    return {"call": 1, **counts, "product": products}


def _window_2d(step: Step) -> Work:
    image, outputs = parameters(step, Depthwise2d, Pool2d).image, step.output.channels
    pixels, taps, inside = _taps(image)
    counts = {"pixel": pixels, "output": pixels * outputs, "tap": taps * outputs}
    return {"call": 1, **counts, "product": inside * outputs}


def _resize(step: Step) -> Work:
    out, view = step.output, source(step)
    assert isinstance(view, View)
    return together({"call": 1, "row": out.rows}, copied(out, view, view.channels, out.rows, out.pitch_bytes, 0))


PORTABLE: Mapping[str, WorkOf] = {
    **SHORT,
    **FOUR,
    "eu_dot_rows": _dot_rows,
    "eu_conv_1d": _conv_1d,
    "eu_conv_1d_unfolded": _conv_1d,
    "eu_conv_sum": _conv_sum,
    "eu_conv_sum_unfolded": _conv_sum,
    "eu_depthwise_1d": _depthwise_1d,
    "eu_depthwise_1d_unfolded": _depthwise_1d,
    "eu_dot_upsampled": _dot_upsampled,
    "eu_conv_upsampled": _conv_upsampled,
    "eu_conv_sum_upsampled": _conv_sum_upsampled,
    "eu_depthwise_upsampled": _depthwise_upsampled,
    "eu_max_pool_1d": _pool_1d,
    "eu_average_pool_1d": _average_pool,
    "eu_add": _scaled_pair,
    "eu_mul": _values,
    "eu_squared_difference": _scaled_pair,
    "eu_maximum": _values,
    "eu_prelu": _values,
    "eu_table": _values,
    "eu_softmax": _values,
    "eu_repeat": _repeat,
    "eu_copy": _copy,
    "eu_fill": _fill,
    "eu_mean": _mean,
    "eu_reduce_max": _mean,
    "eu_batch_matmul": _batch_matmul,
    "eu_resize_bilinear": _values,
    "eu_arg_max": _arg_max,
    "eu_conv_2d": _conv_2d,
    "eu_depthwise_2d": _window_2d,
    "eu_transpose_conv_2d": _transpose_conv_2d,
    "eu_max_pool_2d": _window_2d,
    "eu_average_pool_2d": _window_2d,
    "eu_resize": _resize,
}
"""By function."""
