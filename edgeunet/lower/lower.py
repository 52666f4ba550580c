"""From graph to program: every operator as nodes over signals."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edgeunet.graph.ir import Graph, Op
from edgeunet.lower.builder import Builder
from edgeunet.lower.convolutions import (
    lower_convolution,
    lower_depthwise,
    lower_fully_connected,
    lower_transpose_convolution,
)
from edgeunet.lower.elementwise import (
    lower_binary,
    lower_dequantize,
    lower_pair,
    lower_softmax,
    lower_unary,
)
from edgeunet.lower.matrices import lower_batch_matmul
from edgeunet.lower.reductions import lower_arg_max, lower_extreme, lower_mean
from edgeunet.lower.shapes import (
    lower_concatenation,
    lower_depth_to_space,
    lower_pad,
    lower_reshape,
    lower_slice,
    lower_space_to_depth,
    lower_transpose,
)
from edgeunet.lower.windows import lower_pool, lower_resize, lower_resize_bilinear, lower_reverse
from edgeunet.program.program import Program

LOWERINGS: Mapping[str, Callable[[Builder, Op], None]] = {
    "CONV_2D": lower_convolution,
    "DEPTHWISE_CONV_2D": lower_depthwise,
    "TRANSPOSE_CONV": lower_transpose_convolution,
    "FULLY_CONNECTED": lower_fully_connected,
    "MAX_POOL_2D": lower_pool,
    "AVERAGE_POOL_2D": lower_pool,
    "RESIZE_NEAREST_NEIGHBOR": lower_resize,
    "ADD": lower_binary,
    "SUB": lower_binary,
    "MUL": lower_binary,
    "SQUARED_DIFFERENCE": lower_binary,
    "MINIMUM": lower_pair,
    "MAXIMUM": lower_pair,
    "PRELU": lower_pair,
    "DIV": lower_pair,
    "RELU": lower_unary,
    "RELU6": lower_unary,
    "RELU_N1_TO_1": lower_unary,
    "RELU_0_TO_1": lower_unary,
    "LEAKY_RELU": lower_unary,
    "GELU": lower_unary,
    "LOGISTIC": lower_unary,
    "TANH": lower_unary,
    "RSQRT": lower_unary,
    "NEG": lower_unary,
    "ABS": lower_unary,
    "ELU": lower_unary,
    "EXP": lower_unary,
    "LOG": lower_unary,
    "SQRT": lower_unary,
    "FLOAT_FUNCTION": lower_unary,
    "HARD_SWISH": lower_unary,
    "QUANTIZE": lower_unary,
    "SOFTMAX": lower_softmax,
    "MEAN": lower_mean,
    "SUM": lower_mean,
    "REDUCE_MAX": lower_extreme,
    "REDUCE_MIN": lower_extreme,
    "ARG_MAX": lower_arg_max,
    "ARG_MIN": lower_arg_max,
    "CONCATENATION": lower_concatenation,
    "PAD": lower_pad,
    "SLICE": lower_slice,
    "REVERSE_V2": lower_reverse,
    "RESIZE_BILINEAR": lower_resize_bilinear,
    "DEPTH_TO_SPACE": lower_depth_to_space,
    "SPACE_TO_DEPTH": lower_space_to_depth,
    "BATCH_MATMUL": lower_batch_matmul,
    "RESHAPE": lower_reshape,
    "TRANSPOSE": lower_transpose,
    "DEQUANTIZE": lower_dequantize,
}
"""How each kind of operator becomes nodes."""


def lower(graph: Graph) -> Program:
    """Turn ``graph`` into a program.

    Raises
    ------
    CompileError
        For an operator that cannot be compiled where it stands (a DEQUANTIZE inside the network, for one).
    """
    builder = Builder(graph)
    for index in graph.inputs:
        builder.signal(index)
    for op in graph.ops:
        LOWERINGS[op.kind](builder, op)
    return builder.program()
