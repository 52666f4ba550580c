"""How often the loops of the portable kernels run."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.kernels.conditions import parameters, source
from edgeunet.kernels.portable.four_work import FOUR
from edgeunet.kernels.portable.image_work import IMAGES
from edgeunet.kernels.portable.short_work import SHORT
from edgeunet.kernels.portable.table import copy_fields
from edgeunet.kernels.work import WORD_BYTES, Work, WorkOf, copied, filled, moved, together
from edgeunet.program.convolutions import (
    Conv,
    ConvSum,
    ConvUpsampled,
    Depthwise,
    DepthwiseUpsampled,
)
from edgeunet.program.parameters import (
    Add,
    AveragePool,
    MatrixProduct,
    Mean,
    Pool,
    Reduce,
    Repeat,
    SquaredDifference,
)
from edgeunet.program.steps import Step


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
    """One row is the mean of a number of rows that a compiler may know: then nothing is divided, as for windows of one
    row."""
    counts = dict(_pool_1d(step))
    if parameters(step, AveragePool).kernel == 1:
        return {"call": 1, "row": step.groups, "copied": counts["output"]}
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


def _fill_int16(step: Step) -> Work:
    out = step.output
    return {"call": 1, "row": out.rows, "value": out.rows * out.channels}


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
    **IMAGES,
    "eu_conv_int16": _conv_1d,
    "eu_conv_int16_long": _conv_1d,
    "eu_depthwise_int16": _depthwise_1d,
    "eu_depthwise_int16_long": _depthwise_1d,
    "eu_max_pool_int16": _pool_1d,
    "eu_average_pool_int16": _average_pool,
    "eu_add_int16": _scaled_pair,
    "eu_mul_int16": _values,
    "eu_mean_int16": _mean,
    "eu_logistic_int16": _values,
    "eu_tanh_int16": _values,
    "eu_softmax_int16": _values,
    "eu_rescale_int16": _values,
    "eu_rescale_widen": _values,
    "eu_rescale_narrow": _values,
    "eu_fill_int16": _fill_int16,
}
"""By function."""
