"""The table of supported operators: what each means, its attributes, the rules it is held to.

The table is the one place where support is decided. ``docs/SUPPORTED_OPS.md`` is written from it and from the rules'
docstrings (``python -m edgeunet.graph.rules.supported_ops``), and a test fails when the document is stale.
"""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Graph
from edgeunet.graph.rules import operands, ranges, shapes
from edgeunet.graph.rules.entry import (
    ACTIVATION,
    ACTIVATIONS,
    AXES,
    CHANNELS,
    COPY,
    DILATION,
    INT8_ALONE,
    PADDING,
    PLACES,
    STRIDE,
    WEIGHTS,
    WEIGHTS_CONTRACT,
    Supported,
)
from edgeunet.graph.rules.functions import FUNCTIONS
from edgeunet.graph.rules.operands import Subject

_FOLDED = (
    "SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around it are folded into `dilation`. Where blocks are padded TFLM pads "
    "with a byte it never set; LiteRT's zero point, which is what the dilated convolution means, is taken."
)
_PLACES = "The file's int32 or int64 become int8 (scale 1, zero point 0): the same numbers, up to 127."
_STORED_BYTES = "Interpreters compare stored bytes, whatever the scales; converters make the scales equal."

SUPPORTED: Mapping[str, Supported] = {
    "CONV_2D": Supported(
        "Convolution, along time or in two dimensions; groups are convolutions of slices.",
        (*ACTIVATIONS, *WEIGHTS, shapes.weight_shape, shapes.window_shape, *WEIGHTS_CONTRACT),
        "x, weights (out, kh, kw, in), bias or ABSENT",
        {**STRIDE, **DILATION, **PADDING, **ACTIVATION},
        note=_FOLDED,
    ),
    "DEPTHWISE_CONV_2D": Supported(
        "Depthwise convolution; output channel `c * depth_multiplier + m` sees input channel `c`.",
        (*ACTIVATIONS, *WEIGHTS, shapes.weight_shape, shapes.window_shape, *WEIGHTS_CONTRACT),
        "x, weights (1, kh, kw, out), bias or ABSENT",
        {**STRIDE, **DILATION, **PADDING, "depth_multiplier": "output channels per input channel", **ACTIVATION},
        note=_FOLDED,
    ),
    "TRANSPOSE_CONV": Supported(
        "Transposed convolution: each input adds its kernel to the output at `stride` times its place.",
        (*ACTIVATIONS, *WEIGHTS, shapes.weight_shape, *WEIGHTS_CONTRACT),
        "x, weights (out, kh, kw, in), bias or ABSENT (not in the file's order)",
        {
            **STRIDE,
            "padding": (
                "(top, bottom, left, right) cropped from the full output of (in - 1) * stride + kernel; bottom and "
                "right may be negative: rows and columns that only the bias reaches"
            ),
            **ACTIVATION,
        },
    ),
    "FULLY_CONNECTED": Supported(
        "Matrix product of rows of the input with the weights.",
        (*ACTIVATIONS, *WEIGHTS, shapes.connected_shape, *WEIGHTS_CONTRACT, ranges.bias_scale),
        "x, weights (out, in), bias or ABSENT",
        ACTIVATION,
        note=(
            "TFLM rounds twice when it rescales, as everywhere; LiteRT's reference kernel (2.x) rounds once in this "
            "operator alone. The device's (TFLM's) results are taken, and single values differ from LiteRT's by 1. Of "
            "int16 activations LiteRT keeps all 31 bits of the multiplier, TFLM the 15 that convolutions have."
        ),
    ),
    "MAX_POOL_2D": Supported(
        "Largest value in a window; padding never wins.",
        (*COPY, shapes.window_shape, operands.fused_activation),
        attributes={
            "filter": "(height, width)",
            **STRIDE,
            **PADDING,
            **ACTIVATION,
            "whole": "true where the window is the input, however long it is (REDUCE_MAX); else absent",
        },
        spellings=("REDUCE_MAX (over height and width)",),
        note="TFLM does not have REDUCE_MAX of int16; equal to LiteRT.",
    ),
    "AVERAGE_POOL_2D": Supported(
        "Average of the values in a window that are not padding, rounded half away from zero.",
        (*COPY, shapes.window_shape, ranges.window_area, operands.fused_activation),
        attributes={"filter": "(height, width)", **STRIDE, **PADDING, **ACTIVATION},
    ),
    "ADD": Supported(
        "Sum of two tensors, each rescaled to twice the larger scale with 20 bits of fraction (int16: 15).",
        (*ACTIVATIONS, shapes.broadcast_shape, ranges.sum_scales, operands.fused_activation),
        "first, second (either may be constant)",
        ACTIVATION,
        note=(
            "Of int16 activations whose scales are powers of two and whose option `pot_scale_int16` is set, which "
            "today's converter does not do, LiteRT computes in another way; TFLM's general one is taken."
        ),
    ),
    "SUB": Supported(
        "Difference of two tensors, in the arithmetic of ADD.",
        (*ACTIVATIONS, shapes.broadcast_shape, ranges.sum_scales, operands.fused_activation),
        "first, second (either may be constant)",
        ACTIVATION,
        note=(
            "TFLM's sources of August 2026 compute the multipliers in float32, so that single values may differ by 1; "
            "the interpreter released since and LiteRT compute them as for ADD, which is done here."
        ),
    ),
    "MUL": Supported(
        "Product of two tensors.",
        (*ACTIVATIONS, shapes.broadcast_shape, ranges.product_scales, operands.fused_activation),
        "first, second (either may be constant)",
        ACTIVATION,
    ),
    "SQUARED_DIFFERENCE": Supported(
        "Square of the difference of two tensors, rescaled with 7 bits of fraction.",
        (*INT8_ALONE, shapes.broadcast_shape, ranges.sum_scales, operands.fused_activation),
        "first, second (either may be constant)",
        {"activation": '"NONE"'},
    ),
    "MINIMUM": Supported(
        "Smaller of two tensors; of one and a single number a table, which is the clamp of the layer before it.",
        (*INT8_ALONE, operands.same_quantization, shapes.broadcast_shape),
        "first, second (either may be constant)",
        note=_STORED_BYTES,
    ),
    "MAXIMUM": Supported(
        "Larger of two tensors; of one and a single number a table, which is the clamp of the layer before it.",
        (*INT8_ALONE, operands.same_quantization, shapes.broadcast_shape),
        "first, second (either may be constant)",
        note=_STORED_BYTES,
    ),
    "PRELU": Supported(
        "x where positive, slope * x where negative, with a slope for each channel, for each value, or for all.",
        (*INT8_ALONE, shapes.broadcast_shape, ranges.slope_scales),
        "x, slopes (mostly constant)",
    ),
    "DIV": Supported(
        "Division by a single number, as a table.",
        (*INT8_ALONE, shapes.broadcast_shape, ranges.single_divisor, ranges.quotient_scales, operands.fused_activation),
        "first, second (a single constant number)",
        ACTIVATION,
        note=(
            "Quotients that are nearly zero make both interpreters shift by more bits than a word has, which C leaves "
            "open (on some machines the result is the lowest or largest value); here they are rounded as all others."
        ),
    ),
    "CONCATENATION": Supported(
        "Tensors side by side.",
        (*COPY, operands.no_fused_activation, shapes.joined_shape),
        "any number of tensors",
        {"axis": "1 (height), 2 (width, time) or 3 (channels)", "activation": '"NONE"'},
        spellings=("PACK (operands of one more axis)",),
        note="Different scales are refused by TFLM and LiteRT too: there is no rescaling concatenation in int8.",
    ),
    "RESIZE_NEAREST_NEIGHBOR": Supported(
        "Each output copies its nearest input.",
        (*COPY, shapes.resized_shape),
        attributes={
            "align_corners": "first and last samples coincide",
            "half_pixel_centers": "samples lie in the middle of their interval",
        },
        spellings=("TILE", "BROADCAST_TO", "GATHER (at constant places)"),
        note=(
            "Repeated channels become a CONCATENATION, parts of an axis slices; TILE is what Keras' UpSampling1D "
            "converts to."
        ),
    ),
    "RESIZE_BILINEAR": Supported(
        "Each output is interpolated between its two (in images four) inputs, in steps of 1/1024.",
        (*INT8_ALONE, operands.same_quantization, shapes.resized_shape),
        attributes={
            "align_corners": "first and last samples coincide",
            "half_pixel_centers": "samples lie in the middle of their interval",
        },
        note="It runs on whole windows: a stream has no first and last sample to repeat.",
    ),
    "DEPTH_TO_SPACE": Supported(
        "Channels of a pixel spread over a block of pixels.",
        COPY,
        attributes={"block": "height and width of a block"},
        note="Along time alone (sub-pixel upsampling) it is a RESHAPE of each row to several.",
    ),
    "SPACE_TO_DEPTH": Supported(
        "Pixels of a block as the channels of one.", COPY, attributes={"block": "height and width of a block"}
    ),
    "BATCH_MATMUL": Supported(
        "Products of the matrices of two tensors, one for each place along the height.",
        (*INT8_ALONE, shapes.matrix_shape, ranges.matrix_range),
        "first, second (either may be constant)",
        {"adj_x": "whether the first lies transposed", "adj_y": "whether the second does"},
    ),
    "RESHAPE": Supported(
        "The same values in another shape.",
        (
            operands.computed_input,
            operands.one_type,
            operands.per_tensor_quantization,
            operands.same_quantization,
            shapes.same_count,
        ),
        spellings=("SQUEEZE", "EXPAND_DIMS"),
        note=(
            "SHAPE, PACK, CAST and other operators on shapes, sizes and constants alone, which an open batch leaves "
            "behind, are computed while reading. Where a file leaves axes open, shapes are those that LiteRT works "
            "out; TFLM takes the file's word, and runs a dilated convolution with an open batch wrongly."
        ),
    ),
    "TRANSPOSE": Supported(
        "The same values in another order of axes, where it could not be avoided.",
        (
            operands.computed_input,
            operands.one_type,
            operands.per_tensor_quantization,
            operands.same_quantization,
            shapes.same_count,
            shapes.exchanged_shape,
        ),
        attributes={
            "outer": "times that a block changes place",
            "rows": "rows of the block, which become its columns",
            "columns": "columns of the block, which become its rows",
            "run": "values that stay together",
        },
        note=(
            "Of a file's TRANSPOSEs few are left: activations, sums, CONCATENATION, PAD, MEAN and reshapes work on the "
            "bytes as they lie, and a dense layer has its weights reordered. Channels-first inputs and outputs are "
            "transposed in a window; a stream takes and gives rows of channels."
        ),
    ),
    "PAD": Supported(
        "Constant values around the input.",
        (*COPY, shapes.padded_shape),
        attributes={
            "paddings": "((before, after), ...) for batch, height, width, channels",
            "value": "the stored value to pad with, or None for the output's zero point",
        },
        spellings=("PADV2",),
    ),
    "SLICE": Supported(
        "A part of the input.",
        (*COPY, shapes.sliced_shape),
        attributes={"begin": "first place along each of the four axes", "size": "length along each axis"},
        spellings=(
            "STRIDED_SLICE (with steps, MAX_POOL_2D of single places too)",
            "SPLIT",
            "SPLIT_V",
            "UNPACK (one for each output)",
        ),
    ),
    "REVERSE_V2": Supported(
        "The input turned around in time or space.",
        (*COPY, shapes.same_shape),
        attributes={"axis": "1 (height) or 2 (width, time)"},
        note="Along channels it is CONCATENATION of slices, as are steps along channels.",
    ),
    "MEAN": Supported(
        "Average over axes, rescaled to the output's scale.",
        (*ACTIVATIONS, shapes.averaged_shape, ranges.averaged_range),
        attributes=AXES,
        note="Without `keep_dims` a RESHAPE follows.",
    ),
    "SUM": Supported(
        "Sum over axes, rescaled to the output's scale.",
        (*INT8_ALONE, shapes.averaged_shape, ranges.averaged_range),
        attributes=AXES,
        note=(
            "LiteRT's reference kernel gives other values (of one scale in and out its sums wrap around as bytes), its "
            "optimized one single values that differ by 1; the device's (TFLM's) results are taken."
        ),
    ),
    "REDUCE_MAX": Supported(
        "Largest value over axes, channels among them (without them it is MAX_POOL_2D).",
        (*INT8_ALONE, operands.same_quantization, shapes.averaged_shape),
        attributes=AXES,
    ),
    "REDUCE_MIN": Supported(
        "Smallest value over axes.",
        (*INT8_ALONE, operands.same_quantization, shapes.averaged_shape),
        attributes=AXES,
    ),
    "ARG_MAX": Supported(
        "Which channel is the largest, the first of equal ones.", PLACES, attributes=CHANNELS, note=_PLACES
    ),
    "ARG_MIN": Supported(
        "Which channel is the smallest, the first of equal ones.", PLACES, attributes=CHANNELS, note=_PLACES
    ),
    "SOFTMAX": Supported(
        "Softmax over channels.",
        (
            *ACTIVATIONS,
            shapes.same_shape,
            ranges.probability_output,
            ranges.softmax_depth,
            ranges.softmax_input,
        ),
        attributes={"beta": "factor of the exponents"},
        note=(
            "The tables of int16 differ by 1 in some entries between TFLM, which makes them in float32, and LiteRT; "
            "the device's (TFLM's) results are taken, and single values differ from LiteRT's by a few steps."
        ),
    ),
    **FUNCTIONS,
    "QUANTIZE": Supported(
        "Change of type or scale, at the edges of the graph or between operators.",
        (
            operands.computed_input,
            operands.edge_types,
            operands.per_tensor_quantization,
            shapes.same_shape,
            ranges.ratio_of_scales_of_integers,
        ),
    ),
    "DEQUANTIZE": Supported(
        "int8 or int16 to float32, at the outputs of the graph.",
        (operands.computed_input, operands.float_output, operands.per_tensor_quantization, shapes.same_shape),
    ),
}
"""Every kind of operator that can be in a ``Graph``."""

