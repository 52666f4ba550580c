"""The table of supported operators: what each means, its attributes, the rules it is held to.

The table is the one place where support is decided. ``docs/SUPPORTED_OPS.md`` is written from it and from the rules'
docstrings (``python -m edgeunet.graph.rules.supported_ops``), and a test fails when the document is stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edgeunet.errors import UnsupportedOpError
from edgeunet.graph.ir import Graph
from edgeunet.graph.rules import operands, ranges, shapes
from edgeunet.graph.rules.operands import Rule, Subject

STRIDE = {"stride": "(height, width), each at least 1"}
DILATION = {"dilation": "(height, width), each at least 1"}
PADDING = {"padding": "(top, bottom, left, right) zeros (stored zero points) around the input; SAME and VALID resolved"}
ACTIVATION = {"activation": '"NONE", "RELU", "RELU6" or "RELU_N1_TO_1", fused'}

ACTIVATIONS: tuple[Rule, ...] = (
    operands.computed_input,
    operands.integer_activations,
    operands.per_tensor_quantization,
)
INT8_ALONE: tuple[Rule, ...] = (
    operands.computed_input,
    operands.int8_activations,
    operands.per_tensor_quantization,
)
WEIGHTS: tuple[Rule, ...] = (operands.constant_int8_weights,)
WEIGHTS_CONTRACT = (operands.integer_bias, ranges.accumulator_range, operands.fused_activation)
COPY: tuple[Rule, ...] = (*ACTIVATIONS, operands.same_quantization)


@dataclass(frozen=True)
class Supported:
    """One kind of operator in the IR.

    ``spellings`` are the TFLite operators that become it, ``operands`` the inputs of the ``Op``, ``attributes`` its
    attributes with their meaning, ``note`` what else a reader of the documents must know.
    """

    summary: str
    rules: tuple[Rule, ...]
    operands: str = "x"
    attributes: Mapping[str, str] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    note: str = ""


_FOLDED = (
    "SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around it are folded into `dilation`. Where blocks are padded TFLM pads "
    "with a byte it never set; LiteRT's zero point, which is what the dilated convolution means, is taken."
)
_CURVE = (
    "For input scales over 4, where the whole curve has only a few steps, TFLM saturates one step earlier than LiteRT; "
    "the device's (TFLM's) result is taken."
)

SUPPORTED: Mapping[str, Supported] = {
    "CONV_2D": Supported(
        "Convolution, along time or in two dimensions.",
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
    "CONCATENATION": Supported(
        "Tensors side by side.",
        (*COPY, operands.no_fused_activation, shapes.joined_shape),
        "any number of tensors",
        {"axis": "1 (height), 2 (width, time) or 3 (channels)", "activation": '"NONE"'},
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
        spellings=("STRIDED_SLICE (steps of 1)",),
    ),
    "MEAN": Supported(
        "Average over axes, rescaled to the output's scale.",
        (*ACTIVATIONS, shapes.averaged_shape, ranges.averaged_range),
        attributes={"axes": "which of 1 (height), 2 (width, time), 3 (channels); they stay with length 1"},
        note="Without `keep_dims` a RESHAPE follows.",
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
    "LOGISTIC": Supported(
        "1 / (1 + exp(-x)).",
        (*ACTIVATIONS, shapes.same_shape, ranges.probability_output, ranges.curve_input),
        note=_CURVE,
    ),
    "TANH": Supported(
        "Hyperbolic tangent.",
        (*ACTIVATIONS, shapes.same_shape, ranges.symmetric_unit_output, ranges.curve_input),
        note=_CURVE,
    ),
    "RSQRT": Supported(
        "1 / sqrt(x).",
        (*INT8_ALONE, shapes.same_shape, ranges.rsqrt_scales),
        note="At and below zero the result is the largest value; the interpreters stop with an error below zero.",
    ),
    "NEG": Supported(
        "-x, as a table: DEQUANTIZE, NEG in float32 and QUANTIZE become this one operator.",
        (*INT8_ALONE, shapes.same_shape),
        note="LayerNormalization converts to it.",
    ),
    "ABS": Supported("Absolute value.", (*INT8_ALONE, shapes.same_shape, ranges.ratio_of_scales)),
    "HARD_SWISH": Supported("x * clip(x + 3, 0, 6) / 6.", (*INT8_ALONE, shapes.same_shape, ranges.swish_scales)),
    "RELU": Supported("Largest of x and 0.", (*ACTIVATIONS, shapes.same_shape, ranges.ratio_of_scales)),
    "RELU6": Supported(
        "x limited to 0 ... 6.",
        (*ACTIVATIONS, shapes.same_shape, ranges.ratio_of_scales),
        note=(
            "Where input and output have different scales TFLM forgets to rescale, which makes its result useless; "
            "LiteRT's is taken. With equal scales both agree."
        ),
    ),
    "RELU_N1_TO_1": Supported(
        "x limited to -1 ... 1.",
        (*INT8_ALONE, shapes.same_shape, ranges.ratio_of_scales),
        note="TFLM does not have it as an operator of its own; equal to LiteRT.",
    ),
    "LEAKY_RELU": Supported(
        "x where positive, alpha * x where negative.",
        (*ACTIVATIONS, shapes.same_shape, ranges.ratio_of_scales),
        attributes={"alpha": "slope below zero; any sign"},
    ),
    "GELU": Supported(
        "x times the share of a normal distribution that lies below x.",
        (*INT8_ALONE, shapes.same_shape, ranges.ratio_of_scales),
        attributes={"approximate": "true for the curve through tanh, false for the one through erf"},
        note="TFLM does not have it; equal to LiteRT.",
    ),
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
_DYNAMIC = "it computes shapes at run time; build the model with a fixed input length and batch size 1"
CURES: Mapping[str, str] = {
    "RESIZE_BILINEAR": "only nearest-neighbour resizing is supported; upsample with interpolation='nearest'",
    "SHAPE": _DYNAMIC,
    "PACK": _DYNAMIC,
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
    "ARG_MAX": "end the network before it; the generated pipeline takes the largest class itself",
    "BATCH_MATMUL": "products of two activations (attention) are not supported; use convolutions or dense layers",
    "ELU": "use GELU, RELU or LEAKY_RELU instead",
    "PRELU": "use LEAKY_RELU, which has one slope, instead",
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
