"""Functions of one value among the supported operators: of int8 a table of 256 results, of int16 a curve or slopes."""

from __future__ import annotations

from collections.abc import Mapping

from edgeunet.graph.rules import ranges, shapes
from edgeunet.graph.rules.entry import ACTIVATIONS, INT8_ALONE, Supported
from edgeunet.graph.rules.operands import same_quantization

_CURVE = (
    "For input scales over 4, where the whole curve has only a few steps, TFLM saturates one step earlier than LiteRT; "
    "the device's (TFLM's) result is taken."
)
_LITERT_ALONE = "TFLM does not have it in int8; equal to LiteRT."

FUNCTIONS: Mapping[str, Supported] = {
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
        "-x of the stored bytes.",
        (*INT8_ALONE, same_quantization, shapes.same_shape, ranges.symmetric_input),
        note=(
            "TFLM does not have it in int8; equal to LiteRT, where the lowest value stays what it is. Converters leave "
            "NEG in float32 (LayerNormalization has one): FLOAT_FUNCTION."
        ),
    ),
    "ELU": Supported(
        "x where positive, exp(x) - 1 below.",
        (*INT8_ALONE, shapes.same_shape, ranges.ratio_of_scales),
        note="LiteRT has it among its optimized kernels alone; equal to them and to TFLM.",
    ),
    "EXP": Supported("e to the power of x.", (*INT8_ALONE, shapes.same_shape), note=_LITERT_ALONE),
    "LOG": Supported(
        "Natural logarithm.",
        (*INT8_ALONE, shapes.same_shape),
        note=f"{_LITERT_ALONE} At and below zero the result is the lowest value.",
    ),
    "SQRT": Supported(
        "Square root, cut off behind the point.",
        (*INT8_ALONE, shapes.same_shape),
        note=f"{_LITERT_ALONE} Below zero the result is that of zero; LiteRT stops with an error.",
    ),
    "FLOAT_FUNCTION": Supported(
        "Float operators between DEQUANTIZE and QUANTIZE that depend on one int8 value, all together as a table.",
        (*INT8_ALONE, shapes.same_shape),
        attributes={"steps": "the float operators, each with its operands among the steps before it"},
        spellings=tuple(
            f"{kind} (in float)" for kind in ("CEIL", "COS", "FLOOR", "POW", "ROUND", "SIGN", "SIN", "SQUARE")
        ),
        note=(
            "Besides those: NEG, ABS, EXP, LOG, SQRT, RSQRT, ELU, GELU, HARD_SWISH, LEAKY_RELU, LOGISTIC, TANH, RELUs, "
            "and ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE with single numbers or among themselves. "
            "Equal to the reference kernels of both interpreters; LiteRT's optimized kernels round single values "
            "otherwise. TFLM lacks SIGN, POW and GELU. What is no number "
            "becomes the lowest value, and what no int32 holds is clamped."
        ),
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
    "RELU_0_TO_1": Supported(
        "x limited to 0 ... 1.", (*INT8_ALONE, shapes.same_shape, ranges.ratio_of_scales), note=_LITERT_ALONE
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
}