_RECURRENT = "recurrent layers and control flow are not supported; use convolutions (dilated ones see as far)"
_IN_FLOAT = (
    "it computes in float32, and compiles only between DEQUANTIZE and QUANTIZE where all depends on one int8 value; "
    "put single numbers into its other operands, or build the layer of others"
)
_DYNAMIC = "it computes shapes at run time; build the model with a fixed input length and batch size 1"
CURES: Mapping[str, str] = {
    "SHAPE": _DYNAMIC,
    "FILL": _DYNAMIC,
    "RANGE": _DYNAMIC,
    "CAST": _DYNAMIC,
    "IF": _RECURRENT,
    "WHILE": _RECURRENT,
    "LSTM": _RECURRENT,
    "RNN": _RECURRENT,
    "SVDF": _RECURRENT,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _RECURRENT,
    "BIDIRECTIONAL_SEQUENCE_LSTM": _RECURRENT,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _RECURRENT,
    "BIDIRECTIONAL_SEQUENCE_RNN": _RECURRENT,
    "ASSIGN_VARIABLE": (
        "it keeps a state from call to call; export the network without its buffers, over a whole window, and stream "
        "it by --mode stream, which keeps what each layer needs"
    ),
    **dict.fromkeys(("CEIL", "COS", "FLOOR", "POW", "ROUND", "SIGN", "SIN", "SQUARE"), _IN_FLOAT),
    "DELEGATE": "the file was saved after a delegate had changed it; pass the converter's own output",
    "DENSIFY": "convert the model without sparsity",
}
"""What to do about operators that are met often and not supported."""


def unsupported(kind: str, layer: str) -> UnsupportedOpError:
    """The error for an operator that is not in the table."""
    return UnsupportedOpError(f"{kind} '{layer}': this operator is not supported; {cure_of(kind)}")


def cure_of(kind: str) -> str:
    """What to do about an operator that is not in the table."""
    if kind.startswith("custom operator"):
        return "convert with TFLITE_BUILTINS_INT8 only, without select or custom operators"
    if kind in ("SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"):
        return "it is supported only as a pair around one convolution, which makes it dilated; use dilation_rate"
    return CURES.get(kind, "build the layer from the operators in docs/SUPPORTED_OPS.md")


def check_graph(graph: Graph) -> None:
    """Hold every operator of ``graph`` to its rules.

    Raises
    ------
    UnsupportedOpError
        Naming the operator, its layer, the rule that it breaks and what to do.
    """
    for op in graph.ops:
        if op.kind not in SUPPORTED:
            raise unsupported(op.kind, op.name)
        subject = Subject(op, graph)
        for rule in SUPPORTED[op.kind].rules:
            problem = rule(subject)
            if problem is not None:
                raise UnsupportedOpError(f"{op.kind} '{op.name}': {problem}")
